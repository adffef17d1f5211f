/**
 * Precision control of the x87 unit: to how many bits sums, products, quotients and roots are rounded. Their
 * exponents keep
 * the range of the 80-bit format.
 *
 * Layer beneath: cpu/x87/state.ts. Source: Intel SDM volume 1, section 8.1.5.2.
 */
import { PRECISION_24, PRECISION_53, PRECISION_64, PRECISION_FIELD } from "../../cpu/x87/state.ts";

/** Bits of a significand. */
export type Precision = 24 | 53 | 64;

/** Fields of the control word; the one that is missing is reserved. */
export const PRECISION_FIELDS: Readonly<Record<Precision, number>> = { 24: PRECISION_24, 53: PRECISION_53, 64: PRECISION_64 };
const PRECISIONS: readonly Precision[] = [64, 53, 24];

/** The precision that a control word asks for; undefined when it has the reserved one. */
export function precisionOf(control: number): Precision | undefined {
  return PRECISIONS.find((precision) => PRECISION_FIELDS[precision] === (control & PRECISION_FIELD));
}

/** Name of an operation's routine for a precision. */
export function routineName(operation: string, precision: Precision): string {
  return precision === 64 ? operation : `${operation}${precision}`;
}
