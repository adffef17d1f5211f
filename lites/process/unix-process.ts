/**
 * The whole of a Unix process: what the file side sees (process.ts), and what the process side adds, shared by its threads
 * (unix-thread.ts). Plain data; what changes it is beside it: lifecycle.ts, fork.ts, ../execution/, ../signals/, ../system-calls/.
 */
import { lthreadNumber, NIL, siblingOf, type ThreadId } from "#kernel/abi/identifiers.ts";
import { WaitQueue } from "../activation.ts";
import type { CallGuard } from "../confinement/place-policy.ts";
import { initialLimits, Resource, type ResourceLimit } from "../abi/limits.ts";
import type { Ending } from "../abi/wait-status.ts";
import type { AddressSpace } from "../memory/address-space.ts";
import { ProcessSignals } from "../signals/process-signals.ts";
import { SignalState } from "../signals/signal-state.ts";
import type { IntervalTimers } from "../signals/interval-timers.ts";
import type { LinkedObject, Inode } from "../vfs/inode.ts";
import type { Credentials, Descriptor, DirectoryReference, Process } from "./process.ts";
import type { ProcessPageWriter } from "./process-page.ts";
import { SCHED_OTHER, type Scheduling } from "./scheduling.ts";
import { UnixThread } from "./unix-thread.ts";
import { Usage } from "./usage.ts";

export class UnixProcess implements Process {
  readonly pid: number;
  /** Those that live, the oldest first. */
  threads: UnixThread[];
  /** The same by their numbers in the task. */
  private placed: (UnixThread | undefined)[] = [];
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
  guard: CallGuard | undefined;

  signals: ProcessSignals;
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

  /** With one thread. @param signals of that thread */
  constructor(pid: number, parentPid: number, cwd: DirectoryReference, root: DirectoryReference, signals = new SignalState()) {
    this.pid = pid;
    this.signals = signals.process;
    this.threads = [new UnixThread(this, pid, signals)];
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

  /** The thread that runs as the kernel's thread `id` of this process's task. */
  thread(id: ThreadId): UnixThread | undefined {
    const thread = this.placed[lthreadNumber(id)];
    return thread?.id === id ? thread : undefined;
  }

  /** A number in the task that no thread has; undefined when there is none. */
  freePlace(places: number): number | undefined {
    for (let number = 0; number < places; number++) if (this.placed[number] === undefined) return number;
    return undefined;
  }

  /** The thread now runs under this number of the task. */
  place(thread: UnixThread, lthread: number): void {
    this.placed[lthread] = thread;
    thread.id = siblingOf(this.task, lthread);
  }

  /** The thread runs nowhere any more. */
  displace(thread: UnixThread): void {
    if (thread.id !== NIL) this.placed[lthreadNumber(thread.id)] = undefined;
    thread.id = NIL;
  }

  get alive(): boolean {
    return this.ending === undefined;
  }

  signalIsBlockedOrIgnored(signal: number): boolean {
    return this.signals.disposition(signal) === "ignore" || this.threads.every(({ signals }) => signals.isBlocked(signal));
  }

  state(): "running" | "sleeping" | "stopped" | "zombie" {
    if (this.ending !== undefined) return "zombie";
    if (this.stoppedBy !== undefined) return "stopped";
    return this.threads.every(({ isSleeping }) => isSleeping) ? "sleeping" : "running";
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
    for (const { id, tid, interrupted } of this.threads) {
      if (id !== NIL) this.page?.setOfThread(lthreadNumber(id), { TID: tid, SIGNAL_PENDING: interrupted ? 1 : 0 });
    }
  }
}
