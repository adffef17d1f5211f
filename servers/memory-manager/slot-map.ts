/**
 * Which slots of the paging disk are in use: a bitmap. Replays of traces use it as the memory manager does, so that pages have the same
 * neighbours on the disk.
 *
 * Layer beneath: none.
 */
import { NO_SLOT } from "./page.ts";

export class SlotMap {
  /** Slots that exist and are not bad. */
  size: number;
  used = 0;
  private readonly slots: number;
  /** One bit per slot: in use or bad. */
  private readonly taken: Uint32Array;
  private next = 0;

  constructor(slots: number) {
    this.slots = slots;
    this.size = slots;
    this.taken = new Uint32Array(Math.ceil(slots / 32));
  }

  /** Takes a free slot, or NO_SLOT. Searches onward from the last one, so that neighbours go out together. */
  allocate(): number {
    if (this.used >= this.size) return NO_SLOT;
    for (let step = 0; step < this.slots; step++) {
      const slot = this.next;
      this.next = (this.next + 1) % this.slots;
      if (!this.isTaken(slot)) {
        this.take(slot);
        return slot;
      }
    }
    return NO_SLOT;
  }

  /**
   * Takes neighbouring free slots, where the search comes to the first one.
   * @returns how many there are, at most `most`; 0 when all are taken
   */
  allocateRun(most: number): { first: number; count: number } {
    const first = this.allocate();
    if (first === NO_SLOT) return { first, count: 0 };
    let count = 1;
    while (count < most && this.used < this.size && first + count < this.slots && !this.isTaken(first + count)) {
      this.take(first + count);
      count++;
    }
    this.next = (first + count) % this.slots;
    return { first, count };
  }

  /** Frees a run that was not used; the search goes on with it. */
  giveBack(first: number, count: number): void {
    for (let slot = first; slot < first + count; slot++) this.free(slot);
    this.next = first;
  }

  free(slot: number): void {
    this.taken[slot >>> 5]! &= ~(1 << (slot & 31));
    this.used--;
  }

  /** Gives up a slot that was allocated and cannot be written: its bit stays set. */
  retire(): void {
    this.used--;
    this.size--;
  }

  private isTaken(slot: number): boolean {
    return (this.taken[slot >>> 5]! & (1 << (slot & 31))) !== 0;
  }

  private take(slot: number): void {
    this.taken[slot >>> 5]! |= 1 << (slot & 31);
    this.used++;
  }
}
