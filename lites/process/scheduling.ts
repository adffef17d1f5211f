/**
 * Scheduling attributes of a process. They are kept, inherited and reported; all processes run at one priority all the same.
 * Source: sched(7).
 */
import type { UnixProcess } from "./unix-process.ts";

export const SCHED_OTHER = 0;
export const SCHED_FIFO = 1;
export const SCHED_RR = 2;
export const SCHED_BATCH = 3;
export const SCHED_IDLE = 5;
/** With a policy: children start with none of it. */
export const SCHED_RESET_ON_FORK = 0x40000000;
export const REAL_TIME_MAX = 99;

export interface Scheduling {
  readonly policy: number;
  /** 0, or 1 to 99 with the real-time policies. */
  readonly priority: number;
  readonly resetOnFork: boolean;
}

export const isRealTime = (policy: number): boolean => policy === SCHED_FIFO || policy === SCHED_RR;

/** What a child of fork starts with. */
export function inheritedScheduling({ nice, scheduling }: UnixProcess): Pick<UnixProcess, "nice" | "scheduling"> {
  if (!scheduling.resetOnFork) return { nice, scheduling };
  const isPlain = !isRealTime(scheduling.policy);
  return {
    nice: isPlain ? Math.max(nice, 0) : 0,
    scheduling: { policy: isPlain ? scheduling.policy : SCHED_OTHER, priority: 0, resetOnFork: false },
  };
}
