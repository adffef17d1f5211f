/**
 * One page of anonymous memory: its content is in a frame, in a slot of the paging disk, or in both.
 *
 * A page belongs to one or more data spaces: lazy copies share it until somebody writes (the reference
 * count replaces chains of shadow objects). Invariants:
 * - it has a frame or a slot;
 * - only a page with one reference and without a slot is mapped writable to clients, so a slot's content
 *   is always valid, and a page with a slot is clean.
 */
import type { Counters } from "./counters.ts";

export const NO_FRAME = -1;
export const NO_SLOT = -1;

export class Page {
  /** Names the page for its whole life; no two pages of a manager have the same. */
  readonly number: number;
  /** Data spaces that contain it. */
  references = 1;
  /** Frame number, or NO_FRAME. */
  frame = NO_FRAME;
  slot = NO_SLOT;
  /** Whether clients may have writable mappings. */
  writable = false;
  /** Its frame must stay: it is being copied or read in. */
  pinned = false;
  /** Counters of the task that made it, which are charged for its page-outs. */
  readonly owner: Counters;

  constructor(number: number, owner: Counters) {
    this.number = number;
    this.owner = owner;
  }

  get resident(): boolean {
    return this.frame !== NO_FRAME;
  }

  get hasSlot(): boolean {
    return this.slot !== NO_SLOT;
  }
}
