/**
 * Memory and records of an instruction case, the same for the emulated processor and for runner.c.
 */

/** Two writable pages that 16-bit addresses reach. */
export const LOW = 0x8000;
/** Two writable pages, a read-only one, then a hole. */
export const DATA = 0x10000000;
/** Two pages of INT3 around the instruction, then a hole. */
export const CODE = 0x20000000;
/** The segment in FS when InstructionCase.fs is 1. */
export const FS_SEGMENT = { base: DATA + 0x800, limit: 0x17ff } as const;
/** A segment that cannot be written. */
export const READ_ONLY_SEGMENT = { base: DATA + 0x1000, limit: 0xfff } as const;

/** Kinds of selector operands; each processor puts in its own number. */
export const SelectorKind = {
  NONE: 0,
  FLAT_DATA: 1,
  FLAT_CODE: 2,
  /** FS_SEGMENT. */
  SEGMENT: 3,
  READ_ONLY: 4,
  NULL: 5,
  /** Data of privilege 0. */
  SYSTEM: 6,
  /** Behind the end of the descriptor table. */
  BEYOND: 7,
  /** In a local table, which there is not. */
  LOCAL: 8,
} as const;
/** The selectors of the emulated processor by kind, without their privilege. Results name the host's by them. */
export const SELECTORS = [0, 0x78, 0x70, 0x30, 0x38, 0, 0x68, 0x800, 4] as const;

export const POKES = 8;
export const CODE_BYTES = 32;
/** Start of an FXSAVE image: x87 environment, MXCSR, ST0…ST7, XMM0…XMM7. */
export const UNITS_BYTES = 288;

export interface InstructionCase {
  registers: number[];
  eflags: number;
  eip: number;
  seed: number;
  fs: number;
  /** Words written into the filled memory: [address, value]. */
  pokes: [number, number][];
  code: number[];
  /** Bytes of `code` before the instruction in question. */
  lead: number;
  /** SelectorKind and, from bit 8 on, requested privilege of a selector operand. */
  selector: number;
  /** Number of the register that holds the selector operand, or its address. */
  selectorPlace: number;
  /** Where the instruction stores a selector: a register, an address, or NO_PLACE. */
  selectorResult: number;
  /** Bytes of memory that are not compared: first address and count. */
  blank: readonly [number, number];
  /** The x87 and vector units, as an FXSAVE image. */
  units: Uint8Array;
}

export const NO_PLACE = 0xffffffff;

export interface InstructionResult {
  registers: number[];
  eflags: number;
  eip: number;
  vector: number;
  error: number;
  address: number;
  /** Of all words of writable memory that differ from the pattern. */
  hash: number;
  /** Low bytes of DS, ES, FS and GS. */
  segments: number;
  units: Uint8Array;
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

const AREA_WORDS = 0x2000 / 4;
const PATTERN_SEED = 88172645;
const pattern = new Int32Array(3 * AREA_WORDS);
fill(pattern, PATTERN_SEED);

/** What the writable pages at DATA hold at first. */
export function dataPattern(seed: number): Int32Array {
  const at = seed & 1023;
  return pattern.subarray(at, at + AREA_WORDS);
}

/** The same for LOW. */
export function lowPattern(seed: number): Int32Array {
  const at = (AREA_WORDS * 3) / 2 + ((seed >> 10) & 1023);
  return pattern.subarray(at, at + AREA_WORDS);
}

export const HASH_START = 2166136261;
const PRIME = 16777619;
/** Words that are compared at once. */
const CHUNK = 256;

/** Hash of the words that differ from the pattern, with their places. */
export function hash(start: number, words: Int32Array, expected: Int32Array): number {
  let h = start | 0;
  for (let chunk = 0; chunk < words.length; chunk += CHUNK) {
    const a = new Uint8Array(words.buffer, words.byteOffset + chunk * 4, CHUNK * 4);
    const b = new Uint8Array(expected.buffer, expected.byteOffset + chunk * 4, CHUNK * 4);
    if (Buffer.compare(a, b) === 0) continue;
    for (let i = chunk; i < chunk + CHUNK; i++) {
      if (words[i] !== expected[i]) h = Math.imul(Math.imul(h ^ i, PRIME) ^ words[i]!, PRIME);
    }
  }
  return h >>> 0;
}
