/**
 * Elementary functions against the same power series in big integers of 240 fractional bits.
 */
import { describe, expect, test } from "vitest";
import { arctangent, cosine, cotangent, exponentialMinusOne, HALF_PI, LN2, LOG2_E, log2OfRatio, PI, sine, tangent } from "./elementary.ts";
import { Pair } from "./pair.ts";

const BITS = 240n;
const ONE = 1n << BITS;
/** Bits of a result that are right, for which 64 are wanted. */
const RIGHT_BITS = 102n;
const CASES = 200;

function multiply(a: bigint, b: bigint): bigint {
  return (a * b) >> BITS;
}

function divide(a: bigint, b: bigint): bigint {
  return (a << BITS) / b;
}

/** The sum of terms, each made of the one before. */
function series(first: bigint, next: (term: bigint, n: bigint) => bigint): bigint {
  let sum = 0n;
  let term = first;
  for (let n = 1n; term !== 0n && term !== -1n; n++) {
    sum += term;
    term = next(term, n);
  }
  return sum;
}

const exactSine = (x: bigint): bigint => series(x, (term, n) => -multiply(multiply(term, x), x) / (2n * n * (2n * n + 1n)));
const exactCosine = (x: bigint): bigint => series(ONE, (term, n) => -multiply(multiply(term, x), x) / (2n * n * (2n * n - 1n)));
const exactExponentialMinusOne = (x: bigint): bigint => series(x, (term, n) => multiply(term, x) / (n + 1n));
/** Euler's series. */
function exactArctangent(x: bigint): bigint {
  const square = multiply(x, x);
  const ratio = divide(square, ONE + square);
  return series(divide(x, ONE + square), (term, n) => (multiply(term, ratio) * 2n * n) / (2n * n + 1n));
}
/** artanh x = (x + x^3/3 + …), of which only the powers follow from one another. */
function exactInverseTangent(x: bigint): bigint {
  let sum = 0n;
  let power = x;
  for (let n = 1n; power !== 0n && power !== -1n; n += 2n) {
    sum += power / n;
    power = multiply(multiply(power, x), x);
  }
  return sum;
}
const exactPi = 16n * exactArctangent(ONE / 5n) - 4n * exactArctangent(ONE / 239n);
const exactLn2 = 2n * exactInverseTangent(ONE / 3n);

/** A double as a fixed-point number, exactly for those that come here. */
function fixed(value: number): bigint {
  const scaled = value * 2 ** 120;
  const whole = Math.trunc(scaled);
  return (BigInt(whole) << (BITS - 120n)) + (BigInt((scaled - whole) * 2 ** 100) << (BITS - 220n));
}

function exact(pair: Pair): bigint {
  return fixed(pair.high) + fixed(pair.low);
}

function expectRight(actual: Pair, expected: bigint): void {
  const error = exact(actual) - expected;
  const limit = (expected < 0n ? -expected : expected) >> RIGHT_BITS;
  expect(error < 0n ? -error : error).toBeLessThanOrEqual(limit);
}

/** Significands of 64 bits, of either sign, over the range and over powers of two below it. */
function* operands(limit: number): Generator<Pair> {
  let state = 1;
  const next = (): number => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
  for (let i = 0; i < CASES; i++) {
    const high = (next() - 0.5) * 2 * limit * 2 ** -(i % 30);
    yield new Pair(high, high * 2 ** -32 * next()).settle();
  }
}

describe("elementary functions are right to a hundred bits", () => {
  test("constants", () => {
    expectRight(PI, exactPi);
    expectRight(HALF_PI, exactPi / 2n);
    expectRight(LN2, exactLn2);
    expectRight(LOG2_E, divide(ONE, exactLn2));
  });

  test.each([
    ["sine", Math.PI / 4, sine, exactSine],
    ["cosine", Math.PI / 4, cosine, exactCosine],
    ["tangent", Math.PI / 4, tangent, (x: bigint) => divide(exactSine(x), exactCosine(x))],
    ["cotangent", Math.PI / 4, cotangent, (x: bigint) => divide(exactCosine(x), exactSine(x))],
    ["exponential", 1, exponentialMinusOne, (x: bigint) => exactExponentialMinusOne(multiply(x, exactLn2))],
    ["logarithm", 0.171, log2OfRatio, (s: bigint) => divide(2n * exactInverseTangent(s), exactLn2)],
  ] as const)("%s", (_name, limit, compute, expected) => {
    for (const x of operands(limit)) {
      const value = expected(exact(x));
      expectRight(compute(x), value);
    }
  });

  test("arctangent", () => {
    for (const x of operands(1 / 8)) {
      const rest = exactArctangent(exact(x));
      for (let i = 0n; i <= 4n; i++) {
        expectRight(arctangent(new Pair(0, 0).copy(x), Number(i)), rest + exactArctangent((ONE * i) / 4n));
      }
    }
  });
});
