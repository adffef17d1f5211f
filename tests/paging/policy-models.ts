/**
 * Replacement policies once more, for comparison: as plainly as possible, from their papers, with arrays and linear searches.
 *
 * A model knows pages only, no frames (but for the clock). A page has a record with what hardware and history know of it. The driver asks the
 * model for a victim when memory is full, tells it of pages that come and go, and of hits.
 */
import { seededRandom } from "#paging/seeded-random.ts";
import type { Event } from "./reference-strings.ts";

export interface Resident {
  readonly page: number;
  accessed: boolean;
  dirty: boolean;
}

/** What a model may look at. */
export interface Scene {
  /** Pages in memory, in the order in which they came. */
  readonly memory: readonly Resident[];
  readonly frames: number;
  readonly events: readonly Event[];
  /** Index of the event that is served. */
  readonly at: number;
  readonly time: number;
  readonly random: () => number;
}

export interface Model {
  /** A fault begins. `full`: a victim is needed, and victim() will be asked. */
  fault?(page: number, full: boolean, scene: Scene): void;
  victim(page: number, scene: Scene): number;
  /** After the page is in memory. */
  arrived?(page: number, scene: Scene): void;
  left?(page: number, evicted: boolean): void;
  hit?(page: number): void;
}

export interface Outcome {
  /** Indices of the events that were faults. */
  readonly faults: number[];
  readonly evictions: number;
  readonly dirtyEvictions: number;
}

export function simulate(events: readonly Event[], frames: number, model: Model, seed: string): Outcome {
  let memory: Resident[] = [];
  const random = seededRandom(seed);
  const faults: number[] = [];
  let evictions = 0;
  let dirtyEvictions = 0;
  for (const [at, event] of events.entries()) {
    const { page, time } = event;
    const scene = (): Scene => ({ memory, frames, events, at, time, random });
    const present = memory.find((resident) => resident.page === page);
    if (event.drop) {
      if (present) {
        memory = memory.filter((resident) => resident !== present);
        model.left?.(page, false);
      }
      continue;
    }
    if (present) {
      present.accessed = true;
      present.dirty ||= event.write;
      model.hit?.(page);
      continue;
    }
    faults.push(at);
    const full = memory.length === frames;
    model.fault?.(page, full, scene());
    if (full) {
      const victim = model.victim(page, scene());
      evictions++;
      if (memory.some((resident) => resident.page === victim && resident.dirty)) dirtyEvictions++;
      memory = memory.filter((resident) => resident.page !== victim);
      model.left?.(victim, true);
    }
    memory = [...memory, { page, accessed: true, dirty: event.write }];
    model.arrived?.(page, scene());
  }
  return { faults, evictions, dirtyEvictions };
}

/** The page in memory with the smallest measure; of equal ones the first that came. */
function least(memory: readonly Resident[], measure: (resident: Resident) => number): number {
  const values = memory.map(measure);
  return memory[values.indexOf(Math.min(...values))]!.page;
}

const takeAccessed = (resident: Resident): boolean => {
  const was = resident.accessed;
  resident.accessed = false;
  return was;
};

const named = (memory: readonly Resident[], page: number): Resident => memory.find((resident) => resident.page === page)!;

const without = <T>(list: readonly T[], item: T): T[] => list.filter((each) => each !== item);

const fifo = (): Model => ({ victim: (_page, { memory }) => memory[0]!.page });

/** By looking back in the string. */
const lru = (): Model => ({
  victim: (_page, { memory, events, at }) =>
    least(memory, ({ page }) => events.findLastIndex((event, index) => index < at && event.page === page)),
});

/** By looking ahead in the string. */
const opt = (): Model => ({
  victim: (_page, { memory, events, at }) =>
    least(memory, ({ page }) => {
      const next = events.findIndex((event, index) => index > at && event.page === page && !event.drop);
      return next < 0 ? Number.NEGATIVE_INFINITY : -next;
    }),
});

function secondChance(): Model {
  let queue: number[] = [];
  return {
    victim(_page, { memory }) {
      while (takeAccessed(named(memory, queue[0]!))) queue.push(queue.shift()!);
      return queue[0]!;
    },
    arrived(page) {
      queue.push(page);
    },
    left(page) {
      queue = without(queue, page);
    },
  };
}

/** Slots as frames have them: the one freed last is filled first, then the lowest never used. */
function clock(): Model {
  let slots: (number | undefined)[] = [];
  const freed: number[] = [];
  let hand = 0;
  return {
    victim(_page, { memory }) {
      for (;;) {
        const page = slots[hand]!;
        hand = (hand + 1) % slots.length;
        if (!takeAccessed(named(memory, page))) return page;
      }
    },
    arrived(page, { frames }) {
      if (slots.length === 0) {
        slots = new Array<undefined>(frames).fill(undefined);
        for (let slot = frames - 1; slot >= 0; slot--) freed.push(slot);
      }
      slots[freed.pop()!] = page;
    },
    left(page) {
      const slot = slots.indexOf(page);
      slots[slot] = undefined;
      freed.push(slot);
    },
  };
}

/** Counters are strings of digits. */
function aging({ interval, bits }: Record<string, number>): Model {
  const counters = new Map<number, string>();
  let last = 0;
  return {
    fault(_page, _full, { memory, time }) {
      const now = Math.floor(time / interval!);
      for (let tick = last + 1; tick <= now; tick++) {
        for (const resident of memory) {
          const digit = tick === now && takeAccessed(resident) ? "1" : "0";
          counters.set(resident.page, digit + counters.get(resident.page)!.slice(0, -1));
        }
      }
      last = now;
    },
    victim: (_page, { memory }) => least(memory, ({ page }) => Number.parseInt(counters.get(page)!, 2)),
    arrived(page) {
      counters.set(page, "1".padEnd(bits!, "0"));
    },
  };
}

