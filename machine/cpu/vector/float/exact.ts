/**
 * The general arithmetic: every operand, every rounding mode, every exception, in big integers. Fast paths hand over
 * what they do not do themselves (Intel SDM vol. 1, 4.8.3.5 and 11.5.2).
 */
import { Word } from "../../registers.ts";
import { exponent, type Format, isDenormal, isInfinite, isNan, isSignaling, isZero, sign, significand } from "./formats.ts";
import { Mxcsr, Rounding } from "./mxcsr.ts";
import { createRounding } from "./rounding.ts";
import type { FloatState } from "./state.ts";

/** Operands and results are bit patterns; exceptions go to the state. */
export type Dyadic = (type: Format, a: bigint, b: bigint) => bigint;

export interface ExactArithmetic {
  readonly add: Dyadic;
  readonly subtract: Dyadic;
  readonly multiply: Dyadic;
  readonly divide: Dyadic;
  readonly squareRoot: (type: Format, a: bigint) => bigint;
  readonly convert: (from: Format, to: Format, a: bigint) => bigint;
}

/** The integer part of the square root of a value below 2^120. */
function integerRoot(value: bigint): bigint {
  // 53 good bits; one step of Newton's method doubles them.
  let root = BigInt(Math.floor(Math.sqrt(Number(value))));
  root = (root + value / root) >> 1n;
  while (root * root > value) root--;
  while ((root + 1n) * (root + 1n) <= value) root++;
  return root;
}

export function createExactArithmetic(state: FloatState): ExactArithmetic {
  const { raised } = state;
  const R = state.registers.words;
  const round = createRounding(state);

  function raise(exception: number): void {
    raised[0] = raised[0]! | exception;
  }

  function invalid(type: Format): bigint {
    raise(Mxcsr.INVALID);
    return type.indefinite;
  }

  /** Applies DAZ. */
  function operand(type: Format, bits: bigint): bigint {
    return (R[Word.MXCSR]! & Mxcsr.DENORMALS_ARE_ZEROS) !== 0 && isDenormal(type, bits) ? sign(type, bits) : bits;
  }

  function noteDenormals(type: Format, a: bigint, b: bigint): void {
    if (isDenormal(type, a) || isDenormal(type, b)) raise(Mxcsr.DENORMAL);
  }

  /** The NaN that an operation with a NaN operand returns: the first one, quiet. */
  function propagate(type: Format, a: bigint, b: bigint): bigint {
    if (isSignaling(type, a) || isSignaling(type, b)) raise(Mxcsr.INVALID);
    return (isNan(type, a) ? a : b) | type.quietBit;
  }

  function sum(type: Format, first: bigint, second: bigint, negation: bigint): bigint {
    const a = operand(type, first);
    let b = operand(type, second);
    if (isNan(type, a) || isNan(type, b)) return propagate(type, a, b);
    b ^= negation;
    if (isInfinite(type, a) && isInfinite(type, b) && a !== b) return invalid(type);
    noteDenormals(type, a, b);
    if (isInfinite(type, a)) return a;
    if (isInfinite(type, b)) return b;
    const exponentA = exponent(type, a);
    const exponentB = exponent(type, b);
    const common = Math.min(exponentA, exponentB);
    const alignedA = significand(type, a) << BigInt(exponentA - common);
    const alignedB = significand(type, b) << BigInt(exponentB - common);
    const total = (sign(type, a) === 0n ? alignedA : -alignedA) + (sign(type, b) === 0n ? alignedB : -alignedB);
    if (total !== 0n) return total > 0n ? round(type, 0n, total, common) : round(type, type.signBit, -total, common);
    if (isZero(type, a) && a === b) return a;
    return (R[Word.MXCSR]! & Mxcsr.ROUNDING) === Rounding.DOWN ? type.signBit : 0n;
  }

  function multiply(type: Format, first: bigint, second: bigint): bigint {
    const a = operand(type, first);
    const b = operand(type, second);
    if (isNan(type, a) || isNan(type, b)) return propagate(type, a, b);
    const signBit = sign(type, a ^ b);
    if ((isInfinite(type, a) && isZero(type, b)) || (isZero(type, a) && isInfinite(type, b))) return invalid(type);
    noteDenormals(type, a, b);
    if (isInfinite(type, a) || isInfinite(type, b)) return signBit | type.infinity;
    if (isZero(type, a) || isZero(type, b)) return signBit;
    return round(type, signBit, significand(type, a) * significand(type, b), exponent(type, a) + exponent(type, b));
  }

  function divide(type: Format, first: bigint, second: bigint): bigint {
    const a = operand(type, first);
    const b = operand(type, second);
    if (isNan(type, a) || isNan(type, b)) return propagate(type, a, b);
    const signBit = sign(type, a ^ b);
    if ((isInfinite(type, a) && isInfinite(type, b)) || (isZero(type, a) && isZero(type, b))) return invalid(type);
    if (isZero(type, b) && !isInfinite(type, a)) {
      raise(Mxcsr.ZERO_DIVIDE);
      return signBit | type.infinity;
    }
    noteDenormals(type, a, b);
    if (isInfinite(type, a)) return signBit | type.infinity;
    if (isZero(type, a) || isInfinite(type, b)) return signBit;
    // Enough bits even for a denormal dividend.
    const shift = 2 * type.precision + 2;
    const dividend = significand(type, a) << BigInt(shift);
    const divisor = significand(type, b);
    const sticky = dividend % divisor === 0n ? 0n : 1n;
    return round(type, signBit, ((dividend / divisor) << 1n) | sticky, exponent(type, a) - exponent(type, b) - shift - 1);
  }

  function squareRoot(type: Format, value: bigint): bigint {
    const a = operand(type, value);
    if (isNan(type, a)) return propagate(type, a, a);
    if (isZero(type, a)) return a;
    if (sign(type, a) !== 0n) return invalid(type);
    noteDenormals(type, a, a);
    if (isInfinite(type, a)) return a;
    // An even exponent, and a radicand with at least two bits more than twice the precision.
    const scale = exponent(type, a);
    let shift = 2 * type.precision + 4 - (significand(type, a).toString(2).length & ~1);
    shift += (scale - shift) & 1;
    const radicand = significand(type, a) << BigInt(shift);
    const root = integerRoot(radicand);
    const sticky = root * root === radicand ? 0n : 1n;
    return round(type, 0n, (root << 1n) | sticky, (scale - shift) / 2 - 1);
  }

  function convert(from: Format, to: Format, value: bigint): bigint {
    const a = operand(from, value);
    const signBit = sign(from, a) === 0n ? 0n : to.signBit;
    if (isNan(from, a)) {
      const payload = propagate(from, a, a) & (from.implicitBit - 1n);
      return signBit | to.infinity | ((payload << to.fractionBits) >> from.fractionBits);
    }
    if (isInfinite(from, a)) return signBit | to.infinity;
    if (isZero(from, a)) return signBit;
    noteDenormals(from, a, a);
    return round(to, signBit, significand(from, a), exponent(from, a));
  }

  return {
    add: (type, a, b) => sum(type, a, b, 0n),
    subtract: (type, a, b) => sum(type, a, b, type.signBit),
    multiply,
    divide,
    squareRoot,
    convert,
  };
}
