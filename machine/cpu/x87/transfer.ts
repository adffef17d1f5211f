/**
 * Between registers and pairs of doubles.
 *
 * Layer beneath: pair.ts, rounding.ts.
 */
import { unpack } from "./arithmetic.ts";
import type { Pair } from "./pair.ts";
import { roundResult, wide } from "./rounding.ts";
import { type FpuState, PE, PRECISION_64, RESULT, UE } from "./state.ts";

const BIAS = 16383;
const DOUBLE_BIAS = 1023;
const TWO_32 = 0x1_0000_0000;

const double = new Float64Array(1);
const words = new Int32Array(double.buffer);

/** 2^exponent; 2^-1000 stands for all that are smaller. */
export function powerOfTwo(exponent: number): number {
  words[0] = 0;
  words[1] = (Math.max(exponent, -1000) + DOUBLE_BIAS) << 20;
  return double[0]!;
}

/** The exponent of a double's leading bit. */
export function exponentOf(value: number): number {
  double[0] = value;
  return ((words[1]! >>> 20) & 0x7ff) - DOUBLE_BIAS;
}

/** Takes the significand of a finite nonzero slot, at least 1 and below 2. @returns its exponent */
export function take(s: FpuState, slot: number, pair: Pair): number {
  const exponent = unpack(s, slot) - BIAS;
  pair.set((wide.high >>> 0) / 0x80000000, (wide.low >>> 0) / 0x80000000 / TWO_32);
  return exponent;
}

/**
 * Rounds pair * 2^exponent, which is not 0, to 64 bits into RESULT.
 * @param sign sign of the result if the pair is positive
 * @param isInexact the true value lies slightly above that of the pair in magnitude
 */
export function deliver(s: FpuState, sign: number, pair: Pair, exponent: number, isInexact = true): void {
  const isNegative = pair.high < 0;
  const value = isNegative ? -pair.high : pair.high;
  const position = exponentOf(value);
  // 32 bits before the point, then 21, and the third word, which may borrow from them.
  const scaled = value * powerOfTwo(31 - position);
  const third = Math.floor((isNegative ? -pair.low : pair.low) * powerOfTwo(95 - position));
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
 * Reports a delivered result as inexact though it may be exact. Processors do this for transcendental functions whose value is so
 * close to a representable number that they return that number.
 */
export function signalInexact(s: FpuState): void {
  s.signal((s.signExponent[RESULT]! & 0x7fff) === 0 ? UE | PE : PE);
}
