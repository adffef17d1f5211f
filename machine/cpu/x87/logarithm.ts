/**
 * F2XM1, FYL2X and FYL2XP1.
 *
 * Layer beneath: elementary.ts, transfer.ts. Source: Intel SDM volume 2, the instructions' pages with their tables of
 * special operands.
 *
 * As in arithmetic.ts the result is left in RESULT, and the functions return whether it is to be stored.
 */
import { isStoppedByDenormal } from "./arithmetic.ts";
import { classify, INFINITY, propagateOne, propagateTwo, UNSUPPORTED, ZERO } from "./classification.ts";
import { exponentialMinusOne, LN2, LOG2_E, log2OfRatio } from "./elementary.ts";
import { Pair, powerOfTwo } from "./pair.ts";
import { type FpuState, PE, RESULT, ZE } from "./state.ts";
import { deliver, signalInexact, take } from "./transfer.ts";

const BIAS = 16383;
/** Below this power of two a function with slope c at 0 is c * x, but for less than the last bit. */
const LINEAR_EXPONENT = -70;
/** Square root of 2 is above this; mantissas are kept within [0.7, 1.4]. */
const MANTISSA_LIMIT = 1.4;

const operand = new Pair(0, 0);
const factor = new Pair(0, 0);
const divisor = new Pair(0, 0);
const one = new Pair(1, 0);
const minusOne = new Pair(-1, 0);
const two = new Pair(2, 0);
const whole = new Pair(0, 0);

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
  const exponent = take(s, slot, operand);
  if (exponent >= 0) {
    // 2^1 - 1 is the operand, too; 2^-1 - 1 is half of it.
    unchanged(s, slot);
    if (exponent === 0 && isOne(operand) && sign !== 0) s.signExponent[RESULT] = 0x8000 | (BIAS - 1);
  } else if (exponent < LINEAR_EXPONENT) {
    deliver(s, sign, operand.multiply(LN2), exponent);
  } else {
    operand.shift(exponent);
    if (sign !== 0) operand.negate();
    deliver(s, 0, exponentialMinusOne(operand), 0);
  }
  return true;
}

/** The operand as an inexact result; also the response to operands out of range. */
function unchanged(s: FpuState, slot: number): void {
  s.copy(slot, RESULT);
  s.signal(PE);
}

/** Whether a positive pair of magnitude 1 is 1. */
function isOne(pair: Pair): boolean {
  return pair.high === 1 && pair.low === 0;
}

/** Makes a mantissa, from 1 to 2, its logarithm plus `power`. */
function log2(mantissa: Pair, power: number): Pair {
  const isLarge = mantissa.high > MANTISSA_LIMIT;
  if (isLarge) mantissa.shift(-1);
  divisor.copy(mantissa).add(one);
  whole.high = isLarge ? power + 1 : power;
  return log2OfRatio(mantissa.add(minusOne).divide(divisor)).add(whole);
}

/** Rounds y times a logarithm times a power of two; exact logarithms are those of powers of two. */
function deliverProduct(s: FpuState, y: number, logarithm: Pair, scale: number, isExact: boolean): void {
  const exponent = take(s, y, factor) + scale;
  deliver(s, s.signExponent[y]! & 0x8000, factor.multiply(logarithm), exponent, !isExact);
  if (isExact) signalInexact(s);
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
  const exponent = take(s, x, operand);
  const isPower = isOne(operand);
  if (isPower && exponent === 0 && kindY === INFINITY) return s.invalid();
  if (isStoppedByDenormal(s, kindX, kindY)) return false;
  const sign = signY ^ (exponent < 0 ? 0x8000 : 0);
  if (kindY === INFINITY) s.setInfinity(RESULT, sign);
  else if (kindY === ZERO || (isPower && exponent === 0)) s.setZero(RESULT, sign);
  else deliverProduct(s, y, log2(operand, exponent), 0, isPower);
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
  const exponent = take(s, x, operand);
  const isNegative = (s.signExponent[x]! & 0x8000) !== 0;
  if (isNegative) operand.negate();
  if (exponent < LINEAR_EXPONENT) {
    deliverProduct(s, y, operand.multiply(LOG2_E), exponent, false);
  } else if (exponent < -2) {
    operand.shift(exponent);
    deliverProduct(s, y, log2OfRatio(operand.divide(divisor.copy(operand).add(two))), 0, false);
  } else if (isNegative && exponent >= 0) {
    // The manual leaves arguments of -1 and below open.
    unchanged(s, x);
  } else {
    whole.high = powerOfTwo(-exponent);
    operand.add(whole);
    const power = operand.exponent();
    operand.shift(-power);
    const isPower = isOne(operand);
    deliverProduct(s, y, log2(operand, exponent + power), 0, isPower);
  }
}
