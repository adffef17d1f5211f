/**
 * Open file descriptions: what descriptors point to, shared by dup and fork.
 */
import type { Vnode } from "./vnode.ts";

export class OpenFile {
  readonly vnode: Vnode;
  /** O_* access mode and status flags. */
  flags: number;
  /** Byte offset of regular files and directories. */
  position = 0;
  /** Path as opened, absolute in the guest: for /proc and fchdir. */
  readonly path: string;
  private references = 1;

  constructor(vnode: Vnode, flags: number, path: string) {
    this.vnode = vnode;
    this.flags = flags;
    this.path = path;
    vnode.retain();
  }

  retain(): this {
    this.references++;
    return this;
  }

  release(): void {
    if (--this.references > 0) return;
    this.vnode.close?.(this);
    this.vnode.release();
  }
}
