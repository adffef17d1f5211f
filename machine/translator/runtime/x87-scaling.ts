/**
 * FSCALE and FXAM, which look at exponents.
 *
 * Layer beneath: x87-value.ts.
 */
import { C1, C2 } from "../../cpu/x87/state.ts";
import type { Code } from "../wasm/code.ts";
import { Op } from "../wasm/opcodes.ts";
import { BIAS, EXPONENT, requireNormal, shiftOf, SIGN, SPECIAL, type Value } from "./x87-value.ts";

/** Larger powers of two bring every number out of range. */
const MAX_POWER_BITS = 16;

/** Emits result = a * 2^truncate(b) for normal numbers; `rare` emits the same for all operands. */
export function scale(code: Code, a: Value, b: Value, result: Value, rare: () => void): void {
  const power = code.temporary();
  code.block().block();
  requireNormal(code, a, b, 0);
  code.get(b.head).i32(EXPONENT).op(Op.I32_AND).i32(BIAS).op(Op.I32_SUB).tee(power).i32(MAX_POWER_BITS).op(Op.I32_GE_S).brIf(0);
  code.get(b.significand).i32(63).get(power).op(Op.I32_SUB, Op.I64_EXTEND_I32_U, Op.I64_SHR_U, Op.I32_WRAP_I64);
  code.i32(0).get(power).i32(0).op(Op.I32_GE_S, Op.SELECT).set(power);
  code.i32(0).get(power).op(Op.I32_SUB).get(power).get(b.head).i32(SIGN).op(Op.I32_AND, Op.SELECT);
  code.get(a.head).i32(EXPONENT).op(Op.I32_AND, Op.I32_ADD).tee(power).i32(1).op(Op.I32_SUB).i32(0x7ffe).op(Op.I32_GE_U).brIf(0);
  code.get(power).get(a.head).i32(SIGN).op(Op.I32_AND, Op.I32_OR).set(result.head);
  code.get(a.significand).set(result.significand);
  code.br(1).end();
  rare();
  code.end();
  code.release(power);
}

/** Emits condition codes, and C1 in its place in a head; `rare` emits the same for what is no normal number. */
export function examine(code: Code, a: Value, codes: number, rare: () => void): void {
  code.get(a.head).i32(SPECIAL).op(Op.I32_AND).if();
  rare();
  code.else();
  code
    .get(a.head)
    .i32(SIGN)
    .op(Op.I32_AND)
    .i32(shiftOf(C1) - Math.log2(SIGN))
    .op(Op.I32_SHL)
    .i32(C2)
    .op(Op.I32_OR)
    .set(codes);
  code.end();
}
