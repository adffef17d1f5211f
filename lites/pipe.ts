/**
 * Pipes and FIFOs: a bounded byte queue with readers and writers.
 *
 * Writes of at most PIPE_BUF bytes are never split. Source: POSIX pipe(2), write(2), mkfifo(3); pipe(7).
 */
import { type Op, sleepOn, WaitQueue } from "./activation.ts";
import { EAGAIN, EBUSY, EFAULT, EINVAL, ENXIO, EPERM, EPIPE, ERESTARTSYS, ESPIPE } from "./abi/errno.ts";
import { S_IFIFO } from "./abi/file-mode.ts";
import { PIPE_BUF } from "./abi/limits.ts";
import { PAGE_SIZE, pageDown } from "./abi/memory-flags.ts";
import { O_ACCMODE, O_NONBLOCK, O_RDONLY, O_RDWR, O_WRONLY } from "./abi/open-flags.ts";
import { PollEvent } from "./abi/poll-events.ts";
import { SIGPIPE } from "./abi/signals.ts";
import type { CommandArgument } from "./arguments.ts";
import { ByteQueue } from "./byte-queue.ts";
import { partOf } from "./part.ts";
import type { Process } from "./process/process.ts";
import type { SignalSink } from "./signal-sink.ts";
import { bytesReady } from "./stream-control.ts";
import { opened, type Opening, type Readiness, StreamFile } from "./vfs/file.ts";
import { type Inode, MemoryInode } from "./vfs/inode.ts";

export const PIPE_CAPACITY = 65536;
/** What processes may ask for (pipe-max-size of Linux), and what those of the superuser may. */
const PIPE_CAPACITY_MAX = 1 << 20;
const LARGEST_CAPACITY = 1 << 26;
/** st_dev of pipes: a device of its own, as pipefs has. */
const PIPE_DEVICE = 12;

/** The queue and its users; a FIFO has one while it is open. */
export class Pipe {
  private readonly queue = new ByteQueue(PIPE_CAPACITY);
  private readers = 0;
  private writers = 0;
  /** Ever opened: a FIFO's opener also goes on when its partner came and went. */
  private readerOpens = 0;
  private writerOpens = 0;
  /** Woken when bytes come, when there is room again, and both when a user comes or goes. */
  private readonly readable = new WaitQueue(PollEvent.IN);
  private readonly writable = new WaitQueue(PollEvent.OUT);
  private readonly signals: SignalSink;

  constructor(signals: SignalSink) {
    this.signals = signals;
  }

  get capacity(): number {
    return this.queue.capacity;
  }

  /** @throws EBUSY when it holds more */
  resize(capacity: number): void {
    if (this.queue.length > capacity) throw EBUSY;
    this.queue.resize(capacity);
    this.wakeAll();
  }

  /** Counts an open end. */
  attach(file: PipeFile): void {
    if (file.reads) {
      this.readers++;
      this.readerOpens++;
    }
    if (file.writes) {
      this.writers++;
      this.writerOpens++;
    }
    this.wakeAll();
  }

  /** Takes an open end away; the bytes go with the last one. */
  detach(file: PipeFile): void {
    if (file.reads) this.readers--;
    if (file.writes) this.writers--;
    if (this.readers === 0 && this.writers === 0) this.queue.clear();
    this.wakeAll();
  }

  private wakeAll(): void {
    this.readable.wakeAll();
    this.writable.wakeAll();
  }

  /** open(2) of a FIFO: waits for the other side. @throws ENXIO, ERESTARTSYS */
  open(_process: Process, inode: Inode, opening: Opening): Op<PipeFile> {
    const file = new PipeFile(inode, opening, this);
    return opened(file, this.meet(file));
  }

  private *meet(file: PipeFile): Op<void> {
    const access = file.flags & O_ACCMODE;
    if (access === O_WRONLY && file.nonblocking && this.readers === 0) throw ENXIO;
    this.attach(file);
    if (access === O_RDWR || file.nonblocking) return;
    const reading = access === O_RDONLY;
    const opensBefore = reading ? this.writerOpens : this.readerOpens;
    let met = false;
    try {
      while ((reading ? this.writers : this.readers) === 0 && opensBefore === (reading ? this.writerOpens : this.readerOpens)) {
        if ((yield* sleepOn(reading ? this.readable : this.writable)) === "interrupted") throw ERESTARTSYS;
      }
      met = true;
    } finally {
      // Also when the process was killed meanwhile.
      if (!met) this.detach(file);
    }
  }

