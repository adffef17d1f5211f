/**
 * Opening, reading, writing and seeking. Source: POSIX open, read, write, lseek, …; Linux sendfile(2), copy_file_range(2).
 */
import { EAGAIN, EBADF, EFAULT, EFBIG, EINVAL, EISDIR, ENODEV, ENXIO, EOPNOTSUPP, EOVERFLOW, ERESTARTSYS, ESPIPE } from "../abi/errno.ts";
import { isDirectory, isRegular } from "../abi/file-mode.ts";
import {
  O_ACCMODE,
  O_APPEND,
  O_CLOEXEC,
  O_CREAT,
  O_NONBLOCK,
  O_RDONLY,
  O_TRUNC,
  O_WRONLY,
  SEEK_CUR,
  SEEK_DATA,
  SEEK_END,
  SEEK_HOLE,
  SEEK_SET,
} from "../abi/open-flags.ts";
import { pageDown } from "../abi/memory-flags.ts";
import { SIGXFSZ } from "../abi/signals.ts";
import { TRANSFER_LIMIT } from "../abi/system-calls.ts";
import { type Op, sleepOn } from "../activation.ts";
import type { Handlers, InOutBuffer, OutBuffer } from "../arguments.ts";
import { closeDescriptor, descriptor, installFile, openFile, readableFile, writableFile } from "../descriptors.ts";
import { partOf } from "../part.ts";
import type { Process } from "../process/process.ts";
import { clearSetIds } from "../vfs/attribute-changes.ts";
import type { OpenFile } from "../vfs/open-file.ts";
import { PollEvent } from "../vfs/vnode.ts";
import { baseOf, type FileServices, from64 } from "./file-services.ts";

const LARGEST_32BIT = 0x7fffffff;
/** Bytes read at once from a file that does not know its size (/proc). */
const UNSIZED_CHUNK = 65536;
/** Bytes that are read without asking first how many there are: the size of a file of the host is a call of the host. */
const SMALL_READ = 32768;

/** POSIX_FADV_NOREUSE. */
const LAST_ADVICE = 5;

const FALLOC_FL_KEEP_SIZE = 1;
const FALLOC_FL_PUNCH_HOLE = 2;

/** Whether positions mean something: pread and lseek work. */
function isSeekable(file: OpenFile): boolean {
  const { vnode } = file;
  return vnode.directory !== undefined || vnode.read === undefined;
}

class FileTransfers {
  private readonly services: FileServices;

  constructor(services: FileServices) {
    this.services = services;
  }

  /**
   * Reads at a position, or at the file's own, which then moves.
   * @param wanted what the process asked for, if it can store only `count` bytes of that
   * @throws EFAULT when it can store nothing of what there is
   */
  *read(process: Process, file: OpenFile, count: number, position?: number, wanted = count): Op<Uint8Array> {
    const { vnode } = file;
    if (vnode.directory !== undefined) throw EISDIR;
    if (vnode.read !== undefined) {
      if (position !== undefined) throw ESPIPE;
      if (count === 0 && wanted > 0) yield* mustHaveInput(file);
      return yield* vnode.read(process, file, count, wanted);
    }
    if (vnode.readAt === undefined) throw EINVAL;
    this.services.files.pages.reading(vnode);
    const start = position ?? file.position;
    // One byte that cannot be stored tells whether there is any.
    const most = count === 0 ? Math.min(wanted, 1) : count;
    const size = most <= SMALL_READ ? most : possible(vnode.attributes().size, start, most);
    if (size === 0) return new Uint8Array(0);
    const buffer = new Uint8Array(size);
    const bytes = partOf(buffer, 0, vnode.readAt(start, buffer));
    if (bytes.length > count) throw EFAULT;
    if (position === undefined) file.position = start + bytes.length;
    return bytes;
  }

