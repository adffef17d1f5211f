/**
 * Random operands for tests of the x87 routines: mostly ordinary numbers near each other, and all that is not
 * ordinary.
 */

/** A generator of 32-bit numbers (xorshift). */
export class Random {
  private state: number;

  constructor(seed: number) {
    this.state = seed | 1;
  }

  next(): number {
    let x = this.state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.state = x;
    return x >>> 0;
  }

  below(limit: number): number {
    return this.next() % limit;
  }

  bits64(): bigint {
    return (BigInt(this.next()) << 32n) | BigInt(this.next());
  }
}

export interface TestValue {
  readonly significand: bigint;
  readonly signExponent: number;
}

const TOP = 1n << 63n;
const BIAS = 16383;

function significand(random: Random): bigint {
  const bits = random.bits64();
  switch (random.below(10)) {
    case 0:
      return TOP;
    case 1:
      return (1n << 64n) - 1n - BigInt(random.below(3));
    case 2:
      return TOP | BigInt(random.below(5));
    case 3:
      return TOP | ((bits >> 11n) << 11n);
    case 4:
      return TOP | ((bits >> 40n) << 40n);
    case 5:
      return TOP | (1n << BigInt(random.below(64)));
    case 6:
      return (((1n << 64n) - 1n) << BigInt(random.below(64))) & ((1n << 64n) - 1n);
    default:
      return TOP | bits;
  }
}

function inRange(exponent: number): number {
  return Math.min(Math.max(exponent, 1), 0x7ffe);
}

/** @param center exponent around which ordinary values lie */
export function testValue(random: Random, center = BIAS): TestValue {
  const sign = random.next() & 0x8000;
  switch (random.below(24)) {
    case 0:
      return { significand: 0n, signExponent: sign };
    case 1: // denormals and pseudo-denormals
      return { significand: significand(random) >> BigInt(random.below(64)), signExponent: sign };
    case 2: // infinities, NaNs, and what looks like them
      return {
        significand: random.below(3) === 0 ? TOP : significand(random) ^ (random.bits64() & (3n << 62n)),
        signExponent: sign | 0x7fff,
      };
    case 3: // unnormal numbers
      return { significand: significand(random) & ~TOP, signExponent: sign | (1 + random.below(0x7ffe)) };
    case 4:
      return { significand: significand(random), signExponent: sign | (1 + random.below(70)) };
    case 5:
      return { significand: significand(random), signExponent: sign | (0x7ffe - random.below(70)) };
    case 6:
      return { significand: significand(random), signExponent: sign | (1 + random.below(0x7ffe)) };
    case 7:
    case 8:
    case 9:
    case 10:
      return { significand: significand(random), signExponent: sign | inRange(center + random.below(3) - 1) };
    default:
      return { significand: significand(random), signExponent: sign | inRange(center + random.below(140) - 70) };
  }
}
