/**
 * Watches over a manager's module from another thread: nothing else runs in a thread while its code runs, so one that computes for
 * ever without a kernel call would stop the machine for good.
 *
 * Both threads share a counter of turns. It is odd while the module's code runs. Layer beneath: kernel/native.ts.
 */
import type { Op } from "#kernel/native.ts";

/** Looks at the counter in a second. */
const LOOKS_A_SECOND = 4;

export class ManagerWatch {
  /** Memory that threads share. */
  readonly memory: SharedArrayBuffer;
  private readonly turns: Int32Array;

  constructor(memory = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)) {
    this.memory = memory;
    this.turns = new Int32Array(memory);
  }

  /** The module's code begins to run, or does not run any more. */
  turn(): void {
    Atomics.add(this.turns, 0, 1);
  }

  /** Runs the body of a task, as yield* does. */
  *body(start: () => Op<void>): Op<void> {
    const steps = this.during(() => start()[Symbol.iterator]());
    let step = this.during(() => steps.next());
    while (!step.done) {
      const received = yield step.value;
      step = this.during(() => steps.next(received));
    }
  }

  /** What the module's code answers. */
  during<Result>(code: () => Result): Result {
    this.turn();
    try {
      return code();
    } finally {
      this.turn();
    }
  }

  /**
   * Looks now and then from a thread that is not busy. It counts its looks, and not the time, so that a stopped process is not late.
   * @param late called once, when the module's code has run for so many seconds without an end
   * @returns ends the watch
   */
  begin(seconds: number, late: () => void): () => void {
    let seen = -1;
    let looks = 0;
    const timer = setInterval(() => {
      const turns = Atomics.load(this.turns, 0);
      looks = turns === seen && turns % 2 !== 0 ? looks + 1 : 0;
      seen = turns;
      if (looks < seconds * LOOKS_A_SECOND) return;
      clearInterval(timer);
      late();
    }, 1000 / LOOKS_A_SECOND);
    return () => clearInterval(timer);
  }
}
