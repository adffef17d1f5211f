import { expect, test } from "vitest";
import { createRegisterFile } from "../../cpu/registers.ts";
import { add, divide, multiply, squareRoot } from "../../cpu/x87/arithmetic.ts";
import { compare, examine } from "../../cpu/x87/comparison.ts";
import {
  converted,
  isLoadable,
  loadDouble,
  loadInteger64,
  loadSingle,
  storeDouble,
  storeInteger,
  storeSingle,
} from "../../cpu/x87/conversion.ts";
import { logarithm, logarithmOfNext, powerMinusOne } from "../../cpu/x87/logarithm.ts";
import { roundToIntegral, scale } from "../../cpu/x87/scaling.ts";
import { C0, C1, C2, C3, FpuState, RESULT, SOURCE } from "../../cpu/x87/state.ts";
import { arctangentOf } from "../../cpu/x87/trigonometry.ts";
import { Ram } from "../../ram.ts";
import { encodeRoutines } from "./routine.ts";
import { createRare } from "./x87-rare.ts";
import { rareImport, x87Routines } from "./x87-routines.ts";
import { SPECIAL } from "./x87-value.ts";
import { Random, type TestValue, testValue } from "./x87-test-values.ts";

const CASES = Number(process.env["X87_CASES"] ?? 20_000);
const SEED = Number(process.env["X87_SEED"] ?? 1);

type Routines = Record<string, (...operands: (number | bigint)[]) => [bigint, number]>;

function instantiate(): Routines {
  const ram = new Ram(65536, 65536);
  const { words } = createRegisterFile(ram);
  const bytes = encodeRoutines([rareImport], x87Routines, words.byteOffset, ram.memory.buffer.byteLength / 65536);
  const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), {
    e: { memory: ram.memory, [rareImport.name]: createRare(words) },
  });
  return instance.exports as unknown as Routines;
}

const routines = instantiate();
const soft = new FpuState();

function place(slot: number, { significand, signExponent }: TestValue): void {
  soft.set(slot, signExponent, Number(significand >> 32n) | 0, Number(significand & 0xffffffffn) | 0);
}

function resultOf(slot: number): string {
  const word = (value: number): string => (value >>> 0).toString(16).padStart(8, "0");
  return `${(soft.signExponent[slot]! & 0xffff).toString(16)}:${word(soft.high[slot]!)}${word(soft.low[slot]!)} ${soft.status.toString(16)}`;
}

function textOf([significand, head]: [bigint, number]): string {
  const signExponent = head & 0xffff;
  const bits = BigInt.asUintN(64, significand);
  const isMarked = ((headOf({ significand: bits, signExponent }) ^ head) & SPECIAL) === 0;
  const flags = ((head >>> 16) & 0x3fff).toString(16);
  return `${signExponent.toString(16)}:${bits.toString(16).padStart(16, "0")} ${flags}${isMarked ? "" : " marked wrongly"}`;
}

/** The head of a value, as routines expect it. */
function headOf({ significand, signExponent }: TestValue): number {
  const exponent = signExponent & 0x7fff;
  return exponent === 0 || exponent === 0x7fff || significand >> 63n === 0n ? signExponent | SPECIAL : signExponent;
}

const LEFT = 0;
const RIGHT = 1;

const dyadicOperations = [
  ["x87Add", () => add(soft, LEFT, RIGHT, 0)],
  ["x87Subtract", () => add(soft, LEFT, RIGHT, 0x8000)],
  ["x87Multiply", () => multiply(soft, LEFT, RIGHT)],
  ["x87Divide", () => divide(soft, LEFT, RIGHT)],
] as const;

/** For rows that start with the name of a routine: the routine for each precision, and at the end its control word. */
function withPrecisions<Rest extends readonly unknown[]>(rows: readonly (readonly [string, ...Rest])[]): [string, ...Rest, number][] {
  return rows.flatMap(([name, ...rest]): [string, ...Rest, number][] => [
    [name, ...rest, 0x37f],
    [`${name}53`, ...rest, 0x27f],
    [`${name}24`, ...rest, 0x07f],
  ]);
}

