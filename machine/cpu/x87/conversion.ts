/**
 * Conversion between register format and the binary formats of memory operands: integers of 16, 32 and 64 bits,
 * single and double precision, 80 bits. (Decimal: decimal.ts.)
 *
 * Layer beneath: rounding.ts. Source: Intel SDM volume 1, sections 4.2.2, 8.2 and 8.5.1.2 (table 8-10).
 *
 * The load functions fill the slot SOURCE; the store functions leave the bits in `converted` and return whether they
 * are to be stored.
 */
import { classify, DENORMAL, INFINITY, NORMAL, SIGNALLING_NAN, UNSUPPORTED, ZERO } from "./classification.ts";
import { unpack } from "./arithmetic.ts";
import { isOverflowInfinite, normalize, roundSignificand, shiftRight, wide } from "./rounding.ts";
import {
  C1,
  DE,
  type FpuState,
  IE,
  OE,
  PE,
  PRECISION_24,
  PRECISION_53,
  PRECISION_64,
  ROUND_TO_ZERO,
  ROUNDING_FIELD,
  SOURCE,
  UE,
} from "./state.ts";

const BIAS = 16383;

/** Bits of a converted value; `low` only is used for formats of 32 bits and less. */
export const converted = { high: 0, low: 0 };

/** A floating-point format in memory narrower than 80 bits. */
interface Format {
  precision: number;
  bias: number;
  /** Exponent field of infinities and NaNs. */
  maximum: number;
}

const SINGLE: Format = { precision: PRECISION_24, bias: 127, maximum: 0xff };
const DOUBLE: Format = { precision: PRECISION_53, bias: 1023, maximum: 0x7ff };

export function loadInteger32(s: FpuState, value: number): void {
  value |= 0;
  s.sourceDenormal = 0;
  if (value === 0) {
    s.setZero(SOURCE, 0);
    return;
  }
  const magnitude = value < 0 ? -value | 0 : value;
  const shift = Math.clz32(magnitude);
  s.set(SOURCE, (value < 0 ? 0x8000 : 0) | (BIAS + 31 - shift), magnitude << shift, 0);
}

export function loadInteger64(s: FpuState, high: number, low: number): void {
  s.sourceDenormal = 0;
  high |= 0;
  low |= 0;
  const sign = high < 0 ? 0x8000 : 0;
  if (high < 0) {
    low = -low | 0;
    high = (~high + (low === 0 ? 1 : 0)) | 0;
  }
  if ((high | low) === 0) {
    s.setZero(SOURCE, 0);
    return;
  }
  const shift = normalize(high, low, 0);
  s.set(SOURCE, sign | (BIAS + 63 - shift), wide.high, wide.low);
}

/** A signalling NaN stays one; the operation that uses it makes it quiet. */
export function loadSingle(s: FpuState, bits: number): void {
  const exponent = (bits >>> 23) & 0xff;
  loadReal(s, SINGLE, (bits >>> 16) & 0x8000, exponent, bits << 8, 0);
}

export function loadDouble(s: FpuState, high: number, low: number): void {
  const exponent = (high >>> 20) & 0x7ff;
  if (exponent !== 0 && exponent !== 0x7ff) {
    s.sourceDenormal = 0;
    s.set(SOURCE, ((high >>> 16) & 0x8000) | (exponent + BIAS - 1023), (high << 11) | (low >>> 21) | 0x80000000, low << 11);
    return;
  }
  loadReal(s, DOUBLE, (high >>> 16) & 0x8000, exponent, (high << 11) | (low >>> 21), low << 11);
}

/** @param high fraction, its first bit in bit 30 */
function loadReal(s: FpuState, format: Format, sign: number, exponent: number, high: number, low: number): void {
  s.sourceDenormal = 0;
  high &= 0x7fffffff;
  if (exponent === format.maximum) {
    s.set(SOURCE, sign | 0x7fff, high | 0x80000000, low);
  } else if (exponent !== 0) {
    s.set(SOURCE, sign | (exponent + BIAS - format.bias), high | 0x80000000, low);
  } else if ((high | low) === 0) {
    s.setZero(SOURCE, sign);
  } else {
    s.sourceDenormal = DE;
    const shift = normalize(high, low, 0);
    s.set(SOURCE, sign | (1 - shift + BIAS - format.bias), wide.high, wide.low);
  }
}

/** Signals what loading SOURCE onto the stack signals. @returns whether it is to be pushed */
export function isLoadable(s: FpuState): boolean {
  if (s.sourceDenormal !== 0) {
    // An unmasked denormal exception does not keep a load from pushing.
    s.signal(DE);
    return true;
  }
  if (classify(s, SOURCE) !== SIGNALLING_NAN) return true;
  s.high[SOURCE] = s.high[SOURCE]! | 0x40000000;
  return !s.signal(IE);
}

export function storeSingle(s: FpuState, slot: number): boolean {
  if (!roundReal(s, SINGLE, slot)) return false;
  converted.low = (sign(s, slot) << 16) | (real.exponent << 23) | ((real.high & 0x7fffffff) >>> 8);
  return true;
}

export function storeDouble(s: FpuState, slot: number): boolean {
  if (!roundReal(s, DOUBLE, slot)) return false;
  converted.low = (real.low >>> 11) | (real.high << 21);
  converted.high = (sign(s, slot) << 16) | (real.exponent << 20) | ((real.high & 0x7fffffff) >>> 11);
  return true;
}

