/**
 * Ready queues: 256 priorities, first come first served within one.
 *
 * The running thread stays at the head of its queue; it leaves the queue when it blocks and goes to
 * the tail when its slice is used up.
 */
import type { Thread } from "./thread.ts";

export const PRIORITIES = 256;

export class Scheduler {
  private readonly heads: (Thread | undefined)[] = Array.from<Thread | undefined>({ length: PRIORITIES });
  private readonly tails: (Thread | undefined)[] = Array.from<Thread | undefined>({ length: PRIORITIES });
  /** Bit p & 31 of word p >> 5: queue p is not empty. */
  private readonly occupied = new Int32Array(PRIORITIES / 32);
  /** Bit n: word n of `occupied` is not 0. */
  private summary = 0;

  /** Thread to be dispatched next whatever its priority, and the thread whose slice pays for it. */
  private favoured: Thread | undefined = undefined;
  private donor: Thread | undefined = undefined;

  /** The thread to dispatch now, or undefined when all are blocked. */
  next(): Thread | undefined {
    return this.favoured ?? this.top();
  }

  /** The thread of next() is dispatched. @returns whose slice pays for it */
  dispatched(thread: Thread): Thread {
    const { donor } = this;
    this.favoured = undefined;
    this.donor = undefined;
    return donor ?? thread;
  }

  /** thread_switch: the next dispatch is the target's, paid from the rest of the caller's slice; without a ready target, the next in line. */
  switchTo(thread: Thread, target: Thread | undefined): void {
    if (target !== undefined && target !== thread && target.queued) {
      this.favoured = target;
      this.donor = thread;
    } else this.rotate(thread);
  }

  /** The first of the ready threads, or undefined when all are blocked. */
  top(): Thread | undefined {
    if (this.summary === 0) return undefined;
    const word = 31 - Math.clz32(this.summary);
    return this.heads[(word << 5) | (31 - Math.clz32(this.occupied[word]!))];
  }

  enqueue(thread: Thread): void {
    if (thread.queued) return;
    const priority = thread.priority;
    const tail = this.tails[priority];
    thread.queued = true;
    thread.readyPrevious = tail;
    thread.readyNext = undefined;
    if (tail === undefined) {
      this.heads[priority] = thread;
      this.occupied[priority >> 5]! |= 1 << (priority & 31);
      this.summary |= 1 << (priority >> 5);
    } else tail.readyNext = thread;
    this.tails[priority] = thread;
  }

  dequeue(thread: Thread): void {
    if (!thread.queued) return;
    const { priority, readyPrevious: previous, readyNext: next } = thread;
    thread.queued = false;
    if (previous === undefined) this.heads[priority] = next;
    else previous.readyNext = next;
    if (next === undefined) this.tails[priority] = previous;
    else next.readyPrevious = previous;
    if (previous === undefined && next === undefined) {
      this.occupied[priority >> 5]! &= ~(1 << (priority & 31));
      if (this.occupied[priority >> 5] === 0) this.summary &= ~(1 << (priority >> 5));
    }
    thread.readyPrevious = undefined;
    thread.readyNext = undefined;
  }

  /** Gives the others of the same priority their turn; the thread gets a new slice. */
  rotate(thread: Thread): void {
    thread.sliceLeft = thread.sliceInstructions;
    if (!thread.queued || thread.readyNext === undefined) return;
    this.dequeue(thread);
    this.enqueue(thread);
  }

  /** Whether a thread that runs would go on after its slice: no other one of its priority or a higher one can run. */
  isAlone(thread: Thread): boolean {
    return this.top() === thread && thread.readyNext === undefined;
  }

  setPriority(thread: Thread, priority: number): void {
    const queued = thread.queued;
    this.dequeue(thread);
    thread.priority = priority;
    if (queued) this.enqueue(thread);
  }
}
