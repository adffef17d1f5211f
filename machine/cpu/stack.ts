/**
 * PUSH POP PUSHA POPA PUSHF POPF ENTER LEAVE.
 *
 * SS is always flat and 32 bits wide (segments.ts), so the stack is addressed by ESP alone. ESP changes
 * only after the last access that may fault. Source: Intel SDM vol. 2.
 */
import type { Binder, BinderMap, Core } from "./core.ts";
import { ARITHMETIC_FLAGS, Flag } from "./flags.ts";
import { createOperands } from "./operands.ts";
import { Access, type Handler, type Operation } from "./operation.ts";
import { Word } from "./registers.ts";

/** EFLAGS bits that POPF and IRET change in user mode (IOPL is 0). */
export const USER_FLAGS = ARITHMETIC_FLAGS | Flag.TF | Flag.DF | Flag.NT | Flag.AC | Flag.ID;

export function stackBinders(core: Core): BinderMap {
  const { ESP, PAGE, SYSTEM_FLAGS } = Word;
  const { RF, VM } = Flag;
  const { HALF, MEMORY32, NONE, WORD } = Access;
  const { words: R, halves: R16 } = core.file;
  const { read16, read32, write16, write32, probeRead, probeWrite } = core.memory;
  const { arithmetic, setArithmetic } = core.flags;
  const { load, store } = createOperands(core);
  const { selectors } = core.segments;

  function push(op: Operation, value: number): void {
    const wide = op.instruction.operandSize === 4;
    const at = (R[ESP]! - (wide ? 4 : 2)) | 0;
    if (wide) write32(at, value);
    else write16(at, value);
    R[ESP] = at;
  }

  const pushAny: Handler = (op) => {
    push(op, load(op));
    return op.next;
  };
  const pushRegister: Handler = (op) => {
    const at = (R[ESP]! - 4) | 0;
    write32(at, R[op.a]!);
    R[ESP] = at;
    return op.next;
  };
  const pushImmediate: Handler = (op) => {
    const at = (R[ESP]! - 4) | 0;
    write32(at, op.immediate);
    R[ESP] = at;
    return op.next;
  };
  const pushMemory: Handler = (op) => {
    const value = read32((R[op.base]! + (R[op.index]! << op.scale) + op.displacement) | 0);
    const at = (R[ESP]! - 4) | 0;
    write32(at, value);
    R[ESP] = at;
    return op.next;
  };
  /** Moves ESP by the operand size, but writes the selector's 16 bits only, like Intel processors since the Core. */
  const pushSegment: Handler = (op) => {
    const at = (R[ESP]! - op.instruction.operandSize) | 0;
    write16(at, selectors[op.a]!);
    R[ESP] = at;
    return op.next;
  };
  const popRegister: Handler = (op) => {
    const at = R[ESP]!;
    const value = read32(at);
    R[ESP] = at + 4;
    R[op.a] = value;
    return op.next;
  };
  const popHalf: Handler = (op) => {
    const at = R[ESP]!;
    const value = read16(at);
    R[ESP] = at + 2;
    R16[op.a] = value;
    return op.next;
  };
  const popMemory: Handler = (op) => {
    const at = R[ESP]!;
    store(op, op.size === 4 ? read32(at) : read16(at));
    R[ESP] = at + op.size;
    return op.next;
  };
  const popSegment: Handler = (op) => {
    const at = R[ESP]!;
    core.segments.load(op.a, read16(at));
    R[ESP] = at + op.instruction.operandSize;
    return core.changeMode((R[PAGE]! + op.after) | 0);
  };

  const pusha: Handler = (op) => {
    const size = op.instruction.operandSize;
    const stack = R[ESP]!;
    // In the order of the pushes, so that the first one that cannot be done is reported.
    for (let register = 1; register <= 8; register++) probeWrite((stack - register * size) | 0, size);
    for (let register = 0; register < 8; register++) {
      const at = (stack - (register + 1) * size) | 0;
      if (size === 4) write32(at, R[register]!);
      else write16(at, R[register]!);
    }
    R[ESP] = stack - 8 * size;
    return op.next;
  };
  const popped = new Int32Array(8);
  const popa: Handler = (op) => {
    const size = op.instruction.operandSize;
    const stack = R[ESP]!;
    for (let register = 7; register >= 0; register--) {
      const at = (stack + (7 - register) * size) | 0;
      popped[register] = size === 4 ? read32(at) : read16(at);
    }
    for (let register = 0; register < 8; register++) {
      if (register === ESP) continue;
      if (size === 4) R[register] = popped[register]!;
      else R16[register * 2] = popped[register]!;
    }
    R[ESP] = stack + 8 * size;
    return op.next;
  };

  const pushf: Handler = (op) => {
    push(op, arithmetic() | (R[SYSTEM_FLAGS]! & ~(RF | VM)));
    return op.next;
  };
  const popf: Handler = (op) => {
    const at = R[ESP]!;
    const size = op.instruction.operandSize;
    const value = size === 4 ? read32(at) : read16(at);
    const changed = size === 4 ? USER_FLAGS : USER_FLAGS & 0xffff;
    R[ESP] = at + size;
    setArithmetic(value);
    R[SYSTEM_FLAGS] = (R[SYSTEM_FLAGS]! & ~(changed | RF)) | (value & changed & ~ARITHMETIC_FLAGS);
    return core.changeMode((R[PAGE]! + op.after) | 0);
  };

  const enter: Handler = (op) => {
    const size = op.instruction.operandSize;
    const level = op.instruction.operands[1]!.value & 31;
    const room = op.immediate & 0xffff;
    const stack = R[ESP]!;
    const outer = R[5]!;
    const frame = (stack - size) | 0;
    const bottom = (stack - size * (1 + level)) | 0;
    const end = (bottom - room) | 0;
    const copies = level > 1 ? level - 1 : 0;
    probeWrite(frame, size);
    for (let copy = 1; copy <= copies; copy++) {
      probeRead((outer - copy * size) | 0, size);
      probeWrite((frame - copy * size) | 0, size);
    }
    probeWrite(bottom, size);
    // The processor checks that the new top of the stack can be written.
    probeWrite(end, 1);
    if (size === 4) write32(frame, outer);
    else write16(frame, outer);
    for (let copy = 1; copy <= copies; copy++) {
      const value = size === 4 ? read32((outer - copy * size) | 0) : read16((outer - copy * size) | 0);
      if (size === 4) write32((frame - copy * size) | 0, value);
      else write16((frame - copy * size) | 0, value);
    }
    if (size === 4) {
      if (level > 0) write32(bottom, frame);
      R[5] = frame;
    } else {
      if (level > 0) write16(bottom, frame);
      R16[10] = frame;
    }
    R[ESP] = end;
    return op.next;
  };
  const leave: Handler = (op) => {
    const frame = R[5]!;
    R[5] = read32(frame);
    R[ESP] = frame + 4;
    return op.next;
  };
  const leaveHalf: Handler = (op) => {
    const frame = R[5]!;
    R16[10] = read16(frame);
    R[ESP] = frame + 2;
    return op.next;
  };

  const choosePush: Binder = (op, instruction) => {
    if (op.accessA === NONE) return pushSegment;
    if (instruction.operandSize !== 4) return pushAny;
    switch (op.accessA) {
      case WORD:
        return pushRegister;
      case MEMORY32:
        return pushMemory;
      default:
        return pushImmediate;
    }
  };
  const choosePop: Binder = (op) => {
    switch (op.accessA) {
      case NONE:
        return popSegment;
      case WORD:
        return popRegister;
      case HALF:
        return popHalf;
      default:
        return popMemory;
    }
  };

  return {
    push: choosePush,
    pop: choosePop,
    pusha: () => pusha,
    popa: () => popa,
    pushf: () => pushf,
    popf: () => popf,
    enter: () => enter,
    leave: (_op, instruction) => (instruction.operandSize === 4 ? leave : leaveHalf),
  };
}
