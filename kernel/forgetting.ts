/**
 * Forget mode: the kernel forgets mappings, as L3 allows it to at any time, so that tests see whether everybody can do without them.
 *
 * - "random": now and then some pages of some task;
 * - "always": at every chance. A task whose thread enters the kernel keeps nothing but the pages of the last faults, its own
 *   and those of tasks that it has mapped pages to, since the faulting threads completed an entry: more than an instruction,
 *   a kernel call or a step of a message transfer can need, so that every thread gets on.
 *
 * Only what a manager has mapped into a region bound to it can be forgotten, with everything derived from it, if the same holds for
 * that: it comes back by a page fault. Pages that came by other messages or by a grant would be lost.
 */
import { PAGE_SHIFT } from "#machine/ram.ts";
import { taskNumber } from "./abi/identifiers.ts";
import type { MappingDatabase } from "./mapping-database.ts";
import type { Task, TaskTable } from "./task.ts";
import type { Thread } from "./thread.ts";

export const FORGET_MODES = ["never", "random", "always"] as const;
export type ForgetMode = (typeof FORGET_MODES)[number];

export interface ForgetOptions {
  mode: Exclude<ForgetMode, "never">;
  /** [0, 1) */
  random: () => number;
}

/** Faults whose pages stay. An instruction needs six pages at most: two of code, two each of two operands. */
const KEPT_FAULTS = 8;

/** Of "random": how often something is forgotten, how often by a task other than the one that runs, and how much at once. */
const CHANCE = 1 / 4;
const OTHER_TASK_CHANCE = 1 / 8;
const MOST_PAGES = 8;

const SPACE_PAGES = 2 ** (32 - PAGE_SHIFT);

export class Forgetting {
  /** Mappings forgotten so far, without those derived from them. */
  count = 0;
  private readonly mappings: MappingDatabase;
  private readonly tasks: TaskTable;
  private readonly always: boolean;
  private readonly random: () => number;
  /** Pages of the last faults of a thread, since it last completed an entry for something else. */
  private readonly recent = new WeakMap<Thread, number[]>();

  constructor(mappings: MappingDatabase, tasks: TaskTable, options: ForgetOptions) {
    this.mappings = mappings;
    this.tasks = tasks;
    this.always = options.mode === "always";
    this.random = options.random;
  }

  /** A thread has left user code, for anything but a page fault. */
  entered(thread: Thread): void {
    this.forgetSome(thread.task);
  }

  /** What it came for is done, unless it waits for a page: a kernel call that faulted is made again, and needs the same pages; so is an instruction whose fault message itself needs a page of the manager's. */
  done(thread: Thread): void {
    const { state } = thread;
    const needsPage =
      state.kind === "transferring" || (state.kind === "asking" && (state.exchange.kind === "fault" || state.exchange.kind === "copy"));
    if (!needsPage) this.recent.delete(thread);
  }

  /** A thread needs a page. */
  faulted(thread: Thread, address: number): void {
    const pages = this.recent.get(thread) ?? [];
    pages.push(address >>> PAGE_SHIFT);
    if (pages.length > KEPT_FAULTS) pages.shift();
    this.recent.set(thread, pages);
    this.forgetSome(thread.task);
  }

  private forgetSome(task: Task): void {
    if (this.always) this.forgetAll(task);
    else if (this.random() < CHANCE) this.forgetPages(this.random() < OTHER_TASK_CHANCE ? this.anyTask() : task);
  }

  private forgetAll(task: Task): void {
    const { space } = task;
    for (let page = space.nextMapped(0, SPACE_PAGES); page < SPACE_PAGES; page = space.nextMapped(page + 1, SPACE_PAGES)) {
      this.forget(task, page);
    }
  }

  private forgetPages(task: Task): void {
    const regions = task.regions.all();
    const region = regions[this.below(regions.length)];
    if (region === undefined) return;
    const first = region.base / 2 ** PAGE_SHIFT;
    const end = region.end / 2 ** PAGE_SHIFT;
    const { space } = task;
    let left = 1 + this.below(MOST_PAGES);
    // Regions are large and little of them is mapped: half of the time from the start, else from anywhere.
    const from = this.random() < 0.5 ? first : first + this.below(end - first);
    for (let page = space.nextMapped(from, end); page < end && left > 0; page = space.nextMapped(page + 1, end), left--)
      this.forget(task, page);
  }

  private forget(task: Task, page: number): void {
    const { mappings } = this;
    if (!mappings.all(task.space, page, (space, at, source) => this.comesBack(space, at, source))) return;
    mappings.forget(task.space, page);
    this.count++;
  }

  /** Whether a mapping is one that its region's manager has made, and not needed just now. Spaces are named by task numbers. */
  private comesBack(space: number, page: number, source: number): boolean {
    const task = this.tasks.numbered(space);
    if (task === undefined || this.isNeeded(task, page)) return false;
    const region = task.regions.find(page * 2 ** PAGE_SHIFT);
    return region !== undefined && taskNumber(region.manager) === source && this.tasks.thread(region.manager) !== undefined;
  }

  /** In mode "always": without the pages of its last faults a thread would not get on. */
  private isNeeded(task: Task, page: number): boolean {
    return this.always && task.threads.some((thread) => thread !== undefined && this.recent.get(thread)?.includes(page) === true);
  }

  private anyTask(): Task {
    const tasks = [...this.tasks.all()];
    return tasks[this.below(tasks.length)]!;
  }

  private below(count: number): number {
    return Math.floor(this.random() * count);
  }
}
