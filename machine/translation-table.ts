/**
 * Translation of one address space: a two-level table in the arena of RAM.
 *
 * Directory: 1024 words, each the byte address of a leaf (never 0: absent ones point to one shared
 * leaf of zeros, so a look-up needs no branch). Leaf: 1024 entries.
 *
 *   31            12 11      4   3       2        1         0
 *  [ frame address  | unused | dirty | accessed | write | present ]
 *
 * The processor sets accessed and dirty at the first access, and then lets the translation cache
 * (translation-cache.ts)
 * answer for the page; the kernel clears them when a manager asks. Every change of an entry by the kernel drops the
 * page from the cache.
 * i386 without PAE has no execute bit: readable is executable.
 */
import { PAGE_SHIFT, type Ram } from "./ram.ts";
import type { CacheClient } from "./translation-cache.ts";

export const Entry = {
  PRESENT: 1,
  WRITE: 2,
  ACCESSED: 4,
  DIRTY: 8,
} as const;

const LEAF_ENTRIES = 1024;
let nextSerial = 1;
const sharedZeroLeaves = new WeakMap<Ram, number>();

function zeroLeaf(ram: Ram): number {
  let leaf = sharedZeroLeaves.get(ram);
  if (leaf === undefined) {
    leaf = ram.allocateArenaPage();
    sharedZeroLeaves.set(ram, leaf);
  }
  return leaf;
}

export class TranslationTable implements CacheClient {
  /** Byte address of the directory; 0 after destroy(). */
  root: number;
  cacheRoot = 0;
  /** Names the address space; no number is used twice. */
  readonly serial = nextSerial++;
  private readonly ram: Ram;
  private readonly absent: number;

  private constructor(ram: Ram, root: number) {
    this.ram = ram;
    this.root = root;
    this.absent = zeroLeaf(ram);
    ram.i32.fill(this.absent, root >> 2, (root >> 2) + LEAF_ENTRIES);
  }

  /** A new, empty table, or undefined when the arena is exhausted. */
  static create(ram: Ram): TranslationTable | undefined {
    zeroLeaf(ram);
    const root = ram.allocateArenaPage();
    return root === 0 ? undefined : new TranslationTable(ram, root);
  }

  /** The entry of a virtual page number (0 … 2^20-1); 0 when nothing is mapped. */
  get(page: number): number {
    const i32 = this.ram.i32;
    return i32[(i32[(this.root >> 2) + (page >>> 10)]! >> 2) + (page & 1023)]!;
  }

  /** Maps a page to a frame, not yet accessed. False when there is no memory for the leaf. */
  map(page: number, frame: number, writable: boolean): boolean {
    const i32 = this.ram.i32;
    const slot = (this.root >> 2) + (page >>> 10);
    let leaf = i32[slot]!;
    if (leaf === this.absent) {
      leaf = this.ram.allocateArenaPage();
      if (leaf === 0) return false;
      i32[slot] = leaf;
    }
    i32[(leaf >> 2) + (page & 1023)] = (frame << PAGE_SHIFT) | Entry.PRESENT | (writable ? Entry.WRITE : 0);
    if (this.cacheRoot !== 0) this.ram.translations.drop(this.cacheRoot, page);
    return true;
  }

  /** Replaces the entry of a mapped page. */
  setEntry(page: number, entry: number): void {
    const i32 = this.ram.i32;
    const leaf = i32[(this.root >> 2) + (page >>> 10)]!;
    if (leaf === this.absent) return;
    i32[(leaf >> 2) + (page & 1023)] = entry;
    if (this.cacheRoot !== 0) this.ram.translations.drop(this.cacheRoot, page);
  }

  unmap(page: number): void {
    this.setEntry(page, 0);
  }

  /** Gives all pages of the table back. The table must not be in use by the processor. */
  destroy(): void {
    this.ram.translations.release(this);
    const i32 = this.ram.i32;
    for (let slot = 0; slot < LEAF_ENTRIES; slot++) {
      const leaf = i32[(this.root >> 2) + slot]!;
      if (leaf !== this.absent) this.ram.freeArenaPage(leaf);
    }
    this.ram.freeArenaPage(this.root);
    this.root = 0;
  }
}
