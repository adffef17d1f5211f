/**
 * XCHG XADD CMPXCHG CMPXCHG8B BSWAP. There is one processor, so that LOCK means nothing. Source: Intel SDM vol. 2.
 */
import { Flag, FlagKind } from "../../cpu/flags.ts";
import { Op } from "../wasm/opcodes.ts";
import { replaceFlags } from "./flags.ts";
import type { Lowering, LoweringMap } from "./lowering.ts";

const { ADD, SUB } = FlagKind;
const { ZF } = Flag;
const ZF_BIT = 6;
const EAX = 0;
const ECX = 1;
const EDX = 2;
const EBX = 3;

const xchg: Lowering = (e, { operands }) => {
  const second = e.readLocal(1);
  const place = e.modify(0);
  e.code.get(second);
  place.store();
  e.code.get(place.value);
  e.setRegister(operands[1]!.register, e.sizeOf(1));
  e.code.release(second, place.value);
};

/** The register operand is stored first: if it is both operands, the sum remains. */
const xadd: Lowering = (e, { operands }) => {
  const { code } = e;
  const size = e.sizeOf(0);
  const second = e.readLocal(1);
  const place = e.modify(0);
  const result = code.temporary();
  code.get(place.value).get(second).op(Op.I32_ADD).set(result);
  if (e.live !== 0) e.flags.setSum(ADD, 32 - 8 * size, place.value, second, result);
  code.get(place.value);
  e.setRegister(operands[1]!.register, size);
  code.get(result);
  place.store();
  code.release(second, place.value, result);
};

/**
 * The old value is written back when the comparison fails. The accumulator is stored first, for it may be the
 * destination.
 */
const cmpxchg: Lowering = (e) => {
  const { code } = e;
  const size = e.sizeOf(0);
  const second = e.readLocal(1);
  const place = e.modify(0);
  const accumulator = code.temporary();
  const difference = code.temporary();
  e.getRegister(EAX, size).set(accumulator);
  code.get(accumulator).get(place.value).op(Op.I32_SUB).set(difference);
  if (e.live !== 0) e.flags.setSum(SUB, 32 - 8 * size, accumulator, place.value, difference);
  code.get(place.value);
  e.setRegister(EAX, size);
  code.get(place.value).get(second).get(difference).op(Op.SELECT);
  place.store();
  code.release(second, place.value, accumulator, difference);
};

const cmpxchg8b: Lowering = (e) => {
  const { code } = e;
  const place = e.memory.operand(8, true);
  const { local, offset } = place;
  const low = code.temporary();
  const high = code.temporary();
  const isEqual = code.temporary();
  code.get(local).access(Op.I32_LOAD, offset).set(low);
  code
    .get(local)
    .access(Op.I32_LOAD, offset + 4)
    .set(high);
  code.get(low);
  e.getRegister(EAX).op(Op.I32_EQ).get(high);
  e.getRegister(EDX).op(Op.I32_EQ, Op.I32_AND).set(isEqual);
  code.get(local);
  e.getRegister(EBX).get(low).get(isEqual).op(Op.SELECT).access(Op.I32_STORE, offset);
  code.get(local);
  e.getRegister(ECX)
    .get(high)
    .get(isEqual)
    .op(Op.SELECT)
    .access(Op.I32_STORE, offset + 4);
  // When they are equal, this changes nothing.
  code.get(low);
  e.setRegister(EAX);
  code.get(high);
  e.setRegister(EDX);
  replaceFlags(e, ZF, () => void code.get(isEqual).i32(ZF_BIT).op(Op.I32_SHL));
  code.release(low, high, isEqual);
  e.memory.release(place);
};

/** With a 16-bit operand: undefined in the manual; the processors clear the low half of the register. */
const bswap: Lowering = (e, { operands, operandSize }) => {
  const { register } = operands[0]!;
  if (operandSize === 2) {
    e.code.i32(0);
    e.setRegister(register, 2);
    return;
  }
  e.getRegister(register).i32(8).op(Op.I32_ROTL).i32(0x00ff00ff).op(Op.I32_AND);
  e.getRegister(register).i32(8).op(Op.I32_ROTR).i32(0xff00ff00).op(Op.I32_AND, Op.I32_OR);
  e.setRegister(register);
};

export const exchangeLowerings = { xchg, xadd, cmpxchg, cmpxchg8b, bswap } satisfies LoweringMap;
