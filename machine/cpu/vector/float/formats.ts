/**
 * The two formats of IEEE 754 that SSE computes in, as bit patterns in big integers.
 * The general paths (exact.ts, rounding.ts) use them; common cases never come here.
 */
export interface Format {
  /** Bits of a significand, with the implicit one. */
  readonly precision: number;
  readonly minimumExponent: number;
  readonly maximumExponent: number;
  readonly fractionBits: bigint;
  /** The leading one of a normal number, which is not stored; also the lowest normal number. */
  readonly implicitBit: bigint;
  readonly quietBit: bigint;
  readonly infinity: bigint;
  readonly signBit: bigint;
  /** The NaN of invalid operations. */
  readonly indefinite: bigint;
}

function format(precision: number, exponentBits: number): Format {
  const fractionBits = BigInt(precision - 1);
  const implicitBit = 1n << fractionBits;
  const quietBit = implicitBit >> 1n;
  const signBit = implicitBit << BigInt(exponentBits);
  const infinity = signBit - implicitBit;
  const maximumExponent = 2 ** (exponentBits - 1) - 1;
  return {
    precision,
    minimumExponent: 1 - maximumExponent,
    maximumExponent,
    fractionBits,
    implicitBit,
    quietBit,
    infinity,
    signBit,
    indefinite: signBit | infinity | quietBit,
  };
}

export const SINGLE = format(24, 8);
export const DOUBLE = format(53, 11);

export function magnitude(type: Format, bits: bigint): bigint {
  return bits & (type.signBit - 1n);
}

export function sign(type: Format, bits: bigint): bigint {
  return bits & type.signBit;
}

export function isNan(type: Format, bits: bigint): boolean {
  return magnitude(type, bits) > type.infinity;
}

export function isSignaling(type: Format, bits: bigint): boolean {
  return isNan(type, bits) && (bits & type.quietBit) === 0n;
}

export function isInfinite(type: Format, bits: bigint): boolean {
  return magnitude(type, bits) === type.infinity;
}

export function isZero(type: Format, bits: bigint): boolean {
  return magnitude(type, bits) === 0n;
}

export function isDenormal(type: Format, bits: bigint): boolean {
  const value = magnitude(type, bits);
  return value !== 0n && value < type.implicitBit;
}

/** The integer m of a finite number ±m·2^e. */
export function significand(type: Format, bits: bigint): bigint {
  const fraction = bits & (type.implicitBit - 1n);
  return magnitude(type, bits) < type.implicitBit ? fraction : fraction | type.implicitBit;
}

/** The exponent e of a finite number ±m·2^e. */
export function exponent(type: Format, bits: bigint): number {
  const biased = Number(magnitude(type, bits) >> type.fractionBits);
  return Math.max(biased, 1) + type.minimumExponent - type.precision;
}
