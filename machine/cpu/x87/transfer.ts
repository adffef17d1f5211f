/**
 * Between registers and pairs of doubles.
 *
 * Layer beneath: pair.ts, rounding.ts.
 */
import { unpack } from "./arithmetic.ts";
import { type Pair, powerOfTwo } from "./pair.ts";
import { roundResult, wide } from "./rounding.ts";
import { type FpuState, PE, PRECISION_64, RESULT, UE } from "./state.ts";

const BIAS = 16383;
const TWO_32 = 0x1_0000_0000;

/** Takes the significand of a finite nonzero slot, at least 1 and below 2. @returns its exponent */
export function take(s: FpuState, slot: number, pair: Pair): number {
  const exponent = unpack(s, slot) - BIAS;
  pair.high = (wide.high >>> 0) / 0x80000000;
  pair.low = (wide.low >>> 0) / 0x80000000 / TWO_32;
  pair.settle();
  return exponent;
}

/**
 * Rounds pair * 2^exponent, which is not 0, to 64 bits into RESULT.
 * @param sign sign of the result if the pair is positive, which it becomes
 * @param isInexact the true value lies slightly above that of the pair in magnitude
 */
export function deliver(s: FpuState, sign: number, pair: Pair, exponent: number, isInexact = true): void {
  const isNegative = pair.high < 0;
  if (isNegative) pair.negate();
  const position = pair.exponent();
  // 32 bits before the point, then 21, and the third word, which may borrow from them.
  const scaled = pair.high * powerOfTwo(31 - position);
  const third = Math.floor(pair.low * powerOfTwo(95 - position));
  const carry = Math.floor(third / TWO_32);
  let high = Math.floor(scaled);
  let low = (scaled - high) * TWO_32 + carry;
  let extra = (third - carry * TWO_32) | (isInexact ? 1 : 0);
  let biased = exponent + position + BIAS;
  if (low < 0) {
    low += TWO_32;
    high--;
    if (high < 0x80000000) {
      high = high * 2 + (low >= 0x80000000 ? 1 : 0);
      low = ((low * 2) % TWO_32) + (extra >>> 31);
      extra = (extra << 1) | (extra & 1);
      biased--;
    }
  }
  roundResult(s, PRECISION_64, isNegative ? sign ^ 0x8000 : sign, biased, high | 0, low | 0, extra);
}

/**
 * Reports a delivered result as inexact though it may be exact. Processors do this for transcendental functions whose
 * value is so
 * close to a representable number that they return that number.
 */
export function signalInexact(s: FpuState): void {
  s.signal((s.signExponent[RESULT]! & 0x7fff) === 0 ? UE | PE : PE);
}
