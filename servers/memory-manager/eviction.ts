/**
 * Eviction: makes frames free. Chooses victims, takes them from the clients, and writes those to the paging disk
 * whose content is not there.
 *
 * With a cluster of n pages, up to n victims go out together, in neighbouring slots by one command; all frames but the one that
 * was wanted become free. Layers beneath: replacement-policy.ts, swap-area.ts, frame-pool.ts.
 */
import { flexpage, Unmap } from "#kernel/abi/flexpage.ts";
import type { NativeContext, Op } from "#kernel/native.ts";
import type { Commitment } from "./commitment.ts";
import type { FramePool } from "./frame-pool.ts";
import { NO_FRAME, NO_SLOT, type Page } from "./page.ts";
import type { PagingObserver } from "./paging-observer.ts";
import { Refusal } from "./refusal.ts";
import type { ReplacementPolicy } from "./replacement-policy.ts";
import type { SwapArea } from "./swap-area.ts";

/** Bad slots met in one page-out before the fault is refused. */
const WRITE_ATTEMPTS = 4;

const notOut = (page: Page): boolean => !page.hasSlot;

export interface EvictionParts {
  readonly context: NativeContext;
  /** By frame number: the page that it holds. */
  readonly residents: (Page | undefined)[];
  readonly frames: FramePool;
  readonly swap: SwapArea;
  readonly policy: ReplacementPolicy;
  readonly commitment: Commitment;
  /** Victims that are written out together. */
  readonly cluster: number;
  readonly observer: PagingObserver | undefined;
}

export class Eviction {
  private readonly parts: EvictionParts;
  private slotHand = 0;

  constructor(parts: EvictionParts) {
    this.parts = parts;
  }

  /**
   * Chooses who makes room for the page with the number `incoming`: the frame of the first is wanted. Frames come free by carryOut() only, so that many
   * can be chosen before the disk is waited for, and nothing that happens meanwhile has a say. Empty when nobody can go.
   */
  choose(incoming: number): Page[] {
    const { observer } = this.parts;
    observer?.stage("policy");
    const victims = this.chooseVictims(incoming);
    observer?.stage("manager");
    return victims;
  }

  /** Writes victims to the disk, together, and takes them out of their frames. @returns why the first is still there, if it is */
  *carryOut(victims: readonly Page[]): Op<Refusal | undefined> {
    // In the order in which they were made, which is mostly that of addresses: so read-ahead finds neighbours on the disk.
    const refusal = yield* this.moveOut(victims.filter(notOut).sort((a, b) => a.number - b.number));
    for (const page of victims) page.pinned = false;
    for (const page of victims) if (page.hasSlot) this.detach(page, true);
    return victims[0]!.hasSlot ? undefined : (refusal ?? Refusal.io);
  }

  /** The page leaves its frame, which is free for other use then. */
  detach(page: Page, evicted: boolean): void {
    const { frame } = page;
    this.parts.policy.removed(frame, page.number, evicted);
    this.parts.observer?.occupied(frame, false);
    this.parts.residents[frame] = undefined;
    page.frame = NO_FRAME;
  }

  dropSlot(page: Page): void {
    if (!page.hasSlot) return;
    this.parts.swap.free(page.slot);
    page.slot = NO_SLOT;
  }

  /** Pinned pages that no client has mapped any more. A clean one goes alone: its frame is free at once. */
  private chooseVictims(incoming: number): Page[] {
    const { context, residents, policy, cluster } = this.parts;
    const victims: Page[] = [];
    while (victims.length < cluster) {
      const frame = policy.pickVictim(incoming);
      if (frame === undefined) break;
      const page = residents[frame]!;
      context.kernel.unmap(flexpage(frame * 4096, 12), Unmap.FLUSH);
      page.owner.count("flushes");
      page.writable = false;
      page.pinned = true;
      victims.push(page);
      if (page.hasSlot && victims.length === 1) break;
    }
    return victims;
  }

  /** Writes pages without a slot to the disk, as far as that is possible. @returns why some could not be written */
  private *moveOut(pages: readonly Page[]): Op<Refusal | undefined> {
    const { swap } = this.parts;
    for (let done = 0; done < pages.length; ) {
      const rest = pages.slice(done);
      const slots = rest.length > 1 ? swap.allocateRun(rest.length) : { first: NO_SLOT, count: 0 };
      const together = rest.slice(0, slots.count);
      if (slots.count > 1 && (yield* this.write(slots.first, together))) {
        done += slots.count;
        continue;
      }
      // A run that failed may have one bad slot: each page is tried by itself, and finds it.
      if (slots.count > 0) swap.giveBack(slots.first, slots.count);
      for (const page of together.length > 0 ? together : rest.slice(0, 1)) {
        const refusal = yield* this.moveOutAlone(page);
        if (refusal) return refusal;
        done++;
      }
    }
    return undefined;
  }

  private *moveOutAlone(page: Page): Op<Refusal | undefined> {
    const { swap, commitment } = this.parts;
    for (let attempt = 0; attempt < WRITE_ATTEMPTS; attempt++) {
      let slot = swap.allocate();
      if (slot === NO_SLOT && this.reclaimSlot()) slot = swap.allocate();
      if (slot === NO_SLOT) return Refusal.noMemory;
      if (yield* this.write(slot, [page])) return undefined;
      swap.retire();
      commitment.loseSlot();
    }
    return Refusal.io;
  }

  private *write(slot: number, pages: readonly Page[]): Op<boolean> {
    const { swap, observer } = this.parts;
    observer?.stage("disk");
    const frames = pages.map((page) => page.frame);
    const done = yield* swap.write(slot, frames, pages[0]!.owner);
    observer?.stage("manager");
    if (!done) return false;
    pages.forEach((page, index) => {
      page.slot = slot + index;
      page.owner.count("pageOuts");
    });
    return true;
  }

  /** Frees the slot of some resident page (which must be written again when it goes out). */
  private reclaimSlot(): boolean {
    const { residents } = this.parts;
    for (let step = 0; step < residents.length; step++) {
      const page = residents[this.slotHand];
      this.slotHand = (this.slotHand + 1) % residents.length;
      if (page && page.hasSlot && !page.pinned) {
        this.dropSlot(page);
        return true;
      }
    }
    return false;
  }
}
