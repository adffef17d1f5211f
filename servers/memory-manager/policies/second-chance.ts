/**
 * Second chance: a queue as in FIFO, but a page at its head that was used goes to its end instead of out.
 *
 * Source: Tanenbaum, "Modern Operating Systems", 3.4.4. Layer beneath: frame-list.ts.
 */
import type { PolicyView, ReplacementPolicy } from "../replacement-policy.ts";
import { FrameList } from "./frame-list.ts";

export class SecondChance implements ReplacementPolicy {
  private readonly view: PolicyView;
  private readonly queue: FrameList;

  constructor(view: PolicyView) {
    this.view = view;
    this.queue = new FrameList(view.limit);
  }

  inserted(frame: number): void {
    this.queue.addLast(frame);
  }

  removed(frame: number): void {
    this.queue.remove(frame);
  }

  pickVictim(): number | undefined {
    const { queue, view } = this;
    let frame = queue.first;
    // Every frame is met at most twice: the first time its accessed bit is reset. One more step passes the end.
    for (let step = 0; step <= 2 * queue.size; step++) {
      const next = queue.after(frame);
      if (frame !== queue.end && view.mayGo(frame)) {
        if (!view.accessed(frame)) return frame;
        queue.moveLast(frame);
      }
      frame = next;
    }
    return undefined;
  }
}
