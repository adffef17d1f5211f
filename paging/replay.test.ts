import { describe, expect, it } from "vitest";
import { missRatioCurve } from "./miss-ratio.ts";
import { type ReplayOptions, replay } from "./replay.ts";
import { TraceBuilder } from "./trace.ts";

const OPTIONS: ReplayOptions = { frames: 3, scope: "global", readAhead: 0, seed: "1" };

/** From records as "w12" or "1:r7" (task 1); one per instruction. */
function trace(text: string): TraceBuilder {
  const builder = new TraceBuilder();
  for (const [time, record] of text.split(" ").entries()) {
    const [, task = "0", kind, page] = /^(?:(\d+):)?([rwxd])(\d+)$/.exec(record)!;
    if (kind === "d") builder.dropped(time, Number(page));
    else builder.reference(time, Number(task), Number(page), kind === "w", kind === "x");
  }
  return builder;
}

const run = (text: string, policy: string, options: Partial<ReplayOptions> = {}) =>
  replay(trace(text), { name: policy, parameters: {} }, { ...OPTIONS, log: true, ...options });

describe("replay", () => {
  it("counts faults, evictions and those of written pages", () => {
    expect(run("w1 r2 x3 r4 w2 r1 r5", "fifo")).toEqual({
      policy: { name: "fifo", parameters: {} },
      frames: 3,
      references: 7,
      faults: 6,
      cold: 5,
      evictions: 3,
      dirtyEvictions: 2,
      missCurve: { every: 1, times: [0, 1, 2, 3, 5, 6], count: 6, end: 6 },
      faultsAt: [0, 1, 2, 3, 5, 6],
    });
  });

  it("forgets that a page was written when it goes out", () => {
    expect(run("w1 r2 r1 r2", "fifo", { frames: 1 }).dirtyEvictions).toBe(1);
  });

  it("gives the frames of dropped pages to others", () => {
    const { faults, cold, evictions } = run("r1 r2 r3 d2 r4 r1 r3 r2", "lru");
    expect([faults, cold, evictions]).toEqual([5, 5, 1]);
  });

  it("reads ahead pages that were in memory before", () => {
    const again = "r1 r2 r3 r4 r5 r6 r7 r8 r1 r2 r3 r4 r5 r6";
    expect(run(again, "fifo", { frames: 4 }).faultsAt).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]);
    expect(run(again, "fifo", { frames: 4, readAhead: 1 }).faultsAt).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 12]);
    // With one frame there is none for a second page.
    expect(run("r1 r2 r1 r2", "fifo", { frames: 1, readAhead: 3 }).faults).toBe(4);
  });

  it("moves out several pages when the first is dirty", () => {
    const { faults, evictions, dirtyEvictions } = run("w1 w2 w3 w4 w5 r6 r3", "fifo", { cluster: 2 });
    // 4 takes the frames of 1 and 2, 5 the free one; 6 those of 3 and 4.
    expect([faults, evictions, dirtyEvictions]).toEqual([7, 4, 4]);
    expect(run("r1 r2 r3 r4 r5", "fifo", { cluster: 2 }).evictions).toBe(2);
  });

  it("gives each task a share when replacement is local", () => {
    const text = "0:r1 0:r2 1:r11 1:r12 1:r13 1:r14 1:r15 0:r1 0:r2";
    expect(run(text, "lru", { frames: 4 }).faults).toBe(9);
    expect(run(text, "lru", { frames: 4, scope: "local" }).faults).toBe(7);
  });

  it("is the same for the same seed", () => {
    const text = Array.from({ length: 500 }, (_, step) => `r${(step * step) % 101}`).join(" ");
    const faults = (seed: string) => run(text, "random", { frames: 20, seed }).faultsAt;
    expect(faults("a")).toEqual(faults("a"));
    expect(faults("a")).not.toEqual(faults("b"));
  });

  it.each<[string, Record<string, number>, Partial<ReplayOptions>, string]>([
    ["lur", {}, {}, "no replacement policy 'lur' (there are: fifo, second-chance, clock, lru, aging"],
    ["fifo", { bits: 1 }, {}, "policy 'fifo' has no parameter 'bits' (it has none)"],
    ["aging", { ticks: 1 }, {}, "policy 'aging' has no parameter 'ticks' (it has: interval, bits)"],
    ["aging", { bits: 33 }, {}, "parameter 'bits' of policy 'aging' must be 1 to 32, not 33"],
    ["nru", { interval: Number.NaN }, {}, "parameter 'interval' of policy 'nru' must be"],
    ["fifo", {}, { frames: 0 }, "a replay needs at least one frame, not 0"],
    ["fifo", {}, { readAhead: -1 }, "-1 pages cannot be read ahead"],
    ["fifo", {}, { cluster: 0 }, "a cluster cannot have 0 pages"],
    ["opt", {}, { readAhead: 1 }, "policy 'opt' is the bound for demand paging: it has no read-ahead, clusters or local scope"],
    ["opt", {}, { cluster: 2 }, "policy 'opt' is the bound for demand paging"],
    ["opt", {}, { scope: "local" }, "policy 'opt' is the bound for demand paging"],
  ])("refuses %s %j %j", (name, parameters, options, message) => {
    expect(() => replay(trace("r1"), { name, parameters }, { ...OPTIONS, ...options })).toThrow(message);
  });
});

describe("missRatioCurve", () => {
  it("is the same from one pass and from replays", () => {
    const text = trace(Array.from({ length: 3000 }, (_, step) => `r${(step * step * 7) % 211}`).join(" "));
    const sizes = [1, 5, 50, 150, 211, 500];
    const onePass = missRatioCurve(text, { name: "lru", parameters: {} }, sizes);
    expect(onePass.map(({ faults }) => faults)).toEqual(
      sizes.map((frames) => replay(text, { name: "lru", parameters: {} }, { ...OPTIONS, frames }).faults),
    );
    expect(onePass.at(-1)).toEqual({ frames: 500, references: text.references, faults: onePass[0]!.cold, cold: onePass[0]!.cold });
  });
});
