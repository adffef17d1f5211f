/**
 * The file pager: memory manager of mapped files and of the pages that the server shares with its processes. A thread of
 * its own (lthread 1), so that serving a call and serving a fault cannot wait for each other; it calls nobody.
 *
 * Its clients are the processes (by the kernel's fault protocol, kernel/abi/page-fault.ts) and the standard memory
 * manager, which fetches pages of private mappings. A process gets only what it has mapped: its mapping list is asked, not its word.
 */
import { flexpage, FLEXPAGE_WRITE } from "#kernel/abi/flexpage.ts";
import { ANY, sameTask, taskOf, type ThreadId } from "#kernel/abi/identifiers.ts";
import { FAULT_WRITE, FaultRefusal } from "#kernel/abi/page-fault.ts";
import { PAGE_LOG2 } from "#kernel/abi/page.ts";
import { type Message, NO_FAULTS, type Op as NativeOp, type PageItem, receive, replyAndWait } from "#kernel/native.ts";
import { CLOCK_PAGE, ClockPage, EMULATOR_BASE, PROCESS_PAGE } from "../abi/address-map.ts";
import { PAGE_SIZE, PROT_WRITE } from "../abi/memory-flags.ts";
import type { Mapping } from "./mapping-list.ts";
import type { CachedFile, PageCache } from "./page-cache.ts";
import type { PageFrames } from "./page-frames.ts";

/** Data space numbers beside inode ids, which count up from 1. */
export const SpecialDataSpace = { EMULATOR: 0xffff0001 } as const;

/** Pages mapped around a fault, when that is cheap: aligned windows of this many. */
const WINDOW_PAGES = 16;
/** Neighbours are read ahead only while this share of the frames is free. */
const READ_AHEAD_RESERVE = 0.25;

/** What the pager asks about a faulting task. */
export interface PagerClients {
  /** The frame of the process page, and the mapping at an address, of the process that runs in this task. */
  pagerClient(task: ThreadId): { pageFrame: number; mapping(address: number): Mapping | undefined } | undefined;
}

export class FilePager {
  readonly thread: ThreadId;
  private readonly frames: PageFrames;
  private readonly cache: PageCache;
  private readonly memoryManager: ThreadId;
  private readonly clients: PagerClients;
  private readonly emulatorFrames: number[] = [];
  private clockFrame = 0;
  /** Pages given out, and faults served, since the start. */
  readonly counters = { faults: 0, pages: 0 };

  constructor(thread: ThreadId, frames: PageFrames, cache: PageCache, memoryManager: ThreadId, clients: PagerClients) {
    this.thread = thread;
    this.frames = frames;
    this.cache = cache;
    this.memoryManager = memoryManager;
    this.clients = clients;
  }

  /** Fills the pages that all processes share. Throws when there are too few frames for them. */
  prepare(emulatorImage: Uint8Array, epochNs: bigint): void {
    for (let offset = 0; offset < emulatorImage.length; offset += PAGE_SIZE) {
      this.emulatorFrames.push(this.filledFrame(emulatorImage.subarray(offset, offset + PAGE_SIZE)));
    }
    const clock = new Uint8Array(8);
    const view = new DataView(clock.buffer);
    view.setUint32(ClockPage.EPOCH_SECONDS, Number(epochNs / 1_000_000_000n), true);
    view.setUint32(ClockPage.EPOCH_NANOSECONDS, Number(epochNs % 1_000_000_000n), true);
    this.clockFrame = this.filledFrame(clock);
  }

  private filledFrame(content: Uint8Array): number {
    const address = this.cache.takeFrame();
    if (address === undefined) throw new Error("the file pager has no memory");
    const view = this.frames.view(address, "write");
    view.fill(0);
    view.set(content);
    return address;
  }

  *run(): NativeOp<void> {
    let request = yield* receive(ANY, NO_FAULTS);
    for (;;) {
      if (request.error !== 0) request = yield* receive(ANY, NO_FAULTS);
      else request = yield* replyAndWait(request.from, this.serve(request.from, request.words), NO_FAULTS);
    }
  }

