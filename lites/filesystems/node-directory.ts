/**
 * Directories of file systems over Node's `fs` interface.
 *
 * Exclusive trees: the names are read once and kept in memory with their inodes; every change is made in both places.
 * Shared trees: each look-up asks the backing directory, plus the overlay of device nodes and sockets.
 */
import { ENOENT, EXDEV } from "../abi/errno.ts";
import { DT_DIR, directoryType, isDirectory, isFifo, isRegular, isSymlink, PERMISSION_BITS } from "../abi/file-mode.ts";
import type { Directory, DirectoryEntry, NewNode, Inode } from "../vfs/inode.ts";
import { hostCall, identity, type NodeStats } from "./node-interface.ts";
import type { NodeInode } from "./node-inode.ts";

/** Names of a directory that are remembered. */
const SEEN_NAMES = 64;

export class NodeDirectory implements Directory {
  private readonly self: NodeInode;
  /** Exclusive trees: all names; undefined values were not looked at yet. */
  private names: Map<string, NodeInode | undefined> | undefined;
  /** Shared trees: where names led to lately. */
  private readonly seen = new Map<string, NodeInode>();

  constructor(self: NodeInode) {
    this.self = self;
  }

  private get fileSystem() {
    return this.self.fileSystem;
  }

  private get access() {
    return this.self.fileSystem.access;
  }

  parent(): { inode: Inode; name: string } | undefined {
    const { self } = this;
    return self.parent && { inode: self.parent, name: self.name };
  }

  get isRemoved(): boolean {
    return this.self.detached;
  }

  /** Exclusive trees: the host has changed the tree. Takes over what differs, here and below. */
  reconcile(): void {
    const { fileSystem, self, names } = this;
    if (names === undefined) return;
    const listed = new Set(fileSystem.run(self, () => this.access.list(self)));
    const before = names.size;
    let changed = false;
    for (const [name, inode] of names) {
      if (inode !== undefined && this.isOverlaid(inode)) continue;
      const isThere = listed.has(name);
      if (isThere && inode === undefined) continue;
      const stats = isThere ? fileSystem.run(self, () => this.access.lookup(self, name)) : undefined;
      if (inode !== undefined && stats !== undefined && identity(stats) === inode.identity) {
        inode.reconcile(stats);
        continue;
      }
      names.delete(name);
      inode?.nameRemoved(self, name);
      changed = true;
    }
    for (const name of listed) if (!names.has(name)) names.set(name, undefined);
    if (changed || names.size !== before) this.countLinks();
  }

  /** Exclusive trees: a directory has a link from each sub-directory. */
  countLinks(): void {
    this.self.kept!.nlink = 2 + this.entries().filter(({ type }) => type === DT_DIR).length;
  }

  lookup(name: string): NodeInode | undefined {
    return this.fileSystem.exclusive ? this.lookupExclusive(name) : this.lookupShared(name);
  }

  private lookupExclusive(name: string): NodeInode | undefined {
    const names = this.allNames();
    const known = names.get(name);
    if (known !== undefined) {
      if (known.directory === undefined) known.moveTo(this.self, name);
      return known;
    }
    if (!names.has(name)) return undefined;
    const { fileSystem, self } = this;
    const stats = fileSystem.run(self, () => this.access.lookup(self, name));
    if (stats === undefined) throw ENOENT;
    const inode = fileSystem.inodeFor(self, name, stats);
    names.set(name, inode);
    return inode;
  }

  private allNames(): Map<string, NodeInode | undefined> {
    if (this.names === undefined) {
      const { fileSystem, self } = this;
      const list = self.detached ? [] : fileSystem.run(self, () => this.access.list(self));
      this.names = new Map(list.map((name) => [name, undefined]));
    }
    return this.names;
  }

  private lookupShared(name: string): NodeInode | undefined {
    const { fileSystem, self } = this;
    fileSystem.justFound = undefined;
    const special = fileSystem.overlay.get(self.identity)?.get(name);
    if (special !== undefined) return special;
    const stats = hostCall(() => this.access.lookup(self, name));
    if (stats === undefined) return undefined;
    const inode = this.inodeAt(name, stats);
    inode.found(stats);
    return inode;
  }

