/**
 * A file system over an object with Node's synchronous `fs` interface: memfs for the root, Node's own for host directories.
 *
 * Exclusive trees (memfs) are changed by this server alone while the machine runs: their directories are read once, and attributes are
 * kept here in full (nanosecond times, owners, modes) and written back by sync(). What the host changes in between comes in by
 * backingChanged(). Other trees (host directories) are asked anew each time.
 *
 * Nothing leaves the root directory: objects are reached by one name at a time (tree-access.ts), and symbolic links are only ever read as
 * text. Device nodes and sockets live in this object, as `fs` cannot make them; so do FIFOs of exclusive trees.
 */
import { EACCES, EFBIG, EIO, ENOSPC, ENOTDIR } from "../abi/errno.ts";
import { isDirectory } from "../abi/file-mode.ts";
import type { Attributes, FileSystem, FileSystemStatistics, NewNode, Inode } from "../vfs/inode.ts";
import type { ContentServices } from "../vfs/regular-file.ts";
import { type DescriptorLinks, DirectoryHandles } from "./directory-handles.ts";
import { ExactTimes } from "./exact-times.ts";
import { BLOCK, blocksOf, MemoryAccess, usedBlocks } from "./memory-access.ts";
import { hostCall, identity, type NodeFs, type NodeStats, unixErrorOf } from "./node-interface.ts";
import { NodeInode } from "./node-inode.ts";
import type { SpecialFiles } from "./special-files.ts";
import { NamedAccess, type TreeAccess } from "./tree-access.ts";

export interface NodeFileSystemOptions {
  fs: NodeFs;
  /** Directory of `fs` that is the root. Absolute; the host has resolved links in it. A byte string. */
  directory: string;
  /** True: nobody else changes the tree, or tells it by backingChanged() (memfs). It is all of `fs`. */
  exclusive: boolean;
  /** Shared trees: where `fs` shows its descriptors. Absent: objects are reached by names that others can exchange meanwhile. */
  descriptorLinks?: DescriptorLinks | undefined;
  readOnly?: boolean;
  /** Type and source as /proc/mounts shows them. */
  type: string;
  source: string;
  /** st_dev. */
  device: number;
  /** Unix time in nanoseconds, for the times of exclusive trees. */
  nowNs: () => bigint;
  /** What stands behind FIFOs and device nodes, and what open regular files use. */
  special: SpecialFiles;
  content: ContentServices;
  /** Exclusive trees: how many bytes they hold, with a block for each name. Default: 1 GiB. */
  space?: number | undefined;
}

/** Largest file of an exclusive tree: memfs keeps each in one piece. */
const MAXIMUM_FILE_SIZE = 2 ** 30;
const DEFAULT_SPACE = 2 ** 30;
const TMPFS_MAGIC = 0x01021994;

export class NodeFileSystem implements FileSystem {
  readonly type: string;
  readonly source: string;
  readonly readOnly: boolean;
  readonly exclusive: boolean;
  readonly fs: NodeFs;
  readonly access: TreeAccess;
  readonly special: SpecialFiles;
  readonly content: ContentServices;
  readonly root: NodeInode;
  readonly nowNs: () => bigint;
  /** Exclusive trees: inodes whose attributes differ from the backing object's. */
  readonly changed = new Set<NodeInode>();
  /** Shared trees: devices and sockets made here, by directory identity and name. */
  readonly overlay = new Map<string, Map<string, NodeInode>>();
  /** Shared trees: the inode that the last look-up of this path walk led to; nothing else was done since. */
  justFound: NodeInode | undefined;

  /** Shared trees: times that programs set, finer than the host keeps them. */
  readonly exactTimes = new ExactTimes();
  private readonly device: number;
  /** Exclusive trees: room for all content, and for names, which take a block each. */
  private readonly blocks: number;
  private usedBlocks: number;
  /** Exclusive trees: files that have no name any more, but are open. */
  readonly unnamed = new Set<NodeInode>();
  /** Exclusive: hard-linked files seen so far. Shared: all referenced inodes and some more. By identity. */
  private readonly byIdentity = new Map<string, NodeInode>();