function nru({ interval }: Record<string, number>): Model {
  let used = new Set<number>();
  let period = 0;
  return {
    fault(_page, _full, { memory, time }) {
      if (Math.floor(time / interval!) === period) return;
      period = Math.floor(time / interval!);
      used = new Set();
      for (const resident of memory) resident.accessed = false;
    },
    victim(_page, { memory, random }) {
      for (const resident of memory) if (takeAccessed(resident)) used.add(resident.page);
      const classOf = ({ page, dirty }: Resident): number => (used.has(page) ? 2 : 0) + (dirty ? 1 : 0);
      const lowest = memory.filter((resident) => classOf(resident) === Math.min(...memory.map(classOf)));
      return lowest[Math.floor(random() * lowest.length)]!.page;
    },
    left(page) {
      used.delete(page);
    },
  };
}

/** The ring is an array whose first page is under the hand. */
function wsclock({ window }: Record<string, number>): Model {
  let ring: number[] = [];
  const lastUse = new Map<number, number>();
  return {
    victim(_page, { memory, time }) {
      const seen: { page: number; old: boolean; clean: boolean }[] = [];
      while (seen.length < memory.length) {
        const page = ring.shift()!;
        ring.push(page);
        const resident = named(memory, page);
        if (takeAccessed(resident)) lastUse.set(page, time);
        const look = { page, old: time - lastUse.get(page)! > window!, clean: !resident.dirty };
        if (look.old && look.clean) return page;
        seen.push(look);
      }
      return (seen.find(({ old }) => old) ?? seen.find(({ clean }) => clean) ?? seen[0]!).page;
    },
    arrived(page, { time }) {
      ring.push(page);
      lastUse.set(page, time);
    },
    left(page) {
      ring = without(ring, page);
    },
  };
}

/** The paper's procedure for the full version: lists have their head first. */
function twoQueue({ kin, kout }: Record<string, number>): Model {
  let am: number[] = [];
  let a1in: number[] = [];
  let a1out: number[] = [];
  let wasRemembered = false;
  return {
    fault(page) {
      wasRemembered = a1out.includes(page);
    },
    victim(_page, { frames }) {
      const inLimit = Math.max(1, Math.floor(frames * kin!));
      const outLimit = Math.max(1, Math.floor(frames * kout!));
      if (a1in.length > inLimit || am.length === 0) {
        const tail = a1in.at(-1)!;
        a1out = [tail, ...a1out].slice(0, outLimit);
        return tail;
      }
      return am.at(-1)!;
    },
    arrived(page) {
      a1out = without(a1out, page);
      if (wasRemembered) am.unshift(page);
      else a1in.unshift(page);
    },
    hit(page) {
      if (am.includes(page)) am = [page, ...without(am, page)];
    },
    left(page) {
      am = without(am, page);
      a1in = without(a1in, page);
    },
  };
}

/** Figure 4 of the paper, case by case: lists have their most recently used page first. */
function arc(): Model {
  let t1: number[] = [];
  let t2: number[] = [];
  let b1: number[] = [];
  let b2: number[] = [];
  let p = 0;
  let destination: "t1" | "t2" = "t1";
  let discardsWithoutGhost = false;
  const replace = (page: number): number => {
    if (t1.length > 0 && (t1.length > p || (b2.includes(page) && t1.length === p))) return t1.at(-1)!;
    return (t2.at(-1) ?? t1.at(-1))!;
  };
  return {
    fault(page, _full, { frames: c }) {
      discardsWithoutGhost = false;
      destination = "t2";
      if (b1.includes(page)) {
        const step = b1.length >= b2.length ? 1 : b2.length / b1.length;
        p = Math.min(p + step, c);
        return;
      }
      if (b2.includes(page)) {
        const step = b2.length >= b1.length ? 1 : b1.length / b2.length;
        p = Math.max(p - step, 0);
        return;
      }
      destination = "t1";
      const both = t1.length + b1.length + t2.length + b2.length;
      if (t1.length + b1.length === c) {
        if (t1.length < c) b1 = b1.slice(0, -1);
        else discardsWithoutGhost = true;
      } else if (both === 2 * c) {
        b2 = b2.slice(0, -1);
      }
    },
    victim: (page) => (discardsWithoutGhost ? t1.at(-1)! : replace(page)),
    left(page, evicted) {
      if (evicted && !discardsWithoutGhost) {
        if (t1.includes(page)) b1.unshift(page);
        else b2.unshift(page);
      }
      t1 = without(t1, page);
      t2 = without(t2, page);
    },
    arrived(page) {
      b1 = without(b1, page);
      b2 = without(b2, page);
      if (destination === "t1") t1.unshift(page);
      else t2.unshift(page);
    },
    hit(page) {
      t1 = without(t1, page);
      t2 = [page, ...without(t2, page)];
    },
  };
}

/** Pages in an array; the last one takes the place of one that leaves. */
function random(): Model {
  const pages: number[] = [];
  return {
    victim: (_page, scene) => pages[Math.floor(scene.random() * pages.length)]!,
    arrived(page) {
      pages.push(page);
    },
    left(page) {
      const index = pages.indexOf(page);
      const last = pages.pop()!;
      if (last !== page) pages[index] = last;
    },
  };
}

/** By the name of the policy. clock-pro-model.ts has the one that is missing here. */
export const MODELS: Readonly<Record<string, (parameters: Record<string, number>) => Model>> = {
  fifo,
  lru,
  opt,
  clock,
  aging,
  nru,
  wsclock,
  arc,
  random,
  "second-chance": secondChance,
  "2q": twoQueue,
};
