/**
 * FRNDINT, FSCALE and FXTRACT: the operations on exponents.
 *
 * Layer beneath: conversion.ts, rounding.ts. Source: Intel SDM volume 2, the instructions' pages.
 *
 * As in arithmetic.ts the result is left in RESULT, and the functions return whether it is to be stored.
 */
import { isStoppedByDenormal, keepValue, unpack } from "./arithmetic.ts";
import { classify, DENORMAL, INFINITY, propagateOne, propagateTwo, UNSUPPORTED, ZERO } from "./classification.ts";
import { loadInteger32, roundToInteger } from "./conversion.ts";
import { normalize, roundResult, wide } from "./rounding.ts";
import { C1, type FpuState, PE, PRECISION_64, RESULT, ROUND_TO_ZERO, ROUNDING_FIELD, SECOND, SOURCE, ZE } from "./state.ts";

const BIAS = 16383;
/** A shift beyond every exponent range, also the ones adjusted for unmasked exceptions. */
const HUGE_SHIFT = 0x10000;

export function roundToIntegral(s: FpuState, slot: number): boolean {
  const kind = classify(s, slot);
  if (kind >= UNSUPPORTED) return propagateOne(s, slot);
  if (isStoppedByDenormal(s, kind, kind)) return false;
  const sign = s.signExponent[slot]! & 0x8000;
  if (kind === INFINITY || kind === ZERO || (s.signExponent[slot]! & 0x7fff) >= BIAS + 63) {
    s.copy(slot, RESULT);
    return true;
  }
  roundToInteger(s, slot, s.control & ROUNDING_FIELD);
  const { isInexact, isRoundedUp } = wide;
  if ((wide.high | wide.low) === 0) {
    s.setZero(RESULT, sign);
  } else {
    const shift = normalize(wide.high, wide.low, 0);
    s.set(RESULT, sign | (BIAS + 63 - shift), wide.high, wide.low);
  }
  if (isInexact) {
    if (isRoundedUp) s.status |= C1;
    s.signal(PE);
  }
  return true;
}

/** value * 2^truncate(scale). */
export function scale(s: FpuState, value: number, by: number): boolean {
  const kind = classify(s, value);
  const kindBy = classify(s, by);
  const sign = s.signExponent[value]! & 0x8000;
  const isReduction = (s.signExponent[by]! & 0x8000) !== 0;
  if (kind >= UNSUPPORTED || kindBy >= UNSUPPORTED) return propagateTwo(s, value, by);
  if (kindBy === INFINITY && kind === (isReduction ? INFINITY : ZERO)) return s.invalid();
  if (isStoppedByDenormal(s, kind, kindBy)) return false;
  if (kind === INFINITY || (kindBy === INFINITY && !isReduction)) s.setInfinity(RESULT, sign);
  else if (kind === ZERO || kindBy === INFINITY) s.setZero(RESULT, sign);
  else if (kindBy === ZERO) keepValue(s, value);
  else {
    const shift = integralShift(s, by);
    const exponent = unpack(s, value) + (isReduction ? -shift : shift);
    roundResult(s, PRECISION_64, sign, exponent, wide.high, wide.low, 0);
  }
  return true;
}

/** Magnitude of the integer part of a finite slot, at most HUGE_SHIFT. */
function integralShift(s: FpuState, slot: number): number {
  if (!roundToInteger(s, slot, ROUND_TO_ZERO) || wide.high !== 0) return HUGE_SHIFT;
  return Math.min(wide.low >>> 0, HUGE_SHIFT);
}

/** Exponent into RESULT, significand into SECOND. */
export function extract(s: FpuState, slot: number): boolean {
  const kind = classify(s, slot);
  const sign = s.signExponent[slot]! & 0x8000;
  if (kind >= UNSUPPORTED) {
    const isStored = propagateOne(s, slot);
    s.copy(RESULT, SECOND);
    return isStored;
  }
  if (kind === ZERO) {
    s.setInfinity(RESULT, 0x8000);
    s.setZero(SECOND, sign);
    return !s.signal(ZE);
  }
  if (kind === INFINITY) {
    s.setInfinity(RESULT, 0);
    s.setInfinity(SECOND, sign);
    return true;
  }
  if (kind === DENORMAL && isStoppedByDenormal(s, kind, kind)) return false;
  const exponent = unpack(s, slot);
  s.set(SECOND, sign | BIAS, wide.high, wide.low);
  loadInteger32(s, exponent - BIAS);
  s.copy(SOURCE, RESULT);
  return true;
}
