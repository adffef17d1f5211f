/**
 * A FIFO of the host, with other processes of the host at its other end, perhaps. The host's calls never wait: all waiting is done here,
 * by looking again, more and more rarely. Who waits in this server is woken at once by what others in it do.
 *
 * Source: POSIX open(2), read(2), write(2) of FIFOs with O_NONBLOCK.
 */
import { type Op, sleepOn, WaitQueue } from "./activation.ts";
import { EAGAIN, EBADF, ENXIO, EPIPE, ERESTARTSYS } from "./abi/errno.ts";
import { O_ACCMODE, O_NONBLOCK, O_RDONLY, O_WRONLY } from "./abi/open-flags.ts";
import { SIGPIPE } from "./abi/signals.ts";
import type { CommandArgument } from "./arguments.ts";
import { ByteQueue } from "./byte-queue.ts";
import type { NodeFs } from "./filesystems/node-interface.ts";
import { hostCall } from "./filesystems/node-interface.ts";
import { PIPE_CAPACITY } from "./pipe.ts";
import type { Process } from "./process/process.ts";
import type { SignalSink } from "./signal-sink.ts";
import { bytesReady } from "./stream-control.ts";
import type { OpenFile } from "./vfs/open-file.ts";
import { PollEvent } from "./vfs/vnode.ts";

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

interface End {
  readonly fd: number;
  /** A writer was there since it was opened. */
  sawWriter: boolean;
  /** It was found full, and may have room again at this time. */
  fullUntilNs: number;
}

export class HostFifo {
  private readonly options: HostFifoOptions;
  private readonly ends = new Map<OpenFile, End>();
  /** Bytes that were taken from the host to find out whether there are any. */
  private readonly taken = new ByteQueue(PIPE_CAPACITY);
  /** Woken by what happens in this server. */
  private readonly changed = new WaitQueue();

  constructor(options: HostFifoOptions) {
    this.options = options;
  }

  /** @throws ENXIO, ERESTARTSYS, errors of the host */
  *open(file: OpenFile): Op<void> {
    const { fs, open } = this.options;
    const access = file.flags & O_ACCMODE;
    const waits = !(file.flags & O_NONBLOCK);
    const { O_RDONLY: READ, O_WRONLY: WRITE, O_RDWR: BOTH } = fs.constants;
    const pause = this.pauses();
    for (;;) {
      try {
        const fd = open(access === O_RDONLY ? READ : access === O_WRONLY ? WRITE : BOTH);
        this.ends.set(file, { fd, sawWriter: false, fullUntilNs: 0 });
        break;
      } catch (error) {
        // Nobody reads yet.
        if (error !== ENXIO || !waits) throw error;
        yield* pause();
      }
    }
    this.changed.wakeAll();
    if (access !== O_RDONLY || !waits) return;
    let opened = false;
    try {
      while (this.look(file) === "no writer") yield* pause();
      opened = true;
    } finally {
      // Also when the process was killed meanwhile.
      if (!opened) this.detach(file);
    }
  }

  /** Sleeps until something may have changed: each time longer. @throws ERESTARTSYS */
  private pauses(): () => Op<void> {
    const { changed, options } = this;
    let pauseNs = FIRST_PAUSE_NS;
    return function* () {
      if ((yield* sleepOn(changed, { deadlineNs: options.now() + pauseNs })) === "interrupted") throw ERESTARTSYS;
      pauseNs = Math.min(2 * pauseNs, LONGEST_PAUSE_NS);
    };
  }

  private endOf(file: OpenFile): End {
    const end = this.ends.get(file);
    if (end === undefined) throw EBADF;
    return end;
  }

  /** The file is closed. */
  detach(file: OpenFile): void {
    const end = this.ends.get(file);
    if (end === undefined) return;
    this.ends.delete(file);
    if (this.ends.size === 0) this.taken.clear();
    hostCall(() => this.options.fs.closeSync(end.fd));
    this.changed.wakeAll();
  }

  /** Takes bytes of the host, at most `count`; undefined: there are none now. Nothing: there is no writer. */
  private take(file: OpenFile, count: number): Uint8Array | undefined {
    const end = this.endOf(file);
    const buffer = new Uint8Array(count);
    try {
      const length = hostCall(() => this.options.fs.readSync(end.fd, buffer, 0, count, null));
      if (length > 0) end.sawWriter = true;
      return buffer.subarray(0, length);
    } catch (error) {
      if (error !== EAGAIN) throw error;
      end.sawWriter = true;
      return undefined;
    }
  }

  /** Finds out whether there is something to read, which takes a byte from the host. */
  private look(file: OpenFile): Look {
    if (this.taken.length > 0) return "bytes";
    const bytes = this.take(file, 1);
    if (bytes === undefined) return "empty";
    if (bytes.length === 0) return "no writer";
    this.taken.put(bytes);
    return "bytes";
  }

  *read(file: OpenFile, count: number): Op<Uint8Array> {
    if (count === 0) return new Uint8Array(0);
    const pause = this.pauses();
    for (;;) {
      if (this.taken.length > 0) return this.withMore(file, this.taken.take(count), count);
      const bytes = this.take(file, Math.min(count, PIPE_CAPACITY));
      if (bytes !== undefined) {
        this.changed.wakeAll();
        return bytes;
      }
      if (file.flags & O_NONBLOCK) throw EAGAIN;
      yield* pause();
    }
  }

  private withMore(file: OpenFile, first: Uint8Array, count: number): Uint8Array {
    const more = first.length < count ? this.take(file, Math.min(count - first.length, PIPE_CAPACITY)) : undefined;
    this.changed.wakeAll();
    if (more === undefined || more.length === 0) return first;
    const bytes = new Uint8Array(first.length + more.length);
    bytes.set(first);
    bytes.set(more, first.length);
    return bytes;
  }

  *write(process: Process, file: OpenFile, data: Uint8Array): Op<number> {
    const { fs, signals, now } = this.options;
    const end = this.endOf(file);
    const pause = this.pauses();
    let written = 0;
    while (written < data.length) {
      try {
        const start = written;
        written += hostCall(() => fs.writeSync(end.fd, data, start, data.length - start, null));
        this.changed.wakeAll();
      } catch (error) {
        if (error === EPIPE && written === 0) signals.postSignal(process, SIGPIPE);
        if (error !== EAGAIN && written > 0) return written;
        if (error !== EAGAIN) throw error;
        end.fullUntilNs = now() + FIRST_PAUSE_NS;
        if (file.flags & O_NONBLOCK) {
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

  poll(file: OpenFile): { events: number; queues: readonly WaitQueue[]; againNs: number } {
    const access = file.flags & O_ACCMODE;
    const end = this.endOf(file);
    let events = 0;
    if (access !== O_WRONLY) {
      const look = this.look(file);
      if (look === "bytes") events |= PollEvent.IN;
      if (look === "no writer" && end.sawWriter) events |= PollEvent.HUP;
    }
    if (access !== O_RDONLY && this.options.now() >= end.fullUntilNs) events |= PollEvent.OUT;
    return { events, queues: [this.changed], againNs: POLL_PAUSE_NS };
  }

  control(command: number, argument: CommandArgument): number {
    // All that is there, as far as it has room here.
    const reader = [...this.ends].find(([{ flags }]) => (flags & O_ACCMODE) !== O_WRONLY)?.[0];
    if (reader !== undefined) {
      while (this.taken.room > 0) {
        const bytes = this.take(reader, this.taken.room);
        if (bytes === undefined || bytes.length === 0) break;
        this.taken.put(bytes);
      }
    }
    return bytesReady(command, argument, this.taken.length);
  }
}
