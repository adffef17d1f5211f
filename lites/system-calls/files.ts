/**
 * Opening, reading, writing and seeking. Source: POSIX open, read, write, lseek, …; Linux sendfile(2), copy_file_range(2).
 */
import { EBADF, EFAULT, EINVAL, EISDIR, EOPNOTSUPP, EOVERFLOW, ERESTARTSYS, ESPIPE } from "../abi/errno.ts";
import {
  O_ACCMODE,
  O_APPEND,
  O_CLOEXEC,
  O_CREAT,
  O_DIRECTORY,
  O_PATH,
  O_RDONLY,
  O_TMPFILE_BIT,
  O_TRUNC,
  O_WRONLY,
  SEEK_HOLE,
  SEEK_SET,
} from "../abi/open-flags.ts";
import { PollEvent } from "../abi/poll-events.ts";
import { TRANSFER_LIMIT } from "../abi/system-calls.ts";
import type { Op } from "../activation.ts";
import type { Handlers, InOutBuffer, OutBuffer } from "../arguments.ts";
import { closeDescriptor, installFile, openFile, readableFile, writableFile } from "../descriptors.ts";
import type { Process } from "../process/process.ts";
import type { File } from "../vfs/file.ts";
import { allocationModes, checkSize } from "../vfs/regular-file.ts";
import { baseOf, type FileServices, from64 } from "./file-services.ts";

const LARGEST_32BIT = 0x7fffffff;
/** POSIX_FADV_NOREUSE. */
const LAST_ADVICE = 5;
/** Wait before, write, wait after: all is done at once. */
const SYNC_FILE_RANGE_FLAGS = 7;

/** The position in an optional argument, and where it is written back. */
function positionArgument(buffer: InOutBuffer | undefined, wide: boolean): number | undefined {
  if (buffer === undefined) return undefined;
  const view = new DataView(buffer.input.buffer, buffer.input.byteOffset);
  return wide ? Number(view.getBigInt64(0, true)) : view.getInt32(0, true);
}

/** The file of a call that names a position. @throws EBADF, and ESPIPE before anything is said of access */
function positionedFile(process: Process, fd: number): File {
  const file = openFile(process, fd);
  if (!file.isSeekable) throw ESPIPE;
  return file;
}

/** What open refuses before it looks at the path: O_TMPFILE needs a directory and writing, and O_CREAT makes none. @throws EINVAL */
function checkOpenFlags(flags: number): void {
  if (flags & O_PATH) return;
  if (flags & O_TMPFILE_BIT && (!(flags & O_DIRECTORY) || (flags & O_ACCMODE) === O_RDONLY)) throw EINVAL;
  if (flags & O_CREAT && flags & O_DIRECTORY) throw EINVAL;
}

function storePosition(buffer: InOutBuffer | undefined, position: number, wide: boolean): void {
  if (buffer === undefined) return;
  const view = new DataView(new ArrayBuffer(wide ? 8 : 4));
  if (wide) view.setBigInt64(0, BigInt(position), true);
  else view.setUint32(0, position, true);
  buffer.data = new Uint8Array(view.buffer);
}

interface SendArguments {
  in: number;
  out: number;
  offset: InOutBuffer | undefined;
  count: number;
}

