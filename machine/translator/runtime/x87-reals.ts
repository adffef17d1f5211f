/**
 * Conversion between register format and the real formats of memory.
 *
 * Layer beneath: x87-value.ts. Source: Intel SDM volume 1, table 8-10.
 */
import { C1, DE, IE, PE } from "../../cpu/x87/state.ts";
import type { Code } from "../wasm/code.ts";
import { Op, ValueType } from "../wasm/opcodes.ts";
import { BIAS, EXPONENT, FLAGS_SHIFT, FROM_DENORMAL, shiftOf, SIGN, SPECIAL, TOP_BIT, type Value } from "./x87-value.ts";

/** A format of memory operands; its bits are in an i64 local. */
export interface RealFormat {
  readonly bits: number;
  readonly fractionBits: number;
  readonly maximumExponent: number;
  readonly bias: number;
}

export const SINGLE: RealFormat = { bits: 32, fractionBits: 23, maximumExponent: 0xff, bias: 127 };
export const DOUBLE: RealFormat = { bits: 64, fractionBits: 52, maximumExponent: 0x7ff, bias: 1023 };

/** Leaves the exponent field. */
function exponentField(code: Code, format: RealFormat, bits: number): Code {
  return code.get(bits).i64(BigInt(format.fractionBits)).op(Op.I64_SHR_U, Op.I32_WRAP_I64).i32(format.maximumExponent).op(Op.I32_AND);
}

/** Leaves the sign, in a head's place. */
function signField(code: Code, format: RealFormat, bits: number): Code {
  return code
    .get(bits)
    .i64(BigInt(format.bits - 16))
    .op(Op.I64_SHR_U, Op.I32_WRAP_I64)
    .i32(SIGN)
    .op(Op.I32_AND);
}

/** Leaves the fraction with its first bit in bit 62, and above it the last bit of the exponent. */
function fraction(code: Code, format: RealFormat, bits: number): Code {
  return code
    .get(bits)
    .i64(BigInt(63 - format.fractionBits))
    .op(Op.I64_SHL);
}

/** Emits the value of a normal number; `rare` emits the same for all operands. */
export function loadReal(code: Code, format: RealFormat, bits: number, result: Value, rare: () => void): void {
  const exponent = code.temporary();
  exponentField(code, format, bits)
    .tee(exponent)
    .i32(1)
    .op(Op.I32_SUB)
    .i32(format.maximumExponent - 1)
    .op(Op.I32_LT_U)
    .if();
  fraction(code, format, bits).i64(TOP_BIT).op(Op.I64_OR).set(result.significand);
  signField(code, format, bits)
    .get(exponent)
    .i32(BIAS - format.bias)
    .op(Op.I32_ADD, Op.I32_OR)
    .set(result.head);
  code.else();
  rare();
  code.end();
  code.release(exponent);
}

/**
 * Emits the value of anything but a normal number.
 * @param isOperand whether it goes into an operation, which reports what is special about it, or else onto the stack
 */
export function loadSpecialReal(code: Code, format: RealFormat, bits: number, isOperand: boolean, result: Value): void {
  const shift = code.temporary(ValueType.I64);
  const { significand, head } = result;
  signField(code, format, bits).i32(SPECIAL).op(Op.I32_OR).set(head);
  fraction(code, format, bits).i64(~TOP_BIT).op(Op.I64_AND).set(significand);
  exponentField(code, format, bits).if();
  code.get(significand).i64(TOP_BIT).op(Op.I64_OR).set(significand).get(head).i32(EXPONENT).op(Op.I32_OR).set(head);
  if (!isOperand) {
    // A signalling NaN becomes quiet.
    code.get(significand).i64(1n).op(Op.I64_SHL).i64(0n).op(Op.I64_GE_S);
    code.get(significand).i64(1n).op(Op.I64_SHL, Op.I64_EQZ, Op.I32_EQZ, Op.I32_AND).if();
    code
      .get(significand)
      .i64(TOP_BIT >> 1n)
      .op(Op.I64_OR)
      .set(significand)
      .get(head)
      .i32(IE << FLAGS_SHIFT)
      .op(Op.I32_OR)
      .set(head);
    code.end();
  }
  code.else();
  code.get(significand).i64(0n).op(Op.I64_NE).if();
  code.get(significand).get(significand).op(Op.I64_CLZ).tee(shift).op(Op.I64_SHL).set(significand);
  code
    .i32(BIAS - format.bias + 1)
    .get(shift)
    .op(Op.I32_WRAP_I64, Op.I32_SUB);
  if (isOperand)
    code
      .i32(FLAGS_SHIFT)
      .op(Op.I32_SHL)
      .i32(FROM_DENORMAL | EXPONENT)
      .op(Op.I32_OR);
  else code.i32((DE << FLAGS_SHIFT) | SPECIAL).op(Op.I32_OR);
  code
    .get(head)
    .op(isOperand ? Op.I32_OR : Op.I32_XOR)
    .set(head);
  code.end();
  code.end();
  code.release(shift);
}

/** Emits the bits and the flags of a number that is normal in both formats; `rare` emits the same for all operands. */
export function storeReal(code: Code, format: RealFormat, a: Value, bits: number, flags: number, rare: () => void): void {
  const discarded = BigInt(63 - format.fractionBits);
  const half = 1n << (discarded - 1n);
  const exponent = code.temporary();
  const rest = code.temporary(ValueType.I64);
  const up = code.temporary(ValueType.I64);
  code.block().block();
  code.get(a.significand).i64(0n).op(Op.I64_GE_S).brIf(0);
  code
    .get(a.head)
    .i32(EXPONENT)
    .op(Op.I32_AND)
    .i32(BIAS - format.bias + 1)
    .op(Op.I32_SUB)
    .tee(exponent);
  code
    .i32(format.maximumExponent - 1)
    .op(Op.I32_GE_U)
    .brIf(0);
  code
    .get(a.significand)
    .i64((half << 1n) - 1n)
    .op(Op.I64_AND)
    .tee(rest);
  code
    .get(a.significand)
    .i64(discarded)
    .op(Op.I64_SHR_U)
    .i64(1n)
    .op(Op.I64_AND, Op.I64_ADD)
    .i64(half - 1n)
    .op(Op.I64_ADD);
  code.i64(discarded).op(Op.I64_SHR_U).set(up);
  // A carry goes on into the exponent, to which the first bit of the significand has added one.
  code.get(a.significand).i64(discarded).op(Op.I64_SHR_U).get(up).op(Op.I64_ADD);
  code.get(exponent).op(Op.I64_EXTEND_I32_U).i64(BigInt(format.fractionBits)).op(Op.I64_SHL, Op.I64_ADD).tee(bits);
  code
    .i64(BigInt(format.maximumExponent) << BigInt(format.fractionBits))
    .op(Op.I64_GE_U)
    .brIf(0);
  code
    .get(a.head)
    .i32(SIGN)
    .op(Op.I32_AND, Op.I64_EXTEND_I32_U)
    .i64(BigInt(format.bits - 16))
    .op(Op.I64_SHL);
  code.get(bits).op(Op.I64_OR).set(bits);
  code.get(rest).i64(0n).op(Op.I64_NE).i32(shiftOf(PE)).op(Op.I32_SHL);
  code.get(up).op(Op.I32_WRAP_I64).i32(shiftOf(C1)).op(Op.I32_SHL, Op.I32_OR).set(flags);
  code.br(1).end();
  rare();
  code.end();
  code.release(exponent, rest, up);
}
