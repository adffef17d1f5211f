/**
 * The tasks of a measured system: their counters, and the references that they made.
 *
 * Tasks are numbered as the memory manager meets them, from 1. Layers beneath: servers/memory-manager/, kernel/, machine/.
 */
import type { Kernel } from "#kernel/kernel.ts";
import { type ThreadId, taskOf } from "#kernel/abi/identifiers.ts";
import type { TaskStatistics } from "#kernel/native.ts";
import { ReferenceKind, type ReferenceObserver } from "#machine/reference-tracer.ts";
import type { Counters } from "#servers/memory-manager/counters.ts";
import type { TaskFigures } from "./measurement.ts";
import type { ReferenceSink } from "./trace.ts";

interface MeasuredTask {
  readonly number: number;
  readonly name: string;
  readonly counters: Counters;
  readonly statistics: Readonly<TaskStatistics>;
  references: number;
}

export class TaskTable {
  private readonly tasks = new Map<ThreadId, MeasuredTask>();
  /** All tasks that there ever were. */
  private readonly all: MeasuredTask[] = [];

  add(kernel: Kernel, task: ThreadId, counters: Counters): MeasuredTask {
    const live = kernel.liveStatistics(task);
    if (!live) throw new Error("the memory manager knows a task that does not exist");
    const measured: MeasuredTask = { number: counters.serial, ...live, counters, references: 0 };
    this.tasks.set(task, measured);
    this.all.push(measured);
    return measured;
  }

  of(thread: ThreadId): MeasuredTask | undefined {
    return this.tasks.get(taskOf(thread));
  }

  /** @param isTraced whether references were counted */
  figures(isTraced: boolean): TaskFigures[] {
    return this.all.map((task) =>
      figuresOf(task.name, task.number, task.counters, task.statistics.instructions, isTraced ? task.references : undefined),
    );
  }
}

/** Figures of one task or of all, from counters. */
export function figuresOf(
  name: string,
  task: number,
  counters: Counters,
  instructions: number,
  references: number | undefined,
): TaskFigures {
  const { zeroFill, copy, pageIn, protection, forgotten, source, refused } = counters.faults;
  const { readAheads, pageOuts, flushes, messages, words } = counters;
  return {
    name,
    task,
    ...(references === undefined ? {} : { references }),
    faults: zeroFill + copy + pageIn + protection + forgotten + source + refused,
    zeroFills: zeroFill,
    copies: copy,
    pageIns: pageIn,
    protections: protection,
    forgotten,
    sources: source,
    refused,
    readAheads,
    pageOuts,
    flushes,
    ipcs: messages,
    words,
    instructions,
  };
}

/** Counts references by task, and tells the policy and a sink of them. */
export class ReferenceCounter implements ReferenceObserver {
  private readonly kernel: () => Kernel;
  private readonly tasks: TaskTable;
  /** @returns the page's number, -1 when the frame holds none */
  private readonly use: (frame: number) => number;
  private readonly sink: () => ReferenceSink | undefined;
  /** By serial number of translation tables; undefined: not of a measured task. */
  private readonly spaces = new Map<number, MeasuredTask | undefined>();
  private lastSpace = -1;
  private last: MeasuredTask | undefined;

  constructor(kernel: () => Kernel, tasks: TaskTable, use: (frame: number) => number, sink: () => ReferenceSink | undefined) {
    this.kernel = kernel;
    this.tasks = tasks;
    this.use = use;
    this.sink = sink;
  }

  referenced(space: number, _page: number, frame: number, kind: number, time: number): void {
    const task = space === this.lastSpace ? this.last : this.find(space);
    if (task === undefined) return;
    const page = this.use(frame);
    if (page < 0) return;
    task.references++;
    this.sink()?.reference(time, task.number, page, kind === ReferenceKind.WRITE, kind === ReferenceKind.FETCH);
  }

  private find(space: number): MeasuredTask | undefined {
    let task = this.spaces.get(space);
    if (task === undefined && !this.spaces.has(space)) {
      const id = this.kernel().emulatedTaskOf(space);
      task = id === undefined ? undefined : this.tasks.of(id);
      this.spaces.set(space, task);
    }
    this.lastSpace = space;
    this.last = task;
    return task;
  }
}
