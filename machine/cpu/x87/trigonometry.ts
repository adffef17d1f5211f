/**
 * FSIN, FCOS, FSINCOS, FPTAN and FPATAN.
 *
 * Layer beneath: fixed-point.ts, big-values.ts. Source: Intel SDM volume 1, sections 8.3.7 to 8.3.10 (the 66-bit value of pi
 * by which the processor reduces arguments is given there); volume 2, table 3-39 (FPATAN).
 *
 * As in arithmetic.ts the result is left in RESULT (the second one in SECOND), and the functions return whether it is
 * to be stored.
 */
import { isStoppedByDenormal } from "./arithmetic.ts";
import { magnitude, roundBig, roundBigAsInexact } from "./big-values.ts";
import { classify, INFINITY, propagateOne, propagateTwo, UNSUPPORTED, ZERO } from "./classification.ts";
import { arctangent, cosine, divide, FRACTION_BITS, HALF_PI, ONE, PI, sine } from "./fixed-point.ts";
import { C1, C2, type FpuState, RESULT, SECOND } from "./state.ts";

const BIAS = 16383;

/** The processor's pi for argument reduction, as an integer: pi * 2^66. */
const REDUCTION_PI = 0xc90fdaa22168c234cn;
/** Half of it in fixed point. */
const REDUCTION_HALF_PI = REDUCTION_PI << BigInt(FRACTION_BITS - 67);
/** Arguments from 2^63 on are not reduced. */
const RANGE_EXPONENT = 63;
/** Below 2^-34 the first two terms of the series decide the result. */
const TINY_EXPONENT = -34;
/** Below 2^-68 the first term alone is the result, in all modes of rounding. */
const VANISHING_EXPONENT = -68;
/** Bits that make room for the second term. */
const TINY_BITS = 64;

/** An angle reduced to [-pi/4, pi/4] and the quadrant it came from, or a tiny one with its significand. */
interface Angle {
  quadrant: number;
  rest: bigint;
  tiny: bigint;
  exponent: number;
}

/** What the functions of an angle have in common. */
const Outcome = { COMPUTE: 0, STORE: 1, STOP: 2, OUT_OF_RANGE: 3 } as const;
type Outcome = (typeof Outcome)[keyof typeof Outcome];

/** Deals with special operands, for which it fills RESULT (zeros excepted). */
function prepare(s: FpuState, slot: number): Outcome {
  const kind = classify(s, slot);
  if (kind >= UNSUPPORTED) return propagateOne(s, slot) ? Outcome.STORE : Outcome.STOP;
  if (kind === INFINITY) return s.invalid() ? Outcome.STORE : Outcome.STOP;
  if (isStoppedByDenormal(s, kind, kind)) return Outcome.STOP;
  return (s.signExponent[slot]! & 0x7fff) >= BIAS + RANGE_EXPONENT ? Outcome.OUT_OF_RANGE : Outcome.COMPUTE;
}

/** Reduces a nonzero argument; its sign is not looked at. */
function reduce(s: FpuState, slot: number): Angle {
  const { significand, exponent } = magnitude(s, slot);
  if (exponent < TINY_EXPONENT) return { quadrant: 0, rest: 0n, tiny: significand << BigInt(TINY_BITS), exponent };
  const angle = significand << BigInt(FRACTION_BITS - 63 + exponent);
  const quadrants = (angle + REDUCTION_HALF_PI / 2n) / REDUCTION_HALF_PI;
  return { quadrant: Number(quadrants & 3n), rest: angle - quadrants * REDUCTION_HALF_PI, tiny: 0n, exponent };
}

/** Rounds a signed fixed-point number. */
function deliver(s: FpuState, sign: number, value: bigint): void {
  if (value < 0n) roundBig(s, sign ^ 0x8000, -value, -FRACTION_BITS, true);
  else roundBig(s, sign, value, -FRACTION_BITS, true);
}

/** The argument itself, or with its second term, of which `correction` has the direction. */
function deliverTiny(s: FpuState, sign: number, angle: Angle, correction: bigint): void {
  const scale = angle.exponent - 63 - TINY_BITS;
  if (angle.exponent < VANISHING_EXPONENT) roundBigAsInexact(s, sign, angle.tiny, scale);
  else roundBig(s, sign, angle.tiny + correction, scale, true);
}

function deliverSine(s: FpuState, slot: number, angle: Angle): void {
  const sign = (s.signExponent[slot]! & 0x8000) ^ (angle.quadrant >= 2 ? 0x8000 : 0);
  if (angle.tiny !== 0n) deliverTiny(s, sign, angle, -1n);
  else deliver(s, sign, (angle.quadrant & 1) === 0 ? sine(angle.rest) : cosine(angle.rest));
}

function deliverCosine(s: FpuState, angle: Angle): void {
  const sign = angle.quadrant === 1 || angle.quadrant === 2 ? 0x8000 : 0;
  if (angle.tiny !== 0n && angle.exponent < VANISHING_EXPONENT) roundBigAsInexact(s, 0, ONE, -FRACTION_BITS);
  else if (angle.tiny !== 0n) deliver(s, 0, ONE - 1n);
  else deliver(s, sign, (angle.quadrant & 1) === 0 ? cosine(angle.rest) : sine(angle.rest));
}

function setOne(s: FpuState, slot: number): void {
  s.set(slot, BIAS, 0x80000000 | 0, 0);
}