  /** @param wanted what the process wanted to write, if it has only `data` of that @throws EFAULT when it has nothing */
  *write(process: Process, file: OpenFile, data: Uint8Array, position?: number, wanted = data.length): Op<number> {
    const { vnode } = file;
    if (vnode.write !== undefined) {
      if (position !== undefined) throw ESPIPE;
      // As on Linux, a stream takes the pages before the bad one, but no part of a page.
      const whole = wanted > data.length ? partOf(data, 0, pageDown(data.length)) : data;
      if (whole.length === 0 && wanted > 0) throw EFAULT;
      return yield* vnode.write(process, file, whole);
    }
    if (vnode.writeAt === undefined) throw EINVAL;
    if (data.length === 0 && wanted > 0) throw EFAULT;
    const start = file.flags & O_APPEND ? vnode.attributes().size : (position ?? file.position);
    const allowed = partOf(data, 0, this.withinLimit(process, start, data.length));
    const count = vnode.writeAt(start, allowed);
    if (count > 0) {
      this.services.files.pages.written(vnode, start, partOf(allowed, 0, count));
      clearSetIds(process, vnode);
    }
    if (position === undefined) file.position = start + count;
    return count;
  }

  /** How much of a write RLIMIT_FSIZE allows. @throws EFBIG, after SIGXFSZ */
  private withinLimit(process: Process, start: number, count: number): number {
    const limit = process.fileSizeLimit;
    if (count === 0 || start + count <= limit) return count;
    if (start < limit) return limit - start;
    this.services.signals.postSignal(process, SIGXFSZ);
    throw EFBIG;
  }

  /** ftruncate, truncate, fallocate to a size. */
  checkSize(process: Process, size: number): void {
    if (size < 0) throw EINVAL;
    this.withinLimit(process, size, size > process.fileSizeLimit ? 1 : 0);
  }

  seek(file: OpenFile, offset: number, whence: number): number {
    if (!isSeekable(file)) {
      // The memory devices have no position; pipes and terminals say so.
      if (file.vnode.readAt === undefined && file.vnode.control === undefined && file.vnode.open === undefined) return 0;
      throw ESPIPE;
    }
    const size = file.vnode.directory === undefined ? file.vnode.attributes().size : 0;
    const target = seekTarget(file.position, size, offset, whence);
    if (target < 0) throw EINVAL;
    file.position = target;
    return target;
  }

  /** sendfile and copy_file_range: one chunk. Positions undefined: the files' own. */
  *copy(process: Process, from: OpenFile, to: OpenFile, count: number, positions: { from?: number; to?: number }): Op<number> {
    const bytes = yield* this.read(process, from, Math.min(count, TRANSFER_LIMIT), positions.from);
    if (bytes.length === 0) return 0;
    const written = yield* this.write(process, to, bytes, positions.to);
    if (positions.from === undefined && isSeekable(from)) from.position -= bytes.length - written;
    return written;
  }
}

/** Waits until a stream has input, none of which the process can store. @throws EFAULT, unless the stream has ended */
function* mustHaveInput(file: OpenFile): Op<void> {
  for (;;) {
    const { events, queues } = file.vnode.poll?.(file) ?? { events: PollEvent.IN, queues: [] };
    if (events & PollEvent.IN) throw EFAULT;
    if (events & PollEvent.HUP) return;
    if (file.flags & O_NONBLOCK) throw EAGAIN;
    if ((yield* sleepOn(queues)) === "interrupted") throw ERESTARTSYS;
  }
}

/** How many of the bytes from a position on can be read, of a file with that size. */
function possible(size: number, start: number, count: number): number {
  return size === 0 ? Math.min(count, UNSIZED_CHUNK) : Math.max(0, Math.min(count, size - start));
}

function seekTarget(position: number, size: number, offset: number, whence: number): number {
  switch (whence) {
    case SEEK_SET:
      return offset;
    case SEEK_CUR:
      return position + offset;
    case SEEK_END:
      return size + offset;
    case SEEK_DATA:
    case SEEK_HOLE:
      if (offset < 0 || offset >= size) throw ENXIO;
      return whence === SEEK_DATA ? offset : size;
    default:
      throw EINVAL;
  }
}

/** The position in an optional argument, and where it is written back. */
function positionArgument(buffer: InOutBuffer | undefined, wide: boolean): number | undefined {
  if (buffer === undefined) return undefined;
  const view = new DataView(buffer.input.buffer, buffer.input.byteOffset);
  const position = wide ? Number(view.getBigInt64(0, true)) : view.getInt32(0, true);
  if (position < 0) throw EINVAL;
  return position;
}

function storePosition(buffer: InOutBuffer | undefined, position: number, wide: boolean): void {
  if (buffer === undefined) return;
  const view = new DataView(new ArrayBuffer(wide ? 8 : 4));
  if (wide) view.setBigInt64(0, BigInt(position), true);
  else view.setUint32(0, position, true);
  buffer.data = new Uint8Array(view.buffer);
}

