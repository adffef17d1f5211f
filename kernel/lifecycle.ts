/**
 * Birth, change and death of tasks and threads.
 *
 * Source: L4 X.0 manual, task_new and lthread_ex_regs; differences stand at the functions.
 */
import { Context, Register } from "#machine/context.ts";
import { lthreadNumber, MAX_TASKS, NIL, siblingOf, type ThreadId, THREADS_PER_TASK } from "./abi/identifiers.ts";
import { AddressSpace } from "./address-space.ts";
import type { Core } from "./core.ts";
import { NativeContextOf } from "./native-context.ts";
import type { NativeContext, Op, StartRegisters } from "./native.ts";
import type { Preempter } from "./preemption.ts";
import { PRIORITIES } from "./scheduler.ts";
import { Task } from "./task.ts";
import { INACTIVE, Thread } from "./thread.ts";

export interface TaskOptions {
  chief: Task | undefined;
  name: string;
  priority: number;
  /** Slot; undefined: any free one. */
  number?: number | undefined;
}

export interface RegisterChange {
  eip?: number;
  esp?: number;
  trigger?: boolean;
  /** Internal preempter. */
  preempter?: Preempter;
}

export interface OldRegisters {
  eip: number;
  esp: number;
  eflags: number;
  preempter: ThreadId;
}

export type NativeBody = (context: NativeContext) => Op<void>;

/** Totals of tasks that are gone. */
export interface DeletedTasks {
  tasks: number;
  instructions: number;
  ipcs: number;
  faults: number;
  kernelCalls: number;
}

const clampPriority = (priority: number): number => Math.max(0, Math.min(PRIORITIES - 1, Math.trunc(priority) || 0));

export class Lifecycle {
  private readonly core: Core;
  readonly deleted: DeletedTasks = { tasks: 0, instructions: 0, ipcs: 0, faults: 0, kernelCalls: 0 };

  constructor(core: Core) {
    this.core = core;
  }

  /** A task without threads, or undefined when there is no slot or no memory. */
  newTask(options: TaskOptions): Task | undefined {
    const { core } = this;
    const number = options.number ?? core.tasks.freeSlot();
    if (number <= 0 || number >= MAX_TASKS || !core.tasks.isFree(number)) return undefined;
    const space = AddressSpace.create(core.ram, number);
    if (space === undefined) return undefined;
    const { chief, name } = options;
    const task = new Task(number, core.tasks.nextVersion(number), name, chief, space, clampPriority(options.priority));
    core.tasks.add(task);
    core.mappings.add(space);
    chief?.clan.add(task);
    core.trace?.({ kind: "taskNew", task: task.id, name, chief: chief?.id ?? NIL });
    return task;
  }

  /** An emulated thread, started when `start` is given. The number must be free. */
  newThread(task: Task, lthread: number, priority: number, start: StartRegisters | undefined): Thread {
    const thread = new Thread(siblingOf(task.id, lthread), task, clampPriority(priority), new Context(), undefined);
    task.threads[lthread] = thread;
    if (start === undefined) thread.state = INACTIVE;
    else {
      thread.context!.eip = start.eip | 0;
      thread.context!.registers[Register.ESP] = start.esp;
      this.core.scheduler.enqueue(thread);
    }
    return thread;
  }

  newNativeThread(task: Task, lthread: number, priority: number, body: NativeBody): Thread {
    const id = siblingOf(task.id, lthread);
    const thread = new Thread(
      id,
      task,
      clampPriority(priority),
      undefined,
      body(new NativeContextOf(this.core, task, id))[Symbol.iterator](),
    );
    task.threads[lthread] = thread;
    this.core.scheduler.enqueue(thread);
    return thread;
  }

  /** Deletes a task with its clan: threads, mappings given and received. */
  deleteTask(task: Task): void {
    const { core } = this;
    const doomed = [task];
    for (let index = 0; index < doomed.length; index++) doomed.push(...doomed[index]!.clan);
    for (let index = doomed.length - 1; index >= 0; index--) {
      const victim = doomed[index]!;
      for (const thread of victim.threads) if (thread !== undefined) this.removeThread(thread);
      core.mappings.remove(victim.space);
      victim.space.destroy();
      core.tasks.remove(victim);
      victim.chief?.clan.delete(victim);
      const { deleted } = this;
      deleted.tasks++;
      deleted.instructions += victim.statistics.instructions;
      deleted.ipcs += victim.statistics.ipcs;
      deleted.faults += victim.statistics.faults;
      deleted.kernelCalls += victim.statistics.kernelCalls;
      core.trace?.({ kind: "taskDelete", task: victim.id, name: victim.name });
    }
  }

