/**
 * Open file descriptions: what descriptors point to, shared by dup and fork.
 */
import { O_ACCMODE, O_PATH, O_RDWR, O_WRONLY } from "../abi/open-flags.ts";
import type { Vnode } from "./vnode.ts";
import { releaseWriter, retainWriter } from "./write-access.ts";

export class OpenFile {
  readonly vnode: Vnode;
  /** O_* access mode and status flags. */
  flags: number;
  /** Byte offset of regular files; entry number in directories. */
  position = 0;
  /** Path as opened, absolute in the guest: for /proc and fchdir. */
  readonly path: string;
  /** Its place as policies see it, when it was opened (place-guard.ts); undefined: none, or no policy asks. */
  readonly origin: string | undefined;
  /** Called when the last reference goes: flock(2) locks, directory snapshots. */
  private readonly closers = new Set<(file: OpenFile) => void>();
  private references = 1;
  private readonly writes: boolean;

  /** Whether files with these flags were opened for writing. */
  static writes(flags: number): boolean {
    const access = flags & O_ACCMODE;
    return !(flags & O_PATH) && (access === O_WRONLY || access === O_RDWR);
  }

  /** Retains the vnode. Whoever opens by path uses FileSystemSpace.open, which also runs the vnode's open operation. @throws ETXTBSY */
  constructor(vnode: Vnode, flags: number, path: string, origin?: string) {
    this.writes = OpenFile.writes(flags);
    if (this.writes) retainWriter(vnode);
    this.vnode = vnode;
    this.flags = flags;
    this.path = path;
    this.origin = origin;
    vnode.retain();
  }

  retain(): this {
    this.references++;
    return this;
  }

  release(): void {
    if (--this.references > 0) return;
    for (const closer of this.closers) closer(this);
    this.vnode.close?.(this);
    this.discard();
  }

  /** Forgets a file whose open operation failed: no close operation is due. */
  discard(): void {
    if (this.writes) releaseWriter(this.vnode);
    this.vnode.release();
  }

  onClose(closer: (file: OpenFile) => void): void {
    this.closers.add(closer);
  }
}
