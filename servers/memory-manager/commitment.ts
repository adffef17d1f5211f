/**
 * Commitment: how many pages of memory are promised to clients.
 *
 * At most frames + paging disk - 1 pages are promised. Then a resident page can always be moved out:
 * when all frames are full, the pages without a frame number at most slots - 1.
 */
export class Commitment {
  /** Pages promised now. */
  committed = 0;
  private frames: number;
  private slots: number;

  /**
   * @param frames frames that can hold clients' pages
   * @param slots slots of the paging disk
   */
  constructor(frames: number, slots: number) {
    this.frames = frames;
    this.slots = slots;
  }

  get limit(): number {
    return this.frames + this.slots - 1;
  }

  /** Promises pages; false (and nothing changes) when they could not be held. */
  promise(pages: number): boolean {
    if (this.committed + pages > this.limit) return false;
    this.committed += pages;
    return true;
  }

  release(pages: number): void {
    this.committed -= pages;
  }

  /** A slot of the paging disk turned out to be bad. Promises stay; later ones are judged by the new limit. */
  loseSlot(): void {
    this.slots--;
  }
}
