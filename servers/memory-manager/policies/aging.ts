/**
 * Aging: every page has a counter that is shifted right in each tick and gets its accessed bit on the left; the page with
 * the smallest counter goes, of equal ones the one that is longest in memory.
 *
 * Source: Tanenbaum, "Modern Operating Systems", 3.4.7 ("simulating LRU in software"). Ticks are made up for when the policy
 * is called: of several that passed, the last one gets the accessed bit. Layer beneath: frame-list.ts.
 */
import type { PolicyView, ReplacementPolicy } from "../replacement-policy.ts";
import { FrameList } from "./frame-list.ts";

export class Aging implements ReplacementPolicy {
  private readonly view: PolicyView;
  private readonly interval: number;
  private readonly topBit: number;
  private readonly frames: FrameList;
  private readonly counters: Uint32Array;
  private ticks = 0;

  /**
   * @param interval instructions between two ticks
   * @param bits width of the counters, up to 32
   */
  constructor(view: PolicyView, interval: number, bits: number) {
    this.view = view;
    this.interval = interval;
    this.topBit = 2 ** (Math.floor(bits) - 1);
    this.frames = new FrameList(view.limit);
    this.counters = new Uint32Array(view.limit);
  }

  inserted(frame: number): void {
    this.tick();
    this.frames.addLast(frame);
    // As if it had been used in the last tick: else every new page would be the next victim.
    this.counters[frame] = this.topBit;
  }

  removed(frame: number): void {
    this.frames.remove(frame);
  }

  pickVictim(): number | undefined {
    this.tick();
    const { frames, counters, view } = this;
    let victim: number | undefined;
    let smallest = Number.POSITIVE_INFINITY;
    for (let frame = frames.first; frame !== frames.end; frame = frames.after(frame)) {
      const counter = counters[frame]!;
      if (counter >= smallest || !view.mayGo(frame)) continue;
      victim = frame;
      smallest = counter;
    }
    return victim;
  }

  private tick(): void {
    const ticks = Math.floor(this.view.now() / this.interval);
    const passed = ticks - this.ticks;
    if (passed <= 0) return;
    this.ticks = ticks;
    const { frames, counters } = this;
    for (let frame = frames.first; frame !== frames.end; frame = frames.after(frame)) {
      const old = passed < 32 ? counters[frame]! >>> passed : 0;
      counters[frame] = this.view.accessed(frame) ? old + this.topBit : old;
    }
  }
}
