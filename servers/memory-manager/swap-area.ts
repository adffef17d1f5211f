/**
 * The paging disk: a bitmap of slots of one page, and their transfer through the disk driver.
 *
 * Slot n is block n of the disk. Layer beneath: the disk driver (abi/generic-driver.ts).
 */
import { FLEXPAGE_WRITE, flexpage } from "#kernel/abi/flexpage.ts";
import type { ThreadId } from "#kernel/abi/identifiers.ts";
import { call, type Op } from "#kernel/native.ts";
import { DriverClass, DriverRequest, DriverStatus } from "../abi/generic-driver.ts";
import type { Counters } from "./counters.ts";
import { NO_SLOT } from "./page.ts";

export class SwapArea {
  /** Slots that exist and are not bad. */
  size: number;
  used = 0;
  private readonly driver: ThreadId | undefined;
  private readonly slots: number;
  /** One bit per slot: in use or bad. */
  private readonly taken: Uint32Array;
  private next = 0;

  private constructor(driver: ThreadId | undefined, slots: number) {
    this.driver = driver;
    this.slots = slots;
    this.size = slots;
    this.taken = new Uint32Array(Math.ceil(slots / 32));
  }

  /** @param pages slots wanted; there are fewer when the disk is smaller, none without a driver */
  static *open(driver: ThreadId | undefined, pages: number): Op<SwapArea> {
    if (driver === undefined) return new SwapArea(driver, 0);
    const answer = yield* call(driver, { words: [DriverRequest.IDENTIFY, 0, 0] });
    const [status, kind, blockBytes, blocks = 0] = answer.words;
    const usable = answer.error === 0 && status === DriverStatus.OK && kind === DriverClass.BLOCK && blockBytes === 4096;
    return new SwapArea(driver, usable ? Math.min(pages, blocks) : 0);
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

  /** Fills frames from neighbouring slots. False on an error of the medium. */
  *read(slot: number, frames: readonly number[], payer: Counters): Op<boolean> {
    const operation = frames.length === 1 ? DriverRequest.READ_PAGE : DriverRequest.READ_PAGES;
    return yield* this.transfer(operation, slot, frames, FLEXPAGE_WRITE, payer);
  }

  /** Writes frames to neighbouring slots. False on an error of the medium. */
  *write(slot: number, frames: readonly number[], payer: Counters): Op<boolean> {
    const operation = frames.length === 1 ? DriverRequest.WRITE_PAGE : DriverRequest.WRITE_PAGES;
    return yield* this.transfer(operation, slot, frames, 0, payer);
  }

  private isTaken(slot: number): boolean {
    return (this.taken[slot >>> 5]! & (1 << (slot & 31))) !== 0;
  }

  private take(slot: number): void {
    this.taken[slot >>> 5]! |= 1 << (slot & 31);
    this.used++;
  }

  private *transfer(operation: number, slot: number, frames: readonly number[], access: number, payer: Counters): Op<boolean> {
    const words = frames.length === 1 ? [operation, 0, slot] : [operation, 0, slot, frames.length];
    const pages = frames.map((frame, index) => ({ hotSpot: index * 4096, fpage: flexpage(frame * 4096, 12, access) }));
    const answer = yield* call(this.driver!, { words, pages });
    payer.count("messages", 2);
    payer.count("words", words.length + 2 * pages.length + answer.words.length);
    return answer.error === 0 && answer.words[0] === DriverStatus.OK;
  }
}
