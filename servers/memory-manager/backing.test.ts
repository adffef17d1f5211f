import { describe, expect, it } from "vitest";
import { flexpage, FLEXPAGE_WRITE, Unmap } from "#kernel/abi/flexpage.ts";
import { ANY, type ThreadId } from "#kernel/abi/identifiers.ts";
import { FaultRefusal } from "#kernel/abi/page-fault.ts";
import { call, type Op, receive, replyAndWait, sleep } from "#kernel/native.ts";
import { type Master, runSystem } from "../../tests/support/server-system.ts";
import { MemoryRequest } from "../abi/memory-manager.ts";
import { Sigma0Request } from "../abi/sigma0.ts";

const { CREATE, DISCARD } = MemoryRequest;

/** A backing manager in the master's clan: pages of data space n hold n * 1000 + page number, everywhere. */
function backingTask(master: Master, pages: number): { id: ThreadId; asked: number[]; flush: (page: number) => void } {
  const asked: number[] = [];
  const frames: number[] = [];
  let flush = (_page: number): void => {};
  const id = master.newTask({ priority: 160, name: "backing" }, function* (context) {
    for (let page = 0; page < pages; page++) {
      const address = 0x40000000 + page * 4096;
      yield* call(master.sigma0, { words: [Sigma0Request.ANY, 0, 0] }, undefined, flexpage(address, 12));
      const bytes = context.memory.page(address, "write");
      const view = new DataView(bytes.buffer, bytes.byteOffset, 4096);
      for (let at = 0; at < 4096; at += 4) view.setUint32(at, 1000 + page);
      frames.push(address);
    }
    flush = (page) => context.kernel.unmap(flexpage(frames[page]!, 12), Unmap.FLUSH);
    let next = yield* receive(ANY);
    for (;;) {
      const page = next.words[0]! >>> 12;
      asked.push(page);
      const known = page < pages;
      const item = { hotSpot: next.words[2]!, fpage: flexpage(frames[page] ?? 0, 12, FLEXPAGE_WRITE) };
      next = yield* replyAndWait(next.from, known ? { words: [0], pages: [item] } : { words: [FaultRefusal.BEYOND_END] });
    }
  });
  return { id, asked, flush: (page) => flush(page) };
}

