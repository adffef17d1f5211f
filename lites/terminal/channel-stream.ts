/**
 * A plain byte stream on a channel port: standard input, output or error of a spawned program that is no terminal.
 *
 * Nothing is interpreted. Input is taken from the port only when somebody reads or polls, so that what the program leaves unread
 * stays with the host. A hang-up of the host's reader is a broken pipe. Where the host takes output at once (a file), a write ends when it
 * has, with the host's error; elsewhere (a pipe) bytes wait in a queue, and nobody hears of what becomes of them.
 */
import { call, type NativeContext, type Op as NativeOp } from "#kernel/native.ts";
import { DriverRequest, DriverStatus } from "#servers/abi/generic-driver.ts";
import { type Op, sleepOn, WaitQueue } from "../activation.ts";
import { EAGAIN, EIO, EPIPE, ERESTARTSYS, errorByNumber, ESPIPE } from "../abi/errno.ts";
import { S_IFIFO } from "../abi/file-mode.ts";
import { O_RDWR } from "../abi/open-flags.ts";
import { PollEvent } from "../abi/poll-events.ts";
import { SIGPIPE } from "../abi/signals.ts";
import type { CommandArgument } from "../arguments.ts";
import { ByteQueue } from "../byte-queue.ts";
import { Gate } from "../helper-threads.ts";
import { partOf } from "../part.ts";
import type { Process } from "../process/process.ts";
import type { SignalSink } from "../signal-sink.ts";
import { bytesReady } from "../stream-control.ts";
import { type File, type Opening, type Readiness, StreamFile } from "../vfs/file.ts";
import { MemoryInode } from "../vfs/inode.ts";
import { ChannelOutput, type ChannelPort } from "./channel-output.ts";

const CAPACITY = 65536;
/** st_dev of streams. */
const STREAM_DEVICE = 13;

export class ChannelStream extends MemoryInode {
  readonly fileSystem = undefined;
  private readonly channel: ChannelPort;
  private readonly signals: SignalSink;
  private readonly input = new ByteQueue(CAPACITY);
  private readonly inputReady = new WaitQueue(PollEvent.IN);
  private readonly output: ChannelOutput;
  private readonly gate: Gate;
  private readerStarted = false;
  /** Bytes that readers wait for; the helper asks the driver for so many. */
  private demand = 0;
  private ended = false;
  /** Why there is no input, if it did not just end. */
  private inputError: number | undefined;
  /** The host takes output at once or refuses it. */
  private readonly synchronous: boolean;
  /** A write of a synchronous stream is under way. */
  private writing = false;
  private opens = 0;
  private closed = false;

  constructor(channel: ChannelPort, signals: SignalSink, nowNs: bigint, synchronous: boolean) {
    super({ dev: STREAM_DEVICE, mode: S_IFIFO | 0o600, blockSize: 4096 }, nowNs);
    this.synchronous = synchronous;
    this.channel = channel;
    this.signals = signals;
    this.gate = new Gate(channel.helpers);
    this.output = new ChannelOutput(channel, CAPACITY, () => undefined);
  }

  /** A file made without open(2). */
  newFile(): ChannelStreamFile {
    return this.openedAs({ flags: O_RDWR, path: `pipe:[${this.id}]` });
  }

  // biome-ignore lint/correctness/useYield: an operation that may sleep in other inodes
  override *open(_process: Process, opening: Opening): Op<ChannelStreamFile> {
    return this.openedAs(opening);
  }

  private openedAs(opening: Opening): ChannelStreamFile {
    this.opens++;
    return new ChannelStreamFile(this, opening);
  }

  fileClosed(): void {
    if (--this.opens > 0) return;
    this.closed = true;
    this.gate.open();
    this.output.close();
  }

  *read(file: File, count: number): Op<Uint8Array> {
    if (count === 0) return new Uint8Array(0);
    while (this.input.length === 0) {
      if (this.inputError !== undefined) throw errorByNumber(this.inputError) ?? EIO;
      if (this.ended) return new Uint8Array(0);
      this.request(count);
      if (file.nonblocking) throw EAGAIN;
      if ((yield* sleepOn(this.inputReady)) === "interrupted") throw ERESTARTSYS;
    }
    return this.input.take(count);
  }

