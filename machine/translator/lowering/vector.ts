/**
 * All lowerings of MMX, SSE and SSE2. What has none is the interpreter's.
 */
import type { Lowering, LoweringMap } from "./lowering.ts";
import { mmxLowerings } from "./mmx.ts";
import { vectorFloatLowerings } from "./vector-floats.ts";
import { vectorIntegerLowerings } from "./vector-integers.ts";
import { vectorMoveLowerings } from "./vector-moves.ts";
import { hasMmx } from "./vector-operands.ts";
import { vectorShiftLowerings } from "./vector-shifts.ts";
import { vectorShuffleLowerings } from "./vector-shuffles.ts";

/** MMX registers first, where an instruction has a lowering of its own for them. */
function either(mnemonic: string, xmm: Lowering | undefined): Lowering {
  const mmx = mmxLowerings[mnemonic];
  return (e, instruction) => {
    const lowering = mmx !== undefined && hasMmx(instruction) ? mmx : xmm;
    return lowering === undefined ? false : lowering(e, instruction);
  };
}

const bitLowerings: LoweringMap = {
  ...vectorMoveLowerings,
  ...vectorIntegerLowerings,
  ...vectorShuffleLowerings,
  ...vectorShiftLowerings,
};

/** Those that take their operands as bits: MXCSR does not matter. */
export const vectorBitLowerings: LoweringMap = {
  ...bitLowerings,
  ...Object.fromEntries(Object.keys(mmxLowerings).map((mnemonic) => [mnemonic, either(mnemonic, bitLowerings[mnemonic])])),
};

export const vectorLowerings: LoweringMap = {
  ...vectorBitLowerings,
  ...vectorFloatLowerings,
};
