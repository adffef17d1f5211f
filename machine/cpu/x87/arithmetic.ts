/**
 * Addition, subtraction, multiplication, division and square root on 32-bit halves.
 *
 * Layer beneath: rounding.ts, classification.ts. Source: Intel SDM volume 1, tables 8-10 (invalid operations) and
 * 4.9.1 (exceptions); division and square root by digits of base 2^32, estimated in floating point (Knuth, TAOCP
 * 4.3.1).
 *
 * Every function takes slots, puts its result into RESULT and returns whether it is to be stored: an unmasked
 * exception found before the computation leaves the operands alone. C1 must be 0 before the call.
 */
import { classify, DENORMAL, INFINITY, NORMAL, propagateOne, propagateTwo, UNSUPPORTED, ZERO } from "./classification.ts";
import { normalize, roundResult, shiftRight, wide } from "./rounding.ts";
import { DE, type FpuState, PRECISION_FIELD, RESULT, ROUND_DOWN, ROUNDING_FIELD, ZE } from "./state.ts";

const BIAS = 16383;
const TWO_32 = 0x1_0000_0000;

/** Whether a sign-and-exponent word with its significand's high half is a normal number. */
function isNormal(signExponent: number, high: number): boolean {
  const exponent = signExponent & 0x7fff;
  return exponent !== 0 && exponent !== 0x7fff && high < 0;
}

/** Signals a denormal operand, also one that was converted. @returns whether the computation is off */
export function isStoppedByDenormal(s: FpuState, kindA: number, kindB: number): boolean {
  if (kindA !== DENORMAL && kindB !== DENORMAL && s.sourceDenormal === 0) return false;
  return s.signal(DE);
}

/** Biased exponent of a finite nonzero slot whose significand it leaves, normalized, in `wide`. */
export function unpack(s: FpuState, slot: number): number {
  const exponent = s.signExponent[slot]! & 0x7fff;
  const high = s.high[slot]!;
  if (high < 0) {
    wide.high = high;
    wide.low = s.low[slot]!;
    wide.extra = 0;
    return exponent === 0 ? 1 : exponent;
  }
  return 1 - normalize(high, s.low[slot]!, 0);
}

/** Makes a finite slot the result as it is: tiny values do not underflow, but pseudo-denormals become normal. */
export function keepValue(s: FpuState, slot: number): void {
  s.copy(slot, RESULT);
  if ((s.signExponent[slot]! & 0x7fff) === 0 && s.high[slot]! < 0) s.signExponent[RESULT] = s.signExponent[slot]! | 1;
}

/** a + b, or a - b with negate = 0x8000. */
export function add(s: FpuState, a: number, b: number, negate: number): boolean {
  const headA = s.signExponent[a]!;
  const headB = s.signExponent[b]!;
  const highA = s.high[a]!;
  const highB = s.high[b]!;
  const signA = headA & 0x8000;
  const signB = (headB & 0x8000) ^ negate;
  if (isNormal(headA, highA) && isNormal(headB, highB) && s.sourceDenormal === 0) {
    sum(s, signA, headA & 0x7fff, highA, s.low[a]!, signB, headB & 0x7fff, highB, s.low[b]!);
    return true;
  }
  const kindA = classify(s, a);
  const kindB = classify(s, b);
  if (kindA >= UNSUPPORTED || kindB >= UNSUPPORTED) return propagateTwo(s, a, b);
  if (kindA === INFINITY && kindB === INFINITY && signA !== signB) return s.invalid();
  if (isStoppedByDenormal(s, kindA, kindB)) return false;
  if (kindA === INFINITY) s.setInfinity(RESULT, signA);
  else if (kindB === INFINITY) s.setInfinity(RESULT, signB);
  else if (kindA === ZERO && kindB === ZERO) s.setZero(RESULT, signA === signB ? signA : signOfZero(s));
  else if (kindA === ZERO) roundSlot(s, b, signB);
  else if (kindB === ZERO) roundSlot(s, a, signA);
  else {
    const exponentA = unpack(s, a);
    const normalHighA = wide.high;
    const normalLowA = wide.low;
    const exponentB = unpack(s, b);
    sum(s, signA, exponentA, normalHighA, normalLowA, signB, exponentB, wide.high, wide.low);
  }
  return true;
}

