import { describe, expect, it } from "vitest";
import type { PolicyView } from "../replacement-policy.ts";
import { Clock } from "./clock.ts";

const used = new Set<number>();
const pinned = new Set<number>();

/** A clock over `limit` frames, some of them filled. */
function clock(limit: number, filled: readonly number[]): Clock {
  used.clear();
  pinned.clear();
  const view: PolicyView = {
    limit,
    capacity: limit,
    mayGo: (frame) => !pinned.has(frame),
    accessed: (frame) => used.delete(frame),
    dirty: () => false,
    now: () => 0,
    random: () => 0,
    nextUse: () => Number.POSITIVE_INFINITY,
  };
  const policy = new Clock(view);
  for (const frame of filled) policy.inserted(frame);
  return policy;
}

describe("Clock", () => {
  it("goes round in turn", () => {
    const policy = clock(8, [1, 4, 6]);
    expect([1, 2, 3, 4].map(() => policy.pickVictim())).toEqual([1, 4, 6, 1]);
  });

  it("spares pages that were used", () => {
    const policy = clock(4, [0, 1, 2]);
    used.add(0).add(1);
    expect(policy.pickVictim()).toBe(2);
    expect(policy.pickVictim()).toBe(0);
  });

  it("finds a victim when all were used", () => {
    const policy = clock(3, [0, 1, 2]);
    used.add(0).add(1).add(2);
    expect(policy.pickVictim()).toBe(0);
  });

  it("respects pins and removal", () => {
    const policy = clock(3, [0, 1]);
    pinned.add(0);
    expect(policy.pickVictim()).toBe(1);
    policy.removed(1);
    expect(policy.pickVictim()).toBeUndefined();
  });
});
