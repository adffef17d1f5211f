/**
 * Driver of the clock: reads the time, waits until a time, and periodic timers.
 *
 * Speaks the Generic Driver Protocol (abi/generic-driver.ts): unit 0 is the clock, handles from 1 on are timers of the task that
 * opened them. It serves everybody. Its device is the kernel's clock, which it sees as the time and as the timeout of its own wait;
 * so it has no interrupt. Layer beneath: the kernel's native interface.
 */
import { ANY, taskOf, type ThreadId } from "#kernel/abi/identifiers.ts";
import { type Message, type NativeContext, type Op, type Received, receive, replyAndWait, send } from "#kernel/native.ts";
import { ClockControl, DriverClass, DriverRequest, DriverStatus } from "./abi/generic-driver.ts";
import { TRUSTED_FAULTS } from "./driver-clients.ts";

const NS_PER_US = 1000;
const NS_PER_SECOND = 1_000_000_000n;
const WORD = 2 ** 32;

/** Shortest period of a timer, in microseconds. */
const LEAST_PERIOD_US = 10;
/** Timers, in all and of one task. */
const MAX_TIMERS = 1024;
export const MAX_TIMERS_OF_TASK = 16;

/** Threads that can wait at a time. */
const MOST_WAITS = 4096;

interface Timer {
  readonly task: ThreadId;
  readonly periodNs: number;
  /** Time of the first tick that nobody was told of. */
  nextNs: number;
  /** Who waits for it. */
  reader: ThreadId | undefined;
}

const status = (code: number, ...words: number[]): Message => ({ words: [code, ...words] });
const time = (ns: number): Message => status(DriverStatus.OK, Math.floor(ns) % WORD, Math.floor(ns / WORD));

class ClockDriver {
  private readonly timers = new Map<number, Timer>();
  /** Threads that wait, and until when. A thread that gave up and asks again has one wait. */
  private readonly waits = new Map<ThreadId, number>();
  private readonly context: NativeContext;

  constructor(context: NativeContext) {
    this.context = context;
  }

  /** The answer to a request, or undefined when it waits. */
  *request({ from, words }: Received): Op<Message | undefined> {
    const [operation, unit = 0] = words;
    this.waits.delete(from);
    if (unit !== 0) return yield* this.timerRequest(from, operation, unit);
    switch (operation) {
      case DriverRequest.IDENTIFY:
        return status(DriverStatus.OK, DriverClass.CLOCK, 0, 0);
      case DriverRequest.OPEN:
        return this.open(taskOf(from), words[2] ?? 0);
      case DriverRequest.CLOSE:
        return status(DriverStatus.OK);
      case DriverRequest.READ:
        return time(this.context.kernel.now());
      case DriverRequest.CONTROL:
        return this.control(from, words);
      default:
        return status(DriverStatus.NOT_SUPPORTED);
    }
  }

  /** When something is due that somebody waits for: microseconds from now, Infinity = nothing. */
  get patienceUs(): number {
    let due = Number.POSITIVE_INFINITY;
    for (const until of this.waits.values()) due = Math.min(due, until);
    for (const { reader, nextNs } of this.timers.values()) if (reader !== undefined) due = Math.min(due, nextNs);
    return Math.max(0, (due - this.context.kernel.now()) / NS_PER_US);
  }

  /** Answers those whose time has come. */
  *tick(): Op<void> {
    const now = this.context.kernel.now();
    for (const [client, until] of [...this.waits]) {
      if (until > now) continue;
      this.waits.delete(client);
      yield* send(client, time(now), { sendUs: 0 });
    }
    for (const timer of [...this.timers.values()]) {
      const { reader } = timer;
      if (reader === undefined || timer.nextNs > now) continue;
      timer.reader = undefined;
      yield* send(reader, this.ticked(timer, now), { sendUs: 0 });
    }
  }

  private control(client: ThreadId, words: readonly number[]): Message | undefined {
    const [, , code, low = 0, high = 0] = words;
    const { kernel } = this.context;
    if (code === ClockControl.EPOCH) {
      return status(DriverStatus.OK, Number(kernel.epochNs / NS_PER_SECOND), Number(kernel.epochNs % NS_PER_SECOND));
    }
    if (code !== ClockControl.WAIT_UNTIL || words.length < 5) return status(DriverStatus.BAD_ARGUMENT);
    const until = high * WORD + low;
    if (this.waits.size >= MOST_WAITS) for (const thread of [...this.waits.keys()]) if (!kernel.exists(thread)) this.waits.delete(thread);
    if (this.waits.size >= MOST_WAITS) return status(DriverStatus.BUSY);
    if (until <= kernel.now()) return time(kernel.now());
    this.waits.set(client, until);
    return undefined;
  }

  private open(task: ThreadId, periodUs: number): Message {
    if (periodUs < LEAST_PERIOD_US) return status(DriverStatus.BAD_ARGUMENT);
    for (const [handle, timer] of this.timers) if (!this.context.kernel.exists(timer.task)) this.timers.delete(handle);
    const ofTask = [...this.timers.values()].filter((timer) => timer.task === task).length;
    if (this.timers.size >= MAX_TIMERS || ofTask >= MAX_TIMERS_OF_TASK) return status(DriverStatus.BUSY);
    let handle = 1;
    while (this.timers.has(handle)) handle++;
    const periodNs = periodUs * NS_PER_US;
    this.timers.set(handle, { task, periodNs, nextNs: this.context.kernel.now() + periodNs, reader: undefined });
    return status(DriverStatus.OK, handle);
  }

  private *timerRequest(client: ThreadId, operation: number | undefined, handle: number): Op<Message | undefined> {
    const timer = this.timers.get(handle);
    if (timer === undefined) return status(DriverStatus.NO_SUCH_UNIT);
    if (timer.task !== taskOf(client)) return status(DriverStatus.DENIED);
    const { kernel } = this.context;
    const { reader } = timer;
    switch (operation) {
      case DriverRequest.READ:
        if (reader !== undefined && reader !== client && kernel.exists(reader)) return status(DriverStatus.BUSY);
        timer.reader = undefined;
        if (timer.nextNs <= kernel.now()) return this.ticked(timer, kernel.now());
        timer.reader = client;
        return undefined;
      case DriverRequest.CLOSE:
        this.timers.delete(handle);
        if (reader !== undefined && reader !== client) yield* send(reader, status(DriverStatus.CANCELLED), { sendUs: 0 });
        return status(DriverStatus.OK);
      default:
        return status(DriverStatus.NOT_SUPPORTED);
    }
  }

  /** Takes note that all ticks so far are told. */
  private ticked(timer: Timer, now: number): Message {
    const ticks = 1 + Math.floor((now - timer.nextNs) / timer.periodNs);
    timer.nextNs += ticks * timer.periodNs;
    return status(DriverStatus.OK, ticks);
  }
}

export function* clockDriver(context: NativeContext): Op<void> {
  const driver = new ClockDriver(context);
  let next = yield* receive(ANY, { ...TRUSTED_FAULTS, receiveUs: driver.patienceUs });
  for (;;) {
    const answer = next.error === 0 ? yield* driver.request(next) : undefined;
    yield* driver.tick();
    const timeouts = { ...TRUSTED_FAULTS, receiveUs: driver.patienceUs };
    next = answer ? yield* replyAndWait(next.from, answer, timeouts) : yield* receive(ANY, timeouts);
  }
}
