/**
 * Scheduling: nice values and the sched_ family. Nice values are kept and reported; all processes run at one priority.
 * Source: getpriority(2), sched_setscheduler(2), sched_getaffinity(2).
 */
import { EINVAL, EPERM, ESRCH } from "../abi/errno.ts";
import type { Core } from "../core.ts";
import type { UnixHandlers } from "../dispatch.ts";
import type { UnixProcess } from "../process/unix-process.ts";

const PRIO_PROCESS = 0;
const PRIO_PGRP = 1;
const PRIO_USER = 2;
const NICE_MIN = -20;
const NICE_MAX = 19;

const SCHED_OTHER = 0;
const SCHED_FIFO = 1;
const SCHED_RR = 2;
const SCHED_BATCH = 3;
const SCHED_IDLE = 5;
const REAL_TIME_MAX = 99;

/** One processor: the mask has one bit, in one word. */
const AFFINITY_BYTES = 4;

const word = (value: number): Uint8Array => new Uint8Array(Int32Array.of(value).buffer);

export function schedulingCalls(core: Core): UnixHandlers {
  const { processes } = core;

  function selected(process: UnixProcess, which: number, who: number): UnixProcess[] {
    let found: UnixProcess[];
    if (which === PRIO_PROCESS) found = processes.all().filter(({ pid }) => pid === (who || process.pid));
    else if (which === PRIO_PGRP) found = processes.group(who || process.pgrp);
    else if (which === PRIO_USER) found = processes.all().filter(({ credentials }) => credentials.uid === (who || process.credentials.uid));
    else throw EINVAL;
    if (found.length === 0) throw ESRCH;
    return found;
  }

  function target(process: UnixProcess, pid: number): UnixProcess {
    if (pid < 0) throw EINVAL;
    const found = pid === 0 ? process : processes.get(pid);
    if (found === undefined) throw ESRCH;
    return found;
  }

  function renice(process: UnixProcess, other: UnixProcess, priority: number): void {
    const { euid } = process.credentials;
    const nice = Math.min(Math.max(priority, NICE_MIN), NICE_MAX);
    if (euid !== 0 && euid !== other.credentials.euid && euid !== other.credentials.uid) throw EPERM;
    if (euid !== 0 && nice < other.nice) throw EPERM;
    other.nice = nice;
  }

  function priorityRange(policy: number, realTime: number): number {
    if (policy === SCHED_FIFO || policy === SCHED_RR) return realTime;
    if (policy !== SCHED_OTHER && policy !== SCHED_BATCH && policy !== SCHED_IDLE) throw EINVAL;
    return 0;
  }

  return {
    nice(process, { increment }) {
      renice(process, process, process.nice + increment);
      return 0;
    },
    /** Linux's call answers 20 - nice, which is never negative. */
    getpriority: (process, { which, who }) => 20 - Math.min(...selected(process, which, who).map(({ nice }) => nice)),
    setpriority(process, { which, who, priority }) {
      for (const other of selected(process, which, who)) renice(process, other, priority);
      return 0;
    },

    sched_yield: () => 0,
    sched_getscheduler(process, { pid }) {
      target(process, pid);
      return SCHED_OTHER;
    },
    sched_setscheduler(process, { pid, policy, param }) {
      target(process, pid);
      const priority = new DataView(param.buffer, param.byteOffset).getInt32(0, true);
      if (policy === SCHED_FIFO || policy === SCHED_RR) throw EPERM;
      if (priority !== priorityRange(policy, 0)) throw EINVAL;
      return 0;
    },
    sched_getparam(process, { pid, param }) {
      target(process, pid);
      param.data = word(0);
      return 0;
    },
    sched_setparam(process, { pid, param }) {
      target(process, pid);
      if (new DataView(param.buffer, param.byteOffset).getInt32(0, true) !== 0) throw EINVAL;
      return 0;
    },
    sched_get_priority_max: (_process, { policy }) => priorityRange(policy, REAL_TIME_MAX),
    sched_get_priority_min: (_process, { policy }) => priorityRange(policy, 1),
    sched_getaffinity(process, { pid, size, mask }) {
      target(process, pid);
      if (size < AFFINITY_BYTES || size % AFFINITY_BYTES !== 0) throw EINVAL;
      mask.data = word(1);
      return AFFINITY_BYTES;
    },
    sched_setaffinity(process, { pid, mask }) {
      target(process, pid);
      if (mask.length === 0 || !(mask[0]! & 1)) throw EINVAL;
      return 0;
    },
  };
}
