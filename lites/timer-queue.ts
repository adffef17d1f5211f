/**
 * Timers of the Unix server: what shall happen at which machine time. The request thread runs what is due and
 * uses the next deadline as its receive timeout.
 */

export interface Timer {
  readonly deadlineNs: number;
  cancel(): void;
}

class Entry implements Timer {
  readonly deadlineNs: number;
  readonly sequence: number;
  action: (() => void) | undefined;

  constructor(deadlineNs: number, sequence: number, action: () => void) {
    this.deadlineNs = deadlineNs;
    this.sequence = sequence;
    this.action = action;
  }

  cancel(): void {
    this.action = undefined;
  }

  before(other: Entry): boolean {
    return this.deadlineNs < other.deadlineNs || (this.deadlineNs === other.deadlineNs && this.sequence < other.sequence);
  }
}

/** A binary heap; cancelled entries stay in it until they come to the top. */
export class TimerQueue {
  private readonly heap: Entry[] = [];
  private sequence = 0;

  /** Calls `action` once at or after `deadlineNs`. Infinity: never. */
  at(deadlineNs: number, action: () => void): Timer {
    const entry = new Entry(deadlineNs, this.sequence++, action);
    if (deadlineNs === Number.POSITIVE_INFINITY) return entry;
    const heap = this.heap;
    let index = heap.length;
    while (index > 0) {
      const above = (index - 1) >> 1;
      if (!entry.before(heap[above]!)) break;
      heap[index] = heap[above]!;
      index = above;
    }
    heap[index] = entry;
    return entry;
  }

  /** Deadline of the next timer, or Infinity. */
  next(): number {
    while (this.heap.length > 0 && this.heap[0]!.action === undefined) this.pop();
    return this.heap[0]?.deadlineNs ?? Number.POSITIVE_INFINITY;
  }

  /** Runs everything due, in order of the deadlines. */
  runDue(nowNs: number): void {
    while (this.next() <= nowNs) {
      const { action } = this.pop();
      action?.();
    }
  }

  private pop(): Entry {
    const heap = this.heap;
    const top = heap[0]!;
    const last = heap.pop()!;
    if (heap.length === 0) return top;
    let index = 0;
    for (;;) {
      let below = 2 * index + 1;
      if (below >= heap.length) break;
      if (below + 1 < heap.length && heap[below + 1]!.before(heap[below]!)) below++;
      if (!heap[below]!.before(last)) break;
      heap[index] = heap[below]!;
      index = below;
    }
    heap[index] = last;
    return top;
  }
}
