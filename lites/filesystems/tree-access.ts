/**
 * How the objects of a backing tree are reached: by directory handles where the host has them (directory-handles.ts), else by names.
 *
 * Both make all calls of Node's `fs` interface here, with one name below a directory at a time.
 */
import { EIO, ENOENT, EPERM } from "../abi/errno.ts";
import { directoryType } from "../abi/file-mode.ts";
import type { DirectoryEntry } from "../vfs/inode.ts";
import { encodeText, isAscii } from "../text.ts";
import { hostCall, type NodeFs, type NodePath, type NodeStats, seconds } from "./node-interface.ts";
import type { NodeInode } from "./node-inode.ts";

export interface ObjectTimes {
  atimeNs: bigint;
  mtimeNs: bigint;
}

/** Calls that change attributes of one object. */
export interface ObjectCalls {
  chmod(mode: number): void;
  chown(uid: number, gid: number): void;
  utimes(times: ObjectTimes): void;
}

export abstract class TreeAccess {
  readonly fs: NodeFs;
  protected readonly base: string;

  /** @param base absolute path of the tree's directory, a byte string; links in it are resolved */
  constructor(fs: NodeFs, base: string) {
    this.fs = fs;
    this.base = base;
  }

  /** Attributes of the tree's directory. */
  rootStats(): NodeStats {
    return hostCall(() => this.fs.lstatSync(this.native(this.base), { bigint: true }));
  }

  /** Path of a directory for the next call; a slash and a name may follow. A byte string. @throws ENOENT when it is not there any more */
  protected abstract directoryPath(directory: NodeInode): string;

  /** Attributes of an object. @throws ENOENT when its name leads to another one now */
  stats(inode: NodeInode): NodeStats {
    const stats = hostCall(() => this.fs.lstatSync(this.pathOf(inode), { bigint: true }));
    if (!inode.isObject(stats)) throw ENOENT;
    return stats;
  }

  /** Runs work with the calls that change a certain object, and no other that has got its name. */
  abstract withObject(inode: NodeInode, work: (calls: ObjectCalls) => void): void;

  /** Whether a directory in use is reached when its name is gone. */
  readonly holdsDirectories: boolean = false;
  /** A directory is in use from now on, whatever becomes of its name. */
  retained(_directory: NodeInode): void {}
  /** An inode is not used any more. */
  released(_inode: NodeInode): void {}
  /** An inode is forgotten, or its object removed. */
  forgotten(_inode: NodeInode): void {}
  /** Others have changed the tree. */
  backingChanged(): void {}
  /** The file system is used no more. */
  close(): void {}

  /** What Node's fs takes for a byte string. */
  protected native(path: string): NodePath {
    return isAscii(path) ? path : encodeText(path);
  }

  private place(directory: NodeInode, name: string): NodePath {
    return this.native(`${this.directoryPath(directory)}/${name}`);
  }

  /** Path of a directory itself. */
  protected nativeOf(directory: NodeInode): NodePath {
    return this.native(this.directoryPath(directory) || "/");
  }

  protected pathOf(inode: NodeInode): NodePath {
    const { parent } = inode;
    if (parent === undefined) return this.nativeOf(inode);
    if (inode.detached) throw ENOENT;
    return this.place(parent, inode.name);
  }

  lookup(directory: NodeInode, name: string): NodeStats | undefined {
    return this.fs.lstatSync(this.place(directory, name), { bigint: true, throwIfNoEntry: false });
  }

  /** Names as byte strings. */
  list(directory: NodeInode): string[] {
    return this.fs.readdirSync(this.nativeOf(directory), { encoding: "latin1" });
  }

  /** All entries, with types and numbers; names that went meanwhile are left out. */
  entries(directory: NodeInode): DirectoryEntry[] {
    const path = this.directoryPath(directory);
    const found: DirectoryEntry[] = [];
    for (const name of this.list(directory)) {
      const stats = this.fs.lstatSync(this.native(`${path}/${name}`), { throwIfNoEntry: false });
      if (stats !== undefined) found.push({ name, ino: stats.ino, type: directoryType(stats.mode) });
    }
    return found;
  }

  readLink(inode: NodeInode): string {
    return this.fs.readlinkSync(this.pathOf(inode), { encoding: "latin1" });
  }

  /** Opens an object that is no directory, without following links. */
  open(inode: NodeInode, flags: number): number {
    const { O_NOFOLLOW = 0, O_NONBLOCK = 0 } = this.fs.constants;
    const path = this.pathOf(inode);
    return this.withRoom(() => this.fs.openSync(path, flags | O_NOFOLLOW | O_NONBLOCK));
  }

