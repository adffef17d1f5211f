import { expect, test } from "vitest";
import { Word } from "../registers.ts";
import { lend, takeBack } from "./loan.ts";
import { FpuState } from "./state.ts";

test("a state that was lent and taken back is unchanged", () => {
  const words = new Int32Array(128);
  const state = new FpuState(words);
  state.setControl(0x0f7f);
  state.setStatusWord(0x6a21);
  state.empty = 0x5a;
  state.instructionOffset = 0x8048123;
  state.instructionSelector = 0x23;
  state.opcode = 0x5c1;
  state.operandOffset = 0x8051000;
  state.operandSelector = 0x2b;
  const before = { ...state };
  lend(state, words);
  expect(words[Word.X87_KEY]).not.toBe(0);
  state.initialize();
  takeBack(state, words);
  expect({ ...state }).toEqual(before);
  expect(words[Word.X87_KEY]).toBe(0);
});

test("what generated code changed is taken back", () => {
  const words = new Int32Array(128);
  const state = new FpuState(words);
  lend(state, words);
  words[Word.X87_STATUS] = 0x0120;
  words[Word.X87_KEY] = 0x037f | (0x7f << 16) | (7 << 24);
  takeBack(state, words);
  expect(state.statusWord()).toBe(0x3920);
  expect([state.top, state.empty, state.control]).toEqual([7, 0x7f, 0x37f]);
});
