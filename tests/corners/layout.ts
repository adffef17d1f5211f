/**
 * Memory, selectors and records of a corner case, the same for the interpreter and for runner.c.
 */
/** Two writable pages that 16-bit addresses reach. */
export const LOW = 0x8000;
/** Two writable pages, a read-only one, then a hole. */
export const DATA = 0x10000000;
/** Two pages of INT3 around the instruction, then a hole. */
export const CODE = 0x20000000;

export const POKES = 6;
export const PEEKS = 4;

/** Indices of descriptor-table entries by what they hold, which differ between Linux's tables. */
export interface Entries {
  readonly userCode: number;
  readonly userData: number;
  readonly kernelCode: number;
  readonly kernelData: number;
  readonly task: number;
  /** Three entries that threads set; the first is empty, the others are InstructionCase.segments. */
  readonly own: readonly [number, number, number];
  /** Behind the table's end. */
  readonly beyond: number;
}

/** Of Linux for i386, which Lites shows. */
export const LITES_ENTRIES: Entries = {
  userCode: 14,
  userData: 15,
  kernelCode: 12,
  kernelData: 13,
  task: 16,
  own: [6, 7, 8],
  beyond: 100,
};
/** Of Linux for x86-64, on which the runner runs. */
export const HOST_ENTRIES: Entries = {
  userCode: 4,
  userData: 5,
  kernelCode: 1,
  kernelData: 3,
  task: 8,
  own: [12, 13, 14],
  beyond: 100,
};

/** A descriptor as set_thread_area takes it. */
export interface SegmentDescription {
  base: number;
  limit: number;
  /** Bits of struct user_desc; 0: the entry is empty. */
  flags: number;
}
export const SegmentFlag = { BITS_32: 1, EXPAND_DOWN: 2, READ_ONLY: 8, PAGES: 16, USEABLE: 64 } as const;

export interface CornerCase {
  registers: number[];
  eflags: number;
  eip: number;
  seed: number;
  /** ES SS DS FS GS. */
  selectors: number[];
  segments: SegmentDescription[];
  /** Words written into the filled memory: [address, value]. */
  pokes: [number, number][];
  /** Addresses of words that are compared by themselves, because they may hold selectors. */
  peeks: number[];
  code: number[];
}

export interface CornerResult {
  registers: number[];
  eflags: number;
  eip: number;
  selectors: number[];
  vector: number;
  error: number;
  address: number;
  peeks: number[];
  /** Of all writable memory, the peeks being 0. */
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
