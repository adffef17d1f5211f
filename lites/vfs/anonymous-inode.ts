/**
 * The inode of files that are no object of any file system: event counters, sets of watched files. As on Linux, all have the same one.
 */
import { MemoryInode } from "./inode.ts";

/** st_dev of what has no file system, as Linux's anon_inodefs. */
const ANONYMOUS_DEVICE = 14;

export class AnonymousInode extends MemoryInode {
  readonly fileSystem = undefined;

  constructor(nowNs: bigint) {
    super({ dev: ANONYMOUS_DEVICE, mode: 0o600, blockSize: 4096 }, nowNs);
  }
}
