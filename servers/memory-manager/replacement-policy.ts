/**
 * Which resident page goes when a frame is needed: the interface, and the clock algorithm.
 *
 * A policy sees frame numbers only. Source of the clock: Corbató, "A paging experiment with the Multics
 * system" (1968).
 */
export interface ReplacementPolicy {
  /** A frame was filled with a page that may be paged out. */
  inserted(frame: number): void;
  /** The frame is free again. */
  removed(frame: number): void;
  /**
   * Chooses a frame; it stays inserted until removed() is called.
   * @param mayGo whether the frame can be chosen now
   * @param accessed whether clients used the page since this was last asked about the frame
   * @returns undefined when no frame may go
   */
  pickVictim(mayGo: (frame: number) => boolean, accessed: (frame: number) => boolean): number | undefined;
}

/** The clock: a hand goes round the frames; a page used since its last visit gets a second chance. */
export class SecondChance implements ReplacementPolicy {
  private readonly present: Uint8Array;
  private hand = 0;

  /** @param limit one more than the highest frame number */
  constructor(limit: number) {
    this.present = new Uint8Array(limit);
  }

  inserted(frame: number): void {
    this.present[frame] = 1;
  }

  removed(frame: number): void {
    this.present[frame] = 0;
  }

  pickVictim(mayGo: (frame: number) => boolean, accessed: (frame: number) => boolean): number | undefined {
    // The first turn resets the accessed bits, so the second one finds a victim if any frame may go.
    for (let step = 0; step < 2 * this.present.length; step++) {
      const frame = this.hand;
      this.hand = (this.hand + 1) % this.present.length;
      if (this.present[frame] === 1 && mayGo(frame) && !accessed(frame)) return frame;
    }
    return undefined;
  }
}
