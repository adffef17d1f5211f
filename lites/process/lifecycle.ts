/**
 * The end of processes: termination, orphans, zombies. What can be done at once is done at once, so that a killed process
 * never runs again; what needs the memory manager follows in an activation of its own.
 */
import { NIL, type ThreadId } from "#kernel/abi/identifiers.ts";
import type { Op } from "../activation.ts";
import { SIGCHLD, SIGCONT, SIGHUP, SignalCode } from "../abi/signals.ts";
import type { Ending } from "../abi/wait-status.ts";
import type { Core } from "../core.ts";
import { closeAll } from "../descriptors.ts";
import type { TaskMemoryStatistics } from "../memory/memory-manager.ts";
import { kernelInfo } from "../signals/signal-info.ts";
import { releaseProgram } from "../vfs/write-access.ts";
import { INIT_PID } from "./process-table.ts";
import type { UnixProcess } from "./unix-process.ts";
import type { UnixThread } from "./unix-thread.ts";
import { Usage } from "./usage.ts";

/** Counters of ended processes, by program name. */
export interface ProgramStatistics {
  name: string;
  processes: number;
  usage: Usage;
  callCounts: Map<string, number>;
  memory: TaskMemoryStatistics;
}

export class Lifecycle {
  private readonly core: Core;
  /** Told of every end, before anybody can wait for it. */
  onEnd: (process: UnixProcess) => void = () => {};
  /** Called when a session leader with a terminal ends. */
  onLeaderEnd: (process: UnixProcess) => void = () => {};
  /** Process 1 ended: the system has nothing left to do. */
  onInitEnd: () => void = () => {};
  /** Process 1 has no program: the server does its reaping. */
  reapsForInit = false;
  /** Counters of ended processes by program name. */
  readonly ended = new Map<string, ProgramStatistics>();

  constructor(core: Core) {
    this.core = core;
  }

  /** Ends a process. It becomes a zombie until its parent waits for it. Never sleeps; harmless for zombies. */
  terminate(process: UnixProcess, ending: Ending): void {
    if (!process.alive) return;
    const { core } = this;
    const links = this.groupLinks(process);
    process.ending = ending;
    process.stoppedBy = undefined;
    process.unreported = undefined;
    core.trace?.ended(process, ending);
    for (const thread of [...process.threads]) {
      thread.activation?.abort();
      thread.activation = undefined;
      if (thread.tid !== process.pid) core.processes.removeThread(thread);
    }
    process.timers?.clear();
    this.abandonImage(process);
    if (process.page !== undefined) {
      core.frames.release(process.page.frame);
      process.page = undefined;
    }
    this.releaseFiles(process);
    process.vforkDone = true;
    process.vforkQueue.wakeAll();
    if (process.session === process.pid && process.terminal !== undefined) this.onLeaderEnd(process);
    process.terminal = undefined;
    this.orphanChildren(process, links);
    this.record(process);
    this.onEnd(process);
    if (process.pid === INIT_PID) this.onInitEnd();
    else this.tellParent(process, ending);
  }

  /**
   * One thread ends, the process with the last one. Its kernel thread waits for the answer to its exit for ever, or until another thread
   * gets its place.
   */
  endThread(thread: UnixThread, status: number): void {
    const { process } = thread;
    if (process.threads.length === 1) return this.terminate(process, { kind: "exited", status });
    this.core.processes.removeThread(thread);
    this.core.signals.pass(process, ~0n);
  }

  /** exec: the other threads of the process are gone, and the caller takes over its id. */
  endOthers(caller: UnixThread): void {
    const { processes } = this.core;
    for (const thread of caller.process.threads) {
      if (thread === caller) continue;
      thread.activation?.abort();
      thread.activation = undefined;
      processes.removeThread(thread);
    }
    if (caller.tid !== caller.process.pid) processes.rename(caller);
  }

  /** An error of a file system must not keep a process from ending. */
  private releaseFiles(process: UnixProcess): void {
    try {
      closeAll(process);
      process.cwd.inode.release();
      process.root.inode.release();
      if (process.executable !== undefined) releaseProgram(process.executable.inode);
    } catch (error) {
      this.core.report(`closing the files of ${process.name} (${process.pid}): ${String(error)}`);
    }
    process.executable = undefined;
  }

