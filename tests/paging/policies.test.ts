import { describe, expect, it } from "vitest";
import { parametersOf, POLICIES, policyNamed } from "#servers/memory-manager/policies/table.ts";
import { missRatioCurve } from "#paging/miss-ratio.ts";
import { type ReplayOptions, type ReplayResult, replay } from "#paging/replay.ts";
import { seededRandom } from "#paging/seeded-random.ts";
import { TraceBuilder } from "#paging/trace.ts";
import { clockPro } from "./clock-pro-model.ts";
import { MODELS, type Model, simulate } from "./policy-models.ts";
import { dice, type Event, PATTERN_NAMES, randomString, readsOf, traceOf } from "./reference-strings.ts";

const SIZES = [1, 2, 3, 4, 6, 9, 14, 25];
const SEEDS = [1, 2, 3, 4, 5, 6];
const NAMES = POLICIES.map(({ name }) => name);

/** Parameters other than the defaults, which fit strings of a few thousand instructions. */
const PARAMETERS: Readonly<Record<string, readonly Record<string, number>[]>> = {
  aging: [
    { interval: 10, bits: 3 },
    { interval: 100, bits: 8 },
    { interval: 1, bits: 32 },
  ],
  nru: [{ interval: 7 }, { interval: 150 }],
  wsclock: [{ window: 0 }, { window: 30 }, { window: 1000 }],
  "2q": [{}, { kin: 0.5, kout: 1 }, { kin: 0, kout: 0 }],
};

const modelOf = (name: string, parameters: Record<string, number>): Model =>
  name === "clock-pro" ? clockPro() : MODELS[name]!(parametersOf(policyNamed(name), parameters));

function run(
  trace: TraceBuilder,
  name: string,
  frames: number,
  parameters: Record<string, number> = {},
  options: Partial<ReplayOptions> = {},
): ReplayResult {
  return replay(trace, { name, parameters }, { frames, scope: "global", readAhead: 0, seed: "proof", log: true, ...options });
}

/** The times of references are made their positions, so that faults can be told apart. */
const positions = (events: readonly Event[]): Event[] => events.map((event, time) => ({ ...event, time }));

const strings = (drops: boolean): Event[][] =>
  PATTERN_NAMES.flatMap((pattern, kind) => SEEDS.map((seed) => randomString(pattern, 100 * kind + seed, 240, drops)));

describe("each policy faults where its model does", () => {
  for (const name of NAMES) {
    it(name, () => {
      let evictions = 0;
      for (const events of [...strings(false), ...strings(true)]) {
        const trace = traceOf(events);
        for (const parameters of PARAMETERS[name] ?? [{}]) {
          for (const frames of SIZES) {
            const real = run(trace, name, frames, parameters);
            const model = simulate(events, frames, modelOf(name, parameters), "proof");
            expect(real.faultsAt).toEqual(model.faults.map((at) => events[at]!.time));
            expect(real.evictions).toBe(model.evictions);
            // Which of the pages that are never used again goes first is left open.
            if (name !== "opt") expect(real.dirtyEvictions).toBe(model.dirtyEvictions);
            evictions += real.evictions;
          }
        }
      }
      expect(evictions).toBeGreaterThan(50_000);
    });
  }
});

describe("inclusion: more frames never make a new fault", () => {
  for (const name of ["lru", "opt"]) {
    it(name, () => {
      for (const events of [...strings(false), ...strings(true)].map(positions)) {
        const trace = traceOf(events);
        let before = new Set(events.map(({ time }) => time));
        for (let frames = 1; frames <= 28; frames++) {
          const faults = run(trace, name, frames).faultsAt!;
          expect(faults.filter((time) => !before.has(time))).toEqual([]);
          before = new Set(faults);
        }
      }
    });
  }
});

describe("known results", () => {
  const belady = traceOf(readsOf([1, 2, 3, 4, 1, 2, 5, 1, 2, 3, 4, 5]));
  /** Silberschatz, Galvin, Gagne, Operating System Concepts, chapter "Virtual memory". */
  const silberschatz = traceOf(readsOf([7, 0, 1, 2, 0, 3, 0, 4, 2, 3, 0, 3, 2, 1, 2, 0, 1, 7, 0, 1]));

  it("shows Belady's anomaly of FIFO", () => {
    expect([3, 4].map((frames) => run(belady, "fifo", frames).faults)).toEqual([9, 10]);
    expect([3, 4].map((frames) => run(belady, "lru", frames).faults)).toEqual([10, 8]);
    expect([3, 4].map((frames) => run(belady, "opt", frames).faults)).toEqual([7, 6]);
  });

  it("agrees with a textbook", () => {
    expect(["fifo", "opt", "lru"].map((name) => run(silberschatz, name, 3).faults)).toEqual([15, 9, 12]);
  });

  it("finds no anomaly of second chance and clock apart: without drops they are one", () => {
    for (const events of strings(false)) {
      const trace = traceOf(events);
      for (const frames of SIZES) expect(run(trace, "clock", frames).faultsAt).toEqual(run(trace, "second-chance", frames).faultsAt);
    }
  });
});

