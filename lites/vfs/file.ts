/**
 * Files: open file descriptions, what descriptors point to, shared by dup and fork. An inode makes them (Inode.open); one class for each kind.
 *
 * The base class holds what all have in common (references, flags, position, path) and gives the error of a kind that cannot do what is
 * asked, so that no handler asks for the kind. Source: POSIX 2.9.7, 3.258; errors as Linux's.
 */
import type { CommandArgument } from "../arguments.ts";
import { type Op, sleepOn, type WaitQueue } from "../activation.ts";
import { EAGAIN, EBADF, EFAULT, EINVAL, ENODEV, ENOTDIR, ENOTSOCK, ENOTTY, ERESTARTSYS, ESPIPE } from "../abi/errno.ts";
import { pageDown } from "../abi/memory-flags.ts";
import { O_ACCMODE, O_NONBLOCK, O_PATH, O_RDONLY, O_RDWR, O_WRONLY } from "../abi/open-flags.ts";
import { PollEvent } from "../abi/poll-events.ts";
import { partOf } from "../part.ts";
import type { Process } from "../process/process.ts";
import type { DirectoryEntry, Inode } from "./inode.ts";
import { releaseRecordLocks, unlockWholeFile } from "./record-locks.ts";
import { releaseWriter, retainWriter } from "./write-access.ts";

/** How something is opened. */
export interface Opening {
  /** O_* access mode and status flags, and O_NOCTTY. */
  readonly flags: number;
  /** Path as opened, absolute in the guest: for /proc and fchdir. Of what has none: what /proc shows, "pipe:[7]". */
  readonly path: string;
  /** Its place as policies see it (place-guard.ts); undefined: none, or no policy asks. */
  readonly origin?: string | undefined;
}

/** Whether a file can be read and written without waiting. */
export interface Readiness {
  /** PollEvent bits that hold now. */
  readonly events: number;
  /** Woken when they may change. */
  readonly queues: readonly WaitQueue[];
  /** After how long they may change without that. */
  readonly againNs?: number;
}

/** Events with those that hold whenever they do. */
export function readyEvents(events: number): number {
  return events | (events & PollEvent.IN ? PollEvent.RDNORM : 0) | (events & PollEvent.OUT ? PollEvent.WRNORM : 0);
}

/** Somebody who watches a file until it is closed. */
export interface FileWatcher {
  fileClosed(): void;
}

/** What the owner of a set of watched files wants to know of one. */
export interface Interest {
  /** PollEvent bits, EPOLLET, EPOLLONESHOT, EPOLLEXCLUSIVE. */
  events: number;
  /** What comes back with an event. */
  data: Uint8Array;
}

/** A set of watched files, by the descriptors under which they were entered (../events/epoll-file.ts). */
export interface WatchSet extends File {
  add(file: File, fd: number, interest: Interest): void;
  change(file: File, fd: number, interest: Interest): void;
  remove(file: File, fd: number): void;
  take(most: number): Interest[];
}

/** What was received: bytes, and how many the message had. */
export interface Received {
  readonly bytes: Uint8Array;
  readonly length: number;
}

/** What sockets do beside reading and writing (../sockets/socket-file.ts). */
export interface Socket {
  send(process: Process, data: Uint8Array, flags: number): Op<number>;
  receive(count: number, flags: number): Op<Received>;
  shutdown(how: number): void;
}

const ALWAYS_READY: Readiness = { events: PollEvent.IN | PollEvent.OUT, queues: [] };

/** @param access O_RDONLY or O_WRONLY. The fourth access mode, 3, is for control only, as on Linux. */
function isOpenFor(flags: number, access: number): boolean {
  const mode = flags & O_ACCMODE;
  return (flags & O_PATH) === 0 && (mode === access || mode === O_RDWR);
}

export abstract class File {
  readonly inode: Inode;
  /** O_* access mode and status flags. */
  flags: number;
  /** Byte offset; entry number in directories. */
  position = 0;
  readonly path: string;
  readonly origin: string | undefined;
  protected readonly watchers = new Set<FileWatcher>();
  /** F_SETOWN and F_SETSIG. */
  signalOwner = 0;
  signalNumber = 0;
  private references = 1;

  /** Retains the inode. @throws ETXTBSY */
  constructor(inode: Inode, { flags, path, origin }: Opening) {
    this.flags = flags;
    if (this.writes) retainWriter(inode);
    this.inode = inode;
    this.path = path;
    this.origin = origin;
    inode.retain();
  }

  get reads(): boolean {
    return isOpenFor(this.flags, O_RDONLY);
  }

  get writes(): boolean {
    return isOpenFor(this.flags, O_WRONLY);
  }

  get nonblocking(): boolean {
    return (this.flags & O_NONBLOCK) !== 0;
  }

  retain(): this {
    this.references++;
    return this;
  }

  release(): void {
    if (--this.references > 0) return;
    unlockWholeFile(this);
    for (const watcher of [...this.watchers]) watcher.fileClosed();
    releaseRecordLocks(this, this.inode);
    this.closed();
    this.discard();
  }

