/**
 * All lowerings by mnemonic.
 */
import type { LoweredMnemonic } from "../../cpu/instruction-set/instruction-set.ts";
import type { Instruction } from "../../cpu/instruction.ts";
import { arithmeticLowerings } from "./arithmetic.ts";
import { bitLowerings } from "./bits.ts";
import { carryLowerings } from "./carries.ts";
import { exchangeLowerings } from "./exchanges.ts";
import { flagLowerings } from "./flags.ts";
import type { Lowering } from "./lowering.ts";
import { moveLowerings } from "./moves.ts";
import { productLowerings } from "./products.ts";
import { rotateLowerings } from "./rotates.ts";
import { shiftLowerings } from "./shifts.ts";
import { stringLowerings } from "./strings.ts";
import { vectorLowerings } from "./vector.ts";
import { x87Lowerings } from "./x87.ts";

const lowerings: Readonly<Record<LoweredMnemonic, Lowering>> = {
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

/** @returns undefined when the interpreter executes the instruction: its row says so, or it ends a block */
export function loweringOf({ row }: Instruction): Lowering | undefined {
  return lowerings[row.mnemonic as LoweredMnemonic];
}
