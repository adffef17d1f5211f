/**
 * Memory and records of a random program, the same for the emulated processor and for runner.c.
 */

/** Pages of code, writable, and a second mapping of the same memory. */
export const CODE = 0x20000000;
export const ALIAS = 0x28000000;
export const CODE_PAGES = 16;
/** Writable pages, a read-only one, then a hole. */
export const ARENA = 0x10000000;
export const ARENA_PAGES = 4;
/** Loop counters, which random stores do not reach. */
export const COUNTERS = 0x14000000;
/** Jump tables: one read-only page. */
export const TABLES = 0x18000000;
/** Nothing is here. */
export const HOLE = 0x11000000;
export const STACK = 0x30000000;
export const STACK_PAGES = 4;

export const PAGE_SIZE = 4096;
/** Bit of a skip entry: all arithmetic flags are defined before the instruction. */
export const FLAGS_DEFINED = 0x80;
/** A program with more faults ends. */
export const MAX_FAULTS = 500;

export interface Program {
  readonly code: Uint8Array;
  /** For each byte of code the length of the instruction that starts there, with FLAGS_DEFINED; 0 elsewhere. */
  readonly skip: Uint8Array;
  /** Words of the tables page. */
  readonly tables: Uint32Array;
  /** Offset of the first instruction in the code. */
  readonly entry: number;
  /** EAX…EDI. */
  readonly registers: readonly number[];
  /** Of the pattern that fills the arena. */
  readonly seed: number;
}

export interface Outcome {
  registers: number[];
  eflags: number;
  eip: number;
  /** What ended the program: 3 when it came to its end. */
  vector: number;
  faults: number;
  /** Of all faults, with registers. */
  faultHash: number;
  /** Of the arena and the code. */
  memoryHash: number;
  /** x87 and vector state that is compared, as in FXSAVE images. */
  units: Uint8Array;
}

/** Start of an FXSAVE image. */
export const UNITS_BYTES = 288;

export function fill(words: Int32Array, seed: number): void {
  let x = seed | 0;
  for (let i = 0; i < words.length; i++) {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    words[i] = x;
  }
}

export const HASH_START = 2166136261 | 0;

export function mix(hash: number, word: number): number {
  return Math.imul(hash ^ word, 16777619);
}

export function hashWords(start: number, words: Int32Array): number {
  let h = start;
  for (let i = 0; i < words.length; i++) h = Math.imul(h ^ words[i]!, 16777619);
  return h;
}
