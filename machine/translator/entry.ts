/**
 * The entry of a region: makes sure that pages, budget and segments are as the code expects, before anything is
 * loaded.
 */
import { Access, Word } from "../cpu/registers.ts";
import { cacheEntry } from "../translation-cache.ts";
import { EPOCH_CELLS, type Layout, Outcome } from "./layout.ts";
import type { Code } from "./wasm/code.ts";
import { Op } from "./wasm/opcodes.ts";

export interface Entry {
  /** Frames of the region's pages. */
  readonly pages: ReadonlyMap<number, number>;
  /** Instructions that run at most before the budget is checked again. */
  readonly cost: number;
  /** The region's slot of the function table. */
  readonly slot: number;
}

/** Locals that the entry sets: byte address of the translation cache, budget; `epoch` is for its own use. */
export interface EntryLocals {
  readonly cache: number;
  readonly budget: number;
  readonly epoch: number;
}

/** Pops a number; unless it is 0, the region does not start. */
export function refuse(head: Code, outcome: Outcome = Outcome.REFUSED): void {
  head.if().i32(outcome).op(Op.RETURN).end();
}

/** @param segmentBases locals for the bases of the segments that the region uses */
export function emitEntry(head: Code, layout: Layout, locals: EntryLocals, entry: Entry, segmentBases: ReadonlyMap<number, number>): void {
  head.loadAt(layout.word(Word.CACHE)).set(locals.cache);
  checkPages(head, layout, locals, entry);
  head.loadAt(layout.word(Word.BUDGET)).tee(locals.budget).i32(entry.cost).op(Op.I32_LT_S);
  refuse(head, Outcome.SPENT);
  for (const [segment, base] of segmentBases) {
    head
      .loadAt(layout.word(Word.SEGMENT_LIMIT + segment))
      .i32(-1)
      .op(Op.I32_NE);
    head
      .loadAt(layout.word(Word.SEGMENT_ACCESS + segment))
      .i32(Access.READ | Access.WRITE)
      .op(Op.I32_NE, Op.I32_OR);
    refuse(head);
    head.loadAt(layout.word(Word.SEGMENT_BASE + segment)).set(base);
  }
}

/** Compares the translation-cache entries of the region's pages, unless that has been done in this epoch. */
function checkPages(head: Code, layout: Layout, { cache, epoch }: EntryLocals, { pages, slot }: Entry): void {
  const cell = slot < EPOCH_CELLS ? layout.epochs + slot * 4 : undefined;
  if (cell !== undefined) head.loadAt(cell).loadAt(layout.word(Word.EPOCH)).tee(epoch).op(Op.I32_NE).if();
  for (const [page, frame] of pages) {
    head
      .get(cache)
      .access(Op.I32_LOAD, page * 4)
      .i32(cacheEntry(page, frame))
      .op(Op.I32_NE);
    refuse(head);
  }
  if (cell !== undefined) head.storeAt(cell, epoch).end();
}
