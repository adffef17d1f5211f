/**
 * Calls on processes: exit, groups and sessions, resource limits and usage. Source: POSIX system interfaces; prctl(2).
 */
import { NS_PER_TICK } from "../abi/clocks.ts";
import { EACCES, EINVAL, EPERM, ESRCH } from "../abi/errno.ts";
import {
  RESOURCE_COUNT,
  Resource,
  RLIM_INFINITY,
  RLIM_INFINITY32,
  type ResourceLimit,
  RUSAGE_CHILDREN,
  RUSAGE_SELF,
  RUSAGE_THREAD,
} from "../abi/limits.ts";
import { PR_SET_NAME } from "../abi/prctl.ts";
import { decode, encode } from "../abi/struct-codec.ts";
import { structs } from "../abi/structs.ts";
import type { Core } from "../core.ts";
import type { UnixHandlers } from "../dispatch.ts";
import { isSuperuser, mayLimit } from "../process/authority.ts";
import { INIT_PID } from "../process/process-table.ts";
import type { UnixProcess } from "../process/unix-process.ts";
import { rusageOf } from "../process/usage.ts";

const NAME_LENGTH = 15;
/** personality(2) with this argument only asks. */
const PERSONALITY_QUERY = 0xffffffff;
const PERSONALITY_LINUX = 0;
/** Descriptor tables must not grow without bound. */
const NOFILE_MAX = 65_536;
const INFINITY64 = 2 ** 64;

const to32 = (limit: number): number => (limit >= RLIM_INFINITY32 ? RLIM_INFINITY32 : limit);
const from32 = (value: number): number => (value === RLIM_INFINITY32 ? RLIM_INFINITY : value);
const to64 = (limit: number): bigint => (limit === RLIM_INFINITY ? 0xffff_ffff_ffff_ffffn : BigInt(limit));
/** Values near 2^64 lose their low bits as numbers; they all mean "no limit". */
const from64 = (value: number): number => (value >= INFINITY64 / 2 ? RLIM_INFINITY : value);

export function processCalls(core: Core): UnixHandlers {
  const { processes } = core;

  /** The process that a pid argument names, 0 = the caller. @throws ESRCH */
  function named(process: UnixProcess, pid: number): UnixProcess {
    const target = pid === 0 ? process : processes.get(pid);
    if (target === undefined) throw ESRCH;
    return target;
  }

  function limitOf(process: UnixProcess, resource: number): ResourceLimit {
    if (resource < 0 || resource >= RESOURCE_COUNT) throw EINVAL;
    return process.limits[resource]!;
  }

  function setLimit(caller: UnixProcess, target: UnixProcess, resource: number, soft: number, hard: number): void {
    const limit = limitOf(target, resource);
    if (soft > hard) throw EINVAL;
    if (hard > limit.hard && !isSuperuser(caller.credentials)) throw EPERM;
    if (resource === Resource.NOFILE && hard > NOFILE_MAX) throw EPERM;
    target.limits[resource] = { soft, hard };
    if (resource === Resource.CPU) target.timers?.watchLimit();
  }

  function setGroup(process: UnixProcess, pid: number, pgid: number): number {
    if ((pgid === 0 ? pid : pgid) < 0) throw EINVAL;
    const target = named(process, pid);
    const group = pgid === 0 ? target.pid : pgid;
    if (target !== process && target.parentPid !== process.pid) throw ESRCH;
    if (target !== process && target.session !== process.session) throw EPERM;
    if (target !== process && target.executed) throw EACCES;
    if (target.session === target.pid) throw EPERM;
    if (group !== target.pid && !processes.group(group).some((member) => member.session === process.session)) throw EPERM;
    target.pgrp = group;
    target.updatePage();
    return 0;
  }

  return {
    exit(process, { status, clearTid }, thread) {
      if (clearTid !== 0) core.futexes.wake(process, clearTid, 1, -1);
      core.lifecycle.endThread(thread, status & 0xff);
      return 0;
    },
    exit_group(process, { status }) {
      core.lifecycle.terminate(process, { kind: "exited", status: status & 0xff });
      return 0;
    },

    setpgid: (process, { pid, pgid }) => setGroup(process, pid, pgid),
    getpgid: (process, { pid }) => named(process, pid).pgrp,
    getsid: (process, { pid }) => named(process, pid).session,

    setsid(process) {
      if (processes.group(process.pid).length > 0 || process.pid === INIT_PID) throw EPERM;
      process.session = process.pid;
      process.pgrp = process.pid;
      process.terminal = undefined;
      process.updatePage();
      return process.pid;
    },

    setrlimit(process, { resource, limit }) {
      const { rlim_cur, rlim_max } = decode(structs.rlimit, limit);
      setLimit(process, process, resource, from32(rlim_cur), from32(rlim_max));
      return 0;
    },

    getrlimit(process, { resource, limit }) {
      const { soft, hard } = limitOf(process, resource);
      limit.data = encode(structs.rlimit, { rlim_cur: to32(soft), rlim_max: to32(hard) });
      return 0;
    },

    /** The old call's numbers are signed. */
    old_getrlimit(process, { resource, limit }) {
      const { soft, hard } = limitOf(process, resource);
      const signed = (value: number) => Math.min(value, 0x7fffffff);
      limit.data = encode(structs.rlimit, { rlim_cur: signed(soft), rlim_max: signed(hard) });
      return 0;
    },

    prlimit64(process, { pid, resource, limit, old }) {
      // The new limit is read before the target is looked for.
      const wanted = limit && decode(structs.rlimit64, limit);
      const target = named(process, pid);
      if (!mayLimit(process, target)) throw EPERM;
      const { soft, hard } = limitOf(target, resource);
      if (wanted) setLimit(process, target, resource, from64(wanted.rlim_cur), from64(wanted.rlim_max));
      if (old) old.data = encode(structs.rlimit64, { rlim_cur: to64(soft), rlim_max: to64(hard) });
      return 0;
    },

    getrusage(process, { who, usage }) {
      if (who === RUSAGE_SELF || who === RUSAGE_THREAD) usage.data = rusageOf(core.lifecycle.usageOf(process));
      else if (who === RUSAGE_CHILDREN) usage.data = rusageOf(process.childUsage);
      else throw EINVAL;
      return 0;
    },

    times(process, { buffer }) {
      const usage = core.lifecycle.usageOf(process);
      if (buffer) {
        buffer.data = encode(structs.tms, {
          tms_utime: usage.userTicks,
          tms_stime: usage.systemTicks,
          tms_cutime: process.childUsage.userTicks,
          tms_cstime: process.childUsage.systemTicks,
        });
      }
      return Math.floor(core.kernel.now() / NS_PER_TICK) & 0x7fffffff;
    },

    /** The emulation library passes on PR_SET_NAME alone. */
    prctl(process, { option, name }) {
      if (option !== PR_SET_NAME) throw EINVAL;
      process.name = name.slice(0, NAME_LENGTH);
      return 0;
    },

    personality(_process, { persona }) {
      if (persona !== PERSONALITY_QUERY && persona !== PERSONALITY_LINUX) throw EINVAL;
      return PERSONALITY_LINUX;
    },
  };
}
