/**
 * Random requests that favour the interesting: boundary values, operands of similar size, all control words, full and empty
 * registers. The same seed gives the same requests.
 */
import type { Extended } from "../hardware/tolerance.ts";
import type { Request } from "./record.ts";

/** Marsaglia's xorshift, 32 bits. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = (seed * 2654435761) | 1;
    for (let i = 0; i < 8; i++) this.next();
  }

  /** 0 <= result < 2^32 */
  next(): number {
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x;
    return x >>> 0;
  }

  below(limit: number): number {
    return this.next() % limit;
  }

  pick<T>(from: readonly T[]): T {
    return from[this.below(from.length)]!;
  }

  /** True in one of n times. */
  oneIn(n: number): boolean {
    return this.below(n) === 0;
  }

  bits64(): bigint {
    return (BigInt(this.next()) << 32n) | BigInt(this.next());
  }
}

const INTEGER_BIT = 1n << 63n;

const SPECIAL: readonly Extended[] = [
  [0, 0n],
  [0, 1n],
  [0, INTEGER_BIT - 1n],
  [0, INTEGER_BIT],
  [0, INTEGER_BIT | 1n],
  [1, INTEGER_BIT],
  [1, 1n],
  [0x3ffe, INTEGER_BIT],
  [0x3fff, INTEGER_BIT],
  [0x3fff, INTEGER_BIT | 1n],
  [0x3fff, 0x1234n],
  [0x4000, INTEGER_BIT],
  [0x7ffe, 0xffffffffffffffffn],
  [0x7fff, INTEGER_BIT],
  [0x7fff, INTEGER_BIT | 1n],
  [0x7fff, INTEGER_BIT | 0x8000000000n],
  [0x7fff, 0xc000000000000000n],
  [0x7fff, 0xc000000000000001n],
  [0x7fff, 0xffffffffffffffffn],
  [0x7fff, 0n],
  [0x7fff, 1n],
].map(([signExponent, significand]) => ({ signExponent: Number(signExponent), significand: BigInt(significand!) }));

/** Exponents at which formats end. */
const EDGE_EXPONENTS = [
  1, 2, 0x20, 0x40, 0x3bcd, 0x3c00, 0x3c01, 0x3f6a, 0x3f80, 0x3f81, 0x3fbe, 0x3ffd, 0x3ffe, 0x3fff, 0x4000, 0x400d, 0x400e, 0x401d, 0x401e,
  0x403d, 0x403e, 0x403f, 0x407e, 0x407f, 0x43fe, 0x43ff, 0x7fbe, 0x7ffd, 0x7ffe,
];

function significand(random: Random): bigint {
  switch (random.below(6)) {
    case 0:
      return INTEGER_BIT | (random.bits64() & 0xffn);
    case 1:
      return 0xffffffffffffffffn ^ BigInt(random.below(4096));
    case 2:
      // Short: exact in narrower formats, or nearly so.
      return INTEGER_BIT | (((random.bits64() >> BigInt(random.below(60))) << BigInt(random.below(60))) & (INTEGER_BIT - 1n));
    case 3:
      // Near a tie of 24 or 53 bits.
      return (
        ((INTEGER_BIT | random.bits64()) & ~(random.oneIn(2) ? 0x7ffn : 0xffffffffffn)) ^
        ((random.oneIn(2) ? 0x400n : 0x8000000000n) + BigInt(random.below(3)) - 1n)
      );
    default:
      return INTEGER_BIT | random.bits64();
  }
}

export function anyExtended(random: Random, near = 0x3fff): Extended {
  const sign = random.oneIn(2) ? 0x8000 : 0;
  const kind = random.below(16);
  if (kind === 0) {
    const value = random.pick(SPECIAL);
    return { signExponent: value.signExponent | sign, significand: value.significand };
  }
  if (kind === 1 && random.oneIn(2)) return { signExponent: random.next() & 0xffff, significand: random.bits64() };
  if (kind === 2 && random.oneIn(2)) return { signExponent: sign, significand: random.bits64() >> BigInt(random.below(64)) };
  let exponent: number;
  if (kind < 6) exponent = random.pick(EDGE_EXPONENTS) + random.below(3) - 1;
  else if (kind < 12) exponent = near + random.below(80) - 40;
  else if (kind < 14) exponent = near + random.below(5) - 2;
  else exponent = 1 + random.below(0x7ffe);
  return { signExponent: sign | Math.max(1, Math.min(exponent, 0x7ffe)), significand: significand(random) };
}

export function control(random: Random): number {
  const rounding = random.below(4) << 10;
  const precision = random.oneIn(2) ? 0x300 : random.below(4) << 8;
  const masks = random.below(3) !== 0 ? 0x3f : random.next() & 0x3f;
  return rounding | precision | masks | 0x40;
}