/** Sign of an exact zero sum of nonzero or unlike terms. */
function signOfZero(s: FpuState): number {
  return (s.control & ROUNDING_FIELD) === ROUND_DOWN ? 0x8000 : 0;
}

/** The finite nonzero value of a slot, with another sign, as result. */
function roundSlot(s: FpuState, slot: number, sign: number): void {
  const exponent = unpack(s, slot);
  roundResult(s, s.control & PRECISION_FIELD, sign, exponent, wide.high, wide.low, 0);
}

function sum(
  s: FpuState,
  signA: number,
  exponentA: number,
  highA: number,
  lowA: number,
  signB: number,
  exponentB: number,
  highB: number,
  lowB: number,
): void {
  const precision = s.control & PRECISION_FIELD;
  // A becomes the operand of larger magnitude.
  if (exponentA < exponentB || (exponentA === exponentB && (highA >>> 0 < highB >>> 0 || (highA === highB && lowA >>> 0 < lowB >>> 0)))) {
    [signA, signB] = [signB, signA];
    [exponentA, exponentB] = [exponentB, exponentA];
    [highA, highB] = [highB, highA];
    [lowA, lowB] = [lowB, lowA];
  }
  let extra = 0;
  const distance = exponentA - exponentB;
  if (distance !== 0) {
    shiftRight(highB, lowB, 0, distance);
    highB = wide.high;
    lowB = wide.low;
    extra = wide.extra;
  }
  if (signA === signB) {
    const low = (lowA >>> 0) + (lowB >>> 0);
    const high = (highA >>> 0) + (highB >>> 0) + (low >= TWO_32 ? 1 : 0);
    if (high < TWO_32) {
      roundResult(s, precision, signA, exponentA, high | 0, low | 0, extra);
    } else {
      const sticky = extra & 1;
      extra = (extra >>> 1) | (low << 31) | sticky;
      roundResult(s, precision, signA, exponentA + 1, (high / 2) | 0, ((low | 0) >>> 1) | (high << 31), extra);
    }
    return;
  }
  const borrowLow = extra !== 0 ? 1 : 0;
  const low = (lowA >>> 0) - (lowB >>> 0) - borrowLow;
  const high = ((highA >>> 0) - (highB >>> 0) - (low < 0 ? 1 : 0)) | 0;
  extra = -extra | 0;
  if (high < 0) {
    roundResult(s, precision, signA, exponentA, high, low | 0, extra);
  } else if ((high | (low | 0) | extra) === 0) {
    s.setZero(RESULT, signOfZero(s));
  } else {
    const shift = normalize(high, low | 0, extra);
    roundResult(s, precision, signA, exponentA - shift, wide.high, wide.low, wide.extra);
  }
}

/** High half of the product of two unsigned 32-bit numbers, exactly (the rounding error of the product is < 2^11). */
function multiplyHigh(a: number, b: number): number {
  const product = (a >>> 0) * (b >>> 0);
  return Math.floor((product - (Math.imul(a, b) >>> 0)) / TWO_32 + 0.5);
}

export function multiply(s: FpuState, a: number, b: number): boolean {
  const headA = s.signExponent[a]!;
  const headB = s.signExponent[b]!;
  const highA = s.high[a]!;
  const highB = s.high[b]!;
  const sign = (headA ^ headB) & 0x8000;
  if (isNormal(headA, highA) && isNormal(headB, highB) && s.sourceDenormal === 0) {
    product(s, sign, (headA & 0x7fff) + (headB & 0x7fff), highA, s.low[a]!, highB, s.low[b]!);
    return true;
  }
  const kindA = classify(s, a);
  const kindB = classify(s, b);
  if (kindA >= UNSUPPORTED || kindB >= UNSUPPORTED) return propagateTwo(s, a, b);
  if ((kindA === INFINITY && kindB === ZERO) || (kindA === ZERO && kindB === INFINITY)) return s.invalid();
  if (isStoppedByDenormal(s, kindA, kindB)) return false;
  if (kindA === INFINITY || kindB === INFINITY) s.setInfinity(RESULT, sign);
  else if (kindA === ZERO || kindB === ZERO) s.setZero(RESULT, sign);
  else {
    const exponentA = unpack(s, a);
    const normalHighA = wide.high;
    const normalLowA = wide.low;
    const exponentB = unpack(s, b);
    product(s, sign, exponentA + exponentB, normalHighA, normalLowA, wide.high, wide.low);
  }
  return true;
}

