/**
 * Requests to the memory manager: abi/memory-manager.ts.
 *
 * A task may make requests about itself; the master about all tasks. Nothing here waits, so a request
 * is done completely or refused without a trace.
 * Layers beneath: data-space.ts, page-store.ts, commitment.ts.
 */
import { flexpage, Unmap } from "#kernel/abi/flexpage.ts";
import { type ThreadId, taskOf } from "#kernel/abi/identifiers.ts";
import type { Message, NativeContext, Received } from "#kernel/native.ts";
import { DataSpaceFlag, MemoryError, MemoryRequest, memoryStatisticsNames } from "../abi/memory-manager.ts";
import type { BackingCache } from "./backing-cache.ts";
import type { Commitment } from "./commitment.ts";
import type { Backing, DataSpace, Directory, TaskRecord } from "./data-space.ts";
import type { Page } from "./page.ts";
import type { PageStore } from "./page-store.ts";

/** Pages of an address space: no data space is larger. */
const MAX_PAGES = 1 << 20;
/** Data spaces of one task: a bound for what an empty data space costs. */
const MAX_SPACES = 1 << 15;
const ALL_FLAGS = DataSpaceFlag.SHARED | DataSpaceFlag.NO_RESERVE;

export type Statistics = Record<(typeof memoryStatisticsNames)[number], number>;

interface Request {
  sender: ThreadId;
  words: readonly number[];
  /** Words 1 and 2: the task concerned and its data space's number. */
  task: ThreadId;
  number: number;
}

type Handler = (request: Request) => number | number[];

export class RequestServer {
  private master: ThreadId | undefined;
  private readonly context: NativeContext;
  private readonly directory: Directory;
  private readonly store: PageStore;
  private readonly backing: BackingCache;
  private readonly commitment: Commitment;
  private readonly zeroPage: number;
  private readonly statistics: () => Statistics;

  /** By operation: how many words a request has at least, and what it does. A handler returns a MemoryError or all reply words. */
  private readonly operations: ReadonlyMap<number, { words: number; run: Handler }> = new Map<number, { words: number; run: Handler }>([
    [MemoryRequest.ATTACH_MASTER, { words: 1, run: (request) => this.attachMaster(request) }],
    [MemoryRequest.CREATE, { words: 5, run: (request) => this.create(request) }],
    [MemoryRequest.RESIZE, { words: 4, run: (request) => this.resize(request) }],
    [MemoryRequest.DISCARD, { words: 5, run: (request) => this.discard(request) }],
    [MemoryRequest.DESTROY, { words: 3, run: (request) => this.destroy(request) }],
    [MemoryRequest.FORK, { words: 3, run: (request) => this.inherit(request, () => true) }],
    [MemoryRequest.SHARE, { words: 4, run: (request) => this.inherit(request, (number) => number === request.words[3]) }],
    [MemoryRequest.DESTROY_ALL, { words: 2, run: (request) => this.destroyAll(request) }],
    [MemoryRequest.STATISTICS, { words: 1, run: () => this.allStatistics() }],
    [MemoryRequest.TASK_STATISTICS, { words: 2, run: (request) => this.taskStatistics(request) }],
    [MemoryRequest.ALIAS, { words: 5, run: (request) => this.alias(request) }],
  ]);

  constructor(
    context: NativeContext,
    directory: Directory,
    store: PageStore,
    backing: BackingCache,
    commitment: Commitment,
    zeroPage: number,
    statistics: () => Statistics,
  ) {
    this.context = context;
    this.directory = directory;
    this.store = store;
    this.backing = backing;
    this.commitment = commitment;
    this.zeroPage = zeroPage;
    this.statistics = statistics;
  }

  serve(received: Received): Message {
    const { words } = received;
    const operation = this.operations.get(words[0] ?? 0);
    if (!operation || words.length < operation.words) return { words: [MemoryError.INVALID] };
    const request = { sender: taskOf(received.from), words, task: taskOf(words[1] ?? 0), number: words[2] ?? 0 };
    const result = operation.run(request);
    return { words: typeof result === "number" ? [result] : result };
  }

  /** Whether a task exists; it may have no thread yet. */
  exists(task: ThreadId): boolean {
    return this.context.kernel.statistics(task) !== undefined;
  }

  private mayConcern(request: Request, ...tasks: ThreadId[]): boolean {
    return request.sender === this.master || tasks.every((task) => task === request.sender);
  }

  private attachMaster({ sender }: Request): number {
    const taken = this.master !== undefined && this.master !== sender && this.exists(this.master);
    if (taken) return MemoryError.DENIED;
    this.master = sender;
    return MemoryError.OK;
  }

