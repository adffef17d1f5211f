/**
 * Time structures and nanoseconds. Source: POSIX time.h, sys/time.h.
 */
import { EINVAL } from "./abi/errno.ts";
import { NS_PER_SECOND, NS_PER_US } from "./abi/clocks.ts";
import { decode, encode } from "./abi/struct-codec.ts";
import { structs } from "./abi/structs.ts";

/** The two forms of struct timespec. */
export type TimespecForm = typeof structs.timespec32 | typeof structs.timespec64;

const US_PER_SECOND = 1e6;

/** @throws EINVAL for negative or denormal times */
export function timespecToNs(form: TimespecForm, bytes: Uint8Array): number {
  const { tv_sec, tv_nsec } = decode(form, bytes);
  if (tv_sec < 0 || tv_nsec < 0 || tv_nsec >= NS_PER_SECOND) throw EINVAL;
  return tv_sec * NS_PER_SECOND + tv_nsec;
}

export function nsToTimespec(form: TimespecForm, ns: number): Uint8Array {
  return encode(form, { tv_sec: Math.floor(ns / NS_PER_SECOND), tv_nsec: Math.floor(ns % NS_PER_SECOND) });
}

/** @throws EINVAL */
export function timevalToNs(seconds: number, microseconds: number): number {
  if (seconds < 0 || microseconds < 0 || microseconds >= US_PER_SECOND) throw EINVAL;
  return seconds * NS_PER_SECOND + microseconds * NS_PER_US;
}

/** Seconds and microseconds, the latter rounded up so that time left never shows as none. */
export function nsToTimeval(ns: number): { seconds: number; microseconds: number } {
  const microseconds = Math.ceil(ns / NS_PER_US);
  return { seconds: Math.floor(microseconds / US_PER_SECOND), microseconds: microseconds % US_PER_SECOND };
}
