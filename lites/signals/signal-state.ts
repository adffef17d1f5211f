/**
 * The signal state of one process: actions, mask, pending signals, alternate stack. Pure data and decisions; what follows from
 * them is done in posting.ts and delivery.ts. Source: POSIX 2.4 "Signal Concepts", signal(7).
 */
import { EAGAIN } from "../abi/errno.ts";
import {
  type DefaultAction,
  defaultAction,
  SA_NOCLDWAIT,
  SIG_DFL,
  SIG_IGN,
  SIGBUS,
  SIGCHLD,
  SIGCONT,
  SIGFPE,
  SIGILL,
  SIGKILL,
  SIGNAL_COUNT,
  SIGRTMIN,
  SIGSEGV,
  SIGSTOP,
  SIGSYS,
  SIGTRAP,
  SIGTSTP,
  SIGTTIN,
  SIGTTOU,
  SS_DISABLE,
} from "../abi/signals.ts";
import { SignalSet } from "./signal-set.ts";

export interface SignalAction {
  handler: number;
  flags: number;
  restorer: number;
  mask: bigint;
}

/** A signal on its way, with the siginfo bytes that a handler sees. */
export interface SignalInfo {
  readonly signal: number;
  readonly bytes: Uint8Array;
}

export interface AlternateStack {
  base: number;
  size: number;
  flags: number;
}

/** What happens when a signal is taken. */
export type Disposition = "handle" | "ignore" | "terminate" | "stop";

const STOP_SIGNALS = SignalSet.of(SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU);
const UNBLOCKABLE = SignalSet.of(SIGKILL, SIGSTOP);
/** Raised by the program's own instructions: taken before all others. */
const SYNCHRONOUS = SignalSet.of(SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGFPE, SIGSYS);

const DEFAULT_ACTION: Readonly<SignalAction> = Object.freeze({ handler: SIG_DFL, flags: 0, restorer: 0, mask: 0n });
const noStack = (): AlternateStack => ({ base: 0, size: 0, flags: SS_DISABLE });

const effect: Record<DefaultAction, Disposition> = {
  terminate: "terminate",
  core: "terminate",
  ignore: "ignore",
  stop: "stop",
  continue: "ignore",
};

export class SignalState {
  /** Actions other than the default; never changed in place, so that forks share them. */
  private actions = new Map<number, Readonly<SignalAction>>();
  private mask = 0n;
  private pending: SignalInfo[] = [];
  /** Mask to be put back when a call that changed it for its duration is over (sigsuspend, ppoll, pselect). */
  private saved: bigint | undefined;
  alternateStack = noStack();
  /** What a sigtimedwait in progress waits for. */
  awaited = 0n;
  /** Whether a signal is pending that is neither blocked nor ignored. */
  deliverable = false;

  get blocked(): bigint {
    return this.mask;
  }

  get pendingSet(): bigint {
    return this.pending.reduce((set, info) => set | SignalSet.of(info.signal), 0n);
  }

  setBlocked(mask: bigint): void {
    this.mask = mask & ~UNBLOCKABLE;
    this.update();
  }

  action(signal: number): Readonly<SignalAction> {
    return this.actions.get(signal) ?? DEFAULT_ACTION;
  }

  /** Sets an action; pending signals that it ignores are dropped. */
  setAction(signal: number, action: SignalAction): void {
    this.actions.set(signal, { ...action, mask: action.mask & ~UNBLOCKABLE });
    if (this.disposition(signal) === "ignore") this.drop(SignalSet.of(signal));
    this.update();
  }

  disposition(signal: number): Disposition {
    const { handler } = this.action(signal);
    if (handler === SIG_IGN) return "ignore";
    return handler === SIG_DFL ? effect[defaultAction(signal)] : "handle";
  }

  isBlocked(signal: number): boolean {
    return SignalSet.has(this.mask, signal);
  }

