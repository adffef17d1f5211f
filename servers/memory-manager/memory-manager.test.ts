import { describe, expect, it } from "vitest";
import { ANY, type ThreadId } from "#kernel/abi/identifiers.ts";
import { FaultRefusal } from "#kernel/abi/page-fault.ts";
import { call, type Op, receive, sleep } from "#kernel/native.ts";
import { DataSpaceFlag, MemoryError, MemoryRequest } from "../abi/memory-manager.ts";
import { type Master, runSystem } from "../../tests/support/server-system.ts";
import { randomNumbers } from "../../tests/support/random.ts";

const { CREATE, RESIZE, DISCARD, DESTROY, FORK, DESTROY_ALL, STATISTICS, TASK_STATISTICS, ALIAS, SHARE, ATTACH_MASTER } = MemoryRequest;
const { SHARED, NO_RESERVE } = DataSpaceFlag;

describe("anonymous memory", () => {
  it("reads as zero and keeps what is written", () => {
    runSystem({}, function* (master) {
      const client = yield* master.clientWith(10);
      expect(yield* master.read(client, 1, 3)).toBe(0);
      expect(yield* master.write(client, 1, 3, 42)).toBe(42);
      expect(yield* master.read(client, 1, 3)).toBe(42);
      expect(yield* master.read(client, 1, 4)).toBe(0);
    });
  });

  it("takes no frame for pages that are only read", () => {
    runSystem({}, function* (master) {
      const client = yield* master.clientWith(50);
      const before = yield* master.statistics();
      for (let index = 0; index < 50; index++) yield* master.read(client, 1, index);
      const after = yield* master.statistics();
      expect(after.freeFrames).toBe(before.freeFrames);
      expect(after.zeroFills).toBe(0);
    });
  });

  it("costs nothing for a large stack", () => {
    runSystem({}, function* (master) {
      const before = yield* master.statistics();
      const client = yield* master.clientWith(2048, NO_RESERVE);
      yield* master.write(client, 1, 2047, 1);
      const after = yield* master.statistics();
      expect(before.freeFrames - after.freeFrames).toBe(1);
      expect(after.committed).toBe(1);
    });
  });

  it("is refused beyond the end, for unknown numbers and for other tasks' numbers", () => {
    runSystem({}, function* (master) {
      const client = yield* master.clientWith(2);
      const other = master.newClient();
      expect(yield* master.read(client, 1, 2)).toBe(-FaultRefusal.BEYOND_END);
      expect(yield* master.read(client, 2, 0)).toBe(-FaultRefusal.NO_REGION);
      expect(yield* master.write(other, 1, 0, 1)).toBe(-FaultRefusal.NO_REGION);
    });
  });

  it("gives everything back", () => {
    runSystem({}, function* (master) {
      const before = yield* master.statistics();
      const client = yield* master.clientWith(10);
      yield* master.must(CREATE, client, 2, 5, NO_RESERVE);
      for (let index = 0; index < 5; index++) {
        yield* master.write(client, 1, index, 1);
        yield* master.write(client, 2, index, 1);
      }
      yield* master.must(DESTROY, client, 2);
      expect(yield* master.read(client, 2, 0)).toBe(-FaultRefusal.NO_REGION);
      yield* master.end(client);
      const after = yield* master.statistics();
      expect(after.freeFrames).toBe(before.freeFrames);
      expect(after.committed).toBe(0);
    });
  });

  it("hands no old content to a new owner", () => {
    runSystem({ frames: 8, diskBlocks: 0 }, function* (master) {
      const first = yield* master.clientWith(5);
      for (let index = 0; index < 5; index++) yield* master.write(first, 1, index, 99);
      yield* master.end(first);
      const second = yield* master.clientWith(5, SHARED);
      for (let index = 0; index < 5; index++) expect(yield* master.read(second, 1, index)).toBe(0);
    });
  });
});

