import { describe, expect, test } from "vitest";
import { type Plan, pointKey, pointsOf, recordingsOf } from "./plan.ts";

const plan: Plan = {
  workloads: [
    { name: "a", command: ["/a"] },
    { name: "b", command: ["/b"] },
  ],
  policies: [
    { name: "fifo", parameters: {} },
    { name: "opt", parameters: {} },
  ],
  frames: [8, 16, 32],
  scopes: ["global", "local"],
  readAheads: [0, 3],
  clusters: [1],
  disks: [
    { kind: "fixed", us: 1 },
    { kind: "fixed", us: 2 },
  ],
  method: "live",
  virtualClock: true,
  seed: "1",
  mounts: [],
  stages: false,
};

describe("points", () => {
  test("are all combinations; replays have no disk", () => {
    const points = pointsOf(plan);
    const live = points.filter(({ method }) => method === "live");
    const replayed = points.filter(({ method }) => method === "replay");
    // Workloads, scopes, read-aheads, frames, disks.
    expect(live).toHaveLength(2 * 2 * 2 * 3 * 2);
    // The bound has neither scopes nor read-ahead.
    expect(replayed).toHaveLength(2 * 3);
    expect(replayed.every(({ scope, readAhead, cluster }) => scope === "global" && readAhead === 0 && cluster === 1)).toBe(true);
    expect(new Set(live.map(({ policy }) => policy.name))).toEqual(new Set(["fifo"]));
    expect(new Set(replayed.map(({ policy }) => policy.name))).toEqual(new Set(["opt"]));
    expect(new Set(points.map(pointKey)).size).toBe(points.length);
  });

  test("of a trace are replays of every policy", () => {
    const points = pointsOf({ ...plan, workloads: [], trace: { name: "t", file: "/t", digest: "d", form: undefined } });
    expect(points).toHaveLength(2 * 2 * 3 + 3);
    expect(points.every(({ method, workload, trace }) => method === "replay" && workload === "t" && trace === "d")).toBe(true);
  });

  test("a wider plan has the keys of a narrower one", () => {
    const wide = new Set(pointsOf({ ...plan, frames: [8, 16, 32, 64] }).map(pointKey));
    expect(pointsOf(plan).every((point) => wide.has(pointKey(point)))).toBe(true);
  });

  test("recordings do not depend on what is measured", () => {
    const other = { ...plan, policies: [], frames: [99], disks: [], stages: true, engine: "translator" } as const;
    expect(recordingsOf(other)).toEqual(recordingsOf(plan));
    expect(recordingsOf(plan).map(({ workload }) => workload)).toEqual(["a", "b"]);
  });
});