describe("the optimum", () => {
  it("is beaten by no policy with shares of tasks or clusters of victims", () => {
    for (const [number, events] of strings(true).entries()) {
      const roll = dice(number);
      const trace = new TraceBuilder();
      for (const { page, time, write } of positions(readsOf(events.map((event) => event.page))))
        trace.reference(time, roll(3), page, write, false);
      const best = run(trace, "opt", 9).faults;
      for (const name of NAMES.filter((each) => each !== "opt")) {
        for (const options of [{ scope: "local" }, { cluster: 3 }, { scope: "local", cluster: 2 }] as const) {
          expect(run(trace, name, 9, {}, options).faults, `${name} ${JSON.stringify(options)}`).toBeGreaterThanOrEqual(best);
        }
      }
    }
  });

  it("is beaten by no policy", () => {
    for (const events of [...strings(false), ...strings(true)]) {
      const trace = traceOf(events);
      for (const frames of SIZES) {
        const best = run(trace, "opt", frames).faults;
        for (const name of NAMES) expect(run(trace, name, frames).faults, `${name} with ${frames} frames`).toBeGreaterThanOrEqual(best);
      }
    }
  });
});

describe("resistance", () => {
  /** 40 pages used again and again, in random order, and now and then a scan of pages used once. */
  const roll = dice(7);
  const scanned = traceOf(readsOf(Array.from({ length: 20_000 }, (_, step) => (step % 100 >= 70 ? 1000 + step : roll(40)))));
  const loop = traceOf(readsOf(Array.from({ length: 6000 }, (_, step) => step % 60)));

  it("2Q, ARC and CLOCK-Pro keep the working set when a scan passes, LRU does not", () => {
    const scans = 6000;
    const extra = (name: string): number => run(scanned, name, 60).faults - scans - 40;
    expect(extra("lru")).toBeGreaterThan(3000);
    for (const name of ["2q", "arc", "clock-pro"]) expect(extra(name), name).toBeLessThan(extra("lru") / 40);
  });

  it("2Q and CLOCK-Pro keep a part of a loop that is too long, LRU nothing", () => {
    expect(run(loop, "lru", 50).faults).toBe(6000);
    for (const name of ["2q", "clock-pro"]) expect(run(loop, name, 50).faults, name).toBeLessThan(4000);
  });
});

describe("random replacement", () => {
  it("takes every frame equally often, and only frames that may go", () => {
    const frames = 16;
    const counts = new Array<number>(frames).fill(0);
    const policy = policyNamed("random").create(
      {
        limit: frames,
        capacity: frames,
        mayGo: (frame) => frame !== 3,
        accessed: () => false,
        dirty: () => false,
        now: () => 0,
        random: seededRandom("frames"),
        nextUse: () => Number.POSITIVE_INFINITY,
      },
      {},
    );
    for (let frame = 0; frame < frames; frame++) policy.inserted(frame, frame);
    for (let round = 0; round < 16_000; round++) counts[policy.pickVictim(round)!]!++;
    expect(counts[3]).toBe(0);
    // Frame 4 is taken for its neighbour too. Five standard deviations of a binomial distribution.
    for (const [frame, count] of counts.entries()) if (frame !== 3) expect(Math.abs(count - (frame === 4 ? 2000 : 1000))).toBeLessThan(210);
  });
});

describe("the LRU curve in one pass", () => {
  it("is the same as by replays, at every size", () => {
    const sizes = Array.from({ length: 40 }, (_, index) => index + 1);
    for (const events of [...strings(false), ...strings(true)]) {
      const trace = traceOf(events);
      const curve = missRatioCurve(trace, { name: "lru", parameters: {} }, sizes);
      for (const { frames, faults, cold, references } of curve) {
        const real = run(trace, "lru", frames);
        expect([faults, cold, references]).toEqual([real.faults, real.cold, real.references]);
      }
    }
  });
});