describe("RESIZE and DISCARD", () => {
  it("discards what is cut off, also for the client's mappings", () => {
    runSystem({}, function* (master) {
      const client = yield* master.clientWith(4);
      for (let index = 0; index < 4; index++) yield* master.write(client, 1, index, index + 1);
      yield* master.must(RESIZE, client, 1, 2);
      expect(yield* master.read(client, 1, 1)).toBe(2);
      expect(yield* master.read(client, 1, 2)).toBe(-FaultRefusal.BEYOND_END);
      yield* master.must(RESIZE, client, 1, 4);
      expect(yield* master.read(client, 1, 2)).toBe(0);
      expect((yield* master.statistics()).committed).toBe(4);
    });
  });

  it("takes zero pages away too", () => {
    runSystem({}, function* (master) {
      const client = yield* master.clientWith(4);
      yield* master.read(client, 1, 3);
      yield* master.must(RESIZE, client, 1, 2);
      expect(yield* master.read(client, 1, 3)).toBe(-FaultRefusal.BEYOND_END);
    });
  });

  it("makes discarded pages zero", () => {
    runSystem({}, function* (master) {
      const client = yield* master.clientWith(6, NO_RESERVE);
      for (let index = 0; index < 6; index++) yield* master.write(client, 1, index, 7);
      yield* master.must(DISCARD, client, 1, 1, 3);
      const values: number[] = [];
      for (let index = 0; index < 6; index++) values.push(yield* master.read(client, 1, index));
      expect(values).toEqual([7, 0, 0, 0, 7, 7]);
      expect((yield* master.statistics()).committed).toBe(3);
      expect(yield* master.request(DISCARD, client, 1, 5, 2)).toEqual([MemoryError.INVALID]);
    });
  });
});

describe("FORK", () => {
  it("copies lazily, in both directions", () => {
    runSystem({}, function* (master) {
      const parent = yield* master.clientWith(20);
      for (let index = 0; index < 20; index++) yield* master.write(parent, 1, index, 100 + index);
      const before = yield* master.statistics();
      const child = yield* master.fork(parent);
      expect((yield* master.statistics()).freeFrames).toBe(before.freeFrames);
      for (let index = 0; index < 20; index++) expect(yield* master.read(child, 1, index)).toBe(100 + index);
      yield* master.write(parent, 1, 0, 1);
      yield* master.write(child, 1, 1, 2);
      expect(yield* master.read(child, 1, 0)).toBe(100);
      expect(yield* master.read(parent, 1, 0)).toBe(1);
      expect(yield* master.read(parent, 1, 1)).toBe(101);
      expect(yield* master.read(child, 1, 1)).toBe(2);
      const after = yield* master.statistics();
      expect(after.copies - before.copies).toBe(2);
      expect(before.freeFrames - after.freeFrames).toBe(2);
      const [, zeroFills, copies] = yield* master.request(TASK_STATISTICS, child);
      expect([zeroFills, copies]).toEqual([0, 1]);
    });
  });

  it("needs no copy when the other one is gone", () => {
    runSystem({}, function* (master) {
      const parent = yield* master.clientWith(4);
      yield* master.write(parent, 1, 0, 5);
      const child = yield* master.fork(parent);
      yield* master.end(child);
      yield* master.write(parent, 1, 0, 6);
      expect((yield* master.statistics()).copies).toBe(0);
      expect(yield* master.read(parent, 1, 0)).toBe(6);
    });
  });

  it("keeps untouched pages of all generations apart", () => {
    runSystem({ frames: 128 }, function* (master) {
      const clients = [yield* master.clientWith(4)];
      yield* master.write(clients[0]!, 1, 0, 1);
      for (let generation = 1; generation < 6; generation++) {
        const child = yield* master.fork(clients.at(-1)!);
        clients.push(child);
        yield* master.write(child, 1, generation % 4, generation + 1);
      }
      const seen: number[][] = [];
      for (const client of clients) {
        const row: number[] = [];
        for (let index = 0; index < 4; index++) row.push(yield* master.read(client, 1, index));
        seen.push(row);
      }
      expect(seen).toEqual([
        [1, 0, 0, 0],
        [1, 2, 0, 0],
        [1, 2, 3, 0],
        [1, 2, 3, 4],
        [5, 2, 3, 4],
        [5, 6, 3, 4],
      ]);
    });
  });

  it("shares SHARED data spaces, pages made later too", () => {
    runSystem({}, function* (master) {
      const parent = yield* master.clientWith(4, SHARED);
      yield* master.write(parent, 1, 0, 5);
      const child = yield* master.fork(parent);
      expect(yield* master.read(parent, 1, 1)).toBe(0);
      yield* master.write(child, 1, 1, 9);
      yield* master.write(child, 1, 0, 8);
      expect([yield* master.read(parent, 1, 0), yield* master.read(parent, 1, 1)]).toEqual([8, 9]);
      yield* master.end(parent);
      expect(yield* master.read(child, 1, 1)).toBe(9);
      yield* master.end(child);
      expect((yield* master.statistics()).committed).toBe(0);
    });
  });

  it("storm returns all frames", () => {
    runSystem({ frames: 100, diskBlocks: 400 }, function* (master) {
      const before = yield* master.statistics();
      const alive = [yield* master.clientWith(6)];
      for (let round = 0; round < 60; round++) {
        const parent = alive[(round * 7) % alive.length]!;
        yield* master.write(parent, 1, round % 6, round);
        alive.push(yield* master.fork(parent));
        yield* master.write(alive.at(-1)!, 1, (round + 1) % 6, round);
        if (round % 3 === 2) yield* master.end(alive.splice((round * 5) % alive.length, 1)[0]!);
      }
      for (const client of alive) yield* master.end(client);
      const after = yield* master.statistics();
      expect(after.freeFrames).toBe(before.freeFrames);
      expect([after.swapUsed, after.committed]).toEqual([0, 0]);
    });
  });
});

