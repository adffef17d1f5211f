/**
 * All lowerings of SSE and SSE2. What has none, and what works on MMX registers, is the interpreter's.
 */
import type { LoweringMap } from "./lowering.ts";
import { vectorFloatLowerings } from "./vector-floats.ts";
import { vectorIntegerLowerings } from "./vector-integers.ts";
import { vectorMoveLowerings } from "./vector-moves.ts";
import { vectorShiftLowerings } from "./vector-shifts.ts";
import { vectorShuffleLowerings } from "./vector-shuffles.ts";

/** Those that take their operands as bits: MXCSR does not matter. */
export const vectorBitLowerings: LoweringMap = {
  ...vectorMoveLowerings,
  ...vectorIntegerLowerings,
  ...vectorShuffleLowerings,
  ...vectorShiftLowerings,
};

export const vectorLowerings: LoweringMap = {
  ...vectorBitLowerings,
  ...vectorFloatLowerings,
};