function product(s: FpuState, sign: number, exponents: number, highA: number, lowA: number, highB: number, lowB: number): void {
  const low = Math.imul(lowA, lowB);
  const word1 = multiplyHigh(lowA, lowB) + (Math.imul(lowA, highB) >>> 0) + (Math.imul(highA, lowB) >>> 0);
  const word2 = multiplyHigh(lowA, highB) + multiplyHigh(highA, lowB) + (Math.imul(highA, highB) >>> 0) + Math.floor(word1 / TWO_32);
  const word3 = (multiplyHigh(highA, highB) + Math.floor(word2 / TWO_32)) | 0;
  let high = word3;
  let middle = word2 | 0;
  let extra = word1 | 0;
  let exponent = exponents - BIAS + 1;
  if (high >= 0) {
    high = (high << 1) | (middle >>> 31);
    middle = (middle << 1) | (extra >>> 31);
    extra = (extra << 1) | (low >>> 31);
    exponent--;
  }
  roundResult(s, s.control & PRECISION_FIELD, sign, exponent, high, middle, extra | (low !== 0 ? 1 : 0));
}

/** a / b. */
export function divide(s: FpuState, a: number, b: number): boolean {
  const kindA = classify(s, a);
  const kindB = classify(s, b);
  const sign = (s.signExponent[a]! ^ s.signExponent[b]!) & 0x8000;
  if (kindA !== NORMAL || kindB !== NORMAL || s.sourceDenormal !== 0) {
    if (kindA >= UNSUPPORTED || kindB >= UNSUPPORTED) return propagateTwo(s, a, b);
    if (kindA === kindB && (kindA === ZERO || kindA === INFINITY)) return s.invalid();
    if (kindB === ZERO && kindA !== INFINITY) {
      s.setInfinity(RESULT, sign);
      return !s.signal(ZE);
    }
    if (isStoppedByDenormal(s, kindA, kindB)) return false;
    if (kindA === INFINITY) {
      s.setInfinity(RESULT, sign);
      return true;
    }
    if (kindA === ZERO || kindB === INFINITY) {
      s.setZero(RESULT, sign);
      return true;
    }
  }
  const exponentA = unpack(s, a);
  const highA = wide.high;
  const lowA = wide.low;
  const exponentB = unpack(s, b);
  quotient(s, s.control & PRECISION_FIELD, sign, exponentA - exponentB + BIAS, highA, lowA, wide.high, wide.low);
  return true;
}

/** Remainder of a division step: three words, the top one signed. */
export const rest = { high: 0, middle: 0, low: 0 };

/**
 * Divides the remainder by (high, low), subtracts the multiple and returns the digit, an unsigned 32-bit number.
 * The estimate in doubles is wrong by at most one.
 */
export function nextDigit(high: number, low: number): number {
  const divisor = (high >>> 0) * TWO_32 + (low >>> 0);
  const dividend = ((rest.high >>> 0) * TWO_32 + (rest.middle >>> 0)) * TWO_32 + (rest.low >>> 0);
  let digit = Math.min(Math.floor(dividend / divisor), 0xffffffff);
  subtractMultiple(digit, high, low);
  while (rest.high < 0) {
    digit--;
    addToRest(high, low);
  }
  while (rest.high !== 0 || rest.middle >>> 0 > high >>> 0 || (rest.middle === high && rest.low >>> 0 >= low >>> 0)) {
    digit++;
    subtractMultiple(1, high, low);
  }
  return digit;
}

function subtractMultiple(digit: number, high: number, low: number): void {
  const first = (rest.low >>> 0) - (Math.imul(digit, low) >>> 0);
  const second = (rest.middle >>> 0) - multiplyHigh(digit, low) - (Math.imul(digit, high) >>> 0) - (first < 0 ? 1 : 0);
  rest.high = ((rest.high >>> 0) - multiplyHigh(digit, high) + Math.floor(second / TWO_32)) | 0;
  rest.middle = second | 0;
  rest.low = first | 0;
}

function addToRest(high: number, low: number): void {
  const first = (rest.low >>> 0) + (low >>> 0);
  const second = (rest.middle >>> 0) + (high >>> 0) + (first >= TWO_32 ? 1 : 0);
  rest.high = (rest.high + (second >= TWO_32 ? 1 : 0)) | 0;
  rest.middle = second | 0;
  rest.low = first | 0;
}