/** Real indefinite as the bits of either format. */
export function indefiniteSingle(): void {
  converted.low = 0xffc00000 | 0;
}

export function indefiniteDouble(): void {
  converted.high = 0xfff80000 | 0;
  converted.low = 0;
}

function sign(s: FpuState, slot: number): number {
  return real.isIndefinite ? 0x8000 : s.signExponent[slot]! & 0x8000;
}

/** Result of roundReal: exponent field and significand of the narrower format. */
const real = { exponent: 0, high: 0, low: 0, isIndefinite: false };

function setReal(exponent: number, high: number, low: number): boolean {
  real.exponent = exponent;
  real.high = high;
  real.low = low;
  return true;
}

function roundReal(s: FpuState, format: Format, slot: number): boolean {
  real.isIndefinite = false;
  const kind = classify(s, slot);
  if (kind !== NORMAL) {
    if (kind === ZERO) return setReal(0, 0, 0);
    if (kind === INFINITY) return setReal(format.maximum, 0, 0);
    if (kind === UNSUPPORTED) {
      real.isIndefinite = true;
      setReal(format.maximum, 0xc0000000 | 0, 0);
      return !s.signal(IE);
    }
    if (kind !== DENORMAL) {
      setReal(format.maximum, s.high[slot]! | 0x40000000, s.low[slot]!);
      return kind !== SIGNALLING_NAN || !s.signal(IE);
    }
  }
  const exponent = unpack(s, slot) - BIAS + format.bias;
  const { high, low } = wide;
  const signBit = s.signExponent[slot]! & 0x8000;
  const rounding = s.control & ROUNDING_FIELD;
  roundSignificand(format.precision, rounding, signBit, high, low, 0);
  const rounded = exponent + wide.carried;
  if (rounded >= format.maximum) return overflow(s, format, signBit);
  if (rounded > 0) {
    setReal(rounded, wide.high, wide.low);
    if (wide.isInexact) signalInexact(s, PE);
    return true;
  }
  if ((s.control & UE) === 0) {
    s.signal(UE);
    return false;
  }
  shiftRight(high, low, 0, 1 - exponent);
  roundSignificand(format.precision, rounding, signBit, wide.high, wide.low, wide.extra);
  setReal(wide.high < 0 ? 1 : 0, wide.high, wide.low);
  if (wide.isInexact) signalInexact(s, UE | PE);
  return true;
}

function overflow(s: FpuState, format: Format, signBit: number): boolean {
  if ((s.control & OE) === 0) {
    s.signal(OE);
    return false;
  }
  wide.isRoundedUp = isOverflowInfinite(s.control & ROUNDING_FIELD, signBit);
  if (wide.isRoundedUp) setReal(format.maximum, 0, 0);
  else setReal(format.maximum - 1, -1, -1);
  signalInexact(s, OE | PE);
  return true;
}

function signalInexact(s: FpuState, flags: number): void {
  if (wide.isRoundedUp) s.status |= C1;
  s.signal(flags);
}

/** Integer indefinite: the most negative number. */
export function indefiniteInteger(bits: number): void {
  converted.high = 0x80000000 | 0;
  converted.low = bits === 64 ? 0 : bits === 32 ? 0x80000000 | 0 : 0x8000;
}

/**
 * Converts to a two's complement integer of 16, 32 or 64 bits.
 * @param isTruncated rounds to zero, whatever the control word says
 */
export function storeInteger(s: FpuState, slot: number, bits: number, isTruncated: boolean): boolean {
  const rounding = isTruncated ? ROUND_TO_ZERO : s.control & ROUNDING_FIELD;
  const kind = classify(s, slot);
  if (kind >= INFINITY || !roundToInteger(s, slot, rounding)) return invalidInteger(s, bits);
  let { high, low } = wide;
  const isNegative = (s.signExponent[slot]! & 0x8000) !== 0;
  if (isNegative) {
    low = -low | 0;
    high = (~high + (low === 0 ? 1 : 0)) | 0;
  }
  // A magnitude of 2^63 and more fits only as the most negative number of 64 bits.
  const isHuge = wide.high < 0 && !(isNegative && high === wide.high && low === 0);
  const isTooLong = bits !== 64 && (high !== low >> 31 || (bits === 16 && low !== (low << 16) >> 16));
  if (isHuge || isTooLong) return invalidInteger(s, bits);
  converted.high = high;
  converted.low = low;
  if (wide.isInexact) signalInexact(s, PE);
  return true;
}

function invalidInteger(s: FpuState, bits: number): boolean {
  indefiniteInteger(bits);
  return !s.signal(IE);
}

/**
 * Rounds a finite value to an integer magnitude in `wide` (high, low, isInexact, isRoundedUp).
 * @returns false if it needs more than 64 bits
 */
export function roundToInteger(s: FpuState, slot: number, rounding: number): boolean {
  const exponent = s.signExponent[slot]! & 0x7fff;
  const shift = BIAS + 63 - (exponent === 0 ? 1 : exponent);
  if (shift < 0) return false;
  wide.high = s.high[slot]!;
  wide.low = s.low[slot]!;
  wide.extra = 0;
  if (shift > 0) shiftRight(wide.high, wide.low, 0, Math.min(shift, 128));
  roundSignificand(PRECISION_64, rounding, s.signExponent[slot]! & 0x8000, wide.high, wide.low, wide.extra);
  return wide.carried === 0;
}
