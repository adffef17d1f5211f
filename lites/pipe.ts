/**
 * Pipes and FIFOs: a bounded byte queue with readers and writers.
 *
 * Writes of at most PIPE_BUF bytes are never split. Source: POSIX pipe(2), write(2), mkfifo(3); pipe(7).
 */
import { type Op, sleepOn, WaitQueue } from "./activation.ts";
import { EAGAIN, EFAULT, ENXIO, EPIPE, ERESTARTSYS } from "./abi/errno.ts";
import { S_IFIFO } from "./abi/file-mode.ts";
import { PIPE_BUF } from "./abi/limits.ts";
import { pageDown } from "./abi/memory-flags.ts";
import { O_ACCMODE, O_NONBLOCK, O_RDONLY, O_RDWR, O_WRONLY } from "./abi/open-flags.ts";
import { SIGPIPE } from "./abi/signals.ts";
import type { CommandArgument } from "./arguments.ts";
import { ByteQueue } from "./byte-queue.ts";
import { partOf } from "./part.ts";
import type { Process } from "./process/process.ts";
import type { SignalSink } from "./signal-sink.ts";
import { bytesReady } from "./stream-control.ts";
import type { OpenFile } from "./vfs/open-file.ts";
import { type Attributes, newAttributes, newVnodeId, PollEvent, type Vnode } from "./vfs/vnode.ts";

export const PIPE_CAPACITY = 65536;
/** st_dev of pipes: a device of its own, as pipefs has. */
const PIPE_DEVICE = 12;

const reads = (file: OpenFile) => (file.flags & O_ACCMODE) !== O_WRONLY;
const writes = (file: OpenFile) => (file.flags & O_ACCMODE) !== O_RDONLY;

/** The queue and its users; a FIFO has one while it is open. */
export class Pipe {
  private readonly queue = new ByteQueue(PIPE_CAPACITY);
  private readers = 0;
  private writers = 0;
  /** Ever opened: a FIFO's opener also goes on when its partner came and went. */
  private readerOpens = 0;
  private writerOpens = 0;
  /** Woken at any change: bytes, room, users. */
  private readonly changed = new WaitQueue();
  private readonly signals: SignalSink;

  constructor(signals: SignalSink) {
    this.signals = signals;
  }

  /** Counts an open end. */
  attach(file: OpenFile): void {
    if (reads(file)) {
      this.readers++;
      this.readerOpens++;
    }
    if (writes(file)) {
      this.writers++;
      this.writerOpens++;
    }
    this.changed.wakeAll();
  }

  /** Takes an open end away; the bytes go with the last one. */
  detach(file: OpenFile): void {
    if (reads(file)) this.readers--;
    if (writes(file)) this.writers--;
    if (this.readers === 0 && this.writers === 0) this.queue.clear();
    this.changed.wakeAll();
  }

  /** open(2) of a FIFO: waits for the other side. @throws ENXIO, ERESTARTSYS */
  *open(file: OpenFile): Op<void> {
    const access = file.flags & O_ACCMODE;
    if (access === O_WRONLY && file.flags & O_NONBLOCK && this.readers === 0) throw ENXIO;
    this.attach(file);
    if (access === O_RDWR || file.flags & O_NONBLOCK) return;
    const reading = access === O_RDONLY;
    const opensBefore = reading ? this.writerOpens : this.readerOpens;
    let opened = false;
    try {
      while ((reading ? this.writers : this.readers) === 0 && opensBefore === (reading ? this.writerOpens : this.readerOpens)) {
        if ((yield* sleepOn(this.changed)) === "interrupted") throw ERESTARTSYS;
      }
      opened = true;
    } finally {
      // Also when the process was killed meanwhile.
      if (!opened) this.detach(file);
    }
  }

