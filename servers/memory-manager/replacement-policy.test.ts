import { describe, expect, it } from "vitest";
import { SecondChance } from "./replacement-policy.ts";

const always = (): boolean => true;
const never = (): boolean => false;

describe("SecondChance", () => {
  it("goes round in turn", () => {
    const policy = new SecondChance(8);
    for (const frame of [1, 4, 6]) policy.inserted(frame);
    expect([1, 2, 3, 4].map(() => policy.pickVictim(always, never))).toEqual([1, 4, 6, 1]);
  });

  it("spares pages that were used", () => {
    const policy = new SecondChance(4);
    for (const frame of [0, 1, 2]) policy.inserted(frame);
    const used = new Set([0, 1]);
    const accessed = (frame: number): boolean => used.delete(frame);
    expect(policy.pickVictim(always, accessed)).toBe(2);
    expect(policy.pickVictim(always, accessed)).toBe(0);
  });

  it("finds a victim when all were used", () => {
    const policy = new SecondChance(3);
    for (const frame of [0, 1, 2]) policy.inserted(frame);
    const used = new Set([0, 1, 2]);
    expect(policy.pickVictim(always, (frame) => used.delete(frame))).toBe(0);
  });

  it("respects pins and removal", () => {
    const policy = new SecondChance(3);
    for (const frame of [0, 1]) policy.inserted(frame);
    expect(policy.pickVictim((frame) => frame !== 0, never)).toBe(1);
    policy.removed(1);
    expect(policy.pickVictim((frame) => frame !== 0, never)).toBeUndefined();
  });
});