  /** Deletes the task with everything in it: at the end of a process, and of its old image at exec. */
  abandonImage(process: UnixProcess): void {
    const { task, space } = process;
    if (task === NIL) return;
    process.usage.addTask(this.core.kernel.statistics(task));
    this.core.processes.setTask(process, NIL);
    process.space = undefined;
    this.deleteTask(task, this.programOf(process.name));
    space?.release(task);
  }

  /** Deletes a task, and its data spaces as soon as the request thread comes to it. Its memory counters go to `program`. */
  deleteTask(task: ThreadId, program?: ProgramStatistics): void {
    const { kernel, runner } = this.core;
    kernel.taskDelete(task);
    runner.start(this.destroyMemory(task, program), () => {});
  }

  private *destroyMemory(task: ThreadId, program: ProgramStatistics | undefined): Op<void> {
    const { manager } = this.core.memory;
    try {
      if (program === undefined) return;
      const { memory } = program;
      const { zeroFills, copies, pageIns, pageOuts } = yield* manager.taskStatistics(task);
      memory.zeroFills += zeroFills;
      memory.copies += copies;
      memory.pageIns += pageIns;
      memory.pageOuts += pageOuts;
    } finally {
      yield* manager.destroyAll(task);
    }
  }

  /** The groups whose link to the session may go with this process: its own and its children's, those that still have one. */
  private groupLinks(process: UnixProcess): number[] {
    const { processes } = this.core;
    const groups = new Set([process.pgrp, ...processes.children(process).map(({ pgrp }) => pgrp)]);
    return [...groups].filter((pgrp) => !processes.isOrphaned(pgrp));
  }

  /** Children go to process 1; groups that lost their last link to the session and have stopped members are hung up. */
  private orphanChildren(process: UnixProcess, links: readonly number[]): void {
    for (const child of this.core.processes.children(process)) {
      child.parentPid = INIT_PID;
      child.exitSignal = SIGCHLD;
      child.page?.set({ PPID: INIT_PID });
      if (!child.alive) this.tellParent(child, child.ending!);
    }
    for (const pgrp of links) this.hangUpIfOrphaned(pgrp);
  }

  private hangUpIfOrphaned(pgrp: number): void {
    const { processes, signals } = this.core;
    const members = processes.group(pgrp);
    if (!members.some(({ stoppedBy }) => stoppedBy !== undefined) || !processes.isOrphaned(pgrp)) return;
    signals.postToGroup(pgrp, kernelInfo(SIGHUP));
    signals.postToGroup(pgrp, kernelInfo(SIGCONT));
  }

  private tellParent(process: UnixProcess, ending: Ending): void {
    const { processes, signals } = this.core;
    const parent = processes.get(process.parentPid);
    const unwanted =
      parent === undefined || !parent.alive || parent.signals.discardsChildren || (this.reapsForInit && parent.pid === INIT_PID);
    if (unwanted) processes.remove(process);
    if (ending.kind === "exited") signals.notifyParent(process, SignalCode.CLD_EXITED, ending.status & 0xff);
    else signals.notifyParent(process, SignalCode.CLD_KILLED, ending.signal);
  }

  /** What a process used up to now. */
  usageOf(process: UnixProcess): Usage {
    const usage = new Usage();
    usage.add(process.usage);
    if (process.task !== NIL) usage.addTask(this.core.kernel.statistics(process.task));
    return usage;
  }

  /** wait: the zombie is gone, its counters are its parent's children's. */
  reap(parent: UnixProcess, child: UnixProcess): void {
    parent.childUsage.add(child.usage);
    parent.childUsage.add(child.childUsage);
    this.core.processes.remove(child);
  }

  private record(process: UnixProcess): void {
    const program = this.programOf(process.name);
    program.processes++;
    program.usage.add(process.usage);
    for (const [name, { count }] of process.callCounts) program.callCounts.set(name, (program.callCounts.get(name) ?? 0) + count);
  }

  private programOf(name: string): ProgramStatistics {
    let program = this.ended.get(name);
    if (program === undefined) {
      const memory = { zeroFills: 0, copies: 0, pageIns: 0, pageOuts: 0, residentPages: 0, committedPages: 0 };
      program = { name, processes: 0, usage: new Usage(), callCounts: new Map(), memory };
      this.ended.set(name, program);
    }
    return program;
  }
}
