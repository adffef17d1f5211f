/**
 * An address space: the processor's translation table, and beside it the mapping-database node of
 * each mapped page.
 */
import { type Ram } from "#machine/ram.ts";
import { TranslationTable } from "#machine/translation-table.ts";

export const LEAF_PAGES = 1024;
export const SPACE_LEAVES = 1024;

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
      leaf = freeLeaves.pop() ?? new Int32Array(LEAF_PAGES);
      this.leaves[page >>> 10] = leaf;
    }
    leaf[page & 1023] = node;
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
