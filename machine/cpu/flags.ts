/**
 * The arithmetic flags, computed lazily: an instruction stores its kind, first operand and result, and
 * whoever reads a flag computes it from them.
 *
 * 8- and 16-bit values are stored shifted to the top of the word, so that one set of formulas serves
 * all sizes; the shift is kept in the type for PF and AF.
 */
import type { RegisterFile } from "./registers.ts";
import { Word } from "./registers.ts";

export const Flag = {
  CF: 1, PF: 4, AF: 0x10, ZF: 0x40, SF: 0x80, TF: 0x100, IF: 0x200, DF: 0x400, OF: 0x800,
  IOPL: 0x3000, NT: 0x4000, RF: 0x10000, VM: 0x20000, AC: 0x40000, ID: 0x200000,
} as const;

export const ARITHMETIC_FLAGS = Flag.CF | Flag.PF | Flag.AF | Flag.ZF | Flag.SF | Flag.OF;

/** Low four bits of FLAG_TYPE; the shift of the values is in the bits above. */
export const FlagKind = {
  /** All flags are in FLAGS. */
  EXPLICIT: 0,
  /** CF, OF, AF are 0; the others follow from the result. */
  LOGIC: 1,
  ADD: 2,
  SUB: 3,
  /** CF is in FLAGS. */
  INC: 4,
  DEC: 5,
  /** CF, OF and AF are in FLAGS; the others follow from the result. */
  MIXED: 6,
} as const;
const KIND_MASK = 15;
/** Position of the shift in FLAG_TYPE. */
export const FLAG_SHIFT = 4;

/** PF for each byte: set when the number of ones is even. */
export const PARITY = Uint8Array.from({ length: 256 }, (_, byte) => {
  let ones = 0;
  for (let bit = 0; bit < 8; bit++) ones += (byte >> bit) & 1;
  return ones & 1 ? 0 : Flag.PF;
});

const MOST_NEGATIVE = -0x80000000;

export interface Flags {
  carry(): boolean;
  zero(): boolean;
  /** Whether condition code cc (0…15, as in Jcc) holds. */
  condition(cc: number): boolean;
  /** All arithmetic flags in EFLAGS positions. */
  arithmetic(): number;
  /** Stores arithmetic flags from EFLAGS positions; other bits are ignored. */
  setArithmetic(flags: number): void;
  /** Result of a logical operation; `result` is shifted to the top. */
  setLogic(result: number, shift: number): void;
  /** Flags of a result with CF, OF and AF given as EFLAGS bits. */
  setMixed(result: number, shift: number, flags: number): void;
}

export function createFlags(file: RegisterFile): Flags {
  const R = file.words;
  const parityTable = PARITY;

  function carry(): boolean {
    switch (R[Word.FLAG_TYPE]! & KIND_MASK) {
      case FlagKind.LOGIC:
        return false;
      case FlagKind.ADD:
        return R[Word.FLAG_RESULT]! >>> 0 < R[Word.FLAG_FIRST]! >>> 0;
      case FlagKind.SUB: {
        const first = R[Word.FLAG_FIRST]!;
        return first >>> 0 < (first - R[Word.FLAG_RESULT]!) >>> 0;
      }
      default:
        return (R[Word.FLAGS]! & Flag.CF) !== 0;
    }
  }

  function zero(): boolean {
    return R[Word.FLAG_TYPE]! === FlagKind.EXPLICIT ? (R[Word.FLAGS]! & Flag.ZF) !== 0 : R[Word.FLAG_RESULT]! === 0;
  }

  function sign(): boolean {
    return R[Word.FLAG_TYPE]! === FlagKind.EXPLICIT ? (R[Word.FLAGS]! & Flag.SF) !== 0 : R[Word.FLAG_RESULT]! < 0;
  }

  function overflow(): boolean {
    const type = R[Word.FLAG_TYPE]!;
    const result = R[Word.FLAG_RESULT]!;
    const first = R[Word.FLAG_FIRST]!;
    switch (type & KIND_MASK) {
      case FlagKind.LOGIC:
        return false;
      case FlagKind.ADD:
        return ((first ^ result) & ((result - first) ^ result)) < 0;
      case FlagKind.SUB:
        return ((first ^ (first - result)) & (first ^ result)) < 0;
      case FlagKind.INC:
        return result === MOST_NEGATIVE;
      case FlagKind.DEC:
        return ((result + (1 << (type >> FLAG_SHIFT))) | 0) === MOST_NEGATIVE;
      default:
        return (R[Word.FLAGS]! & Flag.OF) !== 0;
    }
  }

  function parity(): number {
    const type = R[Word.FLAG_TYPE]!;
    if (type === FlagKind.EXPLICIT) return R[Word.FLAGS]! & Flag.PF;
    return parityTable[(R[Word.FLAG_RESULT]! >>> (type >> FLAG_SHIFT)) & 255]!;
  }

  function adjust(): number {
    const type = R[Word.FLAG_TYPE]!;
    const shift = type >> FLAG_SHIFT;
    const result = R[Word.FLAG_RESULT]!;
    const first = R[Word.FLAG_FIRST]!;
    switch (type & KIND_MASK) {
      case FlagKind.LOGIC:
        return 0;
      case FlagKind.ADD:
        return ((first ^ (result - first) ^ result) >>> shift) & Flag.AF;
      case FlagKind.SUB:
        return ((first ^ (first - result) ^ result) >>> shift) & Flag.AF;
      case FlagKind.INC:
        return ((result >>> shift) & 15) === 0 ? Flag.AF : 0;
      case FlagKind.DEC:
        return ((result >>> shift) & 15) === 15 ? Flag.AF : 0;
      default:
        return R[Word.FLAGS]! & Flag.AF;
    }
  }

  function condition(cc: number): boolean {
    switch (cc) {
      case 0: return overflow();
      case 1: return !overflow();
      case 2: return carry();
      case 3: return !carry();
      case 4: return zero();
      case 5: return !zero();
      case 6: return carry() || zero();
      case 7: return !carry() && !zero();
      case 8: return sign();
      case 9: return !sign();
      case 10: return parity() !== 0;
      case 11: return parity() === 0;
      case 12: return sign() !== overflow();
      case 13: return sign() === overflow();
      case 14: return zero() || sign() !== overflow();
      default: return !zero() && sign() === overflow();
    }
  }

  function arithmetic(): number {
    if (R[Word.FLAG_TYPE]! === FlagKind.EXPLICIT) return R[Word.FLAGS]!;
    return (
      (carry() ? Flag.CF : 0) | parity() | adjust() | (zero() ? Flag.ZF : 0) | (sign() ? Flag.SF : 0) | (overflow() ? Flag.OF : 0)
    );
  }

  return {
    carry,
    zero,
    condition,
    arithmetic,
    setArithmetic(flags: number): void {
      R[Word.FLAGS] = flags & ARITHMETIC_FLAGS;
      R[Word.FLAG_TYPE] = FlagKind.EXPLICIT;
    },
    setLogic(result: number, shift: number): void {
      R[Word.FLAG_RESULT] = result;
      R[Word.FLAG_TYPE] = FlagKind.LOGIC | (shift << FLAG_SHIFT);
    },
    setMixed(result: number, shift: number, flags: number): void {
      R[Word.FLAG_RESULT] = result;
      R[Word.FLAGS] = flags;
      R[Word.FLAG_TYPE] = FlagKind.MIXED | (shift << FLAG_SHIFT);
    },
  };
}
