/**
 * All lowerings of MMX, SSE and SSE2. What has none is the interpreter's.
 */
import { mapValues } from "../../map-values.ts";
import type { Lowering, LoweringMap } from "./lowering.ts";
import { mmxLowerings } from "./mmx.ts";
import { vectorFloatLowerings } from "./vector-floats.ts";
import { vectorIntegerLowerings } from "./vector-integers.ts";
import { vectorMoveLowerings } from "./vector-moves.ts";
import { hasMmx } from "./vector-operands.ts";
import { vectorShiftLowerings } from "./vector-shifts.ts";
import { vectorShuffleLowerings } from "./vector-shuffles.ts";

const xmmLowerings = {
  ...vectorMoveLowerings,
  ...vectorIntegerLowerings,
  ...vectorShuffleLowerings,
  ...vectorShiftLowerings,
  ...vectorFloatLowerings,
} satisfies LoweringMap;

/** MMX registers first, where an instruction has a lowering of its own for them. */
function either(mmx: Lowering, mnemonic: keyof typeof mmxLowerings): Lowering {
  const xmm: Lowering | undefined = (xmmLowerings as LoweringMap)[mnemonic];
  return (e, instruction) => {
    const lowering = hasMmx(instruction) ? mmx : xmm;
    return lowering === undefined ? false : lowering(e, instruction);
  };
}

export const vectorLowerings = { ...xmmLowerings, ...mapValues<keyof typeof mmxLowerings, Lowering, Lowering>(mmxLowerings, either) };
