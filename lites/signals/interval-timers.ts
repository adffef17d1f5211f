/**
 * The three interval timers of a process: real time, and the processor time of the program alone and with its system
 * calls; and the limit of its processor time. Source: setitimer(2), alarm(2), getrlimit(2).
 *
 * Processor time has no interrupt: a timer for it is looked at after the real time that it takes at the earliest.
 */
import { ITIMER_PROF, ITIMER_REAL, ITIMER_VIRTUAL, NS_PER_SECOND } from "../abi/clocks.ts";
import { Resource, RLIM_INFINITY } from "../abi/limits.ts";
import { SIGALRM, SIGKILL, SIGPROF, SIGVTALRM, SIGXCPU } from "../abi/signals.ts";
import type { UnixProcess } from "../process/unix-process.ts";
import type { Timer, TimerQueue } from "../timer-queue.ts";
import type { SignalInfo } from "./pending-signals.ts";
import { kernelInfo } from "./signal-info.ts";

/** Looking more often would cost more than the precision is worth. */
const SMALLEST_PAUSE_NS = 1e6;

const signals: Readonly<Record<number, number>> = { [ITIMER_REAL]: SIGALRM, [ITIMER_VIRTUAL]: SIGVTALRM, [ITIMER_PROF]: SIGPROF };

interface Armed {
  /** On the timer's own clock. */
  expiresNs: number;
  intervalNs: number;
  wake: Timer;
}

/** What timers need of the server. */
interface TimerServices {
  readonly kernel: { now(): number };
  readonly timers: TimerQueue;
  readonly signals: { post(process: UnixProcess, info: SignalInfo): void };
  /** Processor time of a process, in nanoseconds. */
  readonly lifecycle: { usageOf(process: UnixProcess): { readonly userNs: number; readonly systemNs: number } };
}

export class IntervalTimers {
  private readonly core: TimerServices;
  private readonly process: UnixProcess;
  private readonly armed = new Map<number, Armed>();
  private limitWake: Timer | undefined;

  constructor(core: TimerServices, process: UnixProcess) {
    this.core = core;
    this.process = process;
  }

  /** Time left (0 = not armed) and interval, in nanoseconds. */
  get(which: number): { valueNs: number; intervalNs: number } {
    const armed = this.armed.get(which);
    if (armed === undefined) return { valueNs: 0, intervalNs: 0 };
    return { valueNs: Math.max(armed.expiresNs - this.clock(which), 1000), intervalNs: armed.intervalNs };
  }

  /** Arms a timer, or disarms it with valueNs 0. */
  set(which: number, valueNs: number, intervalNs: number): void {
    this.armed.get(which)?.wake.cancel();
    this.armed.delete(which);
    if (valueNs > 0) this.arm(which, this.clock(which) + valueNs, intervalNs);
  }

  /** RLIMIT_CPU may have changed, or is inherited: SIGXCPU at the soft limit and each second from then on, SIGKILL at the hard one. */
  watchLimit(): void {
    this.limitWake?.cancel();
    this.limitWake = undefined;
    const { soft, hard } = this.process.limits[Resource.CPU]!;
    const next = Math.min(soft, hard);
    if (next === RLIM_INFINITY) return;
    const left = next * NS_PER_SECOND - this.clock(ITIMER_PROF);
    this.limitWake = this.core.timers.at(this.core.kernel.now() + Math.max(left, SMALLEST_PAUSE_NS), () => this.checkLimit());
  }

  private checkLimit(): void {
    const { process, core } = this;
    const limit = process.limits[Resource.CPU]!;
    const used = this.clock(ITIMER_PROF) / NS_PER_SECOND;
    if (used >= limit.hard) return core.signals.post(process, kernelInfo(SIGKILL));
    if (used >= limit.soft) {
      limit.soft++;
      core.signals.post(process, kernelInfo(SIGXCPU));
    }
    if (process.alive) this.watchLimit();
  }

  clear(): void {
    this.limitWake?.cancel();
    for (const { wake } of this.armed.values()) wake.cancel();
    this.armed.clear();
  }

  private arm(which: number, expiresNs: number, intervalNs: number): void {
    const left = expiresNs - this.clock(which);
    const pause = which === ITIMER_REAL ? left : Math.max(left, SMALLEST_PAUSE_NS);
    const wake = this.core.timers.at(this.core.kernel.now() + pause, () => this.look(which));
    this.armed.set(which, { expiresNs, intervalNs, wake });
  }

  private look(which: number): void {
    const { expiresNs, intervalNs } = this.armed.get(which)!;
    this.armed.delete(which);
    const now = this.clock(which);
    if (now < expiresNs) return this.arm(which, expiresNs, intervalNs);
    if (intervalNs > 0) {
      const missed = Math.floor((now - expiresNs) / intervalNs);
      this.arm(which, expiresNs + (missed + 1) * intervalNs, intervalNs);
    }
    this.core.signals.post(this.process, kernelInfo(signals[which]!));
  }

  private clock(which: number): number {
    if (which === ITIMER_REAL) return this.core.kernel.now();
    const usage = this.core.lifecycle.usageOf(this.process);
    return which === ITIMER_VIRTUAL ? usage.userNs : usage.userNs + usage.systemNs;
  }
}
