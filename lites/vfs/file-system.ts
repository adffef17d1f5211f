/**
 * The file system space: everything that path names do. Mounts, resolving, opening, creating, removing, renaming.
 *
 * Above the file systems' own operations (inode.ts), below the system-call handlers. All checks of existence, type and
 * permission are here. Source: POSIX system interfaces; where POSIX leaves errors open, Linux's.
 */
import type { Op } from "../activation.ts";
import {
  EACCES,
  EBUSY,
  EEXIST,
  EINVAL,
  EISDIR,
  ELOOP,
  EMLINK,
  ENOENT,
  ENOTDIR,
  ENOTEMPTY,
  ENXIO,
  EOPNOTSUPP,
  EOVERFLOW,
  EPERM,
  EXDEV,
} from "../abi/errno.ts";
import {
  isDevice,
  isDirectory,
  isRegular,
  PERMISSION_BITS,
  S_IFDIR,
  S_IFLNK,
  S_IFMT,
  S_IFREG,
  S_IFSOCK,
  S_ISGID,
} from "../abi/file-mode.ts";
import {
  O_ACCMODE,
  O_CREAT,
  O_DIRECTORY,
  O_EXCL,
  O_LARGEFILE,
  O_NOATIME,
  O_NOCTTY,
  O_NOFOLLOW,
  O_PATH,
  O_RDONLY,
  O_TMPFILE_BIT,
  O_TRUNC,
  O_WRONLY,
  R_OK,
  RENAME_EXCHANGE,
  RENAME_NOREPLACE,
  W_OK,
  X_OK,
} from "../abi/open-flags.ts";
import type { Credentials, DirectoryReference, Process } from "../process/process.ts";
import { checkWritable, clearSetIds } from "./attribute-changes.ts";
import { type Mount, MountTable } from "./mount-table.ts";
import { type File, PathFile } from "./file.ts";
import { type WalkOptions, type WalkResult, walk } from "./path-walk.ts";
import { checkOwner, checkPermission, checkSticky } from "./permissions.ts";
import { Places } from "./places.ts";
import type { FileSystem, PageCacheObserver, Inode } from "./inode.ts";
import { checkNotRunning, checkNotWritten } from "./write-access.ts";

const LARGEST_32BIT = 0x7fffffff;

export interface ResolveOptions {
  /** Start of relative paths; default: the working directory. */
  base?: DirectoryReference | undefined;
  /** Whether a symbolic link as last component is followed; default true. A trailing slash always follows. */
  follow?: boolean;
  /** Whose permissions count, if not the process's effective ids. */
  credentials?: Credentials | undefined;
}

export interface Resolved {
  inode: Inode;
  /** Absolute path as the process sees it, without links. */
  path: string;
  /** Its place as policies see it (place-guard.ts); undefined: none, or no policy asks. */
  origin?: string | undefined;
}

/** Nobody watches pages: for systems without a file pager. */
export const UNWATCHED_PAGES: PageCacheObserver = { written() {}, truncated() {}, reading() {} };

export class FileSystemSpace {
  readonly pages: PageCacheObserver;
  /** Only while a policy asks where things are. */
  private places: Places | undefined;
  private readonly mounts: MountTable;

  /** @param root the file system mounted at "/" */
  constructor(root: FileSystem, pages: PageCacheObserver = UNWATCHED_PAGES) {
    this.mounts = new MountTable(root);
    this.pages = pages;
  }

  /** The root directory, for the first process. */
  root(): DirectoryReference {
    return { inode: this.mounts.top(this.mounts.root), path: "/" };
  }

  /** Mounts a file system on a directory given by an absolute path without links; missing directories are made. */
  mount(fileSystem: FileSystem, path: string): void {
    let current = this.mounts.top(this.mounts.root);
    for (const name of path.split("/").filter((part) => part !== "")) {
      let child = current.asDirectory().lookup(name);
      if (child === undefined) {
        checkWritable(current);
        child = this.createIn(current, name, { mode: S_IFDIR | 0o755, uid: 0, gid: 0 });
      }
      current = this.mounts.top(child);
    }
    if (!current.isDirectory) throw ENOTDIR;
    this.mounts.add(fileSystem, current, path);
  }

  /** From now on what processes find is shown to their guards (place-guard.ts). */
  watchPlaces(): Places {
    this.places = new Places(this.mounts);
    return this.places;
  }

  mountedFileSystems(): readonly Mount[] {
    return this.mounts.all();
  }

  /** Writes everything back that the file systems hold. */
  sync(): void {
    for (const mount of this.mounts.all()) mount.fileSystem.sync?.();
  }

