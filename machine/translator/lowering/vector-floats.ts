/**
 * All lowerings that look at MXCSR.
 */
import type { LoweringMap } from "./lowering.ts";
import { vectorArithmeticLowerings } from "./vector-arithmetic.ts";
import { vectorComparisonLowerings } from "./vector-comparisons.ts";
import { vectorConversionLowerings } from "./vector-conversions.ts";

export const vectorFloatLowerings = {
  ...vectorArithmeticLowerings,
  ...vectorComparisonLowerings,
  ...vectorConversionLowerings,
} satisfies LoweringMap;
