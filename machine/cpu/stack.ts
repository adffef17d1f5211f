/**
 * PUSH POP PUSHA POPA PUSHF POPF ENTER LEAVE.
 *
 * The frequent forms are for a flat SS; everything else goes through stack-access.ts. ESP changes only after the
 * last access that may fault; what PUSHA and ENTER have written and POPA has loaded before a fault remains, as on
 * Intel processors. Source: Intel SDM vol. 2; the effects of faults are measured.
 */
import type { Binder, BinderMap, Core } from "./core.ts";
import { ARITHMETIC_FLAGS, Flag } from "./flags.ts";
import { createOperands } from "./operands.ts";
import { Access, type Handler, type Operation } from "./operation.ts";
import { Word } from "./registers.ts";
import { createStackAccess } from "./stack-access.ts";

const EBP = 5;

/** EFLAGS bits that POPF and IRET change in user mode (IOPL is 0). */
export const USER_FLAGS = ARITHMETIC_FLAGS | Flag.TF | Flag.DF | Flag.NT | Flag.AC | Flag.ID;

export function stackBinders(core: Core) {
  const { ESP, PAGE, SEGMENTED, SYSTEM_FLAGS } = Word;
  const { RF, VM } = Flag;
  const { HALF, MEMORY32, NONE, WORD } = Access;
  const { words: R, halves: R16 } = core.file;
  const { read32, write32 } = core.memory;
  const stack = createStackAccess(core);
  const { arithmetic, setArithmetic } = core.flags;
  const { load, store } = createOperands(core);
  const { selectors } = core.segments;

  function push(op: Operation, value: number): void {
    const size = op.instruction.operandSize;
    const at = R[ESP]! - size;
    stack.write(at, size, value);
    R[ESP] = at;
  }
  function setFrame(size: number, value: number): void {
    if (size === 4) R[EBP] = value;
    else R16[EBP * 2] = value;
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
    const at = R[ESP]! - op.instruction.operandSize;
    stack.write(at, 2, selectors[op.a]!);
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
  const popAny: Handler = (op) => {
    const at = R[ESP]!;
    const value = stack.read(at, op.size);
    // A register is stored last: it may be ESP itself.
    if (op.accessA === WORD || op.accessA === HALF) {
      R[ESP] = at + op.size;
      store(op, value);
    } else {
      store(op, value);
      R[ESP] = at + op.size;
    }
    return op.next;
  };
  const popSegment: Handler = (op) => {
    const at = R[ESP]!;
    core.segments.load(op.a, stack.read(at, 2));
    R[ESP] = at + op.instruction.operandSize;
    return core.changeMode((R[PAGE]! + op.after) | 0);
  };

  const pusha: Handler = (op) => {
    const size = op.instruction.operandSize;
    const top = R[ESP]!;
    for (let register = 0; register < 8; register++) stack.write(top - (register + 1) * size, size, R[register]!);
    R[ESP] = top - 8 * size;
    return op.next;
  };
  const popa: Handler = (op) => {
    const size = op.instruction.operandSize;
    const top = R[ESP]!;
    for (let register = 7; register >= 0; register--) {
      const value = stack.read(top + (7 - register) * size, size);
      if (register === ESP) continue;
      if (size === 4) R[register] = value;
      else R16[register * 2] = value;
    }
    R[ESP] = top + 8 * size;
    return op.next;
  };

  const pushf: Handler = (op) => {
    push(op, arithmetic() | (R[SYSTEM_FLAGS]! & ~(RF | VM)));
    return op.next;
  };
  const popf: Handler = (op) => {
    const at = R[ESP]!;
    const size = op.instruction.operandSize;
    const value = stack.read(at, size);
    const changed = size === 4 ? USER_FLAGS : USER_FLAGS & 0xffff;
    R[ESP] = at + size;
    setArithmetic(value);
    R[SYSTEM_FLAGS] = (R[SYSTEM_FLAGS]! & ~(changed | RF)) | (value & changed & ~ARITHMETIC_FLAGS);
    return core.changeMode((R[PAGE]! + op.after) | 0);
  };

  const enter: Handler = (op) => {
    const size = op.instruction.operandSize;
    const level = op.instruction.operands[1]!.value & 31;
    const outer = R[EBP]!;
    const frame = R[ESP]! - size;
    let at = frame;
    stack.write(at, size, outer);
    for (let copy = 1; copy < level; copy++) {
      const value = stack.read(outer - copy * size, size);
      at -= size;
      stack.write(at, size, value);
    }
    if (level > 0) {
      at -= size;
      stack.write(at, size, frame);
    }
    at -= op.immediate & 0xffff;
    // The processor checks that the new top of the stack can be written.
    stack.probeWrite(at, size);
    setFrame(size, frame);
    R[ESP] = at;
    return op.next;
  };
  const leave: Handler = (op) => {
    const frame = R[EBP]!;
    R[EBP] = read32(frame);
    R[ESP] = frame + 4;
    return op.next;
  };
  const leaveAny: Handler = (op) => {
    const size = op.instruction.operandSize;
    const frame = R[EBP]!;
    setFrame(size, stack.read(frame, size));
    R[ESP] = frame + size;
    return op.next;
  };

  const isSimple = (operandSize: number): boolean => operandSize === 4 && R[SEGMENTED] === 0;
  const choosePush: Binder = (op, instruction) => {
    if (op.accessA === NONE) return pushSegment;
    if (!isSimple(instruction.operandSize)) return pushAny;
    switch (op.accessA) {
      case WORD:
        return pushRegister;
      case MEMORY32:
        return pushMemory;
      default:
        return pushImmediate;
    }
  };
  const choosePop: Binder = (op, instruction) => {
    if (op.accessA === NONE) return popSegment;
    return op.accessA === WORD && isSimple(instruction.operandSize) ? popRegister : popAny;
  };

  return {
    push: choosePush,
    pop: choosePop,
    pusha: () => pusha,
    popa: () => popa,
    pushf: () => pushf,
    popf: () => popf,
    enter: () => enter,
    leave: (_op, instruction) => (isSimple(instruction.operandSize) ? leave : leaveAny),
  } satisfies BinderMap;
}
