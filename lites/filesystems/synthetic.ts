/**
 * Building blocks of file systems whose objects are made by the server itself: /dev and /proc.
 */
import type { Op } from "../activation.ts";
import { EACCES, EFAULT } from "../abi/errno.ts";
import { directoryType, S_IFDIR, S_IFLNK, S_IFMT, S_IFREG } from "../abi/file-mode.ts";
import type { Process } from "../process/process.ts";
import { encodeText } from "../text.ts";
import { type File, opened, type Opening } from "../vfs/file.ts";
import {
  type Attributes,
  Directory,
  type DirectoryEntry,
  type FileSystem,
  type FileSystemStatistics,
  Inode,
  type LinkedObject,
  MemoryInode,
  newAttributes,
} from "../vfs/inode.ts";
import { DirectoryFile, PositionedFile } from "../vfs/positioned-file.ts";
import type { Driver } from "./special-files.ts";

export interface SyntheticOptions {
  fileSystem: FileSystem;
  /** st_dev. */
  device: number;
  ino: number;
  /** Type and permissions. */
  mode: number;
  nowNs: bigint;
  uid?: number;
  gid?: number;
  rdev?: number;
}

/** As SyntheticOptions, for kinds that know their type: `mode` has permissions only, and a default. */
export type NodeOptions = Omit<SyntheticOptions, "mode"> & { mode?: number };

function attributesFrom({ device, ino, mode, uid = 0, gid = 0, rdev = 0 }: SyntheticOptions) {
  return { dev: device, ino, mode, uid, gid, rdev, nlink: (mode & S_IFMT) === S_IFDIR ? 2 : 1, blockSize: 4096 };
}

export abstract class SyntheticInode extends Inode {
  readonly fileSystem: FileSystem;
  readonly type: number;
  private readonly attributesNow: Attributes;

  constructor(options: SyntheticOptions) {
    super();
    this.fileSystem = options.fileSystem;
    this.type = options.mode & S_IFMT;
    this.attributesNow = newAttributes(attributesFrom(options), options.nowNs);
  }

  attributes(): Readonly<Attributes> {
    return this.attributesNow;
  }
}

/** A device node: its attributes may be changed. */
export class SyntheticDevice extends MemoryInode {
  readonly fileSystem: FileSystem;
  private readonly driver: Driver;

  constructor(options: SyntheticOptions, driver: Driver) {
    super(attributesFrom(options), options.nowNs);
    this.fileSystem = options.fileSystem;
    this.driver = driver;
  }

  override open(process: Process, opening: Opening): Op<File> {
    return this.driver.open(process, this, opening);
  }
}

/** A read-only text file. */
export class SyntheticFile extends SyntheticInode {
  private readonly text: () => string;
  private readonly check: (process: Process) => void;

  /** @param check whether a process may open it, beside its mode: throws an error or not */
  constructor(options: NodeOptions, text: () => string, check: (process: Process) => void = () => {}) {
    super({ ...options, mode: S_IFREG | (options.mode ?? 0o444) });
    this.text = text;
    this.check = check;
  }

  override *open(process: Process, opening: Opening): Op<File> {
    return yield* opened(new TextFile(this, opening, this.text), checking(process, this.check));
  }

  override truncate(): void {
    throw EACCES;
  }
}

// biome-ignore lint/correctness/useYield: an operation that may sleep in other inodes
function* checking(process: Process, check: (process: Process) => void): Op<void> {
  check(process);
}

/** The text is made anew for each reading from its start. */
class TextFile extends PositionedFile {
  private readonly text: () => string;
  private content: Uint8Array | undefined;

  constructor(inode: Inode, opening: Opening, text: () => string) {
    super(inode, opening);
    this.text = text;
  }

  override *read(process: Process, count: number, wanted: number): Op<Uint8Array> {
    const bytes = yield* this.readAt(process, this.position, count, wanted);
    this.position += bytes.length;
    return bytes;
  }

  // biome-ignore lint/correctness/useYield: an operation that may sleep in other files
  override *readAt(_process: Process, position: number, count: number, wanted: number): Op<Uint8Array> {
    if (position === 0 || this.content === undefined) this.content = encodeText(this.text());
    if (count === 0 && wanted > 0 && position < this.content.length) throw EFAULT;
    return this.content.slice(position, position + count);
  }

  override truncate(): void {
    throw EACCES;
  }
}

export class SyntheticLink extends SyntheticInode {
  private readonly target: (process: Process) => string;
  private readonly follow: (process: Process) => LinkedObject | undefined;

  /** @param follow for links that lead to an object whatever its name is */
  constructor(
    options: NodeOptions,
    target: (process: Process) => string,
    follow: (process: Process) => LinkedObject | undefined = () => undefined,
  ) {
    super({ ...options, mode: S_IFLNK | (options.mode ?? 0o777) });
    this.target = target;
    this.follow = follow;
  }

  override readLink(process: Process): string {
    return this.target(process);
  }

  override linkedObject(process: Process): LinkedObject | undefined {
    return this.follow(process);
  }
}

/** Names and objects of a directory that are made on demand. */
export interface SyntheticChildren {
  names(): Iterable<string>;
  child(name: string): Inode | undefined;
}

export class SyntheticDirectory extends SyntheticInode {
  private readonly directory: SyntheticNames;

  constructor(
    options: NodeOptions,
    above: { inode: Inode; name: string } | undefined,
    children: (self: SyntheticDirectory) => SyntheticChildren,
  ) {
    super({ ...options, mode: S_IFDIR | (options.mode ?? 0o555) });
    this.directory = new SyntheticNames(above, children(this));
  }

  override asDirectory(): Directory {
    return this.directory;
  }

  // biome-ignore lint/correctness/useYield: an operation that may sleep in other inodes
  override *open(_process: Process, opening: Opening): Op<File> {
    return new DirectoryFile(this, opening);
  }
}

class SyntheticNames extends Directory {
  private readonly above: { inode: Inode; name: string } | undefined;
  private readonly children: SyntheticChildren;

  constructor(above: { inode: Inode; name: string } | undefined, children: SyntheticChildren) {
    super();
    this.above = above;
    this.children = children;
  }

  lookup(name: string): Inode | undefined {
    return this.children.child(name);
  }

  parent(): { inode: Inode; name: string } | undefined {
    return this.above;
  }

  entries(): DirectoryEntry[] {
    const entries: DirectoryEntry[] = [];
    for (const name of this.children.names()) {
      const attributes = this.children.child(name)?.attributes();
      if (attributes) entries.push({ name, ino: attributes.ino, type: directoryType(attributes.mode) });
    }
    return entries;
  }
}

/** statfs of a file system without blocks. */
export function noStatistics(type: number): FileSystemStatistics {
  return { type, blockSize: 4096, blocks: 0, blocksFree: 0, blocksAvailable: 0, files: 0, filesFree: 0 };
}
