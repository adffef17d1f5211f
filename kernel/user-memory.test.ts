import { expect, test } from "vitest";
import { Ram } from "#machine/ram.ts";
import { TranslationTable } from "#machine/translation-table.ts";
import { idleProcessor } from "../tests/support/server-system.ts";
import { UserMemory, WordCursor } from "./user-memory.ts";

const PAGE = 0x40000;
const COUNT = 8;

/** Three pages: two with frames that are no neighbours, the second of which is read only, and none. */
function bench() {
  const ram = new Ram(16 * 4096, 1 << 20);
  const table = TranslationTable.create(ram)!;
  table.map(PAGE, 7, true);
  table.map(PAGE + 1, 3, false);
  for (let word = 0; word < 1024; word++) {
    ram.i32[7 * 1024 + word] = 0x70000 + word;
    ram.i32[3 * 1024 + word] = -0x30000 - word;
  }
  return { ram, table, cursor: new WordCursor(new UserMemory(ram, idleProcessor())) };
}

/** Byte offsets from the start of the first page. */
for (const offset of [0, 4080, 4081, 4095, 4096, 8188]) {
  test(`a run of words at offset ${offset} is what words one by one are`, () => {
    const { ram, table, cursor } = bench();
    const address = PAGE * 4096 + offset;
    cursor.start(table, false);
    const single = Array.from({ length: COUNT }, (_, index) => cursor.read(address + 4 * index));
    const fault = { faulted: cursor.faulted, at: cursor.faultAddress };
    cursor.start(table, false);
    const run: number[] = [1, 2];
    cursor.readRun(address, COUNT, run);
    expect(run).toEqual([1, 2, ...single]);
    expect(cursor.faulted).toBe(fault.faulted);
    if (fault.faulted) expect(cursor.faultAddress).toBe(fault.at);

    const values = Array.from({ length: COUNT }, (_, index) => index + 1);
    cursor.start(table, true);
    for (const [index, value] of values.entries()) cursor.store(address + 4 * index, value);
    const stored = ram.i32.slice(0, 16 * 1024);
    const expected = { faulted: cursor.faulted, at: cursor.faultAddress };
    const other = bench();
    other.cursor.start(other.table, true);
    other.cursor.storeRun(address, [8, 9, ...values], 2);
    expect(other.ram.i32.slice(3 * 1024, 8 * 1024)).toEqual(stored.slice(3 * 1024, 8 * 1024));
    expect(other.cursor.faulted).toBe(expected.faulted);
    if (expected.faulted) expect(other.cursor.faultAddress).toBe(expected.at);
  });
}
