/**
 * Objects of memfs. Its own interface resolves each path from the root, which makes deep trees slow; so what is done often is done with
 * its links (names) and nodes (objects) directly, one name below another. Nobody else changes the tree while the system runs.
 */
import { EEXIST, ENOENT } from "../abi/errno.ts";
import { isDirectory, S_IFDIR, S_IFREG } from "../abi/file-mode.ts";
import { byteStringOf, unicodeOf } from "../text.ts";
import type { NodeFs, NodeStats } from "./node-interface.ts";
import type { NodeInode } from "./node-inode.ts";
import { NamedAccess, type ObjectCalls } from "./tree-access.ts";

/** The parts of memfs that are used: Node, Link and Superblock of its package fs-core. */
interface MemoryNode {
  readonly ino: number;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  nlink: number;
  atime: Date;
  mtime: Date;
  readonly ctime: Date;
  chmod(mode: number): void;
  chown(uid: number, gid: number): void;
}

interface MemoryLink {
  /** With "." and "..". */
  readonly children: Map<string, MemoryLink | undefined>;
  getNode(): MemoryNode;
  createChild(name: string, node: MemoryNode): MemoryLink;
}

interface MemoryVolume {
  readonly root: MemoryLink;
  createNode(mode: number): MemoryNode;
  deleteNode(node: MemoryNode): void;
  deleteLink(link: MemoryLink): boolean;
  openLink(link: MemoryLink, flags: number, resolveSymlinks: boolean, filename: string): { readonly fd: number };
}

/** Unit of the room in a tree. */
export const BLOCK = 4096;
export const blocksOf = (bytes: number): number => Math.ceil(bytes / BLOCK);

const volumeOf = (fs: NodeFs): MemoryVolume => (fs as unknown as { __vol: { _core: MemoryVolume } }).__vol._core;

/** Blocks that names and contents take: one for each name, and the contents. */
export function usedBlocks(fs: NodeFs): number {
  const links = [volumeOf(fs).root];
  const counted = new Set<MemoryNode>();
  let blocks = 0;
  for (let link = links.pop(); link !== undefined; link = links.pop()) {
    for (const [name, child] of link.children) {
      if (child === undefined || name === "." || name === "..") continue;
      const node = child.getNode();
      blocks += 1 + (counted.has(node) ? 0 : blocksOf(node.size));
      if (node.nlink > 1) counted.add(node);
      links.push(child);
    }
  }
  return blocks;
}

const NS_PER_MS = 1_000_000n;
const nanoseconds = (date: Date): bigint => BigInt(date.getTime()) * NS_PER_MS;

function statsOf(node: MemoryNode): NodeStats {
  return {
    dev: 0n,
    ino: BigInt(node.ino),
    mode: BigInt(node.mode),
    nlink: BigInt(node.nlink),
    uid: BigInt(node.uid),
    gid: BigInt(node.gid),
    rdev: 0n,
    size: BigInt(node.size),
    blksize: 4096n,
    blocks: 1n,
    atimeNs: nanoseconds(node.atime),
    mtimeNs: nanoseconds(node.mtime),
    ctimeNs: nanoseconds(node.ctime),
  };
}

export class MemoryAccess extends NamedAccess {
  private readonly volume: MemoryVolume;
  /** Links of directories. */
  private links = new WeakMap<NodeInode, MemoryLink>();

  /** @param fs as createFsFromVolume() makes it */
  constructor(fs: NodeFs) {
    super(fs, "/", false);
    this.volume = volumeOf(fs);
  }

  protected override native(path: string): string {
    return unicodeOf(path);
  }

  /** @throws ENOENT */
  private linkOf(inode: NodeInode): MemoryLink {
    const chain: NodeInode[] = [];
    let current = inode;
    let link: MemoryLink | undefined;
    for (; (link = this.links.get(current)) === undefined && current.parent !== undefined; current = current.parent) {
      if (current.detached) throw ENOENT;
      chain.push(current);
    }
    link ??= this.volume.root;
    for (let next = chain.pop(); next !== undefined; next = chain.pop()) {
      link = link.children.get(unicodeOf(next.name));
      if (link === undefined) throw ENOENT;
      if (next.directory !== undefined) this.links.set(next, link);
    }
    return link;
  }

  private child(directory: NodeInode, name: string): MemoryLink | undefined {
    return this.linkOf(directory).children.get(unicodeOf(name));
  }

  override backingChanged(): void {
    this.links = new WeakMap();
  }

  override rootStats(): NodeStats {
    return statsOf(this.volume.root.getNode());
  }

  override lookup(directory: NodeInode, name: string): NodeStats | undefined {
    const child = this.child(directory, name);
    return child && statsOf(child.getNode());
  }

  override list(directory: NodeInode): string[] {
    return [...this.linkOf(directory).children.keys()].filter((name) => name !== "." && name !== "..").map(byteStringOf);
  }

  override readLink(inode: NodeInode): string {
    return byteStringOf(this.fs.readlinkSync(this.pathOf(inode), { encoding: "utf8" }));
  }

  override open(inode: NodeInode, flags: number): number {
    return this.volume.openLink(this.linkOf(inode), flags, false, inode.name).fd;
  }

  private make(directory: NodeInode, name: string, mode: number): MemoryLink {
    const above = this.linkOf(directory);
    const own = unicodeOf(name);
    if (above.children.has(own)) throw EEXIST;
    return above.createChild(own, this.volume.createNode(mode));
  }

  override createFile(directory: NodeInode, name: string, mode: number): number {
    return this.volume.openLink(this.make(directory, name, S_IFREG | mode), this.fs.constants.O_RDWR, false, name).fd;
  }

  override makeDirectory(directory: NodeInode, name: string, mode: number): void {
    this.make(directory, name, S_IFDIR | mode);
  }

  override removeDirectory(directory: NodeInode, name: string): void {
    this.unlink(directory, name);
  }

  override removeFile(directory: NodeInode, name: string): void {
    this.unlink(directory, name);
  }

  private unlink(directory: NodeInode, name: string): void {
    const link = this.child(directory, name);
    if (link === undefined) throw ENOENT;
    this.volume.deleteLink(link);
    const node = link.getNode();
    if (isDirectory(node.mode)) return;
    node.nlink--;
    if (node.nlink <= 0) this.volume.deleteNode(node);
  }

  override withObject(inode: NodeInode, work: (calls: ObjectCalls) => void): void {
    const node = this.linkOf(inode).getNode();
    // oxlint-disable-next-line no-restricted-globals -- memfs keeps Dates; the time is the caller's
    const milliseconds = (ns: bigint) => new Date(Math.floor(Number(ns / 1000n) / 1000));
    work({
      chmod: (mode) => node.chmod(mode),
      chown: (uid, gid) => node.chown(uid, gid),
      utimes({ atimeNs, mtimeNs }) {
        node.atime = milliseconds(atimeNs);
        node.mtime = milliseconds(mtimeNs);
      },
    });
  }
}