export function createFileHandlers(services: FileServices) {
  const { files } = services;

  function* open(process: Process, path: string, flags: number, mode: number, dirfd?: number): Op<number> {
    checkOpenFlags(flags);
    const base = dirfd === undefined ? undefined : baseOf(process, dirfd, path);
    const file = yield* files.open(process, path, flags, mode, base);
    file.flags &= ~O_CLOEXEC;
    return installFile(process, file, (flags & O_CLOEXEC) !== 0);
  }

  function* readInto(process: Process, file: File, buffer: OutBuffer, wanted: number, position?: number): Op<number> {
    const { capacity } = buffer;
    const reading = position === undefined ? file.read(process, capacity, wanted) : file.readAt(process, position, capacity, wanted);
    const bytes = yield* reading;
    buffer.data = bytes;
    return bytes.length;
  }

  function truncateFile(process: Process, fd: number, size: number): number {
    const file = openFile(process, fd);
    if (!file.writes) throw EINVAL;
    file.truncate(process, size);
    return 0;
  }

  function truncatePath(process: Process, path: string, size: number): number {
    const { inode } = files.resolve(process, path);
    checkSize(services.signals, process, size);
    files.truncatePath(process, inode, size);
    return 0;
  }

  /** An offset that cannot be stored is what a call ends with, whatever else went wrong. */
  function* sendFile(process: Process, args: SendArguments, wide: boolean): Op<number> {
    try {
      return yield* send(process, args, wide);
    } catch (error) {
      const { offset } = args;
      throw offset !== undefined && offset.capacity < offset.wanted && error !== ERESTARTSYS ? EFAULT : error;
    }
  }

  function* send(process: Process, args: SendArguments, wide: boolean): Op<number> {
    const position = positionArgument(args.offset, wide);
    const from = readableFile(process, args.in);
    if (position !== undefined) positionedFile(process, args.in);
    if (position !== undefined && position < 0) throw EINVAL;
    const to = writableFile(process, args.out);
    if (from.inode.isDirectory && args.count === 0) return 0;
    if (from.inode.isDirectory || !from.isSeekable || to.flags & O_APPEND) throw EINVAL;
    const count = yield* copy(process, from, to, args.count, position === undefined ? {} : { from: position });
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
      if (total === 0) return 0;
      // Having read something a call does not wait for more.
      if (continues && !(file.poll().events & PollEvent.IN)) return 0;
      return readInto(process, file, vector, total);
    },
    pread64(process, { fd, buffer, low, high }) {
      positionedFile(process, fd);
      return readInto(process, readableFile(process, fd), buffer, buffer.wanted, from64(low, high));
    },
    preadv(process, { fd, vector, low, high, total }) {
      positionedFile(process, fd);
      const file = readableFile(process, fd);
      return total === 0 ? 0 : readInto(process, file, vector, total, from64(low, high));
    },
    write: (process, { fd, buffer, count }) => writableFile(process, fd).write(process, buffer, count),
    writev: (process, { fd, vector, total }) => writableFile(process, fd).write(process, vector, total),
    pwrite64(process, { fd, buffer, count, low, high }) {
      positionedFile(process, fd);
      return writableFile(process, fd).writeAt(process, from64(low, high), buffer, count);
    },
    pwritev(process, { fd, vector, low, high, total }) {
      positionedFile(process, fd);
      return writableFile(process, fd).writeAt(process, from64(low, high), vector, total);
    },
    lseek(process, { fd, offset, whence }) {
      const file = openFile(process, fd);
      const before = file.position;
      const position = seek(file, offset, whence);
      if (position <= LARGEST_32BIT) return position;
      file.position = before;
      throw EOVERFLOW;
    },
    llseek(process, { fd, high, low, result, whence }) {
      const position = seek(openFile(process, fd), from64(low, high), whence);
      result.data = new Uint8Array(BigInt64Array.of(BigInt(position)).buffer);
      return 0;
    },
    sendfile: (process, args) => sendFile(process, args, false),
    sendfile64: (process, args) => sendFile(process, args, true),
    *copy_file_range(process, args) {
      const from = openFile(process, args.in);
      const to = openFile(process, args.out);
      const positions: { from?: number; to?: number } = {};
      const fromPosition = positionArgument(args.inOffset, true);
      const toPosition = positionArgument(args.outOffset, true);
      if (args.flags !== 0) throw EINVAL;
      if (from.inode.isDirectory || to.inode.isDirectory) throw EISDIR;
      if (!from.inode.isRegular || !to.inode.isRegular) throw EINVAL;
      if (!from.reads || !to.writes || to.flags & O_APPEND) throw EBADF;
      checkRanges(from, fromPosition ?? from.position, to, toPosition ?? to.position, args.length);
      if (args.length === 0) return 0;
      if (fromPosition !== undefined) positions.from = fromPosition;
      if (toPosition !== undefined) positions.to = toPosition;
      const count = yield* copy(process, from, to, args.length, positions);
      if (fromPosition !== undefined) storePosition(args.inOffset, fromPosition + count, true);
      if (toPosition !== undefined) storePosition(args.outOffset, toPosition + count, true);
      return count;
    },
    truncate: (process, { path, length }) => truncatePath(process, path, length),
    truncate64: (process, { path, low, high }) => truncatePath(process, path, from64(low, high)),
    ftruncate: (process, { fd, length }) => truncateFile(process, fd, length),
    ftruncate64: (process, { fd, low, high }) => truncateFile(process, fd, from64(low, high)),
    fallocate(process, { fd, mode, offsetLow, offsetHigh, lengthLow, lengthHigh }) {
      openFile(process, fd);
      const start = from64(offsetLow, offsetHigh);
      const length = from64(lengthLow, lengthHigh);
      if (start < 0 || length <= 0) throw EINVAL;
      if (!allocationModes.includes(mode)) throw EOPNOTSUPP;
      const file = writableFile(process, fd);
      file.allocate(process, mode, start, length);
      return 0;
    },
    fadvise64: (process, { fd, length, advice }) => advise(process, fd, length, advice),
    fadvise64_64: (process, { fd, lengthLow, lengthHigh, advice }) => advise(process, fd, from64(lengthLow, lengthHigh), advice),
    fsync: (process, { fd }) => synchronize(openFile(process, fd)),
    fdatasync: (process, { fd }) => synchronize(openFile(process, fd)),
    readahead(process, { fd }) {
      if (!readableFile(process, fd).inode.isRegular) throw EINVAL;
      return 0;
    },
    sync_file_range(process, { fd, offsetLow, offsetHigh, lengthLow, lengthHigh, flags }) {
      const file = openFile(process, fd);
      const start = from64(offsetLow, offsetHigh);
      const length = from64(lengthLow, lengthHigh);
      if (flags & ~SYNC_FILE_RANGE_FLAGS || start < 0 || length < 0) throw EINVAL;
      if (!file.inode.isRegular && !file.inode.isDirectory) throw ESPIPE;
      return synchronize(file);
    },
    syncfs(process, { fd }) {
      openFile(process, fd).inode.fileSystem?.sync?.();
      return 0;
    },
    sync() {
      files.sync();
      return 0;
    },
  } satisfies Handlers;
}

