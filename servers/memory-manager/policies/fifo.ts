/**
 * First in, first out: the page goes that has been in memory longest.
 *
 * Source: Belady, "A study of replacement algorithms for a virtual-storage computer" (1966). Layer beneath: frame-list.ts.
 */
import type { PolicyView, ReplacementPolicy } from "../replacement-policy.ts";
import { FrameList } from "./frame-list.ts";

export class Fifo implements ReplacementPolicy {
  private readonly queue: FrameList;
  private readonly mayGo: (frame: number) => boolean;

  constructor(view: PolicyView) {
    this.queue = new FrameList(view.limit);
    this.mayGo = (frame) => view.mayGo(frame);
  }

  inserted(frame: number): void {
    this.queue.addLast(frame);
  }

  removed(frame: number): void {
    this.queue.remove(frame);
  }

  pickVictim(): number | undefined {
    return this.queue.find(this.mayGo);
  }
}
