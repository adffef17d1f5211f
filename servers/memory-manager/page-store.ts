/**
 * Pages and where their contents are: makes them, moves them out to the paging disk and back in,
 * drops them.
 *
 * Disk transfers are waited for; meanwhile no other request is served, so every change here is atomic
 * for the rest of the manager. Layers beneath: frame-pool.ts, swap-area.ts, replacement-policy.ts.
 */
import { flexpage, PageStatus, Unmap } from "#kernel/abi/flexpage.ts";
import { FaultRefusal } from "#kernel/abi/page-fault.ts";
import type { NativeContext, Op } from "#kernel/native.ts";
import type { Commitment } from "./commitment.ts";
import type { Counters } from "./counters.ts";
import { coverRuns } from "./flexpage-runs.ts";
import type { FramePool } from "./frame-pool.ts";
import { NO_FRAME, NO_SLOT, Page } from "./page.ts";
import type { PolicyView, ReplacementPolicy } from "./replacement-policy.ts";
import type { SwapArea } from "./swap-area.ts";

/** Bad slots met in one page-out before the fault is refused. */
const WRITE_ATTEMPTS = 4;

/** Why there is no frame: FaultRefusal.NO_MEMORY or FaultRefusal.IO. */
export class Refusal {
  readonly reason: number;

  private constructor(reason: number) {
    this.reason = reason;
  }

  static readonly noMemory = new Refusal(FaultRefusal.NO_MEMORY);
  static readonly io = new Refusal(FaultRefusal.IO);
}

/** Frames are plentiful while more than one in this many is free. */
const PLENTY_SHARE = 4;

const pageOf = (frame: number): number => flexpage(frame * 4096, 12);

export class PageStore {
  /** By frame number: the page that it holds. */
  private readonly residents: (Page | undefined)[];
  private slotHand = 0;
  private pagesMade = 0;
  private readonly context: NativeContext;
  private readonly frames: FramePool;
  private readonly swap: SwapArea;
  private readonly policy: ReplacementPolicy;
  private readonly commitment: Commitment;

  /** @param makePolicy makes the replacement policy for what it can ask here */
  constructor(
    context: NativeContext,
    frames: FramePool,
    swap: SwapArea,
    makePolicy: (view: PolicyView) => ReplacementPolicy,
    random: () => number,
    commitment: Commitment,
  ) {
    this.context = context;
    this.frames = frames;
    this.swap = swap;
    this.commitment = commitment;
    this.residents = Array.from({ length: frames.limit }, () => undefined);
    this.policy = makePolicy(this.policyView(random));
  }

  private policyView(random: () => number): PolicyView {
    const { context, frames, residents } = this;
    return {
      limit: frames.limit,
      capacity: frames.freeCount,
      mayGo: (frame) => residents[frame]?.pinned === false,
      accessed: (frame) => (context.kernel.unmap(pageOf(frame), Unmap.STATUS) & PageStatus.ACCESSED) !== 0,
      dirty: (frame) => residents[frame]?.hasSlot === false,
      now: () => context.kernel.now(),
      random,
      nextUse: () => Number.POSITIVE_INFINITY,
    };
  }

  /** A new page with undefined content. */
  *create(owner: Counters): Op<Page | Refusal> {
    const frame = yield* this.allocate(this.pagesMade);
    return typeof frame === "number" ? this.occupy(frame, owner) : frame;
  }

  /** A new page with undefined content from the free frames; undefined when there is none. */
  createFromFree(owner: Counters): Page | undefined {
    const frame = this.frames.allocate();
    return frame === undefined ? undefined : this.occupy(frame, owner);
  }

  /** Whether there are frames to spare. */
  get plentiful(): boolean {
    return this.frames.freeCount * PLENTY_SHARE > this.frames.count;
  }

  private occupy(frame: number, owner: Counters): Page {
    const page = new Page(this.pagesMade++, frame, owner);
    this.residents[frame] = page;
    this.policy.inserted(frame, page.number);
    return page;
  }

  /** The bytes of a resident page's frame; valid until the next kernel call. */
  bytes(page: Page, access: "read" | "write"): Uint8Array {
    return this.context.memory.page(page.frame * 4096, access);
  }

  /** Makes a page resident. @returns a refusal when there is no frame or the disk fails; the page is unchanged then */
  *bringIn(page: Page): Op<Refusal | undefined> {
    if (page.resident) return undefined;
    const frame = yield* this.allocate(page.number);
    if (typeof frame !== "number") return frame;
    if (!(yield* this.swap.read(page.slot, frame))) {
      this.frames.release(frame);
      return Refusal.io;
    }
    page.frame = frame;
    this.residents[frame] = page;
    this.policy.inserted(frame, page.number);
    page.owner.count("pageIns");
    return undefined;
  }

  /** Clients will write to the resident page: its copy on disk is void. */
  makeWritable(page: Page): void {
    page.writable = true;
    this.dropSlot(page);
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
      frames.push(page.frame);
    }
    coverRuns(frames, (fpage) => this.context.kernel.unmap(fpage, Unmap.FLUSH));
    // Downwards, so that the lowest frames are used first again.
    for (let i = pages.length - 1; i >= 0; i--) {
      const page = pages[i]!;
      if (page.references > 0) continue;
      this.dropSlot(page);
      if (page.resident) this.vacate(page);
    }
  }

  private dropSlot(page: Page): void {
    if (!page.hasSlot) return;
    this.swap.free(page.slot);
    page.slot = NO_SLOT;
  }

  private vacate(page: Page): void {
    this.detach(page, false);
    this.frames.release(page.frame);
    page.frame = NO_FRAME;
  }

  private detach(page: Page, evicted: boolean): void {
    this.policy.removed(page.frame, page.number, evicted);
    this.residents[page.frame] = undefined;
  }

  /** A frame for the page with the number `incoming`, from the free list or from a victim. */
  private *allocate(incoming: number): Op<number | Refusal> {
    const free = this.frames.allocate();
    if (free !== undefined) return free;
    const victim = this.policy.pickVictim(incoming);
    if (victim === undefined) return Refusal.noMemory;
    const page = this.residents[victim]!;
    this.context.kernel.unmap(pageOf(victim), Unmap.FLUSH);
    page.writable = false;
    if (!page.hasSlot) {
      const refusal = yield* this.moveOut(page);
      if (refusal) return refusal;
    }
    this.detach(page, true);
    page.frame = NO_FRAME;
    return victim;
  }

  /** Writes a page without a slot to the disk. */
  private *moveOut(page: Page): Op<Refusal | undefined> {
    for (let attempt = 0; attempt < WRITE_ATTEMPTS; attempt++) {
      let slot = this.swap.allocate();
      if (slot === NO_SLOT && this.reclaimSlot()) slot = this.swap.allocate();
      if (slot === NO_SLOT) return Refusal.noMemory;
      if (yield* this.swap.write(slot, page.frame)) {
        page.slot = slot;
        page.owner.count("pageOuts");
        return undefined;
      }
      this.swap.retire();
      this.commitment.loseSlot();
    }
    return Refusal.io;
  }

  /** Frees the slot of some resident page (which must be written again when it goes out). */
  private reclaimSlot(): boolean {
    for (let step = 0; step < this.residents.length; step++) {
      const page = this.residents[this.slotHand];
      this.slotHand = (this.slotHand + 1) % this.residents.length;
      if (page && page.hasSlot) {
        this.dropSlot(page);
        return true;
      }
    }
    return false;
  }
}
