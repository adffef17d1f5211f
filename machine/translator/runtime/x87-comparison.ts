/**
 * FCOM and its relatives.
 *
 * Layer beneath: x87-value.ts.
 */
import { C0, C3 } from "../../cpu/x87/state.ts";
import type { Code } from "../wasm/code.ts";
import { Op } from "../wasm/opcodes.ts";
import { EXPONENT, requireNormal, SIGN, type Value } from "./x87-value.ts";

/**
 * Emits the condition codes (C0 less, C3 equal) of normal numbers into a local; `rare` emits codes and flags of all.
 */
export function compare(code: Code, a: Value, b: Value, codes: number, rare: () => void): void {
  code.block().block();
  requireNormal(code, a, b, 0);
  compareNormal(code, a, b, codes);
  code.br(1).end();
  rare();
  code.end();
}

function exponent(code: Code, value: Value): Code {
  return code.get(value.head).i32(EXPONENT).op(Op.I32_AND);
}

/** Runs to its end, or leaves the two blocks around it. */
function compareNormal(code: Code, a: Value, b: Value, codes: number): void {
  const difference = code.temporary();
  // With unlike signs, a negative number is less.
  code.get(a.head).i32(SIGN).op(Op.I32_AND).set(codes);
  code.get(a.head).get(b.head).op(Op.I32_XOR).tee(difference).i32(SIGN).op(Op.I32_AND, Op.I32_EQZ).if();
  code.get(difference).i32(EXPONENT).op(Op.I32_AND).if();
  exponent(code, a);
  exponent(code, b).op(Op.I32_LT_U);
  code.get(codes).i32(0).op(Op.I32_NE, Op.I32_XOR).set(codes);
  code.else();
  code.get(a.significand).get(b.significand).op(Op.I64_EQ).if();
  code.i32(C3).set(codes).br(4);
  code.end();
  code.get(a.significand).get(b.significand).op(Op.I64_LT_U);
  code.get(codes).i32(0).op(Op.I32_NE, Op.I32_XOR).set(codes);
  code.end();
  code.end();
  code.i32(C0).i32(0).get(codes).op(Op.SELECT).set(codes);
  code.release(difference);
}