describe("SHARE", () => {
  /** A client with a private data space 1 of 20 pages and a 2 that its child copies, and the child. */
  function* sharing(master: Master, flags = 0): Op<[parent: ThreadId, child: ThreadId]> {
    const parent = yield* master.clientWith(20, flags);
    yield* master.must(CREATE, parent, 2, 3, 0);
    yield* master.write(parent, 1, 0, 100);
    yield* master.write(parent, 2, 0, 200);
    for (let index = 1; index < 20; index++) yield* master.read(parent, 1, index);
    const child = master.newClient();
    yield* master.must(SHARE, parent, child, 2);
    return [parent, child];
  }

  it.each([0, NO_RESERVE])("shows both what the other writes, in pages old and new (flags %i)", (flags) => {
    runSystem({}, function* (master) {
      const [parent, child] = yield* sharing(master, flags);
      for (let index = 0; index < 20; index += 2) yield* master.write(child, 1, index, 300 + index);
      for (let index = 0; index < 20; index += 2) expect(yield* master.read(parent, 1, index)).toBe(300 + index);
      for (let index = 1; index < 20; index += 2) yield* master.write(parent, 1, index, 400 + index);
      for (let index = 1; index < 20; index += 2) expect(yield* master.read(child, 1, index)).toBe(400 + index);
    });
  });

  it("copies the one that is named", () => {
    runSystem({}, function* (master) {
      const [parent, child] = yield* sharing(master);
      expect(yield* master.write(child, 2, 0, 201)).toBe(201);
      expect(yield* master.read(parent, 2, 0)).toBe(200);
    });
  });

  it("promises what it copies and nothing else, and gives it back", () => {
    runSystem({}, function* (master) {
      const before = yield* master.statistics();
      const [parent, child] = yield* sharing(master);
      expect((yield* master.statistics()).committed - before.committed).toBe(20 + 3 + 3);
      yield* master.end(parent);
      expect(yield* master.read(child, 1, 0)).toBe(100);
      yield* master.write(child, 1, 19, 5);
      yield* master.end(child);
      const after = yield* master.statistics();
      expect([after.committed, after.freeFrames]).toEqual([before.committed, before.freeFrames]);
    });
  });

  it("goes together with lazy copies of a third", () => {
    runSystem({}, function* (master) {
      const [parent, child] = yield* sharing(master);
      const third = yield* master.fork(child);
      yield* master.write(child, 1, 0, 101);
      expect(yield* master.read(parent, 1, 0)).toBe(101);
      expect(yield* master.read(third, 1, 0)).toBe(100);
      yield* master.write(third, 1, 0, 102);
      yield* master.write(parent, 1, 0, 103);
      expect(yield* master.read(child, 1, 0)).toBe(103);
      expect(yield* master.read(third, 1, 0)).toBe(102);
    });
  });

  it("loses nothing to the paging disk", () => {
    runSystem({ frames: 12, swapPages: 64 }, function* (master) {
      const [parent, child] = yield* sharing(master);
      for (let index = 0; index < 20; index++) yield* master.write(index % 2 ? parent : child, 1, index, 500 + index);
      for (let index = 0; index < 20; index++) expect(yield* master.read(index % 2 ? child : parent, 1, index)).toBe(500 + index);
    });
  });
});

