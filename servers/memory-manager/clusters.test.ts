import { describe, expect, it } from "vitest";
import type { ThreadId } from "#kernel/abi/identifiers.ts";
import type { Op } from "#kernel/native.ts";
import { type BackingStore, MemoryStore } from "#machine/devices/disk.ts";
import { type Master, runSystem, type TestSystemOptions } from "../../tests/support/server-system.ts";
import { type Counters, FAULT_KINDS, type FaultKind } from "./counters.ts";
import type { PagingObserver } from "./paging-observer.ts";
import { randomNumbers } from "../../tests/support/random.ts";

/** A disk that notes commands, and fails where it is told to. */
class NotingStore implements BackingStore {
  readonly log: string[] = [];
  readonly bad = new Set<number>();
  private readonly store = new MemoryStore();

  read(block: number, buffer: Uint8Array): void {
    this.log.push(`r${block}`);
    if (this.bad.has(block)) throw new Error("bad block");
    this.store.read(block, buffer);
  }

  write(block: number, buffer: Uint8Array): void {
    this.log.push(`w${block}`);
    if (this.bad.has(block)) throw new Error("bad block");
    this.store.write(block, buffer);
  }
}

class Notes implements PagingObserver {
  readonly counters: Counters[] = [];
  readonly kinds: FaultKind[] = [];
  readonly frames = new Set<number>();
  readonly pages: number[] = [];

  task(_task: ThreadId, counters: Counters): void {
    this.counters.push(counters);
  }
  fault(_client: ThreadId, _address: number, kind: FaultKind): void {
    this.kinds.push(kind);
  }
  copied(): void {}
  placed(): void {}
  displaced(): void {}
  filling(): void {}
  filled(): void {}
  dropped(page: number): void {
    this.pages.push(page);
  }
  occupied(frame: number, isOccupied: boolean): void {
    if (isOccupied) this.frames.add(frame);
    else this.frames.delete(frame);
  }
  stage(): void {}
}

function run(options: TestSystemOptions, body: (master: Master, notes: Notes, store: NotingStore) => Op<void>): void {
  const store = new NotingStore();
  const notes = new Notes();
  runSystem({ diskBlocks: 256, store, observer: notes, faultAround: false, ...options }, (master) => body(master, notes, store));
}

function* fill(master: Master, client: ThreadId, pages: number): Op<void> {
  for (let index = 0; index < pages; index++) expect(yield* master.write(client, 1, index, index + 1)).toBe(index + 1);
}

function* check(master: Master, client: ThreadId, pages: number): Op<void> {
  for (let index = 0; index < pages; index++) expect(yield* master.read(client, 1, index)).toBe(index + 1);
}

describe("clusters and read-ahead", () => {
  it("write victims together into neighbouring slots", () => {
    run({ frames: 17, cluster: 4 }, function* (master, notes, store) {
      const client = yield* master.clientWith(40);
      yield* fill(master, client, 17);
      expect(store.log).toEqual(["w0", "w1", "w2", "w3"]);
      expect(notes.frames.size).toBe(16 - 3);
      yield* fill(master, client, 40);
      yield* check(master, client, 40);
      expect((yield* master.statistics()).freeFrames).toBe(16 - notes.frames.size);
    });
  });

  it("read what lies behind a page, and map it", () => {
    run({ frames: 17, readAhead: 3 }, function* (master, notes, store) {
      const client = yield* master.clientWith(64);
      yield* fill(master, client, 64);
      store.log.length = 0;
      notes.kinds.length = 0;
      yield* check(master, client, 32);
      // Pages went out in the order in which they came: a fourth of the pages faults.
      expect(store.log.filter((line) => line.startsWith("r")).map((line) => Number(line.slice(1)))).toEqual(
        Array.from({ length: 32 }, (_, slot) => slot),
      );
      expect(notes.kinds).toEqual(Array.from({ length: 8 }, () => "pageIn"));
      const [counters] = notes.counters;
      expect([counters!.pageIns, counters!.readAheads, counters!.faults.pageIn]).toEqual([32, 24, 8]);
    });
  });

  it("do without a block that cannot be read ahead", () => {
    run({ frames: 17, readAhead: 3 }, function* (master, notes, store) {
      const client = yield* master.clientWith(64);
      yield* fill(master, client, 64);
      store.bad.add(2);
      expect(yield* master.read(client, 1, 0)).toBe(1);
      expect(yield* master.read(client, 1, 1)).toBe(2);
      expect(yield* master.read(client, 1, 2)).toBeLessThan(0);
      expect(notes.kinds.slice(-3)).toEqual(["pageIn", "pageIn", "refused"]);
    });
  });

  it("find the bad block of a cluster", () => {
    run({ frames: 17, cluster: 4 }, function* (master, _notes, store) {
      const client = yield* master.clientWith(40);
      store.bad.add(1);
      store.bad.add(6);
      yield* fill(master, client, 40);
      yield* check(master, client, 40);
      expect((yield* master.statistics()).swapPages).toBe(256 - 2);
    });
  });

  it.each([
    { cluster: 1, readAhead: 0, local: false },
    { cluster: 4, readAhead: 3, local: false },
    { cluster: 16, readAhead: 15, local: true },
  ])("keep every page right, and all sums balance: %o", (parameters) => {
    run({ frames: 24, ...parameters }, function* (master, notes) {
      const clients: ThreadId[] = [];
      for (let number = 0; number < 3; number++) clients.push(yield* master.clientWith(24));
      const values = clients.map(() => new Map<number, number>());
      const below = randomNumbers(5);
      for (let step = 1; step <= 1500; step++) {
        const number = below(3);
        const index = below(24);
        if (below(3) === 0) {
          values[number]!.set(index, step);
          yield* master.write(clients[number]!, 1, index, step);
        } else expect(yield* master.read(clients[number]!, 1, index)).toBe(values[number]!.get(index) ?? 0);
      }
      const { zeroFills, pageIns, pageOuts } = yield* master.statistics();
      const sum = (of: (counters: Counters) => number): number => notes.counters.reduce((total, each) => total + of(each), 0);
      // Each fault has one kind; each page that came in went out before.
      expect(sum(({ faults }) => FAULT_KINDS.reduce((total, kind) => total + faults[kind], 0))).toBe(notes.kinds.length);
      expect(sum(({ faults }) => faults.pageIn)).toBe(pageIns - sum(({ readAheads }) => readAheads));
      expect(sum(({ faults }) => faults.zeroFill)).toBe(zeroFills);
      expect(pageOuts).toBeGreaterThan(0);
      // What came and did not go is there.
      expect(zeroFills + pageIns - sum(({ flushes }) => flushes)).toBe(notes.frames.size);
      for (const client of clients) yield* master.end(client);
      expect(notes.frames.size).toBe(0);
      expect(notes.pages.sort((a, b) => a - b)).toEqual(Array.from({ length: zeroFills }, (_, page) => page));
    });
  });
});
