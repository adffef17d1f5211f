/**
 * MOV MOVZX MOVSX LEA PUSH POP ENTER LEAVE XLAT NOP CBW CWD, SETcc, CMOVcc. Source: Intel SDM vol. 2.
 */
import { Kind, Segment } from "../../cpu/instruction.ts";
import { byCondition } from "../../cpu/instruction-set/row.ts";
import { EBP, ESP } from "../analysis/stack-flow.ts";
import { Op } from "../wasm/opcodes.ts";
import type { Lowering, LoweringMap } from "./lowering.ts";

const EAX = 0;
const EDX = 2;
const EBX = 3;

const mov: Lowering = (e, { operands }) => {
  if (operands.some(({ kind }) => kind === Kind.SEGMENT || kind === Kind.SYSTEM)) return false;
  const value = e.readLocal(1, e.sizeOf(0));
  const store = e.destination(0);
  e.code.get(value);
  store();
  e.code.release(value);
  return true;
};

const movzx: Lowering = (e) => {
  e.read(1);
  e.setRegister(e.step.instruction.operands[0]!.register, e.sizeOf(0));
};

const movsx: Lowering = (e) => {
  e.read(1).op(e.sizeOf(1) === 1 ? Op.I32_EXTEND8_S : Op.I32_EXTEND16_S);
  e.setRegister(e.step.instruction.operands[0]!.register, e.sizeOf(0));
};

/** LEA has the offset, without a segment's base. */
const lea: Lowering = (e, instruction) => {
  e.offset(instruction);
  e.setRegister(instruction.operands[0]!.register, e.sizeOf(0));
};

const push: Lowering = (e, { operands, operandSize }) => {
  if (operands[0]!.kind === Kind.SEGMENT) return false;
  const size = operandSize === 2 ? 2 : 4;
  const value = e.readLocal(0, size);
  e.push(value, size);
  e.code.release(value);
  return true;
};

const pop: Lowering = (e, { operands, operandSize }) => {
  const operand = operands[0]!;
  if (operand.kind === Kind.SEGMENT) return false;
  const { code } = e;
  const size = operandSize === 2 ? 2 : 4;
  const value = code.temporary();
  e.load(e.memory.near(ESP, 0, size, false), size).set(value);
  if (operand.kind === Kind.REGISTER) {
    e.getRegister(ESP).i32(size).op(Op.I32_ADD);
    e.setRegister(ESP);
    code.get(value);
    e.setRegister(operand.register, size);
  } else {
    const place = e.memory.operand(size, true, false, size);
    code.get(value);
    e.memory.store(place, size);
    e.memory.release(place);
    e.getRegister(ESP).i32(size).op(Op.I32_ADD);
    e.setRegister(ESP);
  }
  code.release(value);
  return true;
};

const leave: Lowering = (e, { operandSize }) => {
  if (operandSize !== 4) return false;
  const { code } = e;
  const value = code.temporary();
  e.load(e.memory.near(EBP, 0, 4, false), 4).set(value);
  e.getRegister(EBP).i32(4).op(Op.I32_ADD);
  e.setRegister(ESP);
  code.get(value);
  e.setRegister(EBP);
  code.release(value);
  return true;
};

/** CBW, CWDE. */
const cbw: Lowering = (e, { operandSize }) => {
  if (operandSize === 2) {
    e.getRegister(EAX, 1).op(Op.I32_EXTEND8_S);
    e.setRegister(EAX, 2);
  } else {
    e.getRegister(EAX, 2).op(Op.I32_EXTEND16_S);
    e.setRegister(EAX, 4);
  }
};

/** CWD, CDQ. */
const cwd: Lowering = (e, { operandSize }) => {
  if (operandSize === 2) {
    e.getRegister(EAX, 2).op(Op.I32_EXTEND16_S).i32(31).op(Op.I32_SHR_S);
    e.setRegister(EDX, 2);
  } else {
    e.getRegister(EAX).i32(31).op(Op.I32_SHR_S);
    e.setRegister(EDX);
  }
};

function set(condition: number): Lowering {
  return (e) => {
    const store = e.destination(0);
    e.flags.condition(condition);
    e.code.i32(0).op(Op.I32_NE);
    store();
  };
}

/** CMOVcc reads its source, and may fault, whatever the condition. */
function conditionalMove(condition: number): Lowering {
  return (e) => {
    const size = e.sizeOf(0);
    const { register } = e.step.instruction.operands[0]!;
    e.read(1);
    e.getRegister(register, size);
    e.flags.condition(condition);
    e.code.op(Op.SELECT);
    e.setRegister(register, size);
  };
}

/** XLAT: AL from the table at EBX. */
const xlat: Lowering = (e, { segment, addressSize }) => {
  if (segment === Segment.FS || segment === Segment.GS) return false;
  e.getRegister(EBX);
  e.getRegister(EAX, 1).op(Op.I32_ADD);
  if (addressSize === 2) e.code.i32(0xffff).op(Op.I32_AND);
  e.load(e.memory.translate(1, false), 1);
  e.setRegister(EAX, 1);
  return true;
};

/** ENTER of level 0. The processor checks that the new top of the stack can be written. */
const enter: Lowering = (e, { operands, operandSize }) => {
  if (operandSize !== 4 || (operands[1]!.value & 31) !== 0) return false;
  const { code } = e;
  const frame = code.temporary();
  e.getRegister(ESP).i32(4).op(Op.I32_SUB).tee(frame);
  const place = e.memory.translate(4, true);
  const size = operands[0]!.value & 0xffff;
  code.get(frame).i32(size).op(Op.I32_SUB);
  e.memory.release(e.memory.translate(4, true));
  e.getRegister(EBP);
  e.memory.store(place, 4);
  code.get(frame);
  e.setRegister(EBP);
  code.get(frame).i32(size).op(Op.I32_SUB);
  e.setRegister(ESP);
  code.release(frame);
  e.memory.release(place);
  return true;
};

const nothing: Lowering = () => true;

export const moveLowerings = {
  mov,
  movzx,
  movsx,
  lea,
  push,
  pop,
  enter,
  leave,
  xlat,
  cbw,
  cwd,
  nop: nothing,
  ...byCondition("set", set),
  ...byCondition("cmov", conditionalMove),
} satisfies LoweringMap;
