/**
 * Directories of file systems over Node's `fs` interface.
 *
 * Exclusive trees: the names are read once and kept in memory with their vnodes; every change is made in both places.
 * Shared trees: each look-up asks the backing directory, plus the overlay of FIFOs and device nodes.
 */
import { EINVAL, ENOENT, EXDEV, type UnixError } from "../abi/errno.ts";
import { DT_DIR, directoryType, isDevice, isDirectory, isFifo, isSymlink, PERMISSION_BITS, S_IFSOCK, S_IFMT } from "../abi/file-mode.ts";
import type { Directory, DirectoryEntry, NewNode, Vnode } from "../vfs/vnode.ts";
import { hostCall, identity, type NodeStats, unixErrorOf } from "./node-interface.ts";
import type { NodeVnode } from "./node-vnode.ts";

export class NodeDirectory implements Directory {
  private readonly self: NodeVnode;
  /** Exclusive trees: all names; undefined values were not looked at yet. */
  private names: Map<string, NodeVnode | undefined> | undefined;

  constructor(self: NodeVnode) {
    this.self = self;
  }

  private get fileSystem() {
    return this.self.fileSystem;
  }

  private get path(): string {
    return this.fileSystem.pathOf(this.self);
  }

  private childPath(name: string): string {
    const path = this.path;
    return path === "/" ? `/${name}` : `${path}/${name}`;
  }

  parent(): { vnode: Vnode; name: string } | undefined {
    const { self } = this;
    if (self.detached) throw ENOENT;
    return self.parent && { vnode: self.parent, name: self.name };
  }

  /** Exclusive trees: the host has changed the tree. Takes over what differs, here and below. */
  reconcile(): void {
    const { fileSystem, self, names } = this;
    if (names === undefined) return;
    const listed = new Set(fileSystem.run(self, () => fileSystem.fs.readdirSync(this.path)));
    const before = names.size;
    let changed = false;
    for (const [name, vnode] of names) {
      if (vnode !== undefined && this.isOverlaid(vnode)) continue;
      const isThere = listed.has(name);
      if (isThere && vnode === undefined) continue;
      const stats = isThere ? fileSystem.run(self, () => this.lstat(name)) : undefined;
      if (vnode !== undefined && stats !== undefined && identity(stats) === vnode.identity) {
        vnode.reconcile(stats);
        continue;
      }
      names.delete(name);
      vnode?.nameRemoved(self, name);
      changed = true;
    }
    for (const name of listed) if (!names.has(name)) names.set(name, undefined);
    if (changed || names.size !== before) this.countLinks();
  }

  /** Exclusive trees: a directory has a link from each sub-directory. */
  countLinks(): void {
    this.self.inode!.nlink = 2 + this.entries().filter(({ type }) => type === DT_DIR).length;
  }

  lookup(name: string): NodeVnode | undefined {
    return this.fileSystem.exclusive ? this.lookupExclusive(name) : this.lookupShared(name);
  }

  private lookupExclusive(name: string): NodeVnode | undefined {
    const names = this.allNames();
    const known = names.get(name);
    if (known !== undefined) {
      if (known.directory === undefined) known.moveTo(this.self, name);
      return known;
    }
    if (!names.has(name)) return undefined;
    const { fileSystem, self } = this;
    const stats = fileSystem.run(self, () => fileSystem.fs.lstatSync(this.childPath(name), { bigint: true }));
    const vnode = fileSystem.vnodeFor(self, name, stats);
    names.set(name, vnode);
    return vnode;
  }

  private allNames(): Map<string, NodeVnode | undefined> {
    if (this.names === undefined) {
      const { fileSystem, self } = this;
      const list = self.detached ? [] : fileSystem.run(self, () => fileSystem.fs.readdirSync(this.path));
      this.names = new Map(list.map((name) => [name, undefined]));
    }
    return this.names;
  }

  private lookupShared(name: string): NodeVnode | undefined {
    const { fileSystem, self } = this;
    fileSystem.verify(self);
    const special = fileSystem.overlay.get(self.identity)?.get(name);
    if (special !== undefined) return special;
    const stats = this.lstat(name);
    if (stats === undefined) {
      fileSystem.justFound = undefined;
      return undefined;
    }
    const vnode = fileSystem.vnodeFor(self, name, stats);
    vnode.found(stats);
    return vnode;
  }

