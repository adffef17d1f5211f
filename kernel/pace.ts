/**
 * How long a thread runs that nobody waits for, with a real clock: some host time instead of a number of instructions, for
 * translated code does in a millisecond what the interpreter does in fifty, and the end of a slice costs as much as thousands of its instructions.
 */
import { SLICE_INSTRUCTIONS } from "./thread.ts";

/** Host time between two looks at the clock. */
export const RUN_NS = 2e6;
const MAX_INSTRUCTIONS = 16_000_000;
/** The next run may be this many times as long as the last one: what runs next may be much slower. */
const GROWTH = 2;

export class Pace {
  /** Instructions of a run that takes RUN_NS. */
  private run = SLICE_INSTRUCTIONS;
  private perNs = 0;
  /** When the last slice ended, if nothing else has run since. */
  private start = Number.NaN;

  /** Instructions of the next run. @param event time of the next event of the clock, Infinity when there is none */
  until(event: number): number {
    const fitting = (event - this.start) * this.perNs;
    return fitting < this.run ? Math.max(Math.ceil(fitting), SLICE_INSTRUCTIONS) : this.run;
  }

  /** A slice has ended. @param used its instructions */
  ended(used: number, now: number): void {
    const ns = now - this.start;
    this.start = now;
    if (!(ns > 0)) return;
    this.perNs = used / ns;
    const fitting = Math.min(this.perNs * RUN_NS, GROWTH * used, MAX_INSTRUCTIONS);
    this.run = Math.max(Math.floor(fitting), SLICE_INSTRUCTIONS);
  }

  /** Something else has run. */
  interrupted(): void {
    this.start = Number.NaN;
  }
}
