/**
 * What stands behind FIFOs, device nodes and sockets of any file system.
 */
import type { Op } from "../activation.ts";
import { ENXIO } from "../abi/errno.ts";
import { isFifo, S_IFMT } from "../abi/file-mode.ts";
import { HostFifo } from "../host-fifo.ts";
import { Pipe } from "../pipe.ts";
import type { Process } from "../process/process.ts";
import type { SignalSink } from "../signal-sink.ts";
import type { File, Opening } from "../vfs/file.ts";
import type { Inode } from "../vfs/inode.ts";
import type { NodeFs } from "./node-interface.ts";

/** Makes the files of a special inode. */
export interface Driver {
  open(process: Process, inode: Inode, opening: Opening): Op<File>;
}

/** Drivers by type (S_IFCHR or S_IFBLK) and device number. */
export class SpecialFiles {
  private readonly drivers = new Map<string, Driver>();
  private readonly signals: SignalSink;
  private readonly now: () => number;

  /** @param now machine time in nanoseconds */
  constructor(signals: SignalSink, now: () => number) {
    this.signals = signals;
    this.now = now;
  }

  register(type: number, device: number, driver: Driver): void {
    this.drivers.set(`${type}:${device}`, driver);
  }

  /** A FIFO of the host. @param open a descriptor of it for an access mode of `fs`; throws as open(2) with O_NONBLOCK */
  hostFifo(fs: NodeFs, open: (access: number) => number): Driver {
    return new HostFifo({ fs, open, signals: this.signals, now: this.now });
  }

  /** A new FIFO's pipe, or the driver of a device. */
  driver(mode: number, device: number): Driver {
    if (isFifo(mode)) return new Pipe(this.signals);
    return this.drivers.get(`${mode & S_IFMT}:${device}`) ?? NO_DRIVER;
  }
}

/** Of a device node that nobody serves, and of a socket. */
const NO_DRIVER: Driver = {
  open() {
    throw ENXIO;
  },
};
