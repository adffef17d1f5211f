/**
 * MUL IMUL DIV IDIV. Source: Intel SDM vol. 2; undefined flags as in cpu/multiply.ts.
 *
 * Divisions that fault leave the region before anything has changed.
 */
import { Flag } from "../../cpu/flags.ts";
import type { Emitter } from "../emitter.ts";
import type { Size } from "../general-registers.ts";
import { Op, ValueType } from "../wasm/opcodes.ts";
import type { Lowering, LoweringMap } from "./lowering.ts";

const { CF, OF } = Flag;
const OVERFLOW = CF | OF;
const EAX = 0;
const EDX = 2;
const AL = 0;
const AH = 4;
const MOST_NEGATIVE = -0x80000000;

/**
 * Sets the flags of a product: `pushIsWide` pushes whether its upper half matters; the others follow the lower half,
 * in a local.
 */
function setFlags(e: Emitter, size: Size, low: number, pushIsWide: () => void): void {
  if (e.live === 0) return;
  const { code } = e;
  if ((e.live & OVERFLOW) === 0) {
    code.i32(0);
  } else {
    code.i32(OVERFLOW).i32(0);
    pushIsWide();
    code.op(Op.SELECT);
  }
  e.flags.setMixed(32 - 8 * size, low);
}

function extend(e: Emitter, size: Size): void {
  if (size !== 4) e.code.op(size === 1 ? Op.I32_EXTEND8_S : Op.I32_EXTEND16_S);
}

/** Products of 8 and 16 bits fit into a word. */
function multiplySmall(e: Emitter, size: 1 | 2, isSigned: boolean): void {
  const { code } = e;
  const product = code.temporary();
  e.read(0);
  if (isSigned) extend(e, size);
  e.getRegister(EAX, size);
  if (isSigned) extend(e, size);
  code.op(Op.I32_MUL).set(product);
  code.get(product);
  e.setRegister(EAX, 2);
  if (size === 2) {
    code.get(product).i32(16).op(Op.I32_SHR_U);
    e.setRegister(EDX, 2);
  }
  setFlags(e, size, product, () => {
    if (isSigned) {
      code.get(product);
      extend(e, size);
      code.get(product).op(Op.I32_NE);
    } else {
      code
        .get(product)
        .i32(8 * size)
        .op(Op.I32_SHR_U);
    }
  });
  code.release(product);
}

/** EDX:EAX = EAX * operand. */
function multiplyWords(e: Emitter, isSigned: boolean): void {
  const { code } = e;
  const widen = isSigned ? Op.I64_EXTEND_I32_S : Op.I64_EXTEND_I32_U;
  const product = code.temporary(ValueType.I64);
  const low = code.temporary();
  const high = code.temporary();
  e.read(0).op(widen);
  e.getRegister(EAX).op(widen, Op.I64_MUL).set(product);
  code.get(product).op(Op.I32_WRAP_I64).set(low);
  code.get(product).i64(32n).op(Op.I64_SHR_U, Op.I32_WRAP_I64).set(high);
  code.get(low);
  e.setRegister(EAX);
  code.get(high);
  e.setRegister(EDX);
  setFlags(e, 4, low, () => {
    code.get(high);
    if (isSigned) code.get(low).i32(31).op(Op.I32_SHR_S, Op.I32_NE);
  });
  code.release(product, low, high);
}

function multiplyAccumulator(isSigned: boolean): Lowering {
  return (e) => {
    const size = e.sizeOf(0);
    if (size === 4) multiplyWords(e, isSigned);
    else multiplySmall(e, size, isSigned);
  };
}

/** Two and three operands. */
const imul: Lowering = (e, { operands }) => {
  const { code } = e;
  const { register } = operands[0]!;
  const size = e.sizeOf(0);
  const second = e.readLocal(1, size);
  const first = operands.length === 3 ? e.readLocal(2, size) : e.readLocal(0);
  const low = code.temporary();
  for (const local of [first, second]) {
    if (size === 4) continue;
    code.get(local);
    extend(e, size);
    code.set(local);
  }
  code.get(first).get(second).op(Op.I32_MUL).set(low).get(low);
  e.setRegister(register, size);
  setFlags(e, size, low, () => {
    if (size !== 4) {
      code.get(low);
      extend(e, size);
      code.get(low).op(Op.I32_NE);
      return;
    }
    code.get(first).op(Op.I64_EXTEND_I32_S).get(second).op(Op.I64_EXTEND_I32_S, Op.I64_MUL);
    code.get(low).op(Op.I64_EXTEND_I32_S, Op.I64_NE);
  });
  code.release(first, second, low);
};

