/**
 * Where generated code finds the processor's state in WebAssembly memory, and what its functions return.
 */
import type { RegisterFile } from "../cpu/registers.ts";
import { Word } from "../cpu/registers.ts";
import type { FunctionType } from "./wasm/module.ts";
import { ValueType } from "./wasm/opcodes.ts";

/** Results of a region's function; numbers from 0 on are sites (sites.ts). */
export const Outcome = {
  /** The region could not start: a page is mapped differently, or the budget is too small. Nothing was changed. */
  REFUSED: -1,
  /** Control has gone to Word.EIP. */
  WENT: -2,
} as const;

/** Type of a region's function. */
export const REGION_TYPE: FunctionType = { parameters: [], results: [ValueType.I32] };

/** Entries of the table that finds the region of an address. */
export const LOOKUP_ENTRIES = 4096;
/** Bytes of an entry: linear address, then table slot. */
export const LOOKUP_ENTRY_BYTES = 8;

/** Table slot of the function that only returns WENT. */
export const UNLINKED = 0;

/** Slots whose regions remember the epoch (Word.EPOCH) in which their pages were checked last. */
export const EPOCH_CELLS = 16384;

export class Layout {
  private readonly base: number;
  /** Byte address of the lookup table. */
  readonly lookup: number;
  /** Byte address of a word for each of the first EPOCH_CELLS slots. */
  readonly epochs: number;

  constructor(file: RegisterFile, lookup: number, epochs: number) {
    this.base = file.words.byteOffset;
    this.lookup = lookup;
    this.epochs = epochs;
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
