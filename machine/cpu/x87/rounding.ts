/**
 * Rounding of exact results to register format, with overflow, underflow and the precision exception.
 *
 * Source: Intel SDM volume 1, sections 4.8.4 (rounding), 4.9.1.4 to 4.9.1.6 and 8.5.4 to 8.5.6 (numeric exceptions).
 */
import {
  C1,
  type FpuState,
  OE,
  PE,
  PRECISION_24,
  PRECISION_53,
  RESULT,
  ROUND_DOWN,
  ROUND_NEAREST,
  ROUND_TO_ZERO,
  ROUND_UP,
  ROUNDING_FIELD,
  UE,
} from "./state.ts";

/** What unmasked overflow subtracts from, and unmasked underflow adds to, the exponent of a register result. */
const EXPONENT_ADJUSTMENT = 24576;

/**
 * A significand of 96 bits: 64 bits of the register and 32 bits behind them, of which the last stands for all that
 * follow ("sticky"). Functions that return more than one number leave it here.
 */
export const wide = {
  high: 0,
  low: 0,
  extra: 0,
  /** roundSignificand: the value became 2.0 and was halved. */
  carried: 0,
  isInexact: false,
  isRoundedUp: false,
};

/** Shifts right by count > 0 bits into `wide`. */
export function shiftRight(high: number, low: number, extra: number, count: number): void {
  let sticky = 0;
  while (count >= 32) {
    sticky |= extra;
    extra = low;
    low = high;
    high = 0;
    count -= 32;
    if ((low | extra) === 0) break;
  }
  if (count > 0 && count < 32) {
    const back = 32 - count;
    sticky |= extra << back;
    extra = (extra >>> count) | (low << back);
    low = (low >>> count) | (high << back);
    high = high >>> count;
  }
  wide.high = high | 0;
  wide.low = low | 0;
  wide.extra = extra | (sticky !== 0 ? 1 : 0);
}

/** Shifts a nonzero significand left until its top bit is set. @returns the number of bits */
export function normalize(high: number, low: number, extra: number): number {
  let count = 0;
  while (high === 0) {
    high = low;
    low = extra;
    extra = 0;
    count += 32;
  }
  const shift = Math.clz32(high);
  if (shift !== 0) {
    const back = 32 - shift;
    high = (high << shift) | (low >>> back);
    low = (low << shift) | (extra >>> back);
    extra <<= shift;
  }
  wide.high = high;
  wide.low = low;
  wide.extra = extra;
  return count + shift;
}

/** Rounds to the given precision into `wide` (high, low, carried, isInexact, isRoundedUp). */
export function roundSignificand(precision: number, rounding: number, sign: number, high: number, low: number, extra: number): void {
  let discarded = extra;
  let lastBit = low & 1;
  if (precision === PRECISION_53) {
    discarded = (low << 21) | (extra !== 0 ? 1 : 0);
    low &= ~0x7ff;
    lastBit = low & 0x800;
  } else if (precision === PRECISION_24) {
    discarded = (high << 24) | ((low | extra) !== 0 ? 1 : 0);
    high &= ~0xff;
    low = 0;
    lastBit = high & 0x100;
  }
  wide.carried = 0;
  wide.isInexact = discarded !== 0;
  wide.isRoundedUp = false;
  if (discarded !== 0 && isRoundedAway(rounding, sign, discarded, lastBit)) {
    wide.isRoundedUp = true;
    const before = high;
    if (precision === PRECISION_24) {
      high = (high + 0x100) | 0;
    } else {
      low = (low + (precision === PRECISION_53 ? 0x800 : 1)) | 0;
      if (low === 0) high = (high + 1) | 0;
    }
    if (before < 0 && high >= 0) {
      wide.carried = 1;
      high = 0x80000000 | 0;
    }
  }
  wide.high = high;
  wide.low = low;
}