  private create(request: Request): number {
    const { words, task, number } = request;
    const size = words[3]!;
    const flags = words[4]!;
    if (!this.mayConcern(request, task)) return MemoryError.DENIED;
    if (size > MAX_PAGES || (flags & ~ALL_FLAGS) !== 0) return MemoryError.INVALID;
    let backing: Backing | undefined;
    if (words.length > 5) {
      const [manager, dataSpace, offset, bytes] = words.slice(5);
      if (request.sender !== this.master) return MemoryError.DENIED;
      if (bytes === undefined || offset! % 4096 !== 0) return MemoryError.INVALID;
      backing = { manager: manager!, dataSpace: dataSpace!, offset: offset!, bytes: Math.min(bytes, size * 4096) };
    }
    if (!this.exists(task)) return MemoryError.NO_SUCH;
    if (this.directory.find(task, number)) return MemoryError.EXISTS;
    const { spaces } = this.directory.record(task);
    if (spaces.size >= MAX_SPACES) return MemoryError.NO_MEMORY;
    const space = this.directory.newSpace(size, flags, backing);
    if (space.reserved && !this.promise(size)) return MemoryError.NO_MEMORY;
    space.committed = space.reserved ? size : 0;
    spaces.set(number, space);
    return MemoryError.OK;
  }

  private resize(request: Request): number {
    const space = this.directory.find(request.task, request.number);
    const size = request.words[3]!;
    if (!this.mayConcern(request, request.task)) return MemoryError.DENIED;
    if (size > MAX_PAGES) return MemoryError.INVALID;
    if (!space || !this.exists(request.task)) return MemoryError.NO_SUCH;
    if (size < space.size) {
      this.discardPages(space, size, space.size - size);
      this.revokeInitial(space, size, space.size - size);
      // What was cut off does not come back when the data space grows again.
      if (space.backing) {
        space.backing = { ...space.backing, bytes: Math.min(space.backing.bytes, size * 4096) };
      }
    }
    if (space.reserved) {
      if (size > space.size && !this.promise(size - space.size)) return MemoryError.NO_MEMORY;
      if (size < space.size) this.commitment.release(space.size - size);
      space.committed = size;
    }
    space.size = size;
    return MemoryError.OK;
  }

  private discard(request: Request): number {
    const [, , , first, count] = request.words;
    const space = this.directory.find(request.task, request.number);
    if (!this.mayConcern(request, request.task)) return MemoryError.DENIED;
    if (!space) return MemoryError.NO_SUCH;
    if (first! + count! > space.size) return MemoryError.INVALID;
    this.discardPages(space, first!, count!);
    return MemoryError.OK;
  }

  private destroy(request: Request): number {
    if (!this.mayConcern(request, request.task)) return MemoryError.DENIED;
    return this.release(request.task, request.number) ? MemoryError.OK : MemoryError.NO_SUCH;
  }

  /** A task gives a data space up. False when it has none of that number. */
  release(task: ThreadId, number: number): boolean {
    const record = this.directory.tasks.get(task);
    const space = record?.spaces.get(number);
    if (!record || !space) return false;
    record.spaces.delete(number);
    record.copies.delete(number);
    this.giveUp(space, this.exists(task));
    return true;
  }

  /** A task gets a lazy copy under a number that it has not. @returns a MemoryError */
  copyTo(space: DataSpace, task: ThreadId, number: number): number {
    if (!this.promise(space.committed)) return MemoryError.NO_MEMORY;
    this.store.makeReadOnly(this.lazyCopy(space, this.directory.record(task), number));
    return MemoryError.OK;
  }

  private destroyAll(request: Request): number {
    if (!this.mayConcern(request, request.task)) return MemoryError.DENIED;
    const record = this.directory.tasks.get(request.task);
    if (record) this.forget(request.task, record);
    return MemoryError.OK;
  }

  /** A child task gets what its parent has: copies of the private data spaces that `copies` selects, and names for all others. */
  private inherit(request: Request, copies: (number: number) => boolean): number {
    const child = taskOf(request.number);
    if (!this.mayConcern(request, request.task, child)) return MemoryError.DENIED;
    if (!this.exists(child) || !this.exists(request.task)) return MemoryError.NO_SUCH;
    const parent = this.directory.tasks.get(request.task);
    if (!parent) return MemoryError.OK;
    let needed = 0;
    for (const [number, space] of parent.spaces) {
      if (this.directory.find(child, number)) return MemoryError.EXISTS;
      if (!space.shared && copies(number)) needed += space.committed;
    }
    if (!this.promise(needed)) return MemoryError.NO_MEMORY;
    const record = this.directory.record(child);
    const { spaces } = record;
    const copied: Page[] = [];
    for (const [number, space] of parent.spaces) {
      if (space.shared || !copies(number)) {
        space.names++;
        spaces.set(number, space);
        continue;
      }
      for (const page of this.lazyCopy(space, record, number)) copied.push(page);
    }
    this.store.makeReadOnly(copied);
    return MemoryError.OK;
  }

