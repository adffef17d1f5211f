/**
 * The clock: a hand goes round the frames; a page used since its last visit gets a second chance.
 *
 * Source: Corbató, "A paging experiment with the Multics system" (1968). Unlike second-chance.ts a page that is filled
 * into a free frame stands where the frame is, not behind the hand.
 */
import type { PolicyView, ReplacementPolicy } from "../replacement-policy.ts";

export class Clock implements ReplacementPolicy {
  private readonly view: PolicyView;
  private readonly present: Uint8Array;
  private hand = 0;

  constructor(view: PolicyView) {
    this.view = view;
    this.present = new Uint8Array(view.limit);
  }

  inserted(frame: number): void {
    this.present[frame] = 1;
  }

  removed(frame: number): void {
    this.present[frame] = 0;
  }

  pickVictim(): number | undefined {
    const { present, view } = this;
    // The first turn resets the accessed bits, so the second one finds a victim if any frame may go.
    for (let step = 0; step < 2 * present.length; step++) {
      const frame = this.hand;
      this.hand = frame + 1 === present.length ? 0 : frame + 1;
      if (present[frame] === 1 && view.mayGo(frame) && !view.accessed(frame)) return frame;
    }
    return undefined;
  }
}
