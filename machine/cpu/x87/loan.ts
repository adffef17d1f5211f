/**
 * The state of the unit as generated code sees it: words of the register file (registers.ts), to which it is lent.
 *
 * Layer beneath: state.ts.
 *
 * Control word, TOP and the mask of empty registers make up one word, the key, so that generated code learns by one
 * comparison that the state is the one it was made for. A key is never 0, which says that nothing is lent.
 */
import { Word } from "../registers.ts";
import type { FpuState } from "./state.ts";

const EMPTY_SHIFT = 16;
const EMPTY_FIELD = 0xff;
const TOP_SHIFT = 24;
const TOP_FIELD = 7;
const CONTROL_FIELD = 0xffff;

/** Bit 6 of a control word is always 1, so that the key is not 0. */
export function keyOf(control: number, top: number, empty: number): number {
  return control | (empty << EMPTY_SHIFT) | (top << TOP_SHIFT);
}

export function controlOf(key: number): number {
  return key & CONTROL_FIELD;
}

export function topOf(key: number): number {
  return (key >> TOP_SHIFT) & TOP_FIELD;
}

export function emptyOf(key: number): number {
  return (key >> EMPTY_SHIFT) & EMPTY_FIELD;
}

export function lend(s: FpuState, words: Int32Array): void {
  words[Word.X87_STATUS] = s.status;
  words[Word.X87_INSTRUCTION_OFFSET] = s.instructionOffset;
  words[Word.X87_INSTRUCTION_SELECTOR] = s.instructionSelector;
  words[Word.X87_OPCODE] = s.opcode;
  words[Word.X87_OPERAND_OFFSET] = s.operandOffset;
  words[Word.X87_OPERAND_SELECTOR] = s.operandSelector;
  words[Word.X87_KEY] = keyOf(s.control, s.top, s.empty);
}

/** The state must be lent. */
export function takeBack(s: FpuState, words: Int32Array): void {
  const key = words[Word.X87_KEY]!;
  s.control = controlOf(key);
  s.top = topOf(key);
  s.empty = emptyOf(key);
  s.status = words[Word.X87_STATUS]!;
  s.instructionOffset = words[Word.X87_INSTRUCTION_OFFSET]!;
  s.instructionSelector = words[Word.X87_INSTRUCTION_SELECTOR]!;
  s.opcode = words[Word.X87_OPCODE]!;
  s.operandOffset = words[Word.X87_OPERAND_OFFSET]!;
  s.operandSelector = words[Word.X87_OPERAND_SELECTOR]!;
  words[Word.X87_KEY] = 0;
}
