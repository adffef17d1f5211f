/**
 * The mapping database: for every frame a tree of the mappings that were derived from each other.
 *
 * map adds a child to the mapper's node, grant moves a node, unmap removes what lies below a node.
 * Rights never grow from parent to child. Nodes are records in one Int32Array, found from an address
 * space by page; a node's frame and rights stand in the translation table alone.
 *
 * Accessed and dirty bits: when a mapping goes, what was done through it is remembered in its
 * parent, or in the space of the parent when that goes as well, so that a manager learns of it whenever it asks. Trees may be as deep as the guest likes:
 * nothing here recurses.
 *
 * Source: L4 X.0 manual, fpage_unmap; Liedtke, "On µ-Kernel Construction" (map, grant, flush).
 */
import { PAGE_SHIFT } from "#machine/ram.ts";
import { Entry } from "#machine/translation-table.ts";
import { MAX_TASKS } from "./abi/identifiers.ts";
import { Unmap } from "./abi/flexpage.ts";
import { type AddressSpace, LEAF_PAGES, SPACE_LEAVES } from "./address-space.ts";

/** Words of a node. */
const SPACE = 0;
const PAGE = 1;
const PARENT = 2;
/** First child. */
const CHILD = 3;
const NEXT = 4;
const PREVIOUS = 5;
/**
 * Remembered PageStatus bits. 0–1: done through derived mappings, for this space's question. 2–3: done through derived
 * mappings, for questions of those above. 4–5: done through this mapping, for this space's question, after those above asked.
 */
const STATUS = 6;
const NODE_SHIFT = 3;

const DERIVED_BITS = 3;
const UP_BITS = 12;
const UP_SHIFT = 2;
const OWN_SHIFT = 4;

const INITIAL_NODES = 1 << 14;

const ACCESS_BITS = Entry.ACCESSED | Entry.DIRTY;

/** What map and grant report. */
export const Mapped = { NOTHING: 0, OK: 1, NO_MEMORY: 2 } as const;

/** PageStatus bits of a translation-table entry: ACCESSED and DIRTY stand side by side there too. */
const entryStatus = (entry: number): number => (entry >>> 2) & 3;

export class MappingDatabase {
  private nodes = new Int32Array(INITIAL_NODES << NODE_SHIFT);
  private freeNode = 0;
  /** Nodes ever used; node 0 is "none". */
  private used = 1;
  private readonly limit: number;
  private readonly spaces: (AddressSpace | undefined)[] = Array.from<AddressSpace | undefined>({ length: MAX_TASKS });

  /** @param limit most mappings that may exist */
  constructor(limit: number) {
    this.limit = limit;
  }

  add(space: AddressSpace): void {
    this.spaces[space.number] = space;
  }

  /** Removes all mappings of a space and everything derived from them, and forgets the space. */
  remove(space: AddressSpace): void {
    this.unmapRange(space, 0, LEAF_PAGES * SPACE_LEAVES, Unmap.FLUSH | Unmap.OWN);
    this.spaces[space.number] = undefined;
  }

  /** Gives a space a frame that nobody has: the root of a tree. */
  insertRoot(space: AddressSpace, page: number, frame: number): boolean {
    return this.insert(space, page, frame, true, 0);
  }

  /** Maps one page on. Its right to write is the least of `writable` and the source's. */
  map(source: AddressSpace, sourcePage: number, target: AddressSpace, targetPage: number, writable: boolean): number {
    const node = source.node(sourcePage);
    if (node === 0) return Mapped.NOTHING;
    const entry = source.table.get(sourcePage);
    const write = writable && (entry & Entry.WRITE) !== 0;
    const existing = target.node(targetPage);
    if (existing !== 0) {
      const old = target.table.get(targetPage);
      if (old >>> PAGE_SHIFT === entry >>> PAGE_SHIFT) {
        if (existing === node || !write || (old & Entry.WRITE) !== 0) return Mapped.OK;
        if (this.nodes[(existing << NODE_SHIFT) + PARENT] === node) {
          target.table.setEntry(targetPage, old | Entry.WRITE);
          return Mapped.OK;
        }
      }
      // The source cannot be below `existing`: then both have the frame, and `existing` the greater right.
      this.detach(existing);
    }
    return this.insert(target, targetPage, entry >>> PAGE_SHIFT, write, node) ? Mapped.OK : Mapped.NO_MEMORY;
  }

  /** Moves one page, with what was derived from it. */
  grant(source: AddressSpace, sourcePage: number, target: AddressSpace, targetPage: number, writable: boolean): number {
    const node = source.node(sourcePage);
    if (node === 0) return Mapped.NOTHING;
    const existing = target.node(targetPage);
    if (existing === node) return Mapped.OK;
    if (existing !== 0) {
      if (this.isBelow(node, existing)) {
        this.detach(node);
        return Mapped.OK;
      }
      this.detach(existing);
    }
    const entry = source.table.get(sourcePage);
    const write = (entry & Entry.WRITE) !== 0;
    if (!target.table.map(targetPage, entry >>> PAGE_SHIFT, write)) return Mapped.NO_MEMORY;
    target.table.setEntry(targetPage, entry);
    source.table.unmap(sourcePage);
    source.setNode(sourcePage, 0);
    target.setNode(targetPage, node);
    const at = node << NODE_SHIFT;
    this.nodes[at + SPACE] = target.number;
    this.nodes[at + PAGE] = targetPage;
    if (write && !writable) this.unmapNode(node, Unmap.READ_ONLY | Unmap.OWN);
    return Mapped.OK;
  }

