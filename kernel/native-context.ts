/**
 * What a native thread sees of the kernel: NativeContext with NativeKernel and NativeMemory
 * (kernel/native.ts), on behalf of its task.
 */
import type { Clock } from "#machine/clock.ts";
import { PAGE_SHIFT } from "#machine/ram.ts";
import { RegionError, Right } from "./abi/calls.ts";
import { flexpageBase, flexpageSize, Unmap } from "./abi/flexpage.ts";
import { lthreadNumber, NIL, type ThreadId, THREADS_PER_TASK } from "./abi/identifiers.ts";
import { Condition } from "./abi/ipc.ts";
import { isInferior, nearestThread } from "./clans.ts";
import type { Lifecycle, NativeBody } from "./lifecycle.ts";
import type { MappingDatabase } from "./mapping-database.ts";
import { validFlexpage } from "./message.ts";
import type { NativeContext, NativeKernel, NativeMemory, StartRegisters, TaskStatistics } from "./native.ts";
import { validRange } from "./regions.ts";
import type { Task, TaskTable } from "./task.ts";
import type { ProcessorTime } from "./processor-time.ts";
import type { TaskTimes } from "./time-account.ts";
import { ABSENT, type UserMemory } from "./user-memory.ts";

/** Priority of emulated tasks whose creator does not say. */
const DEFAULT_PRIORITY = 100;

/** The parts of the kernel that native threads call. */
export interface NativeServices {
  readonly clock: Clock;
  readonly tasks: TaskTable;
  readonly mappings: MappingDatabase;
  readonly memory: UserMemory;
  readonly lifecycle: Lifecycle;
  readonly processorTime: ProcessorTime;
}

export class NativeContextOf implements NativeContext {
  readonly id: ThreadId;
  readonly kernel: NativeKernel;
  readonly memory: NativeMemory;

  constructor(services: NativeServices, task: Task, id: ThreadId) {
    this.id = id;
    this.kernel = new NativeKernelOf(services, task);
    this.memory = new NativeMemoryOf(services.memory, task);
  }
}

class NativeKernelOf implements NativeKernel {
  private readonly services: NativeServices;
  private readonly task: Task;
  readonly epochNs: bigint;

  constructor(services: NativeServices, task: Task) {
    this.services = services;
    this.task = task;
    this.epochNs = services.clock.epochNs;
  }

  now(): number {
    return this.services.clock.now();
  }

  taskNew(options: { start?: StartRegisters; priority?: number; name?: string; chief?: ThreadId }): ThreadId {
    const { lifecycle } = this.services;
    const priority = options.priority ?? DEFAULT_PRIORITY;
    const chief = options.chief === undefined ? this.task : this.controlled(options.chief);
    if (chief === undefined) return NIL;
    const task = lifecycle.newTask({ chief, name: options.name ?? "", priority });
    if (task === undefined) return NIL;
    if (options.start !== undefined) lifecycle.newThread(task, 0, priority, options.start);
    return task.id;
  }

  nativeTaskNew(options: { priority: number; name: string }, body: NativeBody): ThreadId {
    const { lifecycle } = this.services;
    const task = lifecycle.newTask({ chief: this.task, name: options.name, priority: options.priority });
    return task === undefined ? NIL : lifecycle.newNativeThread(task, 0, options.priority, body).id;
  }

  taskDelete(id: ThreadId): boolean {
    const task = this.services.tasks.task(id);
    if (task === undefined || !isInferior(task, this.task)) return false;
    this.services.lifecycle.deleteTask(task);
    return true;
  }

  nativeThreadNew(options: { lthread: number; priority?: number }, body: NativeBody): ThreadId {
    const { lthread } = options;
    const { threads } = this.task;
    if (!Number.isInteger(lthread) || lthread < 0 || lthread >= THREADS_PER_TASK || threads[lthread] !== undefined) return NIL;
    const priority = options.priority ?? this.task.maximumControlledPriority;
    return this.services.lifecycle.newNativeThread(this.task, lthread, priority, body).id;
  }

  exRegs(
    id: ThreadId,
    change: { eip?: number; esp?: number; trigger?: boolean },
  ): { eip: number; esp: number; eflags: number } | undefined {
    const task = this.controlled(id);
    return task === undefined
      ? undefined
      : this.services.lifecycle.exchangeRegisters(task, lthreadNumber(id), task.maximumControlledPriority, change);
  }

  copyContext(from: ThreadId, to: ThreadId): boolean {
    const source = this.controlled(from) === undefined ? undefined : this.services.tasks.thread(from);
    const task = this.controlled(to);
    if (source === undefined || task === undefined) return false;
    return this.services.lifecycle.copyContext(source, task, lthreadNumber(to), task.maximumControlledPriority);
  }

  regionMap(id: ThreadId, base: number, size: number, manager: ThreadId, ds: number, offset: number, rights: number): number {
    const task = this.controlled(id);
    const binder = { untrusted: this.task.chief !== undefined, byChief: task !== this.task };
    return task?.regions.map(base, size, manager, ds, offset, rights, binder) ?? RegionError.DENIED;
  }

