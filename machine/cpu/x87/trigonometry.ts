/**
 * FSIN, FCOS, FSINCOS, FPTAN and FPATAN.
 *
 * Layer beneath: elementary.ts, transfer.ts. Source: Intel SDM volume 1, sections 8.3.7 to 8.3.10 (the 66-bit value
 * of pi
 * by which the processor reduces arguments is given there); volume 2, table 3-39 (FPATAN).
 *
 * As in arithmetic.ts the result is left in RESULT (the second one in SECOND), and the functions return whether it is
 * to be stored.
 */
import { isStoppedByDenormal, quotient, unpack } from "./arithmetic.ts";
import { classify, INFINITY, propagateOne, propagateTwo, UNSUPPORTED, ZERO } from "./classification.ts";
import { ARCTANGENT_STEPS, arctangent, cosine, cotangent, HALF_PI, PI, sine, tangent } from "./elementary.ts";
import { Pair, powerOfTwo } from "./pair.ts";
import { roundResult, wide } from "./rounding.ts";
import { C1, C2, type FpuState, PRECISION_64, RESULT, SECOND } from "./state.ts";
import { deliver, signalInexact, take } from "./transfer.ts";

const BIAS = 16383;
const TWO_32 = 0x1_0000_0000;

/**
 * Half the pi by which the processor reduces arguments, 66 bits, in thirds whose products with 22 bits are exact
 * doubles.
 */
const HALF_PI_FIRST = 0x3243f6 / 2 ** 21;
const HALF_PI_SECOND = 0x2a2216 / 2 ** 43;
const HALF_PI_THIRD = 0x2308d3 / 2 ** 65;
const QUADRANT = new Pair(HALF_PI_FIRST, HALF_PI_SECOND + HALF_PI_THIRD).settle();
const MINUS_QUADRANT = new Pair(-HALF_PI_FIRST, -HALF_PI_SECOND - HALF_PI_THIRD).settle();
/** The largest angle that is not reduced. */
const LIMIT = new Pair(HALF_PI_FIRST / 2, (HALF_PI_SECOND + HALF_PI_THIRD) / 2).settle();
/** Quadrants that one step of the reduction can take away, as a power of two. */
const STEP_BITS = 21;
/** Arguments from 2^63 on are not reduced. */
const RANGE_EXPONENT = 63;
/** Below 2^-34 the first two terms of the series decide the result. */
const TINY_EXPONENT = -34;
/** Below 2^-26 the cosine is 1 minus half a square which is not a part of the last place of 1 as a double. */
const NARROW_EXPONENT = -26;
/** Below 2^-68 the first term alone is the result, in all modes of rounding. */
const VANISHING_EXPONENT = -68;

/** The double after 1. */
const NEXT = 1 + 2 ** -52;

/** An angle reduced to [-pi/4, pi/4], unless it is tiny, and the quadrant it came from. */
const rest = new Pair(0, 0);
const angle = { quadrant: 0, exponent: 0 };
/** What the cosine of FSINCOS leaves for the sine. */
const reduced = new Pair(0, 0);

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
function reduce(s: FpuState, slot: number): void {
  const exponent = take(s, slot, rest);
  angle.exponent = exponent;
  angle.quadrant = 0;
  if (exponent < TINY_EXPONENT) return;
  rest.shift(exponent);
  if (exponent >= 2 * STEP_BITS) subtractQuadrants(2 * STEP_BITS);
  if (exponent >= STEP_BITS) subtractQuadrants(STEP_BITS);
  if (exponent < -1) return;
  let quadrant = subtractQuadrants(0);
  // Next to an odd multiple of pi/4 the estimate may be off by one.
  const excess = Math.abs(rest.high) - LIMIT.high || (rest.high < 0 ? -rest.low : rest.low) - LIMIT.low;
  if (excess > 0 && rest.high < 0) {
    rest.add(QUADRANT);
    quadrant--;
  } else if (excess >= 0 && rest.high > 0) {
    rest.add(MINUS_QUADRANT);
    quadrant++;
  }
  angle.quadrant = quadrant & 3;
}

