/**
 * Values of the x87 unit in generated code, and what all operations on them share.
 *
 * A value is two locals: the significand (i64) and the head (i32): sign and exponent as in the 80-bit format
 * in its low half, and in its high half what the operation that made it adds to the status word: exception flags and
 * C1.
 * SPECIAL says that it is not a normal number: zero, denormal, infinity, NaN or no valid encoding.
 * A denormal of a shorter format that is an operand from memory keeps its own kind of head: FROM_DENORMAL, the
 * exponent
 * of its normalized significand from bit 16 on, and the exponent field of a NaN, so that every operation takes its
 * rare
 * path.
 */
import { C1, PE } from "../../cpu/x87/state.ts";
import type { Code } from "../wasm/code.ts";
import { Op, ValueType } from "../wasm/opcodes.ts";
import type { Precision } from "./x87-precision.ts";

export interface Value {
  readonly significand: number;
  readonly head: number;
}

export const BIAS = 16383;
export const SIGN = 0x8000;
export const EXPONENT = 0x7fff;
export const FLAGS_SHIFT = 16;
/** What a head's high half can hold. */
export const FLAGS = C1 | 0x3f;
export const TOP_BIT = 1n << 63n;
export const SPECIAL = 0x40000000;
export const FROM_DENORMAL = 0x80000000 | 0;

export function temporaryValue(code: Code): Value {
  return { significand: code.temporary(ValueType.I64), head: code.temporary() };
}

export function releaseValue(code: Code, value: Value): void {
  code.release(value.significand, value.head);
}

export function getValue(code: Code, value: Value): Code {
  return code.get(value.significand).get(value.head);
}

/** Sets a value from the stack. */
export function setValue(code: Code, value: Value): Code {
  return code.set(value.head).set(value.significand);
}

/** Sets SPECIAL of a value whose head has only sign, exponent and flags. */
export function markSpecial(code: Code, { significand, head }: Value): void {
  code
    .get(head)
    .i32(1)
    .op(Op.I32_ADD)
    .i32(EXPONENT - 1)
    .op(Op.I32_AND, Op.I32_EQZ);
  code.get(significand).i64(0n).op(Op.I64_GE_S, Op.I32_OR).i32(Math.log2(SPECIAL)).op(Op.I32_SHL);
  code.get(head).op(Op.I32_OR).set(head);
}

/** Leaves the block at `depth` unless both operands are normal numbers. */
export function requireNormal(code: Code, a: Value, b: Value, depth: number): void {
  code.get(a.head);
  if (a.head !== b.head) code.get(b.head).op(Op.I32_OR);
  code.i32(SPECIAL).op(Op.I32_AND).brIf(depth);
}

/**
 * Where code that is not in a routine keeps what rounding adds to the status word, because that takes fewer
 * instructions than
 * flags in heads: locals (i64) that collect the bits that were cut off, and that say whether the last result was
 * rounded up.
 */
export interface Inexactness {
  readonly discarded: number;
  readonly up: number;
}

export interface Unrounded {
  /** Normalized. Changed by rounding. */
  readonly significand: number;
  /** 64 bits behind it. Changed by rounding to fewer bits. */
  readonly extra: number;
  /** Biased; changed by rounding. */
  readonly exponent: number;
}

/**
 * Rounds to nearest, and leaves the head without its sign on the stack: the exponent, and flags unless `inexactness`
 * takes them.
 * Leaves the block at `depth` when the exponent is out of range.
 */
export function round(code: Code, unrounded: Unrounded, depth: number, precision: Precision, inexactness?: Inexactness): void {
  const { significand, extra, exponent } = unrounded;
  const up = code.temporary(ValueType.I64);
  if (precision === 64) roundBehind(code, unrounded, up);
  else roundWithin(code, unrounded, up, precision);
  code.get(significand).op(Op.I64_EQZ).if();
  code.i64(TOP_BIT).set(significand).get(exponent).i32(1).op(Op.I32_ADD).set(exponent);
  code.end();
  code.get(exponent).i32(1).op(Op.I32_SUB).i32(0x7ffe).op(Op.I32_GE_U).brIf(depth);
  code.get(exponent);
  if (inexactness === undefined) {
    code.get(extra).i64(0n).op(Op.I64_NE).i32(shiftOf(PE)).op(Op.I32_SHL, Op.I32_OR);
    code.get(up).op(Op.I32_WRAP_I64).i32(shiftOf(C1)).op(Op.I32_SHL, Op.I32_OR);
  } else {
    const { discarded } = inexactness;
    code.get(discarded).get(extra).op(Op.I64_OR).set(discarded).get(up).set(inexactness.up);
  }
  code.release(up);
}

/** Rounds to all bits of the significand, which becomes 0 when it overflows. Sets `up` to what was added. */
function roundBehind(code: Code, { significand, extra }: Unrounded, up: number): void {
  code.get(extra).i64(63n).op(Op.I64_SHR_U).set(up);
  // Just a half goes to the even neighbour.
  code.get(extra).i64(TOP_BIT).op(Op.I64_EQ).if().get(significand).i64(1n).op(Op.I64_AND).set(up).end();
  code.get(up).get(significand).op(Op.I64_ADD).set(significand);
}

/** The same to fewer bits. Leaves in `extra` what was cut off. */
function roundWithin(code: Code, { significand, extra }: Unrounded, up: number, precision: Precision): void {
  const last = BigInt(64 - precision);
  const unit = 1n << last;
  // The last bit stands for all behind it.
  code.get(significand).get(extra).i64(0n).op(Op.I64_NE, Op.I64_EXTEND_I32_U, Op.I64_OR).set(significand);
  code
    .get(significand)
    .i64(unit - 1n)
    .op(Op.I64_AND)
    .set(extra);
  // What is added carries into an odd number from a half on, into an even one above it.
  code.get(significand).get(significand).i64(last).op(Op.I64_SHR_U).i64(1n).op(Op.I64_AND, Op.I64_ADD);
  code
    .i64(unit / 2n - 1n)
    .op(Op.I64_ADD)
    .tee(up)
    .i64(-unit)
    .op(Op.I64_AND);
  code.get(up).get(significand).op(Op.I64_XOR).i64(last).op(Op.I64_SHR_U).i64(1n).op(Op.I64_AND).set(up);
  code.set(significand);
}

/**
 * Normalizes a significand, with 64 bits behind it, of which the first or the second bit is 1.
 * Shifts by a constant, because others take more instructions in V8's code.
 */
export function normalizeByOne(code: Code, { significand, extra, exponent }: Unrounded): void {
  const isNormal = code.temporary();
  const doubled = code.temporary(ValueType.I64);
  code.get(significand).get(significand).op(Op.I64_ADD).get(extra).i64(63n).op(Op.I64_SHR_U, Op.I64_ADD).set(doubled);
  code.get(significand).i64(0n).op(Op.I64_LT_S).set(isNormal);
  code.get(exponent).get(significand).i64(63n).op(Op.I64_SHR_U, Op.I32_WRAP_I64, Op.I32_ADD).i32(1).op(Op.I32_SUB).set(exponent);
  code.get(extra).get(extra).get(extra).op(Op.I64_ADD).get(isNormal).op(Op.SELECT).set(extra);
  code.get(significand).get(doubled).get(isNormal).op(Op.SELECT).set(significand);
  code.release(isNormal, doubled);
}

/** Position of a status flag in a head. */
export function shiftOf(flag: number): number {
  return FLAGS_SHIFT + 31 - Math.clz32(flag);
}
