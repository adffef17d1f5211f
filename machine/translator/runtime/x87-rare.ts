/**
 * What x87 routines leave to the soft unit in JavaScript: NaNs, infinities, denormals, overflow, underflow;
 * elementary functions.
 *
 * Layer beneath: cpu/x87/. Operands and results are in slots of the register file.
 */
import { add, divide, multiply, squareRoot } from "../../cpu/x87/arithmetic.ts";
import { compare, examine } from "../../cpu/x87/comparison.ts";
import { converted, storeDouble, storeInteger, storeSingle } from "../../cpu/x87/conversion.ts";
import { logarithm, logarithmOfNext, powerMinusOne } from "../../cpu/x87/logarithm.ts";
import { roundToIntegral, scale } from "../../cpu/x87/scaling.ts";
import { C0, C2, C3, DE, FpuState, PRECISION_FIELD, RESULT, ROUNDING_FIELD } from "../../cpu/x87/state.ts";
import { arctangentOf } from "../../cpu/x87/trigonometry.ts";
import { EXPONENT, FLAGS, FLAGS_SHIFT, FROM_DENORMAL, SIGN, SPECIAL } from "./x87-value.ts";

export const LEFT = 11;
export const RIGHT = 12;

/** Fields of the control word that operations are told. */
const FIELDS = PRECISION_FIELD | ROUNDING_FIELD;

/** The operations, and numbers of the rows below. */
export const Rare = {
  ADD: 0,
  SUBTRACT: 1,
  MULTIPLY: 2,
  DIVIDE: 3,
  SQUARE_ROOT: 4,
  ROUND: 5,
  COMPARE: 6,
  COMPARE_QUIETLY: 7,
  STORE_SINGLE: 8,
  STORE_DOUBLE: 9,
  STORE_INTEGER_16: 10,
  STORE_INTEGER_32: 11,
  STORE_INTEGER_64: 12,
  TRUNCATE_16: 13,
  TRUNCATE_32: 14,
  TRUNCATE_64: 15,
  SCALE: 16,
  EXAMINE: 17,
  POWER: 18,
  LOGARITHM: 19,
  LOGARITHM_OF_NEXT: 20,
  ARCTANGENT: 21,
} as const;
export type Rare = (typeof Rare)[keyof typeof Rare];

/** Leaves a result in RESULT, or returns condition codes. */
type Operation = (s: FpuState) => number;

/** The bits of a memory operand become the significand of RESULT. */
function convertedInto(s: FpuState): number {
  s.set(RESULT, 0, converted.high, converted.low);
  return 0;
}

function storedInteger(bits: number, isTruncated: boolean): Operation {
  return (s) => {
    storeInteger(s, LEFT, bits, isTruncated);
    return convertedInto(s);
  };
}

function calculated(operation: (s: FpuState) => boolean): Operation {
  return (s) => {
    operation(s);
    return 0;
  };
}

const OPERATIONS: Readonly<Record<Rare, Operation>> = {
  [Rare.ADD]: calculated((s) => add(s, LEFT, RIGHT, 0)),
  [Rare.SUBTRACT]: calculated((s) => add(s, LEFT, RIGHT, SIGN)),
  [Rare.MULTIPLY]: calculated((s) => multiply(s, LEFT, RIGHT)),
  [Rare.DIVIDE]: calculated((s) => divide(s, LEFT, RIGHT)),
  [Rare.SQUARE_ROOT]: calculated((s) => squareRoot(s, LEFT)),
  [Rare.ROUND]: calculated((s) => roundToIntegral(s, LEFT)),
  [Rare.COMPARE]: (s) => compare(s, LEFT, RIGHT, false),
  [Rare.COMPARE_QUIETLY]: (s) => compare(s, LEFT, RIGHT, true),
  [Rare.STORE_SINGLE]: (s) => {
    storeSingle(s, LEFT);
    return convertedInto(s);
  },
  [Rare.STORE_DOUBLE]: (s) => {
    storeDouble(s, LEFT);
    return convertedInto(s);
  },
  [Rare.STORE_INTEGER_16]: storedInteger(16, false),
  [Rare.STORE_INTEGER_32]: storedInteger(32, false),
  [Rare.STORE_INTEGER_64]: storedInteger(64, false),
  [Rare.TRUNCATE_16]: storedInteger(16, true),
  [Rare.TRUNCATE_32]: storedInteger(32, true),
  [Rare.TRUNCATE_64]: storedInteger(64, true),
  [Rare.SCALE]: calculated((s) => scale(s, LEFT, RIGHT)),
  [Rare.EXAMINE]: (s) => {
    examine(s, LEFT);
    return s.status & (C0 | C2 | C3);
  },
  [Rare.POWER]: calculated((s) => powerMinusOne(s, LEFT)),
  [Rare.LOGARITHM]: calculated((s) => logarithm(s, LEFT, RIGHT)),
  [Rare.LOGARITHM_OF_NEXT]: calculated((s) => logarithmOfNext(s, LEFT, RIGHT)),
  [Rare.ARCTANGENT]: calculated((s) => arctangentOf(s, RIGHT, LEFT)),
};

/** Takes FROM_DENORMAL heads apart. @returns whether there was one */
function admitDenormal(s: FpuState, slot: number): boolean {
  const head = s.signExponent[slot]!;
  if (head >= 0) return false;
  s.signExponent[slot] = (head & SIGN) | ((head & ~(FROM_DENORMAL | SPECIAL)) >> FLAGS_SHIFT);
  return true;
}

/**
 * @param words the register file
 * @returns the function that the routines import: it takes the operation's number with the fields of the control word
 * that
 *   count, and returns condition codes in the low half and flags in the high half
 */
export function createRare(words: Int32Array): (request: number) => number {
  const state = new FpuState(words);
  return (request) => {
    state.initialize();
    state.control = (state.control & ~FIELDS) | (request & FIELDS);
    const isLeftDenormal = admitDenormal(state, LEFT);
    const isRightDenormal = admitDenormal(state, RIGHT);
    state.sourceDenormal = isLeftDenormal || isRightDenormal ? DE : 0;
    state.signExponent[LEFT]! &= SIGN | EXPONENT;
    state.signExponent[RIGHT]! &= SIGN | EXPONENT;
    const codes = OPERATIONS[(request & ~FIELDS) as Rare](state);
    return codes | ((state.status & FLAGS) << FLAGS_SHIFT);
  };
}
