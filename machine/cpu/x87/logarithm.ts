/**
 * F2XM1, FYL2X and FYL2XP1.
 *
 * Layer beneath: fixed-point.ts, big-values.ts. Source: Intel SDM volume 2, the instructions' pages with their tables of
 * special operands.
 *
 * As in arithmetic.ts the result is left in RESULT, and the functions return whether it is to be stored.
 */
import { isStoppedByDenormal } from "./arithmetic.ts";
import { bitLength, magnitude, roundBig, roundBigAsInexact } from "./big-values.ts";
import { classify, INFINITY, propagateOne, propagateTwo, UNSUPPORTED, ZERO } from "./classification.ts";
import { divide, exponentialMinusOne, FRACTION_BITS, LN2, LOG2_E, log2OfRatio, multiply, ONE } from "./fixed-point.ts";
import { type FpuState, PE, RESULT, ZE } from "./state.ts";

const BIAS = 16383;
const FRACTION = BigInt(FRACTION_BITS);
/** Below this power of two a function with slope c at 0 is c * x, but for less than the last bit. */
const LINEAR_EXPONENT = -70;
/** Square root of 2 in fixed point is above this; mantissas are kept within [0.7, 1.4]. */
const MANTISSA_LIMIT = (ONE * 7n) / 5n;

/** 2^x - 1 for -1 <= x <= 1; beyond, where the manual leaves it open, the operand. */
export function powerMinusOne(s: FpuState, slot: number): boolean {
  const kind = classify(s, slot);
  const sign = s.signExponent[slot]! & 0x8000;
  if (kind >= UNSUPPORTED) return propagateOne(s, slot);
  if (isStoppedByDenormal(s, kind, kind)) return false;
  if (kind === INFINITY) {
    if (sign === 0) s.setInfinity(RESULT, 0);
    else s.set(RESULT, 0x8000 | BIAS, 0x80000000 | 0, 0);
    return true;
  }
  if (kind === ZERO) {
    s.copy(slot, RESULT);
    return true;
  }
  const { significand, exponent } = magnitude(s, slot);
  if (exponent >= 0) {
    // 2^1 - 1 is the operand, too; 2^-1 - 1 is half of it.
    unchanged(s, slot);
    if (exponent === 0 && significand === 1n << 63n && sign !== 0) s.signExponent[RESULT] = 0x8000 | (BIAS - 1);
  } else if (exponent < LINEAR_EXPONENT) {
    roundBig(s, sign, significand * LN2, exponent - 63 - FRACTION_BITS, true);
  } else {
    const x = shift(significand, FRACTION_BITS - 63 + exponent);
    const value = exponentialMinusOne(multiply(sign === 0 ? x : -x, LN2));
    roundBig(s, sign, value < 0n ? -value : value, -FRACTION_BITS, true);
  }
  return true;
}

/** The operand as an inexact result; also the response to operands out of range. */
function unchanged(s: FpuState, slot: number): void {
  s.copy(slot, RESULT);
  s.signal(PE);
}

function shift(value: bigint, bits: number): bigint {
  return bits >= 0 ? value << BigInt(bits) : value >> BigInt(-bits);
}

/** log2 of a positive number value * 2^exponent, in fixed point. */
function log2(value: bigint, exponent: number): bigint {
  const length = bitLength(value);
  let mantissa = shift(value, FRACTION_BITS - length + 1);
  let power = exponent + length - 1;
  if (mantissa > MANTISSA_LIMIT) {
    mantissa >>= 1n;
    power++;
  }
  return (BigInt(power) << FRACTION) + log2OfRatio(divide(mantissa - ONE, mantissa + ONE));
}

/** Rounds y times a logarithm scaled by a power of two; exact logarithms are those of powers of two. */
function deliverProduct(s: FpuState, y: number, logarithm: bigint, scale: number, isExact: boolean): void {
  const factor = magnitude(s, y);
  const isNegative = logarithm < 0n;
  const sign = (s.signExponent[y]! & 0x8000) ^ (isNegative ? 0x8000 : 0);
  const product = factor.significand * (isNegative ? -logarithm : logarithm);
  if (isExact) roundBigAsInexact(s, sign, product, factor.exponent - 63 + scale);
  else roundBig(s, sign, product, factor.exponent - 63 + scale, true);
}

