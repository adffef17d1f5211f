/**
 * Thread and task ids: the low word of L4 V2's id, which is unique within one site.
 *
 *   31         28 27        17 16        10 9          0
 *  [ version high | task      | lthread    | version low ]
 *
 * A task id is the id of its thread 0. Ids are unsigned 32-bit JavaScript numbers. The version makes
 * an id unique in time: creating a task in a used slot changes it.
 * Source: L4 V2 types; reference manual X.0 for nil, invalid and interrupt ids.
 */

export type ThreadId = number;

export const MAX_TASKS = 2048;
export const THREADS_PER_TASK = 128;
export const VERSIONS = 1 << 14;

export const NIL: ThreadId = 0;
/** "Leave unchanged" in ex_regs; in native receives it also stands for an open wait. */
export const INVALID: ThreadId = 0xffffffff;
export const ANY: ThreadId = 0xffffffff;

export function threadId(task: number, lthread: number, version: number): ThreadId {
  return (((version >>> 10) << 28) | (task << 17) | (lthread << 10) | (version & 0x3ff)) >>> 0;
}

export const taskNumber = (id: ThreadId): number => (id >>> 17) & 0x7ff;
export const lthreadNumber = (id: ThreadId): number => (id >>> 10) & 0x7f;
export const versionOf = (id: ThreadId): number => ((id >>> 28) << 10) | (id & 0x3ff);

/** The id of thread 0 of the same task. */
export const taskOf = (id: ThreadId): ThreadId => (id & ~(0x7f << 10)) >>> 0;
export const sameTask = (a: ThreadId, b: ThreadId): boolean => taskOf(a) === taskOf(b);
/** The id of another thread of the same task. */
export const siblingOf = (id: ThreadId, lthread: number): ThreadId => ((id & ~(0x7f << 10)) | (lthread << 10)) >>> 0;

/** Interrupt ids: line + 1 in the low byte, zero elsewhere. */
export const interruptId = (line: number): ThreadId => line + 1;
export const isInterruptId = (id: ThreadId): boolean => id > 0 && id <= 0xff;

/** Tasks that exist from the start, by task number. */
export const WellKnownTask = { KERNEL: 1, SIGMA0: 2 } as const;
