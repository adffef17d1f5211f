/**
 * Scheduling: nice values and the sched_ family. Nice values and policies are kept and reported; all processes run at one priority.
 * Source: getpriority(2), sched_setscheduler(2), sched_getaffinity(2).
 */
import { EACCES, EINVAL, EPERM, ESRCH } from "../abi/errno.ts";
import { Resource } from "../abi/limits.ts";
import { structs } from "../abi/structs.ts";
import type { OutBuffer } from "../arguments.ts";
import type { Core } from "../core.ts";
import type { UnixHandlers } from "../dispatch.ts";
import { isSuperuser, mayBeNice, maySchedule } from "../process/authority.ts";
import {
  isRealTime,
  REAL_TIME_MAX,
  SCHED_BATCH,
  SCHED_FIFO,
  SCHED_IDLE,
  SCHED_OTHER,
  SCHED_RESET_ON_FORK,
  type Scheduling,
} from "../process/scheduling.ts";
import type { UnixProcess } from "../process/unix-process.ts";
import { nsToTimespec, type TimespecForm } from "../time-values.ts";

const { timespec32, timespec64 } = structs;

const PRIO_PROCESS = 0;
const PRIO_PGRP = 1;
const PRIO_USER = 2;
const NICE_MIN = -20;
const NICE_MAX = 19;

/** What sched_rr_get_interval tells, as Linux's default of SCHED_RR: the kernel's slices are counted in instructions. */
const SLICE_NS = 1e8;

/** One processor: the mask has one bit, in one word. */
const AFFINITY_BYTES = 4;

const clampNice = (nice: number): number => Math.min(Math.max(nice, NICE_MIN), NICE_MAX);

const priorityIn = (param: Uint8Array): number => new DataView(param.buffer, param.byteOffset).getInt32(0, true);

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

  /** @throws ESRCH */
  function target(process: UnixProcess, pid: number): UnixProcess {
    const found = pid === 0 ? process : processes.get(pid);
    if (found === undefined) throw ESRCH;
    return found;
  }

  /** The priority that a call sets; it is read before the target is looked for. @throws EINVAL, EFAULT */
  function wantedPriority(pid: number, param: Uint8Array | undefined): number {
    if (pid < 0 || param === undefined) throw EINVAL;
    return priorityIn(param);
  }

  /** The target of a call that reads or sets parameters. @throws EINVAL, ESRCH */
  function parametersOf(process: UnixProcess, pid: number, param: unknown): UnixProcess {
    if (pid < 0 || param === undefined) throw EINVAL;
    return target(process, pid);
  }

  /** setpriority(2) of one process. @throws EPERM, EACCES */
  function renice(process: UnixProcess, other: UnixProcess, priority: number): void {
    const nice = clampNice(priority);
    if (!maySchedule(process, other)) throw EPERM;
    if (nice < other.nice && !mayBeNice(process, other, nice)) throw EACCES;
    other.nice = nice;
  }

  /** sched_setscheduler(2). @throws EINVAL, EPERM */
  function schedule(caller: UnixProcess, other: UnixProcess, wanted: Scheduling): void {
    const { policy, priority } = wanted;
    const now = other.scheduling;
    const highest = priorityRange(policy, REAL_TIME_MAX);
    if (priority < 0 || priority > highest || isRealTime(policy) !== priority > 0) throw EINVAL;
    if (!isSuperuser(caller.credentials)) {
      const allowed = other.limits[Resource.RTPRIO]!.soft;
      if (isRealTime(policy) && ((policy !== now.policy && allowed === 0) || (priority > now.priority && priority > allowed))) throw EPERM;
      if (now.policy === SCHED_IDLE && policy !== SCHED_IDLE && !mayBeNice(caller, other, other.nice)) throw EPERM;
      if (!maySchedule(caller, other) || (now.resetOnFork && !wanted.resetOnFork)) throw EPERM;
    }
    other.scheduling = wanted;
  }

  function tellSlice(process: UnixProcess, pid: number, interval: OutBuffer, form: TimespecForm): number {
    const { policy } = parametersOf(process, pid, interval).scheduling;
    interval.data = nsToTimespec(form, policy === SCHED_FIFO ? 0 : SLICE_NS);
    return 0;
  }

  /** @throws EINVAL for policies that do not exist */
  function priorityRange(policy: number, realTime: number): number {
    if (isRealTime(policy)) return realTime;
    if (policy !== SCHED_OTHER && policy !== SCHED_BATCH && policy !== SCHED_IDLE) throw EINVAL;
    return 0;
  }

  return {
    nice(process, { increment }) {
      const nice = clampNice(process.nice + increment);
      if (increment < 0 && !mayBeNice(process, process, nice)) throw EPERM;
      process.nice = nice;
      return 0;
    },
    /** Linux's call answers 20 - nice, which is never negative. */
    getpriority: (process, { which, who }) => 20 - Math.min(...selected(process, which, who).map(({ nice }) => nice)),
    /** Goes through all of a group or user; the last error is told. */
    setpriority(process, { which, who, priority }) {
      let failure: unknown;
      for (const other of selected(process, which, who)) {
        try {
          renice(process, other, priority);
        } catch (error) {
          failure = error;
        }
      }
      if (failure !== undefined) throw failure;
      return 0;
    },

    sched_getscheduler(process, { pid }) {
      const { policy, resetOnFork } = parametersOf(process, pid, 0).scheduling;
      return policy | (resetOnFork ? SCHED_RESET_ON_FORK : 0);
    },
    sched_setscheduler(process, { pid, policy, param }) {
      if (policy < 0) throw EINVAL;
      const priority = wantedPriority(pid, param);
      const resetOnFork = (policy & SCHED_RESET_ON_FORK) !== 0;
      schedule(process, target(process, pid), { policy: policy & ~SCHED_RESET_ON_FORK, priority, resetOnFork });
      return 0;
    },
    sched_getparam(process, { pid, param }) {
      const { scheduling } = parametersOf(process, pid, param);
      param!.data = word(scheduling.priority);
      return 0;
    },
    sched_setparam(process, { pid, param }) {
      const priority = wantedPriority(pid, param);
      const other = target(process, pid);
      schedule(process, other, { ...other.scheduling, priority });
      return 0;
    },
    sched_rr_get_interval: (process, { pid, interval }) => tellSlice(process, pid, interval, timespec32),
    sched_rr_get_interval_time64: (process, { pid, interval }) => tellSlice(process, pid, interval, timespec64),
    sched_get_priority_max: (_process, { policy }) => priorityRange(policy, REAL_TIME_MAX),
    sched_get_priority_min: (_process, { policy }) => priorityRange(policy, 1),
    sched_getaffinity(process, { pid, size, mask }) {
      if (size < AFFINITY_BYTES || size % AFFINITY_BYTES !== 0) throw EINVAL;
      target(process, pid);
      mask.data = word(1);
      return AFFINITY_BYTES;
    },
    sched_setaffinity(process, { pid, mask }) {
      const hasProcessor = mask.length > 0 && (mask[0]! & 1) !== 0;
      if (!maySchedule(process, target(process, pid))) throw EPERM;
      if (!hasProcessor) throw EINVAL;
      return 0;
    },
  };
}