describe("ALIAS", () => {
  it("names a private data space again", () => {
    runSystem({}, function* (master) {
      const first = yield* master.clientWith(4);
      const second = yield* master.clientWith(4);
      yield* master.read(first, 1, 2);
      yield* master.must(ALIAS, second, first, 1, 2);
      yield* master.write(second, 2, 2, 77);
      expect(yield* master.read(first, 1, 2)).toBe(77);
    });
  });

  it("names a shared data space again", () => {
    runSystem({}, function* (master) {
      const first = yield* master.clientWith(4, SHARED);
      const second = yield* master.clientWith(4);
      yield* master.must(ALIAS, second, first, 1, 2);
      yield* master.write(second, 2, 0, 77);
      expect(yield* master.read(first, 1, 0)).toBe(77);
      yield* master.end(first);
      expect(yield* master.read(second, 2, 0)).toBe(77);
      expect(yield* master.request(ALIAS, second, second, 9, 3)).toEqual([MemoryError.NO_SUCH]);
      expect(yield* master.request(ALIAS, second, second, 2, 1)).toEqual([MemoryError.EXISTS]);
    });
  });
});

describe("commitment", () => {
  it("refuses what could not be held", () => {
    runSystem({ frames: 33, diskBlocks: 32 }, function* (master) {
      const limit = 32 + 32 - 1;
      const client = yield* master.clientWith(limit - 10);
      expect(yield* master.request(CREATE, client, 2, 11, 0)).toEqual([MemoryError.NO_MEMORY]);
      expect(yield* master.request(RESIZE, client, 1, limit + 1)).toEqual([MemoryError.NO_MEMORY]);
      expect(yield* master.request(FORK, client, master.newClient())).toEqual([MemoryError.NO_MEMORY]);
      yield* master.must(CREATE, client, 2, 10, 0);
      yield* master.must(CREATE, client, 3, 1000, NO_RESERVE);
      expect(yield* master.write(client, 3, 0, 1)).toBe(-FaultRefusal.NO_MEMORY);
      yield* master.must(DESTROY, client, 2);
      expect(yield* master.write(client, 3, 0, 1)).toBe(1);
    });
  });

  it("can hold all that it promised", () => {
    runSystem({ frames: 17, diskBlocks: 32 }, function* (master) {
      const size = 16 + 32 - 1;
      const client = yield* master.clientWith(size);
      for (let index = 0; index < size; index++) expect(yield* master.write(client, 1, index, index + 1)).toBe(index + 1);
      for (let index = 0; index < size; index++) expect(yield* master.read(client, 1, index)).toBe(index + 1);
      for (let index = size - 1; index >= 0; index--) expect(yield* master.write(client, 1, index, index)).toBe(index);
      for (let index = 0; index < size; index++) expect(yield* master.read(client, 1, index)).toBe(index);
    });
  });

  it("remembers tasks that died without DESTROY_ALL", () => {
    runSystem({ frames: 33, diskBlocks: 0 }, function* (master) {
      const client = yield* master.clientWith(30);
      yield* master.write(client, 1, 0, 1);
      master.deleteTask(client);
      yield* master.clientWith(30);
      expect((yield* master.statistics()).committed).toBe(30);
    });
  });

  it("makes no promises to dead tasks", () => {
    runSystem({ frames: 33, diskBlocks: 0 }, function* (master) {
      const client = yield* master.clientWith(20);
      yield* master.write(client, 1, 0, 1);
      const child = master.newClient();
      master.deleteTask(client);
      expect(yield* master.request(RESIZE, client, 1, 30)).toEqual([MemoryError.NO_SUCH]);
      expect(yield* master.request(FORK, client, child)).toEqual([MemoryError.NO_SUCH]);
      yield* master.must(DESTROY_ALL, client);
      expect((yield* master.statistics()).committed).toBe(0);
    });
  });
});

