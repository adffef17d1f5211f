/**
 * WSClock: a clock whose hand takes a page only when it has not been used for a window of time, so that working sets stay;
 * clean pages first.
 *
 * Source: Carr and Hennessy, "WSCLOCK: a simple and effective algorithm for virtual memory management" (1981). Time is that
 * of all tasks together, and nothing is written ahead: when the hand has gone round without a clean page outside of its
 * window, it takes the first dirty one that it met outside, else the first clean one, else any. Layer beneath: frame-list.ts.
 */
import type { PolicyView, ReplacementPolicy } from "../replacement-policy.ts";
import { FrameList } from "./frame-list.ts";

export class WorkingSetClock implements ReplacementPolicy {
  private readonly view: PolicyView;
  private readonly window: number;
  private readonly ring: FrameList;
  /** The frame looked at next, or the ring's end. */
  private hand: number;
  private readonly lastUse: Float64Array;

  /** @param window instructions for which a page unused still belongs to the working set */
  constructor(view: PolicyView, window: number) {
    this.view = view;
    this.window = window;
    this.ring = new FrameList(view.limit);
    this.hand = this.ring.end;
    this.lastUse = new Float64Array(view.limit);
  }

  inserted(frame: number): void {
    this.ring.addBefore(this.hand, frame);
    this.lastUse[frame] = this.view.now();
  }

  removed(frame: number): void {
    if (frame === this.hand) this.hand = this.ring.after(frame);
    this.ring.remove(frame);
  }

  pickVictim(): number | undefined {
    const { ring, view, lastUse } = this;
    const now = view.now();
    let old: number | undefined;
    let clean: number | undefined;
    let any: number | undefined;
    for (let step = 0; step < ring.size; step++) {
      if (this.hand === ring.end) this.hand = ring.first;
      const frame = this.hand;
      this.hand = ring.after(frame);
      if (!view.mayGo(frame)) continue;
      if (view.accessed(frame)) lastUse[frame] = now;
      const outside = now - lastUse[frame]! > this.window;
      const dirty = view.dirty(frame);
      if (outside && !dirty) return frame;
      if (outside) old ??= frame;
      if (!dirty) clean ??= frame;
      any ??= frame;
    }
    return old ?? clean ?? any;
  }
}
