/**
 * Where objects are, as policies see it: by absolute paths of the whole tree, without links, whatever the root of a process is.
 */
import { ENOENT } from "../abi/errno.ts";
import type { PlaceTree } from "../confinement/place-policy.ts";
import type { DirectoryReference, Process } from "../process/process.ts";
import type { MountTable } from "./mount-table.ts";
import { type WalkResult, walk } from "./path-walk.ts";
import type { FoundObject } from "./place-guard.ts";
import type { Inode } from "./inode.ts";

export class Places implements PlaceTree {
  private readonly mounts: MountTable;
  private readonly root: DirectoryReference;
  /** Sees everything. */
  private readonly viewer: Process;

  constructor(mounts: MountTable) {
    this.mounts = mounts;
    this.root = { inode: mounts.top(mounts.root), path: "/" };
    const credentials = { uid: 0, euid: 0, suid: 0, gid: 0, egid: 0, sgid: 0, groups: [] };
    this.viewer = { root: this.root, cwd: this.root, credentials } as unknown as Process;
  }

  /** The place that a walk led to; undefined: none. */
  of({ last, parent, name, inode, origin }: WalkResult): string | undefined {
    if (last !== "normal") return inode?.isDirectory ? this.ofDirectory(inode) : origin;
    const above = this.ofDirectory(parent);
    return above && (above === "/" ? `/${name}` : `${above}/${name}`);
  }

  /** undefined: it was removed. */
  ofDirectory(directory: Inode): string | undefined {
    try {
      return this.mounts.pathBelow(this.root.inode, directory);
    } catch (error) {
      if (error !== ENOENT) throw error;
      return undefined;
    }
  }

  canonical(path: string): string {
    const names = path.split("/").filter((name) => name !== "" && name !== ".");
    let found = this.root;
    for (const [index, name] of names.entries()) {
      const next = this.step(found, name);
      if (next === undefined) return `${found.path === "/" ? "" : found.path}/${names.slice(index).join("/")}`;
      found = next;
    }
    return found.path;
  }

  /** undefined: there is nothing yet, or it is a link of /proc. */
  private step(base: DirectoryReference, name: string): DirectoryReference | undefined {
    try {
      const { inode, last, path } = walk(this.mounts, this.viewer, name, { base, follow: true });
      return inode === undefined || last === "object" ? undefined : { inode, path };
    } catch {
      return undefined;
    }
  }

  isAlso({ inode }: FoundObject, path: string): boolean {
    if (inode === undefined || inode.isDirectory) return false;
    const { nlink, ino, dev } = inode.attributes();
    if (nlink < 2) return false;
    const other = this.step(this.root, path)?.inode.attributes();
    return other?.ino === ino && other.dev === dev;
  }
}
