/**
 * Drives the machine from its host's event loop: run a while, let host events in, run again.
 */
import type { Clock } from "#machine/clock.ts";
import { type Cancel, LONGEST_DELAY_MS, type Scheduler } from "./scheduler.ts";

/** Instructions between two looks at the host with a virtual clock, where nothing may depend on the host's speed. */
const TURN_INSTRUCTIONS = 400_000;
/** Time between them with a real one. */
const TURN_NS = 10e6;
/** Timers of hosts are no finer than this; shorter waits go round the event loop. */
const TIMER_RESOLUTION_NS = 1e6;

interface Runnable {
  run(budgetInstructions: number, untilNs?: number): { state: "idle" | "running" | "halted"; nextEventNs: number };
}

export class Pump {
  /** Resolves when the machine halts or stop() was called; rejects when the machine fails. */
  readonly ended: Promise<void>;
  private readonly kernel: Runnable;
  private readonly clock: Clock;
  private readonly scheduler: Scheduler;
  private scheduled: Cancel | undefined;
  private stopped = false;
  private finish!: () => void;
  private fail!: (error: unknown) => void;
  /** A machine that waits for nothing but host events must keep the host process alive. */
  private readonly release: Cancel;

  constructor(kernel: Runnable, clock: Clock, scheduler: Scheduler) {
    this.kernel = kernel;
    this.clock = clock;
    this.scheduler = scheduler;
    this.release = scheduler.keepAlive();
    this.ended = new Promise((resolve, reject) => {
      this.finish = resolve;
      this.fail = reject;
    });
    this.ended.catch(() => {});
    this.soon();
  }

  /** Host input has arrived: run soon, even if the machine was idle. */
  wake(): void {
    if (this.stopped) return;
    this.scheduled?.();
    this.soon();
  }

  stop(): void {
    if (this.stopped) return;
    this.stopped = true;
    this.scheduled?.();
    this.release();
    this.finish();
  }

  private soon(): void {
    this.scheduled = this.scheduler.soon(() => this.turn());
  }

  private later(ns: number): void {
    this.scheduled = this.scheduler.later(() => this.turn(), Math.min(Math.ceil(ns / 1e6), LONGEST_DELAY_MS));
  }

  private turn(): void {
    this.scheduled = undefined;
    if (this.stopped) return;
    let result: ReturnType<Runnable["run"]>;
    try {
      const { clock, kernel } = this;
      result = clock.virtual ? kernel.run(TURN_INSTRUCTIONS) : kernel.run(Number.POSITIVE_INFINITY, clock.now() + TURN_NS);
    } catch (error) {
      this.fail(error);
      this.stop();
      return;
    }
    // A callback of the run may have stopped or woken us.
    if (this.stopped || this.scheduled) return;
    if (result.state === "halted") this.stop();
    else if (result.state === "running") this.soon();
    else if (result.nextEventNs !== Number.POSITIVE_INFINITY) this.idleUntil(result.nextEventNs);
  }

  private idleUntil(ns: number): void {
    if (this.clock.virtual) {
      this.clock.idleUntil(ns);
      this.soon();
      return;
    }
    const wait = ns - this.clock.now();
    if (wait < TIMER_RESOLUTION_NS) this.soon();
    else this.later(wait);
  }
}
