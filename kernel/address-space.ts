/**
 * An address space: the processor's translation table, and beside it the mapping-database node of
 * each mapped page.
 */
import { type Ram } from "#machine/ram.ts";
import { TranslationTable } from "#machine/translation-table.ts";

export const LEAF_PAGES = 1024;
export const SPACE_LEAVES = 1024;

/** Words of a leaf: the nodes, then one bit per node that is not 0, so that sparse leaves are searched fast. */
const OCCUPANCY = LEAF_PAGES;
const LEAF_WORDS = LEAF_PAGES + LEAF_PAGES / 32;

/** Node leaves are used again: they are all zero when an address space has been cleared. */
const freeLeaves: Int32Array[] = [];
const MAX_FREE_LEAVES = 1024;

const NO_LEAVES = Array.from<Int32Array | undefined>({ length: SPACE_LEAVES });

export class AddressSpace {
  /** Task number: how nodes of the mapping database name the space. */
  readonly number: number;
  readonly table: TranslationTable;
  /** Nodes by page number >>> 10 and page number & 1023; 0 = not mapped. */
  readonly leaves: (Int32Array | undefined)[] = NO_LEAVES.slice();
  /**
   * PageStatus bits that the space has not asked for yet, of pages that were taken from it with what it had mapped on: a byte for each page,
   * by page number >>> 10. undefined: there are none.
   */
  private untold: Map<number, Uint8Array> | undefined = undefined;

  private constructor(number: number, table: TranslationTable) {
    this.number = number;
    this.table = table;
  }

  /** A new, empty space, or undefined when there is no memory for its table. */
  static create(ram: Ram, number: number): AddressSpace | undefined {
    const table = TranslationTable.create(ram);
    return table === undefined ? undefined : new AddressSpace(number, table);
  }

  node(page: number): number {
    const leaf = this.leaves[page >>> 10];
    return leaf === undefined ? 0 : leaf[page & 1023]!;
  }

  setNode(page: number, node: number): void {
    let leaf = this.leaves[page >>> 10];
    if (leaf === undefined) {
      leaf = freeLeaves.pop() ?? new Int32Array(LEAF_WORDS);
      this.leaves[page >>> 10] = leaf;
    }
    const index = page & (LEAF_PAGES - 1);
    leaf[index] = node;
    const bit = 1 << (index & 31);
    if (node === 0) leaf[OCCUPANCY + (index >>> 5)]! &= ~bit;
    else leaf[OCCUPANCY + (index >>> 5)]! |= bit;
  }

  /** The first mapped page in [page, end), or `end`. */
  nextMapped(page: number, end: number): number {
    let at = page;
    while (at < end) {
      const leaf = this.leaves[at >>> 10];
      if (leaf === undefined) {
        at = (at | (LEAF_PAGES - 1)) + 1;
        continue;
      }
      const index = at & (LEAF_PAGES - 1);
      // The bits from this page upward.
      const bits = leaf[OCCUPANCY + (index >>> 5)]! & (-1 << (index & 31));
      if (bits !== 0) return Math.min((at & ~31) + (31 - Math.clz32(bits & -bits)), end);
      at = (at | 31) + 1;
    }
    return end;
  }

  /** Keeps what was done through pages that were derived from one of the space's, which is gone. */
  keepStatus(page: number, status: number): void {
    this.untold ??= new Map();
    let leaf = this.untold.get(page >>> 10);
    if (leaf === undefined) {
      leaf = new Uint8Array(LEAF_PAGES);
      this.untold.set(page >>> 10, leaf);
    }
    leaf[page & (LEAF_PAGES - 1)]! |= status;
  }

  /** Tells what was kept of the pages in [first, end), once. */
  tellStatus(first: number, end: number): number {
    if (this.untold === undefined) return 0;
    let status = 0;
    for (const [number, leaf] of this.untold) {
      const base = number * LEAF_PAGES;
      const from = Math.max(first - base, 0);
      const to = Math.min(end - base, LEAF_PAGES);
      for (let index = from; index < to; index++) status |= leaf[index]!;
      if (from < to) leaf.fill(0, from, to);
    }
    return status;
  }

  /** Gives all tables back; nothing may be mapped any more. */
  destroy(): void {
    for (let slot = 0; slot < SPACE_LEAVES; slot++) {
      const leaf = this.leaves[slot];
      if (leaf !== undefined && freeLeaves.length < MAX_FREE_LEAVES) freeLeaves.push(leaf);
      this.leaves[slot] = undefined;
    }
    this.table.destroy();
  }
}
