/**
 * The kernel's way into the memory of threads when references are traced: what it reads and writes for a thread counts as
 * the thread's references.
 *
 * Layer beneath: user-memory.ts, machine/reference-tracer.ts.
 */
import type { Processor } from "#machine/processor.ts";
import { PAGE_SHIFT, type Ram } from "#machine/ram.ts";
import { ReferenceKind, type ReferenceTracer } from "#machine/reference-tracer.ts";
import type { TranslationTable } from "#machine/translation-table.ts";
import { ABSENT, UserMemory } from "./user-memory.ts";

export class TracedUserMemory extends UserMemory {
  private readonly tracer: ReferenceTracer;
  private readonly clockedBy: Processor;

  constructor(ram: Ram, processor: Processor, tracer: ReferenceTracer) {
    super(ram, processor);
    this.tracer = tracer;
    this.clockedBy = processor;
  }

  override readable(table: TranslationTable, address: number): number {
    return this.told(table, address, super.readable(table, address), ReferenceKind.READ);
  }

  override writable(table: TranslationTable, address: number): number {
    return this.told(table, address, super.writable(table, address), ReferenceKind.WRITE);
  }

  private told(table: TranslationTable, address: number, physical: number, kind: number): number {
    if (physical !== ABSENT) {
      this.tracer.touch(table.serial, address >>> PAGE_SHIFT, physical >>> PAGE_SHIFT, kind, this.clockedBy.instructions);
    }
    return physical;
  }
}