/** Stores quotient and remainder of words: the remainder is dividend - quotient * divisor, in 32 bits. */
function storeQuotient(e: Emitter, quotient: number, divisor: number): void {
  const { code } = e;
  e.getRegister(EAX).get(quotient).get(divisor).op(Op.I32_MUL, Op.I32_SUB);
  e.setRegister(EDX);
  code.get(quotient);
  e.setRegister(EAX);
}

/** Pushes EDX:EAX. */
function pushDividend(e: Emitter): void {
  e.getRegister(EDX).op(Op.I64_EXTEND_I32_U).i64(32n).op(Op.I64_SHL);
  e.getRegister(EAX).op(Op.I64_EXTEND_I32_U, Op.I64_OR);
}

function divideWords(e: Emitter): void {
  const { code } = e;
  const divisor = e.readLocal(0);
  const quotient = code.temporary();
  // That is so with a divisor of 0, too.
  e.getRegister(EDX).get(divisor).op(Op.I32_GE_U);
  e.leaveIf();
  e.getRegister(EDX).if();
  pushDividend(e);
  code.get(divisor).op(Op.I64_EXTEND_I32_U, Op.I64_DIV_U, Op.I32_WRAP_I64).set(quotient);
  code.else();
  e.getRegister(EAX).get(divisor).op(Op.I32_DIV_U).set(quotient);
  code.end();
  storeQuotient(e, quotient, divisor);
  code.release(divisor, quotient);
}

function divideSignedWords(e: Emitter): void {
  const { code } = e;
  const divisor = e.readLocal(0);
  const quotient = code.temporary();
  const wide = code.temporary(ValueType.I64);
  code.get(divisor).op(Op.I32_EQZ);
  e.leaveIf();
  e.getRegister(EAX).i32(31).op(Op.I32_SHR_S);
  e.getRegister(EDX).op(Op.I32_EQ).if();
  e.getRegister(EAX).i32(MOST_NEGATIVE).op(Op.I32_EQ).get(divisor).i32(-1).op(Op.I32_EQ, Op.I32_AND);
  e.leaveIf();
  e.getRegister(EAX).get(divisor).op(Op.I32_DIV_S).set(quotient);
  code.else();
  // The quotient of the most negative dividend is too large for any divisor.
  pushDividend(e);
  code
    .set(wide)
    .get(wide)
    .i64(-(2n ** 63n))
    .op(Op.I64_EQ);
  e.leaveIf();
  code.get(wide).get(divisor).op(Op.I64_EXTEND_I32_S, Op.I64_DIV_S).set(wide);
  code.get(wide).op(Op.I32_WRAP_I64).set(quotient).get(quotient).op(Op.I64_EXTEND_I32_S).get(wide).op(Op.I64_NE);
  e.leaveIf();
  code.end();
  storeQuotient(e, quotient, divisor);
  code.release(divisor, quotient, wide);
}

/** DX:AX or AX by an operand of 16 or 8 bits. */
function divideSmall(e: Emitter, size: 1 | 2, isSigned: boolean): void {
  const { code } = e;
  const dividend = code.temporary();
  const quotient = code.temporary();
  e.read(0);
  if (isSigned) extend(e, size);
  const divisor = code.temporary();
  code.set(divisor);
  if (size === 2) {
    e.getRegister(EDX, 2).i32(16).op(Op.I32_SHL);
    e.getRegister(EAX, 2).op(Op.I32_OR);
  } else {
    e.getRegister(EAX, 2);
    if (isSigned) extend(e, 2);
  }
  code.set(dividend);
  code.get(divisor).op(Op.I32_EQZ);
  if (isSigned) code.get(dividend).i32(MOST_NEGATIVE).op(Op.I32_EQ, Op.I32_OR);
  e.leaveIf();
  code
    .get(dividend)
    .get(divisor)
    .op(isSigned ? Op.I32_DIV_S : Op.I32_DIV_U)
    .set(quotient);
  code.get(quotient);
  if (isSigned) extend(e, size);
  else code.i32(size === 1 ? 0xff : 0xffff).op(Op.I32_AND);
  code.get(quotient).op(Op.I32_NE);
  e.leaveIf();
  code.get(dividend).get(quotient).get(divisor).op(Op.I32_MUL, Op.I32_SUB);
  if (size === 2) e.setRegister(EDX, 2);
  else e.setRegister(AH, 1);
  code.get(quotient);
  e.setRegister(size === 2 ? EAX : AL, size);
  code.release(dividend, quotient, divisor);
}

function divide(isSigned: boolean): Lowering {
  return (e) => {
    const size = e.sizeOf(0);
    if (size !== 4) divideSmall(e, size, isSigned);
    else if (isSigned) divideSignedWords(e);
    else divideWords(e);
  };
}

export const productLowerings = {
  mul: multiplyAccumulator(false),
  imul1: multiplyAccumulator(true),
  imul,
  div: divide(false),
  idiv: divide(true),
} satisfies LoweringMap;
