/**
 * Vnodes: what all file systems look like to the rest of the server.
 *
 * A vnode is one object of a mounted file system: regular file, directory, symbolic link, device, pipe. The
 * same object is always the same vnode while it is referenced, so that `id` can name it as a data space of
 * the vnode pager. Regular files, directories and links do not sleep (Node's fs is synchronous); devices and pipes do.
 *
 * Checks that are the same for all file systems (permissions, existence, types, read-only) are made above, in
 * file-system.ts and path-walk.ts; the operations here only do the work.
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

/** Attributes of a new node without content, root's unless `own` says more. */
export function newAttributes(
  own: Pick<Attributes, "dev" | "ino" | "mode" | "blockSize"> & Partial<Attributes>,
  nowNs: bigint,
): Attributes {
  return { nlink: 1, uid: 0, gid: 0, rdev: 0, size: 0, blocks: 0, atimeNs: nowNs, mtimeNs: nowNs, ctimeNs: nowNs, ...own };
}

/** What chmod, chown and utimes change; undefined fields stay. `mode` has permission bits only. */
export interface AttributeChange {
  mode?: number;
  uid?: number;
  gid?: number;
  atimeNs?: bigint;
  mtimeNs?: bigint;
}

export interface DirectoryEntry {
  name: string;
  ino: number;
  /** DT_* value of dirent.d_type. */
  type: number;
}

/** An object to create in a directory. */
export interface NewNode {
  /** File type and permission bits, umask applied. */
  mode: number;
  uid: number;
  gid: number;
  /** Device nodes: device number. */
  rdev?: number;
  /** Symbolic links: target. */
  target?: string;
}

/** Operations of a directory. Names are single components, never "." or "..". */
export interface Directory {
  lookup(name: string): Vnode | undefined;
  /** The directory above and the own name in it; undefined at the root of the file system. Of a removed one: the last there were. */
  parent(): { vnode: Vnode; name: string } | undefined;
  /** Whether its name was removed; absent: never. */
  readonly isRemoved?: boolean;
  /** Whether there are no entries but "." and ".."; absent: ask entries(). */
  isEmpty?(): boolean;
  /** All entries without "." and "..". */
  entries(): DirectoryEntry[];
  /** Creating and removing: absent in file systems whose tree is fixed (EPERM). The name does not exist. */
  create?(name: string, node: NewNode): Vnode;
  link?(name: string, vnode: Vnode): void;
  /** Removes a name that is no directory, or an empty directory (ENOTEMPTY). */
  remove?(name: string, vnode: Vnode): void;
  /** Moves a name to a directory of the same file system; replaces what is there (already checked for type and order). */
  rename?(name: string, toDirectory: Vnode, toName: string): void;
}

export { PollEvent } from "../abi/poll-events.ts";

/** What a link of /proc leads to. */
export interface LinkedObject {
  vnode: Vnode;
  /** As its process sees it. */
  path: string;
  /** Its place as policies see it (place-guard.ts). */
  origin?: string | undefined;
}

export interface Vnode {
  /** Unique for the life of the server; data space number at the vnode pager. */
  readonly id: number;
  /** The file system that it belongs to; undefined for pipes and terminals that are in no directory. */
  readonly fileSystem: FileSystem | undefined;
  /** As they are now; the object may be the file system's own: not to be kept. */
  attributes(): Readonly<Attributes>;
  /** chmod, chown, utimes; absent: EPERM. */
  setAttributes?(change: AttributeChange): void;

  /** Directories. */
  readonly directory?: Directory | undefined;

  /** Symbolic links: the target text. */
  readLink?(process: Process): string;
  /** Links of /proc that lead to an object and not to a name (fd/N, exe, cwd, root). */
  followLink?(process: Process): LinkedObject;

  /** Regular files: bytes read at a position, 0 at the end. Never sleeps; used by the pager too. */
  readAt?(position: number, buffer: Uint8Array): number;
  writeAt?(position: number, data: Uint8Array): number;
  truncate?(size: number): void;
  sync?(): void;
  /** Gets ready for readAt (and writeAt): errors of the host's own permission checks show at open(2). */
  prepare?(writing: boolean): void;

  /** The vnode that an open of this one really opens: /dev/tty, /dev/ptmx. */
  redirect?(process: Process): Vnode;

  /** Devices, pipes, terminals: streams that may sleep. Results as read(2)/write(2). */
  open?(process: Process, file: OpenFile): Op<void>;
  close?(file: OpenFile): void;
  /** wanted: what the process asked for, of which it can store only `count` bytes. */
  read?(process: Process, file: OpenFile, count: number, wanted?: number): Op<Uint8Array>;
  write?(process: Process, file: OpenFile, data: Uint8Array): Op<number>;
  control?(process: Process, file: OpenFile, command: number, argument: CommandArgument): Op<number>;
  /** PollEvent bits that hold now, the queues that are woken when they may change, and after how long they may change without that. */
  poll?(file: OpenFile): { events: number; queues: readonly WaitQueue[]; againNs?: number };

  /** References by open files, mappings and working directories. */
  retain(): void;
  release(): void;
}

/** As struct statfs64; sizes in blocks. */
export interface FileSystemStatistics {
  /** Magic number of the type. */
  type: number;
  blockSize: number;
  blocks: number;
  blocksFree: number;
  blocksAvailable: number;
  files: number;
  filesFree: number;
}

/** A tree of vnodes that can be mounted. */
export interface FileSystem {
  /** Type and source as in /proc/mounts. */
  readonly type: string;
  readonly source: string;
  readonly readOnly: boolean;
  readonly root: Vnode;
  statistics(): FileSystemStatistics;
  sync?(): void;
  /** Others have changed what the file system is made from; all that it held was synced before that. */
  backingChanged?(): void;
  /** The system ends: gives back what it holds of the host. */
  close?(): void;
  /** A path walk starts here: what was found before may have changed. */
  beginWalk?(): void;
}

let lastId = 0;

/** The next vnode id. */
export function newVnodeId(): number {
  return ++lastId;
}

/** Told of changes of regular files, so that pages of the vnode pager's cache stay equal to the file. */
export interface PageCacheObserver {
  /** Bytes were written with write(2). */
  written(vnode: Vnode, position: number, data: Uint8Array): void;
  truncated(vnode: Vnode, size: number): void;
  /** Bytes are about to be read with read(2): dirty mapped pages must be written back first. */
  reading(vnode: Vnode): void;
}