  /** Whether children that end are not kept for wait. */
  get discardsChildren(): boolean {
    const { handler, flags } = this.action(SIGCHLD);
    return handler === SIG_IGN || (flags & SA_NOCLDWAIT) !== 0;
  }

  /** Signals whose action is a handler, or that are ignored by request: for /proc. */
  actionSets(): { caught: bigint; ignored: bigint } {
    let caught = 0n;
    let ignored = 0n;
    for (const [signal, { handler }] of this.actions) {
      if (handler === SIG_IGN) ignored |= SignalSet.of(signal);
      else if (handler !== SIG_DFL) caught |= SignalSet.of(signal);
    }
    return { caught, ignored };
  }

  /**
   * Makes a signal pending, unless it is ignored or (below SIGRTMIN) pending already. SIGCONT and stop signals cancel each other.
   * @param limit real-time signals that may wait @throws EAGAIN beyond it
   * @returns whether it is pending now
   */
  add(info: SignalInfo, limit = Number.POSITIVE_INFINITY): boolean {
    const { signal } = info;
    if (signal === SIGCONT) this.drop(STOP_SIGNALS);
    else if (SignalSet.has(STOP_SIGNALS, signal)) this.drop(SignalSet.of(SIGCONT));
    this.update();
    if (this.disposition(signal) === "ignore" && !this.isBlocked(signal) && !SignalSet.has(this.awaited, signal)) return false;
    if (signal < SIGRTMIN && this.pending.some((other) => other.signal === signal)) return true;
    if (this.pending.length >= limit) throw EAGAIN;
    this.pending.push(info);
    this.update();
    return true;
  }

  /** Raises a signal that cannot be held back: blocked or ignored, it gets its default action first. */
  force(info: SignalInfo): void {
    const { signal } = info;
    if (this.isBlocked(signal) || this.disposition(signal) === "ignore") {
      this.actions.delete(signal);
      this.mask &= ~SignalSet.of(signal);
    }
    this.drop(SignalSet.of(signal));
    this.pending.push(info);
    this.update();
  }

  /** Removes and returns the next pending signal of a set: the program's own faults first, then by number, then by age. */
  take(set: bigint): SignalInfo | undefined {
    let best: SignalInfo | undefined;
    for (const info of this.pending) {
      if (SignalSet.has(set, info.signal) && (best === undefined || rank(info.signal) < rank(best.signal))) best = info;
    }
    if (best === undefined) return undefined;
    this.pending.splice(this.pending.indexOf(best), 1);
    this.update();
    return best;
  }

  takeUnblocked(): SignalInfo | undefined {
    return this.take(~this.mask);
  }

  /** Whether a signal of the set is pending. */
  hasPending(set: bigint): boolean {
    return this.pending.some((info) => SignalSet.has(set, info.signal));
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

  resetAction(signal: number): void {
    this.actions.set(signal, { ...this.action(signal), handler: SIG_DFL });
    this.update();
  }

  /** State of a fork child: the same without what is pending. */
  forked(): SignalState {
    const child = new SignalState();
    child.actions = new Map(this.actions);
    child.mask = this.saved ?? this.mask;
    child.alternateStack = { ...this.alternateStack };
    return child;
  }

  /** exec: handlers are gone; ignored signals, mask and pending signals stay. */
  executed(): void {
    this.restoreMask();
    const ignored = [...this.actions].filter(([, { handler }]) => handler === SIG_IGN);
    this.actions = new Map(ignored.map(([signal]) => [signal, { ...DEFAULT_ACTION, handler: SIG_IGN }]));
    this.alternateStack = noStack();
    this.awaited = 0n;
    this.update();
  }

  private drop(set: bigint): void {
    this.pending = this.pending.filter((info) => !SignalSet.has(set, info.signal));
  }

  private update(): void {
    this.deliverable = this.pending.some((info) => !this.isBlocked(info.signal) && this.disposition(info.signal) !== "ignore");
  }
}

const rank = (signal: number): number => (SignalSet.has(SYNCHRONOUS, signal) ? signal : signal + SIGNAL_COUNT);
