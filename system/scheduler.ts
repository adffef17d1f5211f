/**
 * How a host calls the machine back, from its event loop.
 */

/** Takes back what was asked for; harmless afterwards. */
export type Cancel = () => void;

export interface Scheduler {
  /** Calls back as soon as other events of the host have had their turn. */
  soon(callback: () => void): Cancel;
  /** Calls back after so many milliseconds: a whole number, at most LONGEST_DELAY_MS. */
  later(callback: () => void, ms: number): Cancel;
  /** The host goes on though nothing is scheduled, until it is cancelled. */
  keepAlive(): Cancel;
}

/** Longest delay that timers of JavaScript's hosts can take: 32 bits with a sign. */
export const LONGEST_DELAY_MS = 2 ** 31 - 1;
