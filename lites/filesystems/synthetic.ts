/**
 * Building blocks of file systems whose objects are made by the server itself: /dev and /proc.
 */
import type { Op } from "../activation.ts";
import { EACCES } from "../abi/errno.ts";
import { directoryType, S_IFDIR, S_IFLNK, S_IFMT, S_IFREG } from "../abi/file-mode.ts";
import type { Process } from "../process/process.ts";
import { encodeText } from "../text.ts";
import {
  type AttributeChange,
  type Attributes,
  type Directory,
  type DirectoryEntry,
  type FileSystem,
  type FileSystemStatistics,
  type LinkedObject,
  newVnodeId,
  type Vnode,
} from "../vfs/vnode.ts";

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

export class SyntheticVnode implements Vnode {
  readonly id = newVnodeId();
  readonly fileSystem: FileSystem;
  protected readonly attributesNow: Attributes;

  constructor(options: SyntheticOptions) {
    this.fileSystem = options.fileSystem;
    this.attributesNow = {
      dev: options.device,
      ino: options.ino,
      mode: options.mode,
      nlink: (options.mode & S_IFMT) === S_IFDIR ? 2 : 1,
      uid: options.uid ?? 0,
      gid: options.gid ?? 0,
      rdev: options.rdev ?? 0,
      size: 0,
      blockSize: 4096,
      blocks: 0,
      atimeNs: options.nowNs,
      mtimeNs: options.nowNs,
      ctimeNs: options.nowNs,
    };
  }

  attributes(): Readonly<Attributes> {
    return this.attributesNow;
  }

  retain(): void {}
  release(): void {}
}

/** A device node: its attributes may be changed. */
export class SyntheticDevice extends SyntheticVnode {
  setAttributes(change: AttributeChange): void {
    const { mode, ...rest } = change;
    Object.assign(this.attributesNow, rest);
    if (mode !== undefined) this.attributesNow.mode = (this.attributesNow.mode & S_IFMT) | mode;
  }
}

/** A read-only text file, made anew for each reading from its start. */
export class SyntheticFile extends SyntheticVnode {
  private readonly text: () => string;
  private content: Uint8Array | undefined;
  readonly open?: (process: Process) => Op<void>;

  /** @param check whether a process may open it, beside its mode: throws an error or not */
  constructor(options: NodeOptions, text: () => string, check?: (process: Process) => void) {
    super({ ...options, mode: S_IFREG | (options.mode ?? 0o444) });
    this.text = text;
    if (check !== undefined) this.open = (process) => checking(() => check(process));
  }

  readAt(position: number, buffer: Uint8Array): number {
    if (position === 0 || this.content === undefined) this.content = encodeText(this.text());
    const part = this.content.subarray(position, position + buffer.length);
    buffer.set(part);
    return part.length;
  }

  truncate(): void {
    throw EACCES;
  }
}

// biome-ignore lint/correctness/useYield: an operation that may sleep in other vnodes
function* checking(check: () => void): Op<void> {
  check();
}

export class SyntheticLink extends SyntheticVnode {
  private readonly target: (process: Process) => string;
  readonly followLink?: (process: Process) => LinkedObject;

  /** @param follow for links that lead to an object whatever its name is */
  constructor(options: NodeOptions, target: (process: Process) => string, follow?: (process: Process) => LinkedObject) {
    super({ ...options, mode: S_IFLNK | (options.mode ?? 0o777) });
    this.target = target;
    if (follow) this.followLink = follow;
  }

  readLink(process: Process): string {
    return this.target(process);
  }
}

/** Names and objects of a directory that are made on demand. */
export interface SyntheticChildren {
  names(): Iterable<string>;
  child(name: string): Vnode | undefined;
}

export class SyntheticDirectory extends SyntheticVnode implements Directory {
  readonly directory: Directory = this;
  private readonly above: { vnode: Vnode; name: string } | undefined;
  private readonly children: SyntheticChildren;

  constructor(
    options: NodeOptions,
    above: { vnode: Vnode; name: string } | undefined,
    children: (self: SyntheticDirectory) => SyntheticChildren,
  ) {
    super({ ...options, mode: S_IFDIR | (options.mode ?? 0o555) });
    this.above = above;
    this.children = children(this);
  }

  lookup(name: string): Vnode | undefined {
    return this.children.child(name);
  }

  parent(): { vnode: Vnode; name: string } | undefined {
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
