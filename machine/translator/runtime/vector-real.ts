/**
 * The formats of the vector unit's numbers in generated code, and tests of MXCSR.
 *
 * Layer beneath: wasm/. WebAssembly rounds to nearest and reports no exceptions, so its results are those of the
 * processor while
 * MXCSR has its usual state, the one that QUIET describes, and operands and results are *tame*: normal numbers or
 * zeros. Then
 * nothing can happen but that a result is inexact, which is recorded already.
 */
import { Word } from "../../cpu/registers.ts";
import { Mxcsr } from "../../cpu/vector/float/mxcsr.ts";
import type { Code } from "../wasm/code.ts";
import { Op, ValueType } from "../wasm/opcodes.ts";
import { Simd } from "../wasm/simd.ts";

const WORD_BYTES = 4;

export interface RealFormat {
  /** As in the names of routines. */
  readonly name: string;
  readonly bytes: number;
  /** In a vector. */
  readonly lanes: number;
  readonly type: typeof ValueType.F32 | typeof ValueType.F64;
  /** The exponent field of infinities. */
  readonly exponents: number;
  readonly load: number;
  readonly loadZero: number;
  readonly extractLane: number;
  readonly replaceLane: number;
  readonly absolute: number;
  readonly greater: number;
  readonly atMost: number;
  readonly signs: number;
  readonly unequal: number;
  readonly unequalLanes: number;
  /** Pops a number, pushes its sign and exponent. */
  pushHead(code: Code): Code;
  pushZero(code: Code): Code;
}

export const SINGLE: RealFormat = {
  name: "Single",
  bytes: 4,
  lanes: 4,
  type: ValueType.F32,
  exponents: 0xff,
  load: Op.F32_LOAD,
  loadZero: Simd.V128_LOAD32_ZERO,
  extractLane: Simd.F32X4_EXTRACT_LANE,
  replaceLane: Simd.F32X4_REPLACE_LANE,
  absolute: Simd.F32X4_ABS,
  greater: Simd.F32X4_GT,
  atMost: Simd.F32X4_LE,
  signs: Simd.I32X4_BITMASK,
  unequal: Op.F32_NE,
  unequalLanes: Simd.F32X4_NE,
  pushHead: (code) => code.op(Op.I32_REINTERPRET_F32).i32(23).op(Op.I32_SHR_U),
  pushZero: (code) => code.i32(0).op(Op.F32_REINTERPRET_I32),
};

export const DOUBLE: RealFormat = {
  name: "Double",
  bytes: 8,
  lanes: 2,
  type: ValueType.F64,
  exponents: 0x7ff,
  load: Op.F64_LOAD,
  loadZero: Simd.V128_LOAD64_ZERO,
  extractLane: Simd.F64X2_EXTRACT_LANE,
  replaceLane: Simd.F64X2_REPLACE_LANE,
  absolute: Simd.F64X2_ABS,
  greater: Simd.F64X2_GT,
  atMost: Simd.F64X2_LE,
  signs: Simd.I64X2_BITMASK,
  unequal: Op.F64_NE,
  unequalLanes: Simd.F64X2_NE,
  pushHead: (code) => code.op(Op.I64_REINTERPRET_F64).i64(52n).op(Op.I64_SHR_U, Op.I32_WRAP_I64),
  pushZero: (code) => code.f64(0),
};

/**
 * Behind an addition of 1, the exponents of accepted numbers have one of these bits; those of zeros and of the lowest
 * numbers, infinities and
 * NaNs do not. The lowest normal numbers are not accepted at once because results may be rounded to them from below.
 */
export function acceptedExponents({ exponents }: RealFormat): number {
  return exponents & ~3;
}

/**
 * Pops a number, pushes not 0 when it is accepted. @param pushExponents pushes acceptedExponents, or 0 to accept
 * nothing
 */
export function isAccepted(code: Code, format: RealFormat, pushExponents: () => void): Code {
  format.pushHead(code).i32(1).op(Op.I32_ADD);
  pushExponents();
  return code.op(Op.I32_AND);
}

/** Pushes the lowest normal number in all lanes. */
export function lowestNormal(code: Code, { lanes }: RealFormat): Code {
  if (lanes === SINGLE.lanes) return code.i32(1 << 23).simd(Simd.I32X4_SPLAT);
  return code.f64(2 ** -1022).simd(Simd.F64X2_SPLAT);
}

/** Pushes the highest finite number in all lanes. */
export function highestFinite(code: Code, { lanes }: RealFormat): Code {
  if (lanes === SINGLE.lanes) return code.i32(0x7f7fffff).simd(Simd.I32X4_SPLAT);
  return code.f64(Number.MAX_VALUE).simd(Simd.F64X2_SPLAT);
}

const { INEXACT, MASK_SHIFT } = Mxcsr;
const EXCEPTIONS = 0x3f;
const DEFAULT = EXCEPTIONS << MASK_SHIFT;

function mxcsr(code: Code, file: number): Code {
  return code.loadAt(file + Word.MXCSR * WORD_BYTES);
}

/**
 * Pushes whether all exceptions are masked, rounding is to nearest, and denormals are respected. @param file address
 * of the register file
 */
export function hasDefaults(code: Code, file: number): Code {
  return mxcsr(code, file).i32(~EXCEPTIONS).op(Op.I32_AND).i32(DEFAULT).op(Op.I32_EQ);
}

/** Pushes not 0 when an inexact result is recorded. */
export function isInexactRecorded(code: Code, file: number): Code {
  return mxcsr(code, file).i32(INEXACT).op(Op.I32_AND);
}

/** Pushes whether both hold. */
export function isQuiet(code: Code, file: number): Code {
  return mxcsr(code, file)
    .i32(~(EXCEPTIONS & ~INEXACT))
    .op(Op.I32_AND)
    .i32(DEFAULT | INEXACT)
    .op(Op.I32_EQ);
}
