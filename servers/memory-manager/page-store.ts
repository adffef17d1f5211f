/**
 * Pages and where their contents are: makes them, moves them out to the paging disk and back in,
 * drops them.
 *
 * Disk transfers are waited for; meanwhile no other request is served, so every change here is atomic
 * for the rest of the manager. Layers beneath: eviction.ts, frame-pool.ts, swap-area.ts, replacement-policy.ts.
 */
import { flexpage, PageStatus, Unmap } from "#kernel/abi/flexpage.ts";
import type { ThreadId } from "#kernel/abi/identifiers.ts";
import type { NativeContext, Op } from "#kernel/native.ts";
import type { Commitment } from "./commitment.ts";
import type { Counters } from "./counters.ts";
import { Eviction } from "./eviction.ts";
import { coverRuns } from "./flexpage-runs.ts";
import type { FramePool } from "./frame-pool.ts";
import { LocalReplacement } from "./local-replacement.ts";
import { Page } from "./page.ts";
import type { Arrival, PagingObserver } from "./paging-observer.ts";
import { Refusal } from "./refusal.ts";
import type { PolicyView, ReplacementPolicy } from "./replacement-policy.ts";
import type { SwapArea } from "./swap-area.ts";

/** Frames are plentiful while more than one in this many is free. */
const PLENTY_SHARE = 4;

const pageOf = (frame: number): number => flexpage(frame * 4096, 12);

/** How pages are replaced. */
export interface Replacement {
  readonly policy: (view: PolicyView) => ReplacementPolicy;
  /** One instance for each task, with equal shares of the frames. */
  readonly local: boolean;
  /** Victims that are written out together. */
  readonly cluster: number;
  /** Uniform in [0, 1), for policies that draw lots. */
  readonly random: () => number;
  /** Time for policies; undefined: nanoseconds on the machine's clock. */
  readonly time: (() => number) | undefined;
  /** Whether referenced() is called for every reference: then accessed bits come from there. */
  readonly traced: boolean;
}

export class PageStore {
  /** By frame number: the page that it holds. */
  private readonly residents: (Page | undefined)[];
  /** By frame number: 1 until the access is repeated for which the frame was filled. */
  private readonly awaited: Uint8Array;
  /** By frame number: 1 when its page was used, by what is known without the processor's accessed bit. */
  private readonly used: Uint8Array;
  private pagesMade = 0;
  /** Whose page needs a frame. */
  private incomingOwner: Counters | undefined;
  /** When the frame was asked for that is being filled; policies see no later time. */
  private fillingSince: number | undefined;
  /** Time for policies. */
  private readonly clock: () => number;
  private readonly context: NativeContext;
  private readonly frames: FramePool;
  private readonly swap: SwapArea;
  private readonly policy: ReplacementPolicy;
  private readonly eviction: Eviction;
  private readonly observer: PagingObserver | undefined;

  constructor(
    context: NativeContext,
    frames: FramePool,
    swap: SwapArea,
    replacement: Replacement,
    commitment: Commitment,
    observer?: PagingObserver,
  ) {
    this.context = context;
    this.frames = frames;
    this.swap = swap;
    this.observer = observer;
    this.clock = replacement.time ?? (() => context.kernel.now());
    const residents: (Page | undefined)[] = Array.from({ length: frames.limit }, () => undefined);
    this.residents = residents;
    this.awaited = new Uint8Array(frames.limit);
    this.used = new Uint8Array(frames.limit);
    const view = this.policyView(replacement);
    const policy = replacement.local ? this.localReplacement(view, replacement) : replacement.policy(view);
    this.policy = policy;
    this.eviction = new Eviction({ context, residents, frames, swap, policy, commitment, cluster: replacement.cluster, observer });
  }

  private policyView({ random, traced }: Replacement): PolicyView {
    const { context, frames, residents, used } = this;
    const accessed = (frame: number): boolean => {
      const isUsed = used[frame] === 1;
      used[frame] = 0;
      if (traced) return isUsed;
      return (context.kernel.unmap(pageOf(frame), Unmap.STATUS) & PageStatus.ACCESSED) !== 0 || isUsed;
    };
    return {
      limit: frames.limit,
      capacity: frames.freeCount,
      mayGo: (frame) => residents[frame]?.pinned === false,
      accessed,
      dirty: (frame) => residents[frame]?.hasSlot === false,
      now: () => this.fillingSince ?? this.clock(),
      random,
      nextUse: () => Number.POSITIVE_INFINITY,
    };
  }

