/**
 * All processes: by id, by task, by group and session; allocation of ids.
 */
import { MAX_TASKS, NIL, taskNumber, type ThreadId, taskOf } from "#kernel/abi/identifiers.ts";
import { PID_MAX } from "../abi/limits.ts";
import type { Mapping } from "../memory/mapping-list.ts";
import type { PagerClients } from "../memory/file-pager.ts";
import type { UnixProcess } from "./unix-process.ts";
import type { UnixThread } from "./unix-thread.ts";

/** Ids below this are not given again after the first round. */
const FIRST_REUSED_PID = 300;
export const INIT_PID = 1;

export class ProcessTable implements PagerClients {
  private readonly byPid = new Map<number, UnixProcess>();
  /** Living threads. */
  private readonly byTid = new Map<number, UnixThread>();
  /** By task number. */
  private readonly byTask = Array.from<UnixProcess | undefined>({ length: MAX_TASKS });
  private lastPid = 0;
  /** Processes started since boot. */
  forks = 0;

  get(pid: number): UnixProcess | undefined {
    return this.byPid.get(pid);
  }

  /** The process that runs in a task now. */
  ofTask(task: ThreadId): UnixProcess | undefined {
    const process = this.byTask[taskNumber(task)];
    return process !== undefined && process.task === taskOf(task) ? process : undefined;
  }

  /** The thread that a message of the kernel's thread `id` comes from. */
  ofThread(id: ThreadId): UnixThread | undefined {
    return this.ofTask(id)?.thread(id);
  }

  /** A living thread by its Unix id. */
  thread(tid: number): UnixThread | undefined {
    return this.byTid.get(tid);
  }

  pagerClient(task: ThreadId): { pageFrame: number; mapping(address: number): Mapping | undefined } | undefined {
    const process = this.ofTask(task);
    if (process?.page === undefined || process.space === undefined) return undefined;
    const { space } = process;
    return { pageFrame: process.page.frame, mapping: (address) => space.mappings.find(address) };
  }

  get init(): UnixProcess {
    return this.byPid.get(INIT_PID)!;
  }

  /** Processes and zombies. */
  all(): UnixProcess[] {
    return [...this.byPid.values()];
  }

  get size(): number {
    return this.byPid.size;
  }

  /** Threads and zombies of a user, as RLIMIT_NPROC counts them. */
  countOfUser(uid: number): number {
    let count = 0;
    for (const { credentials, threads } of this.byPid.values()) if (credentials.uid === uid) count += Math.max(threads.length, 1);
    return count;
  }

  group(pgrp: number): UnixProcess[] {
    return this.all().filter((process) => process.pgrp === pgrp && process.alive);
  }

  sessionMembers(session: number): UnixProcess[] {
    return this.all().filter((process) => process.session === session && process.alive);
  }

  children(parent: UnixProcess): UnixProcess[] {
    return this.all().filter((process) => process.parentPid === parent.pid && process !== parent);
  }

  /** An id that names no process, thread, group or session; undefined when all are taken. */
  freePid(): number | undefined {
    const taken = new Set<number>(this.byTid.keys());
    for (const { pid, pgrp, session } of this.byPid.values()) taken.add(pid).add(pgrp).add(session);
    for (let tried = 0; tried < PID_MAX; tried++) {
      this.lastPid = this.lastPid >= PID_MAX ? FIRST_REUSED_PID : this.lastPid + 1;
      if (!taken.has(this.lastPid)) return this.lastPid;
    }
    return undefined;
  }

  add(process: UnixProcess): void {
    this.byPid.set(process.pid, process);
    for (const thread of process.threads) this.byTid.set(thread.tid, thread);
    this.forks++;
  }

  remove(process: UnixProcess): void {
    for (const thread of [...process.threads]) this.removeThread(thread);
    this.byPid.delete(process.pid);
  }

  /** A further thread of a process. */
  addThread(thread: UnixThread): void {
    thread.process.threads.push(thread);
    this.byTid.set(thread.tid, thread);
    this.forks++;
  }

  /** A thread has ended. */
  removeThread(thread: UnixThread): void {
    const { process } = thread;
    process.displace(thread);
    process.threads = process.threads.filter((other) => other !== thread);
    thread.signals.leave();
    if (this.byTid.get(thread.tid) === thread) this.byTid.delete(thread.tid);
  }

  /** The only thread that is left of a process takes over the process's id. */
  rename(thread: UnixThread): void {
    this.byTid.delete(thread.tid);
    thread.tid = thread.process.pid;
    this.byTid.set(thread.tid, thread);
  }

  /** The process now runs in `task` (NIL: in none), and its threads nowhere until they are placed. */
  setTask(process: UnixProcess, task: ThreadId): void {
    if (this.ofTask(process.task) === process) this.byTask[taskNumber(process.task)] = undefined;
    for (const thread of process.threads) process.displace(thread);
    process.task = task;
    if (task !== NIL) this.byTask[taskNumber(task)] = process;
  }

  /**
   * Whether a process group is orphaned: no member has a parent in another group of the same session. Stopped members of such
   * groups have nobody who could continue them.
   */
  isOrphaned(pgrp: number): boolean {
    return !this.group(pgrp).some((member) => {
      const parent = this.byPid.get(member.parentPid);
      return parent !== undefined && parent.pgrp !== pgrp && parent.session === member.session;
    });
  }
}
