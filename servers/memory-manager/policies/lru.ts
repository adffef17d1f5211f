/**
 * Least recently used, exactly: the page goes whose last reference is longest ago.
 *
 * Source: Mattson, Gecsei, Slutz, Traiger, "Evaluation techniques for storage hierarchies" (1970). Layer beneath:
 * frame-list.ts.
 */
import type { PolicyView, ReplacementPolicy } from "../replacement-policy.ts";
import { FrameList } from "./frame-list.ts";

export class LeastRecentlyUsed implements ReplacementPolicy {
  /** The least recently used first. */
  private readonly stack: FrameList;
  private readonly mayGo: (frame: number) => boolean;

  constructor(view: PolicyView) {
    this.stack = new FrameList(view.limit);
    this.mayGo = (frame) => view.mayGo(frame);
  }

  inserted(frame: number): void {
    this.stack.addLast(frame);
  }

  removed(frame: number): void {
    this.stack.remove(frame);
  }

  referenced(frame: number): void {
    this.stack.moveLast(frame);
  }

  pickVictim(): number | undefined {
    return this.stack.find(this.mayGo);
  }
}
