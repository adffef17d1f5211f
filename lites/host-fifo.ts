/**
 * A FIFO of the host, with other processes of the host at its other end, perhaps. The host's calls never wait: all waiting is done here,
 * by looking again, more and more rarely. Who waits in this server is woken at once by what others in it do.
 *
 * Source: POSIX open(2), read(2), write(2) of FIFOs with O_NONBLOCK.
 */
import { type Op, sleepOn, WaitQueue } from "./activation.ts";
import { EAGAIN, EBADF, ENXIO, EPIPE, ERESTARTSYS, ESPIPE } from "./abi/errno.ts";
import { O_ACCMODE, O_RDONLY, O_WRONLY } from "./abi/open-flags.ts";
import { PollEvent } from "./abi/poll-events.ts";
import { SIGPIPE } from "./abi/signals.ts";
import type { CommandArgument } from "./arguments.ts";
import { ByteQueue } from "./byte-queue.ts";
import type { NodeFs } from "./filesystems/node-interface.ts";
import { hostCall } from "./filesystems/node-interface.ts";
import { PIPE_CAPACITY } from "./pipe.ts";
import type { Process } from "./process/process.ts";
import type { SignalSink } from "./signal-sink.ts";
import { bytesReady } from "./stream-control.ts";
import { opened, type Opening, type Readiness, StreamFile } from "./vfs/file.ts";
import type { Inode } from "./vfs/inode.ts";

/** Pauses between two looks at the host, in nanoseconds. */
const FIRST_PAUSE_NS = 1e6;
const LONGEST_PAUSE_NS = 20e6;
const POLL_PAUSE_NS = 5e6;

export interface HostFifoOptions {
  fs: NodeFs;
  /** A descriptor for an access mode of `fs`; throws as open(2) with O_NONBLOCK. */
  open: (access: number) => number;
  signals: SignalSink;
  /** Machine time in nanoseconds. */
  now: () => number;
}

/** What a look at the host's FIFO found. */
type Look = "bytes" | "empty" | "no writer";

export class HostFifo {
  readonly options: HostFifoOptions;
  private readonly files = new Set<HostFifoFile>();
  /** Bytes that were taken from the host to find out whether there are any. */
  readonly taken = new ByteQueue(PIPE_CAPACITY);
  /** Woken by what happens in this server. */
  readonly changed = new WaitQueue();

  constructor(options: HostFifoOptions) {
    this.options = options;
  }

  /** @throws ENXIO, ERESTARTSYS, errors of the host */
  open(_process: Process, inode: Inode, opening: Opening): Op<HostFifoFile> {
    const file = new HostFifoFile(inode, opening, this);
    return opened(file, file.meet());
  }

  attach(file: HostFifoFile): void {
    this.files.add(file);
    this.changed.wakeAll();
  }

  detach(file: HostFifoFile): void {
    this.files.delete(file);
    if (this.files.size === 0) this.taken.clear();
    this.changed.wakeAll();
  }

  /** Takes all that is there, as far as it has room here. */
  fill(): void {
    const reader = [...this.files].find(({ reads }) => reads);
    while (reader !== undefined && this.taken.room > 0) {
      const bytes = reader.takeBytes(this.taken.room);
      if (bytes === undefined || bytes.length === 0) return;
      this.taken.put(bytes);
    }
  }

  /** Sleeps until something may have changed: each time longer. @throws ERESTARTSYS */
  pauses(): () => Op<void> {
    const { changed, options } = this;
    let pauseNs = FIRST_PAUSE_NS;
    return function* () {
      if ((yield* sleepOn(changed, { deadlineNs: options.now() + pauseNs })) === "interrupted") throw ERESTARTSYS;
      pauseNs = Math.min(2 * pauseNs, LONGEST_PAUSE_NS);
    };
  }
}

/** An open end: a descriptor of the host. */
export class HostFifoFile extends StreamFile {
  private readonly fifo: HostFifo;
  private handle: number | undefined;
  /** A writer was there since it was opened. */
  private sawWriter = false;
  /** It was found full, and may have room again at this time. */
  private fullUntilNs = 0;

  constructor(inode: Inode, opening: Opening, fifo: HostFifo) {
    super(inode, opening);
    this.fifo = fifo;
  }