  private lstat(name: string): NodeStats | undefined {
    try {
      return this.fileSystem.fs.lstatSync(this.childPath(name), { bigint: true });
    } catch (error) {
      const unixError: UnixError = unixErrorOf(error);
      if (unixError === ENOENT) return undefined;
      throw unixError;
    }
  }

  entries(): DirectoryEntry[] {
    const { fileSystem, self } = this;
    if (self.detached) return [];
    if (fileSystem.exclusive) {
      return [...this.allNames().keys()].map((name) => {
        const { ino, mode } = this.lookupExclusive(name)!.inode!;
        return { name, ino, type: directoryType(mode) };
      });
    }
    fileSystem.verify(self);
    const found = hostCall(() => fileSystem.fs.readdirSync(this.path)).flatMap((name) => {
      const stats = this.lstat(name);
      return stats ? [{ name, ino: Number(stats.ino), type: directoryType(Number(stats.mode)) }] : [];
    });
    fileSystem.justFound = undefined;
    for (const [name, vnode] of fileSystem.overlay.get(self.identity) ?? []) {
      found.push({ name, ino: vnode.inode!.ino, type: directoryType(vnode.inode!.mode) });
    }
    return found;
  }

  create(name: string, node: NewNode): Vnode {
    const { fileSystem, self } = this;
    if ((node.mode & S_IFMT) === S_IFSOCK) throw EINVAL;
    fileSystem.verify(self);
    fileSystem.justFound = undefined;
    const special = isDevice(node.mode) || isFifo(node.mode);
    const handle = special ? undefined : this.createBacking(name, node);
    const vnode = this.createdVnode(name, node, special);
    if (handle !== undefined) vnode.adoptHandle(handle);
    if (fileSystem.exclusive) {
      this.allNames().set(name, vnode);
      fileSystem.changed.add(vnode);
      this.touch(isDirectory(node.mode) ? 1 : 0);
    } else if (special) {
      const names = fileSystem.overlay.get(self.identity) ?? new Map<string, NodeVnode>();
      fileSystem.overlay.set(self.identity, names.set(name, vnode));
    }
    return vnode;
  }

  private createdVnode(name: string, node: NewNode, special: boolean): NodeVnode {
    const { fileSystem, self } = this;
    if (fileSystem.exclusive || special) return fileSystem.newVnode(self, name, fileSystem.newAttributes(node));
    let stats = hostCall(() => fileSystem.fs.lstatSync(this.childPath(name), { bigint: true }));
    if (Number(stats.uid) !== node.uid || Number(stats.gid) !== node.gid) {
      try {
        fileSystem.fs.lchownSync(this.childPath(name), node.uid, node.gid);
        stats = fileSystem.fs.lstatSync(this.childPath(name), { bigint: true });
      } catch {
        // An ordinary host user creates files of his own only.
      }
    }
    return fileSystem.vnodeFor(self, name, stats);
  }

  /** Creates the object in the backing directory; returns the descriptor of a regular file. Exclusive trees keep modes here, open below. */
  private createBacking(name: string, node: NewNode): number | undefined {
    const { fileSystem, self } = this;
    const { fs, exclusive } = fileSystem;
    const path = this.childPath(name);
    const mode = node.mode & PERMISSION_BITS;
    if (isSymlink(node.mode)) {
      fileSystem.run(self, () => fs.symlinkSync(node.target ?? "", path));
    } else if (isDirectory(node.mode)) {
      fileSystem.run(self, () => fs.mkdirSync(path, { mode: exclusive ? 0o777 : mode }));
      if (!exclusive) hostCall(() => fs.chmodSync(path, mode));
    } else {
      const { O_CREAT, O_EXCL, O_RDWR, O_NOFOLLOW = 0 } = fs.constants;
      const flags = O_CREAT | O_EXCL | O_RDWR | O_NOFOLLOW;
      const handle = fileSystem.run(self, () => fs.openSync(path, flags, exclusive ? 0o666 : mode));
      if (!exclusive) hostCall(() => fs.fchmodSync(handle, mode));
      return handle;
    }
    return undefined;
  }

  link(name: string, vnode: Vnode): void {
    const { fileSystem, self } = this;
    if (!fileSystem.owns(vnode)) throw EXDEV;
    fileSystem.verify(self);
    if (vnode.parent !== undefined) fileSystem.verify(vnode.parent);
    fileSystem.justFound = undefined;
    if (!vnode.isSpecial) {
      const from = fileSystem.pathOf(vnode);
      fileSystem.run(self, () => fileSystem.fs.linkSync(from, this.childPath(name)));
    } else if (!fileSystem.exclusive) throw EXDEV;
    if (!fileSystem.exclusive) return;
    vnode.inode!.nlink++;
    vnode.inode!.ctimeNs = fileSystem.nowNs();
    this.allNames().set(name, vnode);
    this.touch(0);
  }

