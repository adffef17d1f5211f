/**
 * Mount table: which file system covers which directory.
 */
import { ENOENT } from "../abi/errno.ts";
import type { FileSystem, Inode } from "./inode.ts";

export interface Mount {
  readonly fileSystem: FileSystem;
  /** The directory that it covers; undefined for the root file system. */
  readonly covered: Inode | undefined;
  /** Absolute path, for /proc/mounts. */
  readonly path: string;
}

export class MountTable {
  readonly root: Inode;
  private readonly mounts: Mount[];
  private readonly byCovered = new Map<Inode, Mount>();
  private readonly byRoot = new Map<Inode, Mount>();

  constructor(fileSystem: FileSystem) {
    this.root = fileSystem.root;
    this.root.retain();
    const mount = { fileSystem, covered: undefined, path: "/" };
    this.mounts = [mount];
    this.byRoot.set(this.root, mount);
  }

  add(fileSystem: FileSystem, covered: Inode, path: string): void {
    const mount = { fileSystem, covered, path };
    covered.retain();
    fileSystem.root.retain();
    this.mounts.push(mount);
    this.byCovered.set(covered, mount);
    this.byRoot.set(fileSystem.root, mount);
  }

  /** All mounts, oldest first. */
  all(): readonly Mount[] {
    return this.mounts;
  }

  /** What is seen at an inode: the root of the file system mounted there (of the last one, if several), or the inode. */
  top(inode: Inode): Inode {
    let current = inode;
    for (;;) {
      const mount = this.byCovered.get(current);
      if (mount === undefined) return current;
      current = mount.fileSystem.root;
    }
  }

  isMountRoot(inode: Inode): boolean {
    return this.byRoot.has(inode);
  }

  /** Absolute path of a directory from a root above it. Throws ENOENT when it was removed, or is not below. */
  pathBelow(root: Inode, directory: Inode): string {
    const names: string[] = [];
    let current = directory;
    while (current !== root) {
      if (current.asDirectory().isRemoved) throw ENOENT;
      const above = this.parent(current);
      if (above === undefined) throw ENOENT;
      names.push(above.name);
      current = above.inode;
    }
    return `/${names.reverse().join("/")}`;
  }

  /** The directory above a directory and the name there, across mounts; undefined at the root of all. */
  parent(inode: Inode): { inode: Inode; name: string } | undefined {
    let current: Inode = inode;
    for (;;) {
      const above = current.asDirectory().parent();
      if (above !== undefined) return above;
      const mount = this.byRoot.get(current);
      if (mount === undefined) throw ENOENT;
      if (mount.covered === undefined) return undefined;
      current = mount.covered;
    }
  }
}
