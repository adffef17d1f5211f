/**
 * The optimum: the page goes whose next reference is farthest away. It needs the future, so it runs in replays only, as the
 * bound for all others.
 *
 * Source: Belady, "A study of replacement algorithms for a virtual-storage computer" (1966), there called MIN.
 */
import type { PolicyView, ReplacementPolicy } from "../replacement-policy.ts";
import { FrameList } from "./frame-list.ts";

export class Optimum implements ReplacementPolicy {
  private readonly view: PolicyView;
  private readonly frames: FrameList;

  constructor(view: PolicyView) {
    this.view = view;
    this.frames = new FrameList(view.limit);
  }

  inserted(frame: number): void {
    this.frames.addLast(frame);
  }

  removed(frame: number): void {
    this.frames.remove(frame);
  }

  pickVictim(): number | undefined {
    const { frames, view } = this;
    let victim: number | undefined;
    let farthest = -1;
    for (let frame = frames.first; frame !== frames.end; frame = frames.after(frame)) {
      const next = view.nextUse(frame);
      if (next <= farthest || !view.mayGo(frame)) continue;
      victim = frame;
      farthest = next;
      if (next === Number.POSITIVE_INFINITY) break;
    }
    return victim;
  }
}