  /** fpage_unmap of one page. @returns PageStatus bits */
  unmapPage(space: AddressSpace, page: number, mask: number): number {
    return space.tellStatus(page, page + 1) | this.unmapNode(space.node(page), mask);
  }

  private unmapNode(node: number, mask: number): number {
    if (node === 0) return 0;
    const nodes = this.nodes;
    const at = node << NODE_SHIFT;
    const own = (mask & Unmap.OWN) !== 0;
    const remembered = nodes[at + STATUS]!;
    const known = (remembered & DERIVED_BITS) | (own ? remembered >>> OWN_SHIFT : 0);
    const flush = (mask & (Unmap.STATUS | Unmap.FLUSH)) === Unmap.FLUSH;
    if (flush && own) {
      // The space is told at once: nothing is to be kept for it.
      nodes[at + STATUS] = remembered & ~DERIVED_BITS;
      return known | this.detach(node, true);
    }
    const takeWrite = (mask & Unmap.STATUS) === 0;
    let fresh = 0;
    if (flush) for (let child = nodes[at + CHILD]!; child !== 0; child = nodes[at + CHILD]!) fresh |= this.cutSubtree(child);
    else fresh = this.collect(node, takeWrite);
    let kept = remembered & ~DERIVED_BITS;
    if (own) {
      fresh |= this.resetEntry(node, takeWrite);
      kept &= UP_BITS;
    }
    nodes[at + STATUS] = kept | (fresh << UP_SHIFT);
    return known | fresh;
  }

  /** fpage_unmap of `count` pages. @returns PageStatus bits of all together */
  unmapRange(space: AddressSpace, firstPage: number, count: number, mask: number): number {
    const end = firstPage + count;
    let status = space.tellStatus(firstPage, end);
    for (let page = space.nextMapped(firstPage, end); page < end; page = space.nextMapped(page + 1, end)) {
      status |= this.unmapNode(space.node(page), mask);
    }
    return status;
  }

  /** Takes a page from a space, with everything derived from it, without the space's asking. */
  forget(space: AddressSpace, page: number): void {
    const node = space.node(page);
    if (node !== 0) this.detach(node);
  }

  /** Whether something holds for a page and all mappings derived from it. `holds` gets the space's number, the page, and the number of the space that it was mapped from. */
  all(space: AddressSpace, page: number, holds: (space: number, page: number, source: number) => boolean): boolean {
    const nodes = this.nodes;
    const root = space.node(page);
    for (let node = root; node !== 0; ) {
      const at = node << NODE_SHIFT;
      const parent = nodes[at + PARENT]!;
      if (parent === 0 || !holds(nodes[at + SPACE]!, nodes[at + PAGE]!, nodes[(parent << NODE_SHIFT) + SPACE]!)) return false;
      let next = nodes[at + CHILD]!;
      for (let up = node; next === 0 && up !== root; up = nodes[(up << NODE_SHIFT) + PARENT]!) next = nodes[(up << NODE_SHIFT) + NEXT]!;
      node = next;
    }
    return root !== 0;
  }

  /** Nodes in use. */
  get size(): number {
    let free = 0;
    for (let node = this.freeNode; node !== 0; node = this.nodes[(node << NODE_SHIFT) + NEXT]!) free++;
    return this.used - 1 - free;
  }

  private insert(space: AddressSpace, page: number, frame: number, writable: boolean, parent: number): boolean {
    const node = this.allocate();
    if (node === 0) return false;
    const nodes = this.nodes;
    const at = node << NODE_SHIFT;
    if (!space.table.map(page, frame, writable)) {
      nodes[at + NEXT] = this.freeNode;
      this.freeNode = node;
      return false;
    }
    space.setNode(page, node);
    nodes[at + SPACE] = space.number;
    nodes[at + PAGE] = page;
    nodes[at + PARENT] = parent;
    nodes[at + CHILD] = 0;
    nodes[at + PREVIOUS] = 0;
    nodes[at + STATUS] = 0;
    nodes[at + NEXT] = 0;
    if (parent !== 0) {
      const sibling = nodes[(parent << NODE_SHIFT) + CHILD]!;
      nodes[at + NEXT] = sibling;
      if (sibling !== 0) nodes[(sibling << NODE_SHIFT) + PREVIOUS] = node;
      nodes[(parent << NODE_SHIFT) + CHILD] = node;
    }
    return true;
  }