  private localReplacement(view: PolicyView, { policy }: Replacement): LocalReplacement {
    return new LocalReplacement(view, policy, {
      ofFrame: (frame) => this.residents[frame]!.owner.serial,
      ofIncoming: () => this.incomingOwner!.serial,
    });
  }

  /**
   * A client used the page in a frame.
   * @returns the page's number; -1 when there is none, or the reference is known already because the page came for it
   */
  referenced(frame: number): number {
    const page = this.residents[frame];
    if (page === undefined) return -1;
    if (this.awaited[frame] === 1) {
      this.awaited[frame] = 0;
      return -1;
    }
    this.used[frame] = 1;
    this.policy.referenced?.(frame);
    return page.number;
  }

  /** A client wants to write a clean resident page: it is dirty from now on, so this is when the write counts. */
  dirtied(page: Page, counters: Counters): void {
    this.beginFilling();
    this.used[page.frame] = 1;
    this.awaited[page.frame] = 1;
    this.policy.referenced?.(page.frame);
    this.endFilling({ counters, page: page.number, write: true });
  }

  /** A client gets a copy of a resident page: that is a use of it, though not through a mapping. */
  copied(page: Page, client: ThreadId): void {
    if (this.referenced(page.frame) >= 0) this.observer?.copied(client, page.number);
  }

  /** A new page with undefined content. */
  *create(owner: Counters): Op<Page | Refusal> {
    this.beginFilling();
    const frames = yield* this.allocate([{ number: this.pagesMade, owner }]);
    const page = frames instanceof Refusal ? frames : this.occupy(frames[0]!, owner, true);
    this.endFilling(page instanceof Page ? { counters: owner, page: page.number, write: true } : undefined);
    return page;
  }

  /** A new page with undefined content from the free frames; undefined when there is none. */
  createFromFree(owner: Counters): Page | undefined {
    const frame = this.frames.allocate();
    return frame === undefined ? undefined : this.occupy(frame, owner, false);
  }

  /** Whether there are frames to spare. */
  get plentiful(): boolean {
    return this.frames.freeCount * PLENTY_SHARE > this.frames.count;
  }

  private occupy(frame: number, owner: Counters, isAwaited: boolean): Page {
    const page = new Page(this.pagesMade++, owner);
    this.attach(page, frame, isAwaited);
    return page;
  }

  /** @param isAwaited whether a client waits for the page */
  private attach(page: Page, frame: number, isAwaited: boolean): void {
    page.frame = frame;
    this.residents[frame] = page;
    this.awaited[frame] = isAwaited ? 1 : 0;
    this.used[frame] = isAwaited ? 1 : 0;
    this.observer?.occupied(frame, true);
    this.policy.inserted(frame, page.number);
  }

  /** The bytes of a resident page's frame; valid until the next kernel call. */
  bytes(page: Page, access: "read" | "write"): Uint8Array {
    return this.context.memory.page(page.frame * 4096, access);
  }

  private beginFilling(): void {
    this.fillingSince = this.clock();
    this.observer?.filling();
  }

  private endFilling(arrival: Arrival | undefined): void {
    this.fillingSince = undefined;
    this.observer?.filled(arrival);
  }

  /**
   * Makes a page resident.
   * @param counters of the client that used it
   * @param write whether the client wrote it
   * @param ahead pages in the slots behind the page's, which come with it as far as frames can be had
   * @returns a refusal when there is no frame or the disk fails; nothing is resident then that was not
   */
  *bringIn(page: Page, counters: Counters, write: boolean, ahead: readonly Page[]): Op<Refusal | undefined> {
    if (page.resident) return undefined;
    this.beginFilling();
    const refusal = yield* this.readIn(page, ahead);
    this.endFilling(refusal ? undefined : { counters, page: page.number, write });
    return refusal;
  }

