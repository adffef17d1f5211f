/**
 * The machine's only source of time, and its queue of timed events.
 *
 * Two kinds: the real clock follows the host; the virtual clock is derived from the instruction
 * count, so that a run repeats bit for bit: time passes only by executing instructions, and an idle
 * machine jumps to the next event.
 */

/** Virtual nanoseconds that one instruction takes (a 100 MHz processor with one instruction per cycle). */
export const VIRTUAL_NS_PER_INSTRUCTION = 10;

/** Something that happens at a time. */
export class Timer {
  /** When, while it is started. */
  at = 0;
  isStarted = false;
  readonly run: () => void;
  private readonly clock: Clock;

  constructor(clock: Clock, run: () => void) {
    this.clock = clock;
    this.run = run;
  }

  /** Calls `run` once now() >= at, and no more at the time that it was started for before. */
  start(at: number): void {
    this.stop();
    this.at = at;
    this.isStarted = true;
    this.clock.insert(this);
  }

  stop(): void {
    if (!this.isStarted) return;
    this.isStarted = false;
    this.clock.remove(this);
  }
}

export abstract class Clock {
  /** In order of their times, and of their starting. */
  private readonly timers: Timer[] = [];
  /** Unix time of nanosecond 0, in nanoseconds (a bigint: it exceeds 2^53). */
  readonly epochNs: bigint;

  constructor(epochNs: bigint) {
    this.epochNs = epochNs;
  }

  /** Nanoseconds since the machine was started. */
  abstract now(): number;

  /** An idle machine has nothing to do before `ns`; a virtual clock jumps there. Real clocks ignore it. */
  abstract idleUntil(ns: number): void;

  /** Whether idle time passes by itself (real) or by idleUntil (virtual). */
  abstract readonly virtual: boolean;

  /** Calls `run` once now() >= at. */
  schedule(at: number, run: () => void): void {
    new Timer(this, run).start(at);
  }

  /** For timers. Timeouts start and stop far more often than they expire, so that nothing is made for them. */
  insert(timer: Timer): void {
    const { timers } = this;
    let index = timers.length;
    timers.push(timer);
    for (; index > 0 && timers[index - 1]!.at > timer.at; index--) timers[index] = timers[index - 1]!;
    timers[index] = timer;
  }

  /** For timers. */
  remove(timer: Timer): void {
    const { timers } = this;
    let index = timers.length - 1;
    while (timers[index] !== timer) index--;
    for (; index < timers.length - 1; index++) timers[index] = timers[index + 1]!;
    timers.pop();
  }

  /** Time of the earliest event, or Infinity. */
  nextEvent(): number {
    return this.timers.length > 0 ? this.timers[0]!.at : Number.POSITIVE_INFINITY;
  }

  /** Runs all events that are due. @param time the clock's reading, if it was read just now */
  runDue(time?: number): void {
    const { timers } = this;
    if (timers.length === 0) return;
    const now = time ?? this.now();
    while (timers.length > 0 && timers[0]!.at <= now) {
      const timer = timers[0]!;
      timer.stop();
      timer.run();
    }
  }
}

export class RealClock extends Clock {
  readonly virtual = false;
  private readonly monotonicNs: () => number;

  /** @param monotonicNs the host's monotonic clock in nanoseconds, from any origin */
  constructor(epochNs: bigint, monotonicNs: () => number) {
    super(epochNs);
    const origin = monotonicNs();
    this.monotonicNs = () => monotonicNs() - origin;
  }

  now(): number {
    return this.monotonicNs();
  }

  idleUntil(): void {}
}

export class VirtualClock extends Clock {
  readonly virtual = true;
  private readonly instructions: () => number;
  private skippedNs = 0;

  /** @param instructions the processor's exact instruction count */
  constructor(epochNs: bigint, instructions: () => number) {
    super(epochNs);
    this.instructions = instructions;
  }

  now(): number {
    return this.instructions() * VIRTUAL_NS_PER_INSTRUCTION + this.skippedNs;
  }

  idleUntil(ns: number): void {
    const now = this.now();
    if (ns > now) this.skippedNs += ns - now;
  }
}
