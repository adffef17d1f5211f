/**
 * Signals that wait to be taken: of a process, or of one of its threads. Source: POSIX 2.4 "Signal Concepts", signal(7).
 */
import { EAGAIN } from "../abi/errno.ts";
import { SIGBUS, SIGFPE, SIGILL, SIGNAL_COUNT, SIGRTMIN, SIGSEGV, SIGSYS, SIGTRAP } from "../abi/signals.ts";
import { SignalSet } from "./signal-set.ts";

/** A signal on its way, with the siginfo bytes that a handler sees. */
export interface SignalInfo {
  readonly signal: number;
  readonly bytes: Uint8Array;
}

/** Raised by the program's own instructions: taken before all others. */
const SYNCHRONOUS = SignalSet.of(SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGFPE, SIGSYS);

const rank = (signal: number): number => (SignalSet.has(SYNCHRONOUS, signal) ? signal : signal + SIGNAL_COUNT);

export class PendingSignals {
  private list: SignalInfo[] = [];

  get isEmpty(): boolean {
    return this.list.length === 0;
  }

  get set(): bigint {
    return this.list.reduce((set, { signal }) => set | SignalSet.of(signal), 0n);
  }

  /** Below SIGRTMIN a signal waits once. @param limit how many may wait @throws EAGAIN beyond it */
  add(info: SignalInfo, limit = Number.POSITIVE_INFINITY): void {
    if (info.signal < SIGRTMIN && this.list.some(({ signal }) => signal === info.signal)) return;
    if (this.list.length >= limit) throw EAGAIN;
    this.list.push(info);
  }

  /** Whether a signal of the set waits. */
  has(set: bigint): boolean {
    return this.list.some(({ signal }) => SignalSet.has(set, signal));
  }

  some(holds: (signal: number) => boolean): boolean {
    return this.list.some(({ signal }) => holds(signal));
  }

  /** Removes and returns the next signal of a set: the program's own faults first, then by number, then by age. */
  take(set: bigint): SignalInfo | undefined {
    let best: SignalInfo | undefined;
    for (const info of this.list) {
      if (SignalSet.has(set, info.signal) && (best === undefined || rank(info.signal) < rank(best.signal))) best = info;
    }
    if (best !== undefined) this.list.splice(this.list.indexOf(best), 1);
    return best;
  }

  drop(set: bigint): void {
    if (this.list.length > 0) this.list = this.list.filter(({ signal }) => !SignalSet.has(set, signal));
  }
}
