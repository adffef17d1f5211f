/**
 * Inodes: what all file systems look like to the rest of the server.
 *
 * An inode is one object of a file system: regular file, directory, symbolic link, device, FIFO, terminal; or an object without a name
 * (pipe, socket). The same object is always the same inode while it is referenced, so that `id` can name it as a data space of the inode
 * pager. What is open of it is a File (file.ts), which open() makes.
 *
 * The base class gives the error of a kind that cannot do what is asked, so that nobody asks for the kind. Checks that are the same for all
 * file systems (permissions, existence, types, read-only) are made above, in file-system.ts and path-walk.ts; the operations here only do
 * the work. Source: POSIX; where it leaves errors open, Linux's.
 */
import type { Op } from "../activation.ts";
import { EINVAL, ENOTDIR, ENXIO, EPERM } from "../abi/errno.ts";
import { S_IFDIR, S_IFLNK, S_IFMT, S_IFREG } from "../abi/file-mode.ts";
import type { Process } from "../process/process.ts";
import type { File, Opening } from "./file.ts";

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

/** Operations of a directory. Names are single components, never "." or "..". A tree that is fixed refuses changes with EPERM. */
export abstract class Directory {
  abstract lookup(name: string): Inode | undefined;
  /** The directory above and the own name in it; undefined at the root of the file system. Of a removed one: the last there were. */
  abstract parent(): { inode: Inode; name: string } | undefined;
  /** All entries without "." and "..". */
  abstract entries(): DirectoryEntry[];

  /** Whether its name was removed. */
  get isRemoved(): boolean {
    return false;
  }

  /** Whether there are no entries but "." and "..". */
  isEmpty(): boolean {
    return this.entries().length === 0;
  }

  /** The name does not exist. */
  create(_name: string, _node: NewNode): Inode {
    throw EPERM;
  }

  link(_name: string, _inode: Inode): void {
    throw EPERM;
  }

  /** Removes a name that is no directory, or an empty directory (ENOTEMPTY). */
  remove(_name: string, _inode: Inode): void {
    throw EPERM;
  }

  /** Moves a name to a directory of the same file system; replaces what is there (already checked for type and order). */
  rename(_name: string, _toDirectory: Inode, _toName: string): void {
    throw EPERM;
  }
}

/** What a link of /proc leads to. */
export interface LinkedObject {
  inode: Inode;
  /** As its process sees it. */
  path: string;
  /** Its place as policies see it (place-guard.ts). */
  origin?: string | undefined;
}

export abstract class Inode {
  /** Unique for the life of the server; data space number at the file pager. */
  readonly id = newInodeId();
  /** The file system that it belongs to; undefined for what is in no directory (pipes, terminals, sockets). */
  abstract readonly fileSystem: FileSystem | undefined;
  /** S_IFMT bits of its mode, which never change. */
  abstract readonly type: number;

  get isDirectory(): boolean {
    return this.type === S_IFDIR;
  }

  get isRegular(): boolean {
    return this.type === S_IFREG;
  }

  get isSymlink(): boolean {
    return this.type === S_IFLNK;
  }

  /** As they are now; the object may be the file system's own: not to be kept. */
  abstract attributes(): Readonly<Attributes>;

  /** chmod, chown, utimes. */
  setAttributes(_change: AttributeChange): void {
    throw EPERM;
  }

  /** What open(2) makes, all permissions checked. May sleep (FIFOs). A device without driver, or a socket: ENXIO. */
  open(_process: Process, _opening: Opening): Op<File> {
    throw ENXIO;
  }

  /** Its operations as a directory. @throws ENOTDIR */
  asDirectory(): Directory {
    throw ENOTDIR;
  }

  /** Symbolic links: the target text. */
  readLink(_process: Process): string {
    throw EINVAL;
  }

  /** Links of /proc that lead to an object and not to a name (fd/N, exe, cwd, root): that object. */
  linkedObject(_process: Process): LinkedObject | undefined {
    return undefined;
  }

  // Content of regular files: bytes as they are stored. Never sleeps; used by the pager too.

  /** Bytes read at a position, 0 at the end. */
  readAt(_position: number, _buffer: Uint8Array): number {
    throw EINVAL;
  }

  writeAt(_position: number, _data: Uint8Array): number {
    throw EINVAL;
  }

  truncate(_size: number): void {
    throw EINVAL;
  }

  sync(): void {}

  /** Gets ready for readAt (and writeAt): errors of the host's own permission checks show at open(2). */
  prepare(_writing: boolean): void {}

  // References by open files, mappings and working directories.

  retain(): void {}
  release(): void {}
}

/** An inode whose attributes are kept in memory, and may be changed. */
export abstract class MemoryInode extends Inode {
  protected readonly attributesNow: Attributes;

  /** @param attributes without ino: its id counts */
  constructor(attributes: Partial<Attributes> & Pick<Attributes, "dev" | "mode" | "blockSize">, nowNs: bigint) {
    super();
    this.attributesNow = newAttributes({ ino: this.id, ...attributes }, nowNs);
  }

  get type(): number {
    return this.attributesNow.mode & S_IFMT;
  }

  attributes(): Readonly<Attributes> {
    return this.attributesNow;
  }

  override setAttributes(change: AttributeChange): void {
    const { mode, ...rest } = change;
    Object.assign(this.attributesNow, rest);
    if (mode !== undefined) this.attributesNow.mode = this.type | mode;
  }
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

/** A tree of inodes that can be mounted. */
export interface FileSystem {
  /** Type and source as in /proc/mounts. */
  readonly type: string;
  readonly source: string;
  readonly readOnly: boolean;
  readonly root: Inode;
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

function newInodeId(): number {
  return ++lastId;
}

/** Told of changes of regular files, so that pages of the file pager's cache stay equal to the file. */
export interface PageCacheObserver {
  /** Bytes were written with write(2). */
  written(inode: Inode, position: number, data: Uint8Array): void;
  truncated(inode: Inode, size: number): void;
  /** Bytes are about to be read with read(2): dirty mapped pages must be written back first. */
  reading(inode: Inode): void;
}
