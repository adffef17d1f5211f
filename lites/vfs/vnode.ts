/**
 * Vnodes: what all file systems look like to the rest of the server.
 *
 * A vnode is one object of a mounted file system: regular file, directory, symbolic link, device, pipe. The
 * same object is always the same vnode while it is referenced, so that `id` can name it as a data space of
 * the vnode pager. Regular files, directories and links do not sleep (Node's fs is synchronous); devices and pipes do.
 */
import type { Op, WaitQueue } from "../activation.ts";
import type { CommandArgument } from "../arguments.ts";
import type { Process } from "../process/process.ts";
import type { OpenFile } from "./open-file.ts";

/** As struct stat: POSIX sys/stat.h. Times in nanoseconds since 1970. */
export interface Attributes {
  dev: number;
  ino: number;
  /** File type and permission bits as in st_mode. */
  mode: number;
  nlink: number;
  uid: number;
  gid: number;
  /** Device number of a device node. */
  rdev: number;
  size: number;
  blockSize: number;
  /** In units of 512 bytes. */
  blocks: number;
  atimeNs: bigint;
  mtimeNs: bigint;
  ctimeNs: bigint;
}

export interface DirectoryEntry {
  name: string;
  ino: number;
  /** DT_* value of dirent.d_type. */
  type: number;
}

/** Readiness, as poll's POLLIN … bits. */
export const PollEvent = { IN: 1, PRI: 2, OUT: 4, ERR: 8, HUP: 0x10, NVAL: 0x20 } as const;

export interface Vnode {
  /** Unique for the life of the server; data space number at the vnode pager. */
  readonly id: number;
  attributes(): Attributes;

  /** Regular files: bytes read at a position, 0 at the end. Never sleeps; used by the pager too. */
  readAt?(position: number, buffer: Uint8Array): number;
  writeAt?(position: number, data: Uint8Array): number;
  truncate?(size: number): void;
  sync?(): void;

  /** Devices, pipes, terminals: streams that may sleep. Results as read(2)/write(2). */
  open?(process: Process, file: OpenFile): Op<void>;
  close?(file: OpenFile): void;
  read?(process: Process, file: OpenFile, count: number): Op<Uint8Array>;
  write?(process: Process, file: OpenFile, data: Uint8Array): Op<number>;
  control?(process: Process, file: OpenFile, command: number, argument: CommandArgument): Op<number>;
  /** PollEvent bits that hold now, and the queues that are woken when they may change. */
  poll?(file: OpenFile): { events: number; queues: readonly WaitQueue[] };

  /** References by open files, mappings and working directories. */
  retain(): void;
  release(): void;
}

/** Told of changes of regular files, so that pages of the vnode pager's cache stay equal to the file. */
export interface PageCacheObserver {
  /** Bytes were written with write(2). */
  written(vnode: Vnode, position: number, data: Uint8Array): void;
  truncated(vnode: Vnode, size: number): void;
  /** Bytes are about to be read with read(2): dirty mapped pages must be written back first. */
  reading(vnode: Vnode): void;
}
