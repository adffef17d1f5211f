/**
 * The kernel's way into the memory of threads: translation with the rights of the thread, setting
 * accessed and dirty bits as the processor would.
 *
 * Physical addresses are byte offsets into Ram; ABSENT says that the thread would fault.
 */
import type { Processor } from "#machine/processor.ts";
import { PAGE_MASK, PAGE_SHIFT, PAGE_SIZE, type Ram } from "#machine/ram.ts";
import { Entry, type TranslationTable } from "#machine/translation-table.ts";

export const ABSENT = -1;

/** Bits of a page to which a write changes none. */
const WRITTEN = Entry.WRITE | Entry.ACCESSED | Entry.DIRTY;

export class UserMemory {
  readonly ram: Ram;
  private readonly processor: Processor;
  private readonly views: (Uint8Array | undefined)[];

  constructor(ram: Ram, processor: Processor) {
    this.ram = ram;
    this.processor = processor;
    this.views = Array.from<Uint8Array | undefined>({ length: ram.frameCount });
  }

  /** Where an address may be read, or ABSENT. */
  readable(table: TranslationTable, address: number): number {
    const page = address >>> PAGE_SHIFT;
    const entry = table.get(page);
    if ((entry & Entry.ACCESSED) === 0) {
      if ((entry & Entry.PRESENT) === 0) return ABSENT;
      table.setEntry(page, entry | Entry.ACCESSED);
    }
    return ((entry & ~PAGE_MASK) | (address & PAGE_MASK)) >>> 0;
  }

  /** Where an address may be written, or ABSENT. Drops decoded instructions of the frame. */
  writable(table: TranslationTable, address: number): number {
    const page = address >>> PAGE_SHIFT;
    const entry = table.get(page);
    if ((entry & WRITTEN) !== WRITTEN) {
      if ((entry & Entry.PRESENT) === 0 || (entry & Entry.WRITE) === 0) return ABSENT;
      table.setEntry(page, entry | Entry.ACCESSED | Entry.DIRTY);
    }
    const frame = entry >>> PAGE_SHIFT;
    if (this.ram.frameHasCode[frame] !== 0) this.processor.invalidateFrame(frame);
    return ((entry & ~PAGE_MASK) | (address & PAGE_MASK)) >>> 0;
  }

  /** Whether an access would not fault. */
  permits(table: TranslationTable, address: number, write: boolean): boolean {
    const entry = table.get(address >>> PAGE_SHIFT);
    return (entry & Entry.PRESENT) !== 0 && (!write || (entry & Entry.WRITE) !== 0);
  }

  /** The bytes of a frame; always the same view, so that managers do not make garbage. */
  frame(frame: number): Uint8Array {
    let view = this.views[frame];
    if (view === undefined) {
      view = this.ram.frame(frame);
      this.views[frame] = view;
    }
    return view;
  }
}

/** Words that begin in the page of an address, from there on. */
const wordsOfPage = (address: number): number => (PAGE_SIZE - (address & PAGE_MASK) + 3) >> 2;

/**
 * A run of word accesses to one thread's memory that stops at the first fault: after it, reads give
 * 0 and writes do nothing. Nothing may be mapped or unmapped during the run.
 */
export class WordCursor {
  private readonly memory: UserMemory;
  private table: TranslationTable | undefined = undefined;
  private page = -1;
  private base = 0;
  private write = false;
  faulted = false;
  faultAddress = 0;

  constructor(memory: UserMemory) {
    this.memory = memory;
  }

  start(table: TranslationTable, write: boolean): void {
    this.table = table;
    this.write = write;
    this.page = -1;
    this.faulted = false;
  }

  read(address: number): number {
    return this.locate(address) ? this.memory.ram.i32[(this.base + (address & PAGE_MASK)) >>> 2]! >>> 0 : 0;
  }

  store(address: number, value: number): void {
    if (this.locate(address)) this.memory.ram.i32[(this.base + (address & PAGE_MASK)) >>> 2] = value;
  }

  /** Appends words from an address on to `words`. */
  readRun(address: number, count: number, words: number[]): void {
    const { i32 } = this.memory.ram;
    for (let done = 0; done < count; ) {
      const at = (address + 4 * done) >>> 0;
      const end = Math.min(done + wordsOfPage(at), count);
      if (this.locate(at)) {
        const base = ((this.base + (at & PAGE_MASK)) >>> 2) - done;
        for (; done < end; done++) words.push(i32[base + done]! >>> 0);
      } else for (; done < end; done++) words.push(0);
    }
  }

  /** Stores `words` without the first `skipped` from an address on. */
  storeRun(address: number, words: readonly number[], skipped: number): void {
    const { i32 } = this.memory.ram;
    for (let done = skipped; done < words.length; ) {
      const at = (address + 4 * (done - skipped)) >>> 0;
      const end = Math.min(done + wordsOfPage(at), words.length);
      if (!this.locate(at)) return;
      const base = ((this.base + (at & PAGE_MASK)) >>> 2) - done;
      for (; done < end; done++) i32[base + done] = words[done]!;
    }
  }

  private locate(address: number): boolean {
    if (this.faulted) return false;
    if (address >>> PAGE_SHIFT === this.page) return true;
    const table = this.table!;
    const physical = this.write ? this.memory.writable(table, address) : this.memory.readable(table, address);
    if (physical === ABSENT) {
      this.faulted = true;
      this.faultAddress = address >>> 0;
      return false;
    }
    this.page = address >>> PAGE_SHIFT;
    this.base = physical - (address & PAGE_MASK);
    return true;
  }
}
