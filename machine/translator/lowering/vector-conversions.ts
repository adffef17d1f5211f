/**
 * Conversions between singles, doubles and integers in XMM and general registers. Source: Intel SDM vol. 2.
 *
 * Layer beneath: vector-numbers.ts. Conversions to integers ask only whether the result fits, and while MXCSR is not
 * quiet, whether it is exact.
 */
import { Kind } from "../../cpu/instruction.ts";
import { DOUBLE, type RealFormat, SINGLE } from "../runtime/vector-real.ts";
import { Misc, Op, ValueType } from "../wasm/opcodes.ts";
import { Simd } from "../wasm/simd.ts";
import type { Lowering, LoweringMap } from "./lowering.ts";
import { requireNumbers, requireVectors } from "./vector-numbers.ts";
import { onXmm } from "./vector-operands.ts";

/** Magnitude from which on numbers do not fit in 32 bits. */
const LIMIT = 2 ** 31;
const LIMIT_AS_SINGLE = 0x4f000000;

const integerToDouble = onXmm((e, vector, { operands }) => {
  const { code } = e;
  const result = code.temporary(ValueType.F64);
  e.read(1, 4).op(Op.F64_CONVERT_I32_S).set(result);
  vector.setLane(operands[0]!.register, DOUBLE, result, true);
  code.release(result);
});

const integerToSingle = onXmm((e, vector, { operands }) => {
  const { code } = e;
  const value = e.readLocal(1, 4);
  const result = code.temporary(ValueType.F32);
  code.get(value).op(Op.F32_CONVERT_I32_S).set(result);
  code.get(vector.acceptance(SINGLE).exponents).op(Op.I32_EQZ).if();
  code.get(result).op(Op.F64_PROMOTE_F32).get(value).op(Op.F64_CONVERT_I32_S, Op.F64_NE);
  e.leaveIf();
  code.end();
  vector.setLane(operands[0]!.register, SINGLE, result, true);
  code.release(value, result);
});

/** @param rounding none for truncation */
function scalarToInteger(format: RealFormat, rounding: number | undefined): Lowering {
  return onXmm((e, vector, { operands }) => {
    const { code } = e;
    const value = code.temporary(ValueType.F64);
    const rounded = code.temporary(ValueType.F64);
    const result = code.temporary();
    vector.readLane(operands[1]!, format).lane(format.extractLane, 0);
    if (format === SINGLE) code.op(Op.F64_PROMOTE_F32);
    code.tee(value);
    if (rounding !== undefined) code.op(rounding);
    code.tee(rounded).misc(Misc.I32_TRUNC_SAT_F64_S).set(result);
    code.get(rounded).op(Op.F64_ABS).f64(LIMIT).op(Op.F64_LT, Op.I32_EQZ);
    code.get(vector.acceptance(format).exponents).op(Op.I32_EQZ, Op.I32_OR).if();
    code.get(result).op(Op.F64_CONVERT_I32_S).get(value).op(Op.F64_NE);
    e.leaveIf();
    code.end();
    code.get(result);
    e.setRegister(operands[0]!.register);
    code.release(value, rounded, result);
  });
}

const singleToDouble = onXmm((e, vector, { operands }) => {
  const { code } = e;
  const [to, from] = operands;
  const value = code.temporary(ValueType.F32);
  const result = code.temporary(ValueType.F64);
  vector.readLane(from!, SINGLE).lane(SINGLE.extractLane, 0).tee(value).op(Op.F64_PROMOTE_F32).set(result);
  const isTame = from!.kind === Kind.XMM && vector.isTame(from!.register, SINGLE, 1);
  const closer = { name: "vectorOperandsSingle", parameters: [value, value].map((local) => [local, SINGLE] as const), zeroFactors: 0 };
  requireNumbers(e, vector, SINGLE, isTame ? [] : [value], closer);
  vector.setLane(to!.register, DOUBLE, result, true);
  code.release(value, result);
});

const doubleToSingle = onXmm((e, vector, { operands }) => {
  const { code } = e;
  const [to, from] = operands;
  const value = code.temporary(ValueType.F64);
  const result = code.temporary(ValueType.F32);
  vector.readLane(from!, DOUBLE).lane(DOUBLE.extractLane, 0).tee(value).op(Op.F32_DEMOTE_F64).set(result);
  requireNumbers(e, vector, SINGLE, [result], {
    name: "vectorNarrow",
    parameters: [
      [value, DOUBLE],
      [result, SINGLE],
    ],
    zeroFactors: 1,
  });
  vector.setLane(to!.register, SINGLE, result, true);
  code.release(value, result);
});

