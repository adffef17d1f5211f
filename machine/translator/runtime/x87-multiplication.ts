/**
 * FMUL: a product of significands from four products of their halves.
 *
 * Layer beneath: x87-value.ts.
 */
import type { Code } from "../wasm/code.ts";
import { Op, ValueType } from "../wasm/opcodes.ts";
import { BIAS, EXPONENT, requireNormal, round, SIGN, temporaryValue, type Value, releaseValue } from "./x87-value.ts";

const LOW_HALF = 0xffffffffn;

/** Emits high and low = a * b, all i64 locals. */
export function multiplyWide(code: Code, a: number, b: number, high: number, low: number): void {
  const [highA, highB, middle, crossed] = [ValueType.I64, ValueType.I64, ValueType.I64, ValueType.I64].map((type) =>
    code.temporary(type),
  ) as [number, number, number, number];
  const [lowA, lowB] = [code.temporary(ValueType.I64), code.temporary(ValueType.I64)];
  code.get(a).i64(32n).op(Op.I64_SHR_U).set(highA);
  code.get(b).i64(32n).op(Op.I64_SHR_U).set(highB);
  code.get(a).i64(LOW_HALF).op(Op.I64_AND).set(lowA);
  code.get(b).i64(LOW_HALF).op(Op.I64_AND).set(lowB);
  code.get(lowA).get(lowB).op(Op.I64_MUL).set(low);
  code.get(highA).get(lowB).op(Op.I64_MUL).get(low).i64(32n).op(Op.I64_SHR_U, Op.I64_ADD).set(middle);
  code.get(lowA).get(highB).op(Op.I64_MUL).get(middle).i64(LOW_HALF).op(Op.I64_AND, Op.I64_ADD).set(crossed);
  code.get(highA).get(highB).op(Op.I64_MUL).get(middle).i64(32n).op(Op.I64_SHR_U, Op.I64_ADD);
  code.get(crossed).i64(32n).op(Op.I64_SHR_U, Op.I64_ADD).set(high);
  code.get(a).get(b).op(Op.I64_MUL).set(low);
  code.release(highA, highB, middle, crossed, lowA, lowB);
}

/** Emits result = a * b for normal numbers; `rare` emits the same for all operands. */
export function multiply(code: Code, a: Value, b: Value, result: Value, rare: () => void): void {
  const high = code.temporary(ValueType.I64);
  const low = code.temporary(ValueType.I64);
  const shift = code.temporary(ValueType.I64);
  const exponent = code.temporary();
  const product = temporaryValue(code);
  code.block().block();
  requireNormal(code, a, b, 0);
  multiplyWide(code, a.significand, b.significand, high, low);
  // The product of numbers from 1 up to 2 has its first bit in one of two places.
  code.get(high).i64(63n).op(Op.I64_SHR_U).i64(1n).op(Op.I64_XOR).set(shift);
  code.get(a.head).i32(EXPONENT).op(Op.I32_AND).get(b.head).i32(EXPONENT).op(Op.I32_AND, Op.I32_ADD);
  code
    .i32(BIAS - 1)
    .op(Op.I32_SUB)
    .get(shift)
    .op(Op.I32_WRAP_I64, Op.I32_SUB)
    .set(exponent);
  code.get(high).get(shift).op(Op.I64_SHL).get(low).i64(63n).op(Op.I64_SHR_U).get(shift).op(Op.I64_AND, Op.I64_OR).set(product.significand);
  code.get(low).get(shift).op(Op.I64_SHL).set(low);
  round(code, { significand: product.significand, extra: low, exponent }, 0);
  code.get(a.head).get(b.head).op(Op.I32_XOR).i32(SIGN).op(Op.I32_AND, Op.I32_OR).set(result.head);
  code.get(product.significand).set(result.significand);
  code.br(1).end();
  rare();
  code.end();
  code.release(high, low, shift, exponent);
  releaseValue(code, product);
}
