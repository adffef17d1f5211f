/**
 * Open regular files: reading and writing at positions, beside the pages that programs have mapped. Source: POSIX read, write; fallocate(2).
 */
import { EFAULT, EFBIG } from "../abi/errno.ts";
import { ioctlCommands } from "../abi/commands.ts";
import { O_APPEND } from "../abi/open-flags.ts";
import { SIGXFSZ } from "../abi/signals.ts";
import type { Op } from "../activation.ts";
import type { CommandArgument } from "../arguments.ts";
import { partOf } from "../part.ts";
import type { Process } from "../process/process.ts";
import type { SignalSink } from "../signal-sink.ts";
import { bytesReady } from "../stream-control.ts";
import { clearSetIds } from "./attribute-changes.ts";
import type { Opening } from "./file.ts";
import type { Inode, PageCacheObserver } from "./inode.ts";
import { PositionedFile } from "./positioned-file.ts";

/** Bytes that are read without asking first how many there are: the size of a file of the host is a call of the host. */
const SMALL_READ = 32768;
const CLEARED_CHUNK = 65536;

const FALLOC_FL_KEEP_SIZE = 1;
const FALLOC_FL_PUNCH_HOLE = 2;
const FALLOC_FL_ZERO_RANGE = 0x10;
/** What fallocate(2) can do here. */
export const allocationModes: readonly number[] = [
  0,
  FALLOC_FL_KEEP_SIZE,
  FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
  FALLOC_FL_ZERO_RANGE,
  FALLOC_FL_ZERO_RANGE | FALLOC_FL_KEEP_SIZE,
];

export interface ContentServices {
  readonly pages: PageCacheObserver;
  readonly signals: SignalSink;
}

export class RegularFile extends PositionedFile {
  private readonly services: ContentServices;

  constructor(inode: Inode, opening: Opening, services: ContentServices) {
    super(inode, opening);
    this.services = services;
  }

  override *read(process: Process, count: number, wanted: number): Op<Uint8Array> {
    const bytes = yield* this.readAt(process, this.position, count, wanted);
    this.position += bytes.length;
    return bytes;
  }

  // biome-ignore lint/correctness/useYield: an operation that may sleep in other files
  override *readAt(_process: Process, position: number, count: number, wanted: number): Op<Uint8Array> {
    const { inode } = this;
    this.services.pages.reading(inode);
    // One byte that cannot be stored tells whether there is any.
    const most = count === 0 ? Math.min(wanted, 1) : count;
    const size = most <= SMALL_READ ? most : Math.max(0, Math.min(most, inode.attributes().size - position));
    if (size === 0 || position > Number.MAX_SAFE_INTEGER) return new Uint8Array(0);
    const buffer = new Uint8Array(size);
    const bytes = partOf(buffer, 0, inode.readAt(position, buffer));
    if (bytes.length > count) throw EFAULT;
    return bytes;
  }

  // biome-ignore lint/correctness/useYield: an operation that may sleep in other files
  override *write(process: Process, data: Uint8Array, wanted: number): Op<number> {
    const start = this.flags & O_APPEND ? this.inode.attributes().size : this.position;
    const count = this.store(process, start, data, wanted);
    this.position = start + count;
    return count;
  }

  // biome-ignore lint/correctness/useYield: an operation that may sleep in other files
  override *writeAt(process: Process, position: number, data: Uint8Array, wanted: number): Op<number> {
    return this.store(process, this.flags & O_APPEND ? this.inode.attributes().size : position, data, wanted);
  }

  private store(process: Process, start: number, data: Uint8Array, wanted: number): number {
    if (data.length === 0 && wanted > 0) throw EFAULT;
    const { inode, services } = this;
    const allowed = partOf(data, 0, withinSizeLimit(services.signals, process, start, data.length));
    const count = inode.writeAt(start, allowed);
    if (count === 0) return 0;
    services.pages.written(inode, start, partOf(allowed, 0, count));
    clearSetIds(process, inode);
    return count;
  }

  override truncate(process: Process, size: number): void {
    const { inode, services } = this;
    checkSize(services.signals, process, size);
    inode.truncate(size);
    services.pages.truncated(inode, size);
    clearSetIds(process, inode);
  }

  override allocate(process: Process, mode: number, start: number, length: number): void {
    const { inode, services } = this;
    const { size } = inode.attributes();
    const grows = !(mode & FALLOC_FL_KEEP_SIZE) && start + length > size;
    if (grows) checkSize(services.signals, process, start + length);
    if (mode & (FALLOC_FL_PUNCH_HOLE | FALLOC_FL_ZERO_RANGE)) this.clear(start, Math.min(start + length, size));
    if (!grows) return;
    inode.truncate(start + length);
    services.pages.truncated(inode, start + length);
  }

  private clear(start: number, end: number): void {
    const zeros = new Uint8Array(CLEARED_CHUNK);
    for (let position = start; position < end; ) {
      const part = zeros.subarray(0, Math.min(zeros.length, end - position));
      const count = this.inode.writeAt(position, part);
      this.services.pages.written(this.inode, position, part.subarray(0, count));
      position += count;
    }
  }

  override sync(): void {
    this.services.pages.reading(this.inode);
    this.inode.sync();
  }

  // biome-ignore lint/correctness/useYield: an operation that may sleep in other files
  override *control(_process: Process, command: number, argument: CommandArgument): Op<number> {
    const left = command === ioctlCommands.FIONREAD.nr ? this.inode.attributes().size - this.position : 0;
    return bytesReady(command, argument, Math.max(0, Math.min(0x7fffffff, left)));
  }

  override map(): Inode {
    return this.inode;
  }
}

/** How much of a write RLIMIT_FSIZE allows. @throws EFBIG, after SIGXFSZ */
function withinSizeLimit(signals: SignalSink, process: Process, start: number, count: number): number {
  const limit = process.fileSizeLimit;
  if (count === 0 || start + count <= limit) return count;
  if (start < limit) return limit - start;
  signals.postSignal(process, SIGXFSZ);
  throw EFBIG;
}

/** Whether a file may be made this large. @throws EFBIG after SIGXFSZ */
export function checkSize(signals: SignalSink, process: Process, size: number): void {
  withinSizeLimit(signals, process, size, size > process.fileSizeLimit ? 1 : 0);
}
