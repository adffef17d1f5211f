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
 * A private data space with one name is mapped at one place of its task, so what replaces its initial content or a shared page need
 * not be announced to other places. One with several names (SHARE, ALIAS) is seen by several tasks: what they have mapped is revoked.
 * Layers beneath: page-store.ts, backing-cache.ts, fault-around.ts.
 */
import { FLEXPAGE_WRITE, flexpage, Unmap } from "#kernel/abi/flexpage.ts";
import { taskOf, type ThreadId } from "#kernel/abi/identifiers.ts";
import { FAULT_WRITE, FaultRefusal } from "#kernel/abi/page-fault.ts";
import type { Message, NativeContext, Op, PageItem } from "#kernel/native.ts";
import { type BackingCache, Fetch } from "./backing-cache.ts";
import type { Commitment } from "./commitment.ts";
import type { FaultKind } from "./counters.ts";
import type { DataSpace, Directory, TaskRecord } from "./data-space.ts";
import { FaultAround } from "./fault-around.ts";
import { Page } from "./page.ts";
import type { PageStore } from "./page-store.ts";
import { Refusal } from "./refusal.ts";

export const refusal = (reason: number): Message => ({ words: [reason] });

/** The answer to a fault, and what it was. */
export interface ServedFault {
  readonly message: Message;
  readonly kind: FaultKind;
}

const refused = (reason: number): ServedFault => ({ message: refusal(reason), kind: "refused" });

/** Maps a page of the manager's own space to where the fault was. */
const item = (address: number, hotSpot: number, writable: boolean): PageItem => ({
  hotSpot,
  fpage: flexpage(address, 12, writable ? FLEXPAGE_WRITE : 0),
});

const only = (asked: PageItem): Message => ({ words: [0], pages: [asked] });

/** Whether tasks beside the client may have the initial content of a private data space mapped, or pages that it shares with others. */
const seenElsewhere = (space: DataSpace): boolean => space.names > 1 && !space.shared;

/** What a fault on a page of the data space is, if the page need not be copied. */
function kindOfPresent(page: Page, write: boolean): FaultKind {
  if (!page.resident) return "pageIn";
  return write && !page.writable ? "protection" : "forgotten";
}

export class FaultServer {
  private readonly context: NativeContext;
  private readonly directory: Directory;
  private readonly store: PageStore;
  private readonly backing: BackingCache;
  private readonly commitment: Commitment;
  private readonly extras: FaultAround;
  /** What is being copied. */
  private readonly content = new Uint8Array(4096);
  /** Address of the common zero page. */
  private readonly zeroPage: number;
  /** Pages that a page-in brings beyond the one asked for. */
  private readonly readAhead: number;

  /** @param isGenerous whether answers bring pages that were not asked for (fault-around.ts) */
  constructor(
    context: NativeContext,
    directory: Directory,
    store: PageStore,
    backing: BackingCache,
    commitment: Commitment,
    zeroPage: number,
    readAhead: number,
    isGenerous: boolean,
  ) {
    this.context = context;
    this.directory = directory;
    this.store = store;
    this.backing = backing;
    this.commitment = commitment;
    this.zeroPage = zeroPage;
    this.readAhead = readAhead;
    this.extras = new FaultAround(directory, store, backing, isGenerous);
  }

  /**
   * Serves a fault message.
   * @returns the answer, or the fetch that the fault must wait for before it is served again
   */
  *serve(client: ThreadId, words: readonly number[]): Op<ServedFault | Fetch> {
    const [where = 0, number = 0, hotSpot = 0] = words;
    const record = this.directory.tasks.get(taskOf(client));
    const space = record?.spaces.get(number);
    if (!record || !space) return refused(FaultRefusal.NO_REGION);
    const index = where >>> 12;
    if (index >= space.size) return refused(FaultRefusal.BEYOND_END);
    const write = (where & FAULT_WRITE) !== 0;

    let page = space.pages.get(index);
    if (!page) return yield* this.serveAbsent(record, space, index, write, hotSpot);
    let kind = kindOfPresent(page, write);
    const ahead = page.resident ? [] : this.following(space, index, page);
    const failure = yield* this.store.bringIn(page, record.counters, write && page.references === 1, ahead);
    if (failure) return refused(failure.reason);
    if (write && page.references > 1) {
      const copy = yield* this.copy(record, space, index, page, client);
      if (copy instanceof Refusal) return refused(copy.reason);
      page = copy;
      if (kind !== "pageIn") kind = "copy";
    }
    if (kind === "protection" && page.hasSlot) this.store.dirtied(page, record.counters);
    const asked = this.mapped(page, write, hotSpot);
    if (kind !== "pageIn" || ahead.length === 0) return { message: write ? only(asked) : this.extras.around(space, index, asked), kind };
    const pages: PageItem[] = [];
    ahead.forEach((other, distance) => {
      if (other.resident) pages.push(item(other.frame * 4096, hotSpot + (distance + 1) * 4096, false));
    });
    pages.push(asked);
    return { message: { words: [0], pages }, kind };
  }

