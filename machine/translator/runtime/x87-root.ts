/**
 * FSQRT: the first digit of base 2^32 by a root in double precision, the second by a division, then corrections.
 *
 * Layer beneath: x87-value.ts.
 */
import type { Code } from "../wasm/code.ts";
import { Op, ValueType } from "../wasm/opcodes.ts";
import { multiplyWide } from "./x87-multiplication.ts";
import type { Precision } from "./x87-precision.ts";
import { BIAS, EXPONENT, round, SIGN, SPECIAL, type Value } from "./x87-value.ts";

const LARGEST_DIGIT = 0xffffffffn;
const ABOVE_HALF = 3n << 62n;
const BELOW_HALF = 1n;

/** Emits result = root of a for a positive normal number; `rare` emits the same for all operands. */
export function squareRoot(code: Code, a: Value, result: Value, rare: () => void, precision: Precision): void {
  const high = code.temporary(ValueType.I64);
  const low = code.temporary(ValueType.I64);
  const root = code.temporary(ValueType.I64);
  const rest = code.temporary(ValueType.I64);
  const squareHigh = code.temporary(ValueType.I64);
  const squareLow = code.temporary(ValueType.I64);
  const exponent = code.temporary();
  code.block().block();
  code
    .get(a.head)
    .i32(SIGN | SPECIAL)
    .op(Op.I32_AND)
    .brIf(0);

  // The significand times 2^63 or 2^64, so that the power is even; the root of that has 64 bits.
  code.get(a.head).i32(EXPONENT).op(Op.I32_AND).i32(BIAS).op(Op.I32_SUB).tee(exponent).i32(1).op(Op.I32_AND).if();
  code.get(a.significand).set(high).i64(0n).set(low);
  code.else();
  code.get(a.significand).i64(1n).op(Op.I64_SHR_U).set(high).get(a.significand).i64(63n).op(Op.I64_SHL).set(low);
  code.end();
  code.get(exponent).i32(1).op(Op.I32_SHR_S).i32(BIAS).op(Op.I32_ADD).set(exponent);

  code.get(high).op(Op.F64_CONVERT_I64_U, Op.F64_SQRT, Op.I64_TRUNC_F64_S).set(root);
  code.get(root).i64(LARGEST_DIGIT).op(Op.I64_GT_U).if().i64(LARGEST_DIGIT).set(root).end();
  code.get(high).get(root).get(root).op(Op.I64_MUL, Op.I64_SUB).tee(rest).i64(0n).op(Op.I64_LT_S).if();
  code.get(root).i64(1n).op(Op.I64_SUB).set(root);
  code.get(high).get(root).get(root).op(Op.I64_MUL, Op.I64_SUB).set(rest);
  code.end();
  code.get(rest).i64(31n).op(Op.I64_SHL).get(low).i64(33n).op(Op.I64_SHR_U, Op.I64_OR).get(root).op(Op.I64_DIV_U).tee(rest);
  code.i64(LARGEST_DIGIT).get(rest).i64(LARGEST_DIGIT).op(Op.I64_LT_U, Op.SELECT);
  code.get(root).i64(32n).op(Op.I64_SHL, Op.I64_OR).set(root);

  // The remainder, in high and low.
  multiplyWide(code, root, root, squareHigh, squareLow);
  code.get(high).get(squareHigh).op(Op.I64_SUB).get(low).get(squareLow).op(Op.I64_LT_U, Op.I64_EXTEND_I32_U, Op.I64_SUB).set(high);
  code.get(low).get(squareLow).op(Op.I64_SUB).set(low);
  code.block().loop();
  code.get(high).i64(0n).op(Op.I64_GE_S).brIf(1);
  // Twice the next smaller root, and one, is what its square is smaller by.
  code.get(root).i64(1n).op(Op.I64_SUB).tee(root).i64(63n).op(Op.I64_SHR_U).get(high).op(Op.I64_ADD).set(high);
  code.get(root).i64(1n).op(Op.I64_SHL).i64(1n).op(Op.I64_OR).tee(rest).get(low).op(Op.I64_ADD).tee(low);
  code.get(rest).op(Op.I64_LT_U, Op.I64_EXTEND_I32_U).get(high).op(Op.I64_ADD).set(high);
  code.br(0).end().end();

  // A root is never halfway between two numbers of 64 bits.
  code.i64(ABOVE_HALF).i64(BELOW_HALF).get(high).i64(0n).op(Op.I64_NE).get(low).get(root).op(Op.I64_GT_U, Op.I32_OR, Op.SELECT);
  code.i64(0n).get(high).get(low).op(Op.I64_OR).i64(0n).op(Op.I64_NE, Op.SELECT).set(rest);
  round(code, { significand: root, extra: rest, exponent }, 0, precision);
  code.set(result.head).get(root).set(result.significand);
  code.br(1).end();
  rare();
  code.end();
  code.release(high, low, root, rest, squareHigh, squareLow, exponent);
}
