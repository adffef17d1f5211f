/**
 * How instructions become code. A lowering is found by the mnemonic; it may decline a form of operands, and the interpreter then
 * executes the instruction from within the region.
 */
import type { Instruction } from "../../cpu/instruction.ts";
import type { Emitter } from "../emitter.ts";

/** Emits the code of the emitter's current instruction. @returns false when there is none for these operands; nothing has been emitted then */
export type Lowering = (e: Emitter, instruction: Instruction) => boolean | void;

export type LoweringMap = Readonly<Record<string, Lowering>>;
