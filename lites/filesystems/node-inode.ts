/**
 * Inodes of file systems over Node's `fs` interface: attributes, content, links, special files. Directories: node-directory.ts.
 *
 * An inode knows the name that it was last seen under. Content goes through a descriptor of the backing object, opened at
 * the first use and kept while the inode is referenced, so that it survives unlink and rename.
 */
import type { Op } from "../activation.ts";
import { EINVAL, ENOENT, ENOSPC, ENOTDIR } from "../abi/errno.ts";
import { isFifo, PERMISSION_BITS, S_IFMT, S_ISGID, S_ISUID } from "../abi/file-mode.ts";
import type { Process } from "../process/process.ts";
import { type File, opened, type Opening } from "../vfs/file.ts";
import { type AttributeChange, type Attributes, Inode, type NewNode } from "../vfs/inode.ts";
import { DirectoryFile } from "../vfs/positioned-file.ts";
import { RegularFile } from "../vfs/regular-file.ts";
import { NodeDirectory } from "./node-directory.ts";
import type { NodeFileSystem } from "./node-fs.ts";
import { hostCall, identity, type NodeStats } from "./node-interface.ts";
import type { Driver } from "./special-files.ts";
import { descriptorCalls, type ObjectCalls } from "./tree-access.ts";

/** What times of the backing objects of exclusive trees are cut to. */
const BACKING_TIME_NS = 1_000_000n;

export class NodeInode extends Inode {
  readonly fileSystem: NodeFileSystem;
  /** Where it was last seen; undefined: the root. */
  parent: NodeInode | undefined;
  name: string;
  /** Its last known name was removed. */
  detached = false;
  /** See identity(); "" for objects that only exist here, and for those made here until sync() looks. */
  identity: string;
  readonly type: number;
  /** Parts of the identity. */
  private readonly number: bigint | undefined;
  private readonly deviceNumber: bigint | undefined;
  /** Shared trees: found by its identity, so that the object has no other inode. */
  isKnown = false;
  /** The attributes themselves: of exclusive trees, of special files made here, and of removed objects that have no descriptor. */
  kept: Attributes | undefined;
  readonly directory?: NodeDirectory;
  /** FIFOs, devices and sockets. */
  readonly isSpecial: boolean;
  private readonly driver: Driver | undefined;

  /** By open files, mappings and working directories, and with the directories below that are referenced. */
  private uses = 0;
  references = 0;
  private handle: number | undefined;
  private handleWritable = false;
  /** Shared trees: what the look-up that found it has just read. */
  private fresh: NodeStats | undefined;

  /** @param from the object of the backing tree, or the attributes of one that exists here only or was just created */
  constructor(fileSystem: NodeFileSystem, parent: NodeInode | undefined, name: string, from: NodeStats | Attributes) {
    super();
    this.fileSystem = fileSystem;
    this.parent = parent;
    this.name = name;
    const created = typeof from.mode === "number";
    const mode = Number(from.mode);
    this.type = mode & S_IFMT;
    if (created) this.identity = "";
    else {
      const stats = from as NodeStats;
      this.identity = identity(stats);
      this.number = stats.ino;
      this.deviceNumber = stats.dev;
    }
    if (created) this.kept = { ...(from as Attributes), ino: this.id };
    else if (fileSystem.exclusive) this.kept = fileSystem.attributesOf(from as NodeStats, this.id);
    else this.fresh = from as NodeStats;
    this.isSpecial = !(this.isDirectory || this.isRegular || this.isSymlink);
    if (this.isDirectory) this.directory = new NodeDirectory(this);
    if (this.isSpecial) this.driver = this.driverOf(mode, Number(from.rdev));
    if (fileSystem.exclusive) this.fillIn(this.kept!);
  }

  /** Exclusive trees: memfs has no size of directories and links, and no fixed mode of links. */
  private fillIn(kept: Attributes): void {
    if (this.directory !== undefined) Object.assign(kept, { size: 4096, blocks: 8 });
    else if (this.isSymlink) Object.assign(kept, { mode: this.type | 0o777, size: this.linkText().length });
    this.setBlocks();
  }

  private driverOf(mode: number, device: number): Driver {
    const { special, fs, exclusive } = this.fileSystem;
    const isHostFifo = isFifo(mode) && this.identity !== "" && !exclusive;
    return isHostFifo ? special.hostFifo(fs, (access) => this.openBacking(access)) : special.driver(mode, device);
  }

