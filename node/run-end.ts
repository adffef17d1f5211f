/**
 * How a run of the command is ended from outside: what has asked for it is told to the program first. A second one, or time, halts the
 * machine, whatever the program does.
 */

/** How long a program may take to end. */
export const GRACE_MS = 2000;
/** Signals of one number within this time are one: timeout(1) and npm send theirs to the process and to its group. */
export const SAME_SIGNAL_MS = 200;
export const TIMEOUT_STATUS = 124;
/** Exit status of what signal n ended: this and n, as shells report it. */
export const SIGNAL_STATUS = 128;
const SIGTERM = 15;

/** Sorts out which signals, at which times, are requests of their own. */
export class SignalFilter {
  private readonly last = new Map<number, number>();

  /** @param nowMs time of arrival @returns whether it is new */
  accept(signal: number, nowMs: number): boolean {
    const before = this.last.get(signal);
    if (before !== undefined && nowMs - before < SAME_SIGNAL_MS) return false;
    this.last.set(signal, nowMs);
    return true;
  }
}

export interface RunEndActions {
  /** Sends the signal to the program. */
  forward(signal: number): void;
  /** Ends the machine at once. */
  halt(): void;
  /** Calls back after so many milliseconds. */
  later(callback: () => void, ms: number): void;
}

export class RunEnd {
  private readonly actions: RunEndActions;
  /** The status that the last request ends the run with. */
  private asked: number | undefined;
  private timedOut = false;
  private halted = false;

  constructor(actions: RunEndActions) {
    this.actions = actions;
  }

  /** The run's exit status, if it is not the program's own. */
  get status(): number | undefined {
    if (this.timedOut) return TIMEOUT_STATUS;
    return this.halted ? this.asked : undefined;
  }

  /** Whether the machine was halted, whatever the program did. */
  get isForced(): boolean {
    return this.halted;
  }

  /** A signal has come that asks for the end. */
  signal(signal: number): void {
    this.request(SIGNAL_STATUS + signal, signal);
  }

  /** The time of the run is over. */
  timeout(): void {
    this.timedOut = true;
    this.request(TIMEOUT_STATUS, SIGTERM);
  }

  private request(status: number, signal: number): void {
    const isFirst = this.asked === undefined;
    if (this.halted) return;
    this.asked = status;
    if (!isFirst) return this.halt();
    this.actions.forward(signal);
    this.actions.later(() => this.halt(), GRACE_MS);
  }

  private halt(): void {
    if (this.halted) return;
    this.halted = true;
    this.actions.halt();
  }
}
