/**
 * Where generated code finds the processor's state in WebAssembly memory, and what its functions return.
 */
import type { RegisterFile } from "../cpu/registers.ts";
import type { FunctionType } from "./wasm/module.ts";
import { ValueType } from "./wasm/opcodes.ts";

/** Results of a region's function; numbers from 0 on are sites (sites.ts). */
export const Outcome = {
  /** The region could not start: a page, a segment or a unit is not as it expects. Nothing was changed. */
  REFUSED: -1,
  /** Control has gone to Word.EIP. */
  WENT: -2,
  /** The region could not start: the budget is too small. Nothing was changed. */
  SPENT: -3,
} as const;
export type Outcome = (typeof Outcome)[keyof typeof Outcome];

/** Type of a region's function. */
export const REGION_TYPE: FunctionType = { parameters: [], results: [ValueType.I32] };
/** Its index in modules of regions. */
export const REGION_TYPE_INDEX = 0;

/**
 * Entries of each of the two tables that find the region of an address. Regions look into the first one themselves;
 * an address whose
 * place is taken there is found in the second one, by another hash (runtime/linker.ts).
 */
const LOOKUP_BITS = 14;
export const LOOKUP_ENTRIES = 1 << LOOKUP_BITS;
/** Bytes of an entry: linear address, then table slot, UNLINKED when there is no region. */
export const LOOKUP_ENTRY_BYTES = 8;
/** Both tables. */
export const LOOKUP_BYTES = 2 * LOOKUP_ENTRIES * LOOKUP_ENTRY_BYTES;
/** 2^32 divided by the golden ratio: the upper bits of products with it depend on all bits of an address. */
export const LOOKUP_FACTOR = 0x9e3779b1;
/** Right shifts of the product for the two tables. */
export const LOOKUP_SHIFTS = [32 - LOOKUP_BITS, 32 - 2 * LOOKUP_BITS] as const;

/**
 * Slot of the table of all regions where none is, and link of every region that leads to none: the function there
 * stands for missing regions.
 */
export const UNLINKED = 0;

/** Slots whose regions remember the epoch (Word.EPOCH) in which their pages were checked last. */
export const EPOCH_CELLS = 16384;

export class Layout {
  private readonly base: number;
  /** Byte address of the lookup tables. */
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

/** Offset of an address's entry from the start of the tables, in bytes. */
export function lookupEntry(eip: number, table: 0 | 1): number {
  const index = (Math.imul(eip, LOOKUP_FACTOR) >>> LOOKUP_SHIFTS[table]) & (LOOKUP_ENTRIES - 1);
  return (table * LOOKUP_ENTRIES + index) * LOOKUP_ENTRY_BYTES;
}
