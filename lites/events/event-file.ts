/**
 * Event counters: a 64-bit number that writers add to and readers take. Source: Linux eventfd(2).
 */
import { type Op, sleepOn, WaitQueue } from "../activation.ts";
import { EAGAIN, EFAULT, EINVAL, ERESTARTSYS } from "../abi/errno.ts";
import { PollEvent } from "../abi/poll-events.ts";
import type { Process } from "../process/process.ts";
import { File, type Opening, type Readiness } from "../vfs/file.ts";
import type { Inode } from "../vfs/inode.ts";

const MAXIMUM = 0xffff_ffff_ffff_fffen;
/** Bytes of the number. */
const SIZE = 8;

export class EventFile extends File {
  private count: bigint;
  /** A reader takes 1 and not all. */
  private readonly isSemaphore: boolean;
  private readonly counted = new WaitQueue(PollEvent.IN);
  private readonly taken = new WaitQueue(PollEvent.OUT);

  constructor(inode: Inode, opening: Opening, count: number, isSemaphore: boolean) {
    super(inode, opening);
    this.count = BigInt(count);
    this.isSemaphore = isSemaphore;
  }

  override *read(_process: Process, count: number, wanted: number): Op<Uint8Array> {
    if (wanted < SIZE) throw EINVAL;
    while (this.count === 0n) {
      if (this.nonblocking) throw EAGAIN;
      if ((yield* sleepOn(this.counted)) === "interrupted") throw ERESTARTSYS;
    }
    if (count < SIZE) throw EFAULT;
    const value = this.isSemaphore ? 1n : this.count;
    this.count -= value;
    this.taken.wakeAll();
    return new Uint8Array(BigUint64Array.of(value).buffer);
  }

  override *write(_process: Process, data: Uint8Array, wanted: number): Op<number> {
    if (wanted < SIZE) throw EINVAL;
    if (data.length < SIZE) throw EFAULT;
    const value = new DataView(data.buffer, data.byteOffset).getBigUint64(0, true);
    if (value > MAXIMUM) throw EINVAL;
    while (value > MAXIMUM - this.count) {
      if (this.nonblocking) throw EAGAIN;
      if ((yield* sleepOn(this.taken)) === "interrupted") throw ERESTARTSYS;
    }
    this.count += value;
    this.counted.wakeAll();
    return SIZE;
  }

  /** As on Linux, there is a position, which nothing changes. */
  override seek(): number {
    return 0;
  }

  override get waits(): boolean {
    return true;
  }

  override poll(): Readiness {
    const events = (this.count > 0n ? PollEvent.IN : 0) | (this.count < MAXIMUM ? PollEvent.OUT : 0);
    return { events, queues: [this.counted, this.taken] };
  }
}