  constructor(options: NodeFileSystemOptions) {
    this.type = options.type;
    this.source = options.source;
    this.readOnly = options.readOnly ?? false;
    this.exclusive = options.exclusive;
    this.fs = options.fs;
    this.special = options.special;
    this.content = options.content;
    this.nowNs = options.nowNs;
    this.device = options.device;
    this.blocks = Math.floor((options.space ?? DEFAULT_SPACE) / BLOCK);
    this.usedBlocks = this.exclusive ? usedBlocks(this.fs) : 0;
    this.access = accessOf(options);
    const stats = this.access.rootStats();
    if (!isDirectory(Number(stats.mode))) throw ENOTDIR;
    this.root = new NodeInode(this, undefined, "", stats);
    if (this.exclusive) this.root.directory!.countLinks();
  }

  /** Runs work on the backing object. memfs checks permissions against the host's user even here: then they are opened up, until sync(). */
  run<T>(inode: NodeInode, work: () => T): T {
    try {
      return work();
    } catch (error) {
      const unixError = unixErrorOf(error);
      if (unixError !== EACCES || !this.exclusive) throw unixError;
      this.openUp(inode);
      return hostCall(work);
    }
  }

  private openUp(inode: NodeInode): void {
    if (inode.parent !== undefined) this.openUp(inode.parent);
    if (inode.detached || inode.isSymlink || inode.isSpecial) return;
    hostCall(() => this.access.withObject(inode, ({ chmod }) => chmod(0o777)));
    this.changed.add(inode);
  }

  beginWalk(): void {
    this.justFound = undefined;
  }

  /** The inode of an object of the backing tree found under a name: the one that is known already, or a new one. */
  inodeFor(parent: NodeInode, name: string, stats: NodeStats): NodeInode {
    const key = identity(stats);
    const known = this.byIdentity.get(key);
    if (known !== undefined) {
      known.moveTo(parent, name);
      return known;
    }
    const inode = new NodeInode(this, parent, name, stats);
    if (this.exclusive) {
      if (!isDirectory(Number(stats.mode)) && stats.nlink > 1n) this.remember(inode);
    } else {
      if (this.byIdentity.size > IDENTITY_LIMIT) this.sweep();
      this.byIdentity.set(key, inode);
      inode.isKnown = true;
    }
    return inode;
  }

  /** Forgets unreferenced inodes. */
  private sweep(): void {
    for (const inode of this.byIdentity.values()) if (!inode.referenced) this.forget(inode);
  }

  /** Called when the last reference of a shared tree's inode went, or the last name of an exclusive tree's. */
  forget(inode: NodeInode): void {
    this.access.forgotten(inode);
    inode.isKnown = false;
    if (this.byIdentity.get(inode.identity) === inode) this.byIdentity.delete(inode.identity);
  }

  /** An inode that is not known yet: of something just created, or of a FIFO or device. */
  newInode(parent: NodeInode, name: string, attributes: Attributes): NodeInode {
    return new NodeInode(this, parent, name, attributes);
  }

  attributesOf(stats: NodeStats, ino = Number(stats.ino)): Attributes {
    const { atimeNs, mtimeNs } = this.exactTimes.of(stats);
    return {
      dev: this.device,
      ino,
      mode: Number(stats.mode),
      nlink: Number(stats.nlink),
      uid: Number(stats.uid),
      gid: Number(stats.gid),
      rdev: Number(stats.rdev),
      size: Number(stats.size),
      blockSize: BLOCK,
      blocks: Number(stats.blocks),
      atimeNs,
      mtimeNs,
      ctimeNs: stats.ctimeNs,
    };
  }

  /** Attributes of a new object of an exclusive tree, or of a FIFO or device of any; the inode fills in its number. */
  newAttributes(node: NewNode): Attributes {
    const now = this.nowNs();
    const directory = isDirectory(node.mode);
    return {
      dev: this.device,
      ino: 0,
      mode: node.mode,
      nlink: directory ? 2 : 1,
      uid: node.uid,
      gid: node.gid,
      rdev: node.rdev ?? 0,
      size: directory ? BLOCK : (node.target ?? "").length,
      blockSize: BLOCK,
      blocks: directory ? BLOCK / 512 : 0,
      atimeNs: now,
      mtimeNs: now,
      ctimeNs: now,
    };
  }

