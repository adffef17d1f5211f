/**
 * FILD, FIST, FISTP, FISTTP and FRNDINT.
 *
 * Layer beneath: x87-value.ts.
 */
import { C1, PE } from "../../cpu/x87/state.ts";
import type { Code } from "../wasm/code.ts";
import { Op, ValueType } from "../wasm/opcodes.ts";
import { BIAS, EXPONENT, shiftOf, SIGN, SPECIAL, type Value } from "./x87-value.ts";

/** Emits the value of an integer, an i64 local. */
export function loadInteger(code: Code, integer: number, result: Value): void {
  const shift = code.temporary(ValueType.I64);
  code.get(integer).op(Op.I64_EQZ).if();
  code.i64(0n).set(result.significand).i32(SPECIAL).set(result.head);
  code.else();
  code.i64(0n).get(integer).op(Op.I64_SUB).get(integer).get(integer).i64(0n).op(Op.I64_LT_S, Op.SELECT).tee(result.significand);
  code.get(result.significand).op(Op.I64_CLZ).tee(shift).op(Op.I64_SHL).set(result.significand);
  code
    .i32(BIAS + 63)
    .get(shift)
    .op(Op.I32_WRAP_I64, Op.I32_SUB);
  code.get(integer).i64(63n).op(Op.I64_SHR_U, Op.I32_WRAP_I64).i32(15).op(Op.I32_SHL, Op.I32_OR).set(result.head);
  code.end();
  code.release(shift);
}

/**
 * Emits the integer magnitude of a number below 2^63, and the flags of the conversion.
 * Leaves the block at `depth` for other operands.
 */
function roundMagnitude(code: Code, a: Value, isTruncated: boolean, integer: number, flags: number, depth: number): void {
  const shift = code.temporary();
  const extra = code.temporary(ValueType.I64);
  const up = code.temporary(ValueType.I64);
  code
    .i32(BIAS + 63)
    .get(a.head)
    .i32(EXPONENT)
    .op(Op.I32_AND, Op.I32_SUB)
    .tee(shift)
    .i32(0)
    .op(Op.I32_LE_S)
    .brIf(depth);
  code
    .get(shift)
    .i32(BIAS + 63)
    .op(Op.I32_NE)
    .get(a.significand)
    .i64(0n)
    .op(Op.I64_GE_S, Op.I32_AND)
    .brIf(depth);
  code.get(shift).i32(64).op(Op.I32_GE_U).if();
  // Below one: only a half and more matters.
  code.get(a.significand).get(a.significand).i64(0n).op(Op.I64_NE, Op.I64_EXTEND_I32_U);
  code.get(shift).i32(64).op(Op.I32_EQ, Op.SELECT).set(extra).i64(0n).set(integer);
  code.else();
  code.get(a.significand).i64(0n).get(shift).op(Op.I64_EXTEND_I32_U, Op.I64_SUB, Op.I64_SHL).set(extra);
  code.get(a.significand).get(shift).op(Op.I64_EXTEND_I32_U, Op.I64_SHR_U).set(integer);
  code.end();
  code.get(extra).i64(0n).op(Op.I64_NE).i32(shiftOf(PE)).op(Op.I32_SHL);
  if (!isTruncated) {
    code.get(extra).i64(63n).op(Op.I64_SHR_U);
    code.get(extra).i64(1n).op(Op.I64_SHL).i64(0n).op(Op.I64_NE, Op.I64_EXTEND_I32_U).get(integer).op(Op.I64_OR, Op.I64_AND);
    code.tee(up).get(integer).op(Op.I64_ADD).set(integer);
    code.get(up).op(Op.I32_WRAP_I64).i32(shiftOf(C1)).op(Op.I32_SHL, Op.I32_OR);
  }
  code.set(flags);
  code.release(shift, extra, up);
}

/** Emits the conversion of a to an integer of so many bits, with its flags; `rare` emits the same for all operands. */
export function storeInteger(
  code: Code,
  a: Value,
  bits: number,
  isTruncated: boolean,
  integer: number,
  flags: number,
  rare: () => void,
): void {
  code.block().block();
  roundMagnitude(code, a, isTruncated, integer, flags, 0);
  // The most negative integer is left to the rare path.
  code
    .get(integer)
    .i64((1n << BigInt(bits - 1)) - 1n)
    .op(Op.I64_GT_U)
    .brIf(0);
  code.i64(0n).get(integer).op(Op.I64_SUB).get(integer).get(a.head).i32(SIGN).op(Op.I32_AND, Op.SELECT).set(integer);
  code.br(1).end();
  rare();
  code.end();
}

/** Emits the nearest integral number; `rare` emits the same for all operands. */
export function roundToIntegral(code: Code, a: Value, result: Value, rare: () => void): void {
  const integer = code.temporary(ValueType.I64);
  const shift = code.temporary(ValueType.I64);
  const flags = code.temporary();
  code.block().block();
  code.get(a.head).i32(SPECIAL).op(Op.I32_AND).brIf(0);
  roundMagnitude(code, a, false, integer, flags, 0);
  code.get(a.head).i32(SIGN).op(Op.I32_AND).get(flags).op(Op.I32_OR).set(result.head);
  code.get(integer).get(integer).op(Op.I64_CLZ).tee(shift).op(Op.I64_SHL).set(result.significand);
  code
    .get(result.head)
    .i32(BIAS + 63)
    .get(shift)
    .op(Op.I32_WRAP_I64, Op.I32_SUB)
    .i32(SPECIAL);
  code.get(integer).i64(0n).op(Op.I64_NE, Op.SELECT, Op.I32_OR).set(result.head);
  code.br(1).end();
  rare();
  code.end();
  code.release(integer, shift, flags);
}