  /** As on Linux, pages of which the process can store only a part stay in the pipe. @param wanted of which it can store `count` bytes */
  *read(file: PipeFile, count: number, wanted: number): Op<Uint8Array> {
    if (count === 0) return new Uint8Array(0);
    while (this.queue.length === 0) {
      if (this.writers === 0) return new Uint8Array(0);
      if (file.nonblocking) throw EAGAIN;
      if ((yield* sleepOn(this.readable)) === "interrupted") throw ERESTARTSYS;
    }
    const storable = Math.min(wanted, this.queue.length) <= count ? count : pageDown(count);
    if (storable === 0) throw EFAULT;
    const wasFull = this.queue.room < PIPE_BUF;
    const bytes = this.queue.take(storable);
    if (wasFull) this.writable.wakeAll();
    return bytes;
  }

  *write(process: Process, file: PipeFile, data: Uint8Array): Op<number> {
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
        this.readable.wakeAll();
      } else if (file.nonblocking) {
        if (written > 0) return written;
        throw EAGAIN;
      } else if ((yield* sleepOn(this.writable)) === "interrupted") {
        if (written > 0) return written;
        throw ERESTARTSYS;
      }
    }
    return written;
  }

  poll(file: PipeFile): Readiness {
    let events = 0;
    if (file.reads) {
      if (this.queue.length > 0) events |= PollEvent.IN;
      // A FIFO that no writer has opened yet is not hung up.
      if (this.writers === 0 && this.writerOpens > 0) events |= PollEvent.HUP;
    }
    if (file.writes) {
      if (this.queue.room >= PIPE_BUF) events |= PollEvent.OUT;
      if (this.readers === 0) events |= PollEvent.ERR;
    }
    if (!file.writes) return { events, queues: [this.readable] };
    return { events, queues: file.reads ? [this.readable, this.writable] : [this.writable] };
  }

  control(command: number, argument: CommandArgument): number {
    return bytesReady(command, argument, this.queue.length);
  }
}

/** Capacities are powers of two, of whole pages. @throws EINVAL for what is no size */
function roundedCapacity(bytes: number): number {
  if (bytes > 2 ** 31) throw EINVAL;
  return Math.max(PAGE_SIZE, 2 ** Math.ceil(Math.log2(bytes)));
}

/** An open end of a pipe or FIFO. */
export class PipeFile extends StreamFile {
  private readonly pipe: Pipe;

  constructor(inode: Inode, opening: Opening, pipe: Pipe) {
    super(inode, opening);
    this.pipe = pipe;
  }

  protected override closed(): void {
    this.pipe.detach(this);
  }

  protected override take(_process: Process, count: number, wanted: number): Op<Uint8Array> {
    return this.pipe.read(this, count, wanted);
  }

  protected override put(process: Process, data: Uint8Array): Op<number> {
    return this.pipe.write(process, this, data);
  }

  // biome-ignore lint/correctness/useYield: an operation that may sleep in other files
  override *control(_process: Process, command: number, argument: CommandArgument): Op<number> {
    return this.pipe.control(command, argument);
  }

  override poll(): Readiness {
    return this.pipe.poll(this);
  }

  override allocate(): void {
    throw ESPIPE;
  }

  override advise(): void {
    throw ESPIPE;
  }

  override get pipeCapacity(): number {
    return this.pipe.capacity;
  }

  override setPipeCapacity({ credentials }: Process, bytes: number): number {
    const capacity = roundedCapacity(bytes);
    const most = credentials.euid === 0 ? LARGEST_CAPACITY : PIPE_CAPACITY_MAX;
    if (capacity > this.pipe.capacity && capacity > most) throw EPERM;
    this.pipe.resize(capacity);
    return capacity;
  }
}

/** The inode of pipe(2): in no directory. */
export class PipeInode extends MemoryInode {
  readonly fileSystem = undefined;
  private readonly pipe: Pipe;

  constructor(signals: SignalSink, owner: { uid: number; gid: number }, nowNs: bigint) {
    const { uid, gid } = owner;
    super({ dev: PIPE_DEVICE, mode: S_IFIFO | 0o600, uid, gid, blockSize: 4096 }, nowNs);
    this.pipe = new Pipe(signals);
  }

  /** Both ends, for reading and for writing. @param flags O_NONBLOCK or none */
  ends(flags: number): [PipeFile, PipeFile] {
    const path = `pipe:[${this.id}]`;
    return [this.end({ flags: O_RDONLY | (flags & O_NONBLOCK), path }), this.end({ flags: O_WRONLY | (flags & O_NONBLOCK), path })];
  }

  // An open by path, through /proc/PID/fd, does not wait: the other end exists or has existed.
  // biome-ignore lint/correctness/useYield: an operation that may sleep in other inodes
  override *open(_process: Process, opening: Opening): Op<PipeFile> {
    return this.end(opening);
  }

  private end(opening: Opening): PipeFile {
    const file = new PipeFile(this, opening, this.pipe);
    this.pipe.attach(file);
    return file;
  }
}