  private request(count: number): void {
    this.demand = Math.min(Math.max(this.demand, count), CAPACITY);
    if (this.readerStarted) this.gate.open();
    else {
      this.readerStarted = true;
      this.channel.helpers.start((context) => this.readInput(context));
    }
  }

  private *readInput(context: NativeContext): NativeOp<void> {
    const { driver, port, helpers } = this.channel;
    while (!this.closed) {
      if (this.demand === 0) {
        yield* this.gate.wait(context);
        continue;
      }
      const reply = yield* call(driver, { words: [DriverRequest.READ, port, 0, this.demand] });
      const bytes = reply.strings[0];
      this.demand = 0;
      this.ended = reply.error !== 0 || reply.words[0] !== DriverStatus.OK || bytes === undefined || bytes.length === 0;
      if (reply.error === 0 && reply.words[0] === DriverStatus.MEDIUM_ERROR) this.inputError = reply.words[2];
      if (!this.ended) this.input.put(bytes!);
      this.inputReady.wakeAll();
      yield* helpers.nudge();
      if (this.ended) return;
    }
  }

  *write(process: Process, file: File, data: Uint8Array): Op<number> {
    if (this.synchronous) return yield* this.writeThrough(data);
    let written = 0;
    for (;;) {
      if (this.output.isHungUp) {
        if (written > 0) return written;
        this.signals.postSignal(process, SIGPIPE);
        throw EPIPE;
      }
      written += this.output.put(partOf(data, written));
      if (written === data.length) return written;
      if (file.nonblocking) {
        if (written > 0) return written;
        throw EAGAIN;
      }
      if ((yield* sleepOn(this.output.drained)) === "interrupted") {
        if (written > 0) return written;
        throw ERESTARTSYS;
      }
    }
  }

  /** One write after the other, so that each gets its own error. None waits long: the host never says that it is congested. */
  private *writeThrough(data: Uint8Array): Op<number> {
    const { output } = this;
    while (this.writing) yield* sleepOn(output.drained, { interruptible: false });
    this.writing = true;
    try {
      let written = 0;
      while (written < data.length) {
        written += output.put(partOf(data, written));
        while (output.pending > 0) yield* sleepOn(output.drained, { interruptible: false });
        const failure = output.takeFailure();
        if (failure === undefined) continue;
        written -= failure.lost;
        if (written > 0) return written;
        throw errorByNumber(failure.error) ?? EIO;
      }
      return written;
    } finally {
      this.writing = false;
      output.drained.wakeAll();
    }
  }

  control(command: number, argument: CommandArgument): number {
    return bytesReady(command, argument, this.input.length);
  }

  poll(file: File): Readiness {
    let events = 0;
    if (file.reads) {
      if (this.input.length > 0) events |= PollEvent.IN;
      else if (this.ended) events |= PollEvent.HUP;
      else this.request(1);
    }
    if (file.writes) {
      if (this.output.isHungUp) events |= PollEvent.ERR;
      else if (this.output.room > 0) events |= PollEvent.OUT;
    }
    return { events, queues: [this.inputReady, this.output.drained] };
  }
}

export class ChannelStreamFile extends StreamFile {
  private readonly stream: ChannelStream;

  constructor(stream: ChannelStream, opening: Opening) {
    super(stream, opening);
    this.stream = stream;
  }

  protected override closed(): void {
    this.stream.fileClosed();
  }

  protected override take(_process: Process, count: number): Op<Uint8Array> {
    return this.stream.read(this, count);
  }

  protected override put(process: Process, data: Uint8Array): Op<number> {
    return this.stream.write(process, this, data);
  }

  // biome-ignore lint/correctness/useYield: an operation that may sleep in other files
  override *control(_process: Process, command: number, argument: CommandArgument): Op<number> {
    return this.stream.control(command, argument);
  }

  override poll(): Readiness {
    return this.stream.poll(this);
  }

  override advise(): void {
    throw ESPIPE;
  }

  override allocate(): void {
    throw ESPIPE;
  }
}
