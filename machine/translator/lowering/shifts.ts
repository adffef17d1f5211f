/**
 * SHL SHR SAR SHLD SHRD. Source: Intel SDM vol. 2; undefined flags as in cpu/shifts.ts.
 *
 * A count of 0 changes no flags. Of immediate counts that is known here; behind a count in CL the flags are of
 * unknown kind.
 */
import { Flag } from "../../cpu/flags.ts";
import { Kind, type Operand } from "../../cpu/instruction.ts";
import type { Emitter } from "../emitter.ts";
import { UNKNOWN_FLAGS } from "../flag-code.ts";
import { Op, ValueType } from "../wasm/opcodes.ts";
import type { Lowering, LoweringMap } from "./lowering.ts";

const { CF, OF } = Flag;
const OF_BIT = 11;
const CL = 1;
const COUNT_MASK = 31;

/** A local with the count, and what is known of it. */
interface Count {
  readonly local: number;
  /** -1 when it is in CL. */
  readonly value: number;
}

export function readCount(e: Emitter, operand: Operand): Count {
  const local = e.code.temporary();
  const value = operand.kind === Kind.IMMEDIATE ? operand.value & COUNT_MASK : -1;
  if (value >= 0) e.code.i32(value);
  else e.getRegister(CL, 1).i32(COUNT_MASK).op(Op.I32_AND);
  e.code.set(local);
  return { local, value };
}

/** Emits what sets flags, where the count is not 0. */
export function unlessZero(e: Emitter, count: Count, setFlags: () => void): void {
  if (e.live === 0 || count.value === 0) return;
  if (count.value > 0) {
    setFlags();
    return;
  }
  e.code.get(count.local).if();
  setFlags();
  e.code.end();
  e.flags.state = UNKNOWN_FLAGS;
}

/**
 * From two words on the stack, CF and a word that differs from it where OF is set, of which the lowest bits count:
 * pushes EFLAGS bits.
 */
function pushCarryOverflow(e: Emitter, pushCarry: () => void, pushOverflow: () => void): void {
  const { code } = e;
  code.i32(0);
  if ((e.live & CF) !== 0) {
    pushCarry();
    code.i32(1).op(Op.I32_AND, Op.I32_OR);
  }
  if ((e.live & OF) !== 0) {
    pushOverflow();
    code.i32(1).op(Op.I32_AND).i32(OF_BIT).op(Op.I32_SHL, Op.I32_OR);
  }
}

const shl: Lowering = (e, { operands }) => {
  const { code } = e;
  const bits = 8 * e.sizeOf(0);
  const count = readCount(e, operands[1]!);
  const place = e.modify(0);
  const result = code.temporary();
  code.get(place.value).get(count.local).op(Op.I32_SHL).set(result);
  code.get(result);
  place.store();
  unlessZero(e, count, () => {
    // Of small operands the last bit shifted out is just above the result.
    const pushCarry = (): void => {
      if (bits === 32) code.get(place.value).i32(0).get(count.local).op(Op.I32_SUB, Op.I32_SHR_U);
      else code.get(result).i32(bits).op(Op.I32_SHR_U);
    };
    pushCarryOverflow(e, pushCarry, () => {
      pushCarry();
      code
        .get(result)
        .i32(bits - 1)
        .op(Op.I32_SHR_U, Op.I32_XOR);
    });
    e.flags.setMixed(32 - bits, result);
  });
  code.release(count.local, place.value, result);
};

function shiftRight(opcode: number): Lowering {
  const isSigned = opcode === Op.I32_SHR_S;
  return (e, { operands }) => {
    const { code } = e;
    const bits = 8 * e.sizeOf(0);
    const count = readCount(e, operands[1]!);
    const place = e.modify(0);
    const { value } = place;
    const result = code.temporary();
    if (isSigned && bits < 32) {
      code
        .get(value)
        .op(bits === 8 ? Op.I32_EXTEND8_S : Op.I32_EXTEND16_S)
        .set(value);
    }
    code.get(value).get(count.local).op(opcode).set(result);
    code.get(result);
    place.store();
    unlessZero(e, count, () => {
      pushCarryOverflow(
        e,
        () => code.get(value).get(count.local).i32(1).op(Op.I32_SUB, opcode),
        () => {
          if (isSigned) code.i32(0);
          else
            code
              .get(value)
              .i32(bits - 1)
              .op(Op.I32_SHR_U);
        },
      );
      e.flags.setMixed(32 - bits, result);
    });
    code.release(count.local, value, result);
  };
}

/**
 * SHLD and SHRD take the result out of a word of 64 bits: first:second or second:first. With 16-bit operands counts
 * may
 * exceed the size; the processors go on with the first operand again.
 */
function doubleShift(isLeft: boolean): Lowering {
  return (e, { operands }) => {
    const { code } = e;
    const size = e.sizeOf(0);
    const bits = 8 * size;
    const count = readCount(e, operands[2]!);
    const second = e.readLocal(1);
    const place = e.modify(0);
    const result = code.temporary();
    const wide = code.temporary(ValueType.I64);
    const wideCount = code.temporary(ValueType.I64);
    const pushPart = (local: number, position: number): void => {
      code.get(local).op(Op.I64_EXTEND_I32_U);
      if (position > 0) code.i64(BigInt(position)).op(Op.I64_SHL);
    };
    pushPart(place.value, isLeft ? 32 : 0);
    pushPart(second, isLeft ? 32 - bits : bits);
    code.op(Op.I64_OR);
    if (size === 2) {
      pushPart(place.value, isLeft ? 0 : 32);
      code.op(Op.I64_OR);
    }
    code.set(wide).get(count.local).op(Op.I64_EXTEND_I32_U).set(wideCount);
    code.get(wide).get(wideCount);
    if (isLeft) code.op(Op.I64_SHL).i64(32n).op(Op.I64_SHR_U);
    else code.op(Op.I64_SHR_U);
    code.op(Op.I32_WRAP_I64).set(result);
    code.get(result);
    place.store();
    unlessZero(e, count, () => {
      pushCarryOverflow(
        e,
        () => {
          code.get(wide);
          if (isLeft)
            code
              .i64(BigInt(32 + bits))
              .get(wideCount)
              .op(Op.I64_SUB);
          else code.get(wideCount).i64(1n).op(Op.I64_SUB);
          code.op(Op.I64_SHR_U, Op.I32_WRAP_I64);
        },
        () =>
          code
            .get(place.value)
            .get(result)
            .op(Op.I32_XOR)
            .i32(bits - 1)
            .op(Op.I32_SHR_U),
      );
      e.flags.setMixed(32 - bits, result);
    });
    code.release(count.local, second, place.value, result, wide, wideCount);
  };
}

export const shiftLowerings = {
  shl,
  shr: shiftRight(Op.I32_SHR_U),
  sar: shiftRight(Op.I32_SHR_S),
  shld: doubleShift(true),
  shrd: doubleShift(false),
} satisfies LoweringMap;
