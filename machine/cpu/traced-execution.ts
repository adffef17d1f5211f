/**
 * Connects the interpreter with a reference tracer: which address space runs, how far it is, and what it touches.
 *
 * Exists only in a processor that traces; then each operation reports its fetch before it is executed, and no
 * two are fused. Layer beneath: machine/reference-tracer.ts.
 */
import { PAGE_MASK, PAGE_SHIFT, type Ram } from "../ram.ts";
import { ReferenceKind, type ReferenceTracer } from "../reference-tracer.ts";
import type { TranslationTable } from "../translation-table.ts";
import type { Handler, Operation } from "./operation.ts";
import { type RegisterFile, Word } from "./registers.ts";

export interface TracedExecution {
  /** The address space that runs from now on. */
  select(table: TranslationTable): void;
  /** Data were read or written. */
  data(address: number, frame: number, write: boolean): void;
  /** Makes an operation report its fetch. */
  trace(op: Operation): Operation;
}

/** @param count instructions completed before an operation */
export function createTracedExecution(
  ram: Ram,
  file: RegisterFile,
  tracer: ReferenceTracer,
  count: (op: Operation) => number,
): TracedExecution {
  const { PAGE, ROOT } = Word;
  const { FETCH, READ, WRITE } = ReferenceKind;
  const pageSize = PAGE_MASK + 1;
  const pageShift = PAGE_SHIFT;
  const { i32 } = ram;
  const R = file.words;
  let space = 0;
  let time = 0;

  function fetched(address: number): void {
    const entry = i32[(i32[R[ROOT]! + (address >>> 22)]! >> 2) + ((address >>> 12) & 1023)]!;
    tracer.touch(space, address >>> pageShift, entry >>> pageShift, FETCH, time);
  }

  return {
    select(table: TranslationTable): void {
      space = table.serial;
    },
    data(address: number, frame: number, write: boolean): void {
      tracer.touch(space, address >>> pageShift, frame, write ? WRITE : READ, time);
    },
    trace(op: Operation): Operation {
      const untraced = op.plain;
      const traced: Handler = (self) => {
        time = count(self);
        const page = R[PAGE]!;
        fetched(page);
        if (self.second !== null) fetched((page + pageSize) | 0);
        return untraced(self);
      };
      op.plain = traced;
      op.alone = traced;
      op.exec = traced;
      return op;
    },
  };
}
