/**
 * Output to a channel port: a bounded queue that a helper thread of the server drains into the channel driver.
 *
 * Layer beneath: the Generic Driver Protocol of the channel driver.
 */
import type { ThreadId } from "#kernel/abi/identifiers.ts";
import { call, type NativeContext, type Op as NativeOp } from "#kernel/native.ts";
import { DriverRequest, DriverStatus } from "#servers/abi/generic-driver.ts";
import { WaitQueue } from "../activation.ts";
import { ByteQueue } from "../byte-queue.ts";
import { Gate, type HelperThreads } from "../helper-threads.ts";

/** Where a port is. */
export interface ChannelPort {
  driver: ThreadId;
  port: number;
  helpers: HelperThreads;
  /** Outputs of all ports with bytes that the driver has not taken yet. */
  unwritten: Set<ChannelOutput>;
}

/** Output that the host refused. */
export interface OutputFailure {
  /** The number of its error. */
  error: number;
  /** Bytes that were queued, and are lost. */
  lost: number;
}

/** Bytes of one request to the driver. */
const CHUNK = 16384;

export class ChannelOutput {
  /** Woken when bytes were taken, and at the hang-up. */
  readonly drained = new WaitQueue();
  private readonly channel: ChannelPort;
  private readonly queue: ByteQueue;
  private readonly gate: Gate;
  private readonly onHangUp: () => void;
  private started = false;
  /** Bytes on their way to the driver. */
  private inFlight = 0;
  private stopped = false;
  private closing = false;
  private hungUp = false;
  private failure: OutputFailure | undefined;

  constructor(channel: ChannelPort, capacity: number, onHangUp: () => void) {
    this.channel = channel;
    this.queue = new ByteQueue(capacity);
    this.gate = new Gate(channel.helpers);
    this.onHangUp = onHangUp;
  }

  get room(): number {
    return this.stopped ? 0 : this.queue.room;
  }

  get pending(): number {
    return this.queue.length + this.inFlight;
  }

  /** Whether the bytes wait for a terminal's user to let them go on. */
  get isStopped(): boolean {
    return this.stopped;
  }

  get isHungUp(): boolean {
    return this.hungUp;
  }

  /** Queues as much as there is room for; returns how many bytes. */
  put(bytes: Uint8Array): number {
    if (this.hungUp) return bytes.length;
    const count = this.queue.put(bytes);
    if (count > 0) this.channel.unwritten.add(this);
    this.work();
    return count;
  }

  /** What was refused since the last call; what was queued behind it is lost with it. */
  takeFailure(): OutputFailure | undefined {
    const { failure } = this;
    this.failure = undefined;
    return failure;
  }

  flush(): void {
    this.queue.clear();
    this.settle();
    this.drained.wakeAll();
  }

  setStopped(stopped: boolean): void {
    this.stopped = stopped;
    if (stopped) return;
    this.drained.wakeAll();
    this.work();
  }

  /** Sends what is queued, then closes the port for good. */
  close(): void {
    this.closing = true;
    this.stopped = false;
    this.work();
  }

  private settle(): void {
    if (this.pending === 0) this.channel.unwritten.delete(this);
  }

  private work(): void {
    if (this.started) this.gate.open();
    else {
      this.started = true;
      this.channel.helpers.start((context) => this.run(context));
    }
  }

  private *run(context: NativeContext): NativeOp<void> {
    const { driver, port, helpers } = this.channel;
    for (;;) {
      while (this.queue.length === 0 || this.stopped) {
        if (this.closing && this.queue.length === 0) {
          yield* call(driver, { words: [DriverRequest.CLOSE, port] });
          return;
        }
        yield* this.gate.wait(context);
      }
      const bytes = this.queue.take(CHUNK);
      this.inFlight = bytes.length;
      const reply = yield* call(driver, { words: [DriverRequest.WRITE, port], strings: [bytes] });
      this.inFlight = 0;
      const [status, taken = 0, error = 0] = reply.words;
      if (reply.error === 0 && status === DriverStatus.MEDIUM_ERROR) {
        this.failure = { error, lost: bytes.length - taken + this.queue.length };
        this.queue.clear();
      } else if (reply.error !== 0 || status !== DriverStatus.OK) {
        this.hungUp = true;
        this.queue.clear();
        this.onHangUp();
      }
      this.settle();
      this.drained.wakeAll();
      yield* helpers.nudge();
    }
  }
}
