/** The memory manager serves faults of i386 code: the real path, with regions of the kernel. */
import { describe, expect, it } from "vitest";
import { Right } from "#kernel/abi/calls.ts";
import { flexpage } from "#kernel/abi/flexpage.ts";
import { NIL, type ThreadId } from "#kernel/abi/identifiers.ts";
import { call, type Op, receive, replyAndWait } from "#kernel/native.ts";
import { Interpreter } from "#machine/cpu/interpreter.ts";
import type { Ram } from "#machine/ram.ts";
import { MemoryRequest } from "../abi/memory-manager.ts";
import { Sigma0Request } from "../abi/sigma0.ts";
import { type Master, runSystem } from "../../tests/support/server-system.ts";

const CODE = 0x10000;
const DATA = 0x08000000;

/** Little-endian bytes of a 32-bit value. */
const word = (value: number): number[] => [value & 0xff, (value >>> 8) & 0xff, (value >>> 16) & 0xff, value >>> 24];

/** Sends EDX to a thread and waits for its answer. */
const report = (to: ThreadId): number[] => [
  0xb8,
  ...word(0), //               mov eax, 0          registers only
  0xb9,
  ...word(0), //               mov ecx, 0          no timeouts
  0xbd,
  ...word(0), //               mov ebp, 0          receive registers only
  0xbe,
  ...word(to), //              mov esi, to
  0xcd,
  0x30, //                     int 0x30
];

/** Writes 1, 2, 3 … to the first word of each page. */
const fill = (pages: number): number[] => [
  0xbf,
  ...word(DATA), //            mov edi, DATA
  0xb9,
  ...word(pages), //           mov ecx, pages
  0xb8,
  ...word(1), //               mov eax, 1
  0x89,
  0x07, //                next: mov [edi], eax
  0x40, //                           inc eax
  0x81,
  0xc7,
  ...word(4096), //      add edi, 4096
  0xe2,
  0xf5, //                     loop next
];

/** Counts in EDX the pages whose first word is not 1, 2, 3 … */
const check = (pages: number): number[] => [
  0xbf,
  ...word(DATA), //            mov edi, DATA
  0xb9,
  ...word(pages), //           mov ecx, pages
  0xb8,
  ...word(1), //               mov eax, 1
  0x31,
  0xd2, //                     xor edx, edx
  0x39,
  0x07, //                next: cmp [edi], eax
  0x74,
  0x01, //                     je same
  0x42, //                           inc edx
  0x40, //                      same: inc eax
  0x81,
  0xc7,
  ...word(4096), //      add edi, 4096
  0xe2,
  0xf2, //                     loop next
];

/** A manager of one page of code, which it maps to whoever faults. */
function codeManager(master: Master, code: readonly number[]): ThreadId {
  return master.newTask({ priority: 180, name: "code" }, function* (context): Op<void> {
    yield* call(master.sigma0, { words: [Sigma0Request.ANY, 0, 0] }, undefined, flexpage(CODE, 12));
    context.memory.page(CODE, "write").set(code);
    let fault = yield* receive(0xffffffff);
    for (;;) {
      fault = yield* replyAndWait(fault.from, { words: [0], pages: [{ hotSpot: fault.words[2]!, fpage: flexpage(CODE, 12) }] });
    }
  });
}

/** A task that runs the code with data space 1 of the memory manager at DATA. */
function* program(master: Master, pages: number, code: readonly number[]): Op<ThreadId> {
  const { kernel } = master.context;
  const task = kernel.taskNew({ name: "program", priority: 100 });
  expect(task).not.toBe(NIL);
  yield* master.must(MemoryRequest.CREATE, task, 1, pages, 0);
  kernel.regionMap(task, CODE, 4096, codeManager(master, code), 0, 0, Right.READ | Right.EXECUTE);
  kernel.regionMap(task, DATA, pages * 4096, master.manager, 1, 0, Right.READ | Right.WRITE);
  return task;
}