  /** Most names lead to the object that they led to before. */
  private inodeAt(name: string, stats: NodeStats): NodeInode {
    const { fileSystem, self, seen } = this;
    const before = seen.get(name);
    if (before?.isKnown && before.isObject(stats) && before.parent === self && before.name === name) {
      before.detached = false;
      return before;
    }
    const inode = fileSystem.inodeFor(self, name, stats);
    if (seen.size >= SEEN_NAMES) seen.clear();
    seen.set(name, inode);
    return inode;
  }

  isEmpty(): boolean {
    const { fileSystem, self } = this;
    if (self.detached) return true;
    if (fileSystem.exclusive) return this.allNames().size === 0;
    return !fileSystem.overlay.has(self.identity) && hostCall(() => this.access.list(self)).length === 0;
  }

  entries(): DirectoryEntry[] {
    const { fileSystem, self } = this;
    if (self.detached) return [];
    if (fileSystem.exclusive) {
      const found: DirectoryEntry[] = [];
      for (const [name, known] of this.allNames()) {
        const { ino, mode } = (known ?? this.lookupExclusive(name)!).kept!;
        found.push({ name, ino, type: directoryType(mode) });
      }
      return found;
    }
    fileSystem.justFound = undefined;
    const backed = hostCall(() => this.access.entries(self));
    for (const [name, inode] of fileSystem.overlay.get(self.identity) ?? []) {
      backed.push({ name, ino: inode.kept!.ino, type: directoryType(inode.kept!.mode) });
    }
    return backed;
  }

  create(name: string, node: NewNode): Inode {
    const { fileSystem, self } = this;
    fileSystem.justFound = undefined;
    const { mode } = node;
    const isBacked = isRegular(mode) || isDirectory(mode) || isSymlink(mode) || (isFifo(mode) && !fileSystem.exclusive);
    fileSystem.admitName();
    const handle = isBacked ? this.createBacking(name, node) : undefined;
    if (!fileSystem.exclusive && isBacked) return this.createdInode(name, node, handle);
    const inode = fileSystem.newInode(self, name, fileSystem.newAttributes(node));
    if (handle !== undefined) inode.adoptHandle(handle);
    if (fileSystem.exclusive) {
      fileSystem.nameAdded();
      this.allNames().set(name, inode);
      inode.directory?.beginEmpty();
      fileSystem.changed.add(inode);
      this.touch(isDirectory(node.mode) ? 1 : 0);
    } else this.overlay(name, inode);
    return inode;
  }

  /** Exclusive trees: a directory that was just made. */
  private beginEmpty(): void {
    this.names = new Map();
  }

  private overlay(name: string, inode: NodeInode): void {
    const { fileSystem, self } = this;
    const names = fileSystem.overlay.get(self.identity) ?? new Map<string, NodeInode>();
    fileSystem.overlay.set(self.identity, names.set(name, inode));
  }

  /** Shared trees. @throws ENOENT when the object that was just made is gone */
  private createdInode(name: string, node: NewNode, handle: number | undefined): NodeInode {
    const { fileSystem, self, access } = this;
    const stats = hostCall(() => (handle === undefined ? access.lookup(self, name) : fileSystem.fs.fstatSync(handle, { bigint: true })));
    if (stats === undefined) throw ENOENT;
    const inode = fileSystem.inodeFor(self, name, stats);
    if (handle !== undefined) inode.adoptHandle(handle);
    inode.settle(node, stats);
    return inode;
  }

  /** Creates the object in the backing directory; returns the descriptor of a regular file. Exclusive trees keep modes here, open below. */
  private createBacking(name: string, node: NewNode): number | undefined {
    const { fileSystem, self, access } = this;
    const { exclusive } = fileSystem;
    const mode = node.mode & PERMISSION_BITS;
    if (isSymlink(node.mode)) fileSystem.run(self, () => access.makeLink(self, name, node.target ?? ""));
    else if (isDirectory(node.mode)) fileSystem.run(self, () => access.makeDirectory(self, name, exclusive ? 0o777 : mode));
    else if (isFifo(node.mode)) fileSystem.run(self, () => access.makeFifo(self, name, mode));
    else return fileSystem.run(self, () => access.createFile(self, name, exclusive ? 0o666 : mode));
    return undefined;
  }