test.each([
  ...withPrecisions(dyadicOperations),
  ["x87Scale", () => scale(soft, LEFT, RIGHT), 0x37f],
  ["x87Scale", () => scale(soft, LEFT, RIGHT), 0x27f],
  ["x87Logarithm", () => logarithm(soft, LEFT, RIGHT), 0x27f],
  ["x87LogarithmOfNext", () => logarithmOfNext(soft, LEFT, RIGHT), 0x27f],
  ["x87Arctangent", () => arctangentOf(soft, RIGHT, LEFT), 0x27f],
] as const)("%s gives the soft unit's results", (name, operation, control) => {
  const random = new Random(SEED);
  for (let i = 0; i < CASES; i++) {
    const a = testValue(random);
    const b = testValue(random, a.signExponent & 0x7fff || undefined);
    place(LEFT, a);
    place(RIGHT, b);
    soft.initialize();
    soft.control = control;
    operation();
    const actual = textOf(routines[name]!(a.significand, headOf(a), b.significand, headOf(b)));
    if (actual !== resultOf(RESULT)) expect({ a, b, result: actual }).toEqual({ a, b, result: resultOf(RESULT) });
  }
});

test.each([
  ...withPrecisions([["x87SquareRoot", squareRoot]]),
  ["x87Round", roundToIntegral, 0x37f],
  ["x87Round", roundToIntegral, 0x27f],
  ["x87RoundDown", roundToIntegral, 0x77f],
  ["x87RoundUp", roundToIntegral, 0xb7f],
  ["x87RoundToZero", roundToIntegral, 0xf7f],
  ["x87Power", powerMinusOne, 0x27f],
] as const)("%s gives the soft unit's results", (name, operation, control) => {
  const random = new Random(SEED);
  for (let i = 0; i < CASES; i++) {
    const a = testValue(random);
    place(LEFT, a);
    soft.initialize();
    soft.control = control;
    operation(soft, LEFT);
    const actual = textOf(routines[name]!(a.significand, headOf(a)));
    if (actual !== resultOf(RESULT)) expect({ a, result: actual }).toEqual({ a, result: resultOf(RESULT) });
  }
});

test("x87Examine gives the soft unit's results", () => {
  const random = new Random(SEED);
  for (let i = 0; i < CASES; i++) {
    const a = testValue(random);
    place(LEFT, a);
    soft.initialize();
    soft.empty = 0;
    examine(soft, LEFT);
    const codes = routines["x87Examine"]!(a.significand, headOf(a)) as unknown as number;
    expect([a, (codes & (C0 | C2 | C3)) | ((codes >>> 16) & C1)]).toEqual([a, soft.status]);
  }
});

test.each([
  ["x87Compare", false],
  ["x87CompareQuietly", true],
] as const)("%s gives the soft unit's results", (name, isQuiet) => {
  const random = new Random(SEED);
  for (let i = 0; i < CASES; i++) {
    const a = testValue(random);
    const other = testValue(random, a.signExponent & 0x7fff || undefined);
    const b = random.below(4) === 0 ? { ...other, significand: a.significand } : other;
    place(LEFT, a);
    place(RIGHT, b);
    soft.initialize();
    const codes = compare(soft, LEFT, RIGHT, isQuiet);
    const actual = routines[name]!(a.significand, headOf(a), b.significand, headOf(b));
    expect([a, b, actual]).toEqual([a, b, codes | (soft.status << 16)]);
  }
});

/** Bits of every kind of number in the real formats, and of integers. */
function operandBits(random: Random): bigint {
  const bits = random.bits64();
  switch (random.below(6)) {
    case 0:
      return bits & ~(0x7ffn << 52n);
    case 1:
      return bits | (0x7ffn << 52n);
    case 2:
      return bits & (0xfffn << 52n);
    case 3:
      return bits & (0x1ffn << 23n);
    case 4:
      return BigInt.asUintN(64, BigInt.asIntN(64, bits) >> BigInt(random.below(64)));
    default:
      return bits;
  }
}

const high = (bits: bigint): number => Number(bits >> 32n) | 0;
const low = (bits: bigint): number => Number(bits & 0xffffffffn) | 0;