export function createFileHandlers(services: FileServices) {
  const { files } = services;
  const transfers = new FileTransfers(services);

  function* open(process: Process, path: string, flags: number, mode: number, dirfd?: number): Op<number> {
    const base = dirfd === undefined ? undefined : baseOf(process, dirfd, path);
    const file = yield* files.open(process, path, flags, mode, base);
    file.flags &= ~O_CLOEXEC;
    return installFile(process, file, (flags & O_CLOEXEC) !== 0);
  }

  function* readInto(process: Process, file: OpenFile, buffer: OutBuffer, wanted: number, position?: number): Op<number> {
    const bytes = yield* transfers.read(process, file, buffer.capacity, position, wanted);
    buffer.data = bytes;
    return bytes.length;
  }

  /** The position of pread and its relatives. @throws EINVAL */
  function positionOf(low: number, high: number): number {
    const position = from64(low, high);
    if (position < 0) throw EINVAL;
    return position;
  }

  function truncateFile(process: Process, fd: number, size: number): number {
    transfers.checkSize(process, size);
    const file = descriptor(process, fd).file;
    const { vnode } = file;
    if ((file.flags & O_ACCMODE) === O_RDONLY || !isRegular(vnode.attributes().mode) || vnode.truncate === undefined) throw EINVAL;
    files.truncate(vnode, size);
    clearSetIds(process, vnode);
    return 0;
  }

  function truncatePath(process: Process, path: string, size: number): number {
    transfers.checkSize(process, size);
    files.truncatePath(process, files.resolve(process, path).vnode, size);
    return 0;
  }

  function* sendFile(
    process: Process,
    args: { in: number; out: number; offset: InOutBuffer | undefined; count: number },
    wide: boolean,
  ): Op<number> {
    const from = readableFile(process, args.in);
    const to = writableFile(process, args.out);
    if (from.vnode.readAt === undefined || from.vnode.read !== undefined) throw EINVAL;
    if (to.flags & O_APPEND) throw EINVAL;
    const position = positionArgument(args.offset, wide);
    const count = yield* transfers.copy(process, from, to, args.count, position === undefined ? {} : { from: position });
    if (position !== undefined) storePosition(args.offset, position + count, wide);
    return count;
  }

  return {
    open: (process, { path, flags, mode }) => open(process, path, flags, mode),
    openat: (process, { dirfd, path, flags, mode }) => open(process, path, flags, mode, dirfd),
    creat: (process, { path, mode }) => open(process, path, O_CREAT | O_WRONLY | O_TRUNC, mode),
    close(process, { fd }) {
      closeDescriptor(process, fd);
      return 0;
    },
    read: (process, { fd, buffer }) => readInto(process, readableFile(process, fd), buffer, buffer.wanted),
    readv(process, { fd, vector, total, continues }) {
      const file = readableFile(process, fd);
      // Having read something a call does not wait for more.
      if (continues && file.vnode.poll !== undefined && !(file.vnode.poll(file).events & PollEvent.IN)) return 0;
      return readInto(process, file, vector, total);
    },
    pread64: (process, { fd, buffer, low, high }) => {
      const position = positionOf(low, high);
      return readInto(process, readableFile(process, fd), buffer, buffer.wanted, position);
    },
    preadv(process, { fd, vector, low, high, total }) {
      const position = positionOf(low, high);
      return readInto(process, readableFile(process, fd), vector, total, position);
    },
    write: (process, { fd, buffer, count }) => transfers.write(process, writableFile(process, fd), buffer, undefined, count),
    writev: (process, { fd, vector, total }) => transfers.write(process, writableFile(process, fd), vector, undefined, total),
    pwrite64(process, { fd, buffer, count, low, high }) {
      const position = positionOf(low, high);
      return transfers.write(process, writableFile(process, fd), buffer, position, count);
    },
    pwritev(process, { fd, vector, low, high, total }) {
      const position = positionOf(low, high);
      return transfers.write(process, writableFile(process, fd), vector, position, total);
    },
    lseek(process, { fd, offset, whence }) {
      const file = openFile(process, fd);
      const before = file.position;
      const position = transfers.seek(file, offset, whence);
      if (position <= LARGEST_32BIT) return position;
      file.position = before;
      throw EOVERFLOW;
    },
    llseek(process, { fd, high, low, result, whence }) {
      const position = transfers.seek(openFile(process, fd), from64(low, high), whence);
      result.data = new Uint8Array(BigInt64Array.of(BigInt(position)).buffer);
      return 0;
    },
    sendfile: (process, args) => sendFile(process, args, false),
    sendfile64: (process, args) => sendFile(process, args, true),
    *copy_file_range(process, args) {
      const from = readableFile(process, args.in);
      const to = writableFile(process, args.out);
      if (args.flags !== 0) throw EINVAL;
      for (const { vnode } of [from, to]) {
        const { mode } = vnode.attributes();
        if (isDirectory(mode)) throw EISDIR;
        if (!isRegular(mode)) throw EINVAL;
      }
      if (to.flags & O_APPEND) throw EBADF;
      const positions: { from?: number; to?: number } = {};
      const fromPosition = positionArgument(args.inOffset, true);
      const toPosition = positionArgument(args.outOffset, true);
      if (fromPosition !== undefined) positions.from = fromPosition;
      if (toPosition !== undefined) positions.to = toPosition;
      const count = yield* transfers.copy(process, from, to, args.length, positions);
      if (fromPosition !== undefined) storePosition(args.inOffset, fromPosition + count, true);
      if (toPosition !== undefined) storePosition(args.outOffset, toPosition + count, true);
      return count;
    },
    truncate: (process, { path, length }) => truncatePath(process, path, length | 0),
    truncate64: (process, { path, low, high }) => truncatePath(process, path, from64(low, high)),
    ftruncate: (process, { fd, length }) => truncateFile(process, fd, length | 0),
    ftruncate64: (process, { fd, low, high }) => truncateFile(process, fd, from64(low, high)),
    fallocate(process, { fd, mode, offsetLow, offsetHigh, lengthLow, lengthHigh }) {
      const { vnode } = writableFile(process, fd);
      const start = from64(offsetLow, offsetHigh);
      const length = from64(lengthLow, lengthHigh);
      if (start < 0 || length <= 0) throw EINVAL;
      const attributes = vnode.attributes();
      if (vnode.read !== undefined) throw ESPIPE;
      if (!isRegular(attributes.mode) || vnode.truncate === undefined) throw ENODEV;
      if (mode === (FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE))
        return punchHole(services, vnode, start, Math.min(start + length, attributes.size));
      if (mode & ~FALLOC_FL_KEEP_SIZE) throw EOPNOTSUPP;
      transfers.checkSize(process, start + length);
      if (mode === 0 && start + length > attributes.size) files.truncate(vnode, start + length);
      return 0;
    },
    fadvise64: (process, { fd, length, advice }) => advise(process, fd, length, advice),
    fadvise64_64: (process, { fd, lengthLow, lengthHigh, advice }) => advise(process, fd, from64(lengthLow, lengthHigh), advice),
    fsync: (process, { fd }) => synchronize(services, openFile(process, fd)),
    fdatasync: (process, { fd }) => synchronize(services, openFile(process, fd)),
    sync() {
      files.sync();
      return 0;
    },
  } satisfies Handlers;
}

/** posix_fadvise: only the arguments matter. @throws EBADF, ESPIPE, EINVAL */
function advise(process: Process, fd: number, length: number, advice: number): number {
  if (!isSeekable(openFile(process, fd))) throw ESPIPE;
  if (length < 0 || advice < 0 || advice > LAST_ADVICE) throw EINVAL;
  return 0;
}

function punchHole({ files }: FileServices, vnode: OpenFile["vnode"], start: number, end: number): number {
  const zeros = new Uint8Array(UNSIZED_CHUNK);
  for (let position = start; position < end; ) {
    const part = zeros.subarray(0, Math.min(zeros.length, end - position));
    const count = vnode.writeAt!(position, part);
    files.pages.written(vnode, position, part.subarray(0, count));
    position += count;
  }
  return 0;
}

function synchronize({ files }: FileServices, { vnode }: OpenFile): number {
  if (vnode.read !== undefined) throw EINVAL;
  if (vnode.directory !== undefined || vnode.sync === undefined) return 0;
  files.pages.reading(vnode);
  vnode.sync();
  return 0;
}
