/**
 * MOV, MOVZX, MOVSX, LEA, XCHG, BSWAP, CMOVcc, SETcc, XLAT, CBW, CWD, NOP.
 *
 * Source: Intel SDM vol. 2.
 */
import type { Binder, BinderMap, Core } from "./core.ts";
import { byCondition } from "./instruction-set/row.ts";
import { createOperands } from "./operands.ts";
import { Access, type Handler } from "./operation.ts";
import { Word } from "./registers.ts";

export function moveBinders(core: Core) {
  const { ZERO } = Word;
  const { BYTE, HALF, IMMEDIATE, MEMORY16, MEMORY32, MEMORY8, WORD } = Access;
  const { words: R, halves: R16, bytes: R8 } = core.file;
  const { read8, read16, read32, write8, write16, write32 } = core.memory;
  const { condition } = core.flags;
  const { address, modify, second, store, storeSecond } = createOperands(core);

  const mov: Handler = (op) => {
    store(op, second(op));
    return op.next;
  };
  const movRegister: Handler = (op) => {
    R[op.a] = R[op.b]!;
    return op.next;
  };
  const movImmediate: Handler = (op) => {
    R[op.a] = op.immediate;
    return op.next;
  };
  const load32: Handler = (op) => {
    R[op.a] = read32((R[op.base]! + (R[op.index]! << op.scale) + op.displacement) | 0);
    return op.next;
  };
  const load32Based: Handler = (op) => {
    R[op.a] = read32((R[op.base]! + op.displacement) | 0);
    return op.next;
  };
  const store32: Handler = (op) => {
    write32((R[op.base]! + (R[op.index]! << op.scale) + op.displacement) | 0, R[op.b]!);
    return op.next;
  };
  const store32Based: Handler = (op) => {
    write32((R[op.base]! + op.displacement) | 0, R[op.b]!);
    return op.next;
  };
  const store32Immediate: Handler = (op) => {
    write32((R[op.base]! + (R[op.index]! << op.scale) + op.displacement) | 0, op.immediate);
    return op.next;
  };
  const load8: Handler = (op) => {
    R8[op.a] = read8((R[op.base]! + (R[op.index]! << op.scale) + op.displacement) | 0);
    return op.next;
  };
  const store8: Handler = (op) => {
    write8((R[op.base]! + (R[op.index]! << op.scale) + op.displacement) | 0, R8[op.b]!);
    return op.next;
  };
  const store8Immediate: Handler = (op) => {
    write8((R[op.base]! + (R[op.index]! << op.scale) + op.displacement) | 0, op.immediate);
    return op.next;
  };
  const store16: Handler = (op) => {
    write16((R[op.base]! + (R[op.index]! << op.scale) + op.displacement) | 0, R16[op.b]!);
    return op.next;
  };

  const chooseMov: Binder = (op) => {
    switch (op.accessA) {
      case WORD:
        if (op.accessB === WORD) return movRegister;
        if (op.accessB === IMMEDIATE) return movImmediate;
        return op.index === ZERO ? load32Based : load32;
      case MEMORY32:
        if (op.accessB === IMMEDIATE) return store32Immediate;
        return op.index === ZERO ? store32Based : store32;
      case BYTE:
        return op.accessB === MEMORY8 ? load8 : mov;
      case MEMORY8:
        return op.accessB === IMMEDIATE ? store8Immediate : store8;
      case MEMORY16:
        return op.accessB === HALF ? store16 : mov;
      default:
        return mov;
    }
  };

  const movzx8: Handler = (op) => {
    R[op.a] = R8[op.b]!;
    return op.next;
  };
  const movzx8Memory: Handler = (op) => {
    R[op.a] = read8((R[op.base]! + (R[op.index]! << op.scale) + op.displacement) | 0);
    return op.next;
  };
  const movzx16: Handler = (op) => {
    R[op.a] = R16[op.b]!;
    return op.next;
  };
  const movzx16Memory: Handler = (op) => {
    R[op.a] = read16((R[op.base]! + (R[op.index]! << op.scale) + op.displacement) | 0);
    return op.next;
  };
  const chooseMovzx: Binder = (op) => {
    if (op.accessA !== WORD) return mov;
    if (op.accessB === BYTE) return movzx8;
    if (op.accessB === MEMORY8) return movzx8Memory;
    return op.accessB === HALF ? movzx16 : movzx16Memory;
  };
  const movsx8: Handler = (op) => {
    store(op, (second(op) << 24) >> 24);
    return op.next;
  };
  const movsx16: Handler = (op) => {
    store(op, (second(op) << 16) >> 16);
    return op.next;
  };

  const lea: Handler = (op) => {
    R[op.a] = (R[op.base]! + (R[op.index]! << op.scale) + op.displacement) | 0;
    return op.next;
  };
  const leaHalf: Handler = (op) => {
    R16[op.a] = address(op);
    return op.next;
  };
  const xchg: Handler = (op) => {
    const first = modify(op);
    store(op, second(op));
    storeSecond(op, first);
    return op.next;
  };
  const bswap: Handler = (op) => {
    const value = R[op.a]!;
    R[op.a] = (value << 24) | ((value & 0xff00) << 8) | ((value >>> 8) & 0xff00) | (value >>> 24);
    return op.next;
  };
  /** With a 16-bit operand: undefined in the manual; the processors clear the low half of the 32-bit register. */
  const bswapHalf: Handler = (op) => {
    R16[op.a * 2] = 0;
    return op.next;
  };

  const cmov: Handler = (op) => {
    const value = second(op);
    if (condition(op.condition)) store(op, value);
    return op.next;
  };
  const setcc: Handler = (op) => {
    store(op, condition(op.condition) ? 1 : 0);
    return op.next;
  };
  const setccRegister: Handler = (op) => {
    R8[op.a] = condition(op.condition) ? 1 : 0;
    return op.next;
  };

  return {
    mov: chooseMov,
    movzx: chooseMovzx,
    movsx: (op) => (op.accessB === BYTE || op.accessB === MEMORY8 ? movsx8 : movsx16),
    lea: (op) => (op.accessA === WORD ? lea : leaHalf),
    xchg: () => xchg,
    bswap: (_op, instruction) => (instruction.operandSize === 4 ? bswap : bswapHalf),
    nop: () => (op) => op.next,
    cbw: (_op, instruction) =>
      instruction.operandSize === 4
        ? (op) => {
            R[0] = (R[0]! << 16) >> 16;
            return op.next;
          }
        : (op) => {
            R16[0] = (R8[0]! << 24) >> 24;
            return op.next;
          },
    cwd: (_op, instruction) =>
      instruction.operandSize === 4
        ? (op) => {
            R[2] = R[0]! >> 31;
            return op.next;
          }
        : (op) => {
            R16[4] = (R16[0]! << 16) >> 31;
            return op.next;
          },
    ...byCondition("cmov", (): Binder => () => cmov),
    ...byCondition("set", (): Binder => (op) => (op.accessA === BYTE ? setccRegister : setcc)),
  } satisfies BinderMap;
}