test.each([
  ["x87LoadInteger", (bits: bigint) => loadInteger64(soft, high(bits), low(bits))],
  [
    "x87LoadSingle",
    (bits: bigint) => {
      loadSingle(soft, low(bits));
      isLoadable(soft);
    },
  ],
  [
    "x87LoadDouble",
    (bits: bigint) => {
      loadDouble(soft, high(bits), low(bits));
      isLoadable(soft);
    },
  ],
] as const)("%s gives the soft unit's results", (name, operation) => {
  const random = new Random(SEED);
  for (let i = 0; i < CASES; i++) {
    const bits = operandBits(random) & (name === "x87LoadSingle" ? 0xffffffffn : ~0n);
    soft.initialize();
    operation(bits);
    const actual = textOf(routines[name]!(bits));
    if (actual !== resultOf(SOURCE)) expect({ bits, result: actual }).toEqual({ bits, result: resultOf(SOURCE) });
  }
  expect(soft.control).toBe(0x37f);
});

const operandOperations: readonly (readonly [string, string, (bits: bigint) => void, () => boolean])[] = [
  ["x87Add", "x87OperandSingle", (bits: bigint) => loadSingle(soft, low(bits)), () => add(soft, LEFT, SOURCE, 0)],
  ["x87Divide", "x87OperandDouble", (bits: bigint) => loadDouble(soft, high(bits), low(bits)), () => divide(soft, LEFT, SOURCE)],
  ["x87Multiply", "x87OperandDouble", (bits: bigint) => loadDouble(soft, high(bits), low(bits)), () => multiply(soft, LEFT, SOURCE)],
];

test.each(withPrecisions(operandOperations))("%s with %s gives the soft unit's results", (name, load, convert, operation, control) => {
  const random = new Random(SEED);
  for (let i = 0; i < CASES; i++) {
    const a = testValue(random);
    const bits = operandBits(random) & (load === "x87OperandSingle" ? 0xffffffffn : ~0n);
    place(LEFT, a);
    soft.initialize();
    soft.control = control;
    convert(bits);
    operation();
    soft.sourceDenormal = 0;
    const actual = textOf(routines[name]!(a.significand, headOf(a), ...routines[load]!(bits)));
    if (actual !== resultOf(RESULT)) expect({ a, bits, result: actual }).toEqual({ a, bits, result: resultOf(RESULT) });
  }
  expect(soft.control).toBe(control);
});

/** The bits that a store of so many bits leaves in memory. */
function storedBits(bits: number): bigint {
  return BigInt.asUintN(bits, (BigInt(converted.high) << 32n) | BigInt(converted.low >>> 0));
}

test.each([
  ["x87StoreSingle", 32, () => storeSingle(soft, LEFT), 16383],
  ["x87StoreDouble", 64, () => storeDouble(soft, LEFT), 16383],
  ["x87StoreSingle", 32, () => storeSingle(soft, LEFT), 16383 - 127],
  ["x87StoreSingle", 32, () => storeSingle(soft, LEFT), 16383 + 127],
  ["x87StoreDouble", 64, () => storeDouble(soft, LEFT), 16383 - 1023],
  ["x87StoreDouble", 64, () => storeDouble(soft, LEFT), 16383 + 1023],
  ["x87StoreInteger16", 16, () => storeInteger(soft, LEFT, 16, false), 16383 + 15],
  ["x87StoreInteger32", 32, () => storeInteger(soft, LEFT, 32, false), 16383 + 31],
  ["x87StoreInteger64", 64, () => storeInteger(soft, LEFT, 64, false), 16383 + 63],
  ["x87Truncate16", 16, () => storeInteger(soft, LEFT, 16, true), 16383 + 15],
  ["x87Truncate32", 32, () => storeInteger(soft, LEFT, 32, true), 16383 + 31],
  ["x87Truncate64", 64, () => storeInteger(soft, LEFT, 64, true), 16383 + 63],
] as const)("%s gives the soft unit's results (%i bits)", (name, bits, operation, center) => {
  const random = new Random(SEED);
  for (let i = 0; i < CASES; i++) {
    const a = testValue(random, center);
    place(LEFT, a);
    soft.initialize();
    operation();
    const [stored, flags] = routines[name]!(a.significand, headOf(a));
    const actual = `${BigInt.asUintN(bits, stored).toString(16)} ${(flags >>> 16).toString(16)}`;
    const expected = `${storedBits(bits).toString(16)} ${soft.status.toString(16)}`;
    if (actual !== expected) expect({ a, result: actual }).toEqual({ a, result: expected });
  }
  expect(soft.control).toBe(0x37f);
});
