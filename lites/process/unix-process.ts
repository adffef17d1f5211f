/**
 * The whole of a Unix process: what the file side sees (process.ts), and what the process side adds. Plain data; what
 * changes it is beside it: lifecycle.ts, fork.ts, ../execution/, ../signals/, ../system-calls/.
 */
import { NIL, type ThreadId } from "#kernel/abi/identifiers.ts";
import { type Interruption, type Activation } from "../activation-runner.ts";
import { WaitQueue } from "../activation.ts";
import type { CallGuard } from "../confinement/place-policy.ts";
import { initialLimits, Resource, type ResourceLimit } from "../abi/limits.ts";
import type { Ending } from "../abi/wait-status.ts";
import type { AddressSpace } from "../memory/address-space.ts";
import { SignalState } from "../signals/signal-state.ts";
import type { IntervalTimers } from "../signals/interval-timers.ts";
import type { LinkedObject, Inode } from "../vfs/inode.ts";
import type { Credentials, Descriptor, DirectoryReference, Process } from "./process.ts";
import type { ProcessPageWriter } from "./process-page.ts";
import { SCHED_OTHER, type Scheduling } from "./scheduling.ts";
import { Usage } from "./usage.ts";

/** A sleep that was interrupted and may be taken up again by the same call: see ../signals/restart.ts. */
export interface InterruptedSleep {
  readonly call: number;
  readonly deadlineNs: number;
}

export class UnixProcess implements Process, Interruption {
  readonly pid: number;
  task: ThreadId = NIL;
  parentPid: number;
  pgrp = 0;
  session = 0;
  name = "";
  arguments: string[] = [];
  environment: string[] = [];
  executable: LinkedObject | undefined;
  credentials: Credentials = { uid: 0, euid: 0, suid: 0, gid: 0, egid: 0, sgid: 0, groups: [] };
  descriptors: (Descriptor | undefined)[] = [];
  cwd: DirectoryReference;
  root: DirectoryReference;
  umask = 0o022;
  terminal: Inode | undefined;
  readonly childQueue = new WaitQueue();

  limits: ResourceLimit[] = initialLimits.map((limit) => ({ ...limit }));
  nice = 0;
  scheduling: Scheduling = { policy: SCHED_OTHER, priority: 0, resetOnFork: false };
  startTimeNs = 0;
  /** Of this process, and of its children that were waited for. */
  readonly usage = new Usage();
  readonly childUsage = new Usage();
  /** Requests by row of the system-call table, for the statistics. */
  readonly callCounts = new Map<string, { count: number }>();

  space: AddressSpace | undefined;
  page: ProcessPageWriter | undefined;
  /** Size of the initial stack image until the start code has fetched it. */
  stackImage: Uint8Array | undefined;
  /** A request of it is in service, or its answer not yet sent: it waits for the server and must not be disturbed. */
  inService = false;
  /** The computation that serves it, if it may sleep. */
  activation: Activation | undefined;
  guard: CallGuard | undefined;
  interruptedSleep: InterruptedSleep | undefined;
  /** Where a page was last refused for want of memory and the access was to be made again. */
  refusedAddress: number | undefined;

  signals = new SignalState();
  timers: IntervalTimers | undefined;
  /** What the parent is sent at the end: SIGCHLD, or as clone said; 0 = nothing. */
  exitSignal = 0;
  /** Whether it has executed a program since fork: setpgid by its parent is over then. */
  executed = false;
  /** The signal that stopped it, while it is stopped. */
  stoppedBy: number | undefined;
  readonly continueQueue = new WaitQueue();
  /** State changes that no wait has reported yet. */
  unreported: "stopped" | "continued" | undefined;
  /** How it ended: a zombie until it is waited for. */
  ending: Ending | undefined;
  /** Where a vfork parent sleeps until this process executes or ends. */
  readonly vforkQueue = new WaitQueue();
  vforkDone = true;

  constructor(pid: number, parentPid: number, cwd: DirectoryReference, root: DirectoryReference) {
    this.pid = pid;
    this.parentPid = parentPid;
    this.cwd = cwd;
    this.root = root;
  }

  get descriptorLimit(): number {
    return this.limits[Resource.NOFILE]!.soft;
  }

  get fileSizeLimit(): number {
    return this.limits[Resource.FSIZE]!.soft;
  }

  /** Whether a sleep is to end for a signal. */
  get interrupted(): boolean {
    return this.signals.deliverable;
  }

  get alive(): boolean {
    return this.ending === undefined;
  }

  signalIsBlockedOrIgnored(signal: number): boolean {
    return this.signals.isBlocked(signal) || this.signals.disposition(signal) === "ignore";
  }

  state(): "running" | "sleeping" | "stopped" | "zombie" {
    if (this.ending !== undefined) return "zombie";
    if (this.stoppedBy !== undefined) return "stopped";
    return this.activation?.sleeping ? "sleeping" : "running";
  }

  /** Brings the words of the process page up to date that follow from the fields. */
  updatePage(): void {
    const { uid, euid, gid, egid } = this.credentials;
    this.page?.set({
      PID: this.pid,
      PPID: this.parentPid,
      UID: uid,
      EUID: euid,
      GID: gid,
      EGID: egid,
      PGRP: this.pgrp,
      SESSION: this.session,
      UMASK: this.umask,
    });
    this.updateSignalPending();
  }

  updateSignalPending(): void {
    this.page?.set({ SIGNAL_PENDING: this.signals.deliverable ? 1 : 0 });
  }
}
