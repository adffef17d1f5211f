/**
 * CLOCK-Pro once more, for comparison: the list of the paper (section 4) as an array from its head to its tail, hands as pages in it.
 */
import type { Model, Resident, Scene } from "./policy-models.ts";

interface Entry {
  readonly page: number;
  state: "hot" | "cold" | "ghost";
  test: boolean;
}

export function clockPro(): Model {
  /** In the order in which hands meet entries; hands are indices of it. */
  let list: Entry[] = [];
  const hands = { hot: 0, cold: 0, test: 0 };
  const names = ["hot", "cold", "test"] as const;
  let target = 1;
  let latest: number | undefined;
  let frames = 0;
  let memory: readonly Resident[] = [];

  const count = (state: Entry["state"]): number => list.filter((entry) => entry.state === state).length;
  const takeAccessed = (page: number): boolean => {
    const resident = memory.find((candidate) => candidate.page === page);
    const was = resident?.accessed === true;
    if (resident) resident.accessed = false;
    return was;
  };

  function remove(entry: Entry): void {
    const place = list.indexOf(entry);
    list = list.filter((each) => each !== entry);
    for (const name of names) {
      if (hands[name] > place) hands[name]--;
      if (hands[name] >= list.length) hands[name] = 0;
    }
  }

  /** To the head: the hot hand comes there last. */
  function addHead(entry: Entry): void {
    const place = hands.hot;
    const alone = list.length === 0;
    list = [...list.slice(0, place), entry, ...list.slice(place)];
    if (alone) return;
    for (const name of names) if (hands[name] >= place) hands[name]++;
  }

  function step(name: (typeof names)[number]): Entry {
    const entry = list[hands[name]]!;
    hands[name] = (hands[name] + 1) % list.length;
    return entry;
  }

  function endTest(entry: Entry): void {
    if (entry.state === "hot" || !entry.test) return;
    entry.test = false;
    target = Math.max(1, target - 1);
    if (entry.state === "ghost") remove(entry);
  }

  function runHot(): void {
    if (count("hot") === 0) return;
    for (;;) {
      const entry = step("hot");
      if (entry.state !== "hot") endTest(entry);
      else if (!takeAccessed(entry.page)) {
        entry.state = "cold";
        break;
      }
    }
    while (count("hot") > 0 && list[hands.hot]!.state !== "hot") endTest(step("hot"));
  }

  function heat(entry: Entry): void {
    target = Math.min(frames, target + 1);
    entry.state = "hot";
    entry.test = false;
    while (count("hot") > frames - target) runHot();
  }

  return {
    fault(_page, _full, scene: Scene) {
      ({ memory, frames } = scene);
      if (latest !== undefined) takeAccessed(latest);
    },
    victim() {
      for (;;) {
        if (count("cold") === 0) runHot();
        const entry = step("cold");
        if (entry.state !== "cold") continue;
        if (!takeAccessed(entry.page)) return entry.page;
        remove(entry);
        addHead(entry);
        if (entry.test) heat(entry);
        else entry.test = true;
      }
    },
    left(page, evicted) {
      const entry = list.find((each) => each.page === page)!;
      if (!evicted || !entry.test) {
        remove(entry);
        return;
      }
      entry.state = "ghost";
      while (count("ghost") > frames) endTest(step("test"));
    },
    arrived(page, scene) {
      ({ memory, frames } = scene);
      latest = page;
      const ghost = list.find((entry) => entry.page === page);
      if (ghost) remove(ghost);
      const entry: Entry = { page, state: "cold", test: ghost === undefined };
      addHead(entry);
      if (ghost) heat(entry);
    },
  };
}
