/**
 * Driver of the channel device: one native thread that serves all ports.
 *
 * Speaks the Generic Driver Protocol (abi/generic-driver.ts), unit = port, with data by string or by mapped page. A request that cannot be
 * completed at once is kept as data, one READ and one WRITE per port, and answered when the device
 * interrupts; so no port waits for another.
 * Layer beneath: the kernel's native interface, and the device's registers given at boot.
 */
import type { ThreadId } from "#kernel/abi/identifiers.ts";
import { PAGE_SIZE } from "#kernel/abi/page.ts";
import { type Message, type NativeContext, type Op, type Received, send } from "#kernel/native.ts";
import { DriverClass, DriverRequest, DriverStatus } from "./abi/generic-driver.ts";
import { type DeviceDriver, driveDevice } from "./device-driver.ts";
import { type InterruptOptions, InterruptSource } from "./interrupt-source.ts";
import { PageWindows } from "./page-windows.ts";

/** What the other end could not do: its number of the error, and the bytes that it took before. */
export interface StreamError {
  error: number;
  taken: number;
}

/** The registers of the channel device. */
export interface ChannelPorts {
  isOpen(port: number): boolean;
  take(port: number, max: number): Uint8Array | "empty" | "end" | StreamError;
  put(port: number, bytes: Uint8Array): number | "hangup" | StreamError;
  close(port: number): void;
  /** The ports with news since the last call. */
  events(): number[];
}

export interface ChannelDriverOptions extends InterruptOptions {
  ports: ChannelPorts;
}

/** Bytes that one READ returns at most. */
export const MAX_READ_BYTES = 64 << 10;

/** The driver's address space: places for the pages of clients. */
const WINDOWS = 0x90000000;
const WINDOW_COUNT = 32;

interface PendingRead {
  client: ThreadId;
  max: number;
  /** The client's page, of a read by mapping. */
  window: number | undefined;
}

interface PendingWrite {
  client: ThreadId;
  bytes: Uint8Array;
  accepted: number;
}

interface Stream {
  read: PendingRead | undefined;
  write: PendingWrite | undefined;
  /** Input that was taken from the device for a reader that had gone away: the next one gets it. */
  unread: Uint8Array | undefined;
}

const status = (code: number, ...words: number[]): Message => ({ words: [code, ...words] });

class ChannelDriver implements DeviceDriver {
  readonly windows: PageWindows;
  private readonly streams = new Map<number, Stream>();
  private readonly ports: ChannelPorts;
  private readonly context: NativeContext;

  constructor(context: NativeContext, ports: ChannelPorts) {
    this.context = context;
    this.ports = ports;
    this.windows = new PageWindows(context, WINDOWS, WINDOW_COUNT);
  }

  /** The answer to a request, or undefined when it waits. */
  *request(request: Received): Op<Message | undefined> {
    const window = this.windows.take(request);
    const answer = yield* this.perform(request, window);
    // A read that waits keeps the page.
    if (window !== undefined && (answer || request.words[0] !== DriverRequest.READ_PAGE)) this.windows.release(window);
    return answer;
  }

  private *perform(request: Received, window: number | undefined): Op<Message | undefined> {
    const [operation, port = 0, , count = 0] = request.words;
    if (!this.ports.isOpen(port)) return status(DriverStatus.NO_SUCH_UNIT);
    switch (operation) {
      case DriverRequest.IDENTIFY:
        return status(DriverStatus.OK, DriverClass.STREAM, 0, 0);
      case DriverRequest.OPEN:
        return status(DriverStatus.OK, port);
      case DriverRequest.CLOSE:
        yield* this.close(port);
        return status(DriverStatus.OK);
      case DriverRequest.READ:
        return this.startRead(port, { client: request.from, max: Math.min(count, MAX_READ_BYTES), window: undefined });
      case DriverRequest.READ_PAGE:
        if (window === undefined || !this.windows.permits(window, "write")) return status(this.withoutPage(window));
        return this.startRead(port, { client: request.from, max: Math.min(count, PAGE_SIZE), window });
      case DriverRequest.WRITE:
        return this.startWrite(port, request.from, request.strings[0]);
      case DriverRequest.WRITE_PAGE:
        if (window === undefined || count > PAGE_SIZE) return status(this.withoutPage(window));
        return this.startWrite(port, request.from, this.context.memory.page(window, "read").slice(0, count));
      default:
        return status(DriverStatus.NOT_SUPPORTED);
    }
  }

  /** Completes what the news of the device allow. @returns whether there were any */
  *interrupt(): Op<boolean> {
    let ports = this.ports.events();
    const any = ports.length > 0;
    // What is done here may be news at once, for the host may answer while the registers are used.
    for (; ports.length > 0; ports = this.ports.events()) for (const port of ports) yield* this.news(port);
    return any;
  }

