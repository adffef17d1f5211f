/**
 * Connects the interpreter with a reference tracer: which address space runs, how far it is, and what it touches.
 *
 * Exists only in a processor that traces; then each operation reports its fetch before it is executed, and no
 * two are fused. When an instruction is repeated after a page fault, what it touched before the fault is not told
 * again:
 * whoever serves the fault tells the reference that faulted, so the order stays that of the program.
 * Layer beneath: machine/reference-tracer.ts.
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
  /** The operation that is being executed has met a page fault. */
  faulted(op: Operation): void;
}

/** An instruction that will be repeated. */
interface Repetition {
  readonly address: number;
  /** What it touched before the fault. */
  readonly touches: number;
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
  /** What the current instruction has touched, and how much of what comes is known. */
  let touches = 0;
  let known = 0;
  /** By address space. */
  const repetitions = new Map<number, Repetition>();

  function touch(address: number, frame: number, kind: number): void {
    touches++;
    if (touches > known) tracer.touch(space, address >>> pageShift, frame, kind, time);
  }

  function fetched(address: number): void {
    const entry = i32[(i32[R[ROOT]! + (address >>> 22)]! >> 2) + ((address >>> 12) & 1023)]!;
    touch(address, entry >>> pageShift, FETCH);
  }

  function begin(op: Operation): void {
    time = count(op);
    touches = 0;
    known = 0;
    if (repetitions.size === 0) return;
    const repetition = repetitions.get(space);
    if (repetition === undefined) return;
    repetitions.delete(space);
    if (repetition.address === ((R[PAGE]! + op.offset) | 0)) known = repetition.touches;
  }

  return {
    select(table: TranslationTable): void {
      space = table.serial;
    },
    data(address: number, frame: number, write: boolean): void {
      touch(address, frame, write ? WRITE : READ);
    },
    trace(op: Operation): Operation {
      const untraced = op.plain;
      const traced: Handler = (self) => {
        begin(self);
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
    faulted(op: Operation): void {
      // A repeated string instruction goes on where it was.
      if (op.instruction.repeat === 0) repetitions.set(space, { address: (R[PAGE]! + op.offset) | 0, touches });
    },
  };
}
