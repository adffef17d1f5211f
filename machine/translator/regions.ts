/**
 * All translated regions: in which table slot each is, which frames it depends on, how it is found by address.
 *
 * A region belongs to a linear address and the frame that was mapped there. It serves every address space in which
 * all its pages
 * are mapped alike, which its code checks at the entry: so translations outlive processes. A place exists as soon as
 * code
 * wants to go to a region; it gets a slot with the first region there. Regions for other states of the x87 unit, or
 * another place of the stack, are in further places,
 * its variants, of which each leads to the next.
 */
import type { Ram } from "../ram.ts";
import { EPOCH_CELLS, type Layout, LOOKUP_BYTES, lookupEntry, UNLINKED } from "./layout.ts";
import { type Links, Place } from "./links.ts";
import type { Sites } from "./sites.ts";
import type { StackWindow } from "./analysis/stack-window.ts";

/** Regions that are kept before all are forgotten. */
const MAX_REGIONS = 6000;
const TABLE_GROWTH = 1024;
const LOOKUP_TABLES = [0, 1] as const;

export interface Region {
  readonly eip: number;
  readonly place: Place;
  /** Where it goes. */
  readonly links: Links;
  readonly frames: readonly number[];
  readonly siteNumbers: readonly number[];
  /** State of the x87 unit (cpu/x87/loan.ts) that the region was made for, if it has x87 instructions. */
  readonly x87Key: number | undefined;
  /** What it expects of its stack. */
  readonly windows: readonly StackWindow[];
  /** Whether it goes on to the next variant in other states: when it has translated x87 code, or windows. */
  readonly isParticular: boolean;
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
  readonly unlinked: unknown;
  private readonly refused: unknown;
  private readonly places = new Map<number, Place>();
  private readonly byFrame = new Map<number, Set<Region>>();
  private readonly all = new Set<Region>();
  private nextSlot = UNLINKED + 1;

  /** @param unlinked function for slots of the table without a region @param refused the same for variants */
  constructor(ram: Ram, layout: Layout, sites: Sites, table: WebAssembly.Table, unlinked: unknown, refused: unknown) {
    this.i32 = ram.i32;
    this.lookup = layout.lookup >> 2;
    this.epochs = layout.epochs >> 2;
    this.sites = sites;
    this.unlinked = unlinked;
    this.refused = refused;
    this.table = table;
    this.table.set(UNLINKED, unlinked);
  }

  /** The place of the region that starts at an address in a frame. */
  placeOf(eip: number, frame: number): Place {
    const key = placeKey(eip, frame);
    let place = this.places.get(key);
    if (place === undefined) {
      place = new Place(this.unlinked);
      this.places.set(key, place);
    }
    return place;
  }

  /** Whether there is a region that starts at an address in a frame. */
  canRun(eip: number, frame: number): boolean {
    return this.places.get(placeKey(eip, frame))?.isFilled ?? false;
  }

  /** Gives a place a slot, for a region that is being made. */
  settle(place: Place): void {
    if (place.slot !== UNLINKED) return;
    place.slot = this.nextSlot++;
    if (place.slot >= this.table.length) this.table.grow(TABLE_GROWTH);
    this.table.set(place.slot, place.function);
  }

  /** Where control goes from a region at a place that was made for another state. */
  variantOf(place: Place): Place {
    return place.nextVariant(this.refused);
  }

  /** Makes room for one more region; to be called before its place is asked for. */
  makeRoom(): void {
    if (this.all.size >= MAX_REGIONS) this.clear();
  }

  add(region: Region): void {
    const { place } = region;
    this.all.add(region);
    if (place.slot < EPOCH_CELLS) this.i32[this.epochs + place.slot] = 0;
    for (const frame of region.frames) {
      const regions = this.byFrame.get(frame);
      if (regions === undefined) this.byFrame.set(frame, new Set([region]));
      else regions.add(region);
    }
  }

  /** Puts a function where jumps to a place find it; without one, what stands for it. */
  fill(place: Place, run?: unknown): void {
    place.fill(run);
    this.table.set(place.slot, place.function);
  }

  has(region: Region): boolean {
    return this.all.has(region);
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
  private retract({ eip, place: { slot } }: Region): void {
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
    if (!this.all.delete(region)) return;
    this.removals++;
    this.fill(region.place);
    region.links.cut();
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
    this.places.clear();
    this.nextSlot = UNLINKED + 1;
    this.i32.fill(0, this.lookup, this.lookup + (LOOKUP_BYTES >> 2));
  }
}

function placeKey(eip: number, frame: number): number {
  return frame * 2 ** 32 + (eip >>> 0);
}
