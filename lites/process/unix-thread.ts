/**
 * A thread of a Unix process: an L3 thread of the process's task, what it computes in the server, and its signals. Plain data; what
 * changes it is beside it: clone.ts, lifecycle.ts, ../signals/, ../request-loop.ts.
 */
import { NIL, type ThreadId } from "#kernel/abi/identifiers.ts";
import type { Activation, Interruption } from "../activation-runner.ts";
import { SignalState } from "../signals/signal-state.ts";
import type { InterruptedSleep, Thread } from "./process.ts";
import type { UnixProcess } from "./unix-process.ts";

export class UnixThread implements Thread, Interruption {
  readonly process: UnixProcess;
  /** The first thread's is the process's id; a thread that executes a program takes it over. */
  tid: number;
  /** Its thread in the kernel; NIL while it has none. */
  id: ThreadId = NIL;
  /** A request of it is in service, or its answer not yet sent: it waits for the server and must not be disturbed. */
  inService = false;
  /** The computation that serves it, if it may sleep. */
  activation: Activation | undefined;
  interruptedSleep: InterruptedSleep | undefined;
  /** Where a page was last refused for want of memory and the access was to be made again. */
  refusedAddress: number | undefined;
  signals: SignalState;
  /** What a new thread starts with, until it has fetched it. */
  image: Uint8Array | undefined;

  constructor(process: UnixProcess, tid: number, signals: SignalState) {
    this.process = process;
    this.tid = tid;
    this.signals = signals;
  }

  /** Whether it is to ask what to do about signals before its program goes on: one can be taken, or the process is stopped. */
  get interrupted(): boolean {
    return this.signals.deliverable || this.process.stoppedBy !== undefined;
  }

  get isSleeping(): boolean {
    return this.activation?.sleeping ?? false;
  }
}
