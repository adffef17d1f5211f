/**
 * Comparisons, FTST and FXAM.
 *
 * Layer beneath: classification.ts. Source: Intel SDM volume 1, section 8.1.3.3 and tables 8-6 to 8-8.
 */
import { isStoppedByDenormal } from "./arithmetic.ts";
import { classify, DENORMAL, INFINITY, NORMAL, QUIET_NAN, UNSUPPORTED, ZERO } from "./classification.ts";
import { C0, C1, C2, C3, type FpuState, IE } from "./state.ts";

/* Outcomes of a comparison, as condition codes. */
const GREATER = 0;
export const LESS = C0;
export const EQUAL = C3;
export const UNORDERED = C0 | C2 | C3;

/**
 * Outcome of comparing two slots. Exceptions are signalled, but the outcome is delivered even when they are unmasked;
 * only pops have to be left out then.
 * @param isQuiet FUCOM: quiet NaNs are no invalid operands
 */
export function compare(s: FpuState, a: number, b: number, isQuiet: boolean): number {
  const kindA = classify(s, a);
  const kindB = classify(s, b);
  if (kindA >= UNSUPPORTED || kindB >= UNSUPPORTED) {
    const isValid = isQuiet && (kindA < UNSUPPORTED || kindA === QUIET_NAN) && (kindB < UNSUPPORTED || kindB === QUIET_NAN);
    if (!isValid) s.signal(IE);
    return UNORDERED;
  }
  isStoppedByDenormal(s, kindA, kindB);
  if (kindA === ZERO && kindB === ZERO) return EQUAL;
  const isNegativeA = (s.signExponent[a]! & 0x8000) !== 0;
  const isNegativeB = (s.signExponent[b]! & 0x8000) !== 0;
  if (isNegativeA !== isNegativeB) return isNegativeA ? LESS : GREATER;
  const difference = compareMagnitudes(s, a, b);
  if (difference === 0) return EQUAL;
  return difference < 0 === isNegativeA ? GREATER : LESS;
}

function compareMagnitudes(s: FpuState, a: number, b: number): number {
  // A pseudo-denormal has the value of the same significand with exponent 1.
  const exponentA = s.signExponent[a]! & 0x7fff || (s.high[a]! < 0 ? 1 : 0);
  const exponentB = s.signExponent[b]! & 0x7fff || (s.high[b]! < 0 ? 1 : 0);
  return exponentA - exponentB || (s.high[a]! >>> 0) - (s.high[b]! >>> 0) || (s.low[a]! >>> 0) - (s.low[b]! >>> 0);
}

/** Condition codes of FXAM by class. */
const EXAMINED: Readonly<Record<number, number>> = {
  [UNSUPPORTED]: 0,
  [NORMAL]: C2,
  [INFINITY]: C2 | C0,
  [ZERO]: C3,
  [DENORMAL]: C3 | C2,
};
const EXAMINED_NAN = C0;
const EXAMINED_EMPTY = C3 | C0;

export function examine(s: FpuState, slot: number): void {
  const code = s.isEmpty(slot) ? EXAMINED_EMPTY : (EXAMINED[classify(s, slot)] ?? EXAMINED_NAN);
  const sign = (s.signExponent[slot]! & 0x8000) !== 0 ? C1 : 0;
  s.status = (s.status & ~(C0 | C1 | C2 | C3)) | code | sign;
}