  private *readIn(page: Page, ahead: readonly Page[]): Op<Refusal | undefined> {
    const frames = yield* this.allocate([page, ...ahead]);
    if (frames instanceof Refusal) return frames;
    this.observer?.stage("disk");
    const isRead = yield* this.swap.read(page.slot, frames, page.owner);
    this.observer?.stage("manager");
    if (!isRead) {
      for (const each of frames) this.frames.release(each);
      // The error may be in a page that nobody asked for.
      return frames.length > 1 ? yield* this.readIn(page, []) : Refusal.io;
    }
    // The page asked for comes last, as the one that is used.
    for (let index = frames.length - 1; index > 0; index--) {
      const other = ahead[index - 1]!;
      this.attach(other, frames[index]!, false);
      other.owner.count("pageIns");
      other.owner.count("readAheads");
    }
    this.attach(page, frames[0]!, true);
    page.owner.count("pageIns");
    return undefined;
  }

  /** Clients will write to the resident page: its copy on disk is void. */
  makeWritable(page: Page): void {
    page.writable = true;
    this.eviction.dropSlot(page);
  }

  /** Takes the write permission of all these pages from the clients. */
  makeReadOnly(pages: Iterable<Page>): void {
    const frames: number[] = [];
    for (const page of pages) {
      if (!page.writable) continue;
      page.writable = false;
      frames.push(page.frame);
    }
    coverRuns(frames, (fpage) => this.context.kernel.unmap(fpage, Unmap.READ_ONLY));
  }

  /** Takes a page from all clients; who still has it faults for it again. */
  revoke(page: Page): void {
    if (!page.resident) return;
    page.writable = false;
    this.context.kernel.unmap(pageOf(page.frame), Unmap.FLUSH);
  }

  /**
   * Takes one reference from each page; those without any are gone.
   * @param revoke also takes pages that others still have from all clients (who fault for them again)
   */
  drop(pages: readonly Page[], revoke: boolean): void {
    const frames: number[] = [];
    for (const page of pages) {
      page.references--;
      if (!page.resident || (page.references > 0 && !revoke)) continue;
      page.writable = false;
      page.owner.count("flushes");
      frames.push(page.frame);
    }
    coverRuns(frames, (fpage) => this.context.kernel.unmap(fpage, Unmap.FLUSH));
    // Downwards, so that the lowest frames are used first again.
    for (let i = pages.length - 1; i >= 0; i--) {
      const page = pages[i]!;
      if (page.references > 0) continue;
      this.observer?.dropped(page.number);
      this.eviction.dropSlot(page);
      if (page.resident) this.vacate(page);
    }
  }

  private vacate(page: Page): void {
    this.frames.release(page.frame);
    this.eviction.detach(page, false);
  }

  /**
   * Frames for pages, the first of which is needed most: from the free list, or from victims. They are all chosen before the disk is waited for, so that
   * references that other clients make meanwhile come after all of it.
   * @returns fewer frames than pages when there are not enough, but one at least
   */
  private *allocate(wanted: readonly Pick<Page, "number" | "owner">[]): Op<readonly number[] | Refusal> {
    const { frames, residents, eviction } = this;
    const found: number[] = [];
    const rooms: Page[][] = [];
    /** What victims beside the first of a room leave. */
    const spare: number[] = [];
    for (const { number, owner } of wanted) {
      let frame = frames.allocate() ?? spare.pop();
      if (frame === undefined) {
        this.incomingOwner = owner;
        const victims = eviction.choose(number);
        const [first, ...others] = victims;
        if (first === undefined) break;
        rooms.push(victims);
        frame = first.frame;
        for (const other of others) spare.push(other.frame);
      }
      found.push(frame);
    }
    if (found.length === 0) return Refusal.noMemory;
    let failure: Refusal | undefined;
    for (const victims of rooms) failure = (yield* eviction.carryOut(victims)) ?? failure;
    // A page that could not be written stays in its frame.
    for (const frame of spare) if (residents[frame] === undefined) frames.release(frame);
    const usable = failure ? found.filter((frame) => residents[frame] === undefined) : found;
    return usable.length > 0 ? usable : failure!;
  }
}