/** Moves the remainder up by one digit (its top word is 0). */
function shiftRestByDigit(): void {
  rest.high = rest.middle;
  rest.middle = rest.low;
  rest.low = 0;
}

/** Rounds the quotient of two normalized significands times a power of two, as roundResult does. */
export function quotient(
  s: FpuState,
  precision: number,
  sign: number,
  exponent: number,
  highA: number,
  lowA: number,
  highB: number,
  lowB: number,
): void {
  if (highA >>> 0 > highB >>> 0 || (highA === highB && lowA >>> 0 >= lowB >>> 0)) {
    rest.high = highA >>> 1;
    rest.middle = (highA << 31) | (lowA >>> 1);
    rest.low = lowA << 31;
  } else {
    exponent--;
    rest.high = highA;
    rest.middle = lowA;
    rest.low = 0;
  }
  const high = nextDigit(highB, lowB);
  shiftRestByDigit();
  const low = nextDigit(highB, lowB);
  roundResult(s, precision, sign, exponent, high | 0, low | 0, digitsBehind(highB, lowB));
}

/** What the remainder means for rounding: how twice it compares with the divisor. */
function digitsBehind(high: number, low: number): number {
  if ((rest.middle | rest.low) === 0) return 0;
  const twiceHigh = (rest.middle >>> 0) * 2 + (rest.low >>> 31);
  const difference = twiceHigh - (high >>> 0) || ((rest.low << 1) >>> 0) - (low >>> 0);
  if (difference === 0) return 0x80000000 | 0;
  return difference > 0 ? 0xc0000000 | 0 : 1;
}

export function squareRoot(s: FpuState, a: number): boolean {
  const kind = classify(s, a);
  const sign = s.signExponent[a]! & 0x8000;
  if (kind !== NORMAL || sign !== 0) {
    if (kind >= UNSUPPORTED) return propagateOne(s, a);
    if (kind === ZERO) {
      s.setZero(RESULT, sign);
      return true;
    }
    if (sign !== 0) return s.invalid();
    if (isStoppedByDenormal(s, kind, kind)) return false;
    if (kind === INFINITY) {
      s.setInfinity(RESULT, sign);
      return true;
    }
  }
  const exponent = unpack(s, a);
  root(s, exponent, wide.high, wide.low);
  return true;
}

/** Root of the significand times 2^63 or 2^64, whichever makes the power even: two digits of base 2^32. */
function root(s: FpuState, exponent: number, high: number, low: number): void {
  const unbiased = exponent - BIAS;
  let behind = 0;
  if ((unbiased & 1) === 0) {
    behind = low << 31;
    low = (low >>> 1) | (high << 31);
    high = high >>> 1;
  }
  rest.high = 0;
  rest.middle = high;
  rest.low = low;
  const first = nextRootDigit(0, Math.sqrt((high >>> 0) * TWO_32 + (low >>> 0)));
  const estimate = ((rest.middle >>> 0) * TWO_32 + (rest.low >>> 0)) * TWO_32 + (behind >>> 0);
  // The remainder has up to 97 bits now; its top one does not matter, as the next one is small again.
  rest.high = rest.low;
  rest.middle = behind;
  rest.low = 0;
  const second = nextRootDigit(first, estimate / (2 * first));
  roundResult(s, s.control & PRECISION_FIELD, 0, (unbiased >> 1) + BIAS, first | 0, second | 0, rootDigitsBehind(first, second));
}

/** Subtracts what the next digit of the root adds to its square. The estimate is right or too small by one. */
function nextRootDigit(prefix: number, estimate: number): number {
  let digit = Math.min(Math.floor(estimate) + 1, 0xffffffff);
  subtractMultiple(digit, prefix, 0);
  subtractMultiple(digit, prefix, 0);
  subtractMultiple(digit, 0, digit);
  while (rest.high < 0) {
    digit--;
    addToRest(prefix, digit);
    addToRest(prefix, digit);
    addToRest(0, 1);
  }
  return digit;
}

/** A root is never halfway between two numbers: the fraction is above 1/2 if the remainder exceeds the root. */
function rootDigitsBehind(high: number, low: number): number {
  if ((rest.high | rest.middle | rest.low) === 0) return 0;
  const difference = (rest.middle >>> 0) - high || (rest.low >>> 0) - low;
  return rest.high !== 0 || difference > 0 ? 0xc0000000 | 0 : 1;
}
