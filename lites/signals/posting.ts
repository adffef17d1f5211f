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
import type { SignalSink } from "../signal-sink.ts";
import type { Trace } from "../trace.ts";
import { childInfo, kernelInfo } from "./signal-info.ts";
import { SignalSet } from "./signal-set.ts";
import type { SignalInfo } from "./signal-state.ts";

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

  /** Sends a signal to a process. @throws EAGAIN when too many real-time signals wait */
  post(process: UnixProcess, info: SignalInfo): void {
    if (!process.alive) return;
    const { signals } = process;
    const { signal } = info;
    // Process 1 gets only what it has handlers for, SIGKILL not at all: nobody else may end the system.
    if (process === this.processes.init && signals.disposition(signal) !== "handle") return;
    this.trace?.signal(process, signal);
    if (signal === SIGKILL) return this.lifecycle.terminate(process, { kind: "killed", signal });
    if (signal === SIGCONT) this.continue(process);
    if (signals.add(info, process.limits[Resource.SIGPENDING]!.soft)) this.attend(process, signal);
    process.updateSignalPending();
  }

  /** A pending signal: ends the process now, or gets it to look. */
  private attend(process: UnixProcess, signal: number): void {
    const { signals, activation } = process;
    if (SignalSet.has(signals.awaited, signal)) return activation?.wake("interrupted");
    if (signals.isBlocked(signal) || process.stoppedBy !== undefined) return;
    if (signals.disposition(signal) === "terminate") return this.lifecycle.terminate(process, { kind: "killed", signal });
    this.callAttention(process);
  }

  /** Raises a signal for the process's own doing; it cannot be blocked or ignored. The process takes it before it goes on. */
  force(process: UnixProcess, info: SignalInfo): void {
    this.trace?.signal(process, info.signal);
    process.signals.force(info);
    if (process.signals.disposition(info.signal) === "terminate") {
      this.lifecycle.terminate(process, { kind: "killed", signal: info.signal });
    } else process.updateSignalPending();
  }

  /** After a change of mask or actions: acts on signals that came free. */
  reconsider(process: UnixProcess): void {
    const { signals } = process;
    process.updateSignalPending();
    if (!signals.deliverable) return;
    for (let signal = 1; signal <= SIGNAL_COUNT; signal++) {
      if (signals.isBlocked(signal) || signals.disposition(signal) !== "terminate" || !signals.hasPending(SignalSet.of(signal))) continue;
      return this.lifecycle.terminate(process, { kind: "killed", signal });
    }
  }

  /** Gets the process to take its signals: ends its sleep, or interrupts its program. */
  private callAttention(process: UnixProcess): void {
    if (process.inService) {
      if (process.activation?.interruptible) process.activation.wake("interrupted");
    } else if (process.task !== NIL) this.kernel.exRegs(process.task, { trigger: true });
  }

  /** The process stops; its parent hears of it. It sleeps in take_signal (delivery.ts). */
  stop(process: UnixProcess, signal: number): void {
    process.stoppedBy = signal;
    process.unreported = "stopped";
    this.notifyParent(process, SignalCode.CLD_STOPPED, signal);
  }

  private continue(process: UnixProcess): void {
    if (process.stoppedBy === undefined) return;
    process.stoppedBy = undefined;
    process.unreported = "continued";
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
