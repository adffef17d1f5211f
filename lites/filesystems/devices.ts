/**
 * The memory devices: null, zero, full, random, urandom. Source: Linux null(4), full(4), random(4).
 */
import type { Op } from "../activation.ts";
import { EFAULT, ENODEV, ENOSPC } from "../abi/errno.ts";
import type { Process } from "../process/process.ts";
import type { RandomSource } from "../random-pool.ts";
import { File, type Opening } from "../vfs/file.ts";
import type { Inode } from "../vfs/inode.ts";
import type { Driver } from "./special-files.ts";

/** Most that one read returns: the caller may ask for gigabytes. */
const LARGEST_READ = 1 << 18;

/** A device without content and without end: positions are taken and mean nothing. */
abstract class MemoryDeviceFile extends File {
  /** Bytes for a reader. */
  protected abstract make(count: number): Op<Uint8Array>;

  override get isSeekable(): boolean {
    return true;
  }

  override seek(): number {
    return 0;
  }

  override *read(_process: Process, count: number, wanted: number): Op<Uint8Array> {
    if (count === 0 && wanted > 0) throw EFAULT;
    return yield* this.make(Math.min(count, LARGEST_READ));
  }

  override readAt(process: Process, _position: number, count: number, wanted: number): Op<Uint8Array> {
    return this.read(process, count, wanted);
  }

  /** Takes everything, and looks at nothing. */
  // biome-ignore lint/correctness/useYield: an operation that may sleep in other files
  override *write(_process: Process, _data: Uint8Array, wanted: number): Op<number> {
    return wanted;
  }

  override writeAt(process: Process, _position: number, data: Uint8Array, wanted: number): Op<number> {
    return this.write(process, data, wanted);
  }
}

class NullFile extends MemoryDeviceFile {
  // biome-ignore lint/correctness/useYield: a source that may sleep in other devices
  protected override *make(): Op<Uint8Array> {
    return new Uint8Array(0);
  }

  override read(): Op<Uint8Array> {
    return this.make();
  }
}

class ZeroFile extends MemoryDeviceFile {
  // biome-ignore lint/correctness/useYield: a source that may sleep in other devices
  protected override *make(count: number): Op<Uint8Array> {
    return new Uint8Array(count);
  }

  /** Memory that starts with zeros. */
  override map(): Inode | undefined {
    return undefined;
  }
}

class FullFile extends ZeroFile {
  // biome-ignore lint/correctness/useYield: an operation that may sleep in other files
  override *write(_process: Process, _data: Uint8Array, wanted: number): Op<number> {
    if (wanted > 0) throw ENOSPC;
    return 0;
  }

  override map(): Inode {
    throw ENODEV;
  }
}

class UrandomFile extends MemoryDeviceFile {
  private readonly source: RandomSource;

  constructor(inode: Inode, opening: Opening, source: RandomSource) {
    super(inode, opening);
    this.source = source;
  }

  protected override make(count: number): Op<Uint8Array> {
    return this.source(count);
  }
}

/** It can be watched, though it is always ready. */
class RandomFile extends UrandomFile {
  override get waits(): boolean {
    return true;
  }
}

export interface DeviceRow {
  name: string;
  major: number;
  minor: number;
  driver: Driver;
}

function driver(make: (inode: Inode, opening: Opening) => File): Driver {
  return {
    // biome-ignore lint/correctness/useYield: an operation that may sleep for other devices
    *open(_process, inode, opening) {
      return make(inode, opening);
    },
  };
}

export function memoryDevices(source: RandomSource): DeviceRow[] {
  const random = driver((inode, opening) => new RandomFile(inode, opening, source));
  const urandom = driver((inode, opening) => new UrandomFile(inode, opening, source));
  return [
    { name: "null", major: 1, minor: 3, driver: driver((inode, opening) => new NullFile(inode, opening)) },
    { name: "zero", major: 1, minor: 5, driver: driver((inode, opening) => new ZeroFile(inode, opening)) },
    { name: "full", major: 1, minor: 7, driver: driver((inode, opening) => new FullFile(inode, opening)) },
    { name: "random", major: 1, minor: 8, driver: random },
    { name: "urandom", major: 1, minor: 9, driver: urandom },
  ];
}