const processor = (ram: Ram) => new Interpreter(ram, { now: () => 0 });

describe("an emulated client", () => {
  it("fills and checks more memory than there is", () => {
    runSystem({ frames: 24, diskBlocks: 128, processor }, function* (master) {
      const me = master.context.id;
      const task = yield* program(master, 100, [...fill(100), ...check(100), ...report(me)]);
      master.context.kernel.exRegs(task, { eip: CODE, esp: 0 });
      const result = yield* receive(task);
      expect(result.words[0]).toBe(0);
      const statistics = yield* master.statistics();
      expect(statistics.pageOuts).toBeGreaterThan(70);
      expect(statistics.pageIns).toBeGreaterThan(70);
      yield* master.end(task);
      const after = yield* master.statistics();
      expect([after.freeFrames, after.swapUsed, after.committed]).toEqual([23, 0, 0]);
    });
  });

  it("needs few faults to fill memory, and to read it after a fork", () => {
    runSystem({ frames: 400, diskBlocks: 0, processor }, function* (master) {
      const { id: me, kernel } = master.context;
      const parent = yield* program(master, 96, [...fill(96), ...report(me)]);
      kernel.exRegs(parent, { eip: CODE, esp: 0 });
      yield* receive(parent);
      expect(kernel.statistics(parent)!.faults).toBeLessThan(20);
      expect((yield* master.statistics()).zeroFills).toBe(96);
      const child = kernel.taskNew({ name: "child", priority: 100 });
      yield* master.must(MemoryRequest.FORK, parent, child);
      kernel.regionMap(child, CODE, 4096, codeManager(master, [...check(96), ...report(me)]), 0, 0, Right.READ);
      kernel.regionMap(child, DATA, 96 * 4096, master.manager, 1, 0, Right.READ | Right.WRITE);
      kernel.exRegs(child, { eip: CODE, esp: 0 });
      expect((yield* receive(child)).words[0]).toBe(0);
      expect(kernel.statistics(child)!.faults).toBeLessThan(10);
    });
  });

  it("makes no pages ahead when memory is scarce, nor beyond the end", () => {
    runSystem({ frames: 100, diskBlocks: 64, processor }, function* (master) {
      const { id: me, kernel } = master.context;
      const task = yield* program(master, 90, [...fill(90), ...report(me)]);
      kernel.exRegs(task, { eip: CODE, esp: 0 });
      yield* receive(task);
      const statistics = yield* master.statistics();
      expect([statistics.zeroFills, statistics.pageOuts]).toEqual([90, 0]);
      expect(kernel.statistics(task)!.faults).toBeGreaterThan(25);
    });
  });

  it("is forked lazily", () => {
    runSystem({ frames: 150, diskBlocks: 0, processor }, function* (master) {
      const { id: me, kernel } = master.context;
      const parent = yield* program(master, 50, [...fill(50), ...report(me), ...check(50), ...report(me)]);
      kernel.exRegs(parent, { eip: CODE, esp: 0 });
      yield* receive(parent);
      const before = yield* master.statistics();
      const child = kernel.taskNew({ name: "child", priority: 100 });
      yield* master.must(MemoryRequest.FORK, parent, child);
      kernel.regionMap(child, CODE, 4096, codeManager(master, [...check(50), ...report(me), ...fill(10), ...report(me)]), 0, 0, Right.READ);
      kernel.regionMap(child, DATA, 50 * 4096, master.manager, 1, 0, Right.READ | Right.WRITE);
      kernel.exRegs(child, { eip: CODE, esp: 0 });
      expect((yield* receive(child)).words[0]).toBe(0);
      expect((yield* master.statistics()).freeFrames).toBe(before.freeFrames);
      // The child goes on and writes ten pages; the parent still sees its own.
      yield* call(child, { words: [0] });
      const after = yield* master.statistics();
      expect(after.copies - before.copies).toBe(10);
      expect((yield* call(parent, { words: [0] })).words[0]).toBe(0);
    });
  });
});
