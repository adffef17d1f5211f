/**
 * Random states of the x87 and vector units in which operations do something interesting: special values, operands of similar
 * size, all rounding modes and masks.
 */
import { anyRequest, Random as X87Random } from "../x87/cases.ts";
import type { Request } from "../x87/record.ts";
import type { Random } from "./random.ts";
import { Image, INITIAL_MXCSR, INITIAL_UNITS, view } from "./units.ts";

/** What the lanes of a vector operand are. */
export type Lane = "single" | "double" | "integer";

const SINGLE_CORNERS = [0, 1, 0x7fffff, 0x800000, 0x800001, 0x3f800000, 0x7f7fffff, 0x7f800000, 0x7f800001, 0x7fc00000, 0x7fc12345];
/** High halves of doubles. */
const DOUBLE_CORNERS = [0, 1, 0xfffff, 0x100000, 0x3ff00000, 0x7fefffff, 0x7ff00000, 0x7ff80000, 0x7ff81234, 0x41dfffff, 0x41e00000];
const SIGN = 0x80000000;
const INTEGER_CORNERS = [0, 1, 0x7fff8000, 0x80007fff, 0x7f80ff00, 0xffffffff, 0x80000000, 0x7fffffff, 0x00ff00ff, 0xff01fe02];

/** Bits of a float with an exponent near `exponent` (biased). */
function single(random: Random, exponent: number): number {
  const sign = random.chance(50) ? SIGN : 0;
  if (random.chance(20)) return (random.pick(SINGLE_CORNERS) | sign) >>> 0;
  const fraction = random.chance(30) ? random.next() & 0x7e0000 : random.next() & 0x7fffff;
  const e = random.chance(70) ? exponent + random.below(7) - 3 : random.below(255);
  return (sign | (Math.max(0, Math.min(254, e)) << 23) | fraction) >>> 0;
}

/** Low and high word of a double. */
function double(random: Random, exponent: number): [number, number] {
  const sign = random.chance(50) ? SIGN : 0;
  const low = random.chance(40) ? random.pick([0, 0, 1, 0xffffffff, 0x10000000, 0x20000000, 0xc0000000]) : random.next();
  if (random.chance(20)) return [random.chance(50) ? 0 : low, (random.pick(DOUBLE_CORNERS) | sign) >>> 0];
  const fraction = random.chance(30) ? random.next() & 0xf8000 : random.next() & 0xfffff;
  const e = random.chance(70) ? exponent + random.below(9) - 4 : random.below(2047);
  return [low, (sign | (Math.max(0, Math.min(2046, e)) << 20) | fraction) >>> 0];
}

function exponentOf(random: Random, lane: Lane): number {
  if (lane === "single") return random.pick([127, 127, 127, 150, 157, 1, 100, 253, 64, 190]);
  return random.pick([1023, 1023, 1023, 1046, 1054, 1, 897, 1150, 874, 2045, 512, 1534]);
}

/** `words` random words of a kind. */
export function laneWords(random: Random, lane: Lane, words: number): number[] {
  const exponent = exponentOf(random, lane);
  const result: number[] = [];
  while (result.length < words) {
    if (lane === "double") result.push(...double(random, exponent));
    else if (lane === "single") result.push(single(random, exponent));
    else result.push(random.chance(35) ? random.pick(INTEGER_CORNERS) : random.chance(20) ? random.below(140) : random.next());
  }
  return result;
}

function mxcsr(random: Random): number {
  if (random.chance(35)) return INITIAL_MXCSR;
  const rounding = random.below(4) << 13;
  const modes = random.chance(30) ? random.pick([0x8000, 0x40, 0x8040]) : 0;
  const masks = random.chance(60) ? 0x1f80 : random.next() & 0x1f80;
  return rounding | modes | masks | (random.chance(40) ? random.next() & 0x3f : 0);
}

/** The x87 unit as a request of the x87 tests wants it. */
function writeX87(units: Uint8Array, request: Request): void {
  const to = view(units);
  to.setUint16(Image.CONTROL, request.control, true);
  to.setUint16(Image.STATUS, (request.status & ~0x3800) | (request.top << 11), true);
  let tags = 0;
  request.stack.forEach((value, i) => {
    if (value === undefined) return;
    tags |= 1 << ((request.top + i) & 7);
    to.setBigUint64(Image.ST + 16 * i, value.significand, true);
    to.setUint16(Image.ST + 16 * i + 8, value.signExponent, true);
  });
  units[Image.TAGS] = tags;
}

/** An exception that is flagged, unmasked and so pending. */
const PENDING = { control: 0x37b, status: 0x8084 } as const;

export interface X87Operands {
  readonly units: Uint8Array;
  readonly operand: Uint8Array;
  readonly modrm: number;
}

/** FISTTP, which came with SSE3: escape and reg field, in octal. */
const LATER_STORES: ReadonlySet<number> = new Set([0o31, 0o51, 0o71]);

/** State and operand for an x87 instruction. @param escape low three bits of the opcode */
export function x87Operands(random: Random, escape: number): X87Operands {
  const isMemory = random.chance(50);
  const operations = [0, 1, 2, 3, 4, 5, 6, 7].map((reg) => (escape << 3) | reg);
  const operation = random.pick(isMemory ? operations.filter((candidate) => !LATER_STORES.has(candidate)) : operations);
  const request = anyRequest(new X87Random(random.next()), operation, isMemory);
  const units = INITIAL_UNITS.slice();
  writeX87(units, request);
  if (random.chance(3)) setPending(units);
  return { units, operand: request.operand, modrm: request.modrm };
}

function setPending(units: Uint8Array): void {
  const to = view(units);
  to.setUint16(Image.CONTROL, PENDING.control, true);
  to.setUint16(Image.STATUS, to.getUint16(Image.STATUS, true) | PENDING.status, true);
}

/** State for a vector instruction: MMX registers in x87 registers, XMM registers, MXCSR. */
export function vectorUnits(random: Random, lane: Lane): Uint8Array {
  const units = INITIAL_UNITS.slice();
  const to = view(units);
  to.setUint16(Image.STATUS, random.below(8) << 11, true);
  units[Image.TAGS] = random.next();
  for (let i = 0; i < 8; i++) {
    const [low, high] = laneWords(random, lane, 2);
    to.setUint32(Image.ST + 16 * i, low!, true);
    to.setUint32(Image.ST + 16 * i + 4, high!, true);
    to.setUint16(Image.ST + 16 * i + 8, random.next(), true);
  }
  laneWords(random, lane, 32).forEach((word, index) => to.setUint32(Image.XMM + 4 * index, word, true));
  to.setUint32(Image.MXCSR, mxcsr(random), true);
  if (random.chance(3)) setPending(units);
  return units;
}