  override *open(process: Process, opening: Opening): Op<File> {
    if (this.driver !== undefined) return yield* this.driver.open(process, this, opening);
    if (this.isDirectory) return new DirectoryFile(this, opening);
    const file = new RegularFile(this, opening, this.fileSystem.content);
    return yield* opened(file, this.preparing(file.writes));
  }

  // biome-ignore lint/correctness/useYield: an operation that may sleep in other inodes
  private *preparing(writing: boolean): Op<void> {
    this.prepare(writing);
  }

  /** Whether these are the attributes of its object. */
  isObject(stats: NodeStats): boolean {
    return stats.ino === this.number && stats.dev === this.deviceNumber && (Number(stats.mode) & S_IFMT) === this.type;
  }

  get referenced(): boolean {
    return this.references > 0;
  }

  /** Whether it is itself held by an open file, a mapping or a process. */
  get used(): boolean {
    return this.uses > 0;
  }

  attributes(): Readonly<Attributes> {
    return this.kept ?? this.fileSystem.attributesOf(this.stats());
  }

  /** Shared trees: asks the backing object, through the descriptor if there is one. */
  stats(): NodeStats {
    const { fs, access, justFound } = this.fileSystem;
    const fresh = this.fresh;
    this.fresh = undefined;
    if (fresh !== undefined && justFound === this) return fresh;
    if (this.handle !== undefined) return hostCall(() => fs.fstatSync(this.handle!, { bigint: true }));
    return access.stats(this);
  }

  /** Remembers a new name. @throws ENOENT when what is known of the directories above is out of date: others have moved them into this one */
  moveTo(parent: NodeInode, name: string): void {
    if (this.directory !== undefined && parent !== this.parent) {
      for (let above: NodeInode | undefined = parent; above !== undefined; above = above.parent) if (above === this) throw ENOENT;
    }
    if (this.referenced && parent !== this.parent) {
      hold(parent);
      if (this.parent !== undefined) unhold(this.parent);
    }
    this.parent = parent;
    this.name = name;
    this.detached = false;
    if (!this.fileSystem.exclusive && this.identity !== "") this.kept = undefined;
  }

  /** Takes note of a look-up's result, which the next attributes() may use. */
  found(stats: NodeStats): void {
    this.fresh = stats;
    this.fileSystem.justFound = this;
  }

  override setAttributes(change: AttributeChange): void {
    if (this.kept === undefined) this.changeBacking(change);
    else {
      const { mode, ...rest } = change;
      Object.assign(this.kept, rest);
      if (mode !== undefined) this.kept.mode = this.type | (mode & PERMISSION_BITS);
      this.kept.ctimeNs = this.fileSystem.nowNs();
      this.fileSystem.changed.add(this);
    }
  }

  private changeBacking(change: AttributeChange): void {
    const { fileSystem } = this;
    const now = fileSystem.attributesOf(this.stats());
    const { uid = now.uid, gid = now.gid, atimeNs = now.atimeNs, mtimeNs = now.mtimeNs } = change;
    const setsTimes = change.atimeNs !== undefined || change.mtimeNs !== undefined;
    this.withCalls(({ chown, chmod, utimes }) => {
      if (change.uid !== undefined || change.gid !== undefined) chown(uid, gid);
      if (change.mode !== undefined && !this.isSymlink) chmod(change.mode);
      if (setsTimes) utimes({ atimeNs, mtimeNs });
    });
    if (setsTimes) fileSystem.exactTimes.set({ atimeNs, mtimeNs }, this.stats());
  }

  /** Runs work with the calls that change the backing object's attributes. */
  private withCalls(work: (calls: ObjectCalls) => void): void {
    const { handle, fileSystem } = this;
    hostCall(() => (handle === undefined ? fileSystem.access.withObject(this, work) : work(descriptorCalls(fileSystem.fs, handle))));
  }

  /** Shared trees: gives the object, which was just made, the owner and mode that it shall have. */
  settle(node: NewNode, stats: NodeStats): void {
    const isOwners = Number(stats.uid) === node.uid && Number(stats.gid) === node.gid;
    if (!isOwners) {
      try {
        this.withCalls(({ chown }) => chown(node.uid, node.gid));
      } catch {
        // An ordinary host user creates files of his own only.
      }
    }
    const mode = node.mode & PERMISSION_BITS;
    // The host's mask may have taken bits away, and a change of the owner set-id bits.
    const isRight = (Number(stats.mode) & PERMISSION_BITS) === mode && (isOwners || !(mode & (S_ISUID | S_ISGID)));
    if (!isRight && !this.isSymlink) this.withCalls(({ chmod }) => chmod(mode));
  }

