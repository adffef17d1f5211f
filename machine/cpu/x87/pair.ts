/**
 * Numbers of some 104 bits: the unevaluated sum of two doubles, of which the second is at most half a unit in the last place of
 * the first. Operations work in place and allocate nothing. Their relative error is a few units of 2^-106, so that results
 * rounded to 64 bits are right but for ties no closer than about 2^-100.
 *
 * Source: Dekker, "A floating-point technique for extending the available precision" (1971); Knuth, TAOCP 4.2.2.
 */

/** 2^27 + 1: the product with it splits a double into halves whose products are exact. */
const SPLITTER = 134217729;

export class Pair {
  high: number;
  low: number;

  constructor(high: number, low: number) {
    this.high = high;
    this.low = low;
  }

  /** The sum of two doubles, exactly, when the first is of larger magnitude or they overlap little. */
  set(large: number, small: number): this {
    const high = large + small;
    this.high = high;
    this.low = small - (high - large);
    return this;
  }

  copy(from: Pair): this {
    this.high = from.high;
    this.low = from.low;
    return this;
  }

  negate(): this {
    this.high = -this.high;
    this.low = -this.low;
    return this;
  }

  /** Multiplies by a power of two. */
  scale(power: number): this {
    this.high *= power;
    this.low *= power;
    return this;
  }

  add(by: Pair): this {
    const { high, low } = this;
    const sum = high + by.high;
    const part = sum - high;
    const error = high - (sum - part) + (by.high - part);
    const sumOfLows = low + by.low;
    const partOfLows = sumOfLows - low;
    const errorOfLows = low - (sumOfLows - partOfLows) + (by.low - partOfLows);
    const middle = sum + (error + sumOfLows);
    return this.set(middle, error + sumOfLows - (middle - sum) + errorOfLows);
  }

  multiply(by: Pair): this {
    const { high, low } = this;
    const product = high * by.high;
    const error = productError(high, by.high, product);
    return this.set(product, error + (high * by.low + low * by.high));
  }

  divide(by: Pair): this {
    const quotient = this.high / by.high;
    const product = quotient * by.high;
    const error = productError(quotient, by.high, product);
    const rest = this.high - product - error + this.low - quotient * by.low;
    return this.set(quotient, rest / by.high);
  }
}

/** What a product of doubles lost to rounding. */
function productError(a: number, b: number, product: number): number {
  const bigA = SPLITTER * a;
  const highA = bigA - (bigA - a);
  const lowA = a - highA;
  const bigB = SPLITTER * b;
  const highB = bigB - (bigB - b);
  const lowB = b - highB;
  return highA * highB - product + highA * lowB + lowA * highB + lowA * lowB;
}

/** A power series whose coefficients do not grow, for |x| < 1. */
export class Series {
  readonly #high: Float64Array;
  readonly #low: Float64Array;
  /** From this coefficient on a double is enough for the sum of all further terms. */
  readonly #tail: number;

  constructor(coefficients: readonly Pair[], tail: number) {
    this.#high = Float64Array.from(coefficients, (coefficient) => coefficient.high);
    this.#low = Float64Array.from(coefficients, (coefficient) => coefficient.low);
    this.#tail = tail;
  }

  /** result = c[0] + c[1] x + c[2] x^2 + … by Horner's rule; the sum is put in order at the end only. */
  evaluate(x: Pair, result: Pair): Pair {
    const coefficients = this.#high;
    const corrections = this.#low;
    const { high: factor, low: factorLow } = x;
    const big = SPLITTER * factor;
    const factorUpper = big - (big - factor);
    const factorLower = factor - factorUpper;
    let i = coefficients.length - 1;
    let high = coefficients[i]!;
    let low = 0;
    while (--i >= this.#tail) high = high * factor + coefficients[i]!;
    for (; i >= 0; i--) {
      const coefficient = coefficients[i]!;
      const product = high * factor;
      const bigHigh = SPLITTER * high;
      const upper = bigHigh - (bigHigh - high);
      const lower = high - upper;
      const error = upper * factorUpper - product + upper * factorLower + lower * factorUpper + lower * factorLower;
      const sum = coefficient + product;
      low = product - (sum - coefficient) + (error + (high * factorLow + low * factor) + corrections[i]!);
      high = sum;
    }
    return result.set(high, low);
  }
}
