/**
 * Calls on attributes of files: stat and its family, access, modes, owners, times. Source: POSIX stat, chmod, …; Linux statx(2).
 */
import { EFAULT, EINVAL, EOVERFLOW } from "../abi/errno.ts";
import { majorOf, minorOf } from "../abi/file-mode.ts";
import { AT_EACCESS, AT_EMPTY_PATH, AT_FDCWD, AT_STATX_SYNC_TYPE, AT_SYMLINK_NOFOLLOW } from "../abi/open-flags.ts";
import { encode } from "../abi/struct-codec.ts";
import { structs } from "../abi/structs.ts";
import { decodeTime, TIMESPEC32, TIMESPEC64, TIMEVAL, type TimeFormat, type TimePair, UTIME_NOW, UTIME_OMIT } from "../abi/times.ts";
import type { Handlers, OutBuffer } from "../arguments.ts";
import { descriptor, openFile } from "../descriptors.ts";
import type { Process } from "../process/process.ts";
import { checkAccess, chmod, chown, setTimes } from "../vfs/attribute-changes.ts";
import type { Attributes, Inode } from "../vfs/inode.ts";
import { type FileServices, resolveAt } from "./file-services.ts";

const LARGEST_32BIT = 0x7fffffff;
/** What 16-bit user ids show of larger ones. */
const OVERFLOW_ID = 65534;
/** statx: type, mode, nlink, uid, gid, times, ino, size, blocks. */
const STATX_BASIC_STATS = 0x7ff;

const NS = 1_000_000_000n;
/** Seconds (rounded down) and nanoseconds of a time. */
function split(ns: bigint): { seconds: bigint; rest: number } {
  const rest = ((ns % NS) + NS) % NS;
  return { seconds: (ns - rest) / NS, rest: Number(rest) };
}

export function encodeStat64(attributes: Readonly<Attributes>): Uint8Array {
  const [atime, mtime, ctime] = [split(attributes.atimeNs), split(attributes.mtimeNs), split(attributes.ctimeNs)];
  return encode(structs.stat64, {
    st_dev: attributes.dev,
    st_ino32: attributes.ino,
    st_mode: attributes.mode,
    st_nlink: attributes.nlink,
    st_uid: attributes.uid,
    st_gid: attributes.gid,
    st_rdev: attributes.rdev,
    st_size: attributes.size,
    st_blksize: attributes.blockSize,
    st_blocks: attributes.blocks,
    st_atime: BigInt.asUintN(32, atime.seconds),
    st_atime_nsec: atime.rest,
    st_mtime: BigInt.asUintN(32, mtime.seconds),
    st_mtime_nsec: mtime.rest,
    st_ctime: BigInt.asUintN(32, ctime.seconds),
    st_ctime_nsec: ctime.rest,
    st_ino: attributes.ino,
  });
}

/** The older structure, with 32-bit sizes and 16-bit ids. @throws EOVERFLOW */
export function encodeStat(attributes: Readonly<Attributes>): Uint8Array {
  if (attributes.size > LARGEST_32BIT) throw EOVERFLOW;
  const [atime, mtime, ctime] = [split(attributes.atimeNs), split(attributes.mtimeNs), split(attributes.ctimeNs)];
  const id = (value: number) => (value > 0xffff ? OVERFLOW_ID : value);
  return encode(structs.stat, {
    st_dev: attributes.dev,
    st_ino: attributes.ino,
    st_mode: attributes.mode,
    st_nlink: attributes.nlink,
    st_uid: id(attributes.uid),
    st_gid: id(attributes.gid),
    st_rdev: attributes.rdev,
    st_size: attributes.size,
    st_blksize: attributes.blockSize,
    st_blocks: attributes.blocks,
    st_atime: BigInt.asUintN(32, atime.seconds),
    st_atime_nsec: atime.rest,
    st_mtime: BigInt.asUintN(32, mtime.seconds),
    st_mtime_nsec: mtime.rest,
    st_ctime: BigInt.asUintN(32, ctime.seconds),
    st_ctime_nsec: ctime.rest,
  });
}

