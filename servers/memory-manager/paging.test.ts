import { describe, expect, it } from "vitest";
import type { ThreadId } from "#kernel/abi/identifiers.ts";
import type { Op } from "#kernel/native.ts";
import { FaultRefusal } from "#kernel/abi/page-fault.ts";
import { type BackingStore, MemoryStore } from "#machine/devices/disk.ts";
import { DataSpaceFlag, MemoryRequest } from "../abi/memory-manager.ts";
import { type Master, runSystem } from "../../tests/support/server-system.ts";
import { randomNumbers } from "../../tests/support/random.ts";

/** A store whose chosen blocks fail. */
class ScratchedStore implements BackingStore {
  readonly badReads = new Set<number>();
  readonly badWrites = new Set<number>();
  allWritesFail = false;
  private readonly store = new MemoryStore();

  read(block: number, buffer: Uint8Array): void {
    if (this.badReads.has(block)) throw new Error("bad read");
    this.store.read(block, buffer);
  }

  write(block: number, buffer: Uint8Array): void {
    if (this.allWritesFail || this.badWrites.has(block)) throw new Error("bad write");
    this.store.write(block, buffer);
  }
}

describe("paging", () => {
  it("keeps more pages than there are frames", () => {
    runSystem({ frames: 16, diskBlocks: 64 }, function* (master) {
      const client = yield* master.clientWith(60);
      for (let index = 0; index < 60; index++) expect(yield* master.write(client, 1, index, index + 1)).toBe(index + 1);
      for (let index = 0; index < 60; index++) expect(yield* master.read(client, 1, index)).toBe(index + 1);
      const statistics = yield* master.statistics();
      expect(statistics.pageOuts).toBeGreaterThanOrEqual(45);
      expect(statistics.pageIns).toBeGreaterThanOrEqual(45);
      const [, , , pageIns, pageOuts, resident] = yield* master.request(MemoryRequest.TASK_STATISTICS, client);
      expect([pageIns, pageOuts]).toEqual([statistics.pageIns, statistics.pageOuts]);
      expect(resident).toBe(15);
      yield* master.end(client);
      const after = yield* master.statistics();
      expect([after.freeFrames, after.swapUsed, after.committed]).toEqual([15, 0, 0]);
    });
  });

  it("writes clean pages only once", () => {
    runSystem({ frames: 16, diskBlocks: 64 }, function* (master) {
      const client = yield* master.clientWith(30);
      for (let index = 0; index < 30; index++) yield* master.write(client, 1, index, index);
      for (let index = 0; index < 30; index++) yield* master.read(client, 1, index);
      const before = yield* master.statistics();
      for (let round = 0; round < 3; round++) {
        for (let index = 0; index < 30; index++) expect(yield* master.read(client, 1, index)).toBe(index);
      }
      const after = yield* master.statistics();
      expect(after.pageIns - before.pageIns).toBeGreaterThan(40);
      expect(after.pageOuts - before.pageOuts).toBeLessThan(16);
    });
  });

  it("frees the slot of a page that is written again", () => {
    runSystem({ frames: 16, diskBlocks: 64 }, function* (master) {
      const client = yield* master.clientWith(30);
      for (let index = 0; index < 30; index++) yield* master.write(client, 1, index, index);
      const before = yield* master.statistics();
      expect(before.swapUsed).toBe(15);
      yield* master.read(client, 1, 0);
      expect((yield* master.statistics()).swapUsed).toBe(16);
      yield* master.write(client, 1, 0, 500);
      expect((yield* master.statistics()).swapUsed).toBe(15);
    });
  });

  it("keeps pages that are used all the time", () => {
    runSystem({ frames: 16, diskBlocks: 64 }, function* (master) {
      const client = yield* master.clientWith(60);
      yield* master.write(client, 1, 0, 1);
      const before = yield* master.statistics();
      for (let index = 1; index < 60; index++) {
        yield* master.write(client, 1, index, index);
        yield* master.read(client, 1, 0);
      }
      const after = yield* master.statistics();
      expect(after.pageIns - before.pageIns).toBeLessThanOrEqual(1);
    });
  });

  it("works with a slow disk", () => {
    runSystem({ frames: 16, diskBlocks: 64, latencyNs: 5_000_000 }, function* (master) {
      const client = yield* master.clientWith(40);
      for (let index = 0; index < 40; index++) yield* master.write(client, 1, index, index + 1);
      for (let index = 0; index < 40; index++) expect(yield* master.read(client, 1, index)).toBe(index + 1);
    });
  });

  it("pages shared copies out and in once for all", () => {
    runSystem({ frames: 16, diskBlocks: 128 }, function* (master) {
      const parent = yield* master.clientWith(10);
      for (let index = 0; index < 10; index++) yield* master.write(parent, 1, index, index + 1);
      const child = yield* master.fork(parent);
      const hog = yield* master.clientWith(20);
      for (let index = 0; index < 20; index++) yield* master.write(hog, 1, index, 9);
      const before = yield* master.statistics();
      expect(yield* master.read(parent, 1, 0)).toBe(1);
      expect(yield* master.read(child, 1, 0)).toBe(1);
      expect((yield* master.statistics()).pageIns - before.pageIns).toBe(1);
      yield* master.write(child, 1, 0, 50);
      expect(yield* master.read(parent, 1, 0)).toBe(1);
    });
  });

  it("never has fewer slots than the disk has blocks, nor more", () => {
    runSystem({ diskBlocks: 10, swapPages: 100 }, function* (master) {
      expect((yield* master.statistics()).swapPages).toBe(10);
    });
    runSystem({ diskBlocks: 0, swapPages: 100 }, function* (master) {
      expect((yield* master.statistics()).swapPages).toBe(0);
    });
  });

  it("refuses when frames and disk are full, and goes on when there is room", () => {
    runSystem({ frames: 17, diskBlocks: 16 }, function* (master) {
      const client = yield* master.clientWith(100, DataSpaceFlag.NO_RESERVE);
      let written = 0;
      while ((yield* master.write(client, 1, written, written + 1)) > 0) written++;
      expect(written).toBe(16 + 16 - 1);
      expect(yield* master.write(client, 1, written, 1)).toBe(-FaultRefusal.NO_MEMORY);
      for (let index = 0; index < written; index++) expect(yield* master.read(client, 1, index)).toBe(index + 1);
      yield* master.must(MemoryRequest.DISCARD, client, 1, 0, 5);
      expect(yield* master.write(client, 1, written, 1)).toBe(1);
      for (let index = 5; index < written; index++) expect(yield* master.read(client, 1, index)).toBe(index + 1);
    });
  });

  it("avoids blocks that cannot be written", () => {
    const store = new ScratchedStore();
    for (const block of [0, 3, 4, 9]) store.badWrites.add(block);
    runSystem({ frames: 17, diskBlocks: 40, store }, function* (master) {
      const client = yield* master.clientWith(40);
      for (let index = 0; index < 40; index++) expect(yield* master.write(client, 1, index, index + 1)).toBe(index + 1);
      for (let index = 0; index < 40; index++) expect(yield* master.read(client, 1, index)).toBe(index + 1);
      expect((yield* master.statistics()).swapPages).toBe(36);
      yield* master.end(client);
      expect((yield* master.statistics()).swapUsed).toBe(0);
    });
  });

  it("refuses faults while the disk takes nothing, without losing pages", () => {
    const store = new ScratchedStore();
    runSystem({ frames: 17, diskBlocks: 60, store }, function* (master) {
      const client = yield* master.clientWith(30);
      for (let index = 0; index < 16; index++) yield* master.write(client, 1, index, index + 1);
      store.allWritesFail = true;
      expect(yield* master.write(client, 1, 20, 1)).toBe(-FaultRefusal.IO);
      for (let index = 0; index < 16; index++) expect(yield* master.read(client, 1, index)).toBe(index + 1);
      store.allWritesFail = false;
      expect(yield* master.write(client, 1, 20, 1)).toBe(1);
      for (let index = 0; index < 16; index++) expect(yield* master.read(client, 1, index)).toBe(index + 1);
    });
  });

  it("refuses faults on pages that cannot be read, and only those", () => {
    const store = new ScratchedStore();
    runSystem({ frames: 17, diskBlocks: 60, store }, function* (master) {
      const client = yield* master.clientWith(30);
      for (let index = 0; index < 30; index++) yield* master.write(client, 1, index, index + 1);
      for (let block = 0; block < 60; block++) store.badReads.add(block);
      const results: number[] = [];
      for (let index = 0; index < 30; index++) results.push(yield* master.read(client, 1, index));
      expect(results.filter((value) => value === -FaultRefusal.IO).length).toBeGreaterThanOrEqual(14);
      for (const [index, value] of results.entries()) if (value >= 0) expect(value).toBe(index + 1);
      store.badReads.clear();
      for (let index = 0; index < 30; index++) expect(yield* master.read(client, 1, index)).toBe(index + 1);
      yield* master.end(client);
      const after = yield* master.statistics();
      expect([after.freeFrames, after.swapUsed]).toEqual([16, 0]);
    });
  });
});

