/**
 * The mappings of one address space as a sorted list without overlaps: finding room, splitting, merging. Pure data; the
 * regions and data spaces behind it are address-space.ts's.
 */
import type { Inode } from "../vfs/inode.ts";

/** Memory of the standard memory manager, in pages; named by number within the task. */
export interface DataSpace {
  readonly number: number;
  pages: number;
  readonly shared: boolean;
  /** The same for all names that processes have for it. */
  readonly identity: object;
  readonly noReserve: boolean;
  /** Private mapping of a file: where absent pages come from. valid undefined: all of the file, and nothing beyond its last page. */
  readonly backing: { readonly inode: Inode; readonly offset: number; readonly valid: number | undefined } | undefined;
}

export type MappedObject = { readonly kind: "memory"; readonly dataSpace: DataSpace } | { readonly kind: "file"; readonly inode: Inode };

export interface Mapping {
  /** Page-aligned; end is exclusive. */
  start: number;
  end: number;
  /** PROT_* */
  protection: number;
  shared: boolean;
  /** What the region is bound to, and the byte offset of `start` in it. */
  object: MappedObject;
  offset: number;
  /** Most that mprotect may allow: shared mappings of files that are not open for writing stay read-only. */
  allowed: number;
  /** Its file was opened for writing, and cannot be executed meanwhile. */
  writes: boolean;
  /** What a forked child gets of it instead of a copy (madvise): nothing, or zeros. */
  onFork?: "none" | "zeros" | undefined;
  /** For /proc: path of the file, "[heap]", "[stack]" or "". */
  name: string;
}

export class MappingList {
  private list: Mapping[] = [];

  all(): readonly Mapping[] {
    return this.list;
  }

  find(address: number): Mapping | undefined {
    const mapping = this.list[this.firstEndingAfter(address)];
    return mapping !== undefined && mapping.start <= address ? mapping : undefined;
  }

  /** Mappings that touch [start, end). */
  overlapping(start: number, end: number): Mapping[] {
    const found: Mapping[] = [];
    for (let index = this.firstEndingAfter(start); index < this.list.length && this.list[index]!.start < end; index++) {
      found.push(this.list[index]!);
    }
    return found;
  }

  isFree(start: number, end: number): boolean {
    return this.overlapping(start, end).length === 0;
  }

  /** Whether every page of [start, end) is mapped. */
  covers(start: number, end: number): boolean {
    let covered = start;
    for (const mapping of this.overlapping(start, end)) {
      if (mapping.start > covered) return false;
      covered = mapping.end;
    }
    return covered >= end;
  }

  /** Adds a mapping where nothing is; it is merged with neighbours that it continues. */
  insert(mapping: Mapping): void {
    const index = this.firstEndingAfter(mapping.start);
    this.list.splice(index, 0, mapping);
    this.mergeAt(index + 1);
    this.mergeAt(index);
  }

  /** Splits at both borders, removes what is between, and returns it. */
  remove(start: number, end: number): Mapping[] {
    const first = this.cut(start);
    const beyond = this.cut(end);
    return this.list.splice(first, beyond - first);
  }

  /** Splits at both borders, applies `change` to what is between, and merges again. */
  change(start: number, end: number, change: (mapping: Mapping) => void): void {
    const first = this.cut(start);
    const beyond = this.cut(end);
    for (let index = first; index < beyond; index++) change(this.list[index]!);
    for (let index = beyond; index >= first; index--) this.mergeAt(index);
  }

  /** Highest free range of `size` bytes within [low, high); undefined when there is none. */
  findRoom(size: number, low: number, high: number): number | undefined {
    let top = high;
    for (let index = this.list.length - 1; index >= 0 && top - size >= low; index--) {
      const mapping = this.list[index]!;
      if (mapping.start >= top) continue;
      if (mapping.end <= top - size) break;
      top = mapping.start;
    }
    return top - size >= low ? top - size : undefined;
  }

  /** Sum of the sizes in bytes. */
  get bytes(): number {
    return this.list.reduce((sum, { start, end }) => sum + end - start, 0);
  }

  private firstEndingAfter(address: number): number {
    let low = 0;
    let high = this.list.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.list[middle]!.end > address) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** Splits a mapping that spans an address. @returns index of the first mapping at or after it */
  private cut(address: number): number {
    const index = this.firstEndingAfter(address);
    const mapping = this.list[index];
    if (mapping === undefined || mapping.start >= address) return index;
    this.list.splice(index + 1, 0, { ...mapping, start: address, offset: mapping.offset + (address - mapping.start) });
    mapping.end = address;
    return index + 1;
  }

  /** Merges the mapping at an index into the one before, if it continues it. */
  private mergeAt(index: number): void {
    const before = this.list[index - 1];
    const mapping = this.list[index];
    if (before === undefined || mapping === undefined || !continues(before, mapping)) return;
    before.end = mapping.end;
    this.list.splice(index, 1);
  }
}

function continues(a: Mapping, b: Mapping): boolean {
  return (
    a.end === b.start &&
    a.offset + (a.end - a.start) === b.offset &&
    a.protection === b.protection &&
    a.allowed === b.allowed &&
    a.shared === b.shared &&
    a.writes === b.writes &&
    a.onFork === b.onFork &&
    a.name === b.name &&
    sameObject(a.object, b.object)
  );
}

export function sameObject(a: MappedObject, b: MappedObject): boolean {
  if (a.kind === "memory") return b.kind === "memory" && a.dataSpace === b.dataSpace;
  return b.kind === "file" && a.inode === b.inode;
}
