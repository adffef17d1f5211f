/**
 * Numbers of some 104 bits: the unevaluated sum of two doubles, of which the second is at most half a unit in the
 * last place of
 * the first. Operations work in place and allocate nothing. Their relative error is a few units of 2^-106, so that
 * results
 * rounded to 64 bits are right but for ties no closer than about 2^-100.
 *
 * Source: Dekker, "A floating-point technique for extending the available precision" (1971); Knuth, TAOCP 4.2.2.
 */

/** 2^27 + 1: the product with it splits a double into halves whose products are exact. */
const SPLITTER = 134217729;

/** Powers of two from 2^-LEAST to below 2^MOST, made by doubling, which is exact. */
const LEAST = 1000;
const MOST = 256;
const POWERS = new Float64Array(LEAST + MOST).fill(2 ** -LEAST);
for (let i = 1; i < POWERS.length; i++) POWERS[i] = POWERS[i - 1]! * 2;

const double = new Float64Array(1);
const words = new Int32Array(double.buffer);
const DOUBLE_BIAS = 1023;

/** 2^exponent; 2^-1000 stands for all that are smaller. */
export function powerOfTwo(exponent: number): number {
  return POWERS[exponent < -LEAST ? 0 : exponent + LEAST]!;
}

/**
 * Methods take no doubles and return none: where V8 does not put a function in place of its call, it would have to
 * allocate them.
 * It also allocates for fields that are stored as doubles, but not for elements.
 */
export class Pair {
  readonly #parts = new Float64Array(2);

  constructor(high: number, low: number) {
    this.#parts[0] = high;
    this.#parts[1] = low;
  }

  get high(): number {
    return this.#parts[0]!;
  }

  set high(value: number) {
    this.#parts[0] = value;
  }

  get low(): number {
    return this.#parts[1]!;
  }

  set low(value: number) {
    this.#parts[1] = value;
  }

  copy(from: Pair): this {
    this.high = from.high;
    this.low = from.low;
    return this;
  }

  /** Puts a sum in order whose larger part is the first, or whose parts overlap little. */
  settle(): this {
    const { high, low } = this;
    const sum = high + low;
    this.high = sum;
    this.low = low - (sum - high);
    return this;
  }

  /** The exponent of the leading bit. */
  exponent(): number {
    double[0] = this.high;
    return ((words[1]! >>> 20) & 0x7ff) - DOUBLE_BIAS;
  }

  /** Multiplies by 2^exponent. */
  shift(exponent: number): this {
    const power = powerOfTwo(exponent);
    this.high *= power;
    this.low *= power;
    return this;
  }

  negate(): this {
    this.high = -this.high;
    this.low = -this.low;
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
    this.high = middle;
    this.low = error + sumOfLows - (middle - sum) + errorOfLows;
    return this.settle();
  }

  multiply(by: Pair): this {
    const { high, low } = this;
    const { high: factor, low: factorLow } = by;
    const product = high * factor;
    const big = SPLITTER * high;
    const upper = big - (big - high);
    const lower = high - upper;
    const bigFactor = SPLITTER * factor;
    const factorUpper = bigFactor - (bigFactor - factor);
    const factorLower = factor - factorUpper;
    const error = upper * factorUpper - product + upper * factorLower + lower * factorUpper + lower * factorLower;
    this.high = product;
    this.low = error + (high * factorLow + low * factor);
    return this.settle();
  }

  divide(by: Pair): this {
    const quotient = this.high / by.high;
    product.high = quotient;
    product.low = 0;
    product.multiply(by);
    const rest = this.high - product.high - product.low + this.low;
    this.high = quotient;
    this.low = rest / by.high;
    return this.settle();
  }
}

const product = new Pair(0, 0);

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
    result.high = high;
    result.low = low;
    return result.settle();
  }
}
