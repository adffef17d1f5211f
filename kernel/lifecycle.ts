/**
 * Birth, change and death of tasks and threads.
 *
 * Source: L4 X.0 manual, task_new and lthread_ex_regs; differences stand at the functions.
 */
import type { Clock } from "#machine/clock.ts";
import { Context, Register } from "#machine/context.ts";
import type { Processor } from "#machine/processor.ts";
import type { Ram } from "#machine/ram.ts";
import { lthreadNumber, MAX_TASKS, NIL, siblingOf, type ThreadId, THREADS_PER_TASK } from "./abi/identifiers.ts";
import { AddressSpace } from "./address-space.ts";
import type { Endpoint } from "./endpoint.ts";
import type { InterruptLines } from "./interrupt-lines.ts";
import type { Ipc } from "./ipc.ts";
import type { MappingDatabase } from "./mapping-database.ts";
import { NativeContextOf } from "./native-context.ts";
import type { NativeContext, Op, StartRegisters } from "./native.ts";
import type { ProcessorTime } from "./processor-time.ts";
import { PRIORITIES, type Scheduler } from "./scheduler.ts";
import { Task, type TaskTable } from "./task.ts";
import { INACTIVE, isStopped, type Preempter, Thread } from "./thread.ts";
import type { Observers } from "./trace.ts";
import type { Traps } from "./traps.ts";
import type { UserMemory } from "./user-memory.ts";

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

/** What tasks and threads are made of, and what deals with them. */
export interface LifecycleParts {
  readonly ram: Ram;
  readonly processor: Processor;
  readonly clock: Clock;
  readonly tasks: TaskTable;
  readonly scheduler: Scheduler;
  readonly mappings: MappingDatabase;
  readonly memory: UserMemory;
  readonly lines: InterruptLines;
  readonly ipc: Ipc;
  readonly traps: Traps;
  readonly observers: Observers;
  readonly processorTime: ProcessorTime;
  readonly endpoints: { readonly emulated: Endpoint; readonly native: Endpoint };
}

const clampPriority = (priority: number): number => Math.max(0, Math.min(PRIORITIES - 1, Math.trunc(priority) || 0));

export class Lifecycle {
  private readonly parts: LifecycleParts;
  readonly deleted: DeletedTasks = { tasks: 0, instructions: 0, ipcs: 0, faults: 0, kernelCalls: 0 };

  constructor(parts: LifecycleParts) {
    this.parts = parts;
  }

  /** A task without threads, or undefined when there is no slot or no memory. */
  newTask(options: TaskOptions): Task | undefined {
    const { tasks, mappings, ram, observers } = this.parts;
    const number = options.number ?? tasks.freeSlot();
    if (number <= 0 || number >= MAX_TASKS || !tasks.isFree(number)) return undefined;
    const space = AddressSpace.create(ram, number);
    if (space === undefined) return undefined;
    const { chief, name } = options;
    const task = new Task(number, tasks.nextVersion(number), name, chief, space, clampPriority(options.priority));
    tasks.add(task);
    mappings.add(space);
    chief?.clan.add(task);
    observers.trace?.({ kind: "taskNew", task: task.id, name, chief: chief?.id ?? NIL });
    return task;
  }

  /** An emulated thread, started when `start` is given. The number must be free. */
  newThread(task: Task, lthread: number, priority: number, start: StartRegisters | undefined): Thread {
    const thread = new Thread(
      siblingOf(task.id, lthread),
      task,
      clampPriority(priority),
      this.parts.endpoints.emulated,
      new Context(),
      undefined,
    );
    task.threads[lthread] = thread;
    if (start === undefined) thread.state = INACTIVE;
    else {
      thread.context!.eip = start.eip | 0;
      thread.context!.registers[Register.ESP] = start.esp;
      this.parts.scheduler.enqueue(thread);
    }
    return thread;
  }

  newNativeThread(task: Task, lthread: number, priority: number, body: NativeBody): Thread {
    const id = siblingOf(task.id, lthread);
    const { endpoints } = this.parts;
    const context = new NativeContextOf({ ...this.parts, lifecycle: this }, task, id);
    const thread = new Thread(id, task, clampPriority(priority), endpoints.native, undefined, body(context)[Symbol.iterator]());
    task.threads[lthread] = thread;
    this.parts.scheduler.enqueue(thread);
    return thread;
  }

  /** Deletes a task with its clan: threads, mappings given and received. */
  deleteTask(task: Task): void {
    const { tasks, mappings, observers } = this.parts;
    const doomed = [task];
    for (let index = 0; index < doomed.length; index++) doomed.push(...doomed[index]!.clan);
    for (let index = doomed.length - 1; index >= 0; index--) {
      const victim = doomed[index]!;
      for (const thread of victim.threads) if (thread !== undefined) this.removeThread(thread);
      mappings.remove(victim.space);
      victim.space.destroy();
      tasks.remove(victim);
      victim.chief?.clan.delete(victim);
      const { deleted } = this;
      deleted.tasks++;
      deleted.instructions += victim.statistics.instructions;
      deleted.ipcs += victim.statistics.ipcs;
      deleted.faults += victim.statistics.faults;
      deleted.kernelCalls += victim.statistics.kernelCalls;
      observers.trace?.({ kind: "taskDelete", task: victim.id, name: victim.name });
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
      if (change.trigger === true && thread.state.kind !== "ready") this.parts.ipc.cancel(thread);
      return { eip: 0, esp: 0, eflags: 0, preempter: NIL };
    }
    const preempter = thread.preempters.internal?.id ?? NIL;
    const old = { eip: context.eip >>> 0, esp: context.registers[Register.ESP]! >>> 0, eflags: context.eflags, preempter };
    if (change.preempter !== undefined) thread.preempters.internal = change.preempter;
    if (moved) {
      if (thread.state.kind !== "ready") this.parts.ipc.cancel(thread);
      thread.pendingTrap = undefined;
      thread.uselessReplies = 0;
      if (eip !== undefined) context.eip = eip | 0;
      if (esp !== undefined) context.registers[Register.ESP] = esp;
    }
    if (change.trigger === true) this.trigger(thread);
    return old;
  }

  /** Copies user registers, x87 state, descriptors and, into another task, the trap set-up. Creates `to`, not started, where there is none. */
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
    this.parts.processor.copyFloatingPoint(source, target);
    // A frame serves one thread: a copy in another task has its own at the same address.
    const isSibling = from.task === task;
    to.traps = isSibling ? { frame: 0, handlerEip: 0, handlerEsp: 0, nestedEip: 0 } : { ...from.traps };
    to.inHandler = !isSibling && from.inHandler;
    return true;
  }

  private trigger(thread: Thread): void {
    const { kind } = thread.state;
    if (kind === "inactive" || isStopped(thread)) return;
    thread.astRequested = true;
    if (kind !== "ready" && thread.pendingTrap === undefined && !this.parts.traps.isInHandler(thread)) this.parts.ipc.cancel(thread);
  }

  private removeThread(thread: Thread): void {
    const { ipc, lines, processor } = this.parts;
    ipc.abandon(thread);
    lines.detach(thread);
    if (thread.context !== undefined) processor.release(thread.context);
    thread.task.threads[lthreadNumber(thread.id)] = undefined;
  }

  private isNative(task: Task): boolean {
    return task.threads.some((thread) => thread !== undefined && thread.body !== undefined);
  }
}