/** Whether a value is rounded away from zero; `discarded` has the half in its top bit. */
function isRoundedAway(rounding: number, sign: number, discarded: number, lastBit: number): boolean {
  if (rounding === ROUND_NEAREST) return discarded < 0 && (discarded !== (0x80000000 | 0) || lastBit !== 0);
  if (rounding === ROUND_TO_ZERO) return false;
  return (rounding === ROUND_DOWN) === (sign !== 0);
}

/**
 * Rounds a normalized significand with a biased exponent of any size to register format, into RESULT, and signals
 * overflow, underflow and precision. Results go to registers even when these exceptions are unmasked.
 * @param precision PRECISION_24, _53 or anything else for 64 bits
 * @param sign 0 or 0x8000
 */
export function roundResult(
  s: FpuState,
  precision: number,
  sign: number,
  exponent: number,
  high: number,
  low: number,
  extra: number,
): void {
  const rounding = s.control & ROUNDING_FIELD;
  roundSignificand(precision, rounding, sign, high, low, extra);
  const rounded = exponent + wide.carried;
  if (rounded > 0 && rounded < 0x7fff) {
    s.set(RESULT, sign | rounded, wide.high, wide.low);
    if (wide.isInexact) signalInexact(s, PE);
  } else if (rounded > 0) {
    overflow(s, precision, sign, rounded);
  } else {
    underflow(s, precision, sign, exponent, high, low, extra);
  }
}

function signalInexact(s: FpuState, flags: number): void {
  if (wide.isRoundedUp) s.status |= C1;
  s.signal(flags);
}

function overflow(s: FpuState, precision: number, sign: number, exponent: number): void {
  const adjusted = exponent - EXPONENT_ADJUSTMENT;
  if ((s.control & OE) === 0 && adjusted < 0x7fff) {
    s.set(RESULT, sign | adjusted, wide.high, wide.low);
    if (wide.isInexact) signalInexact(s, OE | PE);
    else s.signal(OE);
    return;
  }
  // Beyond even the adjusted range unmasked overflow is infinite, whatever the rounding mode.
  wide.isRoundedUp = (s.control & OE) === 0 || isOverflowInfinite(s.control & ROUNDING_FIELD, sign);
  if (wide.isRoundedUp) s.setInfinity(RESULT, sign);
  else setLargest(s, precision, sign);
  signalInexact(s, OE | PE);
}

/** Whether a value beyond the largest finite one becomes infinite. */
export function isOverflowInfinite(rounding: number, sign: number): boolean {
  return rounding === ROUND_NEAREST || rounding === (sign !== 0 ? ROUND_DOWN : ROUND_UP);
}

function setLargest(s: FpuState, precision: number, sign: number): void {
  const high = precision === PRECISION_24 ? ~0xff : -1;
  const low = precision === PRECISION_24 ? 0 : precision === PRECISION_53 ? ~0x7ff : -1;
  s.set(RESULT, sign | 0x7ffe, high, low);
}

/** The value is tiny: below the smallest normal one after rounding with unlimited exponents. */
function underflow(s: FpuState, precision: number, sign: number, exponent: number, high: number, low: number, extra: number): void {
  const adjusted = exponent + wide.carried + EXPONENT_ADJUSTMENT;
  if ((s.control & UE) === 0) {
    if (adjusted > 0) {
      s.set(RESULT, sign | adjusted, wide.high, wide.low);
      if (wide.isInexact) signalInexact(s, UE | PE);
      else s.signal(UE);
    } else {
      s.setZero(RESULT, sign);
      s.signal(UE | PE);
    }
    return;
  }
  shiftRight(high, low, extra, 1 - exponent);
  roundSignificand(precision, s.control & ROUNDING_FIELD, sign, wide.high, wide.low, wide.extra);
  s.set(RESULT, sign | (wide.high < 0 ? 1 : 0), wide.high, wide.low);
  if (wide.isInexact) signalInexact(s, UE | PE);
}
