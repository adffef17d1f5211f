/**
 * 2Q: new pages pass through a short queue (A1in); only those that are asked for again after it, while they are remembered
 * (A1out), come under LRU (Am). A scan passes without disturbing Am.
 *
 * Source: Johnson and Shasha, "2Q: a low overhead high performance buffer management replacement algorithm" (1994), the full
 * version. Layer beneath: frame-list.ts, ghost-list.ts.
 */
import type { PolicyView, ReplacementPolicy } from "../replacement-policy.ts";
import { FrameList } from "./frame-list.ts";
import { GhostList } from "./ghost-list.ts";

export class TwoQueue implements ReplacementPolicy {
  private readonly view: PolicyView;
  private readonly kin: number;
  private readonly kout: number;
  private readonly a1in: FrameList;
  private readonly a1out = new GhostList();
  /** The least recently used first. */
  private readonly am: FrameList;
  private readonly mayGo: (frame: number) => boolean;
  /** Pages of A1out for which a victim was chosen and that are not in yet: the victim may push them out of A1out. */
  private readonly announced = new Set<number>();

  /**
   * @param kin share of the frames for A1in
   * @param kout pages in A1out, as a share of the frames
   */
  constructor(view: PolicyView, kin: number, kout: number) {
    this.view = view;
    this.kin = kin;
    this.kout = kout;
    this.a1in = new FrameList(view.limit);
    this.am = new FrameList(view.limit);
    this.mayGo = (frame) => view.mayGo(frame);
  }

  inserted(frame: number, page: number): void {
    const remembered = this.announced.delete(page) || this.a1out.has(page);
    this.a1out.delete(page);
    (remembered ? this.am : this.a1in).addLast(frame);
  }

  removed(frame: number, page: number, evicted: boolean): void {
    if (this.a1in.has(frame) && evicted) {
      this.a1out.add(page);
      this.a1out.trim(this.size(this.kout));
    }
    this.a1in.remove(frame);
    this.am.remove(frame);
  }

  referenced(frame: number): void {
    if (this.am.has(frame)) this.am.moveLast(frame);
  }

  pickVictim(incoming: number): number | undefined {
    if (this.a1out.has(incoming)) this.announced.add(incoming);
    const { a1in, am, mayGo } = this;
    const [first, second] = a1in.size > this.size(this.kin) ? [a1in, am] : [am, a1in];
    return first.find(mayGo) ?? second.find(mayGo);
  }

  private size(share: number): number {
    return Math.max(1, Math.floor(this.view.capacity * share));
  }
}