  /** Gives back what the file systems hold of the host. */
  close(): void {
    for (const mount of this.mounts.all()) mount.fileSystem.close?.();
  }

  /** Others may have changed what the file systems are made from. */
  backingChanged(): void {
    for (const mount of this.mounts.all()) mount.fileSystem.backingChanged?.();
  }

  resolve(process: Process, path: string, options: ResolveOptions = {}): Resolved {
    const result = this.walk(process, path, {
      base: options.base ?? process.cwd,
      follow: (options.follow ?? true) || path.endsWith("/"),
      credentials: options.credentials,
    });
    if (result.inode === undefined) throw ENOENT;
    if (result.trailingSlash && !result.inode.isDirectory) throw ENOTDIR;
    return { inode: result.inode, path: result.path, origin: result.origin };
  }

  /** Every walk of a process goes through here, so that a policy sees where it leads. */
  private walk(process: Process, path: string, options: WalkOptions): WalkResult {
    const result = walk(this.mounts, process, path, options);
    if (this.places !== undefined) {
      result.origin = this.places.of(result);
      process.guard?.check({ path: result.origin, inode: result.inode });
    }
    return result;
  }

  /** What ".." leads to in a directory. */
  parent(process: Process, directory: Inode): Inode {
    return directory === process.root.inode ? directory : (this.mounts.parent(directory)?.inode ?? directory);
  }

  /** Absolute path of a directory as the process sees it. Throws ENOENT when it was removed or is outside of the process's root. */
  pathOf(process: Process, directory: Inode): string {
    return this.mounts.pathBelow(process.root.inode, directory);
  }

  /**
   * open(2): returns an open file description with one reference. May sleep (FIFOs, terminals).
   */
  *open(process: Process, path: string, flags: number, mode = 0, base?: DirectoryReference): Op<File> {
    const target = this.openTarget(process, path, flags, mode, base ?? process.cwd);
    if (flags & O_PATH) return new PathFile(target.inode, { ...target, flags: flags & (O_PATH | O_DIRECTORY | O_NOFOLLOW) });
    return yield* this.openInode(process, target, flags, target.created);
  }

  /** Opens an inode that was found already; checks permissions unless it was just created. */
  private *openInode(process: Process, { inode, path, origin }: Resolved, flags: number, created: boolean): Op<File> {
    if (!created) this.checkOpen(process, inode, flags);
    const truncates = (flags & O_TRUNC) !== 0 && !created && inode.isRegular;
    if (truncates) checkNotRunning(inode);
    const file = yield* inode.open(process, { flags: flags & ~(O_CREAT | O_EXCL | O_TRUNC), path, origin });
    file.flags &= ~O_NOCTTY;
    if (!truncates) return file;
    try {
      file.truncate(process, 0);
      return file;
    } catch (error) {
      file.release();
      throw error;
    }
  }

  private openTarget(
    process: Process,
    path: string,
    flags: number,
    mode: number,
    base: DirectoryReference,
  ): Resolved & { created: boolean } {
    if (flags & O_PATH || !(flags & O_CREAT)) {
      const follow = !(flags & O_NOFOLLOW);
      const resolved = this.resolve(process, path, { base, follow });
      if (flags & O_DIRECTORY && !resolved.inode.isDirectory) throw ENOTDIR;
      if (flags & O_TMPFILE_BIT && !(flags & O_PATH)) throw EOPNOTSUPP;
      return { ...resolved, created: false };
    }
    const result = this.walk(process, path, { base, follow: !(flags & (O_EXCL | O_NOFOLLOW)) });
    if (result.inode !== undefined) {
      if (flags & O_EXCL) throw EEXIST;
      if (result.trailingSlash || result.inode.isDirectory) throw EISDIR;
      return { inode: result.inode, path: result.path, origin: result.origin, created: false };
    }
    if (result.trailingSlash) throw EISDIR;
    const inode = this.create(process, result, { mode: S_IFREG | (mode & PERMISSION_BITS & ~process.umask) });
    return { inode, path: result.path, origin: result.origin, created: true };
  }

