/**
 * What a policy may forbid of a call by what its paths and descriptors lead to. Asked at the very look-up that the call goes on with, so
 * that nothing can change in between. Implemented by ../confinement/place-policy.ts.
 */
import type { Inode } from "./inode.ts";

/** An object that a call leads to. */
export interface FoundObject {
  /**
   * Where it is, or is to be made: its absolute path in the whole tree, without links, whatever the process's root is. undefined: in no
   * directory (pipes, streams of the host), or in one that was removed. Of directories the guard asks itself.
   */
  readonly path: string | undefined;
  /** undefined: there is none yet. */
  readonly inode: Inode | undefined;
}

export interface PlaceGuard {
  /** @throws the policy's error */
  check(found: FoundObject): void;
  /** A name is about to be added: by rename, or by link. @throws EXDEV when other rules hold there than here */
  checkMove(from: string | undefined, to: string | undefined, isDirectory: boolean): void;
}
