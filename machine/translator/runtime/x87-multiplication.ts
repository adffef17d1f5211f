/**
 * FMUL: a product of significands from four products of their halves.
 *
 * Layer beneath: x87-value.ts.
 */
import type { Code } from "../wasm/code.ts";
import { Op, ValueType } from "../wasm/opcodes.ts";
import type { Precision } from "./x87-precision.ts";
import { BIAS, EXPONENT, type Inexactness, normalizeByOne, requireNormal, round, SIGN, TOP_BIT, type Value } from "./x87-value.ts";

const LOW_HALF = 0xffffffffn;

/** Emits high and low = a * b, all i64 locals. */
export function multiplyWide(code: Code, a: number, b: number, high: number, low: number): void {
  const isSquare = a === b;
  const highA = code.temporary(ValueType.I64);
  const lowA = code.temporary(ValueType.I64);
  const highB = isSquare ? highA : code.temporary(ValueType.I64);
  const lowB = isSquare ? lowA : code.temporary(ValueType.I64);
  const middle = code.temporary(ValueType.I64);
  const crossed = code.temporary(ValueType.I64);
  code.get(a).i64(32n).op(Op.I64_SHR_U).set(highA).get(a).i64(LOW_HALF).op(Op.I64_AND).set(lowA);
  if (!isSquare) code.get(b).i64(32n).op(Op.I64_SHR_U).set(highB).get(b).i64(LOW_HALF).op(Op.I64_AND).set(lowB);
  code.get(highA).get(lowB).op(Op.I64_MUL).set(crossed);
  code.get(crossed).get(lowA).get(lowB).op(Op.I64_MUL).i64(32n).op(Op.I64_SHR_U, Op.I64_ADD).set(middle);
  code.get(middle).i64(LOW_HALF).op(Op.I64_AND);
  if (isSquare) code.get(crossed);
  else code.get(lowA).get(highB).op(Op.I64_MUL);
  code.op(Op.I64_ADD).set(crossed);
  code.get(highA).get(highB).op(Op.I64_MUL).get(middle).i64(32n).op(Op.I64_SHR_U, Op.I64_ADD);
  code.get(crossed).i64(32n).op(Op.I64_SHR_U, Op.I64_ADD).set(high);
  code.get(a).get(b).op(Op.I64_MUL).set(low);
  code.release(...new Set([highA, lowA, highB, lowB, middle, crossed]));
}

/** Emits result = a * b for normal numbers; `rare` emits the same for all operands. */
export function multiply(
  code: Code,
  a: Value,
  b: Value,
  result: Value,
  rare: () => void,
  precision: Precision,
  inexactness?: Inexactness,
): void {
  const high = code.temporary(ValueType.I64);
  const low = code.temporary(ValueType.I64);
  const exponent = code.temporary();
  const product = { significand: high, extra: low, exponent };
  code.block().block();
  requireNormal(code, a, b, 0);
  code.get(a.head).i32(EXPONENT).op(Op.I32_AND).get(b.head).i32(EXPONENT).op(Op.I32_AND, Op.I32_ADD);
  code.i32(BIAS).op(Op.I32_SUB).set(exponent);
  code.block().block();
  code.get(a.significand).i64(TOP_BIT).op(Op.I64_EQ).brIf(0);
  code.get(b.significand).i64(TOP_BIT).op(Op.I64_EQ).brIf(0);
  multiplyWide(code, a.significand, b.significand, high, low);
  code.get(exponent).i32(1).op(Op.I32_ADD).set(exponent);
  normalizeByOne(code, product);
  code.br(1).end();
  // One of them is a power of two.
  code.get(a.significand).get(b.significand).op(Op.I64_OR).set(high).i64(0n).set(low);
  code.end();
  round(code, product, 0, precision, inexactness);
  code.get(a.head).get(b.head).op(Op.I32_XOR).i32(SIGN).op(Op.I32_AND, Op.I32_OR).set(result.head);
  code.get(high).set(result.significand);
  code.br(1).end();
  rare();
  code.end();
  code.release(high, low, exponent);
}
