/**
 * Classes of 80-bit values, and which NaN an operation on NaNs returns.
 *
 * Source: Intel SDM volume 1, tables 8-3 (unsupported encodings) and 4-7 (rules for NaNs).
 */
import { type FpuState, IE, RESULT } from "./state.ts";

/** Ordered so that everything from UNSUPPORTED on is an operand that makes the result a NaN. */
export const NORMAL = 0;
export const ZERO = 1;
export const DENORMAL = 2;
export const INFINITY = 3;
/** Pseudo-NaN, pseudo-infinity or unnormal: encodings that the 80387 and later do not accept. */
export const UNSUPPORTED = 4;
export const QUIET_NAN = 5;
export const SIGNALLING_NAN = 6;

export function classify(s: FpuState, slot: number): number {
  const exponent = s.signExponent[slot]! & 0x7fff;
  const high = s.high[slot]!;
  if (exponent === 0) return (high | s.low[slot]!) === 0 ? ZERO : DENORMAL;
  if (high >= 0) return UNSUPPORTED;
  if (exponent !== 0x7fff) return NORMAL;
  if (((high & 0x7fffffff) | s.low[slot]!) === 0) return INFINITY;
  return (high & 0x40000000) !== 0 ? QUIET_NAN : SIGNALLING_NAN;
}

/** Puts the NaN in `slot`, made quiet, into RESULT. */
function deliver(s: FpuState, slot: number): void {
  s.set(RESULT, s.signExponent[slot]!, s.high[slot]! | 0x40000000, s.low[slot]!);
}

/**
 * Response of a one-operand operation to a NaN or an unsupported encoding.
 * @returns whether RESULT is to be stored
 */
export function propagateOne(s: FpuState, slot: number): boolean {
  const kind = classify(s, slot);
  if (kind === UNSUPPORTED) return s.invalid();
  deliver(s, slot);
  return kind === QUIET_NAN || !s.signal(IE);
}

/**
 * Response of a two-operand operation of which at least one operand is a NaN or an unsupported encoding.
 * @returns whether RESULT is to be stored
 */
export function propagateTwo(s: FpuState, a: number, b: number): boolean {
  const kindA = classify(s, a);
  const kindB = classify(s, b);
  if (kindA === UNSUPPORTED || kindB === UNSUPPORTED) return s.invalid();
  const isSignalling = kindA === SIGNALLING_NAN || kindB === SIGNALLING_NAN;
  if (kindB < UNSUPPORTED) deliver(s, a);
  else if (kindA < UNSUPPORTED) deliver(s, b);
  else if (kindA !== kindB) deliver(s, kindA === QUIET_NAN ? a : b);
  else deliver(s, isLarger(s, a, b) ? a : b);
  return !isSignalling || !s.signal(IE);
}

/** Whether a has the larger significand; of equal ones the positive counts as larger. */
function isLarger(s: FpuState, a: number, b: number): boolean {
  const high = (s.high[a]! >>> 0) - (s.high[b]! >>> 0);
  if (high !== 0) return high > 0;
  const low = (s.low[a]! >>> 0) - (s.low[b]! >>> 0);
  if (low !== 0) return low > 0;
  return (s.signExponent[a]! & 0x8000) === 0;
}