  private get freeBlocks(): number {
    return Math.max(0, this.blocks - this.usedBlocks);
  }

  /** How much of a file may be written up to `end` bytes, starting at `start`. @throws EFBIG, ENOSPC */
  admit(start: number, end: number, size: number): number {
    if (!this.exclusive) return end;
    if (end > MAXIMUM_FILE_SIZE && start >= MAXIMUM_FILE_SIZE) throw EFBIG;
    const room = (blocksOf(size) + this.freeBlocks) * BLOCK;
    if (end > room && start >= room) throw ENOSPC;
    return Math.min(end, MAXIMUM_FILE_SIZE, room);
  }

  /** Accounts for a change of a file's size. */
  resized(from: number, to: number): void {
    if (this.exclusive) this.usedBlocks += blocksOf(to) - blocksOf(from);
  }

  /** Whether there is room for another name. @throws ENOSPC */
  admitName(): void {
    if (this.exclusive && this.freeBlocks === 0) throw ENOSPC;
  }

  nameAdded(): void {
    if (this.exclusive) this.usedBlocks++;
  }

  nameRemoved(): void {
    if (this.exclusive) this.usedBlocks--;
  }

  statistics(): FileSystemStatistics {
    if (!this.exclusive && this.fs.statfsSync) {
      const host = hostCall(() => this.access.statistics(this.root));
      return {
        type: host.type >>> 0,
        blockSize: host.bsize,
        blocks: host.blocks,
        blocksFree: host.bfree,
        blocksAvailable: host.bavail,
        files: host.files,
        filesFree: host.ffree,
      };
    }
    const { blocks, freeBlocks } = this;
    return {
      type: TMPFS_MAGIC,
      blockSize: BLOCK,
      blocks,
      blocksFree: freeBlocks,
      blocksAvailable: freeBlocks,
      files: blocks,
      filesFree: freeBlocks,
    };
  }

  /** Exclusive trees: writes owners, modes and times to the backing object. Children first, as modes may shut directories. */
  sync(): void {
    const depth = (inode: NodeInode): number => (inode.parent === undefined ? 0 : 1 + depth(inode.parent));
    const order = [...this.changed].filter((inode) => !inode.detached && !inode.isSpecial).sort((a, b) => depth(b) - depth(a));
    this.changed.clear();
    for (const inode of order) this.writeAttributes(inode);
  }

  private writeAttributes(inode: NodeInode): void {
    const { mode, uid, gid, atimeNs, mtimeNs } = inode.kept ?? inode.attributes();
    try {
      if (inode.identity === "") inode.identity = identity(this.access.lookup(inode.parent!, inode.name)!);
      this.access.withObject(inode, ({ chown, chmod, utimes }) => {
        chown(uid, gid);
        if (!inode.isSymlink) chmod(mode & 0o7777);
        // Times last: memfs takes the other changes for modifications.
        utimes({ atimeNs, mtimeNs });
      });
    } catch (error) {
      // A directory above is shut already: a name chain with hard links from elsewhere.
      if (unixErrorOf(error) !== EACCES) throw EIO;
    }
  }

  /** Exclusive trees: the host has changed the tree between two runs of the machine. */
  backingChanged(): void {
    if (!this.exclusive) return;
    this.access.backingChanged();
    this.root.reconcile(this.access.rootStats());
    this.usedBlocks = usedBlocks(this.fs);
    for (const { kept } of this.unnamed) this.usedBlocks += blocksOf(kept!.size);
  }

  close(): void {
    this.access.close();
  }

  /** Exclusive trees: a file with several names is found by all of them. */
  remember(inode: NodeInode): void {
    this.byIdentity.set(inode.identity, inode);
  }

  /** Whether an inode belongs here. */
  owns(inode: Inode): inode is NodeInode {
    return inode instanceof NodeInode && inode.fileSystem === this;
  }
}

function accessOf({ fs, exclusive, directory, descriptorLinks }: NodeFileSystemOptions): TreeAccess {
  if (exclusive) return new MemoryAccess(fs);
  return descriptorLinks === undefined ? new NamedAccess(fs, directory, true) : new DirectoryHandles(fs, directory, descriptorLinks);
}

/** Inodes of a shared tree that are kept though unreferenced. */
const IDENTITY_LIMIT = 4096;
