/**
 * Files with a position: directories here, and what regular files of all file systems have in common. Source: POSIX lseek, readdir.
 */
import { EINVAL, EISDIR, ENXIO } from "../abi/errno.ts";
import { directoryType } from "../abi/file-mode.ts";
import { SEEK_CUR, SEEK_DATA, SEEK_END, SEEK_HOLE, SEEK_SET } from "../abi/open-flags.ts";
import type { Op } from "../activation.ts";
import { File } from "./file.ts";
import type { DirectoryEntry, Inode } from "./inode.ts";

export abstract class PositionedFile extends File {
  override get isSeekable(): boolean {
    return true;
  }

  /** Where SEEK_END is. */
  protected get end(): number {
    return this.inode.attributes().size;
  }

  override seek(offset: number, whence: number): number {
    const target = this.target(offset, whence);
    if (target < 0) throw EINVAL;
    this.position = target;
    return target;
  }

  private target(offset: number, whence: number): number {
    switch (whence) {
      case SEEK_SET:
        return offset;
      case SEEK_CUR:
        return this.position + offset;
      case SEEK_END:
        return this.end + offset;
      case SEEK_DATA:
      case SEEK_HOLE:
        if (offset < 0 || offset >= this.end) throw ENXIO;
        return whence === SEEK_DATA ? offset : this.end;
      default:
        throw EINVAL;
    }
  }
}

export class DirectoryFile extends PositionedFile {
  private entries: readonly DirectoryEntry[] = [];

  protected override get end(): number {
    return 0;
  }

  override read(): Op<Uint8Array> {
    throw EISDIR;
  }

  override readAt(): Op<Uint8Array> {
    throw EISDIR;
  }

  /** Positions are those of entries, without holes. */
  override seek(offset: number, whence: number): number {
    return whence === SEEK_DATA || whence === SEEK_HOLE ? this.position : super.seek(offset, whence);
  }

  override sync(): void {}

  override listing(above: () => Inode): readonly DirectoryEntry[] {
    if (this.position > 0 && this.entries.length > 0) return this.entries;
    const { inode } = this;
    const own = inode.attributes();
    const upper = above().attributes();
    this.entries = [
      { name: ".", ino: own.ino, type: directoryType(own.mode) },
      { name: "..", ino: upper.ino, type: directoryType(upper.mode) },
      ...inode.asDirectory().entries(),
    ];
    return this.entries;
  }
}
