/**
 * Elementary functions on pairs of doubles, each in the range to which its callers reduce arguments. They work in
 * place.
 *
 * Layer beneath: pair.ts. Source: power series.
 */
import { Pair, Series } from "./pair.ts";

export const PI = new Pair(3.141592653589793, 1.2246467991473532e-16);
export const HALF_PI = new Pair(1.5707963267948966, 6.123233995736766e-17);
export const LN2 = new Pair(0.6931471805599453, 2.3190468138462996e-17);
export const LOG2_E = new Pair(1.4426950408889634, 2.0355273740931033e-17);

/** Arctangents of 0, 1/4, 1/2, 3/4 and 1. */
const ARCTANGENTS = [
  new Pair(0, 0),
  new Pair(0.24497866312686414, 1.0698755618734451e-17),
  new Pair(0.4636476090008061, 2.2698777452961687e-17),
  new Pair(0.6435011087932844, 1.5834785051444286e-17),
  new Pair(0.7853981633974483, 3.061616997868383e-17),
] as const;
export const ARCTANGENT_STEPS = 4;

/** 1 / n! of n = 0, 1, 2 and so on. */
const INVERSE_FACTORIALS: readonly Pair[] = Array.from({ length: 30 }, (_, n) => {
  const value = new Pair(1, 0);
  for (let i = 2; i <= n; i++) value.divide(new Pair(i, 0));
  return value;
});

/** The coefficients of an odd or even function of an angle, as a series in the negative square. */
function everySecond(first: number): Pair[] {
  return INVERSE_FACTORIALS.filter((_, n) => n % 2 === first);
}

/** Up to pi/4. */
const SINE = new Series(everySecond(1), 8);
const COSINE = new Series(everySecond(0), 9);
/** (e^x - 1) / x up to ln(2) / 8. */
const EXPONENTIAL = new Series(INVERSE_FACTORIALS.slice(1, 18), 9);
/** artanh(x) / x as a series in x^2, for |x| < 0.172; arctan(x) / x as one in -x^2. */
const INVERSE_TANGENT = new Series(
  Array.from({ length: 21 }, (_, k) => new Pair(1, 0).divide(new Pair(2 * k + 1, 0))),
  10,
);

const square = new Pair(0, 0);
const sum = new Pair(0, 0);
const other = new Pair(0, 0);
const TWO = new Pair(2, 0);

export function sine(x: Pair): Pair {
  square.copy(x).multiply(x).negate();
  return x.multiply(SINE.evaluate(square, sum));
}

export function cosine(x: Pair): Pair {
  square.copy(x).multiply(x).negate();
  return COSINE.evaluate(square, x);
}

export function tangent(x: Pair): Pair {
  other.copy(x);
  return sine(x).divide(cosine(other));
}

export function cotangent(x: Pair): Pair {
  other.copy(x);
  sine(other);
  return cosine(x).divide(other);
}

/** Arctangent of x plus that of i / ARCTANGENT_STEPS, for |x| <= 1/8. */
export function arctangent(x: Pair, i: number): Pair {
  square.copy(x).multiply(x).negate();
  return x.multiply(INVERSE_TANGENT.evaluate(square, sum)).add(ARCTANGENTS[i]!);
}

/** log2((1 + s) / (1 - s)), |s| < 0.172. */
export function log2OfRatio(s: Pair): Pair {
  square.copy(s).multiply(s);
  return s.multiply(INVERSE_TANGENT.evaluate(square, sum)).multiply(LOG2_E).shift(1);
}

/** 2^x - 1, |x| <= 1, from an eighth of the power: e^2t - 1 = (e^t - 1)(e^t - 1 + 2). */
export function exponentialMinusOne(x: Pair): Pair {
  x.multiply(LN2).shift(-3);
  x.multiply(EXPONENTIAL.evaluate(x, sum));
  for (let i = 0; i < 3; i++) x.multiply(sum.copy(x).add(TWO));
  return x;
}