function isZero(s: FpuState, slot: number): boolean {
  return classify(s, slot) === ZERO;
}

function outOfRange(s: FpuState): boolean {
  s.status |= C2;
  return false;
}

/** Sine. Out of range: C2, cleared before the call, is set, and there is nothing to store. */
export function sineOf(s: FpuState, slot: number): boolean {
  const outcome = prepare(s, slot);
  if (outcome === Outcome.OUT_OF_RANGE) return outOfRange(s);
  if (outcome !== Outcome.COMPUTE) return outcome === Outcome.STORE;
  if (isZero(s, slot)) s.copy(slot, RESULT);
  else deliverSine(s, slot, reduce(s, slot));
  return true;
}

export function cosineOf(s: FpuState, slot: number): boolean {
  const outcome = prepare(s, slot);
  if (outcome === Outcome.OUT_OF_RANGE) return outOfRange(s);
  if (outcome !== Outcome.COMPUTE) return outcome === Outcome.STORE;
  if (isZero(s, slot)) setOne(s, RESULT);
  else deliverCosine(s, reduce(s, slot));
  return true;
}

/** Sine into RESULT, cosine into SECOND. */
export function sineAndCosineOf(s: FpuState, slot: number): boolean {
  const outcome = prepare(s, slot);
  if (outcome === Outcome.OUT_OF_RANGE) return outOfRange(s);
  if (outcome !== Outcome.COMPUTE) {
    s.copy(RESULT, SECOND);
    return outcome === Outcome.STORE;
  }
  if (isZero(s, slot)) {
    s.copy(slot, RESULT);
    setOne(s, SECOND);
    return true;
  }
  const angle = reduce(s, slot);
  deliverCosine(s, angle);
  s.copy(RESULT, SECOND);
  s.status &= ~C1;
  deliverSine(s, slot, angle);
  return true;
}

/** Tangent into RESULT, 1.0 into SECOND (both the NaN for a NaN). */
export function tangentOf(s: FpuState, slot: number): boolean {
  const outcome = prepare(s, slot);
  if (outcome === Outcome.OUT_OF_RANGE) return outOfRange(s);
  if (outcome !== Outcome.COMPUTE) {
    s.copy(RESULT, SECOND);
    return outcome === Outcome.STORE;
  }
  setOne(s, SECOND);
  if (isZero(s, slot)) {
    s.copy(slot, RESULT);
    return true;
  }
  const angle = reduce(s, slot);
  const sign = s.signExponent[slot]! & 0x8000;
  if (angle.tiny !== 0n) deliverTiny(s, sign, angle, 0n);
  else if ((angle.quadrant & 1) === 0) deliver(s, sign, divide(sine(angle.rest), cosine(angle.rest)));
  else deliver(s, sign, -divide(cosine(angle.rest), sine(angle.rest)));
  return true;
}

/** Quotients below this power of two are their own arctangent, but for less than the last bit. */
const SMALL_QUOTIENT = -40;
const QUOTIENT_BITS = 128;

/** Angle of the point (x, y). */
export function arctangentOf(s: FpuState, y: number, x: number): boolean {
  const kindY = classify(s, y);
  const kindX = classify(s, x);
  if (kindY >= UNSUPPORTED || kindX >= UNSUPPORTED) return propagateTwo(s, y, x);
  if (isStoppedByDenormal(s, kindY, kindX)) return false;
  const sign = s.signExponent[y]! & 0x8000;
  const isLeft = (s.signExponent[x]! & 0x8000) !== 0;
  if (kindY === INFINITY && kindX === INFINITY) deliver(s, sign, isLeft ? (3n * PI) / 4n : PI / 4n);
  else if (kindY === INFINITY || (kindX === ZERO && kindY !== ZERO)) deliver(s, sign, HALF_PI);
  else if (kindX === INFINITY || kindY === ZERO) {
    if (isLeft) deliver(s, sign, PI);
    else s.setZero(RESULT, sign);
  } else {
    deliverArctangent(s, sign, isLeft, y, x);
  }
  return true;
}

function deliverArctangent(s: FpuState, sign: number, isLeft: boolean, y: number, x: number): void {
  const rise = magnitude(s, y);
  const run = magnitude(s, x);
  const isSteep = rise.exponent > run.exponent || (rise.exponent === run.exponent && rise.significand > run.significand);
  const small = isSteep ? run : rise;
  const large = isSteep ? rise : run;
  const distance = small.exponent - large.exponent;
  if (distance < SMALL_QUOTIENT && !isSteep && !isLeft) {
    const numerator = small.significand << BigInt(QUOTIENT_BITS);
    const quotient = numerator / large.significand;
    const isExact = quotient * large.significand === numerator;
    if (isExact && distance < VANISHING_EXPONENT) roundBigAsInexact(s, sign, quotient, distance - QUOTIENT_BITS);
    else roundBig(s, sign, isExact ? quotient - 1n : quotient, distance - QUOTIENT_BITS, true);
    return;
  }
  const bits = FRACTION_BITS + distance;
  const quotient = bits > 0 ? (small.significand << BigInt(bits)) / large.significand : 0n;
  const angle = arctangent(quotient);
  if (isSteep) deliver(s, sign, isLeft ? HALF_PI + angle : HALF_PI - angle);
  else deliver(s, sign, isLeft ? PI - angle : angle);
}
