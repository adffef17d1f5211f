/**
 * The regions of one address space: which manager, data space and offset stand behind an address.
 *
 * A sorted array of non-overlapping ranges; neighbours that continue each other are merged.
 * Source: L3's data spaces (kernel/abi/page-fault.ts has the protocol).
 */
import { PAGE_MASK } from "#machine/ram.ts";
import { RegionError, Right } from "./abi/calls.ts";
import type { ThreadId } from "./abi/identifiers.ts";

/** Addresses and offsets are plain numbers: `end` may be 2^32. */
export interface Region {
  base: number;
  end: number;
  manager: ThreadId;
  ds: number;
  /** Of `base` in the data space. */
  offset: number;
  rights: number;
  /** Bound by others than the tasks made at boot: the manager may be anybody. */
  untrusted: boolean;
  /** Bound by a chief for its inferior: faults go to the manager directly, whatever clan it is in. */
  byChief: boolean;
}

/** Who binds a region. */
export interface Binder {
  readonly untrusted: boolean;
  readonly byChief: boolean;
}

/** A task made at boot, for itself. */
const AT_BOOT: Binder = { untrusted: false, byChief: false };

const SPACE_END = 2 ** 32;
/** More regions than this in one space are refused (NO_MEMORY). */
const MAX_REGIONS = 65_536;
const ALL_RIGHTS = Right.READ | Right.WRITE | Right.EXECUTE;

/** Whether [base, base + size) is a page-aligned range of the address space. */
export function validRange(base: number, size: number): boolean {
  return (
    Number.isInteger(base) &&
    Number.isInteger(size) &&
    base >= 0 &&
    size > 0 &&
    base + size <= SPACE_END &&
    ((base | size) & PAGE_MASK) === 0
  );
}

export class Regions {
  private readonly list: Region[] = [];
  private last: Region | undefined = undefined;

  find(address: number): Region | undefined {
    const last = this.last;
    if (last !== undefined && address >= last.base && address < last.end) return last;
    const region = this.list[this.firstEndingAfter(address)];
    if (region === undefined || address < region.base) return undefined;
    this.last = region;
    return region;
  }

  get count(): number {
    return this.list.length;
  }

  all(): readonly Region[] {
    return this.list;
  }

  /** @returns a RegionError */
  map(base: number, size: number, manager: ThreadId, ds: number, offset: number, rights: number, binder: Binder = AT_BOOT): number {
    if (!validRange(base, size) || (rights & ~ALL_RIGHTS) !== 0) return RegionError.INVALID;
    if (!Number.isInteger(offset) || offset < 0 || (offset & PAGE_MASK) !== 0 || offset + size > SPACE_END) return RegionError.INVALID;
    const end = base + size;
    const index = this.firstEndingAfter(base);
    const next = this.list[index];
    if (next !== undefined && next.base < end) return RegionError.OVERLAP;
    const region: Region = { base, end, manager, ds: ds >>> 0, offset, rights, untrusted: binder.untrusted, byChief: binder.byChief };
    const previous = this.list[index - 1];
    if (previous !== undefined && continues(previous, region)) {
      previous.end = end;
      this.mergeWithNext(index - 1);
      return RegionError.OK;
    }
    if (this.list.length >= MAX_REGIONS) return RegionError.NO_MEMORY;
    this.list.splice(index, 0, region);
    this.mergeWithNext(index);
    return RegionError.OK;
  }

  /** Forgets the parts of regions in the range. @returns a RegionError */
  unmap(base: number, size: number): number {
    if (!validRange(base, size)) return RegionError.INVALID;
    const end = base + size;
    if (this.list.length >= MAX_REGIONS && this.splits(base, end)) return RegionError.NO_MEMORY;
    const first = this.cut(base);
    const beyond = this.cut(end);
    this.list.splice(first, beyond - first);
    this.last = undefined;
    return RegionError.OK;
  }

  /** Changes rights of a range without holes. In regions that its chief has bound, a task may only take some away (DENIED). @returns a RegionError */
  protect(base: number, size: number, rights: number, byChief = true): number {
    if (!validRange(base, size) || (rights & ~ALL_RIGHTS) !== 0) return RegionError.INVALID;
    const end = base + size;
    let covered = base;
    for (let index = this.firstEndingAfter(base); covered < end; index++) {
      const region = this.list[index];
      if (region === undefined || region.base > covered) return RegionError.INVALID;
      if (region.byChief && !byChief && (rights & ~region.rights) !== 0) return RegionError.DENIED;
      covered = region.end;
    }
    if (this.list.length >= MAX_REGIONS - 1) return RegionError.NO_MEMORY;
    const first = this.cut(base);
    const beyond = this.cut(end);
    for (let index = first; index < beyond; index++) this.list[index]!.rights = rights;
    for (let index = beyond - 1; index >= Math.max(first - 1, 0); index--) this.mergeWithNext(index);
    return RegionError.OK;
  }

  /** Index of the first region that ends after an address. */
  private firstEndingAfter(address: number): number {
    const list = this.list;
    let low = 0;
    let high = list.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (list[middle]!.end > address) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  private splits(base: number, end: number): boolean {
    const region = this.list[this.firstEndingAfter(base)];
    return region !== undefined && region.base < base && region.end > end;
  }

  /** Splits a region that spans an address. @returns the index of the first region at or after it */
  private cut(address: number): number {
    const index = this.firstEndingAfter(address);
    const region = this.list[index];
    if (region === undefined || region.base >= address) return index;
    const upper: Region = { ...region, base: address, offset: region.offset + (address - region.base) };
    region.end = address;
    this.list.splice(index + 1, 0, upper);
    this.last = undefined;
    return index + 1;
  }

  private mergeWithNext(index: number): void {
    const region = this.list[index];
    const next = this.list[index + 1];
    if (region === undefined || next === undefined || !continues(region, next)) return;
    region.end = next.end;
    this.list.splice(index + 1, 1);
    this.last = undefined;
  }
}

function continues(a: Region, b: Region): boolean {
  const alike = a.manager === b.manager && a.ds === b.ds && a.rights === b.rights;
  return alike && a.untrusted === b.untrusted && a.byChief === b.byChief && a.end === b.base && a.offset + (a.end - a.base) === b.offset;
}
