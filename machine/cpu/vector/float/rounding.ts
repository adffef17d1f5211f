/**
 * Rounding of exact values to a format in any mode, with overflow, underflow and inexactness
 * (Intel SDM vol. 1, 4.9.1.4 to 4.9.1.6 and 11.5.2).
 */
import { Word } from "../../registers.ts";
import type { Format } from "./formats.ts";
import { Mxcsr, Rounding } from "./mxcsr.ts";
import type { FloatState } from "./state.ts";

function bitLength(value: bigint): number {
  const digits = value.toString(16);
  return 4 * digits.length - Math.clz32(Number.parseInt(digits[0]!, 16)) + 28;
}

/** value / 2^shift as an integer. */
function shiftRounded(value: bigint, shift: number, isNegative: boolean, mode: number): bigint {
  if (shift <= 0) return value << BigInt(-shift);
  const distance = BigInt(shift);
  const kept = value >> distance;
  const rest = value - (kept << distance);
  const half = 1n << (distance - 1n);
  if (rest === 0n) return kept;
  switch (mode) {
    case Rounding.NEAREST:
      return rest > half || (rest === half && (kept & 1n) === 1n) ? kept + 1n : kept;
    case Rounding.DOWN:
      return isNegative ? kept + 1n : kept;
    case Rounding.UP:
      return isNegative ? kept : kept + 1n;
    default:
      return kept;
  }
}

function isExactShift(value: bigint, shift: number): boolean {
  return shift <= 0 || (value & ((1n << BigInt(shift)) - 1n)) === 0n;
}

/**
 * ±significand·2^exponent in the format, significand > 0. A quotient or root that does not end has at least two
 * more bits than the format and a last bit of 1.
 */
export type Round = (type: Format, signBit: bigint, significand: bigint, exponent: number) => bigint;

export function createRounding(state: FloatState): Round {
  const { raised } = state;
  const R = state.registers.words;

  function overflow(type: Format, signBit: bigint, mode: number): bigint {
    const awayFromZero = signBit !== 0n ? Rounding.DOWN : Rounding.UP;
    return signBit | (mode === Rounding.NEAREST || mode === awayFromZero ? type.infinity : type.infinity - 1n);
  }

  return (type, signBit, significand, exponent) => {
    const control = R[Word.MXCSR]!;
    const mode = control & Mxcsr.ROUNDING;
    const isNegative = signBit !== 0n;
    const shift = bitLength(significand) - type.precision;
    const rounded = shiftRounded(significand, shift, isNegative, mode);
    const carry = rounded >> BigInt(type.precision) === 0n ? 0 : 1;
    const top = exponent + shift + type.precision - 1 + carry;
    const inexact = isExactShift(significand, shift) ? 0 : Mxcsr.INEXACT;
    if (top < type.minimumExponent) {
      // Tininess is found after rounding to the full precision. A trap handler gets it even where the result is exact.
      if ((control & Mxcsr.UNDERFLOW_MASK) === 0) {
        raised[0] = raised[0]! | Mxcsr.UNDERFLOW | inexact;
        return signBit;
      }
      if ((control & Mxcsr.FLUSH_TO_ZERO) !== 0) {
        raised[0] = raised[0]! | Mxcsr.UNDERFLOW | Mxcsr.INEXACT;
        return signBit;
      }
      const distance = type.minimumExponent - type.precision + 1 - exponent;
      if (!isExactShift(significand, distance)) raised[0] = raised[0]! | Mxcsr.UNDERFLOW | Mxcsr.INEXACT;
      return signBit | shiftRounded(significand, distance, isNegative, mode);
    }
    if (top > type.maximumExponent) {
      const isMasked = (control & (Mxcsr.OVERFLOW << Mxcsr.MASK_SHIFT)) !== 0;
      raised[0] = raised[0]! | Mxcsr.OVERFLOW | (isMasked ? Mxcsr.INEXACT : inexact);
      return overflow(type, signBit, mode);
    }
    raised[0] = raised[0]! | inexact;
    const fraction = (carry === 1 ? rounded >> 1n : rounded) - type.implicitBit;
    return signBit | (BigInt(top + type.maximumExponent) << type.fractionBits) | fraction;
  };
}
