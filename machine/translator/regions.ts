/**
 * All translated regions: in which table slot each is, which frames it depends on, how it is found by address.
 *
 * A region belongs to a linear address and the frame that was mapped there. It serves every address space in which all its pages
 * are mapped alike, which its code checks at the entry: so translations outlive processes. A slot exists as soon as code
 * wants to go to a region, and returns to the caller until there is one.
 */
import type { Ram } from "../ram.ts";
import { EPOCH_CELLS, type Layout, LOOKUP_BYTES, lookupEntry, UNLINKED } from "./layout.ts";
import type { Sites } from "./sites.ts";

/** Regions that are kept before all are forgotten. */
const MAX_REGIONS = 6000;
const TABLE_GROWTH = 1024;
const LOOKUP_TABLES = [0, 1] as const;

export interface Region {
  readonly eip: number;
  readonly slot: number;
  readonly run: () => number;
  readonly frames: readonly number[];
  readonly siteNumbers: readonly number[];
  /** State of the x87 unit (cpu/x87/loan.ts) that the region was made for, if it has x87 instructions. */
  readonly x87Key: number | undefined;
  /** Called when the region is forgotten: nobody may run it any more. */
  readonly forget: () => void;
}

export class Regions {
  /** Counts removals, so that running code can tell whether it was affected. */
  removals = 0;
  private readonly table: WebAssembly.Table;
  private readonly i32: Int32Array;
  private readonly lookup: number;
  private readonly epochs: number;
  private readonly sites: Sites;
  private readonly unlinked: unknown;
  private readonly slots = new Map<number, number>();
  private readonly byFrame = new Map<number, Set<Region>>();
  private count = 0;
  private nextSlot = UNLINKED + 1;

  /** @param unlinked function for slots of the table without a region */
  constructor(ram: Ram, layout: Layout, sites: Sites, table: WebAssembly.Table, unlinked: unknown) {
    this.i32 = ram.i32;
    this.lookup = layout.lookup >> 2;
    this.epochs = layout.epochs >> 2;
    this.sites = sites;
    this.unlinked = unlinked;
    this.table = table;
    this.table.set(UNLINKED, unlinked);
  }

  /** The slot of the region that starts at an address in a frame. */
  slotOf(eip: number, frame: number): number {
    const key = frame * 2 ** 32 + (eip >>> 0);
    let slot = this.slots.get(key);
    if (slot === undefined) {
      slot = this.nextSlot++;
      if (slot >= this.table.length) this.table.grow(TABLE_GROWTH);
      this.table.set(slot, this.unlinked);
      this.slots.set(key, slot);
    }
    return slot;
  }

  /** Makes room for one more region; to be called before its slot is asked for. */
  makeRoom(): void {
    if (this.count >= MAX_REGIONS) this.clear();
  }

  add(region: Region): void {
    this.count++;
    this.table.set(region.slot, region.run);
    if (region.slot < EPOCH_CELLS) this.i32[this.epochs + region.slot] = 0;
    for (const frame of region.frames) {
      const regions = this.byFrame.get(frame);
      if (regions === undefined) this.byFrame.set(frame, new Set([region]));
      else regions.add(region);
    }
  }

  /** Lets jumps to an address find the region that starts there. */
  publish(eip: number, slot: number): void {
    for (const table of LOOKUP_TABLES) {
      const entry = this.lookup + (lookupEntry(eip, table) >> 2);
      this.i32[entry] = eip;
      this.i32[entry + 1] = slot;
    }
  }

  /** A lookup must not find a slot without a region, from where the address would be looked up again. */
  private retract({ eip, slot }: Region): void {
    for (const table of LOOKUP_TABLES) {
      const entry = this.lookup + (lookupEntry(eip, table) >> 2);
      if (this.i32[entry] === (eip | 0) && this.i32[entry + 1] === slot) this.i32[entry + 1] = UNLINKED;
    }
  }

  /** Forgets the regions with instructions in a frame. */
  removeFrame(frame: number): void {
    const regions = this.byFrame.get(frame);
    if (regions === undefined) return;
    for (const region of [...regions]) this.remove(region);
  }

  remove(region: Region): void {
    this.removals++;
    this.count--;
    this.table.set(region.slot, this.unlinked);
    this.retract(region);
    region.forget();
    this.sites.remove(region.siteNumbers);
    for (const frame of region.frames) {
      const regions = this.byFrame.get(frame)!;
      regions.delete(region);
      if (regions.size === 0) this.byFrame.delete(frame);
    }
  }

  /** Forgets all. No region may be running. */
  private clear(): void {
    for (const frame of [...this.byFrame.keys()]) this.removeFrame(frame);
    this.slots.clear();
    this.nextSlot = UNLINKED + 1;
    this.i32.fill(0, this.lookup, this.lookup + (LOOKUP_BYTES >> 2));
  }
}
