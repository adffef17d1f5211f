/**
 * Random requests that favour the interesting: special values, ties, exact results, the ends of the range, any MXCSR.
 * The same seed gives the same requests.
 */
import { Random } from "../x87/cases.ts";
import { type ElementType, type Kind, OPERATIONS, type Operation } from "./operations.ts";
import { encode } from "./record.ts";

interface Format {
  readonly words: number;
  readonly fractionBits: number;
  readonly bias: number;
}

const FORMATS: Readonly<Record<"single" | "double", Format>> = {
  single: { words: 1, fractionBits: 23, bias: 127 },
  double: { words: 2, fractionBits: 52, bias: 1023 },
};

/** What a pair of operands is chosen for. */
const THEMES = ["special", "anything", "similar", "underflow", "overflow", "border", "exact"] as const;
type Theme = (typeof THEMES)[number] | "integer" | "narrow";

/** Two elements as bit patterns. */
type Pair = readonly [bigint, bigint];

function pack(format: Format, isNegative: boolean, exponent: number, fraction: bigint): bigint {
  const biased = BigInt(Math.max(0, Math.min(exponent + format.bias, 2 * format.bias + 1)));
  const signed = isNegative ? biased + BigInt(2 * format.bias + 2) : biased;
  return (signed << BigInt(format.fractionBits)) | (fraction & ((1n << BigInt(format.fractionBits)) - 1n));
}

function fraction(random: Random, format: Format): bigint {
  const all = (1n << BigInt(format.fractionBits)) - 1n;
  const bits = random.bits64() & all;
  switch (random.below(6)) {
    case 0:
      return random.pick([0n, 1n, 2n, all, all - 1n, (all >> 1n) + 1n, all >> 1n]);
    case 1:
      // Few leading bits.
      return bits & ~(all >> BigInt(random.below(format.fractionBits)));
    case 2:
      // Few trailing bits, or all but few.
      return random.oneIn(2)
        ? bits >> BigInt(random.below(format.fractionBits))
        : all ^ (bits >> BigInt(random.below(format.fractionBits)));
    case 3:
      // Of a double: near a tie of singles.
      return ((bits & ~0x1fffffffn) | (random.pick([0n, 0x10000000n, 0x1fffffffn]) + BigInt(random.below(3)) - 1n)) & all;
    default:
      return bits;
  }
}

function special(random: Random, format: Format): bigint {
  const top = format.bias + 1;
  const quiet = 1n << BigInt(format.fractionBits - 1);
  const value = random.pick<readonly [number, bigint]>([
    [-format.bias, 0n],
    [-format.bias, 1n],
    [-format.bias, -1n],
    [-format.bias, fraction(random, format)],
    [1 - format.bias, 0n],
    [1 - format.bias, fraction(random, format)],
    [0, 0n],
    [top - 1, -1n],
    [top, 0n],
    [top, 1n],
    [top, quiet],
    [top, quiet | 5n],
    [top, fraction(random, format)],
  ]);
  return pack(format, random.oneIn(2), value[0], value[1]);
}

/** Exponents whose sum, product or quotient has about the given exponent. */
function exponents(random: Random, format: Format, kind: Kind, target: number): readonly [number, number] {
  const any = random.below(2 * format.bias) - format.bias;
  if (kind === "product") return [any, target - any];
  if (kind === "quotient") return [target + any, any];
  if (kind === "root") return [any, target];
  return [target + random.below(5), target + random.below(5)];
}

function fromNumber(format: Format, value: number): bigint {
  const view = new DataView(new ArrayBuffer(8));
  if (format.words === 2) view.setFloat64(0, value);
  else view.setFloat32(0, value);
  return format.words === 2 ? view.getBigUint64(0) : BigInt(view.getUint32(0));
}

/** Operands whose result needs few bits: short numbers, products of them, squares. */
function exactPair(random: Random, format: Format, kind: Kind): Pair {
  const bits = format.words === 2 ? 26 : 12;
  const short = (): number =>
    (1 + (random.next() >>> (32 - random.below(bits)))) * (random.oneIn(2) ? -1 : 1) * 2 ** (random.below(20) - 10);
  const [x, y] = [short(), short()];
  if (kind === "quotient") return [fromNumber(format, x * y), fromNumber(format, y)];
  if (kind === "root") return [fromNumber(format, x), fromNumber(format, x * x * (random.oneIn(4) ? 1 + 2 ** -23 : 1))];
  return [fromNumber(format, x), fromNumber(format, random.oneIn(4) ? -x : y)];
}

/** Operands whose result is a power of two but for the last bits; at the ends of the range these decide about exceptions. */
function borderPair(random: Random, format: Format, kind: Kind): Pair {
  const { bias, fractionBits } = format;
  // Of singles for conversions, which narrow.
  const range = kind === "other" ? FORMATS.single.bias : bias;
  const target = random.oneIn(2) ? range + 1 : 1 - range;
  const sign = random.oneIn(2);
  const bits = fraction(random, format);
  const nudge = BigInt(random.below(5) - 2);
  const [first, second] = exponents(random, format, kind, target);
  if (kind === "product") {
    const inverse = fromNumber(format, 1 / (1 + Number(bits) / 2 ** fractionBits)) + nudge;
    const exponent = Number(inverse >> BigInt(fractionBits)) - bias;
    return [pack(format, sign, first, bits), pack(format, random.oneIn(2), second + exponent, inverse)];
  }
  if (kind === "quotient") return [pack(format, sign, first, bits + nudge), pack(format, random.oneIn(2), second, bits)];
  const below = pack(format, sign, target - 1, -1n - BigInt(random.next() >>> random.below(32)));
  return [pack(format, random.oneIn(2), target - 1 - random.below(fractionBits + 3), bits), below];
}

