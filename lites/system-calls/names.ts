/**
 * Calls on names and directories: creating, removing, renaming, linking, listing, working directory.
 * Source: POSIX mkdir, rename, link, …; Linux getdents(2), getcwd(2).
 */
import { EFAULT, EINVAL, ENOENT, ENOTDIR, EPERM, ERANGE } from "../abi/errno.ts";
import { S_IFBLK, S_IFCHR, S_IFDIR, S_IFIFO, S_IFMT, S_IFREG, S_IFSOCK } from "../abi/file-mode.ts";
import { AT_EMPTY_PATH, AT_FDCWD, AT_REMOVEDIR, AT_SYMLINK_FOLLOW, X_OK } from "../abi/open-flags.ts";
import { structs } from "../abi/structs.ts";
import type { Handlers, OutBuffer } from "../arguments.ts";
import { checkPath } from "../bad-path.ts";
import { descriptor, openFile } from "../descriptors.ts";
import type { DirectoryReference, Process } from "../process/process.ts";
import { encodeText } from "../text.ts";
import { checkPermission } from "../vfs/permissions.ts";
import type { DirectoryEntry } from "../vfs/inode.ts";
import { baseOf, type FileServices, resolveAt } from "./file-services.ts";

const nodeTypes: readonly number[] = [S_IFREG, S_IFCHR, S_IFBLK, S_IFIFO, S_IFSOCK];
const LARGEST_INT = 0x7fffffff;

/** How the two getdents calls lay out an entry: size of the head, alignment, where the type is. */
const entryFormats = {
  old: { layout: structs.dirent, align: 4, tail: 2 },
  wide: { layout: structs.dirent64, align: 8, tail: 1 },
} as const;

export function createNameHandlers(services: FileServices) {
  const { files } = services;
  function getEntries(process: Process, fd: number, buffer: OutBuffer, count: number, format: keyof typeof entryFormats): number {
    const file = openFile(process, fd);
    const entries = file.listing(() => files.parent(process, file.inode));
    // The size is an int on Linux: too large a one is none.
    if (count > LARGEST_INT) throw EINVAL;
    const space = new Uint8Array(Math.min(count, buffer.capacity));
    const view = new DataView(space.buffer);
    let used = 0;
    while (file.position < entries.length) {
      const length = putEntry(space, view, used, entries[file.position]!, file.position + 1, format);
      if (length === 0) {
        if (used === 0) throw entryLength(entries[file.position]!, format) > count ? EINVAL : EFAULT;
        break;
      }
      used += length;
      file.position++;
    }
    buffer.data = space.subarray(0, used);
    return used;
  }

  function changeDirectory(process: Process, slot: "cwd" | "root", directory: DirectoryReference): number {
    directory.inode.retain();
    process[slot].inode.release();
    process[slot] = { inode: directory.inode, path: directory.path };
    return 0;
  }

  function link(process: Process, from: { dirfd: number; path: string }, to: { dirfd: number; path: string }, flags: number): number {
    if (from.path === "" && flags & AT_EMPTY_PATH && process.credentials.euid !== 0) throw ENOENT;
    const source = resolveAt(services, process, { ...from, flags, follow: (flags & AT_SYMLINK_FOLLOW) !== 0 });
    files.link(process, source, to.path, baseOf(process, to.dirfd, to.path));
    return 0;
  }

  function rename(process: Process, from: { dirfd: number; path: string }, to: { dirfd: number; path: string }, flags = 0): number {
    // Where the second path starts is looked at when the first has been walked.
    const place = ({ dirfd, path }: typeof from) => ({
      path,
      get base() {
        return baseOf(process, dirfd, path);
      },
    });
    files.rename(process, place(from), place(to), flags);
    return 0;
  }

  function readLink(process: Process, at: { dirfd: number; path: string }, buffer: OutBuffer, size: number): number {
    // An empty path means the link that the descriptor holds (O_PATH | O_NOFOLLOW).
    const isOwn = at.path === "" && at.dirfd !== AT_FDCWD;
    const { inode } = resolveAt(services, process, { ...at, flags: isOwn ? AT_EMPTY_PATH : 0, follow: false });
    if (!inode.isSymlink) throw isOwn ? ENOENT : EINVAL;
    const text = encodeText(inode.readLink(process)).subarray(0, size);
    buffer.data = text;
    return text.length;
  }

  const at = (dirfd: number, path: string) => ({ dirfd, path });
  const here = (path: string) => ({ dirfd: AT_FDCWD, path });

  return {
    mkdir: (process, { path, mode }) => done(files.mkdir(process, path, mode)),
    mkdirat: (process, { dirfd, path, mode }) => done(files.mkdir(process, path, mode, baseOf(process, dirfd, path))),
    mknod(process, { path, mode, device }) {
      checkNodeType(mode);
      return done(files.mknod(process, path, mode, device));
    },
    mknodat(process, { dirfd, path, mode, device }) {
      checkNodeType(mode);
      return done(files.mknod(process, path, mode, device, baseOf(process, dirfd, path)));
    },
    symlink(process, { target, path }) {
      checkTarget(target);
      return done(files.symlink(process, target, path));
    },
    symlinkat(process, { target, dirfd, path }) {
      checkTarget(target);
      return done(files.symlink(process, target, path, baseOf(process, dirfd, path)));
    },
    link: (process, { from, to }) => link(process, here(from), here(to), 0),
    linkat: (process, { fromDir, from, toDir, to, flags }) => link(process, at(fromDir, from), at(toDir, to), flags),
    unlink: (process, { path }) => done(files.unlink(process, path, false)),
    rmdir: (process, { path }) => done(files.unlink(process, path, true)),
    unlinkat: (process, { dirfd, path, flags }) =>
      done(files.unlink(process, path, (flags & AT_REMOVEDIR) !== 0, baseOf(process, dirfd, path))),
    rename: (process, { from, to }) => rename(process, here(from), here(to)),
    renameat: (process, { fromDir, from, toDir, to }) => rename(process, at(fromDir, from), at(toDir, to)),
    renameat2: (process, { fromDir, from, toDir, to, flags }) => rename(process, at(fromDir, from), at(toDir, to), flags),
    readlink: (process, { path, buffer, size }) => readLink(process, here(path), buffer, size),
    readlinkat: (process, { dirfd, path, buffer, size }) => readLink(process, at(dirfd, path), buffer, size),
    getdents: (process, { fd, buffer, size }) => getEntries(process, fd, buffer, size, "old"),
    getdents64: (process, { fd, buffer, size }) => getEntries(process, fd, buffer, size, "wide"),
    getcwd(process, { buffer, size }) {
      const path = encodeText(`${files.pathOf(process, process.cwd.inode)}\0`);
      if (path.length > size) throw ERANGE;
      buffer.data = path;
      return path.length;
    },
    chdir: (process, { path }) => changeDirectory(process, "cwd", files.directory(process, path)),
    fchdir(process, { fd }) {
      const { inode, path } = descriptor(process, fd).file;
      if (!inode.isDirectory) throw ENOTDIR;
      checkPermission(process.credentials, inode.attributes(), X_OK);
      return changeDirectory(process, "cwd", { inode, path });
    },
    chroot(process, { path }) {
      const directory = files.directory(process, path);
      if (process.credentials.euid !== 0) throw EPERM;
      return changeDirectory(process, "root", { inode: directory.inode, path: "/" });
    },
  } satisfies Handlers;
}

