/**
 * All lowerings by mnemonic, and which instructions a region may contain.
 */
import { type Instruction, Kind, Segment } from "../../cpu/instruction.ts";
import { Attribute } from "../../cpu/opcodes.ts";
import { arithmeticLowerings } from "./arithmetic.ts";
import type { LoweringMap } from "./lowering.ts";
import { moveLowerings } from "./moves.ts";
import { x87Lowerings } from "./x87.ts";

export const lowerings: LoweringMap = { ...arithmeticLowerings, ...moveLowerings, ...x87Lowerings };

/**
 * Whether a region may go on behind an instruction, with a lowering or by calling the interpreter. Not when the instruction
 * changes segments or the way of execution. Jumps, calls and returns are the business of blocks.
 */
export function canTranslate(instruction: Instruction): boolean {
  const { row, operands, address } = instruction;
  if (operands.some(({ kind }) => kind === Kind.SYSTEM)) return false;
  if (address?.segment === Segment.CS) return false;
  if ((row.attributes & Attribute.STRING) !== 0) return lowerings[row.mnemonic] !== undefined;
  return (row.attributes & Attribute.END) === 0;
}
