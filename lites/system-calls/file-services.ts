/**
 * What the handlers of file calls need from the rest of the server, and what they share.
 */
import { ENOENT, ENOTDIR } from "../abi/errno.ts";
import { AT_EMPTY_PATH, AT_FDCWD } from "../abi/open-flags.ts";
import { checkPath } from "../bad-path.ts";
import { descriptor } from "../descriptors.ts";
import type { Credentials, DirectoryReference, Process, Thread } from "../process/process.ts";
import type { SignalSink } from "../signal-sink.ts";
import type { FileSystemSpace, Resolved } from "../vfs/file-system.ts";

export interface FileServices {
  files: FileSystemSpace;
  signals: SignalSink;
  /** Machine time, and Unix time, in nanoseconds. */
  now(): number;
  nowNs(): bigint;
  /** Signal mask for the duration of pselect and ppoll: 8 bytes. A signal handler that ends the call puts the old one back itself. */
  setTemporaryMask(thread: Thread, mask: Uint8Array): void;
  restoreMask(thread: Thread): void;
}

/** Where a relative path of an *at call starts; undefined: the working directory. @throws EBADF, ENOENT, ENOTDIR, and what the path is bad for */
export function baseOf(process: Process, dirfd: number, path: string): DirectoryReference | undefined {
  checkPath(path);
  if (path === "") throw ENOENT;
  if (dirfd === AT_FDCWD || path.startsWith("/")) return undefined;
  const { file } = descriptor(process, dirfd);
  if (!file.inode.isDirectory) throw ENOTDIR;
  return { inode: file.inode, path: file.path };
}

/** What an *at call is about: the path's object, or the descriptor's with AT_EMPTY_PATH. */
export function resolveAt(
  services: FileServices,
  process: Process,
  at: { dirfd: number; path: string; flags: number; follow: boolean; credentials?: Credentials },
): Resolved {
  if (at.path === "" && at.flags & AT_EMPTY_PATH) {
    if (at.dirfd === AT_FDCWD) return process.cwd;
    const { inode, path, origin } = descriptor(process, at.dirfd).file;
    return { inode, path, origin };
  }
  const base = baseOf(process, at.dirfd, at.path);
  return services.files.resolve(process, at.path, { base, follow: at.follow, credentials: at.credentials });
}

/** A 64-bit value from two registers, as a signed number: exact up to 2^53. */
export function from64(low: number, high: number): number {
  return (high | 0) * 2 ** 32 + (low >>> 0);
}
