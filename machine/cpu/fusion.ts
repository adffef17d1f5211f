/**
 * Pairs of instructions that one handler executes: a comparison and the conditional jump behind it.
 *
 * The flags are stored as by the comparison alone. The pair is an addition to the first operation's `exec`; its
 * `plain`
 * and the second operation stay, for jumps between them and for slices that end there.
 */
import type { Core } from "./core.ts";
import { FLAG_SHIFT, FlagKind } from "./flags.ts";
import { Invalid } from "./instruction.ts";
import { Access, type Handler, type Operation } from "./operation.ts";
import { Word } from "./registers.ts";

export type Fuse = (first: Operation, second: Operation) => void;

export function createFusion(core: Core): Fuse {
  const { BUDGET, FLAG_FIRST, FLAG_RESULT, FLAG_TYPE } = Word;
  const { LOGIC, SUB } = FlagKind;
  const typeShift = FLAG_SHIFT;
  const { BYTE, IMMEDIATE, MEMORY32, MEMORY8, WORD } = Access;
  const R = core.file.words;
  const R8 = core.file.bytes;
  const { read32, read8 } = core.memory;
  const { condition } = core.flags;
  const { take } = core.code;

  function go(jump: Operation, isTaken: boolean): Operation | null {
    if (!isTaken) return jump.next;
    R[BUDGET] = R[BUDGET]! + jump.next.rest;
    return take(jump);
  }

  /** Stores the flags of a - b and jumps. */
  function compare(jump: Operation, a: number, b: number, type: number): Operation | null {
    R[FLAG_FIRST] = a;
    R[FLAG_RESULT] = a - b;
    R[FLAG_TYPE] = type;
    let isTaken: boolean;
    switch (jump.condition) {
      case 2:
        isTaken = a >>> 0 < b >>> 0;
        break;
      case 3:
        isTaken = a >>> 0 >= b >>> 0;
        break;
      case 4:
        isTaken = a === b;
        break;
      case 5:
        isTaken = a !== b;
        break;
      case 6:
        isTaken = a >>> 0 <= b >>> 0;
        break;
      case 7:
        isTaken = a >>> 0 > b >>> 0;
        break;
      case 12:
        isTaken = a < b;
        break;
      case 13:
        isTaken = a >= b;
        break;
      case 14:
        isTaken = a <= b;
        break;
      case 15:
        isTaken = a > b;
        break;
      default:
        isTaken = condition(jump.condition);
    }
    return go(jump, isTaken);
  }

  /** Stores the flags of a logical result and jumps. */
  function test(jump: Operation, result: number, type: number): Operation | null {
    R[FLAG_RESULT] = result;
    R[FLAG_TYPE] = type;
    let isTaken: boolean;
    switch (jump.condition) {
      case 4:
        isTaken = result === 0;
        break;
      case 5:
        isTaken = result !== 0;
        break;
      case 8:
      case 12:
        isTaken = result < 0;
        break;
      case 9:
      case 13:
        isTaken = result >= 0;
        break;
      case 14:
        isTaken = result <= 0;
        break;
      case 15:
        isTaken = result > 0;
        break;
      default:
        isTaken = condition(jump.condition);
    }
    return go(jump, isTaken);
  }

  const SUB8 = SUB | (24 << typeShift);
  const LOGIC8 = LOGIC | (24 << typeShift);

  const compareRR: Handler = (op) => compare(op.next, R[op.a]!, R[op.b]!, SUB);
  const compareRI: Handler = (op) => compare(op.next, R[op.a]!, op.immediate, SUB);
  const compareRM: Handler = (op) =>
    compare(op.next, R[op.a]!, read32((R[op.base]! + (R[op.index]! << op.scale) + op.displacement) | 0), SUB);
  const compareMR: Handler = (op) =>
    compare(op.next, read32((R[op.base]! + (R[op.index]! << op.scale) + op.displacement) | 0), R[op.b]!, SUB);
  const compareMI: Handler = (op) =>
    compare(op.next, read32((R[op.base]! + (R[op.index]! << op.scale) + op.displacement) | 0), op.immediate, SUB);
  const compareBytes: Handler = (op) => compare(op.next, R8[op.a]! << 24, R8[op.b]! << 24, SUB8);
  const compareByteImmediate: Handler = (op) => compare(op.next, R8[op.a]! << 24, op.immediate << 24, SUB8);
  const compareByteMemoryImmediate: Handler = (op) =>
    compare(op.next, read8((R[op.base]! + (R[op.index]! << op.scale) + op.displacement) | 0) << 24, op.immediate << 24, SUB8);
  const testRR: Handler = (op) => test(op.next, R[op.a]! & R[op.b]!, LOGIC);
  const testRI: Handler = (op) => test(op.next, R[op.a]! & op.immediate, LOGIC);
  const testBytes: Handler = (op) => test(op.next, (R8[op.a]! & R8[op.b]!) << 24, LOGIC8);
  const testByteImmediate: Handler = (op) => test(op.next, (R8[op.a]! & op.immediate) << 24, LOGIC8);

  function comparison(op: Operation): Handler | undefined {
    switch (op.accessA) {
      case WORD:
        if (op.accessB === WORD) return compareRR;
        return op.accessB === IMMEDIATE ? compareRI : compareRM;
      case MEMORY32:
        return op.accessB === WORD ? compareMR : compareMI;
      case BYTE:
        if (op.accessB === BYTE) return compareBytes;
        return op.accessB === IMMEDIATE ? compareByteImmediate : undefined;
      case MEMORY8:
        return op.accessB === IMMEDIATE ? compareByteMemoryImmediate : undefined;
      default:
        return undefined;
    }
  }

  function tested(op: Operation): Handler | undefined {
    if (op.accessA === WORD) return op.accessB === WORD ? testRR : testRI;
    if (op.accessA !== BYTE) return undefined;
    return op.accessB === BYTE ? testBytes : testByteImmediate;
  }

  return (first, second) => {
    const { invalid, opcode } = second.instruction;
    const isJump = (opcode >= 0x70 && opcode <= 0x7f) || (opcode >= 0x0f80 && opcode <= 0x0f8f);
    if (!isJump || invalid !== Invalid.NONE || second.instruction.operandSize !== 4 || first.address !== null) return;
    const { mnemonic } = first.instruction.row;
    const handler = mnemonic === "cmp" ? comparison(first) : mnemonic === "test" ? tested(first) : undefined;
    if (handler !== undefined) first.exec = handler;
  };
}
