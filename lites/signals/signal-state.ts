/**
 * The signal state of one thread: mask, what was sent to it alone, alternate stack; and what it sees of its process's. Pure data and
 * decisions; what follows from them is done in posting.ts. Source: POSIX 2.4 "Signal Concepts", signal(7).
 */
import { SS_DISABLE } from "../abi/signals.ts";
import { PendingSignals, type SignalInfo } from "./pending-signals.ts";
import { type Disposition, ProcessSignals, type SignalAction, type ThreadSignals, UNBLOCKABLE } from "./process-signals.ts";
import { SignalSet } from "./signal-set.ts";

export interface AlternateStack {
  base: number;
  size: number;
  flags: number;
}

const noStack = (): AlternateStack => ({ base: 0, size: 0, flags: SS_DISABLE });

export class SignalState implements ThreadSignals {
  readonly process: ProcessSignals;
  readonly own = new PendingSignals();
  private mask = 0n;
  /** Mask to be put back when a call that changed it for its duration is over (sigsuspend, ppoll, pselect). */
  private saved: bigint | undefined;
  alternateStack = noStack();
  /** What a sigtimedwait in progress waits for. */
  awaited = 0n;

  constructor(process = new ProcessSignals()) {
    this.process = process;
    process.threads.add(this);
  }

  /** The thread has ended. */
  leave(): void {
    this.process.threads.delete(this);
  }

  get blocked(): bigint {
    return this.mask;
  }

  /** Of the thread and of its process. */
  get pendingSet(): bigint {
    return this.own.set | this.process.pending.set;
  }

  /** Whether a signal is pending that is neither blocked nor ignored. */
  get deliverable(): boolean {
    const { own, process } = this;
    if (own.isEmpty && process.pending.isEmpty) return false;
    const isTaken = (signal: number) => !this.isBlocked(signal) && process.disposition(signal) !== "ignore";
    return own.some(isTaken) || process.pending.some(isTaken);
  }

  setBlocked(mask: bigint): void {
    this.mask = mask & ~UNBLOCKABLE;
  }

  isBlocked(signal: number): boolean {
    return SignalSet.has(this.mask, signal);
  }

  holds(signal: number): boolean {
    return this.isBlocked(signal) || SignalSet.has(this.awaited, signal);
  }

  action(signal: number): Readonly<SignalAction> {
    return this.process.action(signal);
  }

  disposition(signal: number): Disposition {
    return this.process.disposition(signal);
  }

  /** As ProcessSignals.add, for this thread alone. @throws EAGAIN */
  add(info: SignalInfo, limit?: number): boolean {
    const { signal } = info;
    this.process.cancelOpposites(signal);
    if (this.disposition(signal) === "ignore" && !this.holds(signal)) return false;
    this.own.add(info, limit);
    return true;
  }

  /** Raises a signal that cannot be held back: blocked or ignored, it gets its default action first. */
  force(info: SignalInfo): void {
    const { signal } = info;
    const set = SignalSet.of(signal);
    if (this.isBlocked(signal) || this.disposition(signal) === "ignore") {
      this.process.deleteAction(signal);
      this.mask &= ~set;
    }
    this.own.drop(set);
    this.own.add(info);
  }

  /** Removes and returns the next pending signal of a set: the thread's own come first. */
  take(set: bigint): SignalInfo | undefined {
    return this.own.take(set) ?? this.process.pending.take(set);
  }

  takeUnblocked(): SignalInfo | undefined {
    return this.take(~this.mask);
  }

  /** Whether a signal of the set is pending. */
  hasPending(set: bigint): boolean {
    return this.own.has(set) || this.process.pending.has(set);
  }

  /** Changes the mask for the duration of one call. It is put back by restoreMask, or by the return from a handler that runs before. */
  setTemporaryMask(mask: bigint): void {
    this.saved ??= this.mask;
    this.setBlocked(mask);
  }

  restoreMask(): void {
    if (this.saved === undefined) return;
    const saved = this.saved;
    this.saved = undefined;
    this.setBlocked(saved);
  }

  /** Enters a handler: returns the mask that its end shall restore. */
  enterHandler(signal: number, nodefer: boolean): bigint {
    const toRestore = this.saved ?? this.mask;
    this.saved = undefined;
    this.setBlocked(this.mask | this.action(signal).mask | (nodefer ? 0n : SignalSet.of(signal)));
    return toRestore;
  }

  /** State of the first thread of a fork child: the same without what is pending. */
  forked(process = this.process.forked()): SignalState {
    const child = new SignalState(process);
    child.mask = this.saved ?? this.mask;
    child.alternateStack = { ...this.alternateStack };
    return child;
  }

  /** State of a new thread beside this one: the same mask. */
  cloned(): SignalState {
    const clone = new SignalState(this.process);
    clone.mask = this.saved ?? this.mask;
    return clone;
  }

  /** exec: mask and pending signals stay. */
  executed(): void {
    this.restoreMask();
    this.process.executed();
    this.alternateStack = noStack();
    this.awaited = 0n;
  }
}