/** What mknod(2) makes, and refuses before it looks at the path; no type means a regular file. @throws EPERM, EINVAL */
function checkNodeType(mode: number): void {
  const type = mode & S_IFMT;
  if (type === S_IFDIR) throw EPERM;
  if (type !== 0 && !nodeTypes.includes(type)) throw EINVAL;
}

/** A symbolic link's text. @throws ENOENT, EFAULT, ENAMETOOLONG */
function checkTarget(target: string): void {
  checkPath(target);
  if (target === "") throw ENOENT;
}

/** Result of calls that return nothing. */
function done(_nothing: void): number {
  return 0;
}

/** Bytes that an entry takes. */
function entryLength({ name }: DirectoryEntry, format: keyof typeof entryFormats): number {
  const { layout, align, tail } = entryFormats[format];
  return Math.ceil((layout.size + name.length + tail) / align) * align;
}

/** Lays an entry out at an offset; returns its length, 0 when there is no room. By hand, for directories with very many names. */
function putEntry(
  space: Uint8Array,
  view: DataView,
  offset: number,
  entry: DirectoryEntry,
  next: number,
  format: keyof typeof entryFormats,
): number {
  const { name, ino, type } = entry;
  const { fields, size } = entryFormats[format].layout;
  const length = entryLength(entry, format);
  if (offset + length > space.length) return 0;
  view.setUint32(offset, ino % 2 ** 32, true);
  view.setUint32(offset + fields.d_off.offset, next, true);
  if (format === "wide") view.setUint32(offset + 4, Math.floor(ino / 2 ** 32), true);
  view.setUint16(offset + fields.d_reclen.offset, length, true);
  for (let index = 0; index < name.length; index++) space[offset + size + index] = name.charCodeAt(index);
  space[offset + (format === "wide" ? structs.dirent64.fields.d_type.offset : length - 1)] = type;
  return length;
}