  private *news(port: number): Op<void> {
    const stream = this.streams.get(port);
    if (stream?.read) yield* this.finishRead(port, stream, stream.read);
    if (stream?.write) {
      const client = stream.write.client;
      const answer = this.continueWrite(port, stream, stream.write);
      if (answer) yield* send(client, answer, { sendUs: 0 });
    }
  }

  /** Why there is no page to read into or to write. */
  private withoutPage(window: number | undefined): number {
    return window === undefined && this.windows.open === 0 ? DriverStatus.BUSY : DriverStatus.BAD_ARGUMENT;
  }

  private startRead(port: number, read: PendingRead): Message | undefined {
    if (read.max === 0) return status(DriverStatus.BAD_ARGUMENT);
    const stream = this.stream(port);
    if (stream.read && this.stillWaits(stream.read.client, read.client)) return status(DriverStatus.BUSY);
    if (stream.read?.window !== undefined) this.windows.release(stream.read.window);
    stream.read = undefined;
    const input = this.input(port, stream, read.max);
    if (input !== "empty") return this.readAnswer(input, read.window);
    stream.read = read;
    return undefined;
  }

  private *finishRead(port: number, stream: Stream, pending: PendingRead): Op<void> {
    const input = this.input(port, stream, pending.max);
    if (input === "empty") return;
    stream.read = undefined;
    const answer = this.readAnswer(input, pending.window);
    if (pending.window !== undefined) this.windows.release(pending.window);
    const result = yield* send(pending.client, answer, { sendUs: 0 });
    if (result.error !== 0 && input instanceof Uint8Array) stream.unread = input;
  }

  private input(port: number, stream: Stream, max: number): Uint8Array | "empty" | "end" | StreamError {
    const unread = stream.unread;
    if (!unread) return this.ports.take(port, max);
    stream.unread = unread.length > max ? unread.subarray(max) : undefined;
    return unread.subarray(0, max);
  }

  private readAnswer(input: Uint8Array | "end" | StreamError, window: number | undefined): Message {
    if (typeof input === "object" && "error" in input) return status(DriverStatus.MEDIUM_ERROR, 0, input.error);
    const bytes = input === "end" ? new Uint8Array(0) : input;
    if (window !== undefined) {
      // The client may have taken its page away while it waited.
      if (!this.windows.permits(window, "write")) return status(DriverStatus.BAD_ARGUMENT);
      this.context.memory.page(window, "write").set(bytes);
      return status(DriverStatus.OK, bytes.length);
    }
    return { words: [DriverStatus.OK, bytes.length], strings: [bytes] };
  }

  private startWrite(port: number, client: ThreadId, bytes: Uint8Array | undefined): Message | undefined {
    if (!bytes) return status(DriverStatus.BAD_ARGUMENT);
    const stream = this.stream(port);
    if (stream.write && this.stillWaits(stream.write.client, client)) return status(DriverStatus.BUSY);
    const pending = { client, bytes, accepted: 0 };
    stream.write = pending;
    return this.continueWrite(port, stream, pending);
  }

  private continueWrite(port: number, stream: Stream, pending: PendingWrite): Message | undefined {
    while (pending.accepted < pending.bytes.length) {
      const accepted = this.ports.put(port, pending.bytes.subarray(pending.accepted));
      if (accepted === 0) return undefined;
      if (accepted === "hangup") {
        stream.write = undefined;
        return status(DriverStatus.NOT_READY, pending.accepted);
      }
      if (typeof accepted === "object") {
        stream.write = undefined;
        return status(DriverStatus.MEDIUM_ERROR, pending.accepted + accepted.taken, accepted.error);
      }
      pending.accepted += accepted;
    }
    stream.write = undefined;
    return status(DriverStatus.OK, pending.accepted);
  }

  private *close(port: number): Op<void> {
    const stream = this.streams.get(port);
    this.streams.delete(port);
    this.ports.close(port);
    if (stream?.read?.window !== undefined) this.windows.release(stream.read.window);
    if (stream?.read) yield* send(stream.read.client, status(DriverStatus.CANCELLED), { sendUs: 0 });
    if (stream?.write) {
      yield* send(stream.write.client, status(DriverStatus.CANCELLED, stream.write.accepted), { sendUs: 0 });
    }
  }

  /** Whether an earlier request blocks one of `sender`: not if its client died, or gave up and asks again. */
  private stillWaits(client: ThreadId, sender: ThreadId): boolean {
    return client !== sender && this.context.kernel.exists(client);
  }

  private stream(port: number): Stream {
    let stream = this.streams.get(port);
    if (!stream) {
      stream = { read: undefined, write: undefined, unread: undefined };
      this.streams.set(port, stream);
    }
    return stream;
  }
}

export function channelDriver(options: ChannelDriverOptions): (context: NativeContext) => Op<void> {
  return function* (context) {
    const driver = new ChannelDriver(context, options.ports);
    const interrupts = yield* InterruptSource.open(options);
    yield* driveDevice(context, interrupts, driver);
  };
}
