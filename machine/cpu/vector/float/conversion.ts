/**
 * Conversions between singles, doubles and integers (Intel SDM vol. 2; vol. 1, 11.5.2). Beneath: exact.ts.
 */
import { Word } from "../../registers.ts";
import { type Element, QUIET, QUIET_BITS } from "./element.ts";
import type { ExactArithmetic } from "./exact.ts";
import { DOUBLE, SINGLE } from "./formats.ts";
import { Mxcsr, Rounding } from "./mxcsr.ts";
import type { FloatState } from "./state.ts";

/** Named from format to format; `b` is the only operand. */
export interface ConversionElements {
  readonly integerToSingle: Element;
  readonly integerToDouble: Element;
  readonly singleToInteger: Element;
  readonly doubleToInteger: Element;
  readonly singleTruncated: Element;
  readonly doubleTruncated: Element;
  readonly singleToDouble: Element;
  readonly doubleToSingle: Element;
}

/** Adding and subtracting it rounds doubles below 2^51 to integers. */
const ROUNDER = 1.5 * 2 ** 52;

export function createConversion(state: FloatState, exact: ExactArithmetic): ConversionElements {
  const { MXCSR } = Word;
  const { DENORMALS_ARE_ZEROS, INEXACT, INVALID, ROUNDING } = Mxcsr;
  const { NEAREST, DOWN, UP } = Rounding;
  const quietBits = QUIET_BITS;
  const quiet = QUIET;
  const rounder = ROUNDER;
  const indefinite = 0x80000000 | 0;
  const lowestSingle = 2 ** -126;
  const highestSingle = (2 - 2 ** -23) * 2 ** 127;
  const lowestDouble = 2 ** -1022;
  const { words: R, singles, doubles, quads } = state.registers;
  const { words: stage, singles: stageSingles, doubles: stageDoubles, quads: stageQuads } = state.stage;
  const { raised } = state;

  /** Nothing happens where it is masked and already recorded. */
  function noteInexact(): void {
    if ((R[MXCSR]! & quietBits & ~ROUNDING) !== quiet) raised[0] = raised[0]! | INEXACT;
  }

  /** Rounds in the mode of MXCSR; right wherever the result is a 32-bit integer. */
  function roundToInteger(value: number, mode: number): number {
    if (mode === NEAREST) return value + rounder - rounder;
    return mode === DOWN ? Math.floor(value) : mode === UP ? Math.ceil(value) : Math.trunc(value);
  }

  /** NaNs and what does not fit in 32 bits are invalid. */
  function storeInteger(value: number, rounded: number, out: number): void {
    if (rounded >= -0x80000000 && rounded <= 0x7fffffff) {
      stage[out] = rounded;
      if (rounded !== value) noteInexact();
    } else {
      stage[out] = indefinite;
      raised[0] = raised[0]! | INVALID;
    }
  }

  /** DAZ decides only whether a denormal is inexact: these conversions do not report denormals. */
  function asZero(value: number, lowestNormal: number): boolean {
    return Math.abs(value) < lowestNormal && (R[MXCSR]! & DENORMALS_ARE_ZEROS) !== 0;
  }

  const singleToInteger: Element = (_a, b, out) => {
    const value = asZero(singles[b]!, lowestSingle) ? 0 : singles[b]!;
    storeInteger(value, roundToInteger(value, R[MXCSR]! & ROUNDING), out);
  };

  const doubleToInteger: Element = (_a, b, out) => {
    const value = asZero(doubles[b >> 1]!, lowestDouble) ? 0 : doubles[b >> 1]!;
    storeInteger(value, roundToInteger(value, R[MXCSR]! & ROUNDING), out);
  };

  const singleTruncated: Element = (_a, b, out) => {
    const value = asZero(singles[b]!, lowestSingle) ? 0 : singles[b]!;
    storeInteger(value, Math.trunc(value), out);
  };

  const doubleTruncated: Element = (_a, b, out) => {
    const value = asZero(doubles[b >> 1]!, lowestDouble) ? 0 : doubles[b >> 1]!;
    storeInteger(value, Math.trunc(value), out);
  };

  const integerToSingle: Element = (_a, b, out) => {
    const value = R[b]!;
    const nearest = Math.fround(value);
    stageSingles[out] = nearest;
    if (nearest === value) return;
    noteInexact();
    const mode = R[MXCSR]! & ROUNDING;
    if (mode === NEAREST) return;
    // Neighbours of a single differ by one in their bits, the one of greater magnitude being greater.
    const isNegative = value < 0;
    const isTooLarge = nearest > value;
    const goesUp = mode === UP || (mode !== DOWN && isNegative);
    if (goesUp === isTooLarge) return;
    stage[out] = stage[out]! + (goesUp === isNegative ? -1 : 1);
  };

  const integerToDouble: Element = (_a, b, out) => {
    stageDoubles[out >> 1] = R[b]!;
  };

  const singleToDouble: Element = (_a, b, out) => {
    const value = singles[b]!;
    const magnitude = Math.abs(value);
    if ((magnitude >= lowestSingle && magnitude <= highestSingle) || value === 0) stageDoubles[out >> 1] = value;
    else stageQuads[out >> 1] = exact.convert(SINGLE, DOUBLE, BigInt(R[b]! >>> 0));
  };

  const doubleToSingle: Element = (_a, b, out) => {
    const value = doubles[b >> 1]!;
    const result = Math.fround(value);
    const magnitude = Math.abs(result);
    const control = R[MXCSR]!;
    if ((control & ROUNDING) !== NEAREST || !((magnitude > lowestSingle && magnitude <= highestSingle) || value === 0)) {
      stage[out] = Number(exact.convert(DOUBLE, SINGLE, quads[b >> 1]!));
      return;
    }
    stageSingles[out] = result;
    if (result !== value) noteInexact();
  };

  return {
    integerToSingle,
    integerToDouble,
    singleToInteger,
    doubleToInteger,
    singleTruncated,
    doubleTruncated,
    singleToDouble,
    doubleToSingle,
  };
}
