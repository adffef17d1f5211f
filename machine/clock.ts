/**
 * The machine's only source of time, and its queue of timed events.
 *
 * Two kinds: the real clock follows the host; the virtual clock is derived from the instruction
 * count, so that a run repeats bit for bit: time passes only by executing instructions, and an idle
 * machine jumps to the next event.
 */

/** Virtual nanoseconds that one instruction takes (a 100 MHz processor with one instruction per cycle). */
export const VIRTUAL_NS_PER_INSTRUCTION = 10;

interface TimedEvent {
  at: number;
  sequence: number;
  run: () => void;
}

export abstract class Clock {
  private readonly events: TimedEvent[] = [];
  private sequence = 0;
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

  /** Calls `run` once now() >= at. Returns a function that cancels it. */
  schedule(at: number, run: () => void): () => void {
    const event: TimedEvent = { at, sequence: this.sequence++, run };
    let index = this.events.length;
    while (index > 0 && this.events[index - 1]!.at > at) index--;
    this.events.splice(index, 0, event);
    return () => this.cancel(event);
  }

  /** Time of the earliest event, or Infinity. */
  nextEvent(): number {
    return this.events.length > 0 ? this.events[0]!.at : Number.POSITIVE_INFINITY;
  }

  /** Runs all events that are due. */
  runDue(): void {
    if (this.events.length === 0) return;
    const now = this.now();
    while (this.events.length > 0 && this.events[0]!.at <= now) {
      this.events.shift()!.run();
    }
  }

  /** Takes the event out at once: timeouts are armed and cancelled far more often than they expire. */
  private cancel(event: TimedEvent): void {
    const index = this.events.lastIndexOf(event);
    if (index >= 0) this.events.splice(index, 1);
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
