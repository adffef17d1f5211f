/**
 * Elementary functions on fixed-point numbers of 192 fractional bits, held in big integers. 192 bits leave more than a
 * hundred significant ones in the smallest values that come here, so that results rounded to 64 bits are right but for ties
 * no closer than 2^-100.
 *
 * Source: power series; the arctangent of the table by Euler's series.
 */

export const FRACTION_BITS = 192;
const FRACTION = BigInt(FRACTION_BITS);
export const ONE = 1n << FRACTION;

export function multiply(a: bigint, b: bigint): bigint {
  return (a * b) >> FRACTION;
}

export function divide(a: bigint, b: bigint): bigint {
  return (a << FRACTION) / b;
}

/** x + x^3/3 + x^5/5 + … for small |x|; sign -1n alternates the signs (arctangent). */
function oddPowers(x: bigint, sign: 1n | -1n): bigint {
  const square = multiply(x, x) * sign;
  let sum = 0n;
  let power = x;
  for (let divisor = 1n; power !== 0n && power !== -1n; divisor += 2n) {
    sum += power / divisor;
    power = multiply(power, square);
  }
  return sum;
}

/** Euler's series for the arctangent, which converges for all x. */
function eulerArctangent(x: bigint): bigint {
  const square = multiply(x, x);
  const ratio = divide(square, ONE + square);
  let term = divide(x, ONE + square);
  let sum = 0n;
  for (let n = 1n; term !== 0n; n++) {
    sum += term;
    term = (multiply(term, ratio) * 2n * n) / (2n * n + 1n);
  }
  return sum;
}

/** pi/4 by Machin's formula. */
const QUARTER_PI = 4n * oddPowers(ONE / 5n, -1n) - oddPowers(ONE / 239n, -1n);
export const PI = 4n * QUARTER_PI;
export const HALF_PI = 2n * QUARTER_PI;
/** ln 2 = 2 artanh(1/3). */
export const LN2 = 2n * oddPowers(ONE / 3n, 1n);
export const LOG2_E = divide(ONE, LN2);

const ARCTANGENT_STEPS = 16n;
const ARCTANGENT_TABLE: bigint[] = [];

/** Arctangents of i/16, computed when first used. */
function tabulatedArctangent(i: number): bigint {
  const known = ARCTANGENT_TABLE[i];
  if (known !== undefined) return known;
  const value = eulerArctangent((ONE * BigInt(i)) / ARCTANGENT_STEPS);
  ARCTANGENT_TABLE[i] = value;
  return value;
}

/** 0 <= x <= 1. */
export function arctangent(x: bigint): bigint {
  const i = (x * ARCTANGENT_STEPS + ONE / 2n) >> FRACTION;
  const point = (ONE * i) / ARCTANGENT_STEPS;
  return tabulatedArctangent(Number(i)) + oddPowers(divide(x - point, ONE + multiply(x, point)), -1n);
}

/** log2((1 + s) / (1 - s)); converges well for |s| < 0.2. */
export function log2OfRatio(s: bigint): bigint {
  return multiply(2n * oddPowers(s, 1n), LOG2_E);
}

/** e^x - 1 for |x| < 1. */
export function exponentialMinusOne(x: bigint): bigint {
  let sum = 0n;
  let term = x;
  for (let n = 2n; term !== 0n && term !== -1n; n++) {
    sum += term;
    term = multiply(term, x) / n;
  }
  return sum;
}

/** x - x^3/3! + x^5/5! - … for first = x and n = 1; the cosine for first = ONE and n = 0. */
function alternating(first: bigint, x: bigint, n: bigint): bigint {
  const square = -multiply(x, x);
  let sum = 0n;
  let term = first;
  for (; term !== 0n && term !== -1n; n += 2n) {
    sum += term;
    term = multiply(term, square) / ((n + 1n) * (n + 2n));
  }
  return sum;
}

export function sine(x: bigint): bigint {
  return alternating(x, x, 1n);
}

export function cosine(x: bigint): bigint {
  return alternating(ONE, x, 0n);
}
