/**
 * Calls about descriptors themselves: dup, fcntl, locks, pipes, ioctl. Source: POSIX dup, fcntl, pipe; Linux flock(2), ioctl_tty(2).
 */
import { fcntlCommands, ioctlCommands } from "../abi/commands.ts";
import { EBADF, EFAULT, EINVAL, EMFILE, ENOTTY, EOVERFLOW } from "../abi/errno.ts";
import {
  CLOSE_RANGE_CLOEXEC,
  O_APPEND,
  O_ASYNC,
  O_CLOEXEC,
  O_DIRECT,
  O_NOATIME,
  O_NONBLOCK,
  O_PATH,
  SEEK_CUR,
  SEEK_END,
  SEEK_SET,
} from "../abi/open-flags.ts";
import { F_RDLCK, F_UNLCK, F_WRLCK, FD_CLOEXEC } from "../abi/record-locks.ts";
import { SIGNAL_COUNT } from "../abi/signals.ts";
import { decode, encode } from "../abi/struct-codec.ts";
import { structs } from "../abi/structs.ts";
import type { Op } from "../activation.ts";
import type { CommandArgument, Handlers, OutBuffer } from "../arguments.ts";
import { closeDescriptor, descriptor, freeDescriptor, installFile, openFile } from "../descriptors.ts";
import { PipeInode } from "../pipe.ts";
import type { Process } from "../process/process.ts";
import { intBytes } from "../stream-control.ts";
import { File } from "../vfs/file.ts";
import {
  clearRecordLock,
  conflictingLock,
  type LockOwner,
  lockWholeFile,
  type RecordLock,
  setRecordLock,
  unlockWholeFile,
} from "../vfs/record-locks.ts";
import type { FileServices } from "./file-services.ts";

const LOCK_SH = 1;
const LOCK_EX = 2;
const LOCK_NB = 4;
const LOCK_UN = 8;
/** Mandatory locks of old; Linux takes the call and does nothing. */
const LOCK_MAND = 32;
const HIGHEST_DESCRIPTOR = 0x7fffffff;

/** Status flags that F_SETFL changes. */
const SETTABLE = O_APPEND | O_NONBLOCK | O_ASYNC | O_DIRECT | O_NOATIME;

/** Puts the file of one descriptor under another number too. */
function duplicateTo(process: Process, from: number, to: number, closeOnExec: boolean): number {
  const { file } = descriptor(process, from);
  if (to < 0 || to >= process.descriptorLimit) throw EBADF;
  file.retain();
  if (process.descriptors[to] !== undefined) closeDescriptor(process, to);
  process.descriptors[to] = { file, closeOnExec };
  return to;
}

function duplicateFrom(process: Process, from: number, lowest: number, closeOnExec: boolean): number {
  const { file } = descriptor(process, from);
  if (lowest < 0 || lowest >= process.descriptorLimit) throw EINVAL;
  return installFile(process, file.retain(), closeOnExec, lowest);
}

/** The range of a struct flock, and its type. */
function decodeLock(owner: LockOwner, file: File, bytes: Uint8Array, wide: boolean): { type: number; lock: RecordLock } {
  const { l_type, l_whence, l_start, l_len, l_pid } = decode(wide ? structs.flock64 : structs.flock, bytes);
  if (owner instanceof File && l_pid !== 0) throw EINVAL;
  let start = l_start;
  if (l_whence === SEEK_CUR) start += file.position;
  else if (l_whence === SEEK_END) start += file.inode.attributes().size;
  else if (l_whence !== SEEK_SET) throw EINVAL;
  let end = l_len === 0 ? Number.POSITIVE_INFINITY : start + l_len;
  if (l_len < 0) [start, end] = [start + l_len, start];
  if (start < 0) throw EINVAL;
  if (l_type !== F_RDLCK && l_type !== F_WRLCK && l_type !== F_UNLCK) throw EINVAL;
  return { type: l_type, lock: { owner, exclusive: l_type === F_WRLCK, start, end } };
}