  /** Waits for the other side. @throws ENXIO, ERESTARTSYS, errors of the host */
  *meet(): Op<void> {
    const { fs, open } = this.fifo.options;
    const access = this.flags & O_ACCMODE;
    const waits = !this.nonblocking;
    const { O_RDONLY: READ, O_WRONLY: WRITE, O_RDWR: BOTH } = fs.constants;
    const pause = this.fifo.pauses();
    for (;;) {
      try {
        this.handle = open(access === O_RDONLY ? READ : access === O_WRONLY ? WRITE : BOTH);
        break;
      } catch (error) {
        // Nobody reads yet.
        if (error !== ENXIO || !waits) throw error;
        yield* pause();
      }
    }
    this.fifo.attach(this);
    if (access !== O_RDONLY || !waits) return;
    let met = false;
    try {
      while (this.look() === "no writer") yield* pause();
      met = true;
    } finally {
      // Also when the process was killed meanwhile.
      if (!met) this.closed();
    }
  }

  protected override closed(): void {
    const { handle, fifo } = this;
    this.handle = undefined;
    if (handle !== undefined) hostCall(() => fifo.options.fs.closeSync(handle));
    fifo.detach(this);
  }

  private get descriptor(): number {
    if (this.handle === undefined) throw EBADF;
    return this.handle;
  }

  /** Takes bytes of the host, at most `count`; undefined: there are none now. Nothing: there is no writer. */
  takeBytes(count: number): Uint8Array | undefined {
    const { descriptor } = this;
    const buffer = new Uint8Array(count);
    try {
      const length = hostCall(() => this.fifo.options.fs.readSync(descriptor, buffer, 0, count, null));
      if (length > 0) this.sawWriter = true;
      return buffer.subarray(0, length);
    } catch (error) {
      if (error !== EAGAIN) throw error;
      this.sawWriter = true;
      return undefined;
    }
  }

  /** Finds out whether there is something to read, which takes a byte from the host. */
  private look(): Look {
    const { taken } = this.fifo;
    if (taken.length > 0) return "bytes";
    const bytes = this.takeBytes(1);
    if (bytes === undefined) return "empty";
    if (bytes.length === 0) return "no writer";
    taken.put(bytes);
    return "bytes";
  }

  protected override *take(_process: Process, count: number): Op<Uint8Array> {
    if (count === 0) return new Uint8Array(0);
    const { taken, changed } = this.fifo;
    const pause = this.fifo.pauses();
    for (;;) {
      if (taken.length > 0) return this.withMore(taken.take(count), count);
      const bytes = this.takeBytes(Math.min(count, PIPE_CAPACITY));
      if (bytes !== undefined) {
        changed.wakeAll();
        return bytes;
      }
      if (this.nonblocking) throw EAGAIN;
      yield* pause();
    }
  }

  private withMore(first: Uint8Array, count: number): Uint8Array {
    const more = first.length < count ? this.takeBytes(Math.min(count - first.length, PIPE_CAPACITY)) : undefined;
    this.fifo.changed.wakeAll();
    if (more === undefined || more.length === 0) return first;
    const bytes = new Uint8Array(first.length + more.length);
    bytes.set(first);
    bytes.set(more, first.length);
    return bytes;
  }

  protected override *put(process: Process, data: Uint8Array): Op<number> {
    const { fs, signals, now } = this.fifo.options;
    const { descriptor } = this;
    const pause = this.fifo.pauses();
    let written = 0;
    while (written < data.length) {
      try {
        const start = written;
        written += hostCall(() => fs.writeSync(descriptor, data, start, data.length - start, null));
        this.fifo.changed.wakeAll();
      } catch (error) {
        if (error === EPIPE && written === 0) signals.postSignal(process, SIGPIPE);
        if (error !== EAGAIN && written > 0) return written;
        if (error !== EAGAIN) throw error;
        this.fullUntilNs = now() + FIRST_PAUSE_NS;
        if (this.nonblocking) {
          if (written > 0) return written;
          throw EAGAIN;
        }
        try {
          yield* pause();
        } catch (interruption) {
          if (written > 0) return written;
          throw interruption;
        }
      }
    }
    return written;
  }

  override poll(): Readiness {
    let events = 0;
    if (this.reads) {
      const look = this.look();
      if (look === "bytes") events |= PollEvent.IN;
      if (look === "no writer" && this.sawWriter) events |= PollEvent.HUP;
    }
    if (this.writes && this.fifo.options.now() >= this.fullUntilNs) events |= PollEvent.OUT;
    return { events, queues: [this.fifo.changed], againNs: POLL_PAUSE_NS };
  }

  // biome-ignore lint/correctness/useYield: an operation that may sleep in other files
  override *control(_process: Process, command: number, argument: CommandArgument): Op<number> {
    this.fifo.fill();
    return bytesReady(command, argument, this.fifo.taken.length);
  }

  override advise(): void {
    throw ESPIPE;
  }

  override allocate(): void {
    throw ESPIPE;
  }
}
