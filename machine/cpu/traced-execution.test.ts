import { expect, test } from "vitest";
import { ReferenceKind } from "../reference-tracer.ts";
import { CODE, DATA, HOLE, READ_ONLY, STACK, TestMachine } from "../../tests/support/code-machine.ts";

const NAMES = new Map([
  [ReferenceKind.READ, "read"],
  [ReferenceKind.WRITE, "write"],
  [ReferenceKind.FETCH, "fetch"],
]) as ReadonlyMap<number, string>;
const PAGES = new Map([
  [CODE >>> 12, "code"],
  [(CODE >>> 12) + 1, "code2"],
  [DATA >>> 12, "data"],
  [(DATA >>> 12) + 1, "data2"],
  [READ_ONLY >>> 12, "constant"],
  [(STACK - 4096) >>> 12, "stack"],
]);

/** A machine, and its references so far as "time kind page". */
function traced(): { machine: TestMachine; seen: string[] } {
  const seen: string[] = [];
  const machine = new TestMachine({
    referenced(space, page, frame, kind, time) {
      expect(space).toBe(machine.table.serial);
      expect(frame).toBe(machine.table.get(page) >>> 12);
      seen.push(`${time} ${NAMES.get(kind)} ${PAGES.get(page)}`);
    },
  });
  return { machine, seen };
}

const le = (value: number): number[] => [0, 8, 16, 24].map((shift) => (value >>> shift) & 0xff);

test("every instruction tells its fetch, then its data, in order", () => {
  const { machine, seen } = traced();
  // mov eax,[DATA]; push eax; mov [DATA+4096],eax; nop; int3
  machine.execute([0xa1, ...le(DATA), 0x50, 0xa3, ...le(DATA + 4096), 0x90, 0xcc]);
  expect(seen).toEqual(["0 fetch code", "0 read data", "1 fetch code", "1 write stack", "2 fetch code", "2 write data2", "3 fetch code"]);
});

test("a loop tells its pages in each turn, and runs of one kind once", () => {
  const { machine, seen } = traced();
  // mov ecx,3; again: dec ecx; jnz again; int3: no data at all
  machine.execute([0xb9, ...le(3), 0x49, 0x75, 0xfd, 0xcc]);
  expect(seen).toEqual(["0 fetch code"]);
  seen.length = 0;
  // mov ecx,2; again: inc dword [DATA]; dec ecx; jnz again; int3
  const before = machine.processor.instructions;
  machine.execute([0xb9, ...le(2), 0xff, 0x05, ...le(DATA), 0x49, 0x75, 0xf7, 0xcc]);
  // A read right after a write of the page would add nothing: one "write" stands for a turn's read and write.
  expect(seen.map((line) => line.replace(/^\d+/, (time) => String(Number(time) - before)))).toEqual([
    "1 write data",
    "2 fetch code",
    "4 write data",
    "5 fetch code",
  ]);
});

test("accesses that cross pages and repeated strings tell every page", () => {
  const { machine, seen } = traced();
  // mov [DATA+4094],eax
  machine.execute([0xa3, ...le(DATA + 4094), 0xcc]);
  expect(seen).toEqual(["0 fetch code", "0 write data", "0 write data2", "0 write data", "0 write data2", "1 fetch code"]);
  seen.length = 0;
  machine.set("ESI", READ_ONLY - 8);
  machine.set("EDI", STACK - 64);
  machine.set("ECX", 4);
  machine.execute([0xf3, 0xa5, 0xcc]);
  const pages = seen.map((line) => line.replace(/^\d+ /, ""));
  expect(pages.slice(0, 2)).toEqual(["read data2", "write stack"]);
  expect(pages).toContain("read constant");
});

test("an instruction that straddles pages fetches both", () => {
  const { machine, seen } = traced();
  machine.write(CODE + 4094, 0xb8, 1, 0, 0, 0, 0xcc);
  machine.context.eip = CODE + 4094;
  machine.run();
  expect(seen).toEqual(["0 fetch code", "0 fetch code2"]);
});

test("the repetition after a fault tells only what is new", () => {
  const { machine, seen } = traced();
  // push dword [HOLE] faults before it touches the stack
  machine.execute([0xff, 0x35, ...le(HOLE), 0xcc]);
  expect(seen).toEqual(["0 fetch code"]);
  machine.map(HOLE, 5, true);
  PAGES.set(HOLE >>> 12, "hole");
  machine.run();
  expect(seen).toEqual(["0 fetch code", "0 read hole", "0 write stack", "1 fetch code"]);
});

test("what was touched before a fault is not told again, wherever the fault is", () => {
  const { machine, seen } = traced();
  const hole = HOLE;
  PAGES.set(hole >>> 12, "hole");
  // push dword [DATA] with a stack that is not there; then mov eax,[DATA+4096]; int3
  machine.set("ESP", hole + 4096);
  machine.execute([0xff, 0x35, ...le(DATA), 0xa1, ...le(DATA + 4096), 0xcc]);
  expect(seen).toEqual(["0 fetch code", "0 read data"]);
  // Twice, because the page has gone again.
  machine.run();
  machine.map(hole, 5, true);
  machine.run();
  expect(seen).toEqual(["0 fetch code", "0 read data", "0 write hole", "1 fetch code", "1 read data2", "2 fetch code"]);
});

test("another instruction in between ends the repetition", () => {
  const { machine, seen } = traced();
  const hole = HOLE;
  machine.set("ESP", hole + 4096);
  machine.execute([0xff, 0x35, ...le(DATA), 0x90, 0xcc]);
  const eip = machine.context.eip;
  // A handler of the program's own: the nop.
  machine.context.eip = CODE + 6;
  machine.run(1);
  machine.context.eip = eip;
  machine.set("ESP", STACK);
  seen.length = 0;
  machine.run();
  expect(seen.map((line) => line.replace(/^\d+ /, ""))).toEqual(["read data", "write stack", "fetch code"]);
});
