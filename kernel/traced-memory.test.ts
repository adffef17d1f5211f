import { expect, test } from "vitest";
import { Ram } from "#machine/ram.ts";
import { ReferenceKind, ReferenceTracer } from "#machine/reference-tracer.ts";
import { TranslationTable } from "#machine/translation-table.ts";
import { idleProcessor } from "../tests/support/server-system.ts";
import { TracedUserMemory } from "./traced-memory.ts";
import { ABSENT } from "./user-memory.ts";

test("what the kernel reads and writes for a thread is told, what it cannot reach is not", () => {
  const ram = new Ram(16 * 4096, 1 << 20);
  const told: unknown[] = [];
  const tracer = new ReferenceTracer(ram.frameCount, { referenced: (...reference) => told.push(reference) });
  const processor = idleProcessor();
  const memory = new TracedUserMemory(ram, processor, tracer);
  const table = TranslationTable.create(ram)!;
  table.map(0x40000, 3, true);
  table.map(0x40001, 4, false);
  table.map(0x40002, 5, true);
  tracer.watched[3] = 1;
  tracer.watched[4] = 1;
  const at = (page: number): number => page * 4096 + 20;

  processor.instructions = 7;
  expect(memory.readable(table, at(0x40000))).toBe(3 * 4096 + 20);
  expect(memory.writable(table, at(0x40000))).toBe(3 * 4096 + 20);
  expect(memory.readable(table, at(0x40001))).toBe(4 * 4096 + 20);
  // Not to be written, not there, and not watched.
  expect(memory.writable(table, at(0x40001))).toBe(ABSENT);
  expect(memory.readable(table, at(0x40009))).toBe(ABSENT);
  expect(memory.readable(table, at(0x40002))).toBe(5 * 4096 + 20);
  const { READ, WRITE } = ReferenceKind;
  expect(told).toEqual([
    [table.serial, 0x40000, 3, READ, 7],
    [table.serial, 0x40000, 3, WRITE, 7],
    [table.serial, 0x40001, 4, READ, 7],
  ]);
});
