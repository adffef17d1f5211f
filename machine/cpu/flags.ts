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
  CF: 1,
  PF: 4,
  AF: 0x10,
  ZF: 0x40,
  SF: 0x80,
  TF: 0x100,
  IF: 0x200,
  DF: 0x400,
  OF: 0x800,
  IOPL: 0x3000,
  NT: 0x4000,
  RF: 0x10000,
  VM: 0x20000,
  AC: 0x40000,
  ID: 0x200000,
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
  const { FLAGS, FLAG_FIRST, FLAG_RESULT, FLAG_TYPE } = Word;
  const { AF, CF, OF, PF, SF, ZF } = Flag;
  const { ADD, DEC, EXPLICIT, INC, LOGIC, MIXED, SUB } = FlagKind;
  const typeShift = FLAG_SHIFT;
  const R = file.words;
  const parityTable = PARITY;

  function carry(): boolean {
    switch (R[FLAG_TYPE]! & KIND_MASK) {
      case LOGIC:
        return false;
      case ADD:
        return R[FLAG_RESULT]! >>> 0 < R[FLAG_FIRST]! >>> 0;
      case SUB: {
        const first = R[FLAG_FIRST]!;
        return first >>> 0 < (first - R[FLAG_RESULT]!) >>> 0;
      }
      default:
        return (R[FLAGS]! & CF) !== 0;
    }
  }

  function zero(): boolean {
    return R[FLAG_TYPE]! === EXPLICIT ? (R[FLAGS]! & ZF) !== 0 : R[FLAG_RESULT]! === 0;
  }

  function sign(): boolean {
    return R[FLAG_TYPE]! === EXPLICIT ? (R[FLAGS]! & SF) !== 0 : R[FLAG_RESULT]! < 0;
  }

  function overflow(): boolean {
    const type = R[FLAG_TYPE]!;
    const result = R[FLAG_RESULT]!;
    const first = R[FLAG_FIRST]!;
    switch (type & KIND_MASK) {
      case LOGIC:
        return false;
      case ADD:
        return ((first ^ result) & ((result - first) ^ result)) < 0;
      case SUB:
        return ((first ^ (first - result)) & (first ^ result)) < 0;
      case INC:
        return result === MOST_NEGATIVE;
      case DEC:
        return ((result + (1 << (type >> typeShift))) | 0) === MOST_NEGATIVE;
      default:
        return (R[FLAGS]! & OF) !== 0;
    }
  }

  function parity(): number {
    const type = R[FLAG_TYPE]!;
    if (type === EXPLICIT) return R[FLAGS]! & PF;
    return parityTable[(R[FLAG_RESULT]! >>> (type >> typeShift)) & 255]!;
  }

  function adjust(): number {
    const type = R[FLAG_TYPE]!;
    const shift = type >> typeShift;
    const result = R[FLAG_RESULT]!;
    const first = R[FLAG_FIRST]!;
    switch (type & KIND_MASK) {
      case LOGIC:
        return 0;
      case ADD:
        return ((first ^ (result - first) ^ result) >>> shift) & AF;
      case SUB:
        return ((first ^ (first - result) ^ result) >>> shift) & AF;
      case INC:
        return ((result >>> shift) & 15) === 0 ? AF : 0;
      case DEC:
        return ((result >>> shift) & 15) === 15 ? AF : 0;
      default:
        return R[FLAGS]! & AF;
    }
  }

  function condition(cc: number): boolean {
    switch (cc) {
      case 0:
        return overflow();
      case 1:
        return !overflow();
      case 2:
        return carry();
      case 3:
        return !carry();
      case 4:
        return zero();
      case 5:
        return !zero();
      case 6:
        return carry() || zero();
      case 7:
        return !carry() && !zero();
      case 8:
        return sign();
      case 9:
        return !sign();
      case 10:
        return parity() !== 0;
      case 11:
        return parity() === 0;
      case 12:
        return sign() !== overflow();
      case 13:
        return sign() === overflow();
      case 14:
        return zero() || sign() !== overflow();
      default:
        return !zero() && sign() === overflow();
    }
  }

  function arithmetic(): number {
    if (R[FLAG_TYPE]! === EXPLICIT) return R[FLAGS]!;
    return (carry() ? CF : 0) | parity() | adjust() | (zero() ? ZF : 0) | (sign() ? SF : 0) | (overflow() ? OF : 0);
  }

  return {
    carry,
    zero,
    condition,
    arithmetic,
    setArithmetic(flags: number): void {
      R[FLAGS] = flags & ARITHMETIC_FLAGS;
      R[FLAG_TYPE] = EXPLICIT;
    },
    setLogic(result: number, shift: number): void {
      R[FLAG_RESULT] = result;
      R[FLAG_TYPE] = LOGIC | (shift << typeShift);
    },
    setMixed(result: number, shift: number, flags: number): void {
      R[FLAG_RESULT] = result;
      R[FLAGS] = flags;
      R[FLAG_TYPE] = MIXED | (shift << typeShift);
    },
  };
}