  private allocate(): number {
    const recycled = this.freeNode;
    if (recycled !== 0) {
      this.freeNode = this.nodes[(recycled << NODE_SHIFT) + NEXT]!;
      return recycled;
    }
    if (this.used > this.limit) return 0;
    if (this.used << NODE_SHIFT >= this.nodes.length) {
      const larger = new Int32Array(this.nodes.length * 2);
      larger.set(this.nodes);
      this.nodes = larger;
    }
    return this.used++;
  }

  private isBelow(node: number, ancestor: number): boolean {
    for (let at = node; at !== 0; at = this.nodes[(at << NODE_SHIFT) + PARENT]!) if (at === ancestor) return true;
    return false;
  }

  /**
   * Removes a node with everything below it and tells its parent what was done through it.
   * @param isAsked by its own space, which gets the result
   * @returns what its own manager did not know yet
   */
  private detach(node: number, isAsked = false): number {
    const nodes = this.nodes;
    const at = node << NODE_SHIFT;
    const parent = nodes[at + PARENT]!;
    const known = (nodes[at + STATUS]! & UP_BITS) >>> UP_SHIFT;
    nodes[at + STATUS]! &= DERIVED_BITS;
    const status = this.cutSubtree(node, isAsked);
    const told = status | known;
    if (parent !== 0) nodes[(parent << NODE_SHIFT) + STATUS]! |= told | (told << UP_SHIFT);
    return status;
  }

  /**
   * Removes a node with everything below it, leaves first. Spaces that do not know yet what was done through their pages can still ask.
   * @param isAsked the root's space knows
   * @returns what was done through them and not yet told upward
   */
  private cutSubtree(root: number, isAsked = false): number {
    const nodes = this.nodes;
    let status = 0;
    for (let node = root; ; ) {
      let at = node << NODE_SHIFT;
      for (let child = nodes[at + CHILD]!; child !== 0; child = nodes[at + CHILD]!) {
        node = child;
        at = node << NODE_SHIFT;
      }
      const parent = nodes[at + PARENT]!;
      const next = nodes[at + NEXT]!;
      const previous = nodes[at + PREVIOUS]!;
      if (previous !== 0) nodes[(previous << NODE_SHIFT) + NEXT] = next;
      else if (parent !== 0) nodes[(parent << NODE_SHIFT) + CHILD] = next;
      if (next !== 0) nodes[(next << NODE_SHIFT) + PREVIOUS] = previous;
      const space = this.spaces[nodes[at + SPACE]!]!;
      const page = nodes[at + PAGE]!;
      const remembered = nodes[at + STATUS]!;
      const told = entryStatus(space.table.get(page)) | ((remembered & UP_BITS) >>> UP_SHIFT);
      status |= told;
      if (node !== root) nodes[(parent << NODE_SHIFT) + STATUS]! |= told | (told << UP_SHIFT);
      if ((remembered & DERIVED_BITS) !== 0 && !(isAsked && node === root)) space.keepStatus(page, remembered & DERIVED_BITS);
      space.table.unmap(page);
      space.setNode(page, 0);
      nodes[at + NEXT] = this.freeNode;
      this.freeNode = node;
      if (node === root) return status;
      node = parent;
    }
  }

  /** Collects and resets the status of all nodes below one (children first), and takes their right to write if asked to. */
  private collect(root: number, takeWrite: boolean): number {
    const nodes = this.nodes;
    let status = 0;
    let node = this.firstLeaf(root);
    while (node !== root) {
      const at = node << NODE_SHIFT;
      const own = this.resetEntry(node, takeWrite);
      const remembered = nodes[at + STATUS]!;
      const derived = (remembered & UP_BITS) >>> UP_SHIFT;
      // The node's own space has not asked yet: keep its copy of the bits.
      nodes[at + STATUS] = (remembered & ~UP_BITS) | (own << OWN_SHIFT);
      const parent = nodes[at + PARENT]!;
      const told = own | derived;
      if (parent === root) status |= told;
      else nodes[(parent << NODE_SHIFT) + STATUS]! |= told | (told << UP_SHIFT);
      const next = nodes[at + NEXT]!;
      node = next !== 0 ? this.firstLeaf(next) : parent;
    }
    return status;
  }

  private firstLeaf(node: number): number {
    let leaf = node;
    for (let child = this.nodes[(leaf << NODE_SHIFT) + CHILD]!; child !== 0; child = this.nodes[(leaf << NODE_SHIFT) + CHILD]!)
      leaf = child;
    return leaf;
  }

  /** Clears a node's accessed and dirty bits, and its right to write if asked to. @returns the PageStatus bits before */
  private resetEntry(node: number, takeWrite: boolean): number {
    const at = node << NODE_SHIFT;
    const table = this.spaces[this.nodes[at + SPACE]!]!.table;
    const page = this.nodes[at + PAGE]!;
    const entry = table.get(page);
    table.setEntry(page, entry & ~(takeWrite ? ACCESS_BITS | Entry.WRITE : ACCESS_BITS));
    return entryStatus(entry);
  }
}