  /** Makes a private copy of what is promised already. @returns the pages that both share now, which nobody may write to any more */
  private lazyCopy(space: DataSpace, record: TaskRecord, number: number): Iterable<Page> {
    const copy = this.directory.newSpace(space.size, space.flags & ~DataSpaceFlag.SHARED, space.backing);
    copy.committed = space.committed;
    for (const [index, page] of space.pages) {
      page.references++;
      this.directory.place(record, copy, index, page);
    }
    record.spaces.set(number, copy);
    return space.pages.values();
  }

  private alias(request: Request): number {
    const source = taskOf(request.words[2]!);
    const target = request.words[4]!;
    const space = this.directory.find(source, request.words[3]!);
    if (!this.mayConcern(request, request.task, source)) return MemoryError.DENIED;
    if (!space || !this.exists(request.task)) return MemoryError.NO_SUCH;
    if (this.directory.find(request.task, target)) return MemoryError.EXISTS;
    space.names++;
    this.directory.record(request.task).spaces.set(target, space);
    return MemoryError.OK;
  }

  private allStatistics(): number[] {
    const statistics = this.statistics();
    return [MemoryError.OK, ...memoryStatisticsNames.map((name) => statistics[name])];
  }

  private taskStatistics(request: Request): number | number[] {
    if (!this.mayConcern(request, request.task)) return MemoryError.DENIED;
    const record = this.directory.tasks.get(request.task);
    if (!record) return MemoryError.NO_SUCH;
    const { zeroFills, copies, pageIns, pageOuts } = record.counters;
    let resident = 0;
    let committed = 0;
    for (const space of record.spaces.values()) {
      committed += space.committed;
      for (const page of space.pages.values()) if (page.resident) resident++;
    }
    return [MemoryError.OK, zeroFills, copies, pageIns, pageOuts, resident, committed];
  }

  /** Commits pages; when that fails, tasks that died without DESTROY_ALL are looked for first. */
  private promise(pages: number): boolean {
    if (this.commitment.promise(pages)) return true;
    for (const [task, record] of this.directory.tasks) if (!this.exists(task)) this.forget(task, record);
    return this.commitment.promise(pages);
  }

  private forget(task: ThreadId, record: TaskRecord): void {
    this.directory.tasks.delete(task);
    const alive = this.exists(task);
    for (const space of record.spaces.values()) this.giveUp(space, alive);
  }

  /** One name less. A task that still lives may have pages mapped that other data spaces share: they are revoked. */
  private giveUp(space: DataSpace, alive: boolean): void {
    space.names--;
    if (space.names > 0) return;
    this.commitment.release(space.committed);
    this.store.drop([...space.pages.values()], alive);
  }

  private discardPages(space: DataSpace, first: number, count: number): void {
    const pages: Page[] = [];
    const take = (page: Page, index: number): void => {
      pages.push(page);
      this.directory.displace(space, index);
    };
    if (count > space.pages.size) {
      for (const [index, page] of space.pages) if (index >= first && index < first + count) take(page, index);
    } else {
      for (let index = first; index < first + count; index++) {
        const page = space.pages.get(index);
        if (page) take(page, index);
      }
    }
    if (!space.reserved) {
      space.committed -= pages.length;
      this.commitment.release(pages.length);
    }
    this.store.drop(pages, true);
  }

  /** Takes the read-only mappings of initial content from the clients, so that they notice that it ends here. */
  private revokeInitial(space: DataSpace, first: number, count: number): void {
    if (space.shared) return;
    const { manager, dataSpace, offset, bytes } = space.backing ?? { manager: 0, dataSpace: 0, offset: 0, bytes: 0 };
    const backed = Math.min(Math.ceil(bytes / 4096), first + count);
    for (let index = first; index < backed; index++) this.backing.revoke(manager, dataSpace, offset + index * 4096);
    if (backed < first + count) this.context.kernel.unmap(flexpage(this.zeroPage, 12), Unmap.FLUSH);
  }
}