  /** Runs a call that needs a descriptor of the host. */
  protected withRoom(open: () => number): number {
    return open();
  }

  /** Creates a regular file; returns its descriptor. @throws EEXIST */
  createFile(directory: NodeInode, name: string, mode: number): number {
    const { O_CREAT, O_EXCL, O_RDWR, O_NOFOLLOW = 0 } = this.fs.constants;
    const path = this.place(directory, name);
    return this.withRoom(() => this.fs.openSync(path, O_CREAT | O_EXCL | O_RDWR | O_NOFOLLOW, mode));
  }

  makeDirectory(directory: NodeInode, name: string, mode: number): void {
    this.fs.mkdirSync(this.place(directory, name), { mode });
  }

  makeFifo(directory: NodeInode, name: string, mode: number): void {
    if (this.fs.mkfifoSync === undefined) throw EPERM;
    this.fs.mkfifoSync(this.place(directory, name), mode);
  }

  makeLink(directory: NodeInode, name: string, target: string): void {
    this.fs.symlinkSync(this.native(target), this.place(directory, name));
  }

  /** A further name for an object. @throws ENOENT when the old name led to another object meanwhile */
  link(inode: NodeInode, directory: NodeInode, name: string): void {
    const place = this.place(directory, name);
    this.fs.linkSync(this.pathOf(inode), place);
    if (inode.identity === "" || inode.isObject(this.fs.lstatSync(place, { bigint: true }))) return;
    this.fs.unlinkSync(place);
    throw ENOENT;
  }

  rename(from: NodeInode, name: string, to: NodeInode, toName: string): void {
    this.fs.renameSync(this.place(from, name), this.place(to, toName));
  }

  removeDirectory(directory: NodeInode, name: string): void {
    this.fs.rmdirSync(this.place(directory, name));
  }

  removeFile(directory: NodeInode, name: string): void {
    this.fs.unlinkSync(this.place(directory, name));
  }

  statistics(root: NodeInode): ReturnType<NonNullable<NodeFs["statfsSync"]>> {
    if (this.fs.statfsSync === undefined) throw EIO;
    return this.fs.statfsSync(this.nativeOf(root));
  }
}

/** The calls for an object that is open. */
export const descriptorCalls = (fs: NodeFs, fd: number): ObjectCalls => ({
  chmod: (mode) => fs.fchmodSync(fd, mode),
  chown: (uid, gid) => fs.fchownSync(fd, uid, gid),
  utimes: ({ atimeNs, mtimeNs }) => fs.futimesSync(fd, seconds(atimeNs), seconds(mtimeNs)),
});

/**
 * By names below the tree's own directory. `isShared`: somebody else may change the tree, so the chain of names is looked at before each
 * call; who exchanges a directory for a link between this look and the call leads it astray.
 */
export class NamedAccess extends TreeAccess {
  private readonly isShared: boolean;

  constructor(fs: NodeFs, base: string, isShared: boolean) {
    super(fs, base);
    this.isShared = isShared;
  }

  protected directoryPath(directory: NodeInode): string {
    if (!this.isShared) return this.chain(directory);
    for (let current = directory; current.parent !== undefined; current = current.parent) {
      const stats = this.fs.lstatSync(this.native(this.chain(current)), { bigint: true, throwIfNoEntry: false });
      if (stats === undefined || !current.isObject(stats)) throw ENOENT;
    }
    return this.chain(directory);
  }

  private chain(directory: NodeInode): string {
    let path = "";
    for (let current = directory; current.parent !== undefined; current = current.parent) {
      if (current.detached) throw ENOENT;
      path = `/${current.name}${path}`;
    }
    return (this.base === "/" ? "" : this.base) + path;
  }

  withObject(inode: NodeInode, work: (calls: ObjectCalls) => void): void {
    const { fs } = this;
    if (this.isShared) this.stats(inode);
    const path = this.native(inode.parent === undefined ? this.base : `${this.chain(inode.parent)}/${inode.name}`);
    work({
      chmod: (mode) => fs.chmodSync(path, mode),
      chown: (uid, gid) => fs.lchownSync(path, uid, gid),
      utimes: ({ atimeNs, mtimeNs }) => fs.lutimesSync(path, seconds(atimeNs), seconds(mtimeNs)),
    });
  }
}
