/**
 * Objects of a host directory, reached by directory handles: descriptors that a directory of the host (/proc/self/fd) shows as links to
 * what they are open on. Source: Linux open(2) "O_PATH", proc(5).
 *
 * A handle leads to its directory whatever becomes of the names above it. It is opened by one name below another handle, without following
 * a link, and compared with what the look-up found. So no path that the host resolves has more than one name of the tree in it, and
 * nothing that others do to the tree at the same time can lead a call out of it. A directory that is moved out of the tree meanwhile stays
 * reachable, as it does for a process that has it open.
 */
import { ELOOP, EMFILE, ENFILE, ENOENT, ENOTDIR } from "../abi/errno.ts";
import { hostCall, type NodeFs, type NodeStats, seconds, unixErrorOf } from "./node-interface.ts";
import type { NodeInode } from "./node-inode.ts";
import { type ObjectCalls, TreeAccess } from "./tree-access.ts";

/** Where the host shows descriptors as links. */
export interface DescriptorLinks {
  /** Directory of `fs`, as "/proc/self/fd". */
  directory: string;
  /** The flag of an open that only names the object. */
  O_PATH: number;
}

/** Handles that are kept for directories that nobody has open. */
const KEPT_HANDLES = 256;

interface Handle {
  readonly fd: number;
  readonly path: string;
  /** Looked at since it was last in line to be closed. */
  isFresh: boolean;
}

export class DirectoryHandles extends TreeAccess {
  override readonly holdsDirectories = true;
  private readonly links: DescriptorLinks;
  private readonly flags: number;
  /** In the order in which they are considered for closing. */
  private readonly handles = new Map<NodeInode, Handle>();
  /** The last two directories that a path was made of: the path of a call under way must stay valid. */
  private latest: NodeInode | undefined;
  private beforeLatest: NodeInode | undefined;

  constructor(fs: NodeFs, base: string, links: DescriptorLinks) {
    super(fs, base);
    this.links = links;
    this.flags = links.O_PATH | fs.constants.O_DIRECTORY! | fs.constants.O_NOFOLLOW!;
  }

  /** Descriptors in use. */
  get count(): number {
    return this.handles.size;
  }

  protected directoryPath(directory: NodeInode): string {
    if (this.latest !== directory) {
      this.beforeLatest = this.latest;
      this.latest = directory;
    }
    return this.handleOf(directory).path;
  }

  private handleOf(directory: NodeInode): Handle {
    const known = this.handles.get(directory);
    if (known !== undefined) {
      known.isFresh = true;
      return known;
    }
    // From the next directory above that has a handle downward.
    const chain: NodeInode[] = [];
    let current: NodeInode | undefined = directory;
    for (; current !== undefined && !this.handles.has(current); current = current.parent) chain.push(current);
    return this.openChain(current && this.handles.get(current)!, chain);
  }

  /**
   * Opens one directory below the other; the last one is first in the chain. Those at distances 0, 1, 2, 4, 8, … from its end are kept:
   * few, and who goes up step by step opens a chain of n directories about log n times, however long it is.
   */
  private openChain(start: Handle | undefined, chain: readonly NodeInode[]): Handle {
    let handle = start;
    let passing: Handle | undefined;
    try {
      for (let distance = chain.length - 1; distance >= 0; distance--) {
        handle = this.openBelow(handle, chain[distance]!);
        if (passing !== undefined) this.fs.closeSync(passing.fd);
        passing = handle;
        if ((distance & (distance - 1)) !== 0) continue;
        this.makeRoom();
        this.handles.set(chain[distance]!, handle);
        passing = undefined;
      }
    } catch (error) {
      if (passing !== undefined) this.fs.closeSync(passing.fd);
      throw error;
    }
    return handle!;
  }

  private openBelow(above: Handle | undefined, directory: NodeInode): Handle {
    if (directory.detached) throw ENOENT;
    const fd = this.openDescriptor(above === undefined ? this.base : `${above.path}/${directory.name}`, this.flags, directory);
    return { fd, path: `${this.links.directory}/${fd}`, isFresh: true };
  }

