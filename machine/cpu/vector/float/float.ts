/**
 * Floating-point instructions of SSE and SSE2, by mnemonic (Intel SDM vol. 1, chapters 10 and 11; vol. 2).
 * Beneath: elements (single.ts, double.ts, comparison.ts, conversion.ts, approximation.ts) and shapes.ts.
 */
import type { Flags } from "../../flags.ts";
import type { UserMnemonic } from "../../instruction-set/instruction-set.ts";
import type { RegisterFile } from "../../registers.ts";
import { createApproximation } from "./approximation.ts";
import { createDoubleComparison, createSingleComparison } from "./comparison.ts";
import { createConversion } from "./conversion.ts";
import { createDoubleArithmetic } from "./double.ts";
import { createExactArithmetic } from "./exact.ts";
import { createShapes, type FloatOperation } from "./shapes.ts";
import { createSingleArithmetic } from "./single.ts";
import { createFloatState } from "./state.ts";

export function createVectorFloat(file: RegisterFile, flags: Flags) {
  const state = createFloatState(file);
  const exact = createExactArithmetic(state);
  const single = { ...createSingleArithmetic(state, exact), ...createSingleComparison(state, flags), ...createApproximation(state) };
  const double = { ...createDoubleArithmetic(state, exact), ...createDoubleComparison(state, flags) };
  const conversion = createConversion(state, exact);
  const shapes = createShapes(state);
  const { packedSingle, packedDouble, scalarSingle, scalarDouble, pair, widening, narrowing, narrowingZeroed } = shapes;

  return {
    addps: packedSingle(single.add),
    addpd: packedDouble(double.add),
    addss: scalarSingle(single.add),
    addsd: scalarDouble(double.add),
    subps: packedSingle(single.subtract),
    subpd: packedDouble(double.subtract),
    subss: scalarSingle(single.subtract),
    subsd: scalarDouble(double.subtract),
    mulps: packedSingle(single.multiply),
    mulpd: packedDouble(double.multiply),
    mulss: scalarSingle(single.multiply),
    mulsd: scalarDouble(double.multiply),
    divps: packedSingle(single.divide),
    divpd: packedDouble(double.divide),
    divss: scalarSingle(single.divide),
    divsd: scalarDouble(double.divide),
    minps: packedSingle(single.minimum),
    minpd: packedDouble(double.minimum),
    minss: scalarSingle(single.minimum),
    minsd: scalarDouble(double.minimum),
    maxps: packedSingle(single.maximum),
    maxpd: packedDouble(double.maximum),
    maxss: scalarSingle(single.maximum),
    maxsd: scalarDouble(double.maximum),
    sqrtps: packedSingle(single.squareRoot),
    sqrtpd: packedDouble(double.squareRoot),
    sqrtss: scalarSingle(single.squareRoot),
    sqrtsd: scalarDouble(double.squareRoot),
    rcpps: packedSingle(single.reciprocal),
    rcpss: scalarSingle(single.reciprocal),
    rsqrtps: packedSingle(single.reciprocalRoot),
    rsqrtss: scalarSingle(single.reciprocalRoot),
    cmpps: packedSingle(single.mask),
    cmppd: packedDouble(double.mask),
    cmpss: scalarSingle(single.mask),
    cmpsd: scalarDouble(double.mask),
    comiss: single.ordered,
    comisd: double.ordered,
    ucomiss: single.unordered,
    ucomisd: double.unordered,
    cvtpi2ps: pair(conversion.integerToSingle),
    cvtdq2ps: packedSingle(conversion.integerToSingle),
    cvtsi2ss: scalarSingle(conversion.integerToSingle),
    cvtpi2pd: widening(conversion.integerToDouble),
    cvtdq2pd: widening(conversion.integerToDouble),
    cvtsi2sd: scalarDouble(conversion.integerToDouble),
    cvtps2pi: pair(conversion.singleToInteger),
    cvtps2dq: packedSingle(conversion.singleToInteger),
    cvtss2si: scalarSingle(conversion.singleToInteger),
    cvttps2pi: pair(conversion.singleTruncated),
    cvttps2dq: packedSingle(conversion.singleTruncated),
    cvttss2si: scalarSingle(conversion.singleTruncated),
    cvtpd2pi: narrowing(conversion.doubleToInteger),
    cvtpd2dq: narrowingZeroed(conversion.doubleToInteger),
    cvtsd2si: scalarSingle(conversion.doubleToInteger),
    cvttpd2pi: narrowing(conversion.doubleTruncated),
    cvttpd2dq: narrowingZeroed(conversion.doubleTruncated),
    cvttsd2si: scalarSingle(conversion.doubleTruncated),
    cvtps2pd: widening(conversion.singleToDouble),
    cvtss2sd: scalarDouble(conversion.singleToDouble),
    cvtpd2ps: narrowingZeroed(conversion.doubleToSingle),
    cvtsd2ss: scalarSingle(conversion.doubleToSingle),
  } satisfies Readonly<Partial<Record<UserMnemonic, FloatOperation>>>;
}
