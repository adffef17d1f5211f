/**
 * Tests that the numbers of an instruction are tame, and that its result is WebAssembly's (runtime/vector-real.ts). Where they are not, the interpreter
 * executes the instruction.
 *
 * Layer beneath: vector-code.ts, runtime/vector-routines.ts.
 */
import type { Emitter } from "../emitter.ts";
import { exponentIndex, type RealFormat } from "../runtime/vector-real.ts";
import { Op, ValueType } from "../wasm/opcodes.ts";
import { Simd } from "../wasm/simd.ts";
import type { VectorCode } from "./vector-code.ts";

/** The routine that looks closer. */
export interface Closer {
  readonly name: string;
  /** Locals of its parameters, numbers or vectors of numbers, with their formats. */
  readonly parameters: readonly (readonly [local: number, format: RealFormat])[];
}

function callAndLeave(e: Emitter, { name, parameters }: Closer, lanes: number): void {
  const { code } = e;
  const isVector = lanes > 0;
  for (let lane = 0; lane < Math.max(lanes, 1); lane++) {
    for (const [local, { extractLane }] of parameters) {
      code.get(local);
      if (isVector) code.lane(extractLane, lane);
    }
    code.call(e.importFunction(name));
    if (lane > 0) code.op(Op.I32_OR);
  }
  e.leaveIf();
}

/** Requires that the closer, at least, accepts the numbers in locals. @param isSigned whether negative ones are accepted at once */
export function requireNumbers(
  e: Emitter,
  vector: VectorCode,
  format: RealFormat,
  numbers: readonly number[],
  closer: Closer,
  isSigned = true,
): void {
  if (numbers.length === 0) return;
  const { code } = e;
  const { span } = vector.acceptance(format);
  numbers.forEach((number, index) => {
    exponentIndex(code.get(number), format, isSigned).get(span).op(Op.I32_GE_U);
    if (index > 0) code.op(Op.I32_OR);
  });
  code.if();
  callAndLeave(e, closer, 0);
  code.end();
}

/** The same for the lowest lanes of vectors in locals. */
export function requireVectors(
  e: Emitter,
  vector: VectorCode,
  format: RealFormat,
  vectors: readonly number[],
  lanes: number,
  closer: Closer,
  isSigned = true,
): void {
  if (vectors.length === 0) return;
  const { code } = e;
  const { lowest, highest } = vector.acceptance(format);
  const magnitude = code.temporary(ValueType.V128);
  vectors.forEach((local, index) => {
    code.get(local);
    if (isSigned) code.simd(format.absolute);
    code.tee(magnitude).get(lowest).simd(format.greater).get(magnitude).get(highest).simd(format.atMost).simd(Simd.V128_AND);
    if (index > 0) code.simd(Simd.V128_AND);
  });
  const all = (1 << lanes) - 1;
  code.simd(format.signs).i32(all);
  if (lanes < format.lanes) code.op(Op.I32_AND).i32(all);
  code.op(Op.I32_NE).if();
  callAndLeave(e, closer, lanes);
  code.end();
  code.release(magnitude);
}
