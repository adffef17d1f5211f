/**
 * The constants of FLD1 to FLDZ, with the directions in which rounding changes the last bit.
 *
 * Source: Intel SDM volume 2, FLD1/FLDL2T/…; the significands are those of the mathematical constants.
 */
import { type FpuState, ROUND_NEAREST, ROUND_UP, ROUNDING_FIELD, SOURCE } from "./state.ts";

interface Constant {
  exponent: number;
  high: number;
  /** Low half of the significand, rounded down. */
  low: number;
  /** Modes of rounding that give the next higher value. */
  roundedUpIn: readonly number[];
}

const UPWARDS = [ROUND_UP];
const TO_NEAREST_AND_UPWARDS = [ROUND_NEAREST, ROUND_UP];

/** By the low bits of the instruction: 1, log2(10), log2(e), pi, log10(2), ln(2), 0. */
const CONSTANTS: readonly Constant[] = [
  { exponent: 0x3fff, high: 0x80000000, low: 0, roundedUpIn: [] },
  { exponent: 0x4000, high: 0xd49a784b, low: 0xcd1b8afe, roundedUpIn: UPWARDS },
  { exponent: 0x3fff, high: 0xb8aa3b29, low: 0x5c17f0bb, roundedUpIn: TO_NEAREST_AND_UPWARDS },
  { exponent: 0x4000, high: 0xc90fdaa2, low: 0x2168c234, roundedUpIn: TO_NEAREST_AND_UPWARDS },
  { exponent: 0x3ffd, high: 0x9a209a84, low: 0xfbcff798, roundedUpIn: TO_NEAREST_AND_UPWARDS },
  { exponent: 0x3ffe, high: 0xb17217f7, low: 0xd1cf79ab, roundedUpIn: TO_NEAREST_AND_UPWARDS },
  { exponent: 0, high: 0, low: 0, roundedUpIn: [] },
];

/** Fills SOURCE. */
export function loadConstant(s: FpuState, number: number): void {
  const constant = CONSTANTS[number]!;
  const isRoundedUp = constant.roundedUpIn.includes(s.control & ROUNDING_FIELD);
  s.set(SOURCE, constant.exponent, constant.high | 0, (constant.low + (isRoundedUp ? 1 : 0)) | 0);
}
