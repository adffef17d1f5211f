/**
 * ROL ROR RCL RCR. They change CF and OF only, and nothing when the count is 0. Source: Intel SDM vol. 2; undefined
 * flags as
 * in cpu/shifts.ts.
 */
import { Flag } from "../../cpu/flags.ts";
import type { Emitter } from "../emitter.ts";
import { Op, ValueType } from "../wasm/opcodes.ts";
import { replaceFlags } from "./flags.ts";
import type { Lowering, LoweringMap } from "./lowering.ts";
import { readCount, unlessZero } from "./shifts.ts";

const { CF, OF } = Flag;
const OF_BIT = 11;

/** CF is in the lowest bit of a local, OF where that differs from the lowest bit of what is pushed. */
function setFlags(e: Emitter, carry: number, pushOther: () => void): void {
  const { code } = e;
  replaceFlags(e, CF | OF, () => {
    code.get(carry).i32(1).op(Op.I32_AND);
    code.get(carry);
    pushOther();
    code.op(Op.I32_XOR).i32(1).op(Op.I32_AND).i32(OF_BIT).op(Op.I32_SHL, Op.I32_OR);
  });
}

function rotate(isLeft: boolean): Lowering {
  return (e, { operands }) => {
    const { code } = e;
    const bits = 8 * e.sizeOf(0);
    const count = readCount(e, operands[1]!);
    const place = e.modify(0);
    const result = code.temporary();
    code.get(place.value);
    if (bits === 32) {
      code.get(count.local).op(isLeft ? Op.I32_ROTL : Op.I32_ROTR);
    } else {
      // Two copies of the operand: the rotated one is in the upper or the lower half.
      code.get(place.value).i32(bits).op(Op.I32_SHL, Op.I32_OR);
      code
        .get(count.local)
        .i32(bits - 1)
        .op(Op.I32_AND);
      if (isLeft) code.op(Op.I32_SHL).i32(bits).op(Op.I32_SHR_U);
      else code.op(Op.I32_SHR_U);
    }
    code.set(result).get(result);
    place.store();
    unlessZero(e, count, () => {
      const carry = code.temporary();
      code.get(result);
      if (!isLeft) code.i32(bits - 1).op(Op.I32_SHR_U);
      code.set(carry);
      setFlags(e, carry, () =>
        code
          .get(result)
          .i32(isLeft ? bits - 1 : bits - 2)
          .op(Op.I32_SHR_U),
      );
      code.release(carry);
    });
    code.release(count.local, place.value, result);
  };
}

/** RCL and RCR rotate the operand with CF above it, in a word of 64 bits. */
function rotateThroughCarry(isLeft: boolean): Lowering {
  return (e, { operands }) => {
    const { code } = e;
    const bits = 8 * e.sizeOf(0);
    const count = readCount(e, operands[1]!);
    const place = e.modify(0);
    const result = code.temporary();
    const wide = code.temporary(ValueType.I64);
    const turn = code.temporary(ValueType.I64);
    code.get(place.value).op(Op.I64_EXTEND_I32_U);
    e.flags.carry();
    code.op(Op.I64_EXTEND_I32_U).i64(BigInt(bits)).op(Op.I64_SHL, Op.I64_OR).set(wide);
    code.get(count.local);
    if (bits < 32) code.i32(bits + 1).op(Op.I32_REM_U);
    code.op(Op.I64_EXTEND_I32_U).set(turn);
    code.get(wide).get(turn);
    code.op(isLeft ? Op.I64_SHL : Op.I64_SHR_U);
    code
      .get(wide)
      .i64(BigInt(bits + 1))
      .get(turn)
      .op(Op.I64_SUB);
    code.op(isLeft ? Op.I64_SHR_U : Op.I64_SHL, Op.I64_OR).set(wide);
    code.get(wide).op(Op.I32_WRAP_I64).set(result).get(result);
    place.store();
    unlessZero(e, count, () => {
      const carry = code.temporary();
      code.get(wide).i64(BigInt(bits)).op(Op.I64_SHR_U, Op.I32_WRAP_I64).set(carry);
      setFlags(e, carry, () => {
        code
          .get(result)
          .i32(bits - 1)
          .op(Op.I32_SHR_U);
        // RCR: OF is the difference of the two upper bits.
        if (!isLeft) {
          code
            .get(result)
            .i32(bits - 2)
            .op(Op.I32_SHR_U, Op.I32_XOR);
          code.get(carry).op(Op.I32_XOR);
        }
      });
      code.release(carry);
    });
    code.release(count.local, place.value, result, wide, turn);
  };
}

export const rotateLowerings = {
  rol: rotate(true),
  ror: rotate(false),
  rcl: rotateThroughCarry(true),
  rcr: rotateThroughCarry(false),
} satisfies LoweringMap;
