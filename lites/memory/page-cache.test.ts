import { describe, expect, test } from "vitest";
import { PageStatus, Unmap } from "#kernel/abi/flexpage.ts";
import type { Inode } from "../vfs/inode.ts";
import { PageCache } from "./page-cache.ts";
import type { PageFrames } from "./page-frames.ts";

const PAGE = 4096;

/** Frames without a kernel: what clients did to a page is set by the test. */
class FakeFrames {
  readonly memory = new Map<number, Uint8Array>();
  readonly status = new Map<number, number>();
  readonly unmapped: [address: number, mask: number][] = [];
  private readonly free: number[];
  readonly total: number;

  constructor(count: number) {
    this.total = count;
    this.free = Array.from({ length: count }, (_, index) => (index + 1) * PAGE);
    for (const address of this.free) this.memory.set(address, new Uint8Array(PAGE).fill(0xee));
  }

  get freeCount(): number {
    return this.free.length;
  }
  allocate(): number | undefined {
    return this.free.pop();
  }
  release(address: number): void {
    this.free.push(address);
  }
  view(address: number): Uint8Array {
    return this.memory.get(address)!;
  }
  unmap(address: number, mask: number): number {
    this.unmapped.push([address, mask]);
    const status = this.status.get(address) ?? 0;
    this.status.set(address, 0);
    return status;
  }
}

let lastId = 0;

class FakeFile {
  readonly id = ++lastId;
  content: Uint8Array;
  references = 0;
  reads = 0;
  nlink = 1;
  mtimeNs = 0n;
  failing = false;

  constructor(size: number) {
    this.content = new Uint8Array(size).map((_, index) => (index >> 12) + 1);
  }
  attributes() {
    return { size: this.content.length, mtimeNs: this.mtimeNs, nlink: this.nlink };
  }
  readAt(position: number, buffer: Uint8Array): number {
    if (this.failing) throw new Error("medium");
    this.reads++;
    const part = this.content.subarray(position, position + Math.min(buffer.length, 3000));
    buffer.set(part);
    return part.length;
  }
  writeAt(position: number, data: Uint8Array): number {
    this.content.set(data, position);
    return data.length;
  }
  retain() {
    this.references++;
  }
  release() {
    this.references--;
  }
}

function bench(frameCount: number) {
  const frames = new FakeFrames(frameCount);
  const reports: string[] = [];
  const cache = new PageCache(frames as unknown as PageFrames, (text) => reports.push(text));
  const attach = (file: FakeFile) => {
    cache.attach(file as unknown as Inode);
    return cache.file(file.id)!;
  };
  const asInode = (file: FakeFile) => file as unknown as Inode;
  return { frames, cache, attach, asInode, reports };
}

test("pages are read once, short reads are continued, the tail is zero", () => {
  const { cache, attach, frames } = bench(8);
  const file = new FakeFile(PAGE + 100);
  const cached = attach(file);
  const page = cache.page(cached, 1)!;
  expect(cache.page(cached, 1)).toBe(page);
  const content = frames.view(page.address);
  expect([content[0], content[99], content[100], content[PAGE - 1]]).toEqual([2, 2, 0, 0]);
  expect(cache.page(cached, 0)).toBeDefined();
  expect(file.reads).toBe(2 + 2);
  expect(cache.page(cached, 2)).toBeUndefined();
});

test("a failing medium costs no frame", () => {
  const { cache, attach, frames } = bench(2);
  const file = new FakeFile(PAGE);
  const cached = attach(file);
  file.failing = true;
  expect(() => cache.page(cached, 0)).toThrow("medium");
  expect(frames.freeCount).toBe(2);
});

