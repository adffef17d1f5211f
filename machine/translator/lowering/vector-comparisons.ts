/**
 * MIN MAX CMP COMIS UCOMIS of SSE and SSE2. Source: Intel SDM vol. 2.
 *
 * Layer beneath: vector-numbers.ts. Comparisons of tame numbers raise nothing; those with NaNs are the interpreter's.
 */
import { type Instruction, Kind } from "../../cpu/instruction.ts";
import type { Emitter } from "../emitter.ts";
import { DOUBLE, type RealFormat, SINGLE } from "../runtime/vector-real.ts";
import type { Code } from "../wasm/code.ts";
import { Op, ValueType } from "../wasm/opcodes.ts";
import { Simd } from "../wasm/simd.ts";
import type { Lowering, LoweringMap } from "./lowering.ts";
import type { VectorCode } from "./vector-code.ts";
import { requireNumbers, requireVectors } from "./vector-numbers.ts";
import { onXmm } from "./vector-operands.ts";

/** Both operands are tame behind this. @param y vector in a local */
function requireOperands(e: Emitter, vector: VectorCode, { operands }: Instruction, format: RealFormat, lanes: number, y: number): void {
  const { code } = e;
  const [first, second] = operands;
  const x = vector.local(first!.register);
  const untamed: number[] = [];
  if (!vector.isTame(first!.register, format, lanes)) untamed.push(x);
  if (second!.kind !== Kind.XMM || !vector.isTame(second!.register, format, lanes)) untamed.push(y);
  const name = `vectorOperands${format.name}`;
  if (lanes === 1) {
    const numbers = untamed.map((local) => {
      const number = code.temporary(format.type);
      code.get(local).lane(format.extractLane, 0).set(number);
      return number;
    });
    const [one, other] = [numbers[0]!, numbers[1] ?? numbers[0]!];
    requireNumbers(e, vector, format, numbers, { name, parameters: [one, other].map((local) => [local, format]), zeroFactors: 0 });
    code.release(...numbers);
  } else {
    requireVectors(e, vector, format, untamed, lanes, { name, parameters: [x, y].map((local) => [local, format]), zeroFactors: 0 });
  }
  vector.markTame(first!.register, format, lanes);
  if (second!.kind === Kind.XMM) vector.markTame(second!.register, format, lanes);
}

/** `combine` finds source and destination on the stack, in this order, and leaves the result. */
function lowering(format: RealFormat, lanes: number, isNumber: boolean, combine: (code: Code, predicate: number) => void): Lowering {
  return onXmm((e, vector, instruction) => {
    const { code } = e;
    const [to, from] = instruction.operands;
    const { register } = to!;
    const y = code.temporary(ValueType.V128);
    if (lanes === 1) vector.readLane(from!, format).set(y);
    else vector.read(from!).set(y);
    requireOperands(e, vector, instruction, format, lanes, y);
    code.get(y);
    vector.get(register);
    combine(code, instruction.operands[2]?.value ?? 0);
    if (lanes === 1) {
      const result = code.temporary(format.type);
      code.lane(format.extractLane, 0).set(result);
      vector.setLane(register, format, result, isNumber);
      code.release(result);
    } else {
      vector.set(register);
      if (isNumber) vector.markTame(register, format, lanes);
    }
    code.release(y);
  });
}

interface Comparisons {
  readonly equal: number;
  readonly unequal: number;
  readonly less: number;
  readonly lessOrEqual: number;
  readonly greater: number;
  readonly greaterOrEqual: number;
}

/** Pops y and x of tame numbers, pushes masks. What is not said of unordered operands does not matter. */
function compare(code: Code, comparisons: Comparisons, predicate: number): void {
  const { equal, unequal, less, lessOrEqual, greater, greaterOrEqual } = comparisons;
  // The operands are on the stack in the other order: y has to be greater for x to be less.
  const opcodes = [equal, greater, greaterOrEqual, undefined, unequal, lessOrEqual, less];
  const opcode = opcodes[predicate & 7];
  if (opcode !== undefined) code.simd(opcode);
  // UNORD holds for none of them, ORD for all.
  else
    code
      .op(Op.DROP, Op.DROP)
      .i32((predicate & 7) === 3 ? 0 : -1)
      .simd(Simd.I32X4_SPLAT);
}

const SINGLE_COMPARISONS: Comparisons = {
  equal: Simd.F32X4_EQ,
  unequal: Simd.F32X4_NE,
  less: Simd.F32X4_LT,
  lessOrEqual: Simd.F32X4_LE,
  greater: Simd.F32X4_GT,
  greaterOrEqual: Simd.F32X4_GE,
};

const DOUBLE_COMPARISONS: Comparisons = {
  equal: Simd.F64X2_EQ,
  unequal: Simd.F64X2_NE,
  less: Simd.F64X2_LT,
  lessOrEqual: Simd.F64X2_LE,
  greater: Simd.F64X2_GT,
  greaterOrEqual: Simd.F64X2_GE,
};

/** The flags keep the operands. */
function toFlags(format: RealFormat): Lowering {
  return onXmm((e, vector, instruction) => {
    const { code } = e;
    const [first, second] = instruction.operands;
    const y = code.temporary(ValueType.V128);
    vector.readLane(second!, format).set(y);
    requireOperands(e, vector, instruction, format, 1, y);
    const numbers = vector.compared(format);
    vector.get(first!.register).lane(format.extractLane, 0).set(numbers.first);
    code.get(y).lane(format.extractLane, 0).set(numbers.second);
    e.flags.setNumbers(numbers);
    code.release(y);
  });
}

const singleFlags = toFlags(SINGLE);
const doubleFlags = toFlags(DOUBLE);

type Forms<S extends "s" | "d"> = Readonly<Record<`${"min" | "max" | "cmp"}${"s" | "p"}${S}`, Lowering>>;

function forms<S extends "s" | "d">(format: RealFormat, suffix: S, minimum: number, maximum: number, comparisons: Comparisons): Forms<S> {
  const shapes = [
    { shape: "s", lanes: 1 },
    { shape: "p", lanes: format.lanes },
  ];
  return Object.fromEntries(
    shapes.flatMap(({ shape, lanes }) => [
      [`min${shape}${suffix}`, lowering(format, lanes, true, (code) => void code.simd(minimum))],
      [`max${shape}${suffix}`, lowering(format, lanes, true, (code) => void code.simd(maximum))],
      [`cmp${shape}${suffix}`, lowering(format, lanes, false, (code, predicate) => compare(code, comparisons, predicate))],
    ]),
  ) as Forms<S>;
}

export const vectorComparisonLowerings = {
  // These have MIN's and MAX's idea of equal zeros: the first one on the stack is returned.
  ...forms(SINGLE, "s", Simd.F32X4_PMIN, Simd.F32X4_PMAX, SINGLE_COMPARISONS),
  ...forms(DOUBLE, "d", Simd.F64X2_PMIN, Simd.F64X2_PMAX, DOUBLE_COMPARISONS),
  comiss: singleFlags,
  ucomiss: singleFlags,
  comisd: doubleFlags,
  ucomisd: doubleFlags,
} satisfies LoweringMap;