const integersToDoubles = onXmm((_e, vector, { operands }) => {
  const { register } = operands[0]!;
  vector.readLane(operands[1]!, DOUBLE).simd(Simd.F64X2_CONVERT_LOW_I32X4_S);
  vector.set(register);
  vector.markTame(register, DOUBLE, 2);
});

/** Some of the results may be inexact. */
const integersToSingles = onXmm((e, vector, { operands }) => {
  const { register } = operands[0]!;
  e.code.get(vector.acceptance(SINGLE).exponents).op(Op.I32_EQZ);
  e.leaveIf();
  vector.read(operands[1]!).simd(Simd.F32X4_CONVERT_I32X4_S);
  vector.set(register);
  vector.markTame(register, SINGLE, 4);
});

/** Limit of 32-bit integers in all lanes, comparison, and conversion by format. */
function packedToIntegers(format: RealFormat, rounding: number | undefined): Lowering {
  const isSingle = format === SINGLE;
  return onXmm((e, vector, { operands }) => {
    const { code } = e;
    const rounded = code.temporary(ValueType.V128);
    vector.read(operands[1]!);
    if (rounding !== undefined) code.simd(rounding);
    code.tee(rounded).simd(format.absolute);
    if (isSingle) code.i32(LIMIT_AS_SINGLE).simd(Simd.I32X4_SPLAT).simd(Simd.F32X4_LT);
    else code.f64(LIMIT).simd(Simd.F64X2_SPLAT).simd(Simd.F64X2_LT);
    code
      .simd(format.signs)
      .i32((1 << format.lanes) - 1)
      .op(Op.I32_NE);
    code.get(vector.acceptance(format).exponents).op(Op.I32_EQZ, Op.I32_OR);
    e.leaveIf();
    code.get(rounded).simd(isSingle ? Simd.I32X4_TRUNC_SAT_F32X4_S : Simd.I32X4_TRUNC_SAT_F64X2_S_ZERO);
    vector.set(operands[0]!.register);
    code.release(rounded);
  });
}

const LOW_LANES = 2;

const singlesToDoubles = onXmm((e, vector, { operands }) => {
  const { code } = e;
  const [to, from] = operands;
  const value = code.temporary(ValueType.V128);
  vector.readLane(from!, DOUBLE).set(value);
  const isTame = from!.kind === Kind.XMM && vector.isTame(from!.register, SINGLE, LOW_LANES);
  const closer = { name: "vectorOperandsSingle", parameters: [value, value].map((local) => [local, SINGLE] as const), zeroFactors: 0 };
  requireVectors(e, vector, SINGLE, isTame ? [] : [value], LOW_LANES, closer);
  code.get(value).simd(Simd.F64X2_PROMOTE_LOW_F32X4);
  vector.set(to!.register);
  vector.markTame(to!.register, DOUBLE, 2);
  code.release(value);
});

const doublesToSingles = onXmm((e, vector, { operands }) => {
  const { code } = e;
  const [to, from] = operands;
  const value = code.temporary(ValueType.V128);
  const result = code.temporary(ValueType.V128);
  vector.read(from!).tee(value).simd(Simd.F32X4_DEMOTE_F64X2_ZERO).set(result);
  requireVectors(e, vector, SINGLE, [result], LOW_LANES, {
    name: "vectorNarrow",
    parameters: [
      [value, DOUBLE],
      [result, SINGLE],
    ],
    zeroFactors: 1,
  });
  code.get(result);
  vector.set(to!.register);
  vector.markTame(to!.register, SINGLE, 4);
  code.release(value, result);
});

export const vectorConversionLowerings = {
  cvtsi2sd: integerToDouble,
  cvtsi2ss: integerToSingle,
  cvtsd2si: scalarToInteger(DOUBLE, Op.F64_NEAREST),
  cvtss2si: scalarToInteger(SINGLE, Op.F64_NEAREST),
  cvttsd2si: scalarToInteger(DOUBLE, undefined),
  cvttss2si: scalarToInteger(SINGLE, undefined),
  cvtss2sd: singleToDouble,
  cvtsd2ss: doubleToSingle,
  cvtdq2pd: integersToDoubles,
  cvtdq2ps: integersToSingles,
  cvtps2dq: packedToIntegers(SINGLE, Simd.F32X4_NEAREST),
  cvttps2dq: packedToIntegers(SINGLE, undefined),
  cvtpd2dq: packedToIntegers(DOUBLE, Simd.F64X2_NEAREST),
  cvttpd2dq: packedToIntegers(DOUBLE, undefined),
  cvtps2pd: singlesToDoubles,
  cvtpd2ps: doublesToSingles,
} satisfies LoweringMap;
