import { expect, test } from "vitest";
import { createRegisterFile } from "../../cpu/registers.ts";
import { add, divide, multiply } from "../../cpu/x87/arithmetic.ts";
import { FpuState, RESULT } from "../../cpu/x87/state.ts";
import { Ram } from "../../ram.ts";
import { encodeRoutines } from "./routine.ts";
import { createRare } from "./x87-rare.ts";
import { rareImport, x87Routines } from "./x87-routines.ts";
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
  const bits = BigInt.asUintN(64, significand).toString(16).padStart(16, "0");
  return `${(head & 0xffff).toString(16)}:${bits} ${((head >>> 16) & 0xffff).toString(16)}`;
}

const LEFT = 0;
const RIGHT = 1;

test.each([
  ["x87Add", () => add(soft, LEFT, RIGHT, 0)],
  ["x87Subtract", () => add(soft, LEFT, RIGHT, 0x8000)],
  ["x87Multiply", () => multiply(soft, LEFT, RIGHT)],
  ["x87Divide", () => divide(soft, LEFT, RIGHT)],
] as const)("%s gives the soft unit's results", (name, operation) => {
  const random = new Random(SEED);
  for (let i = 0; i < CASES; i++) {
    const a = testValue(random);
    const b = testValue(random, a.signExponent & 0x7fff || undefined);
    place(LEFT, a);
    place(RIGHT, b);
    soft.initialize();
    operation();
    const actual = textOf(routines[name]!(a.significand, a.signExponent, b.significand, b.signExponent));
    if (actual !== resultOf(RESULT)) expect({ a, b, result: actual }).toEqual({ a, b, result: resultOf(RESULT) });
  }
  expect(soft.control).toBe(0x37f);
});
