/**
 * Binders of the packed operations: brings both operands to words of the register file, calls the operation, and
 * puts MMX results back.
 *
 * Layers beneath: access.ts; integers.ts, shifts.ts and shuffles.ts compute.
 */
import { mapValues } from "../../map-values.ts";
import type { Binder, Core } from "../core.ts";
import { Kind } from "../instruction.ts";
import { createOperands } from "../operands.ts";
import type { Handler } from "../operation.ts";
import { Word } from "../registers.ts";
import type { VectorAccess } from "./access.ts";
import { createIntegers } from "./integers.ts";
import { createLanes, type PackedOperation } from "./lanes.ts";
import { countedByOperand, createShifts, type PackedShift } from "./shifts.ts";
import { createShuffles } from "./shuffles.ts";

export function packedBinders(core: Core, access: VectorAccess) {
  const SOURCE = Word.VECTOR_SCRATCH;
  const DESTINATION = Word.VECTOR_SCRATCH + 4;
  const { address } = createOperands(core);
  const { ready, beginMmx, loadMmx, storeMmx, read32, read64, readAligned } = access;
  const lanes = createLanes(core.file);

  function binderOf(operation: PackedOperation): Binder {
    const registers: Handler = (op) => {
      ready();
      operation(op.a, op.b, 16, op.immediate);
      return op.next;
    };
    const memory: Handler = (op) => {
      ready();
      readAligned(address(op), SOURCE);
      operation(op.a, SOURCE, 16, op.immediate);
      return op.next;
    };
    const mmxRegisters: Handler = (op) => {
      beginMmx();
      loadMmx(op.b, SOURCE);
      loadMmx(op.a, DESTINATION);
      operation(DESTINATION, SOURCE, 8, op.immediate);
      storeMmx(op.a, DESTINATION);
      return op.next;
    };
    const mmxMemory =
      (read: typeof read64): Handler =>
      (op) => {
        beginMmx();
        read(address(op), SOURCE);
        loadMmx(op.a, DESTINATION);
        operation(DESTINATION, SOURCE, 8, op.immediate);
        storeMmx(op.a, DESTINATION);
        return op.next;
      };
    const mmxMemory32 = mmxMemory(read32);
    const mmxMemory64 = mmxMemory(read64);
    return (_op, { operands }) => {
      const [first, second] = operands;
      const isMemory = second!.kind === Kind.MEMORY;
      if (first!.kind === Kind.XMM) return isMemory ? memory : registers;
      if (!isMemory) return mmxRegisters;
      return second!.size === 4 ? mmxMemory32 : mmxMemory64;
    };
  }

  function binderOfShift(shift: PackedShift): Binder {
    const byOperand = binderOf(countedByOperand(lanes, shift));
    const byImmediate: Handler = (op) => {
      ready();
      shift(op.a, op.immediate & 0xff, 16);
      return op.next;
    };
    const mmxByImmediate: Handler = (op) => {
      beginMmx();
      loadMmx(op.a, DESTINATION);
      shift(DESTINATION, op.immediate & 0xff, 8);
      storeMmx(op.a, DESTINATION);
      return op.next;
    };
    return (op, instruction) => {
      const [first, second] = instruction.operands;
      if (second!.kind !== Kind.IMMEDIATE) return byOperand(op, instruction);
      return first!.kind === Kind.XMM ? byImmediate : mmxByImmediate;
    };
  }

  const operations = { ...createIntegers(lanes), ...createShuffles(lanes) };
  return { ...mapValues(operations, binderOf), ...mapValues(createShifts(lanes), binderOfShift) };
}