  /** The answer to one fault message. */
  serve(from: ThreadId, words: readonly number[]): Message {
    this.counters.faults++;
    const [word = 0, ds = 0, address = 0] = words;
    const write = (word & FAULT_WRITE) !== 0;
    const offset = (word & ~(PAGE_SIZE - 1)) >>> 0;
    if (sameTask(from, this.memoryManager)) return this.servePage(ds, offset, address, false);
    const client = this.clients.pagerClient(taskOf(from));
    if (client === undefined) return refuse(FaultRefusal.RIGHTS);
    if (ds === SpecialDataSpace.EMULATOR) return write ? refuse(FaultRefusal.RIGHTS) : this.serveEmulator(address, client.pageFrame);
    const mapping = client.mapping(address);
    if (!mapping || mapping.object.kind !== "file" || mapping.object.inode.id !== ds) return refuse(FaultRefusal.RIGHTS);
    if (mapping.offset + (address - mapping.start) !== offset || mapping.protection === 0) return refuse(FaultRefusal.RIGHTS);
    if (write && !(mapping.shared && mapping.protection & PROT_WRITE)) return refuse(FaultRefusal.RIGHTS);
    return write ? this.servePage(ds, offset, address, true) : this.serveWindow(ds, offset, address, mapping);
  }

  private reply(pages: PageItem[]): Message {
    this.counters.pages += pages.length;
    return { words: [0], pages };
  }

  /** All that every process has and uses at once: the code of the emulation library, the process page, the clock page. */
  private serveEmulator(address: number, pageFrame: number): Message {
    const pages = this.emulatorFrames.map((frame, index) => item(EMULATOR_BASE + index * PAGE_SIZE, frame));
    pages.push(item(PROCESS_PAGE, pageFrame), item(CLOCK_PAGE, this.clockFrame));
    return pages.some(({ hotSpot }) => hotSpot === address) ? this.reply(pages) : refuse(FaultRefusal.BEYOND_END);
  }

  private servePage(ds: number, offset: number, address: number, write: boolean): Message {
    const file = this.cache.file(ds);
    if (file === undefined) return refuse(FaultRefusal.RIGHTS);
    const page = this.pageOrRefusal(file, offset);
    if (typeof page === "number") return refuse(page);
    if (write) this.cache.markWritable(page);
    return this.reply([item(address, page.address, write)]);
  }

  /** Maps the page and those neighbours in its window that are at hand. */
  private serveWindow(ds: number, offset: number, address: number, mapping: Mapping): Message {
    const file = this.cache.file(ds);
    if (file === undefined) return refuse(FaultRefusal.RIGHTS);
    const wanted = this.pageOrRefusal(file, offset);
    if (typeof wanted === "number") return refuse(wanted);
    const items = [item(address, wanted.address)];
    const windowStart = address - (address % (WINDOW_PAGES * PAGE_SIZE));
    const readAhead = this.frames.freeCount > READ_AHEAD_RESERVE * this.frames.total;
    const first = Math.max(windowStart, mapping.start);
    const end = Math.min(windowStart + WINDOW_PAGES * PAGE_SIZE, mapping.end);
    for (let neighbour = first; neighbour < end; neighbour += PAGE_SIZE) {
      if (neighbour === address) continue;
      const index = (mapping.offset + (neighbour - mapping.start)) / PAGE_SIZE;
      const page = file.pages.get(index) ?? (readAhead ? this.pageOrRefusal(file, index * PAGE_SIZE) : undefined);
      if (page !== undefined && typeof page !== "number") items.push(item(neighbour, page.address));
    }
    return this.reply(items);
  }

  private pageOrRefusal(file: CachedFile, offset: number) {
    if (offset >= file.size) return FaultRefusal.BEYOND_END;
    try {
      return this.cache.page(file, offset / PAGE_SIZE) ?? FaultRefusal.NO_MEMORY;
    } catch {
      return FaultRefusal.IO;
    }
  }
}

const refuse = (reason: number): Message => ({ words: [reason] });

const item = (hotSpot: number, frame: number, write = false): PageItem => ({
  hotSpot,
  fpage: flexpage(frame, PAGE_LOG2, write ? FLEXPAGE_WRITE : 0),
});
