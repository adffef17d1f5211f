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
  /** All tasks that there ever were, by number. */
  private readonly numbered = new Map<number, MeasuredTask>();

  add(kernel: Kernel, task: ThreadId, counters: Counters): MeasuredTask {
    const live = kernel.liveStatistics(task);
    if (!live) throw new Error("the memory manager knows a task that does not exist");
    const measured: MeasuredTask = { number: counters.serial, ...live, counters, references: 0 };
    this.tasks.set(task, measured);
    this.numbered.set(measured.number, measured);
    return measured;
  }

  withNumber(number: number): MeasuredTask | undefined {
    return this.numbered.get(number);
  }

  of(thread: ThreadId): MeasuredTask | undefined {
    return this.tasks.get(taskOf(thread));
  }

  /** @param isTraced whether references were counted */
  figures(isTraced: boolean): TaskFigures[] {
    return [...this.numbered.values()].map((task) =>
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
  const { copies, readAheads, pageOuts, flushes, messages, words } = counters;
  return {
    name,
    task,
    ...(references === undefined ? {} : { references }),
    faults: zeroFill + copy + pageIn + protection + forgotten + source + refused,
    zeroFills: zeroFill,
    copies: copy,
    pageIns: pageIn,
    pageInCopies: copies - copy,
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

/** Of a task that has done nothing. */
export const NO_FIGURES: Omit<TaskFigures, "name" | "task"> = {
  faults: 0,
  zeroFills: 0,
  copies: 0,
  pageIns: 0,
  pageInCopies: 0,
  protections: 0,
  forgotten: 0,
  sources: 0,
  refused: 0,
  readAheads: 0,
  pageOuts: 0,
  flushes: 0,
  ipcs: 0,
  words: 0,
  instructions: 0,
};

/** The sum of two tasks' figures, under the name of the first. */
export function sumOf(first: TaskFigures, second: TaskFigures): TaskFigures {
  const sum: Record<string, number> = {};
  for (const [name, value] of Object.entries(second)) if (typeof value === "number") sum[name] = value;
  for (const [name, value] of Object.entries(first)) if (typeof value === "number") sum[name] = value + (sum[name] ?? 0);
  return { ...first, ...sum, task: first.task };
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
  /** References that wait until a frame is filled; undefined: none is being filled. */
  private held: (readonly [space: number, page: number, frame: number, kind: number, time: number])[] | undefined;

  constructor(kernel: () => Kernel, tasks: TaskTable, use: (frame: number) => number, sink: () => ReferenceSink | undefined) {
    this.kernel = kernel;
    this.tasks = tasks;
    this.use = use;
    this.sink = sink;
  }

  /** Keeps references back until release(). */
  hold(): void {
    this.held ??= [];
  }

  release(): void {
    const held = this.held ?? [];
    this.held = undefined;
    for (const reference of held) this.referenced(...reference);
  }

  referenced(space: number, page: number, frame: number, kind: number, time: number): void {
    if (this.held) {
      this.held.push([space, page, frame, kind, time]);
      return;
    }
    const task = space === this.lastSpace ? this.last : this.find(space);
    if (task === undefined) return;
    const number = this.use(frame);
    if (number < 0) return;
    task.references++;
    this.sink()?.reference(time, task.number, number, kind === ReferenceKind.WRITE, kind === ReferenceKind.FETCH);
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
