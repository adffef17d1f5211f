/**
 * How instructions become code. A lowering is found by the mnemonic; it may decline a form of operands, and the
 * interpreter then
 * executes the instruction from within the region.
 */
import type { LoweredMnemonic } from "../../cpu/instruction-set/instruction-set.ts";
import type { Instruction } from "../../cpu/instruction.ts";
import type { Emitter } from "../emitter.ts";

/**
 * Emits the code of the emitter's current instruction. @returns false when there is none for these operands; nothing
 * has been emitted then
 */
export type Lowering = (e: Emitter, instruction: Instruction) => boolean | void;

/** Some of the lowerings; the types of all parts show whether one is missing (table.ts). */
export type LoweringMap = Readonly<Partial<Record<LoweredMnemonic, Lowering>>>;