export function encodeStatx(attributes: Readonly<Attributes>): Uint8Array {
  const [atime, mtime, ctime] = [split(attributes.atimeNs), split(attributes.mtimeNs), split(attributes.ctimeNs)];
  return encode(structs.statx, {
    stx_mask: STATX_BASIC_STATS,
    stx_blksize: attributes.blockSize,
    stx_nlink: attributes.nlink,
    stx_uid: attributes.uid,
    stx_gid: attributes.gid,
    stx_mode: attributes.mode,
    stx_ino: attributes.ino,
    stx_size: attributes.size,
    stx_blocks: attributes.blocks,
    stx_atime: atime.seconds,
    stx_atime_nsec: atime.rest,
    stx_ctime: ctime.seconds,
    stx_ctime_nsec: ctime.rest,
    stx_mtime: mtime.seconds,
    stx_mtime_nsec: mtime.rest,
    stx_rdev_major: majorOf(attributes.rdev),
    stx_rdev_minor: minorOf(attributes.rdev),
    stx_dev_major: majorOf(attributes.dev),
    stx_dev_minor: minorOf(attributes.dev),
  });
}

/** -1 in the 16-bit ids of the older chown calls. */
const wideId = (id: number): number => ((id & 0xffff) === 0xffff ? -1 : id & 0xffff);