function getLock(owner: LockOwner, file: File, argument: CommandArgument, wide: boolean): number {
  const { type, lock } = decodeLock(owner, file, argument.input!, wide);
  if (type === F_UNLCK) throw EINVAL;
  const obstacle = conflictingLock(file.inode, lock);
  const layout = wide ? structs.flock64 : structs.flock;
  if (obstacle === undefined) {
    argument.output!.data = encode(layout, { ...decode(layout, argument.input!), l_type: F_UNLCK });
    return 0;
  }
  const length = obstacle.end === Number.POSITIVE_INFINITY ? 0 : obstacle.end - obstacle.start;
  if (!wide && (obstacle.start > 0x7fffffff || length > 0x7fffffff)) throw EOVERFLOW;
  argument.output!.data = encode(layout, {
    l_type: obstacle.exclusive ? F_WRLCK : F_RDLCK,
    l_whence: SEEK_SET,
    l_start: obstacle.start,
    l_len: length,
    l_pid: obstacle.owner instanceof File ? -1 : obstacle.owner.pid,
  });
  return 0;
}

function* setLock(owner: LockOwner, file: File, argument: CommandArgument, wide: boolean, wait: boolean): Op<number> {
  const { type, lock } = decodeLock(owner, file, argument.input!, wide);
  if ((type === F_RDLCK && !file.reads) || (type === F_WRLCK && !file.writes)) throw EBADF;
  if (type === F_UNLCK) clearRecordLock(file.inode, lock);
  else yield* setRecordLock(file.inode, lock, wait);
  return 0;
}

function control(process: Process, fd: number, command: number, argument: CommandArgument): number | Op<number> {
  const C = fcntlCommands;
  const slot = descriptor(process, fd);
  const { file } = slot;
  switch (command) {
    case C.F_DUPFD.nr:
    case C.F_DUPFD_CLOEXEC.nr:
      return duplicateFrom(process, fd, argument.value | 0, command === C.F_DUPFD_CLOEXEC.nr);
    case C.F_GETFD.nr:
      return slot.closeOnExec ? FD_CLOEXEC : 0;
    case C.F_SETFD.nr:
      slot.closeOnExec = (argument.value & FD_CLOEXEC) !== 0;
      return 0;
    case C.F_GETFL.nr:
      return file.flags;
    default:
  }
  if (file.flags & O_PATH) throw EBADF;
  switch (command) {
    case C.F_SETFL.nr:
      file.flags = (file.flags & ~SETTABLE) | (argument.value & (file.isSeekable ? SETTABLE & ~O_ASYNC : SETTABLE));
      return 0;
    case C.F_GETLK.nr:
    case C.F_GETLK64.nr:
      return getLock(process, file, argument, command === C.F_GETLK64.nr);
    case C.F_SETLK.nr:
    case C.F_SETLKW.nr:
      return setLock(process, file, argument, false, command === C.F_SETLKW.nr);
    case C.F_SETLK64.nr:
    case C.F_SETLKW64.nr:
      return setLock(process, file, argument, true, command === C.F_SETLKW64.nr);
    case C.F_OFD_GETLK.nr:
      return getLock(file, file, argument, true);
    case C.F_OFD_SETLK.nr:
    case C.F_OFD_SETLKW.nr:
      return setLock(file, file, argument, true, command === C.F_OFD_SETLKW.nr);
    case C.F_SETPIPE_SZ.nr:
      return file.setPipeCapacity(process, argument.value >>> 0);
    case C.F_GETPIPE_SZ.nr:
      return file.pipeCapacity;
    // Nobody sends SIGIO: whom and with which signal is only kept.
    case C.F_SETOWN.nr:
      file.signalOwner = argument.value | 0;
      return 0;
    case C.F_GETOWN.nr:
      return file.signalOwner;
    case C.F_SETSIG.nr:
      if (argument.value > SIGNAL_COUNT) throw EINVAL;
      file.signalNumber = argument.value;
      return 0;
    case C.F_GETSIG.nr:
      return file.signalNumber;
    default:
      throw EINVAL;
  }
}

