/**
 * Memory and records of an instruction case, the same for the interpreter and for runner.c.
 */

/** Two writable pages that 16-bit addresses reach. */
export const LOW = 0x8000;
/** Two writable pages, a read-only one, then a hole. */
export const DATA = 0x10000000;
/** Two pages of INT3 around the instruction, then a hole. */
export const CODE = 0x20000000;
/** The segment in FS when InstructionCase.fs is 1. */
export const FS_SEGMENT = { base: DATA + 0x800, limit: 0x17ff } as const;

export const POKES = 4;

export interface InstructionCase {
  registers: number[];
  eflags: number;
  eip: number;
  seed: number;
  fs: number;
  /** Words written into the filled memory: [address, value]. */
  pokes: [number, number][];
  code: number[];
}

export interface InstructionResult {
  registers: number[];
  eflags: number;
  eip: number;
  vector: number;
  error: number;
  address: number;
  /** Of all writable memory. */
  hash: number;
}

/** Fills memory with a reproducible pattern. */
export function fill(words: Int32Array, seed: number): void {
  let x = seed | 0;
  for (let i = 0; i < words.length; i++) {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    words[i] = x;
  }
}

export const HASH_START = 2166136261;

export function hash(start: number, words: Int32Array): number {
  let h = start | 0;
  for (let i = 0; i < words.length; i++) h = Math.imul(h ^ words[i]!, 16777619);
  return h >>> 0;
}