  remove(name: string, vnode: Vnode): void {
    const { fileSystem, self } = this;
    if (!fileSystem.owns(vnode)) throw EXDEV;
    fileSystem.verify(self);
    fileSystem.justFound = undefined;
    vnode.keep();
    if (!this.isOverlaid(vnode)) {
      const path = this.childPath(name);
      if (vnode.directory !== undefined) fileSystem.run(vnode, () => fileSystem.fs.rmdirSync(path));
      else fileSystem.run(self, () => fileSystem.fs.unlinkSync(path));
    }
    this.dropName(name, vnode);
  }

  /** Whether a vnode has no object in the backing tree. */
  private isOverlaid(vnode: NodeVnode): boolean {
    return vnode.isSpecial && vnode.identity === "";
  }

  private dropName(name: string, vnode: NodeVnode): void {
    const { fileSystem, self } = this;
    this.names?.delete(name);
    const overlaid = fileSystem.overlay.get(self.identity);
    if (overlaid?.delete(name) && overlaid.size === 0) fileSystem.overlay.delete(self.identity);
    vnode.nameRemoved(self, name);
    if (fileSystem.exclusive) this.touch(vnode.directory !== undefined ? -1 : 0);
  }

  rename(name: string, toDirectory: Vnode, toName: string): void {
    const { fileSystem, self } = this;
    if (!fileSystem.owns(toDirectory)) throw EXDEV;
    const target = toDirectory.asDirectory();
    const moved = this.lookup(name);
    if (moved === undefined) throw ENOENT;
    const replaced = target.lookup(toName);
    fileSystem.justFound = undefined;
    fileSystem.verify(self);
    fileSystem.verify(toDirectory);
    replaced?.keep();
    // The name of a hard-linked vnode may be another one: this is the one that moves.
    moved.moveTo(self, name);
    if (replaced !== undefined && (fileSystem.exclusive || this.isOverlaid(moved) || this.isOverlaid(replaced))) {
      target.remove(toName, replaced);
    }
    if (!this.isOverlaid(moved)) this.renameBacking(name, moved, target, toName);
    if (!fileSystem.exclusive && replaced !== undefined && !this.isOverlaid(moved)) replaced.nameRemoved(toDirectory, toName);
    this.moveName(name, moved, toDirectory, target, toName);
  }

  private renameBacking(name: string, moved: NodeVnode, target: NodeDirectory, toName: string): void {
    const { fileSystem, self } = this;
    const from = this.childPath(name);
    const to = target.childPath(toName);
    if (fileSystem.exclusive && moved.readLink !== undefined) {
      // memfs would rename what the link points to.
      fileSystem.run(self, () => fileSystem.fs.linkSync(from, to));
      fileSystem.run(self, () => fileSystem.fs.unlinkSync(from));
    } else fileSystem.run(self, () => fileSystem.fs.renameSync(from, to));
  }

  private moveName(name: string, moved: NodeVnode, toDirectory: NodeVnode, target: NodeDirectory, toName: string): void {
    const { fileSystem, self } = this;
    const isOverlaid = this.isOverlaid(moved) && !fileSystem.exclusive;
    moved.moveTo(toDirectory, toName);
    if (isOverlaid) {
      fileSystem.overlay.get(self.identity)?.delete(name);
      const names = fileSystem.overlay.get(toDirectory.identity) ?? new Map<string, NodeVnode>();
      fileSystem.overlay.set(toDirectory.identity, names.set(toName, moved));
    }
    if (!fileSystem.exclusive) return;
    this.names!.delete(name);
    target.allNames().set(toName, moved);
    moved.inode!.ctimeNs = fileSystem.nowNs();
    fileSystem.changed.add(moved);
    const links = moved.directory !== undefined && self !== toDirectory ? 1 : 0;
    this.touch(-links);
    target.touch(links);
  }

  /** Exclusive trees: an entry changed; `links` sub-directories came. */
  private touch(links: number): void {
    const inode = this.self.inode!;
    inode.nlink += links;
    inode.mtimeNs = this.fileSystem.nowNs();
    inode.ctimeNs = inode.mtimeNs;
    this.fileSystem.changed.add(this.self);
  }
}