describe("coherence", () => {
  test("write(2) shows in cached pages", () => {
    const { cache, attach, frames, asInode } = bench(8);
    const file = new FakeFile(3 * PAGE);
    const cached = attach(file);
    const first = cache.page(cached, 0)!;
    const second = cache.page(cached, 1)!;
    cache.written(asInode(file), PAGE - 2, Uint8Array.of(91, 92, 93, 94));
    expect([...frames.view(first.address).subarray(PAGE - 2)]).toEqual([91, 92]);
    expect([...frames.view(second.address).subarray(0, 3)]).toEqual([93, 94, 2]);
  });

  test("truncation drops pages and clears the tail", () => {
    const { cache, attach, frames, asInode } = bench(8);
    const file = new FakeFile(3 * PAGE);
    const cached = attach(file);
    const pages = [0, 1, 2].map((index) => cache.page(cached, index)!);
    cache.truncated(asInode(file), PAGE + 10);
    expect(cached.pages.size).toBe(2);
    expect([frames.view(pages[1]!.address)[9], frames.view(pages[1]!.address)[10]]).toEqual([2, 0]);
    expect(frames.unmapped).toContainEqual([pages[2]!.address, Unmap.FLUSH]);
    expect(cache.page(cached, 2)).toBeUndefined();
  });

  test("what programs wrote reaches the file before read(2), and only then costs anything", () => {
    const { cache, attach, frames, asInode } = bench(8);
    const file = new FakeFile(2 * PAGE);
    const cached = attach(file);
    const page = cache.page(cached, 1)!;
    cache.reading(asInode(file));
    expect(frames.unmapped).toEqual([]);
    cache.markWritable(page);
    frames.view(page.address)[5] = 77;
    frames.status.set(page.address, PageStatus.DIRTY | PageStatus.ACCESSED);
    cache.reading(asInode(file));
    expect(frames.unmapped).toEqual([[page.address, Unmap.READ_ONLY]]);
    expect(file.content[PAGE + 5]).toBe(77);
    cache.reading(asInode(file));
    expect(frames.unmapped).toHaveLength(1);
  });

  test("a page that nobody wrote to is not written back", () => {
    const { cache, attach } = bench(8);
    const file = new FakeFile(PAGE);
    const cached = attach(file);
    cache.markWritable(cache.page(cached, 0)!);
    file.content[0] = 200;
    cache.writeBack(cached);
    expect(file.content[0]).toBe(200);
  });

  test("never writes beyond the end of the file", () => {
    const { cache, attach, frames } = bench(8);
    const file = new FakeFile(100);
    const cached = attach(file);
    const page = cache.page(cached, 0)!;
    cache.markWritable(page);
    frames.view(page.address).fill(9);
    frames.status.set(page.address, PageStatus.DIRTY);
    cache.writeBack(cached);
    expect(file.content).toEqual(new Uint8Array(100).fill(9));
  });
});

describe("eviction", () => {
  test("spares pages that were used since the hand came by", () => {
    const { cache, attach, frames } = bench(3);
    const file = new FakeFile(8 * PAGE);
    const cached = attach(file);
    const pages = [0, 1, 2].map((index) => cache.page(cached, index)!);
    frames.status.set(pages[0]!.address, PageStatus.ACCESSED);
    cache.page(cached, 3);
    expect([...cached.pages.keys()].sort()).toEqual([0, 2, 3]);
  });

  test("takes the newest page last, touched or not", () => {
    const { cache, attach } = bench(4);
    const cached = attach(new FakeFile(16 * PAGE));
    for (let index = 0; index < 4; index++) cache.page(cached, index);
    for (let index = 4; index < 16; index++) {
      cache.page(cached, index);
      expect([...cached.pages.keys()]).toContain(index - 1);
      expect([...cached.pages.keys()]).toContain(index - 2);
    }
  });

  test("writes dirty pages back, and finds a page even when all were used", () => {
    const { cache, attach, frames } = bench(2);
    const file = new FakeFile(8 * PAGE);
    const cached = attach(file);
    for (const index of [0, 1]) {
      const page = cache.page(cached, index)!;
      cache.markWritable(page);
      frames.view(page.address)[0] = 100 + index;
      frames.status.set(page.address, PageStatus.DIRTY | PageStatus.ACCESSED);
    }
    expect(cache.page(cached, 5)).toBeDefined();
    expect(cache.page(cached, 6)).toBeDefined();
    expect(cache.pageCount).toBe(2);
  });

  test("a frame for other uses comes from the cache too", () => {
    const { cache, attach } = bench(1);
    const cached = attach(new FakeFile(PAGE));
    cache.page(cached, 0);
    expect(cache.takeFrame()).toBeDefined();
    expect(cache.takeFrame()).toBeUndefined();
    expect(cached.pages.size).toBe(0);
  });
});

describe("files nobody maps", () => {
  test("stay cached, and are looked at again", () => {
    const { cache, attach, asInode } = bench(8);
    const file = new FakeFile(PAGE);
    const cached = attach(file);
    cache.page(cached, 0);
    cache.detach(asInode(file));
    expect([cache.pageCount, file.references]).toEqual([1, 1]);
    attach(file);
    expect(file.reads).toBe(2);
    expect(cache.page(cached, 0)).toBeDefined();
    expect(file.reads).toBe(2);
    cache.detach(asInode(file));
    file.mtimeNs = 5n;
    attach(file);
    expect(cache.pageCount).toBe(0);
  });

  test("are let go when they have no name or no page", () => {
    const { cache, attach, asInode } = bench(8);
    const unlinked = new FakeFile(PAGE);
    cache.page(attach(unlinked), 0);
    unlinked.nlink = 0;
    cache.detach(asInode(unlinked));
    const empty = new FakeFile(PAGE);
    attach(empty);
    cache.detach(asInode(empty));
    expect([unlinked.references, empty.references, cache.pageCount]).toEqual([0, 0, 0]);
  });
});
