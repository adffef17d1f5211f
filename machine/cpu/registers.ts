/**
 * The register file of the interpreter: one array of 32-bit words, so that V8 keeps everything unboxed
 * and reaches it by a constant address. It lies in a page of RAM's arena, where generated code can
 * reach it too.
 *
 * Words 0…7 are EAX…EDI in the processor's encoding.
 */
import type { Ram } from "../ram.ts";

export const Word = {
  ESP: 4,
  /** Always 0: stands for an absent base or index register. */
  ZERO: 8,
  /** Linear address computed by an address step (segmented or 16-bit addressing). */
  ADDRESS: 9,
  /** Valid only where execution leaves a block: at look-ups and exits. */
  EIP: 10,
  /** Linear address of the page that is being executed. */
  PAGE: 11,
  /** Instructions that may run after the current block. */
  BUDGET: 12,
  /** Directory of the translation table, as a word index. */
  ROOT: 13,
  /** Lazy arithmetic flags (flags.ts): four words. */
  FLAG_TYPE: 14,
  FLAG_FIRST: 15,
  FLAG_RESULT: 16,
  /** Arithmetic flags that are known, in EFLAGS positions. */
  FLAGS: 17,
  /** All other EFLAGS bits. */
  SYSTEM_FLAGS: 18,
  /** Why the run loop was left (Stop). */
  STOP: 19,
  /**
   * Not 0 when DS, ES or SS is not flat or EFLAGS.AC is set: another set of operations is then used, with all checks.
   */
  SEGMENTED: 20,
  /** The address space's tables in the translation cache: byte address, and the same as a word index. */
  CACHE: 21,
  CACHE_WORDS: 22,
  /** Budget that is kept back until the next sample. */
  HELD: 23,
  /**
   * Instructions of translated code in this turn, which do not count for the next sample, less what going there and
   * back costs.
   */
  TRANSLATED: 75,
  /** Bases, then limits, of ES CS SS DS FS GS. */
  SEGMENT_BASE: 24,
  SEGMENT_LIMIT: 32,
  /** Rights of the six segments (Access). */
  SEGMENT_ACCESS: 40,
  /** Their selectors. */
  SEGMENT_SELECTOR: 48,
  /** The x87 state while it is lent to generated code (x87/loan.ts); the key is 0 while it is not. */
  X87_KEY: 64,
  X87_STATUS: 65,
  X87_INSTRUCTION_OFFSET: 68,
  X87_INSTRUCTION_SELECTOR: 69,
  X87_OPCODE: 70,
  X87_OPERAND_OFFSET: 71,
  X87_OPERAND_SELECTOR: 72,
  /** 1 when XMM registers and MXCSR are those of the running context (floating-point.ts). */
  UNITS_READY: 73,
  /**
   * The registers of the x87 unit, always here. Sixteen slots each: sign and exponent, low and high half of the
   * significand.
   * Slots 0…7 are the physical registers, and MMX.
   */
  X87_SIGN_EXPONENT: 80,
  X87_LOW: 96,
  X87_HIGH: 112,
  /** XMM0…XMM7, four words each, 16-byte aligned. */
  XMM: 128,
  MXCSR: 160,
  /** Sixteen bytes of operand and result of the vector unit, aligned: four operands. */
  VECTOR_SCRATCH: 164,
  /** Changes with every run of the processor: within one, mappings do not change. */
  EPOCH: 192,
} as const;

const WORDS = 256;

/**
 * Bits of SEGMENT_ACCESS. Of a segment that expands down, offsets above the limit are valid; it has the latter two
 * bits only.
 */
export const Access = { READ: 1, WRITE: 2, READ_DOWN: 4, WRITE_DOWN: 8 } as const;

/** Why the run loop was left. */
export const Stop = {
  /** The budget is smaller than the next block. */
  SLICE: 0,
  /** A software interrupt or debug trap: the exit object is filled in. */
  EXIT: 1,
  /** Segments or TF changed: look at them, then go on. */
  MODE: 2,
} as const;

export interface RegisterFile {
  readonly words: Int32Array;
  readonly halves: Uint16Array;
  readonly bytes: Uint8Array;
}

export function createRegisterFile(ram: Ram): RegisterFile {
  const page = ram.allocateArenaPage();
  if (page === 0) throw new Error("no arena page for the register file");
  const buffer = ram.memory.buffer;
  return {
    words: new Int32Array(buffer, page, WORDS),
    halves: new Uint16Array(buffer, page, WORDS * 2),
    bytes: new Uint8Array(buffer, page, WORDS * 4),
  };
}

/** Byte index of an 8-bit register (AL CL DL BL AH CH DH BH) in RegisterFile.bytes. */
export function byteIndex(register: number): number {
  return register < 4 ? register * 4 : (register - 4) * 4 + 1;
}
