/**
 * The memory devices: null, zero, full, random, urandom. Source: Linux null(4), full(4), random(4).
 */
import type { Op } from "../activation.ts";
import { ENOSPC } from "../abi/errno.ts";
import type { RandomSource } from "../random-pool.ts";
import { PollEvent } from "../vfs/vnode.ts";
import type { StreamOperations } from "./special-files.ts";

/** Most that one read returns: the caller may ask for gigabytes. */
const LARGEST_READ = 1 << 18;

const ready = () => ({ events: PollEvent.IN | PollEvent.OUT, queues: [] });

function device(read: (count: number) => Op<Uint8Array>, write: (count: number) => number): StreamOperations {
  return {
    *read(_process, _file, count): Op<Uint8Array> {
      return yield* read(Math.min(count, LARGEST_READ));
    },
    // biome-ignore lint/correctness/useYield: an operation that may sleep in other devices
    *write(_process, _file, data): Op<number> {
      return write(data.length);
    },
    poll: ready,
  };
}

// biome-ignore lint/correctness/useYield: a source that may sleep in other devices
function* zeros(count: number): Op<Uint8Array> {
  return new Uint8Array(count);
}

const swallow = (count: number) => count;

export interface DeviceRow {
  name: string;
  major: number;
  minor: number;
  operations: StreamOperations;
}

export function memoryDevices(random: RandomSource): DeviceRow[] {
  const full = (count: number) => {
    if (count > 0) throw ENOSPC;
    return 0;
  };
  return [
    { name: "null", major: 1, minor: 3, operations: device(() => zeros(0), swallow) },
    { name: "zero", major: 1, minor: 5, operations: device(zeros, swallow) },
    { name: "full", major: 1, minor: 7, operations: device(zeros, full) },
    { name: "random", major: 1, minor: 8, operations: device(random, swallow) },
    { name: "urandom", major: 1, minor: 9, operations: device(random, swallow) },
  ];
}
