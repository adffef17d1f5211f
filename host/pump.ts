/**
 * Drives the machine from the host's event loop: run a while, let host events in, run again.
 */
import type { Clock } from "#machine/clock.ts";

/** Instructions between two looks at the host with a virtual clock, where nothing may depend on the host's speed. */
const TURN_INSTRUCTIONS = 400_000;
/** Time between them with a real one. */
const TURN_NS = 10e6;
/** Node's timers are no finer than this; shorter waits go round the event loop. */
const TIMER_RESOLUTION_NS = 1e6;
const LONGEST_TIMER_MS = 2 ** 31 - 1;

interface Runnable {
  run(budgetInstructions: number, untilNs?: number): { state: "idle" | "running" | "halted"; nextEventNs: number };
}

export class Pump {
  /** Resolves when the machine halts or stop() was called; rejects when the machine fails. */
  readonly ended: Promise<void>;
  private readonly kernel: Runnable;
  private readonly clock: Clock;
  private scheduled: (() => void) | undefined;
  private stopped = false;
  private finish!: () => void;
  private fail!: (error: unknown) => void;
  /** A machine that waits for nothing but host events must keep the host process alive. */
  private readonly keepAlive = setInterval(() => {}, LONGEST_TIMER_MS);

  constructor(kernel: Runnable, clock: Clock) {
    this.kernel = kernel;
    this.clock = clock;
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
    clearInterval(this.keepAlive);
    this.finish();
  }

  private soon(): void {
    const immediate = setImmediate(() => this.turn());
    this.scheduled = () => clearImmediate(immediate);
  }

  private later(ns: number): void {
    const timer = setTimeout(() => this.turn(), Math.min(Math.ceil(ns / 1e6), LONGEST_TIMER_MS));
    this.scheduled = () => clearTimeout(timer);
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
