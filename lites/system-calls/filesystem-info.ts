/**
 * Calls on file systems as a whole: statfs and its family, mounting. Source: Linux statfs(2), mount(2).
 */
import { EINVAL, ENOSYS, EOVERFLOW, EPERM } from "../abi/errno.ts";
import { NAME_MAX } from "../abi/open-flags.ts";
import { encode } from "../abi/struct-codec.ts";
import { structs } from "../abi/structs.ts";
import type { Handlers, OutBuffer } from "../arguments.ts";
import { descriptor } from "../descriptors.ts";
import { noStatistics } from "../filesystems/synthetic.ts";
import type { Inode } from "../vfs/inode.ts";
import type { FileServices } from "./file-services.ts";

const PIPEFS_MAGIC = 0x50495045;
const ST_RDONLY = 1;
const LARGEST_32BIT = 0xffffffff;

export function createFileSystemHandlers({ files }: FileServices) {
  function statistics(inode: Inode) {
    const found = inode.fileSystem?.statistics() ?? noStatistics(PIPEFS_MAGIC);
    return {
      f_type: found.type,
      f_bsize: found.blockSize,
      f_blocks: found.blocks,
      f_bfree: found.blocksFree,
      f_bavail: found.blocksAvailable,
      f_files: found.files,
      f_ffree: found.filesFree,
      f_namelen: NAME_MAX,
      f_frsize: found.blockSize,
      f_flags: inode.fileSystem?.readOnly ? ST_RDONLY : 0,
    };
  }

  function narrow(inode: Inode, buffer: OutBuffer): number {
    const found = statistics(inode);
    const counts = [found.f_blocks, found.f_bfree, found.f_bavail, found.f_files, found.f_ffree];
    if (counts.some((count) => count > LARGEST_32BIT)) throw EOVERFLOW;
    buffer.data = encode(structs.statfs, found);
    return 0;
  }

  function wide(inode: Inode, buffer: OutBuffer): number {
    buffer.data = encode(structs.statfs64, statistics(inode));
    return 0;
  }

  /** The caller's idea of struct statfs64. @throws EINVAL */
  function checkStructSize(size: number): void {
    if (size !== structs.statfs64.size) throw EINVAL;
  }

  return {
    statfs: (process, { path, buffer }) => narrow(files.resolve(process, path).inode, buffer),
    fstatfs: (process, { fd, buffer }) => narrow(descriptor(process, fd).file.inode, buffer),
    statfs64(process, { path, size, buffer }) {
      checkStructSize(size);
      return wide(files.resolve(process, path).inode, buffer);
    },
    fstatfs64(process, { fd, size, buffer }) {
      checkStructSize(size);
      return wide(descriptor(process, fd).file.inode, buffer);
    },
    /** Superseded by statfs; it would need a device to file system table for nobody. */
    ustat() {
      throw ENOSYS;
    },
    mount() {
      throw EPERM;
    },
    umount2(process, { target }) {
      if (process.credentials.euid !== 0) throw EPERM;
      files.resolve(process, target);
      throw EPERM;
    },
  } satisfies Handlers;
}
