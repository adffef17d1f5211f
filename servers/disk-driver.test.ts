import { describe, expect, it } from "vitest";
import { FLEXPAGE_WRITE, flexpage, WHOLE_SPACE } from "#kernel/abi/flexpage.ts";
import { call, type Op, receive, type Received, sendAsAndWait, sleep } from "#kernel/native.ts";
import type { BackingStore } from "#machine/devices/disk.ts";
import { DriverClass, DriverRequest, DriverStatus } from "./abi/generic-driver.ts";
import { Sigma0Request } from "./abi/sigma0.ts";
import { type Master, runSystem } from "../tests/support/server-system.ts";

/** A page of the test's own, from σ0. */
function* ownPage(master: Master): Op<number> {
  const answer = yield* call(master.sigma0, { words: [Sigma0Request.ANY, 0, 0] }, undefined, WHOLE_SPACE);
  return (answer.words[0]! & ~0xfff) >>> 0;
}

function* byPage(master: Master, operation: number, block: number, address: number, access = FLEXPAGE_WRITE): Op<Received> {
  const pages = [{ hotSpot: 0, fpage: flexpage(address, 12, access) }];
  return yield* call(master.diskDriver!, { words: [operation, 0, block], pages });
}

describe("disk driver", () => {
  it("identifies itself", () => {
    runSystem({ diskBlocks: 77 }, function* (master) {
      const answer = yield* call(master.diskDriver!, { words: [DriverRequest.IDENTIFY, 0, 0] });
      expect(answer.words).toEqual([DriverStatus.OK, DriverClass.BLOCK, 4096, 77]);
    });
  });

  it("moves blocks by mapped page, and keeps no mapping", () => {
    runSystem({ diskBlocks: 16 }, function* (master) {
      const { memory } = master.context;
      const page = yield* ownPage(master);
      memory.page(page, "write").fill(3);
      // More often than the driver has windows.
      for (let round = 0; round < 40; round++) {
        expect((yield* byPage(master, DriverRequest.WRITE_PAGE, 5, page, 0)).words[0]).toBe(DriverStatus.OK);
      }
      memory.page(page, "write").fill(0);
      expect((yield* byPage(master, DriverRequest.READ_PAGE, 5, page)).words[0]).toBe(DriverStatus.OK);
      expect(memory.page(page, "read")).toEqual(new Uint8Array(4096).fill(3));
    });
  });

  it("moves neighbouring blocks by one request", () => {
    runSystem({ diskBlocks: 16 }, function* (master) {
      const { memory } = master.context;
      const pages: number[] = [];
      for (let index = 0; index < 3; index++) pages.push(yield* ownPage(master));
      const request = (operation: number, block: number, count: number, access: number): Op<Received> => {
        const items = pages.map((page, index) => ({ hotSpot: index * 4096, fpage: flexpage(page, 12, access) }));
        return call(master.diskDriver!, { words: [operation, 0, block, count], pages: items });
      };
      pages.forEach((page, index) => memory.page(page, "write").fill(index + 1));
      // More often than the driver has windows.
      for (let round = 0; round < 40; round++) {
        expect((yield* request(DriverRequest.WRITE_PAGES, 4, 3, 0)).words).toEqual([DriverStatus.OK, 1]);
      }
      for (const page of pages) memory.page(page, "write").fill(0);
      expect((yield* request(DriverRequest.READ_PAGES, 4, 3, FLEXPAGE_WRITE)).words[0]).toBe(DriverStatus.OK);
      expect(pages.map((page) => memory.page(page, "read")[100])).toEqual([1, 2, 3]);
      expect((yield* byPage(master, DriverRequest.READ_PAGE, 5, pages[0]!)).words[0]).toBe(DriverStatus.OK);
      expect(memory.page(pages[0]!, "read")[100]).toBe(2);
      expect((yield* request(DriverRequest.READ_PAGES, 14, 3, FLEXPAGE_WRITE)).words[0]).toBe(DriverStatus.END_OF_MEDIUM);
      // More than came, none, too many, and not writable.
      for (const count of [4, 0, 17]) {
        expect((yield* request(DriverRequest.READ_PAGES, 4, count, FLEXPAGE_WRITE)).words[0]).toBe(DriverStatus.BAD_ARGUMENT);
      }
      expect((yield* request(DriverRequest.READ_PAGES, 4, 3, 0)).words[0]).toBe(DriverStatus.BAD_ARGUMENT);
    });
  });

  it("does not write into a page that was given read-only", () => {
    runSystem({ diskBlocks: 16 }, function* (master) {
      const page = yield* ownPage(master);
      master.context.memory.page(page, "write").fill(9);
      expect((yield* byPage(master, DriverRequest.READ_PAGE, 1, page, 0)).words[0]).toBe(DriverStatus.BAD_ARGUMENT);
      expect(master.context.memory.page(page, "read")[0]).toBe(9);
    });
  });

  it("moves blocks by string", () => {
    runSystem({ diskBlocks: 16 }, function* (master) {
      const data = new Uint8Array(3 * 4096).map((_, i) => i >> 8);
      const written = yield* call(master.diskDriver!, { words: [DriverRequest.WRITE, 0, 4], strings: [data] });
      expect(written.words).toEqual([DriverStatus.OK, 3]);
      const read = yield* call(master.diskDriver!, { words: [DriverRequest.READ, 0, 5, 2] });
      expect(read.words).toEqual([DriverStatus.OK, 2]);
      expect(read.strings[0]).toEqual(data.subarray(4096));
    });
  });

  it("says how far it came", () => {
    const store: BackingStore = {
      read: (_block, buffer) => buffer.fill(1),
      write: (block) => {
        if (block === 9) throw new Error("bad block");
      },
    };
    runSystem({ diskBlocks: 16, store }, function* (master) {
      const driver = master.diskDriver!;
      const read = yield* call(driver, { words: [DriverRequest.READ, 0, 14, 4] });
      expect(read.words).toEqual([DriverStatus.END_OF_MEDIUM, 2]);
      expect(read.strings[0]!.length).toBe(2 * 4096);
      const written = yield* call(driver, { words: [DriverRequest.WRITE, 0, 8], strings: [new Uint8Array(3 * 4096)] });
      expect(written.words).toEqual([DriverStatus.MEDIUM_ERROR, 1]);
      expect((yield* call(driver, { words: [DriverRequest.READ, 0, 0, 1] })).words[0]).toBe(DriverStatus.OK);
    });
  });

  it("refuses nonsense", () => {
    runSystem({ diskBlocks: 16 }, function* (master) {
      const cases: [number, ...number[]][] = [
        [DriverStatus.NO_SUCH_UNIT, DriverRequest.READ, 1, 0, 1],
        [DriverStatus.BAD_ARGUMENT, DriverRequest.READ, 0, 0, 0],
        [DriverStatus.BAD_ARGUMENT, DriverRequest.READ, 0, 0, 1000],
        [DriverStatus.BAD_ARGUMENT, DriverRequest.WRITE, 0, 0],
        [DriverStatus.BAD_ARGUMENT, DriverRequest.READ_PAGE, 0, 0],
        [DriverStatus.NOT_SUPPORTED, 0x99, 0, 0],
        [DriverStatus.OK, DriverRequest.FLUSH, 0, 0],
      ];
      for (const [status, ...words] of cases) {
        expect((yield* call(master.diskDriver!, { words })).words).toEqual([status]);
      }
      const odd = { words: [DriverRequest.WRITE, 0, 0], strings: [new Uint8Array(100)] };
      expect((yield* call(master.diskDriver!, odd)).words).toEqual([DriverStatus.BAD_ARGUMENT]);
    });
  });

  it("serves nobody that was not made at boot", () => {
    runSystem({ diskBlocks: 8 }, function* (master) {
      const driver = master.diskDriver!;
      const stranger = master.context.kernel.nativeTaskNew({ priority: 100, name: "stranger" }, function* () {
        yield* call(driver, { words: [DriverRequest.READ, 0, 0, 1] });
      });
      // The chief passes the request on, and gets the answer.
      const { to, words } = yield* receive(stranger);
      expect(yield* sendAsAndWait(stranger, to, { words })).toMatchObject({ from: driver, to: stranger, words: [DriverStatus.DENIED] });
    });
  });

  it("serves many clients in turn on a slow disk", () => {
    runSystem({ diskBlocks: 64, latencyNs: 1_000_000 }, function* (master) {
      const { kernel } = master.context;
      const done: number[] = [];
      for (let n = 0; n < 40; n++) {
        kernel.nativeThreadNew({ priority: 100, lthread: n + 1 }, function* () {
          const words = [DriverRequest.WRITE, 0, n];
          yield* call(master.diskDriver!, { words, strings: [new Uint8Array(4096).fill(n)] });
          done.push(n);
        });
      }
      yield* sleep(100_000);
      expect(done).toEqual(Array.from({ length: 40 }, (_, n) => n));
      const read = yield* call(master.diskDriver!, { words: [DriverRequest.READ, 0, 0, 40] });
      for (let n = 0; n < 40; n++) expect(read.strings[0]![n * 4096 + 17]).toBe(n);
    });
  });
});