/**
 * Subtracts about the nearest multiple of 2^bits quadrants, exactly: at most 22 bits of a multiple are 1, and the
 * difference has 66.
 * @returns the multiple
 */
function subtractQuadrants(bits: number): number {
  const unit = powerOfTwo(bits);
  const multiple = Math.floor(rest.high / (HALF_PI.high * unit) + 0.5);
  const count = multiple * unit;
  const first = rest.high - count * HALF_PI_FIRST;
  const second = rest.low - count * HALF_PI_SECOND;
  const sum = first + second;
  const part = sum - first;
  const error = first - (sum - part) + (second - part);
  rest.high = sum;
  rest.low = error - count * HALF_PI_THIRD;
  rest.settle();
  return multiple | 0;
}

function isTiny(): boolean {
  return angle.exponent < TINY_EXPONENT;
}

/**
 * The argument itself, or what is next to it.
 * @param isBelow the second term of the series is negative
 */
function deliverTiny(s: FpuState, sign: number, slot: number, isBelow: boolean): void {
  const exponent = take(s, slot, rest) + BIAS;
  const { high, low } = wide;
  if (angle.exponent < VANISHING_EXPONENT) {
    roundResult(s, PRECISION_64, sign, exponent, high, low, 0);
    signalInexact(s);
  } else if (!isBelow) roundResult(s, PRECISION_64, sign, exponent, high, low, 1);
  else if (low !== 0) roundResult(s, PRECISION_64, sign, exponent, high, (low - 1) | 0, -1);
  else if (high !== (0x80000000 | 0)) roundResult(s, PRECISION_64, sign, exponent, (high - 1) | 0, -1, -1);
  else roundResult(s, PRECISION_64, sign, exponent - 1, -1, -1, -1);
}

function deliverSine(s: FpuState, slot: number): void {
  const sign = (s.signExponent[slot]! & 0x8000) ^ (angle.quadrant >= 2 ? 0x8000 : 0);
  if (isTiny()) deliverTiny(s, sign, slot, true);
  else deliver(s, sign, (angle.quadrant & 1) === 0 ? sine(rest) : cosine(rest), 0);
}

function deliverCosine(s: FpuState): void {
  const sign = angle.quadrant === 1 || angle.quadrant === 2 ? 0x8000 : 0;
  if (angle.exponent >= NARROW_EXPONENT) {
    deliver(s, sign, (angle.quadrant & 1) === 0 ? cosine(rest) : sine(rest), 0);
  } else if (!isTiny()) {
    rest.multiply(rest).shift(-1);
    // What is delivered must not lie above the result.
    rest.low = rest.low > 0 ? rest.high * -NEXT : -rest.high;
    rest.high = 1;
    deliver(s, 0, rest, 0);
  } else if (angle.exponent >= VANISHING_EXPONENT) {
    roundResult(s, PRECISION_64, 0, BIAS - 1, -1, -1, -1);
  } else {
    setOne(s, RESULT);
    signalInexact(s);
  }
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
  else {
    reduce(s, slot);
    deliverSine(s, slot);
  }
  return true;
}

export function cosineOf(s: FpuState, slot: number): boolean {
  const outcome = prepare(s, slot);
  if (outcome === Outcome.OUT_OF_RANGE) return outOfRange(s);
  if (outcome !== Outcome.COMPUTE) return outcome === Outcome.STORE;
  if (isZero(s, slot)) setOne(s, RESULT);
  else {
    reduce(s, slot);
    deliverCosine(s);
  }
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
  reduce(s, slot);
  reduced.copy(rest);
  deliverCosine(s);
  s.copy(RESULT, SECOND);
  s.status &= ~C1;
  rest.copy(reduced);
  deliverSine(s, slot);
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
  reduce(s, slot);
  const sign = s.signExponent[slot]! & 0x8000;
  if (isTiny()) deliverTiny(s, sign, slot, false);
  else deliver(s, sign, (angle.quadrant & 1) === 0 ? tangent(rest) : cotangent(rest).negate(), 0);
  return true;
}

