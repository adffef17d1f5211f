/**
 * What stands behind FIFOs, device nodes and sockets of any file system.
 */
import { ENXIO } from "../abi/errno.ts";
import { isFifo, S_IFMT } from "../abi/file-mode.ts";
import { HostFifo } from "../host-fifo.ts";
import { Pipe } from "../pipe.ts";
import type { SignalSink } from "../signal-sink.ts";
import type { Vnode } from "../vfs/vnode.ts";
import type { NodeFs } from "./node-interface.ts";

/** The stream operations of a vnode. */
export type StreamOperations = Pick<Vnode, "redirect" | "open" | "close" | "read" | "write" | "control" | "poll">;

/** Drivers by type (S_IFCHR or S_IFBLK) and device number. */
export class SpecialFiles {
  private readonly drivers = new Map<string, StreamOperations>();
  private readonly signals: SignalSink;
  private readonly now: () => number;

  /** @param now machine time in nanoseconds */
  constructor(signals: SignalSink, now: () => number) {
    this.signals = signals;
    this.now = now;
  }

  register(type: number, device: number, driver: StreamOperations): void {
    this.drivers.set(`${type}:${device}`, driver);
  }

  /** A FIFO of the host. @param open a descriptor of it for an access mode of `fs`; throws as open(2) with O_NONBLOCK */
  hostFifo(fs: NodeFs, open: (access: number) => number): StreamOperations {
    return fifoOperations(new HostFifo({ fs, open, signals: this.signals, now: this.now }));
  }

  /** A new FIFO's pipe, or the driver of a device. */
  operations(mode: number, device: number): StreamOperations {
    if (isFifo(mode)) return fifoOperations(new Pipe(this.signals));
    return this.drivers.get(`${mode & S_IFMT}:${device}`) ?? NO_DRIVER;
  }
}

function fifoOperations(pipe: Pipe | HostFifo): StreamOperations {
  return {
    open: (_process, file) => pipe.open(file),
    close: (file) => pipe.detach(file),
    read: (_process, file, count, wanted) => pipe.read(file, count, wanted),
    write: (process, file, data) => pipe.write(process, file, data),
    // biome-ignore lint/correctness/useYield: an operation that may sleep in other vnodes
    *control(_process, _file, command, argument) {
      return pipe.control(command, argument);
    },
    poll: (file) => pipe.poll(file),
  };
}

/** A device node without a driver, and a socket. */
const NO_DRIVER: StreamOperations = {
  // biome-ignore lint/correctness/useYield: an operation that may sleep in other vnodes
  *open() {
    throw ENXIO;
  },
};