describe("backed data spaces", () => {
  const create = (client: ThreadId, number: number, size: number, backing: ThreadId, offset: number, bytes: number): number[] => [
    CREATE,
    client,
    number,
    size,
    0,
    backing,
    1,
    offset,
    bytes,
  ];

  it("fetch, share, and copy on write", () => {
    runSystem({}, function* (master) {
      const file = backingTask(master, 8);
      const first = master.newClient();
      const second = master.newClient();
      yield* master.must(...create(first, 1, 8, file.id, 0, 8 * 4096));
      yield* master.must(...create(second, 1, 4, file.id, 2 * 4096, 4 * 4096));
      const before = yield* master.statistics();
      expect(yield* master.read(first, 1, 3)).toBe(1003);
      expect(yield* master.read(second, 1, 1)).toBe(1003);
      expect(file.asked).toEqual([3]);
      expect((yield* master.statistics()).freeFrames).toBe(before.freeFrames);
      expect(yield* master.write(second, 1, 1, 5)).toBe(5);
      expect(yield* master.read(first, 1, 3)).toBe(1003);
      expect(yield* master.write(first, 1, 6, 6)).toBe(6);
      const after = yield* master.statistics();
      expect(after.backingReads).toBe(2);
      expect(after.copies).toBe(2);
      yield* master.must(DISCARD, second, 1, 1, 1);
      expect(yield* master.read(second, 1, 1)).toBe(1003);
    });
  });

  it("read as zero after the valid bytes", () => {
    runSystem({}, function* (master) {
      const file = backingTask(master, 8);
      const client = master.newClient();
      yield* master.must(...create(client, 1, 4, file.id, 0, 4096 + 4));
      expect(yield* master.read(client, 1, 0)).toBe(1000);
      // The first word is the file's, the last one is zero.
      expect(yield* master.read(client, 1, 1)).toBe(0xbadbad);
      expect(yield* master.read(client, 1, 2)).toBe(0);
      expect(file.asked).toEqual([0, 1]);
    });
  });

  it("survive flushes by the owner", () => {
    runSystem({}, function* (master) {
      const file = backingTask(master, 8);
      const client = master.newClient();
      yield* master.must(...create(client, 1, 8, file.id, 0, 8 * 4096));
      for (let round = 0; round < 3; round++) {
        expect(yield* master.read(client, 1, 3)).toBe(1003);
        file.flush(3);
      }
      expect(file.asked).toEqual([3, 3, 3]);
    });
  });

  it("use a bounded window", () => {
    runSystem({ windowPages: 8 }, function* (master) {
      const file = backingTask(master, 20);
      const client = master.newClient();
      yield* master.must(...create(client, 1, 20, file.id, 0, 20 * 4096));
      for (let round = 0; round < 2; round++) {
        for (let index = 0; index < 20; index++) expect(yield* master.read(client, 1, index)).toBe(1000 + index);
      }
      // Twenty pages do not fit into a window of eight: most are fetched again in the second round.
      expect(file.asked.length).toBeGreaterThan(30);
    });
  });

  it("pass refusals on", () => {
    runSystem({}, function* (master) {
      const file = backingTask(master, 2);
      const client = master.newClient();
      yield* master.must(...create(client, 1, 8, file.id, 0, 8 * 4096));
      expect(yield* master.read(client, 1, 5)).toBe(-FaultRefusal.BEYOND_END);
      expect(yield* master.read(client, 1, 1)).toBe(1001);
    });
  });

  it("are copied by FORK with the pages that were written", () => {
    runSystem({}, function* (master) {
      const file = backingTask(master, 4);
      const parent = master.newClient();
      yield* master.must(...create(parent, 1, 4, file.id, 0, 4 * 4096));
      yield* master.write(parent, 1, 0, 1);
      const child = yield* master.fork(parent);
      yield* master.write(child, 1, 0, 2);
      expect([yield* master.read(parent, 1, 0), yield* master.read(child, 1, 0), yield* master.read(child, 1, 1)]).toEqual([1, 2, 1001]);
    });
  });

  it("stop at a manager that dies, never answers or answers uselessly, and hurt no one else", () => {
    runSystem({}, function* (master) {
      const silent = master.newTask({ priority: 160, name: "silent" }, function* () {
        for (;;) yield* receive(ANY);
      });
      const useless = master.newTask({ priority: 160, name: "useless" }, function* () {
        let next = yield* receive(ANY);
        for (;;) next = yield* replyAndWait(next.from, { words: [0] });
      });
      const dead = master.newTask({ priority: 160, name: "dead" }, function* () {});
      master.deleteTask(dead);
      const file = backingTask(master, 4);
      const client = master.newClient();
      const results: Record<string, number> = {};
      const ask = function* (name: string, backing: ThreadId): Op<void> {
        const victim = master.newClient();
        yield* master.must(...create(victim, 1, 4, backing, 0, 4 * 4096));
        master.newTask({ priority: 160, name }, function* () {
          const answer = yield* call(victim, { words: [1, 1, 0] });
          results[name] = answer.words[0]!;
          yield* receive(ANY);
        });
      };
      yield* ask("silent", silent);
      yield* ask("useless", useless);
      yield* ask("dead", dead);
      yield* master.must(...create(client, 1, 4, file.id, 0, 4 * 4096));
      yield* sleep(1_000_000);
      expect(results).toEqual({ useless: FaultRefusal.MANAGER, dead: FaultRefusal.MANAGER });
      expect(yield* master.read(client, 1, 1)).toBe(1001);
      yield* sleep(100_000_000);
      expect(results["silent"]).toBe(FaultRefusal.MANAGER);
      yield* ask("again", silent);
      yield* sleep(1000);
      expect(results["again"]).toBe(FaultRefusal.MANAGER);
    });
  });
});