  private checkOpen(process: Process, inode: Inode, flags: number): void {
    const attributes = inode.attributes();
    const access = flags & O_ACCMODE;
    const writing = access !== O_RDONLY || (flags & O_TRUNC) !== 0;
    if (inode.isSymlink) throw ELOOP;
    if (inode.isDirectory && writing) throw EISDIR;
    if (inode.type === S_IFSOCK) throw ENXIO;
    checkPermission(process.credentials, attributes, (access === O_WRONLY ? 0 : R_OK) | (writing ? W_OK : 0));
    if (writing && inode.isRegular) checkWritable(inode);
    if (flags & O_NOATIME) checkOwner(process.credentials, attributes);
    if (inode.isRegular && !(flags & O_LARGEFILE) && attributes.size > LARGEST_32BIT) throw EOVERFLOW;
  }

  /** Walks to the place where a name shall be made or removed. */
  private place(process: Process, path: string, base: DirectoryReference | undefined): WalkResult {
    return this.walk(process, path, { base: base ?? process.cwd, follow: false });
  }

  /** Checks that names in a directory may be changed. */
  private checkChange(process: Process, directory: Inode): void {
    checkPermission(process.credentials, directory.attributes(), W_OK | X_OK);
    checkWritable(directory);
  }

  /** Creates the missing name of a walk, owned by the process. */
  private create(process: Process, place: WalkResult, node: { mode: number; rdev?: number; target?: string }): Inode {
    checkWritable(place.parent);
    this.checkChange(process, place.parent);
    const { euid, egid } = process.credentials;
    return this.createIn(place.parent, place.name, { ...node, uid: euid, gid: egid });
  }

  private createIn(parent: Inode, name: string, node: { mode: number; uid: number; gid: number; rdev?: number; target?: string }): Inode {
    const directory = parent.asDirectory();
    if (directory.isRemoved) throw ENOENT;
    const above = parent.attributes();
    if (!(above.mode & S_ISGID)) return directory.create(name, node);
    const mode = isDirectory(node.mode) ? node.mode | S_ISGID : node.mode;
    return directory.create(name, { ...node, mode, gid: above.gid });
  }

  /** The place of a new name: EEXIST when it is taken, ENOENT when it has a trailing slash and is to be no directory. */
  private newPlace(process: Process, path: string, base: DirectoryReference | undefined, directory = false): WalkResult {
    const place = this.place(process, path, base);
    if (place.inode !== undefined) throw EEXIST;
    if (place.trailingSlash && !directory) throw ENOENT;
    return place;
  }

  mkdir(process: Process, path: string, mode: number, base?: DirectoryReference): void {
    const place = this.newPlace(process, path, base, true);
    if (place.parent.attributes().nlink >= 0xffff) throw EMLINK;
    this.create(process, place, { mode: S_IFDIR | (mode & 0o1777 & ~process.umask) });
  }

  /** @param mode type and permissions; no type means a regular file */
  mknod(process: Process, path: string, mode: number, device: number, base?: DirectoryReference): void {
    const type = mode & S_IFMT || S_IFREG;
    const place = this.newPlace(process, path, base);
    if (isDevice(type) && process.credentials.euid !== 0) throw EPERM;
    const rdev = isDevice(type) ? device : 0;
    const inode = this.create(process, place, { mode: type | (mode & PERMISSION_BITS & ~process.umask), rdev });
    // Nobody opens it now: what the file system holds ready for that goes.
    inode.retain();
    inode.release();
  }

  symlink(process: Process, target: string, path: string, base?: DirectoryReference): void {
    this.create(process, this.newPlace(process, path, base), { mode: S_IFLNK | 0o777, target });
  }

  link(process: Process, { inode, origin }: Resolved, path: string, base?: DirectoryReference): void {
    const place = this.newPlace(process, path, base);
    process.guard?.checkMove(origin, place.origin, false);
    if (place.parent.fileSystem !== inode.fileSystem) throw EXDEV;
    this.checkChange(process, place.parent);
    if (inode.isDirectory) throw EPERM;
    const directory = place.parent.asDirectory();
    if (directory.isRemoved) throw ENOENT;
    directory.link(place.name, inode);
  }

  /** unlink(2), or rmdir(2) when `directory`. */
  unlink(process: Process, path: string, directory: boolean, base?: DirectoryReference): void {
    const place = this.place(process, path, base);
    if (directory) {
      if (place.last === "dot") throw EINVAL;
      if (place.last === "dotdot") throw ENOTEMPTY;
      if (place.last === "root") throw EBUSY;
    } else if (place.last !== "normal") throw EISDIR;
    const { parent, name, inode } = place;
    if (inode === undefined) throw ENOENT;
    if (place.trailingSlash && !inode.isDirectory) throw ENOTDIR;
    if (place.trailingSlash && !directory) throw EISDIR;
    this.checkRemove(process, parent, inode);
    if (directory && !inode.isDirectory) throw ENOTDIR;
    if (!directory && inode.isDirectory) throw EISDIR;
    if (this.mounts.isMountRoot(inode) || inode === process.root.inode) throw EBUSY;
    if (directory && !inode.asDirectory().isEmpty()) throw ENOTEMPTY;
    parent.asDirectory().remove(name, inode);
  }