  override readLink(): string {
    return this.linkText();
  }

  private linkText(): string {
    return this.fileSystem.run(this, () => this.fileSystem.access.readLink(this));
  }

  /** Exclusive trees: takes over what the host has changed. Times of the backing object are only as fine as milliseconds. */
  reconcile(stats: NodeStats): void {
    const { fileSystem, directory } = this;
    const kept = this.kept!;
    const now = fileSystem.attributesOf(stats, kept.ino);
    const { mode, uid, gid, atimeNs, mtimeNs } = now;
    const later = mtimeNs - kept.mtimeNs;
    const accessed = atimeNs - kept.atimeNs;
    const changed: AttributeChange = {};
    if (mode !== kept.mode && !this.isSymlink) changed.mode = mode;
    if (uid !== kept.uid) changed.uid = uid;
    if (gid !== kept.gid) changed.gid = gid;
    if (later >= BACKING_TIME_NS || later <= -BACKING_TIME_NS) changed.mtimeNs = mtimeNs;
    if (accessed >= BACKING_TIME_NS || accessed <= -BACKING_TIME_NS) changed.atimeNs = atimeNs;
    if (Object.keys(changed).length > 0) this.setAttributes(changed);
    if (directory !== undefined) {
      directory.reconcile();
      return;
    }
    kept.nlink = now.nlink;
    if (now.nlink > 1) fileSystem.remember(this);
    if (this.hasContent && now.size !== kept.size) {
      fileSystem.resized(kept.size, now.size);
      kept.size = now.size;
      this.setBlocks();
    }
  }

  // Content.

  override prepare(writing: boolean): void {
    if (this.hasContent) this.openHandle(writing);
  }

  override readAt(position: number, buffer: Uint8Array): number {
    if (!this.hasContent) throw EINVAL;
    const count = this.withHandle(false, (handle) => this.fileSystem.fs.readSync(handle, buffer, 0, buffer.length, position));
    const { kept } = this;
    // As relatime: the first access after a change counts.
    if (kept !== undefined && kept.atimeNs <= kept.mtimeNs && !this.fileSystem.readOnly) {
      kept.atimeNs = this.fileSystem.nowNs();
      this.fileSystem.changed.add(this);
    }
    return count;
  }

  override writeAt(position: number, data: Uint8Array): number {
    if (!this.hasContent) throw EINVAL;
    if (data.length === 0) return 0;
    const size = this.kept?.size ?? 0;
    const end = this.fileSystem.admit(position, position + data.length, size);
    const count = this.withHandle(true, (handle) => this.fileSystem.fs.writeSync(handle, data, 0, end - position, position));
    this.sizeChanged(Math.max(size, position + count));
    return count;
  }

  override truncate(size: number): void {
    if (!this.hasContent) throw EINVAL;
    const { kept } = this;
    if (kept !== undefined && size > kept.size && this.fileSystem.admit(size - 1, size, kept.size) < size) throw ENOSPC;
    this.withHandle(true, (handle) => this.fileSystem.fs.ftruncateSync(handle, size));
    this.sizeChanged(size);
  }

  override sync(): void {
    if (this.handle !== undefined) hostCall(() => this.fileSystem.fs.fsyncSync(this.handle!));
  }

  private get hasContent(): boolean {
    return this.isRegular;
  }

  private sizeChanged(size: number): void {
    const { kept } = this;
    if (kept === undefined) return;
    this.fileSystem.resized(kept.size, size);
    kept.size = size;
    kept.mtimeNs = this.fileSystem.nowNs();
    kept.ctimeNs = kept.mtimeNs;
    this.setBlocks();
    this.fileSystem.changed.add(this);
  }

  private setBlocks(): void {
    if (this.directory === undefined) this.kept!.blocks = this.hasContent ? Math.ceil(this.kept!.size / 4096) * 8 : 0;
  }

  private withHandle<T>(writing: boolean, work: (handle: number) => T): T {
    const handle = this.openHandle(writing);
    try {
      return this.fileSystem.run(this, () => work(handle));
    } finally {
      if (!this.referenced) this.closeHandle();
    }
  }

