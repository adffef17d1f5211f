/**
 * Access to operands of any form, for the handlers that have no special forms.
 */
import type { Core } from "./core.ts";
import { Access, type Operation } from "./operation.ts";
import { Word } from "./registers.ts";

export interface Operands {
  /** Linear address of the memory operand. */
  address(op: Operation): number;
  /** Linear address of `size` bytes that lie `bytes` behind it, checked like the operand. */
  part(op: Operation, bytes: number, size: number, write: boolean): number;
  /** First operand, 8- and 16-bit values zero-extended. */
  load(op: Operation): number;
  /** First operand of an instruction that is going to store into it. */
  modify(op: Operation): number;
  /** Second operand. */
  second(op: Operation): number;
  store(op: Operation, value: number): void;
  storeSecond(op: Operation, value: number): void;
}

export function createOperands(core: Core): Operands {
  const { BYTE, HALF, MEMORY16, MEMORY32, MEMORY8, WORD } = Access;
  const { SEGMENT_BASE } = Word;
  const { linear } = core.segments;
  const { words: R, halves: R16, bytes: R8 } = core.file;
  const { read8, read16, read32, write8, write16, write32, modify8, modify16, modify32 } = core.memory;

  function address(op: Operation): number {
    return (R[op.base]! + (R[op.index]! << op.scale) + op.displacement) | 0;
  }

  return {
    address,
    part(op: Operation, bytes: number, size: number, write: boolean): number {
      if (op.address === null) return (address(op) + bytes) | 0;
      const { segment } = op.address;
      const offset = (address(op) - R[SEGMENT_BASE + segment]! + bytes) | 0;
      return linear(segment, op.instruction.addressSize === 4 ? offset : offset & 0xffff, size, write);
    },
    load(op: Operation): number {
      switch (op.accessA) {
        case BYTE:
          return R8[op.a]!;
        case HALF:
          return R16[op.a]!;
        case WORD:
          return R[op.a]!;
        case MEMORY8:
          return read8(address(op));
        case MEMORY16:
          return read16(address(op));
        case MEMORY32:
          return read32(address(op));
        default:
          return op.immediate;
      }
    },
    modify(op: Operation): number {
      switch (op.accessA) {
        case BYTE:
          return R8[op.a]!;
        case HALF:
          return R16[op.a]!;
        case WORD:
          return R[op.a]!;
        case MEMORY8:
          return modify8(address(op));
        case MEMORY16:
          return modify16(address(op));
        default:
          return modify32(address(op));
      }
    },
    second(op: Operation): number {
      switch (op.accessB) {
        case BYTE:
          return R8[op.b]!;
        case HALF:
          return R16[op.b]!;
        case WORD:
          return R[op.b]!;
        case MEMORY8:
          return read8(address(op));
        case MEMORY16:
          return read16(address(op));
        case MEMORY32:
          return read32(address(op));
        default:
          return op.immediate;
      }
    },
    store(op: Operation, value: number): void {
      switch (op.accessA) {
        case BYTE:
          R8[op.a] = value;
          break;
        case HALF:
          R16[op.a] = value;
          break;
        case WORD:
          R[op.a] = value;
          break;
        case MEMORY8:
          write8(address(op), value);
          break;
        case MEMORY16:
          write16(address(op), value);
          break;
        default:
          write32(address(op), value);
      }
    },
    storeSecond(op: Operation, value: number): void {
      switch (op.accessB) {
        case BYTE:
          R8[op.b] = value;
          break;
        case HALF:
          R16[op.b] = value;
          break;
        default:
          R[op.b] = value;
      }
    },
  };
}
