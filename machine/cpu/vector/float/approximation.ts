/**
 * RCP and RSQRT (Intel SDM vol. 2). Beneath: state.ts.
 *
 * The manual bounds the relative error by 1.5·2^-12. Intel's processors take the upper bits of the operand (11 bits
 * of the fraction; for
 * RSQRT, 10 and whether the exponent is odd), compute the function in the middle of the interval they
 * describe, and round to 13 bits of significand below 1. Neither MXCSR nor its flags matter.
 */
import type { Element } from "./element.ts";
import type { FloatState } from "./state.ts";

export interface ApproximationElements {
  readonly reciprocal: Element;
  readonly reciprocalRoot: Element;
}

const INTERVALS = 2048;

/**
 * Fractions of the results, which are below 1, by interval; `middle` gives the middle of interval i in [1, 2) or [1,
 * 4).
 */
function table(middle: (i: number) => number, compute: (x: number) => number): Int32Array {
  const word = new Float32Array(1);
  const bits = new Int32Array(word.buffer);
  return Int32Array.from({ length: INTERVALS }, (_, i) => {
    word[0] = Math.floor(compute(middle(i)) * 2 ** 13 + 0.5) / 2 ** 13;
    return bits[0]! & 0x7fffff;
  });
}

export function createApproximation(state: FloatState): ApproximationElements {
  const R = state.registers.words;
  const stage = state.stage.words;
  const signBit = 0x80000000 | 0;
  const infinity = 0x7f800000;
  const quietBit = 0x400000;
  const indefinite = 0xffc00000 | 0;
  const lowestNormal = 0x800000;
  /** From here on reciprocals are tiny. */
  const tiny = 0x7e800000;
  const reciprocals = table(
    (i) => 1 + (i + 0.5) / INTERVALS,
    (x) => 1 / x,
  );
  // Intervals are numbered by the lowest bit of the biased exponent, then by fraction: [2, 4) comes first.
  const roots = table(
    (i) => (1 + ((i & 1023) + 0.5) / 1024) * (i < 1024 ? 2 : 1),
    (x) => 1 / Math.sqrt(x),
  );

  return {
    reciprocal: (_a, b, out) => {
      const bits = R[b]!;
      const magnitude = bits & ~signBit;
      const sign = bits & signBit;
      if (magnitude > infinity) stage[out] = bits | quietBit;
      else if (magnitude >= tiny) stage[out] = sign;
      else if (magnitude < lowestNormal) stage[out] = sign | infinity;
      else stage[out] = sign | ((253 - (magnitude >> 23)) << 23) | reciprocals[(magnitude >> 12) & 2047]!;
    },
    reciprocalRoot: (_a, b, out) => {
      const bits = R[b]!;
      const magnitude = bits & ~signBit;
      if (magnitude > infinity) stage[out] = bits | quietBit;
      else if (magnitude < lowestNormal) stage[out] = (bits & signBit) | infinity;
      else if (bits < 0) stage[out] = indefinite;
      else if (magnitude === infinity) stage[out] = 0;
      else stage[out] = (((380 - (magnitude >> 23)) >> 1) << 23) | roots[(magnitude >> 13) & 2047]!;
    },
  };
}
