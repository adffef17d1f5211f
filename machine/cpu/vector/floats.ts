/**
 * Binders of the floating-point instructions: brings the source to words of the register file, calls the operation
 * (float/float.ts), and puts MMX results back.
 *
 * Layers beneath: access.ts, float/float.ts.
 */
import { mapValues } from "../../map-values.ts";
import type { Binder, Core } from "../core.ts";
import { Kind } from "../instruction.ts";
import { createOperands } from "../operands.ts";
import type { Handler } from "../operation.ts";
import { Word } from "../registers.ts";
import type { VectorAccess } from "./access.ts";
import { createVectorFloat } from "./float/float.ts";
import type { FloatOperation } from "./float/shapes.ts";

export function floatBinders(core: Core, access: VectorAccess) {
  const SOURCE = Word.VECTOR_SCRATCH;
  const DESTINATION = Word.VECTOR_SCRATCH + 4;
  const { address } = createOperands(core);
  const { ready, beginMmx, endMmx, loadMmx, storeMmx, read32, read64, readAligned } = access;
  type Read = typeof read32;
  /** Readers of memory operands by size. */
  const readers: Readonly<Record<number, Read>> = { 4: read32, 8: read64, 16: readAligned };

  function binderOf(operation: FloatOperation): Binder {
    const registers: Handler = (op) => {
      ready();
      operation(op.a, op.b, op.immediate);
      return op.next;
    };
    const memory =
      (read: Read): Handler =>
      (op) => {
        ready();
        read(address(op), SOURCE);
        operation(op.a, SOURCE, op.immediate);
        return op.next;
      };
    // MMX state is entered even when the operation then faults (measured).
    const fromMmx: Handler = (op) => {
      beginMmx();
      loadMmx(op.b, SOURCE);
      endMmx();
      operation(op.a, SOURCE, op.immediate);
      return op.next;
    };
    const toMmx: Handler = (op) => {
      beginMmx();
      endMmx();
      operation(DESTINATION, op.b, op.immediate);
      storeMmx(op.a, DESTINATION);
      return op.next;
    };
    const memoryToMmx =
      (read: Read): Handler =>
      (op) => {
        beginMmx();
        read(address(op), SOURCE);
        endMmx();
        operation(DESTINATION, SOURCE, op.immediate);
        storeMmx(op.a, DESTINATION);
        return op.next;
      };
    return (_op, { operands }) => {
      const [first, second] = operands;
      const isToMmx = first!.kind === Kind.MMX;
      if (second!.kind === Kind.MEMORY) return (isToMmx ? memoryToMmx : memory)(readers[second!.size]!);
      if (isToMmx) return toMmx;
      return second!.kind === Kind.MMX ? fromMmx : registers;
    };
  }

  return mapValues(createVectorFloat(core.file, core.flags), binderOf);
}
