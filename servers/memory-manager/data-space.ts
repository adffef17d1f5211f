/**
 * Data spaces and who has them: per task a directory of numbers.
 *
 * A data space holds only the pages that differ from its initial content (zeroes or the backing), so
 * an untouched one costs nothing whatever its size.
 */
import type { ThreadId } from "#kernel/abi/identifiers.ts";
import { DataSpaceFlag } from "../abi/memory-manager.ts";
import { Counters } from "./counters.ts";
import type { Page } from "./page.ts";
import type { PagingObserver } from "./paging-observer.ts";

/** Where the initial content of a data space comes from. */
export interface Backing {
  readonly manager: ThreadId;
  readonly dataSpace: number;
  /** Byte offset of the data space's start in the backing one, page-aligned. */
  readonly offset: number;
  /** Bytes that come from the backing; the rest is zero. */
  readonly bytes: number;
}

/** Places of one data space: its greatest size in pages. */
const PLACES = 1 << 20;

export class DataSpace {
  /** No two data spaces of a manager have the same. */
  readonly serial: number;
  /** By index. Directory.place() and displace() change it. */
  readonly pages = new Map<number, Page>();
  /** In pages. */
  size: number;
  readonly flags: number;
  backing: Backing | undefined;
  /** (task, number) pairs that name it. */
  names = 1;
  /** Pages promised to it. */
  committed = 0;
  /** The page that was made last by a write fault. */
  lastFresh = -2;

  constructor(serial: number, size: number, flags: number, backing: Backing | undefined) {
    this.serial = serial;
    this.size = size;
    this.flags = flags;
    this.backing = backing;
  }

  get shared(): boolean {
    return (this.flags & DataSpaceFlag.SHARED) !== 0;
  }

  /** Whether every page was promised at creation. */
  get reserved(): boolean {
    return (this.flags & DataSpaceFlag.NO_RESERVE) === 0;
  }

  /** How many bytes of a page come from the backing, 0 … 4096. */
  backedBytes(index: number): number {
    if (!this.backing) return 0;
    return Math.max(0, Math.min(4096, this.backing.bytes - index * 4096));
  }
}

export class TaskRecord {
  readonly spaces = new Map<number, DataSpace>();
  /** Numbers of those that came in messages, with the kernel's tickets; in the order in which they came. */
  readonly copies = new Map<number, number>();
  readonly counters: Counters;

  constructor(counters: Counters) {
    this.counters = counters;
  }
}

export class Directory {
  readonly tasks = new Map<ThreadId, TaskRecord>();
  private readonly totals: Counters;
  private readonly observer: PagingObserver | undefined;
  private recordsMade = 0;
  private spacesMade = 0;

  constructor(totals: Counters, observer?: PagingObserver) {
    this.totals = totals;
    this.observer = observer;
  }

  find(task: ThreadId, number: number): DataSpace | undefined {
    return this.tasks.get(task)?.spaces.get(number);
  }

  newSpace(size: number, flags: number, backing: Backing | undefined): DataSpace {
    return new DataSpace(++this.spacesMade, size, flags, backing);
  }

  /** Puts a page into a data space of the task, where there is none or another one. */
  place(record: TaskRecord, space: DataSpace, index: number, page: Page): void {
    space.pages.set(index, page);
    this.observer?.placed(record.counters, space.serial * PLACES + index, page.number);
  }

  /** Takes the page out of the data space. */
  displace(space: DataSpace, index: number): void {
    const page = space.pages.get(index);
    space.pages.delete(index);
    // Pages that nobody else has are gone, which is told elsewhere.
    if (page && page.references > 1) this.observer?.displaced(space.serial * PLACES + index);
  }

  /** The record of a task; made when there is none. */
  record(task: ThreadId): TaskRecord {
    let record = this.tasks.get(task);
    if (!record) {
      record = new TaskRecord(new Counters(this.totals, ++this.recordsMade));
      this.tasks.set(task, record);
      this.observer?.task(task, record.counters);
    }
    return record;
  }
}
