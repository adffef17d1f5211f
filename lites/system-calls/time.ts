/**
 * Time: sleeping, interval timers, setting of clocks. Reading of clocks is the emulation library's (clock page), except
 * where it passes a clock on. Source: POSIX time functions; Linux man pages.
 */
import { type Op, sleepOn } from "../activation.ts";
import * as Clock from "../abi/clocks.ts";
import { EINVAL, EOPNOTSUPP, EPERM, ERESTARTNOHAND } from "../abi/errno.ts";
import { decode, encode } from "../abi/struct-codec.ts";
import { structs } from "../abi/structs.ts";
import { systemCalls } from "../abi/system-calls.ts";
import type { OutBuffer } from "../arguments.ts";
import type { Core } from "../core.ts";
import type { UnixHandlers } from "../dispatch.ts";
import type { UnixProcess } from "../process/unix-process.ts";
import type { UnixThread } from "../process/unix-thread.ts";
import { rememberDeadline, restartableDeadline } from "../signals/restart.ts";
import { nsToTimespec, nsToTimeval, type TimespecForm, timespecToNs, timevalToNs } from "../time-values.ts";

/** Of all clocks that can be read. */
const RESOLUTION_NS = 1;
const { timespec32, timespec64 } = structs;

export function timeCalls(core: Core): UnixHandlers {
  const { kernel } = core;
  const epochNs = Number(kernel.epochNs);

  /** Sleeps until a deadline; interrupted, it tells the time left and can be taken up again. */
  function* sleepUntil(
    thread: UnixThread,
    call: number,
    deadlineNs: number,
    form: TimespecForm,
    remaining: OutBuffer | undefined,
  ): Op<number> {
    while (kernel.now() < deadlineNs) {
      if ((yield* sleepOn([], { deadlineNs })) !== "interrupted") continue;
      rememberDeadline(thread, call, deadlineNs);
      const left = Math.max(0, deadlineNs - kernel.now());
      if (remaining !== undefined) remaining.data = nsToTimespec(form, left);
      throw ERESTARTNOHAND;
    }
    return 0;
  }

  /** Machine time of a clock's reading 0. @throws EINVAL for clocks that cannot be slept on */
  function originOf(clock: number): number {
    switch (clock) {
      case Clock.CLOCK_REALTIME:
        return -epochNs;
      case Clock.CLOCK_MONOTONIC:
      case Clock.CLOCK_BOOTTIME:
        return 0;
      case Clock.CLOCK_PROCESS_CPUTIME_ID:
      case Clock.CLOCK_THREAD_CPUTIME_ID:
      case Clock.CLOCK_MONOTONIC_RAW:
      case Clock.CLOCK_REALTIME_COARSE:
      case Clock.CLOCK_MONOTONIC_COARSE:
        throw EOPNOTSUPP;
      default:
        throw EINVAL;
    }
  }

  function clockSleep(
    thread: UnixThread,
    call: number,
    form: TimespecForm,
    args: { clock: number; flags: number; request: Uint8Array; remaining: OutBuffer | undefined },
  ): Op<number> {
    const origin = originOf(args.clock);
    const requested = timespecToNs(form, args.request);
    if (args.flags & Clock.TIMER_ABSTIME) return sleepUntil(thread, call, origin + requested, form, undefined);
    return sleepUntil(thread, call, restartableDeadline(thread, call, kernel.now(), requested), form, args.remaining);
  }

  function readClock(process: UnixProcess, clock: number): number {
    switch (clock) {
      case Clock.CLOCK_REALTIME:
      case Clock.CLOCK_REALTIME_COARSE:
        return epochNs + kernel.now();
      case Clock.CLOCK_MONOTONIC:
      case Clock.CLOCK_MONOTONIC_RAW:
      case Clock.CLOCK_MONOTONIC_COARSE:
      case Clock.CLOCK_BOOTTIME:
        return kernel.now();
      case Clock.CLOCK_PROCESS_CPUTIME_ID:
      case Clock.CLOCK_THREAD_CPUTIME_ID: {
        const { userNs, systemNs } = core.lifecycle.usageOf(process);
        return userNs + systemNs;
      }
      default:
        throw EINVAL;
    }
  }

  function getTime(process: UnixProcess, clock: number, form: TimespecForm, time: OutBuffer): number {
    time.data = nsToTimespec(form, readClock(process, clock));
    return 0;
  }

  function getResolution(process: UnixProcess, clock: number, form: TimespecForm, resolution: OutBuffer | undefined): number {
    readClock(process, clock);
    if (resolution) resolution.data = nsToTimespec(form, RESOLUTION_NS);
    return 0;
  }

  function setClock(clock: number, form: TimespecForm, time: Uint8Array): never {
    if (clock !== Clock.CLOCK_REALTIME) throw EINVAL;
    timespecToNs(form, time);
    throw EPERM;
  }

  function timerBytes(process: UnixProcess, which: number): Uint8Array {
    const { valueNs, intervalNs } = process.timers!.get(which);
    const value = nsToTimeval(valueNs);
    const interval = nsToTimeval(intervalNs);
    return encode(structs.itimerval, {
      interval_sec: interval.seconds,
      interval_usec: interval.microseconds,
      value_sec: value.seconds,
      value_usec: value.microseconds,
    });
  }

  function checkTimer(which: number): void {
    if (which !== Clock.ITIMER_REAL && which !== Clock.ITIMER_VIRTUAL && which !== Clock.ITIMER_PROF) throw EINVAL;
  }

  return {
    nanosleep(_process, { request, remaining }, thread) {
      const { nr } = systemCalls.nanosleep;
      const deadline = restartableDeadline(thread, nr, kernel.now(), timespecToNs(timespec32, request));
      return sleepUntil(thread, nr, deadline, timespec32, remaining);
    },
    clock_nanosleep: (_process, args, thread) => clockSleep(thread, systemCalls.clock_nanosleep.nr, timespec32, args),
    clock_nanosleep_time64: (_process, args, thread) => clockSleep(thread, systemCalls.clock_nanosleep_time64.nr, timespec64, args),

    clock_gettime: (process, { clock, time }) => getTime(process, clock, timespec32, time),
    clock_gettime64: (process, { clock, time }) => getTime(process, clock, timespec64, time),
    clock_getres: (process, { clock, resolution }) => getResolution(process, clock, timespec32, resolution),
    clock_getres_time64: (process, { clock, resolution }) => getResolution(process, clock, timespec64, resolution),

    clock_settime: (_process, { clock, time }) => setClock(clock, timespec32, time),
    clock_settime64: (_process, { clock, time }) => setClock(clock, timespec64, time),
    settimeofday() {
      throw EPERM;
    },
    stime() {
      throw EPERM;
    },

    alarm(process, { seconds }) {
      const left = process.timers!.get(Clock.ITIMER_REAL).valueNs;
      process.timers!.set(Clock.ITIMER_REAL, seconds * Clock.NS_PER_SECOND, 0);
      return left === 0 ? 0 : Math.max(1, Math.round(left / Clock.NS_PER_SECOND));
    },

    getitimer(process, { which, value }) {
      checkTimer(which);
      value.data = timerBytes(process, which);
      return 0;
    },

    setitimer(process, { which, value, old }) {
      const timer = value ? decode(structs.itimerval, value) : { interval_sec: 0, interval_usec: 0, value_sec: 0, value_usec: 0 };
      const valueNs = timevalToNs(timer.value_sec, timer.value_usec);
      const intervalNs = timevalToNs(timer.interval_sec, timer.interval_usec);
      checkTimer(which);
      const before = timerBytes(process, which);
      process.timers!.set(which, valueNs, intervalNs);
      if (old) old.data = before;
      return 0;
    },
  };
}