/** sendfile and copy_file_range: one chunk. Positions undefined: the files' own. */
function* copy(process: Process, from: File, to: File, count: number, positions: { from?: number; to?: number }): Op<number> {
  const most = Math.min(count, TRANSFER_LIMIT);
  const { from: source, to: target } = positions;
  const bytes = yield* source === undefined ? from.read(process, most, most) : from.readAt(process, source, most, most);
  const { length } = bytes;
  if (length === 0) return 0;
  const written = yield* target === undefined ? to.write(process, bytes, length) : to.writeAt(process, target, bytes, length);
  if (source === undefined) from.position -= length - written;
  return written;
}

/** lseek's own checks come before those of the file. @throws EINVAL */
function seek(file: File, offset: number, whence: number): number {
  if (whence < SEEK_SET || whence > SEEK_HOLE) throw EINVAL;
  return file.seek(offset, whence);
}

/** copy_file_range: positions, and that a file is not copied onto itself. @throws EINVAL, EOVERFLOW */
function checkRanges(from: File, start: number, to: File, target: number, length: number): void {
  if (start < 0 || target < 0) throw length > 0 ? EOVERFLOW : EINVAL;
  const copied = Math.min(length, Math.max(0, from.inode.attributes().size - start));
  if (from.inode === to.inode && start < target + copied && target < start + copied) throw EINVAL;
}

/** posix_fadvise: only the arguments matter. @throws EBADF, ESPIPE, EINVAL */
function advise(process: Process, fd: number, length: number, advice: number): number {
  openFile(process, fd).advise();
  if (length < 0 || advice < 0 || advice > LAST_ADVICE) throw EINVAL;
  return 0;
}

function synchronize(file: File): number {
  file.sync();
  return 0;
}