describe("rights", () => {
  it("lets only the master speak for others", () => {
    runSystem({}, function* (master) {
      const victim = yield* master.clientWith(4);
      const answers: number[] = [];
      const { manager } = master;
      const intruder = master.newTask({ priority: 100, name: "intruder" }, function* (context) {
        const tries = [
          [ATTACH_MASTER],
          [CREATE, victim, 2, 1, 0],
          [RESIZE, victim, 1, 1],
          [DISCARD, victim, 1, 0, 1],
          [DESTROY, victim, 1],
          [FORK, victim, context.id],
          [DESTROY_ALL, victim],
          [TASK_STATISTICS, victim],
          [ALIAS, context.id, victim, 1, 1],
          [CREATE, context.id, 1, 1, 0, manager, 0, 0, 4096],
          [CREATE, context.id, 1, 1, 0],
        ];
        for (const words of tries) answers.push((yield* call(manager, { words })).words[0]!);
        yield* receive(ANY);
      });
      yield* sleep(1000);
      expect(master.context.kernel.exists(intruder)).toBe(true);
      expect(answers).toEqual([...Array.from({ length: 10 }, () => MemoryError.DENIED), MemoryError.OK]);
    });
  });

  it("takes no second master while the first one lives", () => {
    runSystem({}, function* (master) {
      const { manager } = master;
      const codes: number[] = [];
      const attach = function* (): Op<void> {
        codes.push((yield* call(manager, { words: [ATTACH_MASTER] })).words[0]!);
        yield* receive(ANY);
      };
      master.newTask({ priority: 200, name: "second" }, attach);
      yield* sleep(100);
      yield* master.must(ATTACH_MASTER);
      expect(codes).toEqual([MemoryError.DENIED]);
    });
  });

  it("limits the number of data spaces of a task", () => {
    runSystem({}, function* (master) {
      const client = master.newClient();
      let number = 1;
      while ((yield* master.request(CREATE, client, number, 1, NO_RESERVE))[0] === MemoryError.OK) number++;
      expect(number).toBeLessThan(100_000);
      yield* master.end(client);
      yield* master.clientWith(1);
    });
  });

  it("answers nonsense with INVALID and lives on", () => {
    runSystem({}, function* (master) {
      const client = yield* master.clientWith(4);
      for (const words of [
        [0x1ff, 1, 2],
        [0xfffffffe, 1, 2],
        [CREATE, client, 9],
        [CREATE, client, 9, 0x7fffffff, 0],
        [CREATE, client, 9, 1, 0x80],
        [CREATE, client, 9, 1, 0, master.manager, 0, 5, 1],
        [CREATE, client, 9, 1, 0, master.manager],
        [RESIZE, client, 1, 0xffffffff],
        [DISCARD, client, 1, 0xffffffff, 2],
      ]) {
        expect(yield* master.request(...words)).toEqual([MemoryError.INVALID]);
      }
      expect(yield* master.request(CREATE, client, 1, 1, 0)).toEqual([MemoryError.EXISTS]);
      expect(yield* master.request(CREATE, 0x12340000, 1, 1, 0)).toEqual([MemoryError.NO_SUCH]);
      expect(yield* master.request(FORK, client, 0x12340000)).toEqual([MemoryError.NO_SUCH]);
      expect(yield* master.write(client, 1, 0, 1)).toBe(1);
    });
  });

  it("survives thousands of random messages", () => {
    runSystem({ frames: 32 }, function* (master) {
      const client = yield* master.clientWith(4);
      yield* master.write(client, 1, 0, 5);
      const before = yield* master.statistics();
      const { manager } = master;
      const random = randomNumbers(12345);
      let done = false;
      const noisy = master.newTask({ priority: 100, name: "noisy" }, function* (context) {
        for (let round = 0; round < 3000; round++) {
          const words = [
            random(4) === 0 ? random(2 ** 32) : 0x100 + random(16),
            random(2) === 0 ? random(2 ** 32) : context.id,
            ...Array.from({ length: random(8) }, () => (random(2) === 0 ? random(2 ** 32) : random(16))),
          ];
          yield* call(manager, { words });
        }
        done = true;
        yield* receive(ANY);
      });
      while (!done) yield* sleep(1000);
      expect(yield* master.read(client, 1, 0)).toBe(5);
      yield* master.end(noisy);
      const after = yield* master.statistics();
      expect([after.freeFrames, after.committed]).toEqual([before.freeFrames, before.committed]);
    });
  });
});

describe("statistics", () => {
  it("name everything in order", () => {
    runSystem({ frames: 40, diskBlocks: 20 }, function* (master) {
      const client = yield* master.clientWith(5);
      yield* master.write(client, 1, 0, 1);
      expect(yield* master.statistics()).toEqual({
        frames: 40,
        freeFrames: 38,
        swapPages: 20,
        swapUsed: 0,
        committed: 5,
        zeroFills: 1,
        copies: 0,
        pageIns: 0,
        pageOuts: 0,
        backingReads: 0,
      });
      expect(yield* master.request(TASK_STATISTICS, client)).toEqual([MemoryError.OK, 1, 0, 0, 0, 1, 5]);
      expect((yield* master.request(STATISTICS)).length).toBe(11);
    });
  });
});
