/**
 * Frames for other memory managers: the standard one answers σ0's requests (abi/sigma0.ts), so that a manager can stand on it as it
 * stands on σ0 itself, to any depth.
 *
 * Only requests for any one page are granted, and only to tasks made at boot. A lent page is committed, stays in its frame, and comes
 * back when its borrower is gone. Layers beneath: page-store.ts, commitment.ts.
 */
import { FLEXPAGE_WRITE, flexpage, flexpageLog2Size } from "#kernel/abi/flexpage.ts";
import { NIL, taskOf, type ThreadId } from "#kernel/abi/identifiers.ts";
import { PAGE_LOG2 } from "#kernel/abi/page.ts";
import type { Message, NativeContext, Op } from "#kernel/native.ts";
import type { Commitment } from "./commitment.ts";
import type { Directory } from "./data-space.ts";
import { Page } from "./page.ts";
import type { PageStore } from "./page-store.ts";

const REFUSAL: Message = { words: [0] };

/** Of the manager's frames, at most one in so many is lent: the others have to hold what its clients need at once. */
const SHARE = 2;

export class FrameLending {
  private readonly lent = new Map<ThreadId, Page[]>();
  private count = 0;
  private readonly limit: number;
  private readonly context: NativeContext;
  private readonly directory: Directory;
  private readonly store: PageStore;
  private readonly commitment: Commitment;

  /** @param frames how many the manager has */
  constructor(context: NativeContext, directory: Directory, store: PageStore, commitment: Commitment, frames: number) {
    this.context = context;
    this.directory = directory;
    this.store = store;
    this.commitment = commitment;
    this.limit = Math.floor(frames / SHARE);
  }

  /** The answer to a request for any page; word 2 is the flexpage that tells how many bytes it shall have, 0 = one page. */
  *serve(client: ThreadId, size: number): Op<Message> {
    if (this.context.kernel.chief(client) !== NIL) return REFUSAL;
    if (size !== 0 && flexpageLog2Size(size) !== PAGE_LOG2) return REFUSAL;
    const page = (yield* this.take(client)) ?? (this.takeBack() ? yield* this.take(client) : undefined);
    if (page === undefined) return REFUSAL;
    const address = page.frame * 4096;
    return { words: [flexpage(address, PAGE_LOG2)], pages: [{ hotSpot: address, fpage: flexpage(address, PAGE_LOG2, FLEXPAGE_WRITE) }] };
  }

  private *take(client: ThreadId): Op<Page | undefined> {
    const task = taskOf(client);
    if (this.count >= this.limit || !this.commitment.promise(1)) return undefined;
    const page = yield* this.store.create(this.directory.record(task).counters);
    if (!(page instanceof Page)) {
      this.commitment.release(1);
      return undefined;
    }
    page.pinned = true;
    this.store.makeWritable(page);
    this.store.bytes(page, "write").fill(0);
    this.count++;
    const pages = this.lent.get(task);
    if (pages === undefined) this.lent.set(task, [page]);
    else pages.push(page);
    return page;
  }

  /** Takes back what borrowers had that are gone. @returns whether there was anything */
  private takeBack(): boolean {
    const before = this.count;
    for (const [task, pages] of this.lent) {
      if (this.context.kernel.exists(task)) continue;
      this.lent.delete(task);
      this.count -= pages.length;
      this.commitment.release(pages.length);
      // Others may have a page by a grant.
      this.store.drop(pages, true);
    }
    return this.count < before;
  }
}
