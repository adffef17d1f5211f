/**
 * FPREM and FPREM1: remainders, reduced by at most 63 powers of two at a time.
 *
 * Layer beneath: arithmetic.ts. Source: Intel SDM volume 2, FPREM and FPREM1; the number of powers reduced when the
 * operands are further apart is the processor's choice and was measured.
 */
import { isStoppedByDenormal, keepValue, nextDigit, rest, unpack } from "./arithmetic.ts";
import { classify, INFINITY, propagateTwo, UNSUPPORTED, ZERO } from "./classification.ts";
import { normalize, roundResult, wide } from "./rounding.ts";
import { C0, C1, C2, C3, type FpuState, PRECISION_64, RESULT } from "./state.ts";

/** Exponent difference from which on a reduction is partial. */
const COMPLETE_LIMIT = 64;
/** Powers of two that one digit of the quotient reduces at most. */
const DIGIT_BITS = 31;
const TWO_32 = 0x1_0000_0000;

/**
 * a modulo b.
 * @param isNearest FPREM1: the quotient is rounded to nearest instead of truncated
 */
export function remainder(s: FpuState, a: number, b: number, isNearest: boolean): boolean {
  const kindA = classify(s, a);
  const kindB = classify(s, b);
  if (kindA >= UNSUPPORTED || kindB >= UNSUPPORTED) return propagateTwo(s, a, b);
  if (kindA === INFINITY || kindB === ZERO) return s.invalid();
  if (isStoppedByDenormal(s, kindA, kindB)) return false;
  if (kindA === ZERO || kindB === INFINITY) {
    keepValue(s, a);
    setQuotient(s, 0);
  } else {
    reduce(s, a, b, isNearest);
  }
  return true;
}

function reduce(s: FpuState, a: number, b: number, isNearest: boolean): void {
  const sign = s.signExponent[a]! & 0x8000;
  const exponent = unpack(s, a);
  rest.high = 0;
  rest.middle = wide.high;
  rest.low = wide.low;
  const distance = exponent - unpack(s, b);
  const { high, low } = wide;
  const isComplete = distance < COMPLETE_LIMIT;
  const step = isComplete ? distance : 32 + (distance % 32);
  let quotient = divideRest(step, high, low);
  let isFlipped = false;
  if (isNearest && distance >= -1 && isComplete) {
    // At a distance of -1 the rest is seen in units of half the divisor's.
    const factor = distance < 0 ? 2 : 1;
    const difference = compareHalf(factor, high, low);
    isFlipped = difference > 0 || (difference === 0 && (quotient & 1) !== 0);
    if (isFlipped) {
      complementRest(factor, high, low);
      quotient++;
    }
  }
  if (isComplete) setQuotient(s, quotient);
  else s.status = (s.status & ~(C0 | C1 | C3)) | C2;
  if ((rest.middle | rest.low) === 0) {
    s.setZero(RESULT, sign);
    return;
  }
  const shift = normalize(rest.middle, rest.low, 0);
  roundResult(s, PRECISION_64, isFlipped ? sign ^ 0x8000 : sign, exponent - Math.max(step, 0) - shift, wide.high, wide.low, 0);
}

/**
 * Divides the rest times 2^step, in digits, and leaves the remainder. @returns at least the low three bits of the
 * quotient
 */
function divideRest(step: number, high: number, low: number): number {
  if (step < 0) return 0;
  let quotient = nextDigit(high, low);
  for (let left = step; left > 0; left -= DIGIT_BITS) {
    const count = Math.min(left, DIGIT_BITS);
    const back = 32 - count;
    rest.high = rest.middle >>> back;
    rest.middle = (rest.middle << count) | (rest.low >>> back);
    rest.low <<= count;
    quotient = (quotient << count) | nextDigit(high, low);
  }
  return quotient;
}

/** The sign of the rest minus half of factor * divisor. */
function compareHalf(factor: number, high: number, low: number): number {
  const scale = 2 / factor;
  return (rest.middle >>> 0) * scale - (high >>> 0) + ((rest.low >>> 0) * scale - (low >>> 0)) / TWO_32;
}

/** Replaces the rest by factor * divisor minus it, which has 64 bits. */
function complementRest(factor: number, high: number, low: number): void {
  const difference = (low >>> 0) * factor - (rest.low >>> 0);
  rest.middle = ((high >>> 0) * factor - (rest.middle >>> 0) + Math.floor(difference / TWO_32)) | 0;
  rest.low = difference | 0;
}

/** The three low bits of a complete quotient. */
function setQuotient(s: FpuState, quotient: number): void {
  s.status &= ~(C0 | C1 | C2 | C3);
  if ((quotient & 1) !== 0) s.status |= C1;
  if ((quotient & 2) !== 0) s.status |= C3;
  if ((quotient & 4) !== 0) s.status |= C0;
}
