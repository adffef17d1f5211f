/**
 * CLOCK-Pro: a clock of hot pages, cold pages and ghosts. A cold page that is used again in its test period, in memory or
 * as a ghost, becomes hot; the number of frames meant for cold pages grows with each such use and shrinks with each
 * test that passes without one. References up to the next call of the policy count as one with that which brought a page in.
 *
 * Source: Jiang, Chen, Zhang, "CLOCK-Pro: an effective improvement of the CLOCK replacement" (USENIX 2005), section 4. The
 * list's head is right behind the hot hand. Layer beneath: page-ring.ts.
 */
import type { PolicyView, ReplacementPolicy } from "../replacement-policy.ts";
import { PageRing, RingPage } from "./page-ring.ts";

export class ClockPro implements ReplacementPolicy {
  private readonly view: PolicyView;
  private readonly ring = new PageRing(["hot", "cold", "test"]);
  private readonly residents: (RingPage | undefined)[];
  private readonly ghosts = new Map<number, RingPage>();
  private hotPages = 0;
  private coldPages = 0;
  /** Frames meant for cold pages: m_c of the paper. */
  private coldTarget = 1;
  /** Frames filled since the last call: the reference that brought their page in has set their accessed bit. */
  private fresh: number[] = [];

  constructor(view: PolicyView) {
    this.view = view;
    this.residents = Array.from({ length: view.limit }, () => undefined);
  }

  inserted(frame: number, page: number): void {
    this.settle();
    this.fresh.push(frame);
    const ghost = this.ghosts.get(page);
    const entry = ghost ?? new RingPage(page, frame, true);
    if (ghost) {
      this.forget(ghost);
      ghost.frame = frame;
    }
    this.residents[frame] = entry;
    this.ring.addBehind("hot", entry);
    this.coldPages++;
    if (ghost) this.heat(entry);
  }

  removed(frame: number, _page: number, evicted: boolean): void {
    const entry = this.residents[frame]!;
    this.residents[frame] = undefined;
    if (entry.hot) this.hotPages--;
    else this.coldPages--;
    if (!evicted || !entry.test) {
      this.ring.remove(entry);
      return;
    }
    entry.frame = undefined;
    this.ghosts.set(entry.page, entry);
    while (this.ghosts.size > this.view.capacity) this.runTestHand();
  }

  /** Runs the cold hand. */
  pickVictim(): number | undefined {
    this.settle();
    const { ring, view } = this;
    if (this.coldPages === 0) this.runHotHand();
    // In the first turn pages may be used and hot ones may become cold; the second finds a cold page if one may go.
    for (let step = 3 * ring.size; step > 0; step--) {
      const entry = ring.hands.cold!;
      ring.hands.cold = entry.next;
      const { frame } = entry;
      if (frame === undefined || entry.hot || !view.mayGo(frame)) continue;
      if (!view.accessed(frame)) return frame;
      ring.remove(entry);
      ring.addBehind("hot", entry);
      if (entry.test) this.heat(entry);
      else entry.test = true;
      if (this.coldPages === 0) this.runHotHand();
    }
    const victim = this.residents.findIndex((entry, frame) => entry !== undefined && view.mayGo(frame));
    return victim < 0 ? undefined : victim;
  }

  /** The reference that brought a page in is no use in its test period: resets the accessed bits of fresh pages. */
  private settle(): void {
    for (const frame of this.fresh) if (this.residents[frame]) this.view.accessed(frame);
    this.fresh = [];
  }

  /** A cold page was used in its test period. */
  private heat(entry: RingPage): void {
    this.coldTarget = Math.min(this.view.capacity, this.coldTarget + 1);
    entry.hot = true;
    entry.test = false;
    this.coldPages--;
    this.hotPages++;
    while (this.hotPages > this.view.capacity - this.coldTarget) this.runHotHand();
  }

  /** Makes the hot page cold that was not used for longest, and ends the tests of pages on the way, up to the next hot page. */
  private runHotHand(): void {
    const { hands } = this.ring;
    for (let cooled = false; this.hotPages > 0; ) {
      const entry = hands.hot!;
      if (entry.hot && cooled) return;
      hands.hot = entry.next;
      if (!entry.hot) {
        this.endTest(entry);
      } else if (!this.view.accessed(entry.frame!)) {
        entry.hot = false;
        this.hotPages--;
        this.coldPages++;
        cooled = true;
      }
    }
  }

  /** Ends the tests of pages up to the first ghost, which is forgotten. */
  private runTestHand(): void {
    for (const before = this.ghosts.size; this.ghosts.size === before; ) {
      const entry = this.ring.hands.test!;
      this.ring.hands.test = entry.next;
      if (!entry.hot) this.endTest(entry);
    }
  }

  /** The test period of a cold page passes without a use. */
  private endTest(entry: RingPage): void {
    if (!entry.test) return;
    entry.test = false;
    this.coldTarget = Math.max(1, this.coldTarget - 1);
    if (entry.frame === undefined) this.forget(entry);
  }

  private forget(ghost: RingPage): void {
    this.ghosts.delete(ghost.page);
    this.ring.remove(ghost);
  }
}