  /** @throws ENOENT when there is something else now */
  private openDescriptor(path: string, flags: number, inode: NodeInode): number {
    let fd: number;
    try {
      fd = this.withRoom(() => this.fs.openSync(this.native(path), flags), inode.parent);
    } catch (error) {
      const unixError = unixErrorOf(error);
      // What was a directory or a file a moment ago is something else now.
      throw unixError === ENOTDIR || unixError === ELOOP ? ENOENT : unixError;
    }
    if (this.isStill(inode, fd)) return fd;
    this.fs.closeSync(fd);
    throw ENOENT;
  }

  private isStill(inode: NodeInode, fd: number): boolean {
    return inode.isObject(hostCall(() => this.fs.fstatSync(fd, { bigint: true })));
  }

  /** Opens; when the host has no descriptor left, once more after giving some back. */
  protected override withRoom(open: () => number, above?: NodeInode): number {
    try {
      return open();
    } catch (error) {
      const unixError = unixErrorOf(error);
      if (unixError !== EMFILE && unixError !== ENFILE) throw unixError;
      this.closeUnused(0, above);
      return open();
    }
  }

  private makeRoom(): void {
    if (this.handles.size >= KEPT_HANDLES) this.closeUnused(KEPT_HANDLES - 1);
  }

  /** Closes handles until `left` are kept, those first that were not looked at for long. Handles in use stay, and that of `above`. */
  private closeUnused(left: number, above?: NodeInode): void {
    // Each may be passed by once because it is fresh.
    let steps = 2 * this.handles.size;
    for (const [inode, handle] of this.handles) {
      if (this.handles.size <= left || steps-- === 0) break;
      const isNeeded = inode.parent === undefined || inode.used || inode === above || inode === this.latest || inode === this.beforeLatest;
      if (!isNeeded && !(handle.isFresh && left > 0)) {
        this.forgotten(inode);
        continue;
      }
      handle.isFresh = false;
      this.handles.delete(inode);
      this.handles.set(inode, handle);
    }
  }

  override stats(inode: NodeInode): NodeStats {
    if (inode.directory === undefined) return super.stats(inode);
    return hostCall(() => this.fs.fstatSync(this.handleOf(inode).fd, { bigint: true }));
  }

  withObject(inode: NodeInode, work: (calls: ObjectCalls) => void): void {
    if (inode.directory !== undefined) {
      work(this.objectCalls(this.handleOf(inode).path));
      return;
    }
    if (inode.detached) throw ENOENT;
    const { O_PATH, directory } = this.links;
    const place = `${this.handleOf(inode.parent!).path}/${inode.name}`;
    const fd = this.openDescriptor(place, O_PATH | this.fs.constants.O_NOFOLLOW!, inode);
    try {
      work(this.objectCalls(`${directory}/${fd}`));
    } finally {
      this.fs.closeSync(fd);
    }
  }

  /** The last link is that of the descriptor, and ends at the object, even at a symbolic link. */
  private objectCalls(path: string): ObjectCalls {
    const { fs } = this;
    return {
      chmod: (mode) => fs.chmodSync(path, mode),
      chown: (uid, gid) => fs.chownSync(path, uid, gid),
      utimes: ({ atimeNs, mtimeNs }) => fs.utimesSync(path, seconds(atimeNs), seconds(mtimeNs)),
    };
  }

  override retained(directory: NodeInode): void {
    if (directory.directory === undefined || this.handles.has(directory)) return;
    try {
      this.handleOf(directory);
    } catch {
      // It is gone already; whoever uses it hears so.
    }
  }

  override released(inode: NodeInode): void {
    if (inode.detached) this.forgotten(inode);
  }

  override forgotten(inode: NodeInode): void {
    const handle = this.handles.get(inode);
    if (handle === undefined) return;
    this.handles.delete(inode);
    this.fs.closeSync(handle.fd);
  }

  override close(): void {
    for (const inode of [...this.handles.keys()]) this.forgotten(inode);
  }
}
