/**
 * Times as they travel: pairs of seconds and a fraction, in the widths of the different calls.
 * Source: POSIX time.h, sys/time.h; Linux/i386's 32- and 64-bit time calls.
 */
import { EINVAL } from "./errno.ts";

export const UTIME_NOW = 0x3fffffff;
export const UTIME_OMIT = 0x3ffffffe;

/** Width of one field in bytes, and nanoseconds of one unit of the fraction. */
export interface TimeFormat {
  readonly width: 4 | 8;
  readonly unitNs: number;
}

export const TIMEVAL: TimeFormat = { width: 4, unitNs: 1000 };
export const TIMESPEC32: TimeFormat = { width: 4, unitNs: 1 };
export const TIMESPEC64: TimeFormat = { width: 8, unitNs: 1 };

export interface TimePair {
  seconds: bigint;
  /** In units of the format. */
  fraction: number;
}

/** The `index`-th time of an array. */
export function decodeTime(bytes: Uint8Array, format: TimeFormat, index = 0): TimePair {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const offset = index * 2 * format.width;
  if (format.width === 8) {
    // The upper half of the 64-bit fraction is padding in 32-bit programs.
    return { seconds: view.getBigInt64(offset, true), fraction: view.getInt32(offset + 8, true) };
  }
  return { seconds: BigInt(view.getInt32(offset, true)), fraction: view.getInt32(offset + 4, true) };
}

/** Length of a time in nanoseconds. @throws EINVAL for negative times, and nanoseconds of a second or more; select takes any microseconds */
export function lengthNs(bytes: Uint8Array, format: TimeFormat): number {
  const { seconds, fraction } = decodeTime(bytes, format);
  if (seconds < 0n || fraction < 0 || (format.unitNs === 1 && fraction >= 1e9)) throw EINVAL;
  return Number(seconds) * 1e9 + fraction * format.unitNs;
}

/** A length in nanoseconds as a time. */
export function encodeLength(ns: number, format: TimeFormat): Uint8Array {
  const seconds = Math.floor(ns / 1e9);
  const fraction = Math.floor((ns - seconds * 1e9) / format.unitNs);
  return format.width === 8
    ? new Uint8Array(BigInt64Array.of(BigInt(seconds), BigInt(fraction)).buffer)
    : new Uint8Array(Int32Array.of(seconds, fraction).buffer);
}
