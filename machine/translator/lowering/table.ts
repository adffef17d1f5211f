/**
 * All lowerings by mnemonic, and which instructions a region may contain.
 */
import { type Instruction, Kind, Segment } from "../../cpu/instruction.ts";
import { Attribute } from "../../cpu/opcodes.ts";
import { arithmeticLowerings } from "./arithmetic.ts";
import { bitLowerings } from "./bits.ts";
import { carryLowerings } from "./carries.ts";
import { exchangeLowerings } from "./exchanges.ts";
import { flagLowerings } from "./flags.ts";
import type { LoweringMap } from "./lowering.ts";
import { moveLowerings } from "./moves.ts";
import { productLowerings } from "./products.ts";
import { rotateLowerings } from "./rotates.ts";
import { shiftLowerings } from "./shifts.ts";
import { isPlainString, stringLowerings } from "./strings.ts";
import { vectorLowerings } from "./vector.ts";
import { x87Lowerings } from "./x87.ts";

export const lowerings: LoweringMap = {
  ...arithmeticLowerings,
  ...carryLowerings,
  ...shiftLowerings,
  ...rotateLowerings,
  ...bitLowerings,
  ...productLowerings,
  ...moveLowerings,
  ...exchangeLowerings,
  ...flagLowerings,
  ...stringLowerings,
  ...vectorLowerings,
  ...x87Lowerings,
};

/**
 * Whether a region may go on behind an instruction, with a lowering or by calling the interpreter. Not when the instruction
 * changes segments or the way of execution. Jumps, calls and returns are the business of blocks.
 */
export function canTranslate(instruction: Instruction): boolean {
  const { row, operands, address } = instruction;
  if (operands.some(({ kind }) => kind === Kind.SYSTEM)) return false;
  if (address?.segment === Segment.CS) return false;
  if ((row.attributes & Attribute.STRING) !== 0) return isPlainString(instruction);
  return (row.attributes & Attribute.END) === 0;
}