/** Numbers about the ends of 32-bit integers, halves, small fractions. */
function nearInteger(random: Random, format: Format): bigint {
  const whole = random.oneIn(2)
    ? random.pick([0, 1, 2, 3, 2 ** 31, 2 ** 31 - 1, 2 ** 31 - 128, 2 ** 24])
    : random.next() >>> random.below(32);
  const part = random.pick([0, 0.5, -0.5, 0.25, 2 ** -30, -(2 ** -20), 1, -1]);
  return fromNumber(format, (whole + part) * (random.oneIn(2) ? -1 : 1));
}

function realPair(random: Random, format: Format, kind: Kind, theme: Theme): Pair {
  const { bias, fractionBits } = format;
  const real = (exponent: number): bigint => pack(format, random.oneIn(2), exponent, fraction(random, format));
  const aimed = (target: number): Pair => {
    const [first, second] = exponents(random, format, kind, target);
    return [real(first), real(second)];
  };
  switch (theme) {
    case "special":
      return [special(random, format), random.oneIn(3) ? real(random.below(9) - 4) : special(random, format)];
    case "anything":
      return [real(random.below(2 * bias) - bias), real(random.below(2 * bias) - bias)];
    case "similar": {
      const exponent = random.below(2 * bias - 60) - bias + 30;
      return [real(exponent), real(exponent + random.below(2 * fractionBits + 8) - fractionBits - 4)];
    }
    case "underflow":
      return aimed(1 - bias - random.below(random.oneIn(2) ? 4 : fractionBits + 4) + random.below(3));
    case "overflow":
      return aimed(bias + random.below(4) - 2);
    case "border":
      return borderPair(random, format, kind);
    case "exact":
      return exactPair(random, format, kind);
    case "integer":
      return [nearInteger(random, format), nearInteger(random, format)];
    case "narrow": {
      // The ends of the range of singles.
      const end = (): number => (random.oneIn(2) ? random.below(30) - 152 : random.below(4) + 126);
      return [real(end()), real(end())];
    }
  }
}

function integer(random: Random): bigint {
  if (random.oneIn(8)) return random.pick([0n, 1n, 0xffffffffn, 0x80000000n, 0x7fffffffn, 0x1000001n, 0x1000003n]);
  const magnitude = random.next() >>> random.below(32);
  return BigInt((random.oneIn(2) ? magnitude : -magnitude) >>> 0);
}

function theme(random: Random, type: ElementType, kind: Kind): Theme {
  if (kind === "toInteger" && random.oneIn(3)) return "integer";
  if (kind === "other" && type === "double" && random.oneIn(3)) return "narrow";
  return random.pick(THEMES);
}

function operands(random: Random, operation: Operation): { destination: Uint32Array; source: Uint32Array } {
  const destination = new Uint32Array(4);
  const source = new Uint32Array(4);
  if (operation.type === "integer") {
    for (let i = 0; i < 4; i++) {
      destination[i] = random.next();
      source[i] = Number(integer(random));
    }
    return { destination, source };
  }
  const format = FORMATS[operation.type];
  const chosen = theme(random, operation.type, operation.kind);
  // With all elements but one harmless, its exceptions are seen.
  const lone = random.oneIn(2) ? random.below(4 / format.words) : undefined;
  const one = fromNumber(format, 1);
  for (let i = 0; i < 4 / format.words; i++) {
    const pair = lone === undefined || lone === i ? realPair(random, format, operation.kind, chosen) : [one, one];
    const isSwapped = operation.kind !== "root" && operation.kind !== "quotient" && random.oneIn(2);
    const [a, b] = isSwapped ? [pair[1]!, pair[0]!] : [pair[0]!, pair[1]!];
    for (let part = 0; part < format.words; part++) {
      destination[i * format.words + part] = Number((a >> BigInt(32 * part)) & 0xffffffffn);
      source[i * format.words + part] = Number((b >> BigInt(32 * part)) & 0xffffffffn);
    }
  }
  if (operation.kind === "comparison" && random.oneIn(4)) source.set(destination);
  return { destination, source };
}

function mxcsr(random: Random): number {
  const masks = random.oneIn(3) ? random.next() & 0x1f80 : 0x1f80;
  const rounding = random.oneIn(2) ? random.below(4) << 13 : 0;
  const zeros = (random.oneIn(4) ? 0x8000 : 0) | (random.oneIn(4) ? 0x40 : 0);
  const recorded = random.pick([0, 0, 0x20, random.next() & 0x3f]);
  return masks | rounding | zeros | recorded;
}

export function anyRequest(random: Random, operation: Operation): Uint8Array {
  // Register 1, or now and then 0, which holds the destination.
  const registers = random.oneIn(10) ? 0xc0 : 0xc1;
  const immediate = operation.hasImmediate ? [random.below(8)] : [];
  return encode({
    ...operands(random, operation),
    mxcsr: mxcsr(random),
    eflags: (random.next() & 0x8d5) | 0x202,
    code: [...operation.opcode, registers, ...immediate],
  });
}

/** Requests for every operation. */
export function allOperations(seed: number, casesPerOperation: number): Uint8Array[] {
  const random = new Random(seed);
  return OPERATIONS.flatMap((operation) => Array.from({ length: casesPerOperation }, () => anyRequest(random, operation)));
}
