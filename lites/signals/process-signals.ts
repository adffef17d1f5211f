/**
 * The signals of a process, which its threads share: actions, and what was sent to the process as a whole. Pure data and decisions; what
 * follows from them is done in posting.ts. Source: POSIX 2.4 "Signal Concepts", signal(7).
 */
import {
  type DefaultAction,
  defaultAction,
  SA_NOCLDWAIT,
  SIG_DFL,
  SIG_IGN,
  SIGCHLD,
  SIGCONT,
  SIGKILL,
  SIGSTOP,
  SIGTSTP,
  SIGTTIN,
  SIGTTOU,
} from "../abi/signals.ts";
import { PendingSignals, type SignalInfo } from "./pending-signals.ts";
import { SignalSet } from "./signal-set.ts";

export interface SignalAction {
  handler: number;
  flags: number;
  restorer: number;
  mask: bigint;
}

/** What happens when a signal is taken. */
export type Disposition = "handle" | "ignore" | "terminate" | "stop";

/** What a process knows of the signals of a thread. */
export interface ThreadSignals {
  readonly own: PendingSignals;
  /** Whether the signal is blocked, or waited for by sigtimedwait: then it is kept even if it is ignored. */
  holds(signal: number): boolean;
}

const STOP_SIGNALS = SignalSet.of(SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU);
export const UNBLOCKABLE = SignalSet.of(SIGKILL, SIGSTOP);
const DEFAULT_ACTION: Readonly<SignalAction> = Object.freeze({ handler: SIG_DFL, flags: 0, restorer: 0, mask: 0n });

const effect: Record<DefaultAction, Disposition> = {
  terminate: "terminate",
  core: "terminate",
  ignore: "ignore",
  stop: "stop",
  continue: "ignore",
};

export class ProcessSignals {
  /** Actions other than the default; never changed in place, so that forks share them. */
  private actions = new Map<number, Readonly<SignalAction>>();
  /** Sent to the process: any thread that does not block them may take them. */
  readonly pending = new PendingSignals();
  readonly threads = new Set<ThreadSignals>();

  action(signal: number): Readonly<SignalAction> {
    return this.actions.get(signal) ?? DEFAULT_ACTION;
  }

  /** Sets an action; pending signals that it ignores are dropped. */
  setAction(signal: number, action: SignalAction): void {
    this.actions.set(signal, { ...action, mask: action.mask & ~UNBLOCKABLE });
    if (this.disposition(signal) === "ignore") this.drop(SignalSet.of(signal));
  }

  resetAction(signal: number): void {
    this.actions.set(signal, { ...this.action(signal), handler: SIG_DFL });
  }

  /** Back to the default action, whatever was set. */
  deleteAction(signal: number): void {
    this.actions.delete(signal);
  }

  disposition(signal: number): Disposition {
    const { handler } = this.action(signal);
    if (handler === SIG_IGN) return "ignore";
    return handler === SIG_DFL ? effect[defaultAction(signal)] : "handle";
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
   * Makes a signal pending for the process, unless it is ignored or (below SIGRTMIN) pending already. SIGCONT and stop signals cancel each
   * other. @param limit real-time signals that may wait @throws EAGAIN beyond it
   * @returns whether it is pending now
   */
  add(info: SignalInfo, limit?: number): boolean {
    const { signal } = info;
    this.cancelOpposites(signal);
    if (this.disposition(signal) === "ignore" && ![...this.threads].some((thread) => thread.holds(signal))) return false;
    this.pending.add(info, limit);
    return true;
  }

  /** A signal is being sent: SIGCONT and stop signals cancel each other, wherever they wait. */
  cancelOpposites(signal: number): void {
    if (signal === SIGCONT) this.drop(STOP_SIGNALS);
    else if (SignalSet.has(STOP_SIGNALS, signal)) this.drop(SignalSet.of(SIGCONT));
  }

  private drop(set: bigint): void {
    this.pending.drop(set);
    for (const { own } of this.threads) own.drop(set);
  }

  /** For a fork child: the same actions, nothing pending. */
  forked(): ProcessSignals {
    const child = new ProcessSignals();
    child.actions = new Map(this.actions);
    return child;
  }

  /** exec: handlers are gone; ignored signals and pending ones stay. */
  executed(): void {
    const ignored = [...this.actions].filter(([, { handler }]) => handler === SIG_IGN);
    this.actions = new Map(ignored.map(([signal]) => [signal, { ...DEFAULT_ACTION, handler: SIG_IGN }]));
  }
}
