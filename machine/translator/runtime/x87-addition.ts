/**
 * FADD and FSUB: align, add or subtract, normalize, round.
 *
 * Layer beneath: x87-value.ts.
 */
import type { Code } from "../wasm/code.ts";
import { Op, ValueType } from "../wasm/opcodes.ts";
import type { Precision } from "./x87-precision.ts";
import { EXPONENT, type Inexactness, normalizeByOne, requireNormal, round, SIGN, TOP_BIT, type Value } from "./x87-value.ts";

/** Twice a normal number is exact in full precision. */
function double(code: Code, a: Value, exponent: number, result: Value, depth: number): void {
  code
    .get(a.head)
    .i32(EXPONENT)
    .op(Op.I32_AND)
    .tee(exponent)
    .i32(EXPONENT - 1)
    .op(Op.I32_EQ)
    .brIf(depth);
  code.get(exponent).i32(1).op(Op.I32_ADD).get(a.head).i32(SIGN).op(Op.I32_AND, Op.I32_OR).set(result.head);
  code.get(a.significand).set(result.significand);
}

/** Emits result = a + b, or a - b, for normal numbers; `rare` emits the same for all operands. */
export function add(
  code: Code,
  a: Value,
  b: Value,
  isSubtraction: boolean,
  result: Value,
  rare: () => void,
  precision: Precision,
  inexactness?: Inexactness,
): void {
  const larger = code.temporary(ValueType.I64);
  const smaller = code.temporary(ValueType.I64);
  const extra = code.temporary(ValueType.I64);
  const shift = code.temporary(ValueType.I64);
  const sum = code.temporary(ValueType.I64);
  const exponent = code.temporary();
  const sign = code.temporary();
  const distance = code.temporary();
  const signs = code.temporary();
  const unrounded = { significand: sum, extra, exponent };
  const temporaries = [larger, smaller, extra, shift, sum, exponent, sign, distance, signs];
  code.block().block();
  requireNormal(code, a, b, 0);
  if (a === b && !isSubtraction && precision === 64) {
    double(code, a, exponent, result, 0);
    code.br(1).end();
    rare();
    code.end();
    code.release(...temporaries);
    return;
  }

  code.get(a.head).get(b.head).op(Op.I32_XOR).i32(SIGN).op(Op.I32_AND);
  if (isSubtraction) code.i32(SIGN).op(Op.I32_XOR);
  code.set(signs);
  code.get(a.head).i32(EXPONENT).op(Op.I32_AND).tee(exponent);
  code.get(b.head).i32(EXPONENT).op(Op.I32_AND, Op.I32_SUB).tee(distance).i32(0).op(Op.I32_LT_S).if();
  code.get(b.significand).set(larger).get(a.significand).set(smaller);
  code.get(b.head).i32(EXPONENT).op(Op.I32_AND).set(exponent);
  code.i32(0).get(distance).op(Op.I32_SUB).set(distance);
  code.get(a.head).i32(SIGN).op(Op.I32_AND).get(signs).op(Op.I32_XOR).set(sign);
  code.else();
  code.get(a.significand).set(larger).get(b.significand).set(smaller);
  code.get(a.head).i32(SIGN).op(Op.I32_AND).set(sign);
  code.end();

  code.get(distance).i32(64).op(Op.I32_GE_U).if();
  // Behind the last bit that is kept, and the one that a difference may need: anything but zero is as good as one.
  code.get(distance).i32(64).op(Op.I32_SUB, Op.I64_EXTEND_I32_U).set(shift);
  code.get(smaller).get(shift).op(Op.I64_SHR_U).get(smaller).get(shift).op(Op.I64_AND, Op.I64_OR);
  code.i64(1n).get(shift).i64(2n).op(Op.I64_LT_U, Op.SELECT).set(extra).i64(0n).set(smaller);
  code.else();
  code.get(smaller).i64(1n).op(Op.I64_SHL).get(distance).i32(63).op(Op.I32_XOR, Op.I64_EXTEND_I32_U, Op.I64_SHL).set(extra);
  code.get(smaller).get(distance).op(Op.I64_EXTEND_I32_U, Op.I64_SHR_U).set(smaller);
  code.end();

  code.get(signs).if();
  code.get(larger).get(smaller).op(Op.I64_SUB).get(extra).i64(0n).op(Op.I64_NE, Op.I64_EXTEND_I32_U, Op.I64_SUB).tee(sum);
  code.get(larger).op(Op.I64_GT_U).if();
  // Only without a distance.
  code.i64(0n).get(sum).op(Op.I64_SUB).set(sum).get(sign).i32(SIGN).op(Op.I32_XOR).set(sign);
  code.end();
  code.i64(0n).get(extra).op(Op.I64_SUB).set(extra);
  code.get(sum).i64(62n).op(Op.I64_SHR_U, Op.I64_EQZ).if();
  code.get(sum).op(Op.I64_EQZ).brIf(2);
  code.get(sum).op(Op.I64_CLZ).set(shift);
  code.get(sum).get(shift).op(Op.I64_SHL);
  code.get(extra).i64(1n).op(Op.I64_SHR_U).get(shift).i64(63n).op(Op.I64_XOR, Op.I64_SHR_U, Op.I64_OR).set(sum);
  code.get(extra).get(shift).op(Op.I64_SHL).set(extra);
  code.get(exponent).get(shift).op(Op.I32_WRAP_I64, Op.I32_SUB).set(exponent);
  code.else();
  normalizeByOne(code, unrounded);
  code.end();
  code.else();
  code.get(larger).get(smaller).op(Op.I64_ADD).tee(sum).get(larger).op(Op.I64_LT_U).tee(distance);
  code.get(exponent).op(Op.I32_ADD).set(exponent);
  code.get(extra).i64(1n).op(Op.I64_SHR_U).get(extra).i64(1n).op(Op.I64_AND, Op.I64_OR).get(sum).i64(63n).op(Op.I64_SHL, Op.I64_OR);
  code.get(extra).get(distance).op(Op.SELECT).set(extra);
  code.get(sum).i64(1n).op(Op.I64_SHR_U).i64(TOP_BIT).op(Op.I64_OR).get(sum).get(distance).op(Op.SELECT).set(sum);
  code.end();

  round(code, unrounded, 0, precision, inexactness);
  code.get(sign).op(Op.I32_OR).set(result.head).get(sum).set(result.significand);
  code.br(1).end();
  rare();
  code.end();
  code.release(...temporaries);
}
