/**
 * Bridge between registers and big integers, for the operations that compute with those.
 *
 * Layer beneath: rounding.ts.
 */
import { unpack } from "./arithmetic.ts";
import { roundResult, wide } from "./rounding.ts";
import { type FpuState, PE, PRECISION_64, RESULT, UE } from "./state.ts";

const BIAS = 16383;
const WIDE_BITS = 96;

/** A finite nonzero magnitude: significand * 2^(exponent - 63), 2^63 <= significand < 2^64. */
export interface Magnitude {
  significand: bigint;
  exponent: number;
}

export function magnitude(s: FpuState, slot: number): Magnitude {
  const exponent = unpack(s, slot) - BIAS;
  return { significand: (BigInt(wide.high >>> 0) << 32n) | BigInt(wide.low >>> 0), exponent };
}

export function bitLength(value: bigint): number {
  const digits = value.toString(16);
  return digits.length * 4 - Math.clz32(Number.parseInt(digits[0]!, 16)) + 28;
}

/**
 * Rounds value * 2^exponent, value > 0, to 64 bits into RESULT.
 * @param isInexact the true value lies slightly above `value`, but below the next one
 */
export function roundBig(s: FpuState, sign: number, value: bigint, exponent: number, isInexact: boolean): void {
  const bits = bitLength(value);
  const excess = bits - WIDE_BITS;
  let top = value;
  let isSticky = isInexact;
  if (excess > 0) {
    top = value >> BigInt(excess);
    isSticky ||= top << BigInt(excess) !== value;
  } else {
    top = value << BigInt(-excess);
  }
  roundResult(
    s,
    PRECISION_64,
    sign,
    exponent + bits - 1 + BIAS,
    Number(top >> 64n) | 0,
    Number((top >> 32n) & 0xffffffffn) | 0,
    Number(top & 0xffffffffn) | (isSticky ? 1 : 0),
  );
}

/**
 * Rounds as roundBig does, but reports an exact result as inexact too. Processors do this for transcendental functions
 * whose value is so close to a representable number that they return that number.
 */
export function roundBigAsInexact(s: FpuState, sign: number, value: bigint, exponent: number): void {
  roundBig(s, sign, value, exponent, false);
  s.signal((s.signExponent[RESULT]! & 0x7fff) === 0 ? UE | PE : PE);
}
