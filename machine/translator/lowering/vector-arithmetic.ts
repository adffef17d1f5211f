/**
 * ADD SUB MUL DIV SQRT of SSE and SSE2, scalar and packed. Source: Intel SDM vol. 2.
 *
 * Layer beneath: vector-numbers.ts.
 */
import { Kind } from "../../cpu/instruction.ts";
import { DOUBLE, type RealFormat, SINGLE } from "../runtime/vector-real.ts";
import { Op, ValueType } from "../wasm/opcodes.ts";
import { Simd } from "../wasm/simd.ts";
import type { Lowering, LoweringMap } from "./lowering.ts";
import { requireNumbers, requireVectors } from "./vector-numbers.ts";
import { onXmm } from "./vector-operands.ts";

/** An operation in one format: scalar and packed instruction. */
interface Operation {
  readonly closer: string;
  /** How many of the operands explain a result of 0 (Closer). */
  readonly zeroFactors: number;
  readonly scalar: number;
  readonly packed: number;
  /** For subtraction: how the second operand is negated for the routine. */
  readonly negate?: { readonly scalar: number; readonly packed: number };
}

function scalar(format: RealFormat, { closer, scalar: opcode, zeroFactors, negate }: Operation): Lowering {
  return onXmm((e, vector, { operands }) => {
    const { code } = e;
    const [to, from] = operands;
    const x = code.temporary(format.type);
    const y = code.temporary(format.type);
    const result = code.temporary(format.type);
    vector.readLane(from!, format).lane(format.extractLane, 0).set(y);
    vector.get(to!.register).lane(format.extractLane, 0).set(x);
    code.get(x).get(y).op(opcode).set(result);
    const isSourceTame = from!.kind === Kind.XMM && vector.isTame(from!.register, format, 1);
    const numbers = [result];
    if (!vector.isTame(to!.register, format, 1)) numbers.push(x);
    if (!isSourceTame) numbers.push(y);
    const second = negate === undefined ? y : code.temporary(format.type);
    if (negate !== undefined) code.get(y).op(negate.scalar).set(second);
    requireNumbers(e, vector, format, numbers, {
      name: `vector${closer}${format.name}`,
      parameters: [x, second, result].map((local) => [local, format]),
      zeroFactors,
    });
    if (from!.kind === Kind.XMM) vector.markTame(from!.register, format, 1);
    vector.setLane(to!.register, format, result, true);
    code.release(x, y, result);
    if (second !== y) code.release(second);
  });
}

function packed(format: RealFormat, { closer, packed: opcode, zeroFactors, negate }: Operation): Lowering {
  return onXmm((e, vector, { operands }) => {
    const { code } = e;
    const { lanes } = format;
    const [to, from] = operands;
    const x = vector.local(to!.register);
    const y = code.temporary(ValueType.V128);
    const result = code.temporary(ValueType.V128);
    vector.read(from!).set(y);
    code.get(x).get(y).simd(opcode).set(result);
    const isSourceTame = from!.kind === Kind.XMM && vector.isTame(from!.register, format, lanes);
    const vectors = [result];
    if (!vector.isTame(to!.register, format, lanes)) vectors.push(x);
    if (!isSourceTame) vectors.push(y);
    const second = negate === undefined ? y : code.temporary(ValueType.V128);
    if (negate !== undefined) code.get(y).simd(negate.packed).set(second);
    requireVectors(e, vector, format, vectors, lanes, {
      name: `vector${closer}${format.name}`,
      parameters: [x, second, result].map((local) => [local, format]),
      zeroFactors,
    });
    if (from!.kind === Kind.XMM) vector.markTame(from!.register, format, lanes);
    code.get(result);
    vector.set(to!.register);
    vector.markTame(to!.register, format, lanes);
    code.release(y, result);
    if (second !== y) code.release(second);
  });
}