  /** The last reference went. */
  protected closed(): void {}

  /** Forgets a file whose opening failed: closed() is not due. */
  discard(): void {
    if (this.writes) releaseWriter(this.inode);
    this.inode.release();
  }

  watch(watcher: FileWatcher): void {
    this.watchers.add(watcher);
  }

  unwatch(watcher: FileWatcher): void {
    this.watchers.delete(watcher);
  }

  // Operations. `wanted` is what the process asked for, where it can store, or could send, only a part of that.

  /** Reads at the file's position, which moves. @throws EFAULT when the process can store nothing of what there is */
  read(_process: Process, _count: number, _wanted: number): Op<Uint8Array> {
    throw EINVAL;
  }

  /** Reads at a position. */
  readAt(_process: Process, _position: number, _count: number, _wanted: number): Op<Uint8Array> {
    throw ESPIPE;
  }

  /** @throws EFAULT when there is nothing of what the process wanted to write */
  write(_process: Process, _data: Uint8Array, _wanted: number): Op<number> {
    throw EINVAL;
  }

  writeAt(_process: Process, _position: number, _data: Uint8Array, _wanted: number): Op<number> {
    throw ESPIPE;
  }

  /** Whether positions mean something: readAt, writeAt and seek work. */
  get isSeekable(): boolean {
    return false;
  }

  /** lseek(2): the new position. */
  seek(_offset: number, _whence: number): number {
    throw ESPIPE;
  }

  /** ftruncate(2) of a file that is open for writing. */
  truncate(_process: Process, _size: number): void {
    throw EINVAL;
  }

  /** fallocate(2): FALLOC_FL_* */
  allocate(_process: Process, _mode: number, _start: number, _length: number): void {
    throw ENODEV;
  }

  /** fsync(2). */
  sync(): void {
    throw EINVAL;
  }

  /** posix_fadvise(2). */
  advise(): void {}

  /** ioctl(2), but for what all descriptors know. */
  control(_process: Process, _command: number, _argument: CommandArgument): Op<number> {
    throw ENOTTY;
  }

  /** Whether reading or writing may wait. Only such files can be watched by epoll. */
  get waits(): boolean {
    return false;
  }

  /** Files that never wait are always ready. */
  poll(): Readiness {
    return ALWAYS_READY;
  }

  /** mmap(2): the inode whose pages show; undefined: none, but memory that starts with zeros. */
  map(): Inode | undefined {
    throw ENODEV;
  }

  /** Entries of a directory, as they were when reading began. @param above what ".." leads to */
  listing(_above: () => Inode): readonly DirectoryEntry[] {
    throw ENOTDIR;
  }

  /** The file as a set of watched files. @throws EINVAL */
  asEpoll(): WatchSet {
    throw EINVAL;
  }

  /** The file as a socket. @throws ENOTSOCK */
  asSocket(): Socket {
    throw ENOTSOCK;
  }

  /** F_GETPIPE_SZ. */
  get pipeCapacity(): number {
    throw EBADF;
  }

  /** F_SETPIPE_SZ: the new capacity. @throws EINVAL, EPERM, EBUSY */
  setPipeCapacity(_process: Process, _bytes: number): number {
    throw EBADF;
  }
}

/** A file that is only a place: O_PATH. Descriptor tables give it to nobody who would use it (descriptors.ts). */
export class PathFile extends File {}

/** A file that hands bytes on, in order, and may sleep. */
export abstract class StreamFile extends File {
  /** At most `count` bytes, nothing at the end. */
  protected abstract take(process: Process, count: number, wanted: number): Op<Uint8Array>;

  protected abstract put(process: Process, data: Uint8Array): Op<number>;

  override *read(process: Process, count: number, wanted: number): Op<Uint8Array> {
    if (count === 0 && wanted > 0) yield* this.mustHaveInput();
    return yield* this.take(process, count, wanted);
  }

  override get waits(): boolean {
    return true;
  }

  /** Waits until there is input, none of which the process can store. @throws EFAULT, unless the stream has ended */
  private *mustHaveInput(): Op<void> {
    for (;;) {
      const { events, queues } = this.poll();
      if (events & PollEvent.IN) throw EFAULT;
      if (events & PollEvent.HUP) return;
      if (this.nonblocking) throw EAGAIN;
      if ((yield* sleepOn(queues)) === "interrupted") throw ERESTARTSYS;
    }
  }

  /** As on Linux, a stream takes the pages before a bad one, but no part of a page. */
  override *write(process: Process, data: Uint8Array, wanted: number): Op<number> {
    const whole = wanted > data.length ? partOf(data, 0, pageDown(data.length)) : data;
    if (whole.length === 0 && wanted > 0) throw EFAULT;
    return yield* this.put(process, whole);
  }
}

/** Runs what the opening of a file still waits for. Gives the file back when that fails, also when the process is killed meanwhile. */
export function* opened<F extends File>(file: F, work: Op<void>): Op<F> {
  let done = false;
  try {
    yield* work;
    done = true;
    return file;
  } finally {
    if (!done) file.discard();
  }
}
