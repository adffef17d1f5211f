/**
 * FPREM and FPREM1: remainders, reduced by at most 63 powers of two at a time.
 *
 * Layer beneath: big-values.ts. Source: Intel SDM volume 2, FPREM and FPREM1; the number of powers reduced when the
 * operands are further apart is the processor's choice and was measured.
 */
import { isStoppedByDenormal, keepValue } from "./arithmetic.ts";
import { magnitude, roundBig } from "./big-values.ts";
import { classify, INFINITY, propagateTwo, UNSUPPORTED, ZERO } from "./classification.ts";
import { C0, C1, C2, C3, type FpuState, RESULT } from "./state.ts";

/** Exponent difference from which on a reduction is partial. */
const COMPLETE_LIMIT = 64;

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
    setQuotient(s, 0n);
  } else {
    reduce(s, a, b, isNearest);
  }
  return true;
}

function reduce(s: FpuState, a: number, b: number, isNearest: boolean): void {
  let sign = s.signExponent[a]! & 0x8000;
  const dividend = magnitude(s, a);
  const divisor = magnitude(s, b);
  const distance = dividend.exponent - divisor.exponent;
  const isComplete = distance < COMPLETE_LIMIT;
  const step = isComplete ? distance : 32 + (distance % 32);
  let exponent = dividend.exponent - step;
  let numerator = dividend.significand;
  let denominator = divisor.significand;
  if (step >= 0) numerator <<= BigInt(step);
  else if (step === -1) {
    denominator <<= 1n;
    exponent = dividend.exponent;
  } else {
    setQuotient(s, 0n);
    roundBig(s, sign, numerator, dividend.exponent - 63, false);
    return;
  }
  let quotient = numerator / denominator;
  let rest = numerator - quotient * denominator;
  if (isNearest && isComplete) {
    const twice = rest << 1n;
    if (twice > denominator || (twice === denominator && (quotient & 1n) !== 0n)) {
      rest = denominator - rest;
      sign ^= 0x8000;
      quotient++;
    }
  }
  if (isComplete) setQuotient(s, quotient);
  else s.status = (s.status & ~(C0 | C1 | C3)) | C2;
  if (rest === 0n) s.setZero(RESULT, s.signExponent[a]! & 0x8000);
  else roundBig(s, sign, rest, exponent - 63, false);
}

/** The three low bits of a complete quotient. */
function setQuotient(s: FpuState, quotient: bigint): void {
  const bits = Number(quotient & 7n);
  s.status &= ~(C0 | C1 | C2 | C3);
  if ((bits & 1) !== 0) s.status |= C1;
  if ((bits & 2) !== 0) s.status |= C3;
  if ((bits & 4) !== 0) s.status |= C0;
}
