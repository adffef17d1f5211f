/**
 * Jumps, calls, returns, loops, far transfers and software interrupts.
 *
 * Relative to the page: Operation.target, so that the same operation serves every mapping of its frame. A
 * 16-bit operand size truncates EIP. Source: Intel SDM vol. 2.
 */
import { Vector } from "../exit.ts";
import type { Binder, BinderMap, Core } from "./core.ts";
import { raiseFault } from "./fault.ts";
import { ARITHMETIC_FLAGS, Flag } from "./flags.ts";
import { Segment } from "./instruction.ts";
import { byCondition } from "./instruction-set/row.ts";
import { createOperands } from "./operands.ts";
import { Access, type Handler, observe, type Operation } from "./operation.ts";
import { Word } from "./registers.ts";
import { createStackAccess } from "./stack-access.ts";
import { USER_FLAGS } from "./stack.ts";

export function controlBinders(core: Core) {
  const { BUDGET, ESP, PAGE, SEGMENTED, SYSTEM_FLAGS } = Word;
  const { NT, OF, RF, TF } = Flag;
  const { MEMORY32, NONE } = Access;
  const { words: R, halves: R16 } = core.file;
  const { CS } = Segment;
  const { read16, read32, write32 } = core.memory;
  const stack = createStackAccess(core);
  const { condition, carry, zero, arithmetic, setArithmetic } = core.flags;
  const { take, follow } = core.code;
  const see = observe;
  const { address, load, part } = createOperands(core);

  function nextAddress(op: Operation): number {
    return (R[PAGE]! + op.after) | 0;
  }

  /** A taken conditional jump gives back what the chain behind it was to cost. */
  function branch(op: Operation): Operation | null {
    R[BUDGET] = R[BUDGET]! + op.next.rest;
    return take(op);
  }
  /** The same with a 16-bit operand size. */
  function branchHalf(op: Operation): Operation | null {
    R[BUDGET] = R[BUDGET]! + op.next.rest;
    return follow((R[PAGE]! + op.target) & 0xffff);
  }

  const equal: Handler = (op) => (zero() ? branch(op) : op.next);
  const notEqual: Handler = (op) => (zero() ? op.next : branch(op));
  const below: Handler = (op) => (carry() ? branch(op) : op.next);
  const notBelow: Handler = (op) => (carry() ? op.next : branch(op));
  const conditional: Handler = (op) => (condition(op.condition) ? branch(op) : op.next);
  const conditionalHalf: Handler = (op) => (condition(op.condition) ? branchHalf(op) : op.next);
  const jumpBinder: Binder = (op, instruction) => {
    if (instruction.operandSize === 2) return conditionalHalf;
    switch (op.condition) {
      case 2:
        return below;
      case 3:
        return notBelow;
      case 4:
        return equal;
      case 5:
        return notEqual;
      default:
        return conditional;
    }
  };

  function leaveLoop(op: Operation, isTaken: boolean): Operation | null {
    if (!isTaken) return op.next;
    return op.instruction.operandSize === 4 ? branch(op) : branchHalf(op);
  }
  /** Counts (E)CX down; whether it is not yet 0. */
  function countDown(op: Operation): boolean {
    if (op.instruction.addressSize === 4) {
      R[1] = R[1]! - 1;
      return R[1] !== 0;
    }
    R16[2] = R16[2]! - 1;
    return R16[2] !== 0;
  }
  const loop: Handler = (op) => leaveLoop(op, countDown(op));
  const loope: Handler = (op) => leaveLoop(op, countDown(op) && zero());
  const loopne: Handler = (op) => leaveLoop(op, countDown(op) && !zero());
  const jcxz: Handler = (op) => leaveLoop(op, (op.instruction.addressSize === 4 ? R[1]! : R16[2]!) === 0);

  const jump: Handler = (op) => take(op);
  const jumpHalf: Handler = (op) => follow((R[PAGE]! + op.target) & 0xffff);
  const jumpIndirect: Handler = (op) => {
    const target = load(op);
    if (op.observed !== target) see(op, target);
    return follow(target);
  };
  const jumpMemory: Handler = (op) => {
    const target = read32((R[op.base]! + (R[op.index]! << op.scale) + op.displacement) | 0);
    if (op.observed !== target) see(op, target);
    return follow(target);
  };

  const call: Handler = (op) => {
    const at = (R[ESP]! - 4) | 0;
    write32(at, (R[PAGE]! + op.after) | 0);
    R[ESP] = at;
    return take(op);
  };
  const callIndirect: Handler = (op) => {
    const target = load(op);
    const at = (R[ESP]! - 4) | 0;
    write32(at, (R[PAGE]! + op.after) | 0);
    R[ESP] = at;
    if (op.observed !== target) see(op, target);
    return follow(target);
  };
  /** With a 16-bit operand size, or a stack that is not flat. */
  const callAny: Handler = (op) => {
    const size = op.instruction.operandSize;
    const direct = (R[PAGE]! + op.target) | 0;
    const target = op.accessA !== NONE ? load(op) : size === 4 ? direct : direct & 0xffff;
    const at = R[ESP]! - size;
    stack.write(at, size, nextAddress(op));
    R[ESP] = at;
    return follow(target);
  };
  const ret: Handler = () => {
    const at = R[ESP]!;
    const target = read32(at);
    R[ESP] = at + 4;
    return follow(target);
  };
  const retAny: Handler = (op) => {
    const at = R[ESP]!;
    const size = op.instruction.operandSize;
    const target = stack.read(at, size);
    R[ESP] = at + size + (op.immediate & 0xffff);
    return follow(target);
  };

  /** Pushes CS and the return address of a far call. CS remains written when the second push faults. */
  function pushFar(op: Operation): void {
    const size = op.instruction.operandSize;
    const top = R[ESP]!;
    stack.write(top - size, size, core.segments.selectors[CS]!);
    stack.write(top - 2 * size, size, nextAddress(op));
    R[ESP] = top - 2 * size;
  }
  const farBinder =
    (isCall: boolean): Binder =>
    (_op, instruction) => {
      const isDirect = instruction.address === undefined;
      const size = instruction.operandSize;
      return (op) => {
        let offset = instruction.immediate;
        let selector = instruction.selector;
        if (!isDirect) {
          const at = address(op);
          offset = size === 4 ? read32(at) : read16(at);
          selector = read16(part(op, size, 2, false));
        }
        core.segments.checkCode(selector, false);
        if (isCall) pushFar(op);
        return follow(offset);
      };
    };
  const retf: Handler = (op) => {
    const at = R[ESP]!;
    const size = op.instruction.operandSize;
    // The selector is read first.
    const selector = stack.read(at + size, 2);
    const target = stack.read(at, size);
    core.segments.checkCode(selector, true);
    R[ESP] = at + 2 * size + (op.immediate & 0xffff);
    return follow(target);
  };
  const iret: Handler = (op) => {
    if ((R[SYSTEM_FLAGS]! & NT) !== 0) raiseFault(Vector.GENERAL_PROTECTION);
    const at = R[ESP]!;
    const size = op.instruction.operandSize;
    // From the top down, as Intel processors read them.
    const flags = stack.read(at + 2 * size, size);
    const selector = stack.read(at + size, 2);
    const target = stack.read(at, size);
    core.segments.checkCode(selector, true);
    R[ESP] = at + 3 * size;
    // RF would be cleared behind the next instruction: only the trap of a single step shows it.
    const isTraced = (R[SYSTEM_FLAGS]! & TF) !== 0;
    const changed = size === 4 ? USER_FLAGS | (isTraced ? RF : 0) : USER_FLAGS & 0xffff;
    setArithmetic(flags);
    R[SYSTEM_FLAGS] = (R[SYSTEM_FLAGS]! & ~changed) | (flags & changed & ~ARITHMETIC_FLAGS);
    return core.changeMode(target);
  };

  const bound: Handler = (op) => {
    const at = address(op);
    const size = op.instruction.operandSize;
    const index = size === 4 ? load(op) : (load(op) << 16) >> 16;
    if (index < (size === 4 ? read32(at) : (read16(at) << 16) >> 16)) raiseFault(Vector.BOUND);
    const upper = part(op, size, size, false);
    if (index > (size === 4 ? read32(upper) : (read16(upper) << 16) >> 16)) raiseFault(Vector.BOUND);
    return op.next;
  };

  return {
    ...byCondition("j", () => jumpBinder),
    loop: () => loop,
    loope: () => loope,
    loopne: () => loopne,
    jcxz: () => jcxz,
    jmp: (op, instruction) => {
      if (op.accessA === NONE) return instruction.operandSize === 4 ? jump : jumpHalf;
      return op.accessA === MEMORY32 ? jumpMemory : jumpIndirect;
    },
    call: (op, instruction) => {
      if (instruction.operandSize === 2 || R[SEGMENTED] !== 0) return callAny;
      return op.accessA === NONE ? call : callIndirect;
    },
    ret: (_op, instruction) => (instruction.operands.length === 0 && instruction.operandSize === 4 && R[SEGMENTED] === 0 ? ret : retAny),
    callf: farBinder(true),
    jmpf: farBinder(false),
    retf: () => retf,
    iret: () => iret,
    int: () => (op) => core.leave("software", op.immediate & 0xff, op),
    int3: () => (op) => core.leave("exception", Vector.BREAKPOINT, op),
    int1: () => (op) => core.leave("exception", Vector.DEBUG, op),
    into: () => (op) => ((arithmetic() & OF) !== 0 ? core.leave("exception", Vector.OVERFLOW, op) : follow(nextAddress(op))),
    bound: () => bound,
  } satisfies BinderMap;
}