/** Any control word, flags only where masked (others would raise at once), now and then a missing or surplus register. */
function state(random: Random, flags: number, near: number): Pick<Request, "control" | "status" | "top" | "stack"> {
  const word = control(random);
  const depth = random.oneIn(12) ? random.below(9) : 2 + random.below(5);
  const stack = Array.from({ length: 8 }, (_, i) => {
    if (random.oneIn(60) ? i < depth : i >= depth) return undefined;
    return anyExtended(random, near);
  });
  return {
    control: word,
    status: (flags & word & 0x3f) | (random.next() & 0x4700),
    top: random.oneIn(2) ? (8 - depth) & 7 : random.below(8),
    stack,
  };
}

function littleEndian(value: bigint, bytes: number): Uint8Array {
  return Uint8Array.from({ length: bytes }, (_, i) => Number((value >> BigInt(8 * i)) & 0xffn));
}

/** A number in single (8, 23) or double (11, 52) format. */
function shortReal(random: Random, exponentBits: number, fractionBits: number): Uint8Array {
  const maximum = (1 << exponentBits) - 1;
  const bias = maximum >> 1;
  const exponent = random.oneIn(6)
    ? random.pick([0, 0, 1, maximum - 1, maximum, maximum])
    : random.oneIn(2)
      ? bias + random.below(60) - 30
      : random.below(maximum);
  const mask = (1n << BigInt(fractionBits)) - 1n;
  const fraction = random.oneIn(4) ? random.pick([0n, 1n, mask, 1n << BigInt(fractionBits - 1)]) : random.bits64() & mask;
  const sign = BigInt(random.below(2));
  const bits = (((sign << BigInt(exponentBits)) | BigInt(exponent)) << BigInt(fractionBits)) | fraction;
  return littleEndian(bits, (1 + exponentBits + fractionBits) / 8);
}

function integer(random: Random, bytes: number): Uint8Array {
  const value = BigInt.asIntN(64, random.bits64()) >> BigInt(random.below(64));
  return littleEndian(random.oneIn(8) ? random.pick([0n, 1n, -1n, 1n << BigInt(8 * bytes - 1)]) : value, bytes);
}

function decimal(random: Random): Uint8Array {
  const length = random.below(10);
  return Uint8Array.from({ length: 10 }, (_, i) =>
    i === 9 ? random.pick([0, 0x80]) : i < length ? (random.below(10) << 4) | random.below(10) : 0,
  );
}

function environment(random: Random): Uint8Array {
  const bytes = Uint8Array.from({ length: 108 }, () => random.below(256));
  return bytes;
}

function extendedBytes(random: Random): Uint8Array {
  const value = anyExtended(random);
  return littleEndian((BigInt(value.signExponent) << 64n) | value.significand, 10);
}

const OPERANDS: Readonly<Record<number, (random: Random) => Uint8Array>> = {
  0: (random) => shortReal(random, 8, 23),
  1: (random) => shortReal(random, 8, 23),
  2: (random) => integer(random, 4),
  3: (random) => integer(random, 4),
  4: (random) => shortReal(random, 11, 52),
  5: (random) => shortReal(random, 11, 52),
  6: (random) => integer(random, 2),
  7: (random) => integer(random, 2),
};

const PARTICULAR_OPERANDS: Readonly<Record<number, (random: Random) => Uint8Array>> = {
  0o14: environment,
  0o15: (random) => littleEndian(random.bits64(), 2),
  0o35: extendedBytes,
  0o54: environment,
  0o74: decimal,
  0o75: (random) => integer(random, 8),
};

/** A request for an operation (escape and reg field, in octal), with a memory operand or on registers. */
export function anyRequest(random: Random, operation: number, isMemory: boolean, near?: number): Request {
  const escape = operation >> 3;
  const reg = operation & 7;
  const operand = isMemory ? (PARTICULAR_OPERANDS[operation] ?? OPERANDS[escape]!)(random) : new Uint8Array(0);
  const modrm = isMemory ? reg << 3 : 0xc0 | (reg << 3) | random.below(random.oneIn(4) || isGroup(operation) ? 8 : 3);
  const spread = near ?? (random.oneIn(6) ? random.pick([0x30, 0x3f80, 0x3c00, 0x403e, 0x7fd0]) : 0x3fff);
  return {
    ...state(random, random.oneIn(4) ? random.next() : 0, spread),
    operand,
    escape,
    modrm,
    flags: random.next() & 0xd5,
  };
}

/** Whether the r/m field selects an instruction instead of a register. */
function isGroup(operation: number): boolean {
  return operation === 0o14 || operation === 0o15 || operation === 0o16 || operation === 0o17 || operation === 0o34;
}
