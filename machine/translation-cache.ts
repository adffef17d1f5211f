/**
 * Cache of translations (a software TLB) that the interpreter and generated code read with one load per access.
 *
 * A slot serves one address space and has two flat tables of 2^20 words in WebAssembly memory: for reads at the slot's
 * address, for writes WRITE_TABLE bytes behind. The entry of a page that may be accessed at once is
 *
 *   frame address - page address - BIAS
 *
 * so that address + entry + BIAS is the physical address. It is odd, so never 0, which means: take the slow path
 * (machine/cpu/memory.ts). Nothing but the touched pages of a table takes host memory.
 *
 * The truth is in TranslationTable; its changes drop entries here. A frame has at most one write entry in all
 * tables, so that it can be taken away when instructions of the frame become cached.
 */
import { PAGE_SHIFT } from "./page.ts";

/** Distance in bytes from the read table to the write table. */
export const WRITE_TABLE = 4 << 20;
/** Bytes of a slot: two tables. */
export const CACHE_SLOT_BYTES = 2 * WRITE_TABLE;
/**
 * Constant offset of accesses; makes valid entries differ from 0. The lowest twelve bits of a valid entry are 4096 -
 * BIAS, of an
 * invalid one 0: four bytes at an address may be accessed at once if its offset in the page is below them, which is
 * one comparison.
 */
export const BIAS = 3;

const TABLE_WORDS = WRITE_TABLE >> 2;
/** Entries that are cleared together: one host page. */
const CHUNK_SHIFT = 10;
const CHUNK_WORDS = 1 << CHUNK_SHIFT;
const CHUNKS = (2 * TABLE_WORDS) >> CHUNK_SHIFT;

/** The memory that holds the tables, and its frames. */
export interface CachedMemory {
  readonly i32: Int32Array;
  readonly frameCount: number;
  /** 1 for each frame whose instructions are cached: writes to it are not allowed here. */
  readonly frameHasCode: Uint8Array;
}

/** What the cache serves: one address space. */
export interface CacheClient {
  /** Byte address of its tables, 0 when it has none; kept by the cache. */
  cacheRoot: number;
}

class Slot {
  readonly root: number;
  client: CacheClient | undefined = undefined;
  /** Time of last use, in acquisitions. */
  used = 0;
  /** Chunks that hold entries, as a list and as a set. */
  readonly chunks: number[] = [];
  readonly isTouched = new Uint8Array(CHUNKS);

  constructor(root: number) {
    this.root = root;
  }
}

/** The entry that maps a page to a frame. */
export function cacheEntry(page: number, frame: number): number {
  return ((frame - page) << PAGE_SHIFT) - BIAS;
}

export class TranslationCache {
  private readonly i32: Int32Array;
  private readonly frameHasCode: Uint8Array;
  private readonly base: number;
  private readonly slots: Slot[];
  private time = 0;
  /** Whose tables were asked for last. */
  private latest: CacheClient | undefined = undefined;
  /** For each frame the word index of its last write entry; it may have been given to another page since. */
  private readonly writers: Int32Array;

  /** @param base byte address of `slots` slots in the memory, all zero */
  constructor(memory: CachedMemory, base: number, slots: number) {
    this.i32 = memory.i32;
    this.frameHasCode = memory.frameHasCode;
    this.base = base;
    this.slots = Array.from({ length: slots }, (_, index) => new Slot(base + index * CACHE_SLOT_BYTES));
    this.writers = new Int32Array(memory.frameCount);
  }

  /** Byte address of the tables of an address space; takes them from the one that has not run for the longest time. */
  acquire(client: CacheClient): number {
    if (client === this.latest) return client.cacheRoot;
    this.latest = client;
    if (client.cacheRoot !== 0) {
      this.slotAt(client.cacheRoot).used = ++this.time;
      return client.cacheRoot;
    }
    let oldest = this.slots[0]!;
    for (const slot of this.slots) {
      if (slot.client === undefined) {
        oldest = slot;
        break;
      }
      if (slot.used < oldest.used) oldest = slot;
    }
    if (oldest.client !== undefined) this.release(oldest.client);
    oldest.client = client;
    oldest.used = ++this.time;
    client.cacheRoot = oldest.root;
    return oldest.root;
  }

  /** Takes its tables from an address space. */
  release(client: CacheClient): void {
    if (client.cacheRoot === 0) return;
    const slot = this.slotAt(client.cacheRoot);
    for (const chunk of slot.chunks) {
      slot.isTouched[chunk] = 0;
      const start = (slot.root >> 2) + (chunk << CHUNK_SHIFT);
      this.i32.fill(0, start, start + CHUNK_WORDS);
    }
    slot.chunks.length = 0;
    slot.client = undefined;
    client.cacheRoot = 0;
    if (client === this.latest) this.latest = undefined;
  }

  /** Reads of the page may go on at once. Frame 0 is left out: address + entry would be negative. */
  allowRead(root: number, page: number, frame: number): void {
    if (frame === 0) return;
    this.touch(root, page);
    this.i32[(root >> 2) + page] = cacheEntry(page, frame);
  }

  /** Writes to the page may go on at once, unless the frame holds code. */
  allowWrite(root: number, page: number, frame: number): void {
    if (frame === 0 || this.frameHasCode[frame] !== 0) return;
    this.forbidWrites(frame);
    this.touch(root, TABLE_WORDS + page);
    const word = (root >> 2) + TABLE_WORDS + page;
    this.i32[word] = cacheEntry(page, frame);
    this.writers[frame] = word;
  }

  /** Writes to the frame must take the slow path: instructions of it are cached from now on. */
  forbidWrites(frame: number): void {
    const word = this.writers[frame]!;
    if (word === 0) return;
    const page = (word - (this.base >> 2)) & (TABLE_WORDS - 1);
    if (this.i32[word] === cacheEntry(page, frame)) this.i32[word] = 0;
    this.writers[frame] = 0;
  }

  /** The translation of the page has changed. */
  drop(root: number, page: number): void {
    const word = (root >> 2) + page;
    this.i32[word] = 0;
    this.i32[word + TABLE_WORDS] = 0;
  }

  private touch(root: number, word: number): void {
    const slot = this.slotAt(root);
    const chunk = word >> CHUNK_SHIFT;
    if (slot.isTouched[chunk] !== 0) return;
    slot.isTouched[chunk] = 1;
    slot.chunks.push(chunk);
  }

  private slotAt(root: number): Slot {
    return this.slots[(root - this.base) / CACHE_SLOT_BYTES]!;
  }
}