  /** Serves a fault for a page that the data space does not have. */
  private *serveAbsent(record: TaskRecord, space: DataSpace, index: number, write: boolean, hotSpot: number): Op<ServedFault | Fetch> {
    const kind = space.backedBytes(index) === 0 ? "zeroFill" : "copy";
    const initial = yield* this.initial(record, space, index, write, hotSpot);
    if (initial instanceof Fetch) return initial;
    if (initial instanceof Refusal) return refused(initial.reason);
    if (!(initial instanceof Page)) return { message: initial, kind: "source" };
    const asked = this.mapped(initial, write, hotSpot);
    return { message: write ? this.extras.ahead(record, space, index, asked) : this.extras.around(space, index, asked), kind };
  }

  /** The item that maps a resident page to where the fault was, as writable as it may be. */
  private mapped(page: Page, write: boolean, hotSpot: number): PageItem {
    const writable = page.references === 1 && (write || !page.hasSlot);
    if (writable) this.store.makeWritable(page);
    return item(page.frame * 4096, hotSpot, writable);
  }

  /** Pages of the data space that lie behind a page there and on the paging disk, and are in no frame. */
  private following(space: DataSpace, index: number, page: Page): Page[] {
    const pages: Page[] = [];
    for (let distance = 1; distance <= this.readAhead; distance++) {
      const next = space.pages.get(index + distance);
      if (!next || next.resident || next.slot !== page.slot + distance) break;
      pages.push(next);
    }
    return pages;
  }

  /** A page that the data space does not have yet: becomes one of its own, or is mapped read-only from its source. */
  private *initial(
    record: TaskRecord,
    space: DataSpace,
    index: number,
    write: boolean,
    hotSpot: number,
  ): Op<Page | Message | Fetch | Refusal> {
    const own = write || space.shared;
    const valid = space.backedBytes(index);
    if (valid === 0) {
      if (!own) return only(item(this.zeroPage, hotSpot, false));
      const page = yield* this.newPage(record, space);
      if (!(page instanceof Page)) return page;
      this.store.bytes(page, "write").fill(0);
      if (seenElsewhere(space)) this.context.kernel.unmap(flexpage(this.zeroPage, 12), Unmap.FLUSH);
      record.counters.count("zeroFills");
      this.directory.place(record, space, index, page);
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
    if (seenElsewhere(space)) this.backing.revoke(manager, dataSpace, at);
    record.counters.count("copies");
    this.directory.place(record, space, index, page);
    return page;
  }

  /** Gives the data space its own copy of a resident page that it shares. */
  private *copy(record: TaskRecord, space: DataSpace, index: number, page: Page, client: ThreadId): Op<Page | Refusal> {
    this.store.copied(page, client);
    // The page itself may have to make room for its copy.
    this.content.set(this.store.bytes(page, "read"));
    const copy = yield* this.store.create(record.counters);
    if (copy instanceof Refusal) return copy;
    this.store.bytes(copy, "write").set(this.content);
    record.counters.count("copies");
    if (space.names > 1) this.store.revoke(page);
    page.references--;
    this.directory.place(record, space, index, copy);
    return copy;
  }

  /** A frame for a page that the data space gets for the first time, committed now if it was not at creation. */
  private *newPage(record: TaskRecord, space: DataSpace): Op<Page | Refusal> {
    if (!space.reserved && !this.commitment.promise(1)) return Refusal.noMemory;
    if (!space.reserved) space.committed++;
    const page = yield* this.store.create(record.counters);
    if (page instanceof Refusal) this.unpromise(space);
    return page;
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
