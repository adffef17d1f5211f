/**
 * Tests that the numbers of an instruction are tame, and that its result is WebAssembly's (runtime/vector-real.ts).
 * Where they are not, the interpreter
 * executes the instruction.
 *
 * Layer beneath: vector-code.ts, runtime/vector-routines.ts.
 *
 * Numbers that are not accepted at once may still be zeros. While MXCSR is not quiet nothing is accepted: a region
 * that is made for programs
 * without inexact results so far asks a routine then.
 */
import type { Emitter } from "../emitter.ts";
import { isAccepted, type RealFormat } from "../runtime/vector-real.ts";
import { Op, ValueType } from "../wasm/opcodes.ts";
import { Simd } from "../wasm/simd.ts";
import type { VectorCode } from "./vector-code.ts";

/** What is known of the numbers, all in locals: numbers or vectors of them. */
export interface Closer {
  /** The routine that looks closer. */
  readonly name: string;
  readonly parameters: readonly (readonly [local: number, format: RealFormat])[];
  /**
   * The result is 0 only if one of the first parameters is: how many of them; 0 if it can be 0 anyway. The result is
   * the last parameter.
   */
  readonly zeroFactors: number;
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

/** Pushes whether a number in a local is something else than 0. */
function isNotZero(e: Emitter, format: RealFormat, local: number): void {
  format.pushZero(e.code.get(local)).op(format.unequal);
}

/**
 * Leaves the region unless the numbers that are not accepted are zeros, and the result if it is 0 is so for a reason.
 */
function leaveUnlessZero(e: Emitter, vector: VectorCode, format: RealFormat, numbers: readonly number[], closer: Closer): void {
  const { code } = e;
  const { exponents } = vector.acceptance(format);
  code.get(exponents).op(Op.I32_EQZ);
  for (const number of numbers) {
    isAccepted(code.get(number), format, () => void code.get(exponents)).op(Op.I32_EQZ);
    isNotZero(e, format, number);
    code.op(Op.I32_AND, Op.I32_OR);
  }
  const { parameters, zeroFactors } = closer;
  if (zeroFactors > 0) {
    const [result, resultFormat] = parameters[parameters.length - 1]!;
    isNotZero(e, resultFormat, result);
    code.op(Op.I32_EQZ);
    for (const [factor, factorFormat] of parameters.slice(0, zeroFactors)) {
      isNotZero(e, factorFormat, factor);
      code.op(Op.I32_AND);
    }
    code.op(Op.I32_OR);
  }
  e.leaveIf();
}

/** Requires that numbers in locals are tame and that the result is right. */
export function requireNumbers(e: Emitter, vector: VectorCode, format: RealFormat, numbers: readonly number[], closer: Closer): void {
  if (numbers.length === 0) return;
  const { code } = e;
  const { exponents } = vector.acceptance(format);
  code.block().block();
  numbers.forEach((number, index) => {
    isAccepted(code.get(number), format, () => void code.get(exponents));
    if (index < numbers.length - 1) code.op(Op.I32_EQZ).brIf(0);
    else code.brIf(1);
  });
  code.end();
  if (vector.isInexactRecorded) leaveUnlessZero(e, vector, format, numbers, closer);
  else callAndLeave(e, closer, 0);
  code.end();
}

/** Pushes a mask of the lanes in which a vector in a local is accepted. */
function acceptedLanes(e: Emitter, vector: VectorCode, format: RealFormat, local: number): void {
  const { code } = e;
  const { lowest, highest } = vector.acceptance(format);
  const magnitude = code.temporary(ValueType.V128);
  code.get(local).simd(format.absolute).tee(magnitude).get(lowest).simd(format.greater);
  code.get(magnitude).get(highest).simd(format.atMost).simd(Simd.V128_AND);
  code.release(magnitude);
}

function areNotZero(e: Emitter, format: RealFormat, local: number): void {
  e.code.get(local).zeroVector().simd(format.unequalLanes);
}

/** Pushes the sign bits of the lowest lanes of masks. */
function signs(e: Emitter, format: RealFormat, lanes: number): void {
  e.code.simd(format.signs);
  if (lanes < format.lanes) e.code.i32((1 << lanes) - 1).op(Op.I32_AND);
}

function leaveUnlessZeros(
  e: Emitter,
  vector: VectorCode,
  format: RealFormat,
  vectors: readonly number[],
  lanes: number,
  closer: Closer,
): void {
  const { code } = e;
  code.get(vector.acceptance(format).exponents).op(Op.I32_EQZ);
  vectors.forEach((local, index) => {
    areNotZero(e, format, local);
    acceptedLanes(e, vector, format, local);
    code.simd(Simd.V128_ANDNOT);
    if (index > 0) code.simd(Simd.V128_OR);
  });
  signs(e, format, lanes);
  code.op(Op.I32_OR);
  const { parameters, zeroFactors } = closer;
  if (zeroFactors > 0) {
    // Formats may differ, lanes by their numbers correspond.
    const [result, resultFormat] = parameters[parameters.length - 1]!;
    areNotZero(e, resultFormat, result);
    signs(e, resultFormat, lanes);
    code.i32((1 << lanes) - 1).op(Op.I32_XOR);
    for (const [factor, factorFormat] of parameters.slice(0, zeroFactors)) {
      areNotZero(e, factorFormat, factor);
      signs(e, factorFormat, lanes);
      code.op(Op.I32_AND);
    }
    code.op(Op.I32_OR);
  }
  e.leaveIf();
}

/** The same as requireNumbers for the lowest lanes of vectors in locals. */
export function requireVectors(
  e: Emitter,
  vector: VectorCode,
  format: RealFormat,
  vectors: readonly number[],
  lanes: number,
  closer: Closer,
): void {
  if (vectors.length === 0) return;
  const { code } = e;
  vectors.forEach((local, index) => {
    acceptedLanes(e, vector, format, local);
    if (index > 0) code.simd(Simd.V128_AND);
  });
  signs(e, format, lanes);
  code
    .i32((1 << lanes) - 1)
    .op(Op.I32_NE)
    .if();
  if (vector.isInexactRecorded) leaveUnlessZeros(e, vector, format, vectors, lanes, closer);
  else callAndLeave(e, closer, lanes);
  code.end();
}