function* ioctl(process: Process, fd: number, command: number, argument: CommandArgument): Op<number> {
  const C = ioctlCommands;
  const file = openFile(process, fd);
  switch (command) {
    case C.FIOCLEX.nr:
    case C.FIONCLEX.nr:
      descriptor(process, fd).closeOnExec = command === C.FIOCLEX.nr;
      return 0;
    case C.FIONBIO.nr:
      if (argument.input!.some((byte) => byte !== 0)) file.flags |= O_NONBLOCK;
      else file.flags &= ~O_NONBLOCK;
      return 0;
    case C.FIOASYNC.nr:
      if (argument.input!.every((byte) => byte === 0)) file.flags &= ~O_ASYNC;
      else if (file.isSeekable) throw ENOTTY;
      else file.flags |= O_ASYNC;
      return 0;
    case C.FIGETBSZ.nr:
      argument.output!.data = intBytes(file.inode.attributes().blockSize);
      return 0;
    case C.FIOQSIZE.nr:
      if (!file.inode.isRegular && !file.inode.isDirectory) throw ENOTTY;
      argument.output!.data = new Uint8Array(BigInt64Array.of(BigInt(file.inode.attributes().size)).buffer);
      return 0;
    default:
  }
  return yield* file.control(process, command, argument);
}

export function createDescriptorHandlers(services: FileServices) {
  function pipe(process: Process, fds: OutBuffer, flags: number): number {
    if (fds.capacity < fds.wanted) throw EFAULT;
    const closeOnExec = (flags & O_CLOEXEC) !== 0;
    const { euid, egid } = process.credentials;
    const readEnd = freeDescriptor(process);
    if (freeDescriptor(process, readEnd + 1) >= process.descriptorLimit) throw EMFILE;
    const inode = new PipeInode(services.signals, { uid: euid, gid: egid }, services.nowNs());
    const descriptors = inode.ends(flags).map((file) => installFile(process, file, closeOnExec));
    fds.data = new Uint8Array(Int32Array.from(descriptors).buffer);
    return 0;
  }

  return {
    dup: (process, { fd }) => duplicateFrom(process, fd, 0, false),
    dup2(process, { from, to }) {
      if (from !== to) return duplicateTo(process, from, to, false);
      descriptor(process, from);
      return to;
    },
    dup3(process, { from, to, flags }) {
      if (from === to) throw EINVAL;
      return duplicateTo(process, from, to, (flags & O_CLOEXEC) !== 0);
    },
    fcntl: (process, { fd, command, argument }) => control(process, fd, command, argument),
    fcntl64: (process, { fd, command, argument }) => control(process, fd, command, argument),
    ioctl: (process, { fd, command, argument }) => ioctl(process, fd, command, argument),
    *flock(process, { fd, operation }) {
      if (operation & LOCK_MAND) return 0;
      const kind = operation & ~LOCK_NB;
      if (kind !== LOCK_SH && kind !== LOCK_EX && kind !== LOCK_UN) throw EINVAL;
      const file = openFile(process, fd);
      if (kind === LOCK_UN) unlockWholeFile(file);
      else yield* lockWholeFile(file, kind === LOCK_EX, (operation & LOCK_NB) === 0);
      return 0;
    },
    pipe: (process, { fds }) => pipe(process, fds, 0),
    pipe2: (process, { fds, flags }) => pipe(process, fds, flags),
    close_range(process, { first, last, flags }) {
      if (first > last) throw EINVAL;
      const end = Math.min(last, HIGHEST_DESCRIPTOR, process.descriptors.length - 1);
      for (let fd = first; fd <= end; fd++) {
        const slot = process.descriptors[fd];
        if (slot === undefined) continue;
        if (flags & CLOSE_RANGE_CLOEXEC) slot.closeOnExec = true;
        else closeDescriptor(process, fd);
      }
      return 0;
    },
  } satisfies Handlers;
}