/** y * log2(x). */
export function logarithm(s: FpuState, x: number, y: number): boolean {
  const kindX = classify(s, x);
  const kindY = classify(s, y);
  const signY = s.signExponent[y]! & 0x8000;
  const isNegative = (s.signExponent[x]! & 0x8000) !== 0;
  if (kindX >= UNSUPPORTED || kindY >= UNSUPPORTED) return propagateTwo(s, x, y);
  if (isNegative && kindX !== ZERO) return s.invalid();
  if (kindX === ZERO) {
    if (kindY === ZERO) return s.invalid();
    s.setInfinity(RESULT, signY ^ 0x8000);
    return kindY === INFINITY || !s.signal(ZE);
  }
  if (kindX === INFINITY) {
    if (kindY === ZERO) return s.invalid();
    if (isStoppedByDenormal(s, kindX, kindY)) return false;
    s.setInfinity(RESULT, signY);
    return true;
  }
  const { significand, exponent } = magnitude(s, x);
  const isPower = significand === 1n << 63n;
  if (isPower && exponent === 0 && kindY === INFINITY) return s.invalid();
  if (isStoppedByDenormal(s, kindX, kindY)) return false;
  const sign = signY ^ (exponent < 0 ? 0x8000 : 0);
  if (kindY === INFINITY) s.setInfinity(RESULT, sign);
  else if (kindY === ZERO || (isPower && exponent === 0)) s.setZero(RESULT, sign);
  else if (isPower) deliverProduct(s, y, BigInt(exponent), 0, true);
  else deliverProduct(s, y, log2(significand, exponent - 63), -FRACTION_BITS, false);
  return true;
}

/** y * log2(x + 1). */
export function logarithmOfNext(s: FpuState, x: number, y: number): boolean {
  const kindX = classify(s, x);
  const kindY = classify(s, y);
  const signX = s.signExponent[x]! & 0x8000;
  const sign = signX ^ (s.signExponent[y]! & 0x8000);
  if (kindX >= UNSUPPORTED || kindY >= UNSUPPORTED) return propagateTwo(s, x, y);
  if (kindX === ZERO || kindX === INFINITY) {
    const isInvalid = kindX === ZERO ? kindY === INFINITY : kindY === ZERO || signX !== 0;
    if (isInvalid) return s.invalid();
    if (isStoppedByDenormal(s, kindX, kindY)) return false;
    if (kindX === ZERO) s.setZero(RESULT, sign);
    else s.setInfinity(RESULT, sign);
    return true;
  }
  if (isStoppedByDenormal(s, kindX, kindY)) return false;
  if (kindY === INFINITY) s.setInfinity(RESULT, sign);
  else if (kindY === ZERO) s.setZero(RESULT, sign);
  else deliverLogarithmOfNext(s, x, y);
  return true;
}

function deliverLogarithmOfNext(s: FpuState, x: number, y: number): void {
  const { significand, exponent } = magnitude(s, x);
  const isNegative = (s.signExponent[x]! & 0x8000) !== 0;
  if (exponent < LINEAR_EXPONENT) {
    const value = significand * LOG2_E;
    deliverProduct(s, y, isNegative ? -value : value, exponent - 63 - FRACTION_BITS, false);
    return;
  }
  const offset = shift(significand, FRACTION_BITS - 63 + exponent);
  if (exponent < -2) {
    const signed = isNegative ? -offset : offset;
    deliverProduct(s, y, log2OfRatio(divide(signed, 2n * ONE + signed)), -FRACTION_BITS, false);
    return;
  }
  const next = isNegative ? ONE - offset : ONE + offset;
  // The manual leaves arguments of -1 and below open.
  if (next <= 0n) unchanged(s, x);
  else if ((next & (next - 1n)) === 0n) deliverProduct(s, y, BigInt(bitLength(next) - 1 - FRACTION_BITS), 0, true);
  else deliverProduct(s, y, log2(next, -FRACTION_BITS), -FRACTION_BITS, false);
}