  /** The descriptor of the backing object; errors are those of the host's own checks. */
  private openHandle(writing: boolean): number {
    if (this.handle !== undefined && (this.handleWritable || !writing)) return this.handle;
    const { fs, exclusive } = this.fileSystem;
    const writable = writing || exclusive;
    const handle = this.openBacking(writable ? fs.constants.O_RDWR : fs.constants.O_RDONLY);
    this.closeHandle();
    this.handle = handle;
    this.handleWritable = writable;
    return handle;
  }

  /** A descriptor of the backing object. @throws ENOENT when its name leads to another one now */
  private openBacking(access: number): number {
    const { fileSystem } = this;
    fileSystem.justFound = undefined;
    const handle = fileSystem.run(this, () => fileSystem.access.open(this, access));
    if (fileSystem.exclusive || this.isObject(hostCall(() => fileSystem.fs.fstatSync(handle, { bigint: true })))) return handle;
    fileSystem.fs.closeSync(handle);
    throw ENOENT;
  }

  /** Takes over the descriptor of a just created file. */
  adoptHandle(handle: number): void {
    this.handle = handle;
    this.handleWritable = true;
  }

  closeHandle(): void {
    if (this.handle === undefined) return;
    const handle = this.handle;
    this.handle = undefined;
    hostCall(() => this.fileSystem.fs.closeSync(handle));
  }

  /** Before a name goes: whoever has the object open keeps its content and attributes. */
  keep(): void {
    if (!this.referenced || this.handle !== undefined) return;
    if (this.hasContent) {
      for (const writing of [true, false]) {
        try {
          this.openHandle(writing);
          return;
        } catch {
          // The host may allow reading only, or nothing: later reads fail then as the host's would.
        }
      }
    }
    // A directory's handle leads to it when its name is gone.
    if (this.directory === undefined || !this.fileSystem.access.holdsDirectories) this.kept ??= this.fileSystem.attributesOf(this.stats());
  }

  /** After a name was removed. Exclusive trees know when it was the last one. */
  nameRemoved(parent: NodeInode, name: string): void {
    this.fileSystem.nameRemoved();
    if (this.kept !== undefined) {
      this.kept.nlink = this.directory !== undefined ? 0 : this.kept.nlink - 1;
      this.kept.ctimeNs = this.fileSystem.nowNs();
    }
    if (this.parent === parent && this.name === name) this.detached = true;
    if (this.kept?.nlink === 0) {
      this.detached = true;
      this.fileSystem.forget(this);
      this.fileSystem.changed.delete(this);
      if (!this.referenced) this.dispose();
      else if (this.fileSystem.exclusive && this.hasContent) this.fileSystem.unnamed.add(this);
    } else if (!this.fileSystem.exclusive && this.detached && !this.referenced) this.fileSystem.forget(this);
  }

  /** An exclusive tree's file is gone for good. */
  private dispose(): void {
    this.closeHandle();
    this.fileSystem.unnamed.delete(this);
    if (this.hasContent) this.fileSystem.resized(this.kept!.size, 0);
  }

  override retain(): void {
    this.fresh = undefined;
    if (this.uses++ === 0) this.fileSystem.access.retained(this);
    hold(this);
  }

  override release(): void {
    this.uses--;
    unhold(this);
  }

  /** Nothing refers to it any more, neither itself nor below. */
  unreferenced(): void {
    const { fileSystem } = this;
    if (this.kept?.nlink === 0) this.dispose();
    else this.closeHandle();
    // Directories of shared trees stay known, with their handles: paths lead through them again and again.
    if (!fileSystem.exclusive && (this.directory === undefined || this.detached)) fileSystem.forget(this);
  }

  override asDirectory(): NodeDirectory {
    if (this.directory === undefined) throw ENOTDIR;
    return this.directory;
  }
}

/** Counts a reference; the first one holds the directories above, so that ".." leads somewhere. */
function hold(from: NodeInode): void {
  for (let inode: NodeInode | undefined = from; inode !== undefined && inode.references++ === 0; ) inode = inode.parent;
}

function unhold(from: NodeInode): void {
  for (let inode: NodeInode | undefined = from; inode !== undefined && --inode.references === 0; ) {
    const parent: NodeInode | undefined = inode.parent;
    inode.unreferenced();
    inode = parent;
  }
}