  /** As on Linux, pages of which the process can store only a part stay in the pipe. @param wanted of which it can store `count` bytes */
  *read(file: OpenFile, count: number, wanted = count): Op<Uint8Array> {
    if (count === 0) return new Uint8Array(0);
    while (this.queue.length === 0) {
      if (this.writers === 0) return new Uint8Array(0);
      if (file.flags & O_NONBLOCK) throw EAGAIN;
      if ((yield* sleepOn(this.changed)) === "interrupted") throw ERESTARTSYS;
    }
    const storable = Math.min(wanted, this.queue.length) <= count ? count : pageDown(count);
    if (storable === 0) throw EFAULT;
    const bytes = this.queue.take(storable);
    this.changed.wakeAll();
    return bytes;
  }

  *write(process: Process, file: OpenFile, data: Uint8Array): Op<number> {
    let written = 0;
    const atomic = data.length <= PIPE_BUF;
    while (written < data.length) {
      if (this.readers === 0) {
        if (written > 0) return written;
        this.signals.postSignal(process, SIGPIPE);
        throw EPIPE;
      }
      if (this.queue.room >= (atomic ? data.length : 1)) {
        written += this.queue.put(partOf(data, written));
        this.changed.wakeAll();
      } else if (file.flags & O_NONBLOCK) {
        if (written > 0) return written;
        throw EAGAIN;
      } else if ((yield* sleepOn(this.changed)) === "interrupted") {
        if (written > 0) return written;
        throw ERESTARTSYS;
      }
    }
    return written;
  }

  poll(file: OpenFile): { events: number; queues: readonly WaitQueue[] } {
    let events = 0;
    if (reads(file)) {
      if (this.queue.length > 0) events |= PollEvent.IN;
      // A FIFO that no writer has opened yet is not hung up.
      if (this.writers === 0 && this.writerOpens > 0) events |= PollEvent.HUP;
    }
    if (writes(file)) {
      if (this.queue.room >= PIPE_BUF) events |= PollEvent.OUT;
      if (this.readers === 0) events |= PollEvent.ERR;
    }
    return { events, queues: [this.changed] };
  }

  control(command: number, argument: CommandArgument): number {
    return bytesReady(command, argument, this.queue.length);
  }
}

/** The vnode of pipe(2): in no directory. */
export class PipeVnode implements Vnode {
  readonly id = newVnodeId();
  readonly fileSystem = undefined;
  private readonly pipe: Pipe;
  private readonly attributesNow: Attributes;

  constructor(signals: SignalSink, owner: { uid: number; gid: number }, nowNs: bigint) {
    this.pipe = new Pipe(signals);
    const { uid, gid } = owner;
    this.attributesNow = newAttributes({ dev: PIPE_DEVICE, ino: this.id, mode: S_IFIFO | 0o600, uid, gid, blockSize: 4096 }, nowNs);
  }

  attributes(): Attributes {
    return { ...this.attributesNow };
  }

  setAttributes(change: Partial<Attributes>): void {
    const { mode, ...rest } = change;
    Object.assign(this.attributesNow, rest);
    if (mode !== undefined) this.attributesNow.mode = S_IFIFO | mode;
  }

  /** Counts an end that pipe(2) made without an open. */
  attach(file: OpenFile): void {
    this.pipe.attach(file);
  }

  // An open by path, through /proc/PID/fd, does not wait: the other end exists or has existed.
  // biome-ignore lint/correctness/useYield: an operation that may sleep in other vnodes
  *open(_process: Process, file: OpenFile): Op<void> {
    this.pipe.attach(file);
  }

  close(file: OpenFile): void {
    this.pipe.detach(file);
  }

  read(_process: Process, file: OpenFile, count: number, wanted?: number): Op<Uint8Array> {
    return this.pipe.read(file, count, wanted);
  }

  write(process: Process, file: OpenFile, data: Uint8Array): Op<number> {
    return this.pipe.write(process, file, data);
  }

  // biome-ignore lint/correctness/useYield: an operation that may sleep in other vnodes
  *control(_process: Process, _file: OpenFile, command: number, argument: CommandArgument): Op<number> {
    return this.pipe.control(command, argument);
  }

  poll(file: OpenFile): { events: number; queues: readonly WaitQueue[] } {
    return this.pipe.poll(file);
  }

  retain(): void {}
  release(): void {}
}
