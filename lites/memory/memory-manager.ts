/**
 * Client of the standard memory manager (servers/abi/memory-manager.ts). Calls are made by the request thread, which
 * waits; a manager that does not answer in time counts as dead from then on, so that the server stays alive without it.
 */
import { IpcError } from "#kernel/abi/ipc.ts";
import type { ThreadId } from "#kernel/abi/identifiers.ts";
import { call, type Op as NativeOp } from "#kernel/native.ts";
import { MemoryError, MemoryRequest, memoryStatisticsNames } from "#servers/abi/memory-manager.ts";
import { EIO, ENOMEM } from "../abi/errno.ts";

/** Microseconds that the manager gets for an answer; and when it has failed to give one before. */
const PATIENCE_US = 10e6;
const PATIENCE_WITH_SILENT_US = 20e3;

/** Another manager's data space from which the first `valid` bytes come, starting at its byte `offset`. */
export interface Backing {
  manager: ThreadId;
  ds: number;
  offset: number;
  valid: number;
}

export type MemoryStatistics = Record<(typeof memoryStatisticsNames)[number], number>;

export interface TaskMemoryStatistics {
  zeroFills: number;
  copies: number;
  pageIns: number;
  pageOuts: number;
  residentPages: number;
  committedPages: number;
}

export class MemoryManager {
  readonly thread: ThreadId;
  private readonly report: (text: string) => void;
  private silent = false;

  /** @param report told once when the manager fails to answer */
  constructor(thread: ThreadId, report: (text: string) => void) {
    this.thread = thread;
    this.report = report;
  }

  /** Claims the right to speak for other tasks. */
  *attach(): NativeOp<void> {
    yield* this.request([MemoryRequest.ATTACH_MASTER]);
  }

  /** @throws ENOMEM */
  *create(task: ThreadId, ds: number, pages: number, flags: number, backing?: Backing): NativeOp<void> {
    const tail = backing === undefined ? [] : [backing.manager, backing.ds, backing.offset, backing.valid];
    yield* this.request([MemoryRequest.CREATE, task, ds, pages, flags, ...tail]);
  }

  /** @throws ENOMEM */
  *resize(task: ThreadId, ds: number, pages: number): NativeOp<void> {
    yield* this.request([MemoryRequest.RESIZE, task, ds, pages]);
  }

  *discard(task: ThreadId, ds: number, firstPage: number, pages: number): NativeOp<void> {
    yield* this.request([MemoryRequest.DISCARD, task, ds, firstPage, pages]);
  }

  *destroy(task: ThreadId, ds: number): NativeOp<void> {
    yield* this.request([MemoryRequest.DESTROY, task, ds]);
  }

  /** All data spaces of `parent` in `child` too: copies of private ones, the same shared ones. @throws ENOMEM */
  *fork(parent: ThreadId, child: ThreadId): NativeOp<void> {
    yield* this.request([MemoryRequest.FORK, parent, child]);
  }

  /** All data spaces of `parent` under the same names in `child`, but a copy of the one with the number `copied`. */
  *share(parent: ThreadId, child: ThreadId, copied: number): NativeOp<void> {
    yield* this.request([MemoryRequest.SHARE, parent, child, copied]);
  }

  /** Another name for a data space of `source`: the same number in `task`. */
  *alias(source: ThreadId, task: ThreadId, ds: number): NativeOp<void> {
    yield* this.request([MemoryRequest.ALIAS, task, source, ds, ds]);
  }

  /** Never throws: it is the end of the task either way. */
  *destroyAll(task: ThreadId): NativeOp<void> {
    try {
      yield* this.request([MemoryRequest.DESTROY_ALL, task]);
    } catch {
      // Reported by request(); a dead manager holds nothing for the task.
    }
  }

  *statistics(): NativeOp<MemoryStatistics> {
    const values = yield* this.request([MemoryRequest.STATISTICS]);
    return Object.fromEntries(memoryStatisticsNames.map((name, index) => [name, values[index] ?? 0])) as MemoryStatistics;
  }

  *taskStatistics(task: ThreadId): NativeOp<TaskMemoryStatistics> {
    const [zeroFills = 0, copies = 0, pageIns = 0, pageOuts = 0, residentPages = 0, committedPages = 0] = yield* this.request([
      MemoryRequest.TASK_STATISTICS,
      task,
    ]);
    return { zeroFills, copies, pageIns, pageOuts, residentPages, committedPages };
  }

  private *request(words: number[]): NativeOp<number[]> {
    const patience = this.silent ? PATIENCE_WITH_SILENT_US : PATIENCE_US;
    const reply = yield* call(this.thread, { words }, { sendUs: patience, receiveUs: patience });
    if (reply.error !== IpcError.OK) {
      if (!this.silent) this.report(`memory manager does not answer (IPC error ${reply.error.toString(16)})`);
      this.silent = true;
      throw ENOMEM;
    }
    this.silent = false;
    const [code, ...values] = reply.words;
    if (code === MemoryError.NO_MEMORY) throw ENOMEM;
    if (code !== MemoryError.OK) {
      this.report(`memory manager refused request ${words.map((word) => word.toString(16)).join(" ")}: error ${code}`);
      throw EIO;
    }
    return values;
  }
}
