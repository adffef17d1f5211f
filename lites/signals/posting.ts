/**
 * Posting signals: what a signal does to a process at the moment it is sent. Decisions that need no user code fall
 * here at once (ignore, terminate, continue); for the rest the process is brought to take the signal (delivery.ts).
 */
import { NIL } from "#kernel/abi/identifiers.ts";
import type { NativeKernel } from "#kernel/native.ts";
import { SA_NOCLDSTOP, SIGCHLD, SIGCONT, SIGKILL, SIGNAL_COUNT, SignalCode } from "../abi/signals.ts";
import { Resource } from "../abi/limits.ts";
import type { Lifecycle } from "../process/lifecycle.ts";
import type { Process } from "../process/process.ts";
import type { ProcessTable } from "../process/process-table.ts";
import type { UnixProcess } from "../process/unix-process.ts";
import type { UnixThread } from "../process/unix-thread.ts";
import type { SignalSink } from "../signal-sink.ts";
import type { Trace } from "../trace.ts";
import { childInfo, kernelInfo } from "./signal-info.ts";
import { SignalSet } from "./signal-set.ts";
import type { SignalInfo } from "./pending-signals.ts";

export class SignalPosting implements SignalSink {
  private readonly kernel: NativeKernel;
  private readonly processes: ProcessTable;
  private readonly trace: Trace | undefined;
  /** Set once by the server: posting and lifecycle need each other. */
  lifecycle!: Lifecycle;

  constructor(kernel: NativeKernel, processes: ProcessTable, trace: Trace | undefined) {
    this.kernel = kernel;
    this.processes = processes;
    this.trace = trace;
  }

  postSignal(process: Process, signal: number): void {
    const target = this.processes.get(process.pid);
    if (target !== undefined && signal >= 1 && signal <= SIGNAL_COUNT) this.post(target, kernelInfo(signal));
  }

  /** Sends a signal to a process; one of its threads takes it. @throws EAGAIN when too many real-time signals wait */
  post(process: UnixProcess, info: SignalInfo): void {
    if (!this.begin(process, info.signal)) return;
    if (process.signals.add(info, process.limits[Resource.SIGPENDING]!.soft)) this.attendAny(process, info.signal);
    process.updateSignalPending();
  }

  /** Sends a signal to one thread. @throws EAGAIN when too many real-time signals wait */
  postToThread(thread: UnixThread, info: SignalInfo): void {
    const { process, signals } = thread;
    if (!this.begin(process, info.signal)) return;
    if (signals.add(info, process.limits[Resource.SIGPENDING]!.soft)) this.attend(thread, info.signal);
    process.updateSignalPending();
  }

  /** What a signal does when it is sent, whoever takes it. @returns whether it is to be made pending */
  private begin(process: UnixProcess, signal: number): boolean {
    if (!process.alive) return false;
    // Process 1 gets only what it has handlers for, SIGKILL not at all: nobody else may end the system.
    if (process === this.processes.init && process.signals.disposition(signal) !== "handle") return false;
    this.trace?.signal(process, signal);
    if (signal === SIGKILL) this.lifecycle.terminate(process, { kind: "killed", signal });
    if (signal === SIGCONT) this.continue(process);
    return process.alive;
  }

  /**
   * A signal that is pending for the whole process: finds a thread that takes it. The first that waits for it, or else the first that does
   * not block it; the oldest thread comes first, as on Linux.
   */
  private attendAny({ threads }: UnixProcess, signal: number): void {
    const thread =
      threads.find(({ signals }) => SignalSet.has(signals.awaited, signal)) ?? threads.find(({ signals }) => !signals.isBlocked(signal));
    if (thread !== undefined) this.attend(thread, signal);
  }

  /** A pending signal: ends the process now, or gets the thread to look. */
  private attend(thread: UnixThread, signal: number): void {
    const { process, signals, activation } = thread;
    if (SignalSet.has(signals.awaited, signal)) return activation?.wake("interrupted");
    if (signals.isBlocked(signal) || process.stoppedBy !== undefined) return;
    if (signals.disposition(signal) === "terminate") return this.lifecycle.terminate(process, { kind: "killed", signal });
    this.callAttention(thread);
  }

  /** Raises a signal for the thread's own doing; it cannot be blocked or ignored. The thread takes it before it goes on. */
  force(thread: UnixThread, info: SignalInfo): void {
    const { process, signals } = thread;
    this.trace?.signal(process, info.signal);
    signals.force(info);
    if (signals.disposition(info.signal) === "terminate") {
      this.lifecycle.terminate(process, { kind: "killed", signal: info.signal });
    } else process.updateSignalPending();
  }

  /** After a change of a thread's mask, or of actions: acts on signals that came free, and finds others for those that are now blocked. */
  reconsider({ process, signals }: UnixThread): void {
    process.updateSignalPending();
    if (signals.deliverable) {
      for (let signal = 1; signal <= SIGNAL_COUNT; signal++) {
        if (signals.isBlocked(signal) || signals.disposition(signal) !== "terminate" || !signals.hasPending(SignalSet.of(signal))) continue;
        return this.lifecycle.terminate(process, { kind: "killed", signal });
      }
    }
    this.pass(process, signals.blocked);
  }

  /** A thread will not take signals of a set: others are told of those that the process has pending. */
  pass(process: UnixProcess, set: bigint): void {
    const { pending } = process.signals;
    if (pending.isEmpty || process.threads.length < 2) return;
    for (let signal = 1; signal <= SIGNAL_COUNT && process.alive; signal++) {
      if (SignalSet.has(set, signal) && pending.has(SignalSet.of(signal))) this.attendAny(process, signal);
    }
  }

  /** Gets a thread to take its signals: ends its sleep, or interrupts its program. */
  callAttention(thread: UnixThread): void {
    if (thread.inService) {
      if (thread.activation?.interruptible) thread.activation.wake("interrupted");
    } else if (thread.id !== NIL) this.kernel.exRegs(thread.id, { trigger: true });
  }

  /** The process stops; its parent hears of it. Its threads sleep in take_signal. */
  stop(process: UnixProcess, signal: number): void {
    process.stoppedBy = signal;
    process.unreported = "stopped";
    process.updateSignalPending();
    for (const thread of process.threads) this.callAttention(thread);
    this.notifyParent(process, SignalCode.CLD_STOPPED, signal);
  }

  private continue(process: UnixProcess): void {
    if (process.stoppedBy === undefined) return;
    process.stoppedBy = undefined;
    process.unreported = "continued";
    process.updateSignalPending();
    process.continueQueue.wakeAll();
    this.notifyParent(process, SignalCode.CLD_CONTINUED, SIGCONT);
  }

  /** A child's state changed: SIGCHLD to its parent (or what clone asked for), and waiting parents look again. */
  notifyParent(child: UnixProcess, code: number, status: number): void {
    const parent = this.processes.get(child.parentPid);
    if (parent === undefined) return;
    const ended = code !== SignalCode.CLD_STOPPED && code !== SignalCode.CLD_CONTINUED;
    const signal = ended ? child.exitSignal : SIGCHLD;
    if (signal !== 0 && (ended || !(parent.signals.action(SIGCHLD).flags & SA_NOCLDSTOP))) {
      const { userTicks, systemTicks } = child.usage;
      this.post(parent, childInfo({ code, pid: child.pid, uid: child.credentials.uid, status, userTicks, systemTicks }, signal));
    }
    parent.childQueue.wakeAll();
  }

  postToGroup(pgrp: number, info: SignalInfo): void {
    for (const member of this.processes.group(pgrp)) this.post(member, info);
  }
}