export function createAttributeHandlers(services: FileServices) {
  const { files } = services;

  const byPath = (process: Process, path: string, follow = true): Inode => files.resolve(process, path, { follow }).inode;

  /** The object of an *at call, whose flags may be AT_SYMLINK_NOFOLLOW and AT_EMPTY_PATH. */
  function at(process: Process, dirfd: number, path: string, flags: number): Inode {
    return resolveAt(services, process, { dirfd, path, flags, follow: !(flags & AT_SYMLINK_NOFOLLOW) }).inode;
  }

  /** As at(); without a path the descriptor itself names the file (futimens). */
  function named(process: Process, dirfd: number, path: string | undefined, flags: number): Inode {
    if (flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH)) throw EINVAL;
    if (path !== undefined) return at(process, dirfd, path, flags);
    if (dirfd === AT_FDCWD) throw EFAULT;
    if (flags !== 0) throw EINVAL;
    return openFile(process, dirfd).inode;
  }

  /** Mapped pages that were written count for size and times only when they are written back: that is done first. */
  function current(inode: Inode): Readonly<Attributes> {
    if (inode.isRegular) files.pages.reading(inode);
    return inode.attributes();
  }

  function access(process: Process, dirfd: number, path: string, mode: number, flags: number): number {
    const { credentials } = process;
    const asked = flags & AT_EACCESS ? credentials : { ...credentials, euid: credentials.uid, egid: credentials.gid };
    const base = resolveAt(services, process, { dirfd, path, flags, follow: !(flags & AT_SYMLINK_NOFOLLOW), credentials: asked });
    checkAccess(base.inode, mode, asked);
    return 0;
  }

  function own(process: Process, inode: Inode, uid: number, gid: number): number {
    chown(process, inode, uid, gid);
    return 0;
  }

  function mode(process: Process, inode: Inode, bits: number): number {
    chmod(process, inode, bits);
    return 0;
  }

  /**
   * Sets access and modification time; no times: both now. UTIME_NOW and UTIME_OMIT only count in timespecs.
   * Times are read before the file is looked for, and microseconds are checked before, nanoseconds after.
   */
  function touch(process: Process, find: () => Inode, times: Uint8Array | undefined, format: TimeFormat): number {
    if (times === undefined) {
      const now = services.nowNs();
      setTimes(process, find(), { atimeNs: now, mtimeNs: now }, false);
      return 0;
    }
    const pairs = [0, 1].map((index) => decodeTime(times, format, index));
    if (format.unitNs === 1 && pairs.every(({ fraction }) => fraction === UTIME_OMIT)) return 0;
    if (format.unitNs !== 1) pairs.forEach((pair) => timeOf(pair, format));
    const inode = find();
    const [atime, mtime] = pairs.map((pair) => timeOf(pair, format));
    const change: { atimeNs?: bigint; mtimeNs?: bigint } = {};
    const now = services.nowNs();
    if (atime !== UTIME_OMIT) change.atimeNs = typeof atime === "bigint" ? atime : now;
    if (mtime !== UTIME_OMIT) change.mtimeNs = typeof mtime === "bigint" ? mtime : now;
    setTimes(process, inode, change, !(atime === UTIME_NOW && mtime === UTIME_NOW));
    return 0;
  }

  const put = (buffer: OutBuffer, data: Uint8Array): number => {
    buffer.data = data;
    return 0;
  };

  return {
    stat: (process, { path, buffer }) => put(buffer, encodeStat(current(byPath(process, path)))),
    lstat: (process, { path, buffer }) => put(buffer, encodeStat(current(byPath(process, path, false)))),
    fstat: (process, { fd, buffer }) => put(buffer, encodeStat(current(descriptor(process, fd).file.inode))),
    stat64: (process, { path, buffer }) => put(buffer, encodeStat64(current(byPath(process, path)))),
    lstat64: (process, { path, buffer }) => put(buffer, encodeStat64(current(byPath(process, path, false)))),
    fstat64: (process, { fd, buffer }) => put(buffer, encodeStat64(current(descriptor(process, fd).file.inode))),
    fstatat64: (process, { dirfd, path, buffer, flags }) => put(buffer, encodeStat64(current(at(process, dirfd, path, flags)))),
    statx(process, { dirfd, path, flags, buffer }) {
      if ((flags & AT_STATX_SYNC_TYPE) === AT_STATX_SYNC_TYPE) throw EINVAL;
      const inode = at(process, dirfd, path, flags);
      return put(buffer, encodeStatx(current(inode)));
    },
    access: (process, { path, mode: wanted }) => access(process, AT_FDCWD, path, wanted, 0),
    faccessat: (process, { dirfd, path, mode: wanted }) => access(process, dirfd, path, wanted, 0),
    faccessat2: (process, { dirfd, path, mode: wanted, flags }) => access(process, dirfd, path, wanted, flags),
    chmod: (process, { path, mode: bits }) => mode(process, byPath(process, path), bits),
    fchmod: (process, { fd, mode: bits }) => mode(process, openFile(process, fd).inode, bits),
    fchmodat: (process, { dirfd, path, mode: bits }) => mode(process, at(process, dirfd, path, 0), bits),
    chown: (process, { path, uid, gid }) => own(process, byPath(process, path), wideId(uid), wideId(gid)),
    lchown: (process, { path, uid, gid }) => own(process, byPath(process, path, false), wideId(uid), wideId(gid)),
    fchown: (process, { fd, uid, gid }) => own(process, openFile(process, fd).inode, wideId(uid), wideId(gid)),
    chown32: (process, { path, uid, gid }) => own(process, byPath(process, path), uid, gid),
    lchown32: (process, { path, uid, gid }) => own(process, byPath(process, path, false), uid, gid),
    fchown32: (process, { fd, uid, gid }) => own(process, openFile(process, fd).inode, uid, gid),
    fchownat: (process, { dirfd, path, uid, gid, flags }) => own(process, at(process, dirfd, path, flags), uid, gid),
    utime: (process, { path, times }) => touch(process, () => byPath(process, path), times && fullTimes(times), TIMEVAL),
    utimes: (process, { path, times }) => touch(process, () => byPath(process, path), times, TIMEVAL),
    futimesat: (process, { dirfd, path, times }) => touch(process, () => named(process, dirfd, path, 0), times, TIMEVAL),
    utimensat: (process, { dirfd, path, times, flags }) => touch(process, () => named(process, dirfd, path, flags), times, TIMESPEC32),
    utimensat_time64: (process, { dirfd, path, times, flags }) =>
      touch(process, () => named(process, dirfd, path, flags), times, TIMESPEC64),
    umask(process, { mask }) {
      const old = process.umask;
      process.umask = mask & 0o777;
      return old;
    },
  } satisfies Handlers;
}

/** A time in nanoseconds, or UTIME_NOW or UTIME_OMIT. @throws EINVAL */
function timeOf({ seconds, fraction }: TimePair, format: TimeFormat): bigint | number {
  if (format.unitNs === 1 && (fraction === UTIME_NOW || fraction === UTIME_OMIT)) return fraction;
  if (fraction < 0 || fraction * format.unitNs >= 1e9) throw EINVAL;
  return seconds * NS + BigInt(fraction * format.unitNs);
}

/** utime's two seconds as utimes' two timevals. */
function fullTimes(times: Uint8Array): Uint8Array {
  const view = new DataView(times.buffer, times.byteOffset);
  return new Uint8Array(Int32Array.of(view.getInt32(0, true), 0, view.getInt32(4, true), 0).buffer);
}
