import { describe, expect, it } from "vitest";
import { LocalReplacement } from "./local-replacement.ts";
import type { PolicyView, ReplacementPolicy } from "./replacement-policy.ts";

/** First in, first out, and a note of what it was told. */
class Fifo implements ReplacementPolicy {
  readonly frames: number[] = [];
  readonly used: number[] = [];
  readonly view: PolicyView;

  constructor(view: PolicyView) {
    this.view = view;
  }

  inserted(frame: number): void {
    this.frames.push(frame);
  }

  removed(frame: number): void {
    this.frames.splice(this.frames.indexOf(frame), 1);
  }

  referenced(frame: number): void {
    this.used.push(frame);
  }

  pickVictim(): number | undefined {
    return this.frames.find((frame) => this.view.mayGo(frame));
  }
}

/** Twelve frames whose pages have these owners. */
function twelve(owners: readonly number[]) {
  const pinned = new Set<number>();
  let incoming = 0;
  const view: PolicyView = {
    limit: 12,
    capacity: 12,
    mayGo: (frame) => !pinned.has(frame),
    accessed: () => false,
    dirty: () => false,
    now: () => 0,
    random: () => 0,
    nextUse: () => Number.POSITIVE_INFINITY,
  };
  const instances: Fifo[] = [];
  const create = (each: PolicyView): Fifo => {
    const fifo = new Fifo(each);
    instances.push(fifo);
    return fifo;
  };
  const policy = new LocalReplacement(view, create, { ofFrame: (frame) => owners[frame]!, ofIncoming: () => incoming });
  owners.forEach((_, frame) => policy.inserted(frame, 100 + frame));
  const victimFor = (owner: number): number | undefined => {
    incoming = owner;
    return policy.pickVictim(200);
  };
  return { policy, pinned, instances, victimFor };
}

describe("local replacement", () => {
  it("takes from whoever has its share, else from who has most", () => {
    // Owner 1 has seven pages, owner 2 three, owner 3 two: a share is four.
    const { victimFor } = twelve([3, 3, 2, 1, 1, 1, 1, 1, 1, 1, 2, 2]);
    expect(victimFor(1)).toBe(3);
    expect(victimFor(2)).toBe(3);
    expect(victimFor(3)).toBe(3);
    // A fourth one makes it three, which owner 2 has.
    expect(victimFor(4)).toBe(3);
  });

  it("lets an owner at its share give up a page of its own", () => {
    const { victimFor } = twelve([1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2]);
    expect([victimFor(1), victimFor(2)]).toEqual([0, 6]);
  });

  it("goes on with other owners when one has no page that may go", () => {
    const { victimFor, pinned } = twelve([1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2]);
    for (let frame = 0; frame < 6; frame++) pinned.add(frame);
    expect(victimFor(1)).toBe(6);
    for (let frame = 6; frame < 12; frame++) pinned.add(frame);
    expect(victimFor(1)).toBeUndefined();
  });

  it("passes events to the page's instance, which sees its share as the capacity", () => {
    const { policy, instances } = twelve([1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2]);
    policy.referenced(7);
    policy.referenced(1);
    expect(instances.map(({ used }) => used)).toEqual([[1], [7]]);
    expect(instances.map(({ view }) => view.capacity)).toEqual([6, 6]);
    for (let frame = 6; frame < 12; frame++) policy.removed(frame, 100 + frame, false);
    expect(instances[1]!.frames).toEqual([]);
    // Who has no page counts no more, but for the one that asks.
    expect(instances.map(({ view }) => view.capacity)).toEqual([12, 6]);
  });
});
