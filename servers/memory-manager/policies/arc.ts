/**
 * ARC: two LRU lists, of pages used once (T1) and more often (T2), each with a list of ghosts (B1, B2); a hit in a ghost list
 * shifts the border between T1 and T2 in favour of its list.
 *
 * Source: Megiddo and Modha, "ARC: a self-tuning, low overhead replacement cache" (FAST 2003), figure 4; the names are those
 * there. Layer beneath: frame-list.ts, ghost-list.ts.
 */
import type { PolicyView, ReplacementPolicy } from "../replacement-policy.ts";
import { FrameList } from "./frame-list.ts";
import { GhostList } from "./ghost-list.ts";

export class AdaptiveReplacementCache implements ReplacementPolicy {
  private readonly view: PolicyView;
  private readonly t1: FrameList;
  private readonly t2: FrameList;
  private readonly b1 = new GhostList();
  private readonly b2 = new GhostList();
  /** The wanted size of T1. */
  private p = 0;
  private readonly mayGo: (frame: number) => boolean;
  /** Ghosts that p was adapted for and that are not in yet. */
  private readonly announced = new Set<number>();

  constructor(view: PolicyView) {
    this.view = view;
    this.t1 = new FrameList(view.limit);
    this.t2 = new FrameList(view.limit);
    this.mayGo = (frame) => view.mayGo(frame);
  }

  inserted(frame: number, page: number): void {
    this.adapt(page);
    this.announced.delete(page);
    const known = this.b1.delete(page) || this.b2.delete(page);
    (known ? this.t2 : this.t1).addLast(frame);
    // The paper's case IV, with the page counted already: |L1| ≤ c, |L1| + |L2| ≤ 2c.
    const c = this.view.capacity;
    this.b1.trim(Math.max(0, c - this.t1.size));
    this.b2.trim(Math.max(0, 2 * c - this.t1.size - this.b1.size - this.t2.size));
  }

  removed(frame: number, page: number, evicted: boolean): void {
    if (evicted) (this.t1.has(frame) ? this.b1 : this.b2).add(page);
    this.t1.remove(frame);
    this.t2.remove(frame);
  }

  referenced(frame: number): void {
    this.t1.remove(frame);
    this.t2.moveLast(frame);
  }

  /** REPLACE of the paper. */
  pickVictim(incoming: number): number | undefined {
    this.adapt(incoming);
    const { t1, t2, mayGo } = this;
    const fromT1 = t1.size > this.p || (t1.size === this.p && this.b2.has(incoming));
    const [first, second] = fromT1 ? [t1, t2] : [t2, t1];
    return first.find(mayGo) ?? second.find(mayGo);
  }

  /** Cases II and III: once for each ghost that comes. */
  private adapt(page: number): void {
    const { b1, b2 } = this;
    const inB1 = b1.has(page);
    if (this.announced.has(page) || !(inB1 || b2.has(page))) return;
    this.announced.add(page);
    if (inB1) this.p = Math.min(this.view.capacity, this.p + Math.max(1, b2.size / b1.size));
    else this.p = Math.max(0, this.p - Math.max(1, b1.size / b2.size));
  }
}