  link(name: string, inode: Inode): void {
    const { fileSystem, self } = this;
    if (!fileSystem.owns(inode)) throw EXDEV;
    fileSystem.justFound = undefined;
    fileSystem.admitName();
    if (!this.isOverlaid(inode)) fileSystem.run(self, () => this.access.link(inode, self, name));
    else if (!fileSystem.exclusive) throw EXDEV;
    if (!fileSystem.exclusive) return;
    fileSystem.nameAdded();
    inode.kept!.nlink++;
    inode.kept!.ctimeNs = fileSystem.nowNs();
    this.allNames().set(name, inode);
    this.touch(0);
  }

  remove(name: string, inode: Inode): void {
    const { fileSystem, self } = this;
    if (!fileSystem.owns(inode)) throw EXDEV;
    fileSystem.justFound = undefined;
    inode.keep();
    if (!this.isOverlaid(inode)) {
      if (inode.directory !== undefined) fileSystem.run(inode, () => this.access.removeDirectory(self, name));
      else fileSystem.run(self, () => this.access.removeFile(self, name));
    }
    this.dropName(name, inode);
  }

  /** Whether an inode has no object in the backing tree. */
  private isOverlaid(inode: NodeInode): boolean {
    return inode.isSpecial && inode.identity === "";
  }

  private dropName(name: string, inode: NodeInode): void {
    const { fileSystem, self } = this;
    this.names?.delete(name);
    this.dropOverlay(name);
    inode.nameRemoved(self, name);
    if (fileSystem.exclusive) this.touch(inode.directory !== undefined ? -1 : 0);
  }

  private dropOverlay(name: string): void {
    const { fileSystem, self } = this;
    const overlaid = fileSystem.overlay.get(self.identity);
    if (overlaid?.delete(name) && overlaid.size === 0) fileSystem.overlay.delete(self.identity);
  }

  rename(name: string, toDirectory: Inode, toName: string): void {
    const { fileSystem, self } = this;
    if (!fileSystem.owns(toDirectory)) throw EXDEV;
    const target = toDirectory.asDirectory();
    const moved = this.lookup(name);
    if (moved === undefined) throw ENOENT;
    const replaced = target.lookup(toName);
    fileSystem.justFound = undefined;
    replaced?.keep();
    // The name of a hard-linked inode may be another one: this is the one that moves.
    moved.moveTo(self, name);
    if (replaced !== undefined && (fileSystem.exclusive || this.isOverlaid(moved) || this.isOverlaid(replaced))) {
      target.remove(toName, replaced);
    }
    if (!this.isOverlaid(moved)) this.renameBacking(name, moved, toDirectory, toName);
    if (!fileSystem.exclusive && replaced !== undefined && !this.isOverlaid(moved)) replaced.nameRemoved(toDirectory, toName);
    this.moveName(name, moved, toDirectory, target, toName);
  }

  private renameBacking(name: string, moved: NodeInode, toDirectory: NodeInode, toName: string): void {
    const { fileSystem, self, access } = this;
    if (fileSystem.exclusive && moved.isSymlink) {
      // memfs would rename what the link points to.
      fileSystem.run(self, () => access.link(moved, toDirectory, toName));
      fileSystem.run(self, () => access.removeFile(self, name));
    } else fileSystem.run(self, () => access.rename(self, name, toDirectory, toName));
  }

  private moveName(name: string, moved: NodeInode, toDirectory: NodeInode, target: NodeDirectory, toName: string): void {
    const { fileSystem, self } = this;
    const isOverlaid = this.isOverlaid(moved) && !fileSystem.exclusive;
    moved.moveTo(toDirectory, toName);
    if (isOverlaid) {
      this.dropOverlay(name);
      target.overlay(toName, moved);
    }
    if (!fileSystem.exclusive) return;
    this.names!.delete(name);
    target.allNames().set(toName, moved);
    moved.kept!.ctimeNs = fileSystem.nowNs();
    fileSystem.changed.add(moved);
    const links = moved.directory !== undefined && self !== toDirectory ? 1 : 0;
    this.touch(-links);
    target.touch(links);
  }

  /** Exclusive trees: an entry changed; `links` sub-directories came. */
  private touch(links: number): void {
    const kept = this.self.kept!;
    kept.nlink += links;
    kept.mtimeNs = this.fileSystem.nowNs();
    kept.ctimeNs = kept.mtimeNs;
    this.fileSystem.changed.add(this.self);
  }
}
