/**
 * LRU stack distances of a trace in one pass: how many frames each reference needs not to be a fault.
 *
 * Every page has a mark at the position of its last reference; the distance is the number of marks from there on, counted
 * by a binary indexed tree. A page that is dropped leaves its mark as a hole: memories that hold it have a free frame. The next
 * page that comes to the top fills the topmost hole above its old place, and what is below stays where it is.
 * Sources: Mattson, Gecsei, Slutz, Traiger, "Evaluation techniques for storage hierarchies" (1970); Bennett and Kruskal, "LRU stack
 * processing" (1975). Layer beneath: trace.ts.
 */
import { RecordKind, type Trace } from "./trace.ts";
import { loaded } from "./trace-spool.ts";

/** Positions beyond twice the pages, so that small traces are not renumbered all the time. */
const SPARE = 1024;

/** In `holders`: the position has a hole, or nothing. */
const HOLE = -1;
const NOTHING = -2;

class MarkedStack {
  /** By position, from 1: whose mark is there. */
  private readonly holders: Int32Array;
  private readonly tree: Int32Array;
  /** By page index: its position, or 0. */
  private readonly positions: Int32Array;
  /** Positions of holes, ascending. */
  private holes: number[] = [];
  private top = 0;
  private marks = 0;

  constructor(pages: number) {
    const limit = 2 * pages + SPARE;
    this.holders = new Int32Array(limit + 1).fill(NOTHING);
    this.tree = new Int32Array(limit + 1);
    this.positions = new Int32Array(pages);
  }

  /** A reference. @returns the page's distance, from 1; 0 when it is not in the stack */
  reference(page: number): number {
    const old = this.positions[page]!;
    if (old === this.top && old > 0) return 1;
    if (this.top === this.tree.length - 1) return this.referenceRenumbered(page);
    const distance = old === 0 ? 0 : this.marks - this.countBelow(old);
    const hole = this.holes[this.holes.length - 1];
    if (hole !== undefined && hole > old) {
      this.holes.pop();
      this.unmark(hole);
      if (old > 0) this.digHole(old);
    } else if (old > 0) {
      this.unmark(old);
    }
    this.mark(++this.top, page);
    this.positions[page] = this.top;
    return distance;
  }

  drop(page: number): void {
    const position = this.positions[page]!;
    if (position === 0) return;
    this.positions[page] = 0;
    this.digHole(position);
  }

  /** Makes the mark at a position a hole. */
  private digHole(position: number): void {
    this.holders[position] = HOLE;
    let low = 0;
    let high = this.holes.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.holes[middle]! < position) low = middle + 1;
      else high = middle;
    }
    this.holes.splice(low, 0, position);
  }

  private mark(position: number, holder: number): void {
    this.holders[position] = holder;
    this.marks++;
    this.add(position, 1);
  }

  private unmark(position: number): void {
    this.holders[position] = NOTHING;
    this.marks--;
    this.add(position, -1);
  }

  private add(position: number, change: number): void {
    const { tree } = this;
    for (let at = position; at < tree.length; at += at & -at) tree[at]! += change;
  }

  /** Marks at lower positions. */
  private countBelow(position: number): number {
    const { tree } = this;
    let count = 0;
    for (let at = position - 1; at > 0; at &= at - 1) count += tree[at]!;
    return count;
  }

  /** No position is left: moves all marks down, in their order. */
  private referenceRenumbered(page: number): number {
    const { holders, positions } = this;
    const marked = holders.filter((holder) => holder !== NOTHING);
    holders.fill(NOTHING);
    this.tree.fill(0);
    this.holes = [];
    this.marks = 0;
    for (const [index, holder] of marked.entries()) {
      this.mark(index + 1, holder);
      if (holder === HOLE) this.holes.push(index + 1);
      else positions[holder] = index + 1;
    }
    this.top = marked.length;
    return this.reference(page);
  }
}

export interface StackDistances {
  /** References to pages that were never referenced before: faults with any number of frames. */
  readonly cold: number;
  /** By distance: how many references had it. A reference with distance d is a fault with less than d frames. */
  readonly counts: Float64Array;
}

export function stackDistances(trace: Trace): StackDistances {
  const stack = new MarkedStack(trace.pages.length);
  const counts = new Float64Array(trace.pages.length + 1);
  const { DROP } = RecordKind;
  for (const stored of trace.pieces) {
    const { length, pages, marks } = loaded(stored);
    for (let at = 0; at < length; at++) {
      const page = pages[at]!;
      if ((marks[at]! & 3) === DROP) stack.drop(page);
      else counts[stack.reference(page)]!++;
    }
  }
  return { cold: counts[0]!, counts };
}
