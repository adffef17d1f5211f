/**
 * What x87 instructions do to TOP, the mask of empty registers and the control word, which regions know while they are translated.
 *
 * It is a prediction: what the bytes do not tell (FLDCW, FRSTOR) is checked when the region runs. FLDCW is expected to change what
 * it has been seen to change: functions are used with several control words, and mostly change the same field of each.
 *
 * Layer beneath: cpu/x87/loan.ts (keys). Source: Intel SDM volume 2, tables.
 */
import type { Instruction } from "../../cpu/instruction.ts";
import { controlOf, emptyOf, keyOf, topOf } from "../../cpu/x87/loan.ts";
import { ROUND_NEAREST, ROUND_TO_ZERO, ROUNDING_FIELD } from "../../cpu/x87/state.ts";
import type { Step } from "./block.ts";
import { precisionOf } from "../runtime/x87-precision.ts";

export const ALL_MASKS = 0x3f;

/** The instruction in octal: escape opcode, then the reg field of the ModR/M byte. */
export function operationOf(instruction: Instruction): number {
  return ((instruction.opcode & 7) << 3) | ((instruction.modrm >> 3) & 7);
}

/** The r/m field of a register form. */
export function indexOf(instruction: Instruction): number {
  return instruction.modrm & 7;
}

export function isX87(instruction: Instruction): boolean {
  return instruction.row.mnemonic === "x87";
}

/** Whether translated code can work with a control word: everything masked, no reserved precision. */
export function isSupported(control: number): boolean {
  return (control & ALL_MASKS) === ALL_MASKS && precisionOf(control) !== undefined;
}

export function isNearest(control: number): boolean {
  return (control & ROUNDING_FIELD) === ROUND_NEAREST;
}

export function isTruncating(control: number): boolean {
  return (control & ROUNDING_FIELD) === ROUND_TO_ZERO;
}

const PUSH = -1;
const POP = 1;
const POP_TWO = 2;

/** Change of TOP by operation. */
const MEMORY_PUSHES = new Set([0o10, 0o30, 0o35, 0o50, 0o70, 0o74, 0o75]);
const MEMORY_POPS = new Set([0o03, 0o23, 0o43, 0o63, 0o13, 0o33, 0o37, 0o53, 0o73, 0o76, 0o77]);
const REGISTER_PUSHES = new Set([0o10, 0o15]);
const REGISTER_POPS = new Set([0o03, 0o13, 0o43, 0o53, 0o55, 0o60, 0o61, 0o62, 0o64, 0o65, 0o66, 0o67, 0o70, 0o72, 0o73, 0o75, 0o76]);
const REGISTER_DOUBLE_POPS = new Set([0o25, 0o63]);
/** D9 F0…F7 and D9 F8…FF by r/m field. */
const FUNCTION_CHANGES: Readonly<Record<number, readonly number[]>> = {
  0o16: [0, POP, PUSH, POP, PUSH, 0, 0, 0],
  0o17: [0, POP, 0, PUSH, 0, 0, 0, 0],
};

const LOAD_CONTROL = 0o15;
const FREE = 0o50;
const FREE_AND_POP = 0o70;
const EXCHANGES = new Set([0o11, 0o51, 0o71]);
const STORES = new Set([0o13, 0o52, 0o53, 0o72, 0o73]);
const ROTATIONS = 0o16;
const DECREMENT = 6;
const INCREMENT = 7;

function stackChange(instruction: Instruction): number {
  const operation = operationOf(instruction);
  if (instruction.address !== undefined) return MEMORY_PUSHES.has(operation) ? PUSH : MEMORY_POPS.has(operation) ? POP : 0;
  if (REGISTER_PUSHES.has(operation)) return PUSH;
  if (REGISTER_POPS.has(operation)) return POP;
  if (REGISTER_DOUBLE_POPS.has(operation)) return POP_TWO;
  return FUNCTION_CHANGES[operation]?.[indexOf(instruction)] ?? 0;
}

/** Which bits of the control word the FLDCW at an address has been seen to change, if it has been seen. */
export type ControlChange = (eip: number) => number | undefined;

/** The control word that FLDCW is expected to load. */
function expectedControl(control: number, change: number | undefined): number {
  // Mostly truncation is switched on for a conversion to an integer, and off again.
  const expected = control ^ (change ?? ROUND_TO_ZERO);
  return isSupported(expected) ? expected : control;
}

/** The key behind an instruction, from the one in front of it. */
export function keyAfter({ instruction, eip }: Step, key: number, controlChange: ControlChange): number {
  if (!isX87(instruction)) return key;
  let control = controlOf(key);
  let top = topOf(key);
  let empty = emptyOf(key);
  const operation = operationOf(instruction);
  if (instruction.address === undefined) {
    const other = (top + indexOf(instruction)) & 7;
    if (operation === FREE || operation === FREE_AND_POP) empty |= 1 << other;
    if (STORES.has(operation)) empty &= ~(1 << other);
    if (EXCHANGES.has(operation)) empty &= ~((1 << other) | (1 << top));
    if (operation === ROTATIONS && indexOf(instruction) === DECREMENT) top = (top - 1) & 7;
    if (operation === ROTATIONS && indexOf(instruction) === INCREMENT) top = (top + 1) & 7;
  } else if (operation === LOAD_CONTROL) {
    control = expectedControl(control, controlChange(eip));
  }
  const change = stackChange(instruction);
  if (change === PUSH) {
    top = (top - 1) & 7;
    empty &= ~(1 << top);
  }
  for (let pops = change; pops > 0; pops--) {
    empty |= 1 << top;
    top = (top + 1) & 7;
  }
  return keyOf(control, top, empty);
}

/** The physical registers that an instruction may touch, one bit each. @param key in front of it @param after behind it */
export function touchedSlots(instruction: Instruction, key: number, after: number): number {
  const top = topOf(key);
  const touched = (1 << top) | (1 << topOf(after));
  if (instruction.address !== undefined) return touched;
  // What is no register number there selects a function, which may have ST(1) as operand.
  const other = FUNCTION_CHANGES[operationOf(instruction)] === undefined ? indexOf(instruction) : 1;
  return touched | (1 << ((top + other) & 7));
}
