/**
 * FDIV: two digits of base 2^32 (Knuth, TAOCP 4.3.1, algorithm D).
 *
 * Layer beneath: x87-value.ts.
 */
import type { Code } from "../wasm/code.ts";
import { Op, ValueType } from "../wasm/opcodes.ts";
import type { Precision } from "./x87-precision.ts";
import { BIAS, EXPONENT, requireNormal, round, SIGN, type Value } from "./x87-value.ts";

const LOW_HALF = 0xffffffffn;
/** What stands for a remainder that is more than half the divisor, and for a smaller one. */
const ABOVE_HALF = 3n << 62n;
const BELOW_HALF = 1n;

interface Divisor {
  readonly all: number;
  readonly high: number;
  readonly low: number;
}

/**
 * Divides rest * 2^32 + next by the divisor: emits the digit, and the rest that remains.
 * @param next a local of at most 32 bits, or undefined for 0
 */
function divideDigit(code: Code, rest: number, next: number | undefined, divisor: Divisor, digit: number): void {
  const partial = code.temporary(ValueType.I64);
  const appendNext = (): Code => (next === undefined ? code : code.get(next).op(Op.I64_OR));
  code.get(rest).get(divisor.high).op(Op.I64_DIV_U).set(digit);
  code.get(rest).get(digit).get(divisor.high).op(Op.I64_MUL, Op.I64_SUB).set(partial);
  // The estimate is at most two too large.
  code.block().loop();
  code.get(digit).i64(LOW_HALF).op(Op.I64_LE_U);
  code.get(digit).get(divisor.low).op(Op.I64_MUL).get(partial).i64(32n).op(Op.I64_SHL);
  appendNext().op(Op.I64_LE_U, Op.I32_AND).brIf(1);
  code.get(digit).i64(1n).op(Op.I64_SUB).set(digit);
  code.get(partial).get(divisor.high).op(Op.I64_ADD).tee(partial).i64(LOW_HALF).op(Op.I64_LE_U).brIf(0);
  code.end().end();
  code.get(rest).i64(32n).op(Op.I64_SHL);
  appendNext().get(digit).get(divisor.all).op(Op.I64_MUL, Op.I64_SUB).set(rest);
  code.release(partial);
}

/** Emits result = a / b for normal numbers; `rare` emits the same for all operands. */
export function divide(code: Code, a: Value, b: Value, result: Value, rare: () => void, precision: Precision): void {
  const rest = code.temporary(ValueType.I64);
  const next = code.temporary(ValueType.I64);
  const high = code.temporary(ValueType.I64);
  const low = code.temporary(ValueType.I64);
  const divisor = { all: b.significand, high: code.temporary(ValueType.I64), low: code.temporary(ValueType.I64) };
  const exponent = code.temporary();
  code.block().block();
  requireNormal(code, a, b, 0);
  code.get(b.significand).i64(32n).op(Op.I64_SHR_U).set(divisor.high);
  code.get(b.significand).i64(LOW_HALF).op(Op.I64_AND).set(divisor.low);
  code.get(a.head).i32(EXPONENT).op(Op.I32_AND).get(b.head).i32(EXPONENT).op(Op.I32_AND, Op.I32_SUB).i32(BIAS).op(Op.I32_ADD).set(exponent);
  code.get(a.significand).get(b.significand).op(Op.I64_GE_U).if();
  code.get(a.significand).i64(1n).op(Op.I64_SHR_U).set(rest);
  code.get(a.significand).i64(1n).op(Op.I64_AND).i64(31n).op(Op.I64_SHL).set(next);
  code.else();
  code.get(a.significand).set(rest).i64(0n).set(next);
  code.get(exponent).i32(1).op(Op.I32_SUB).set(exponent);
  code.end();
  divideDigit(code, rest, next, divisor, high);
  divideDigit(code, rest, undefined, divisor, low);
  // A quotient is never halfway between two numbers of 64 bits.
  code.i64(ABOVE_HALF).i64(BELOW_HALF).get(rest).get(b.significand).get(rest).op(Op.I64_SUB, Op.I64_GT_U, Op.SELECT);
  code.i64(0n).get(rest).i64(0n).op(Op.I64_NE, Op.SELECT).set(rest);
  code.get(high).i64(32n).op(Op.I64_SHL).get(low).op(Op.I64_OR).set(high);
  round(code, { significand: high, extra: rest, exponent }, 0, precision);
  code.get(a.head).get(b.head).op(Op.I32_XOR).i32(SIGN).op(Op.I32_AND, Op.I32_OR).set(result.head);
  code.get(high).set(result.significand);
  code.br(1).end();
  rare();
  code.end();
  code.release(rest, next, high, low, divisor.high, divisor.low, exponent);
}
