/**
 * Tasks, and the table that finds tasks and threads by id.
 *
 * Source: L4 V2 and X.0 on ids and versions: a slot's next task gets a new version, so that an old
 * id never names a new task.
 */
import type { AddressSpace } from "./address-space.ts";
import { INVALID, MAX_TASKS, NIL, taskNumber, type ThreadId, threadId, VERSIONS, WellKnownTask } from "./abi/identifiers.ts";
import type { TaskStatistics } from "./native.ts";
import { Regions } from "./regions.ts";
import type { Thread } from "./thread.ts";
import { TimeAccount } from "./time-account.ts";

/** First task number that is given without being asked for. */
const FIRST_FREE = WellKnownTask.SIGMA0 + 1;

export class Task {
  /** The id of thread 0, which names the task. */
  readonly id: ThreadId;
  readonly number: number;
  readonly version: number;
  readonly name: string;
  /** The creator; undefined for tasks made at boot. */
  readonly chief: Task | undefined;
  /** Tasks whose chief this is. */
  readonly clan = new Set<Task>();
  readonly space: AddressSpace;
  readonly regions = new Regions();
  readonly threads: (Thread | undefined)[] = [];
  /** See processor-time.ts. */
  readonly time = new TimeAccount();
  readonly statistics: TaskStatistics = { instructions: 0, ipcs: 0, faults: 0, kernelCalls: 0 };
  /** Numbers of the threads that get redirected messages: those of the task's clan, and those from outside for its clan. */
  readonly gates = { inner: 0, outer: 0 };
  /** Highest priority that the task's threads may set. */
  maximumControlledPriority: number;

  constructor(number: number, version: number, name: string, chief: Task | undefined, space: AddressSpace, mcp: number) {
    this.id = threadId(number, 0, version);
    this.number = number;
    this.version = version;
    this.name = name;
    this.chief = chief;
    this.space = space;
    this.maximumControlledPriority = mcp;
  }
}

export class TaskTable {
  private readonly slots: (Task | undefined)[] = Array.from<Task | undefined>({ length: MAX_TASKS });
  private readonly versions = new Uint16Array(MAX_TASKS);
  private next = FIRST_FREE;

  /** The thread that an id names now. */
  thread(id: ThreadId): Thread | undefined {
    const thread = this.slots[(id >>> 17) & 0x7ff]?.threads[(id >>> 10) & 0x7f];
    return thread !== undefined && thread.id === id ? thread : undefined;
  }

  /** The task that an id (of any of its possible threads) names now. */
  task(id: ThreadId): Task | undefined {
    const task = this.slots[taskNumber(id)];
    return task !== undefined && ((task.id ^ id) & ~(0x7f << 10)) === 0 ? task : undefined;
  }

  /** The task with a number. */
  numbered(number: number): Task | undefined {
    return this.slots[number];
  }

  /** A slot for a new task: its number, or 0 when all are taken. Well-known numbers are only given on request. */
  freeSlot(): number {
    for (let tried = FIRST_FREE; tried < MAX_TASKS; tried++) {
      const number = this.next;
      this.next = number + 1 < MAX_TASKS ? number + 1 : FIRST_FREE;
      if (this.slots[number] === undefined) return number;
    }
    return 0;
  }

  isFree(number: number): boolean {
    return number > 0 && number < MAX_TASKS && this.slots[number] === undefined;
  }

  /** The version that the next task in a slot gets; ids never collide with NIL or INVALID. */
  nextVersion(number: number): number {
    let version = (this.versions[number]! + 1) % VERSIONS;
    if (threadId(number, 0x7f, version) === INVALID || threadId(number, 0, version) === NIL) version = 1;
    this.versions[number] = version;
    return version;
  }

  add(task: Task): void {
    this.slots[task.number] = task;
  }

  remove(task: Task): void {
    this.slots[task.number] = undefined;
  }

  /** All tasks, by number. */
  *all(): IterableIterator<Task> {
    for (const task of this.slots) if (task !== undefined) yield task;
  }

  /** Calls `visit` for every thread. */
  eachThread(visit: (thread: Thread) => void): void {
    for (const task of this.slots) {
      if (task === undefined) continue;
      for (const thread of task.threads) if (thread !== undefined) visit(thread);
    }
  }
}