/** Random operations against a model of every page's content. */
function* thrash(master: Master, seed: number, steps: number): Op<void> {
  const random = randomNumbers(seed);
  const before = yield* master.statistics();
  const size = 12;
  const model = new Map<ThreadId, number[]>();
  model.set(
    yield* master.clientWith(size),
    Array.from({ length: size }, () => 0),
  );
  let value = 0;
  for (let step = 0; step < steps; step++) {
    const clients = [...model.keys()];
    const client = clients[random(clients.length)]!;
    const pages = model.get(client)!;
    const index = random(size);
    const kind = random(100);
    if (kind < 45) {
      expect(yield* master.read(client, 1, index), `step ${step}`).toBe(pages[index]);
    } else if (kind < 85) {
      expect(yield* master.write(client, 1, index, ++value), `step ${step}`).toBe(value);
      pages[index] = value;
    } else if (kind < 90) {
      const count = 1 + random(size - index);
      yield* master.must(MemoryRequest.DISCARD, client, 1, index, count);
      pages.fill(0, index, index + count);
    } else if (kind < 93) {
      yield* master.must(MemoryRequest.RESIZE, client, 1, index);
      yield* master.must(MemoryRequest.RESIZE, client, 1, size);
      pages.fill(0, index);
    } else if (kind < 97) {
      const child = master.newClient();
      const [code] = yield* master.request(MemoryRequest.FORK, client, child);
      if (code === 0) model.set(child, [...pages]);
      else master.deleteTask(child);
    } else if (clients.length > 1) {
      yield* master.end(client);
      model.delete(client);
    }
  }
  expect((yield* master.statistics()).pageOuts).toBeGreaterThan(steps / 50);
  for (const [client, pages] of model) {
    for (let index = 0; index < size; index++) expect(yield* master.read(client, 1, index)).toBe(pages[index]);
    yield* master.end(client);
  }
  const after = yield* master.statistics();
  expect([after.freeFrames, after.swapUsed, after.committed]).toEqual([before.freeFrames, 0, 0]);
}

describe("thrashing", () => {
  for (const seed of [1, 2, 3]) {
    it(`keeps every page right with 16 frames (seed ${seed})`, () => {
      runSystem({ frames: 16, diskBlocks: 64 }, (master) => thrash(master, seed, 4000));
    });
  }

  it("keeps every page right with 4 frames and a disk with bad blocks", () => {
    const store = new ScratchedStore();
    for (const block of [1, 17, 40]) store.badWrites.add(block);
    runSystem({ frames: 4, diskBlocks: 96, swapPages: 96, store }, (master) => thrash(master, 4, 3000));
  });
});