function scalarRoot(format: RealFormat, opcode: number): Lowering {
  return onXmm((e, vector, { operands }) => {
    const { code } = e;
    const [to, from] = operands;
    const x = code.temporary(format.type);
    const result = code.temporary(format.type);
    vector.readLane(from!, format).lane(format.extractLane, 0).tee(x).op(opcode).set(result);
    const closer = {
      name: `vectorRoot${format.name}`,
      parameters: [x, result].map((local) => [local, format] as const),
      zeroFactors: 0,
    };
    // Roots of negative numbers are NaNs.
    const isTame = from!.kind === Kind.XMM && vector.isTame(from!.register, format, 1);
    requireNumbers(e, vector, format, isTame ? [result] : [result, x], closer);
    vector.setLane(to!.register, format, result, true);
    code.release(x, result);
  });
}

function packedRoot(format: RealFormat, opcode: number): Lowering {
  return onXmm((e, vector, { operands }) => {
    const { code } = e;
    const { lanes } = format;
    const [to, from] = operands;
    const x = code.temporary(ValueType.V128);
    const result = code.temporary(ValueType.V128);
    vector.read(from!).tee(x).simd(opcode).set(result);
    const closer = {
      name: `vectorRoot${format.name}`,
      parameters: [x, result].map((local) => [local, format] as const),
      zeroFactors: 0,
    };
    const isTame = from!.kind === Kind.XMM && vector.isTame(from!.register, format, lanes);
    requireVectors(e, vector, format, isTame ? [result] : [result, x], lanes, closer);
    code.get(result);
    vector.set(to!.register);
    vector.markTame(to!.register, format, lanes);
    code.release(x, result);
  });
}

type Operations = Readonly<Record<"add" | "sub" | "mul" | "div", Operation>>;

const SINGLES: Operations = {
  add: { closer: "Sum", zeroFactors: 0, scalar: Op.F32_ADD, packed: Simd.F32X4_ADD },
  sub: {
    closer: "Sum",
    zeroFactors: 0,
    scalar: Op.F32_SUB,
    packed: Simd.F32X4_SUB,
    negate: { scalar: Op.F32_NEG, packed: Simd.F32X4_NEG },
  },
  mul: { closer: "Product", zeroFactors: 2, scalar: Op.F32_MUL, packed: Simd.F32X4_MUL },
  div: { closer: "Quotient", zeroFactors: 1, scalar: Op.F32_DIV, packed: Simd.F32X4_DIV },
};

const DOUBLES: Operations = {
  add: { closer: "Sum", zeroFactors: 0, scalar: Op.F64_ADD, packed: Simd.F64X2_ADD },
  sub: {
    closer: "Sum",
    zeroFactors: 0,
    scalar: Op.F64_SUB,
    packed: Simd.F64X2_SUB,
    negate: { scalar: Op.F64_NEG, packed: Simd.F64X2_NEG },
  },
  mul: { closer: "Product", zeroFactors: 2, scalar: Op.F64_MUL, packed: Simd.F64X2_MUL },
  div: { closer: "Quotient", zeroFactors: 1, scalar: Op.F64_DIV, packed: Simd.F64X2_DIV },
};

type Forms<S extends "s" | "d"> = Readonly<Record<`${keyof Operations}${"s" | "p"}${S}`, Lowering>>;

function forms<S extends "s" | "d">(format: RealFormat, suffix: S, operations: Operations): Forms<S> {
  return Object.fromEntries(
    Object.entries<Operation>(operations).flatMap(([name, operation]) => [
      [`${name}s${suffix}`, scalar(format, operation)],
      [`${name}p${suffix}`, packed(format, operation)],
    ]),
  ) as Forms<S>;
}

export const vectorArithmeticLowerings = {
  ...forms(SINGLE, "s", SINGLES),
  ...forms(DOUBLE, "d", DOUBLES),
  sqrtss: scalarRoot(SINGLE, Op.F32_SQRT),
  sqrtsd: scalarRoot(DOUBLE, Op.F64_SQRT),
  sqrtps: packedRoot(SINGLE, Simd.F32X4_SQRT),
  sqrtpd: packedRoot(DOUBLE, Simd.F64X2_SQRT),
} satisfies LoweringMap;
