/**
 * Where generated code finds the processor's state in WebAssembly memory, and what its functions return.
 */
import type { RegisterFile } from "../cpu/registers.ts";
import { Word } from "../cpu/registers.ts";

/** Results of a region's function; numbers from 0 on are sites (sites.ts). */
export const Outcome = {
  /** The region could not start: a page is mapped differently, or the budget is too small. Nothing was changed. */
  REFUSED: -1,
  /** Control has gone to Word.EIP. */
  WENT: -2,
} as const;

/** Entries of the table that finds the region of an address (Word.TRANSLATOR holds none of it). */
export const LOOKUP_ENTRIES = 4096;
/** Bytes of an entry: linear address, then table slot. */
export const LOOKUP_ENTRY_BYTES = 8;

/** Table slot of the function that only returns WENT. */
export const UNLINKED = 0;

export class Layout {
  private readonly base: number;
  /** Byte address of the lookup table. */
  readonly lookup: number;

  constructor(file: RegisterFile, lookup: number) {
    this.base = file.words.byteOffset;
    this.lookup = lookup;
  }

  /** Byte address of a word of the register file. */
  word(index: number): number {
    return this.base + index * 4;
  }
}

/** Index of an address in the lookup table. */
export function lookupIndex(eip: number): number {
  return (eip ^ (eip >>> 12)) & (LOOKUP_ENTRIES - 1);
}

export { Word };