  /** Ends a thread; a task goes with its last native thread. */
  exitThread(thread: Thread): void {
    this.removeThread(thread);
    if (thread.task.threads.every((other) => other === undefined)) this.deleteTask(thread.task);
  }

  /**
   * lthread_ex_regs. Creates an emulated thread where there is none (both registers needed). A new
   * EIP or ESP cancels what the thread waits for; a trigger does so unless its handler is running.
   * @returns the old registers, or undefined when it cannot be done
   */
  exchangeRegisters(task: Task, lthread: number, priority: number, change: RegisterChange): OldRegisters | undefined {
    const thread = task.threads[lthread];
    const { eip, esp } = change;
    if (thread === undefined) {
      if (eip === undefined || esp === undefined || lthread >= THREADS_PER_TASK || this.isNative(task)) return undefined;
      this.newThread(task, lthread, priority, { eip, esp }).preempters.internal = change.preempter;
      return { eip: 0, esp: 0, eflags: 0, preempter: NIL };
    }
    const { context } = thread;
    const moved = eip !== undefined || esp !== undefined;
    if (context === undefined) {
      if (moved) return undefined;
      if (change.trigger === true && thread.state.kind !== "ready") this.core.ipc.cancel(thread);
      return { eip: 0, esp: 0, eflags: 0, preempter: NIL };
    }
    const preempter = thread.preempters.internal?.id ?? NIL;
    const old = { eip: context.eip >>> 0, esp: context.registers[Register.ESP]! >>> 0, eflags: context.eflags, preempter };
    if (change.preempter !== undefined) thread.preempters.internal = change.preempter;
    if (moved) {
      if (thread.state.kind !== "ready") this.core.ipc.cancel(thread);
      thread.pendingTrap = undefined;
      thread.uselessReplies = 0;
      if (eip !== undefined) context.eip = eip | 0;
      if (esp !== undefined) context.registers[Register.ESP] = esp;
    }
    if (change.trigger === true) this.trigger(thread);
    return old;
  }

  /** Copies user registers, x87 state, descriptors and trap set-up. Creates `to`, not started, where there is none. */
  copyContext(from: Thread, task: Task, lthread: number, priority: number): boolean {
    const to = task.threads[lthread] ?? (this.isNative(task) ? undefined : this.newThread(task, lthread, priority, undefined));
    const source = from.context;
    const target = to?.context;
    if (to === undefined || source === undefined || target === undefined || to === from) return false;
    target.registers.set(source.registers);
    target.eip = source.eip;
    target.eflags = source.eflags;
    target.ds = source.ds;
    target.es = source.es;
    target.fs = source.fs;
    target.gs = source.gs;
    target.ss = source.ss;
    for (let index = 0; index < source.tls.length; index++) {
      const descriptor = source.tls[index];
      target.tls[index] = descriptor === undefined ? undefined : { ...descriptor };
    }
    this.core.processor.copyFloatingPoint(source, target);
    to.traps = { ...from.traps };
    to.inHandler = from.inHandler;
    return true;
  }

  private trigger(thread: Thread): void {
    const { kind } = thread.state;
    if (kind === "stopped" || kind === "inactive") return;
    thread.astRequested = true;
    if (kind !== "ready" && thread.pendingTrap === undefined && !this.core.traps.isInHandler(thread)) this.core.ipc.cancel(thread);
  }

  private removeThread(thread: Thread): void {
    const { core } = this;
    core.ipc.abandon(thread);
    core.lines.detach(thread);
    if (thread.context !== undefined) core.processor.release(thread.context);
    thread.task.threads[lthreadNumber(thread.id)] = undefined;
  }

  private isNative(task: Task): boolean {
    return task.threads.some((thread) => thread !== undefined && thread.body !== undefined);
  }
}
