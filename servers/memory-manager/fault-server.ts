/**
 * Page faults: what a client gets for a fault in one of its data spaces.
 *
 * The table of cases (page = descriptor in the data space):
 *
 *   page      fault   content comes from      mapped
 *   none      read    zero                    the common zero page, read-only
 *   none      write   zero                    a new zeroed page, writable
 *   none      read    backing, whole page     the backing manager's page, read-only
 *   none      any     backing, otherwise      a new page: copy, with its tail zeroed
 *   shared    read    the page                read-only
 *   shared    write   the page                a new page: copy, writable
 *   own       any     the page                writable, but read-only on a read fault if it has a valid
 *                                             copy on the paging disk
 *
 * "shared" means by lazy copies. A data space with DataSpaceFlag.SHARED has several clients that must see
 * each other's writes, so absent pages of it always become pages of its own.
 * A private data space is mapped at one place of its task, so a copy need not be announced to other places.
 * Layers beneath: page-store.ts, backing-cache.ts, fault-around.ts.
 */
import { FLEXPAGE_WRITE, flexpage } from "#kernel/abi/flexpage.ts";
import { taskOf, type ThreadId } from "#kernel/abi/identifiers.ts";
import { FAULT_WRITE, FaultRefusal } from "#kernel/abi/page-fault.ts";
import type { Message, NativeContext, Op, PageItem } from "#kernel/native.ts";
import { type BackingCache, Fetch } from "./backing-cache.ts";
import type { Commitment } from "./commitment.ts";
import type { DataSpace, Directory, TaskRecord } from "./data-space.ts";
import { FaultAround } from "./fault-around.ts";
import { Page } from "./page.ts";
import { type PageStore, Refusal } from "./page-store.ts";

export const refusal = (reason: number): Message => ({ words: [reason] });

/** Maps a page of the manager's own space to where the fault was. */
const item = (address: number, hotSpot: number, writable: boolean): PageItem => ({
  hotSpot,
  fpage: flexpage(address, 12, writable ? FLEXPAGE_WRITE : 0),
});

export class FaultServer {
  private readonly context: NativeContext;
  private readonly directory: Directory;
  private readonly store: PageStore;
  private readonly backing: BackingCache;
  private readonly commitment: Commitment;
  private readonly extras: FaultAround;
  /** Address of the common zero page. */
  private readonly zeroPage: number;

  constructor(
    context: NativeContext,
    directory: Directory,
    store: PageStore,
    backing: BackingCache,
    commitment: Commitment,
    zeroPage: number,
  ) {
    this.context = context;
    this.directory = directory;
    this.store = store;
    this.backing = backing;
    this.commitment = commitment;
    this.zeroPage = zeroPage;
    this.extras = new FaultAround(store, backing);
  }

  /**
   * Serves a fault message.
   * @returns the answer, or the fetch that the fault must wait for before it is served again
   */
  *serve(client: ThreadId, words: readonly number[]): Op<Message | Fetch> {
    const [where = 0, number = 0, hotSpot = 0] = words;
    const record = this.directory.tasks.get(taskOf(client));
    const space = record?.spaces.get(number);
    if (!record || !space) return refusal(FaultRefusal.NO_REGION);
    const index = where >>> 12;
    if (index >= space.size) return refusal(FaultRefusal.BEYOND_END);
    const write = (where & FAULT_WRITE) !== 0;

    let page = space.pages.get(index);
    const fresh = page === undefined;
    if (!page) {
      const initial = yield* this.initial(record, space, index, write, hotSpot);
      if (!(initial instanceof Page)) return initial;
      page = initial;
    }
    const failure = yield* this.store.bringIn(page);
    if (failure) return refusal(failure.reason);
    if (write && page.references > 1) {
      const copy = yield* this.copy(record, space, index, page);
      if (!(copy instanceof Page)) return copy;
      page = copy;
    }
    const writable = page.references === 1 && (write || !page.hasSlot);
    if (writable) this.store.makeWritable(page);
    const asked = item(page.frame * 4096, hotSpot, writable);
    if (!write) return this.extras.around(space, index, asked);
    return fresh ? this.extras.ahead(record, space, index, asked) : { words: [0], pages: [asked] };
  }

  /** A page that the data space does not have yet: becomes one of its own, or is mapped read-only from its source. */
  private *initial(record: TaskRecord, space: DataSpace, index: number, write: boolean, hotSpot: number): Op<Page | Message | Fetch> {
    const own = write || space.shared;
    const valid = space.backedBytes(index);
    if (valid === 0) {
      if (!own) return { words: [0], pages: [item(this.zeroPage, hotSpot, false)] };
      const page = yield* this.newPage(record, space);
      if (!(page instanceof Page)) return page;
      this.store.bytes(page, "write").fill(0);
      record.counters.count("zeroFills");
      space.pages.set(index, page);
      return page;
    }
    const { manager, dataSpace, offset } = space.backing!;
    const at = offset + index * 4096;
    const source = this.backing.find(manager, dataSpace, at);
    if (source === undefined) return this.backing.fetch(manager, dataSpace, at);
    if (!own && valid === 4096) return this.extras.around(space, index, item(source, hotSpot, false));
    const page = yield* this.newPage(record, space);
    if (!(page instanceof Page)) return page;
    if (!this.context.memory.mapped(source)) {
      // The owner took it back while a frame was made free.
      this.abandon(space, page);
      return this.backing.fetch(manager, dataSpace, at);
    }
    const bytes = this.store.bytes(page, "write");
    bytes.set(this.context.memory.page(source, "read"));
    bytes.fill(0, valid);
    record.counters.count("copies");
    space.pages.set(index, page);
    return page;
  }

  /** Gives the data space its own copy of a resident page that it shares. */
  private *copy(record: TaskRecord, space: DataSpace, index: number, page: Page): Op<Page | Message> {
    page.pinned = true;
    const copy = yield* this.store.create(record.counters);
    page.pinned = false;
    if (copy instanceof Refusal) return refusal(copy.reason);
    this.store.bytes(copy, "write").set(this.store.bytes(page, "read"));
    record.counters.count("copies");
    page.references--;
    space.pages.set(index, copy);
    return copy;
  }

  /** A frame for a page that the data space gets for the first time, committed now if it was not at creation. */
  private *newPage(record: TaskRecord, space: DataSpace): Op<Page | Message> {
    if (!space.reserved && !this.commitment.promise(1)) return refusal(FaultRefusal.NO_MEMORY);
    if (!space.reserved) space.committed++;
    const page = yield* this.store.create(record.counters);
    if (page instanceof Page) return page;
    this.unpromise(space);
    return refusal(page.reason);
  }

  private abandon(space: DataSpace, page: Page): void {
    this.unpromise(space);
    this.store.drop([page], false);
  }

  private unpromise(space: DataSpace): void {
    if (space.reserved) return;
    space.committed--;
    this.commitment.release(1);
  }
}
