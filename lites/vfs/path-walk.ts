/**
 * Path walk: from a path name to an inode, component by component.
 *
 * Symbolic links are interpreted here and only here, so that no path leaves the process's root and the mounted
 * trees. Source: POSIX base definitions 4.13, Linux path_resolution(7).
 */
import { ELOOP, ENAMETOOLONG, ENOENT } from "../abi/errno.ts";
import { NAME_MAX, PATH_MAX } from "../abi/open-flags.ts";
import { checkPath } from "../bad-path.ts";
import type { Credentials, DirectoryReference, Process } from "../process/process.ts";
import type { MountTable } from "./mount-table.ts";
import { checkSearch } from "./permissions.ts";
import type { Inode } from "./inode.ts";

const MAXIMUM_LINKS = 40;

/** Where a walk ended: the directory of the last component, its name, and what the name leads to, if anything. */
export interface WalkResult {
  parent: Inode;
  name: string;
  /** "normal": `name` is an entry of `parent`. Otherwise the path ended in ".", ".." or was only slashes, or led through a link of /proc. */
  last: "normal" | "dot" | "dotdot" | "root" | "object";
  inode: Inode | undefined;
  trailingSlash: boolean;
  /** Absolute path as the process sees it, without links. */
  path: string;
  /** Through a link of /proc to an open file: where that was found. */
  origin?: string | undefined;
}

export interface WalkOptions {
  /** Start of relative paths. */
  base: DirectoryReference;
  /** Whether a symbolic link as last component is followed. */
  follow: boolean;
  /** Whose search permission counts, if not the process's effective ids: access(2). */
  credentials?: Credentials | undefined;
}

/** @throws EFAULT, ENOENT (also for the empty path and missing directories), ENOTDIR, EACCES, ELOOP, ENAMETOOLONG */
export function walk(mounts: MountTable, process: Process, path: string, options: WalkOptions): WalkResult {
  checkPath(path);
  if (path === "") throw ENOENT;
  if (path.length >= PATH_MAX) throw ENAMETOOLONG;
  return new PathWalk(mounts, process, options).run(path);
}

class PathWalk {
  private readonly mounts: MountTable;
  private readonly process: Process;
  private readonly options: WalkOptions;
  private readonly credentials: Credentials;
  private current: Inode;
  private path: string;
  /** Components to go, the next one last. */
  private pending: string[] = [];
  private linksLeft = MAXIMUM_LINKS;
  private trailingSlash = false;

  constructor(mounts: MountTable, process: Process, options: WalkOptions) {
    this.mounts = mounts;
    this.process = process;
    this.options = options;
    this.credentials = options.credentials ?? process.credentials;
    this.current = options.base.inode;
    this.path = options.base.path;
  }

  run(path: string): WalkResult {
    this.push(path);
    let result = this.end("", "root", this.current);
    for (let name = this.pending.pop(); name !== undefined; name = this.pending.pop()) {
      result = this.step(name);
      if (result.inode !== undefined) {
        this.current = result.inode;
        this.path = result.path;
      }
    }
    return result;
  }

  /** Puts the components of a path or link target before those that are still to go. */
  private push(path: string): void {
    if (this.pending.length === 0) this.trailingSlash ||= path.endsWith("/");
    if (path.startsWith("/")) {
      this.current = this.process.root.inode;
      this.path = "/";
    }
    this.current.fileSystem?.beginWalk?.();
    const components = path.split("/");
    for (let i = components.length - 1; i >= 0; i--) if (components[i] !== "") this.pending.push(components[i]!);
  }

  private end(name: string, last: WalkResult["last"], inode: Inode | undefined, path = this.path): WalkResult {
    return { parent: this.current, name, last, inode, trailingSlash: this.trailingSlash, path };
  }

  private step(name: string): WalkResult {
    const directory = this.current.asDirectory();
    checkSearch(this.credentials, this.current);
    if (name === ".") return this.end(name, "dot", this.current);
    if (name === "..") return this.up();
    if (name.length > NAME_MAX) throw ENAMETOOLONG;

    const isLast = this.pending.length === 0;
    const childPath = this.path === "/" ? `/${name}` : `${this.path}/${name}`;
    const found = directory.lookup(name);
    if (found === undefined) {
      if (!isLast) throw ENOENT;
      return this.end(name, "normal", undefined, childPath);
    }
    const child = this.mounts.top(found);
    if (!child.isSymlink || (isLast && !this.options.follow)) return this.end(name, "normal", child, childPath);
    return this.follow(name, child);
  }

  private up(): WalkResult {
    if (this.current === this.process.root.inode) return this.end("..", "dotdot", this.current);
    const above = this.mounts.parent(this.current)?.inode ?? this.current;
    return this.end("..", "dotdot", above, this.path.slice(0, Math.max(1, this.path.lastIndexOf("/"))));
  }

  private follow(name: string, link: Inode): WalkResult {
    if (--this.linksLeft < 0) throw ELOOP;
    const target = link.linkedObject(this.process);
    if (target !== undefined) return { ...this.end(name, "object", target.inode, target.path), origin: target.origin };
    const text = link.readLink(this.process);
    if (text === "") throw ENOENT;
    this.push(text);
    // The result stands when the link was to "/" or the like; otherwise the next step replaces it.
    return this.end(name, "root", this.current);
  }
}