  private checkRemove(process: Process, parent: Inode, child: Inode): void {
    this.checkChange(process, parent);
    checkSticky(process.credentials, parent.attributes(), child.attributes());
  }

  /** renameat2(2). */
  rename(
    process: Process,
    from: { path: string; base?: DirectoryReference | undefined },
    to: { path: string; base?: DirectoryReference | undefined },
    flags = 0,
  ): void {
    if (flags & RENAME_NOREPLACE && flags & RENAME_EXCHANGE) throw EINVAL;
    const source = this.place(process, from.path, from.base);
    const target = this.place(process, to.path, to.base);
    process.guard?.checkMove(source.origin, target.origin, source.inode?.isDirectory ?? false);
    if (source.parent.fileSystem !== target.parent.fileSystem) throw EXDEV;
    if (source.last !== "normal" || target.last !== "normal") throw EBUSY;
    const moved = source.inode;
    if (moved === undefined) throw ENOENT;
    const replaced = target.inode;
    if (flags & RENAME_NOREPLACE && replaced !== undefined) throw EEXIST;
    // Exchange needs a file system that does it in one step; neither memfs nor Node's fs can.
    if (flags & RENAME_EXCHANGE) throw EINVAL;
    if (!moved.isDirectory && (source.trailingSlash || target.trailingSlash)) throw ENOTDIR;
    if (this.isBelow(target.parent, moved)) throw EINVAL;
    if (replaced?.isDirectory && this.isBelow(source.parent, replaced)) throw ENOTEMPTY;
    if (moved === replaced) return;
    this.checkRemove(process, source.parent, moved);
    this.checkChange(process, target.parent);
    if (replaced !== undefined) {
      checkSticky(process.credentials, target.parent.attributes(), replaced.attributes());
      if (moved.isDirectory && !replaced.isDirectory) throw ENOTDIR;
      if (!moved.isDirectory && replaced.isDirectory) throw EISDIR;
    }
    // A directory's ".." changes with its parent, so it must be writable itself.
    if (moved.isDirectory && source.parent !== target.parent) checkPermission(process.credentials, moved.attributes(), W_OK);
    for (const inode of [moved, replaced]) if (inode !== undefined && this.mounts.isMountRoot(inode)) throw EBUSY;
    if (replaced?.isDirectory && !replaced.asDirectory().isEmpty()) throw ENOTEMPTY;
    if (target.parent.asDirectory().isRemoved) throw ENOENT;
    source.parent.asDirectory().rename(source.name, target.parent, target.name);
  }

  /** Whether `inode` is `ancestor` or lies below it. */
  private isBelow(inode: Inode, ancestor: Inode): boolean {
    if (!ancestor.isDirectory) return false;
    for (let current: Inode | undefined = inode; current !== undefined; current = this.mounts.parent(current)?.inode) {
      if (current === ancestor) return true;
    }
    return false;
  }

  /** truncate(2) of a path's inode: checks as for writing. */
  truncatePath(process: Process, inode: Inode, size: number): void {
    if (inode.isDirectory) throw EISDIR;
    if (!inode.isRegular) throw EINVAL;
    checkPermission(process.credentials, inode.attributes(), W_OK);
    checkWritable(inode);
    checkNotRunning(inode);
    inode.prepare(true);
    inode.truncate(size);
    this.pages.truncated(inode, size);
    clearSetIds(process, inode);
  }

  /** A program for exec: a regular file that the process may execute, and nobody has open for writing. */
  executable(process: Process, path: string): Resolved {
    const resolved = this.resolve(process, path);
    const attributes = resolved.inode.attributes();
    if (!isRegular(attributes.mode)) throw EACCES;
    checkPermission(process.credentials, attributes, X_OK);
    checkNotWritten(resolved.inode);
    resolved.inode.prepare(false);
    return resolved;
  }

  /** chdir(2), chroot(2): a directory that may be searched. The caller retains it. */
  directory(process: Process, path: string, base?: DirectoryReference): DirectoryReference {
    const resolved = this.resolve(process, path, { base });
    if (!resolved.inode.isDirectory) throw ENOTDIR;
    checkPermission(process.credentials, resolved.inode.attributes(), X_OK);
    return resolved;
  }
}
