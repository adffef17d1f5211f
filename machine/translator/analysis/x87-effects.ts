/**
 * What x87 instructions do to TOP, the mask of empty registers and the control word, which regions know while they
 * are translated.
 *
 * It is a prediction: what the bytes do not tell (FLDCW, FRSTOR) is checked when the region runs. FLDCW is expected
 * to change what
 * it has been seen to change: functions are used with several control words, and mostly change the same field of each.
 *
 * Layers beneath: cpu/x87/instruction-table.ts, cpu/x87/loan.ts (keys).
 */
import type { Instruction } from "../../cpu/instruction.ts";
import { controlOf, emptyOf, keyOf, topOf } from "../../cpu/x87/loan.ts";
import { MEMORY_FORMS, REGISTER_FORMS, registerChange } from "../../cpu/x87/instruction-table.ts";
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

const LOAD_CONTROL = 0o15;
const ROTATIONS = 0o16;
const DECREMENT = 6;
const INCREMENT = 7;

function stackChange(instruction: Instruction): number {
  const operation = operationOf(instruction);
  if (instruction.address !== undefined) return MEMORY_FORMS[operation]!.change;
  return registerChange(REGISTER_FORMS[operation]!, indexOf(instruction));
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
    const { effect } = REGISTER_FORMS[operation]!;
    if (effect === "free") empty |= 1 << other;
    if (effect === "store") empty &= ~(1 << other);
    if (effect === "exchange") empty &= ~((1 << other) | (1 << top));
    if (operation === ROTATIONS && indexOf(instruction) === DECREMENT) top = (top - 1) & 7;
    if (operation === ROTATIONS && indexOf(instruction) === INCREMENT) top = (top + 1) & 7;
  } else if (operation === LOAD_CONTROL) {
    control = expectedControl(control, controlChange(eip));
  }
  const change = stackChange(instruction);
  if (change < 0) {
    top = (top - 1) & 7;
    empty &= ~(1 << top);
  }
  for (let pops = change; pops > 0; pops--) {
    empty |= 1 << top;
    top = (top + 1) & 7;
  }
  return keyOf(control, top, empty);
}

/**
 * The physical registers that an instruction may touch, one bit each. @param key in front of it @param after behind
 * it
 */
export function touchedSlots(instruction: Instruction, key: number, after: number): number {
  const top = topOf(key);
  const touched = (1 << top) | (1 << topOf(after));
  if (instruction.address !== undefined) return touched;
  // What is no register number there selects a function, which may have ST(1) as operand.
  const other = REGISTER_FORMS[operationOf(instruction)]!.changes === undefined ? indexOf(instruction) : 1;
  return touched | (1 << ((top + other) & 7));
}