/** Quotients below this power of two are their own arctangent, but for less than the last bit. */
const SMALL_QUOTIENT = -40;
/** What makes a quotient one that is slightly smaller. */
const SLIGHTLY = 2 ** -100;
const THREE_QUARTERS_PI = new Pair(3, 0).multiply(PI).shift(-2);
const QUARTER_PI = new Pair(1 / 4, 0).multiply(PI);

/** Angle of the point (x, y). */
export function arctangentOf(s: FpuState, y: number, x: number): boolean {
  const kindY = classify(s, y);
  const kindX = classify(s, x);
  if (kindY >= UNSUPPORTED || kindX >= UNSUPPORTED) return propagateTwo(s, y, x);
  if (isStoppedByDenormal(s, kindY, kindX)) return false;
  const sign = s.signExponent[y]! & 0x8000;
  const isLeft = (s.signExponent[x]! & 0x8000) !== 0;
  if (kindY === INFINITY && kindX === INFINITY) deliver(s, sign, isLeft ? THREE_QUARTERS_PI : QUARTER_PI, 0);
  else if (kindY === INFINITY || (kindX === ZERO && kindY !== ZERO)) deliver(s, sign, HALF_PI, 0);
  else if (kindX === INFINITY || kindY === ZERO) {
    if (isLeft) deliver(s, sign, PI, 0);
    else s.setZero(RESULT, sign);
  } else {
    deliverArctangent(s, sign, isLeft, y, x);
  }
  return true;
}

/** Numerator and denominator of the tangent of what is left of an angle when a known one is taken away. */
const rise = new Pair(0, 0);
const run = new Pair(0, 0);

function deliverArctangent(s: FpuState, sign: number, isLeft: boolean, y: number, x: number): void {
  let exponent = unpack(s, y);
  let { high, low } = wide;
  exponent -= unpack(s, x);
  let { high: divisorHigh, low: divisorLow } = wide;
  const isLarger = high === divisorHigh ? low >>> 0 > divisorLow >>> 0 : high >>> 0 > divisorHigh >>> 0;
  const isSteep = exponent > 0 || (exponent === 0 && isLarger);
  if (exponent < VANISHING_EXPONENT && !isLeft) {
    quotient(s, PRECISION_64, sign, exponent + BIAS, high, low, divisorHigh, divisorLow);
    signalInexact(s);
    return;
  }
  if (isSteep) {
    [high, low, divisorHigh, divisorLow] = [divisorHigh, divisorLow, high, low];
    exponent = -exponent;
  }
  // The differences and sums of these halves are exact.
  const power = powerOfTwo(exponent);
  const smallHigh = (high >>> 0) * TWO_32 * power;
  const smallLow = (low >>> 0) * power;
  const largeHigh = (divisorHigh >>> 0) * TWO_32;
  const largeLow = divisorLow >>> 0;
  const step = Math.floor((smallHigh / largeHigh) * ARCTANGENT_STEPS + 0.5);
  rise.high = smallHigh * ARCTANGENT_STEPS - largeHigh * step;
  rise.low = smallLow * ARCTANGENT_STEPS - largeLow * step;
  run.high = largeHigh * ARCTANGENT_STEPS + smallHigh * step;
  run.low = largeLow * ARCTANGENT_STEPS + smallLow * step;
  const result = arctangent(rise.settle().divide(run.settle()), step);
  if (exponent < SMALL_QUOTIENT) result.low -= result.high * SLIGHTLY;
  if (isSteep) (isLeft ? result : result.negate()).add(HALF_PI);
  else if (isLeft) result.negate().add(PI);
  deliver(s, sign, result, 0);
}
