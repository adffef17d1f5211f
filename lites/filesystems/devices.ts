/**
 * The memory devices: null, zero, full, random, urandom. Source: Linux null(4), full(4), random(4).
 */
import type { Op } from "../activation.ts";
import { ENOSPC } from "../abi/errno.ts";
import { PollEvent } from "../vfs/vnode.ts";
import type { StreamOperations } from "./special-files.ts";

/** Most that one read returns: the caller may ask for gigabytes. */
const LARGEST_READ = 1 << 18;

const ready = () => ({ events: PollEvent.IN | PollEvent.OUT, queues: [] });

function device(read: (count: number) => Uint8Array, write: (count: number) => number): StreamOperations {
  return {
    // biome-ignore lint/correctness/useYield: an operation that may sleep in other devices
    *read(_process, _file, count): Op<Uint8Array> {
      return read(Math.min(count, LARGEST_READ));
    },
    // biome-ignore lint/correctness/useYield: an operation that may sleep in other devices
    *write(_process, _file, data): Op<number> {
      return write(data.length);
    },
    poll: ready,
  };
}

const zeros = (count: number) => new Uint8Array(count);
const swallow = (count: number) => count;

export interface DeviceRow {
  name: string;
  major: number;
  minor: number;
  operations: StreamOperations;
}

/** @param random fills a buffer with random bytes */
export function memoryDevices(random: (buffer: Uint8Array) => void): DeviceRow[] {
  const randomBytes = (count: number) => {
    const buffer = new Uint8Array(count);
    random(buffer);
    return buffer;
  };
  const full = (count: number) => {
    if (count > 0) throw ENOSPC;
    return 0;
  };
  return [
    { name: "null", major: 1, minor: 3, operations: device(() => new Uint8Array(0), swallow) },
    { name: "zero", major: 1, minor: 5, operations: device(zeros, swallow) },
    { name: "full", major: 1, minor: 7, operations: device(zeros, full) },
    { name: "random", major: 1, minor: 8, operations: device(randomBytes, swallow) },
    { name: "urandom", major: 1, minor: 9, operations: device(randomBytes, swallow) },
  ];
}