  regionUnmap(id: ThreadId, base: number, size: number): number {
    const task = this.controlled(id);
    if (task === undefined) return RegionError.DENIED;
    return unmapRegion(this.services.mappings, task, base, size);
  }

  regionProtect(id: ThreadId, base: number, size: number, rights: number): number {
    const task = this.controlled(id);
    if (task === undefined) return RegionError.DENIED;
    return protectRegion(this.services.mappings, task, base, size, rights, task !== this.task);
  }

  unmap(fpage: number, mask: number): number {
    return unmapFlexpage(this.services.mappings, this.task, fpage, mask);
  }

  exists(thread: ThreadId): boolean {
    return this.services.tasks.thread(thread) !== undefined || this.services.tasks.task(thread)?.id === thread;
  }

  nearest(id: ThreadId): { thread: ThreadId; type: number } | undefined {
    return nearest(this.services.tasks, this.task, id);
  }

  gates(lthreads: { inner: number; outer: number }): void {
    Object.assign(this.task.gates, lthreads);
  }

  chief(id: ThreadId): ThreadId | undefined {
    const task = this.services.tasks.task(id);
    return task === undefined ? undefined : (task.chief?.id ?? NIL);
  }

  statistics(id: ThreadId): (TaskStatistics & TaskTimes) | undefined {
    const task = this.services.tasks.task(id);
    return task === undefined ? undefined : { ...task.statistics, ...this.services.processorTime.of(task) };
  }

  /** The task of an id, when it is the caller's or one of its clan. */
  private controlled(id: ThreadId): Task | undefined {
    const task = this.services.tasks.task(id);
    return task !== undefined && (task === this.task || isInferior(task, this.task)) ? task : undefined;
  }
}

/** id_nearest. Undefined when there is no such thread, or its chief cannot take messages. */
export function nearest(tasks: TaskTable, from: Task, id: ThreadId): { thread: ThreadId; type: number } | undefined {
  const to = tasks.thread(id);
  const thread = to === undefined ? undefined : nearestThread(from, to);
  if (thread === undefined) return undefined;
  // The sender looks from the other side than a chief that gets the message: outside is where its own chief is.
  const type = thread === to ? 0 : thread.task === from.chief ? Condition.REDIRECTED : Condition.REDIRECTED | Condition.FROM_INNER;
  return { thread: thread.id, type };
}

/** Forgets regions of a task, and the pages in them. @returns a RegionError */
export function unmapRegion(mappings: MappingDatabase, task: Task, base: number, size: number): number {
  if (!validRange(base, size)) return RegionError.INVALID;
  const result = task.regions.unmap(base, size);
  if (result === RegionError.OK) {
    mappings.unmapRange(task.space, base / 2 ** PAGE_SHIFT, size / 2 ** PAGE_SHIFT, Unmap.FLUSH | Unmap.OWN);
  }
  return result;
}

/** Changes the rights of regions of a task, and takes from the pages in them what is no longer allowed. @returns a RegionError */
export function protectRegion(mappings: MappingDatabase, task: Task, base: number, size: number, rights: number, byChief: boolean): number {
  const result = task.regions.protect(base, size, rights, byChief);
  if (result === RegionError.OK && (rights & Right.WRITE) === 0) {
    const mask = Unmap.OWN | (rights === 0 ? Unmap.FLUSH : Unmap.READ_ONLY);
    mappings.unmapRange(task.space, base / 2 ** PAGE_SHIFT, size / 2 ** PAGE_SHIFT, mask);
  }
  return result;
}

/** fpage_unmap. Nothing happens for a word that is no flexpage. @returns PageStatus bits */
export function unmapFlexpage(mappings: MappingDatabase, task: Task, fpage: number, mask: number): number {
  if (!validFlexpage(fpage)) return 0;
  const base = flexpageBase(fpage);
  return mappings.unmapRange(task.space, base / 2 ** PAGE_SHIFT, flexpageSize(fpage) / 2 ** PAGE_SHIFT, mask);
}

class NativeMemoryOf implements NativeMemory {
  private readonly memory: UserMemory;
  private readonly task: Task;

  constructor(memory: UserMemory, task: Task) {
    this.memory = memory;
    this.task = task;
  }

  mapped(address: number): boolean {
    return this.memory.permits(this.task.space.table, address, false);
  }

  page(address: number, access: "read" | "write"): Uint8Array {
    const { memory } = this;
    const { table } = this.task.space;
    const physical = access === "write" ? memory.writable(table, address) : memory.readable(table, address);
    if (physical === ABSENT) throw new Error(`${access} of page at 0x${(address >>> 0).toString(16)}, which is not mapped for it`);
    return memory.frame(physical >>> PAGE_SHIFT);
  }

  frame(address: number, access: "read" | "write"): number {
    const { memory } = this;
    const { table } = this.task.space;
    const physical = access === "write" ? memory.writable(table, address) : memory.readable(table, address);
    return physical === ABSENT ? -1 : physical >>> PAGE_SHIFT;
  }
}
