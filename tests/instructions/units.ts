/**
 * The state of the x87 and vector units of a case, as the start of an FXSAVE image, and its way into and out of a Context.
 *
 * Layout: Intel SDM vol. 1, 10.5.1.
 */
import { type Context, FXSAVE_SIZE } from "#machine/context.ts";
import type { Processor } from "#machine/processor.ts";
import { UNITS_BYTES } from "./layout.ts";

/** Offsets in an FXSAVE image. */
export const Image = { CONTROL: 0, STATUS: 2, TAGS: 4, MXCSR: 24, ST: 32, XMM: 160 } as const;
const INITIAL_CONTROL = 0x37f;
export const INITIAL_MXCSR = 0x1f80;

export function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** The units after FNINIT and with all XMM registers 0. */
export const INITIAL_UNITS: Uint8Array = new Uint8Array(UNITS_BYTES);
view(INITIAL_UNITS).setUint16(Image.CONTROL, INITIAL_CONTROL, true);
view(INITIAL_UNITS).setUint16(Image.MXCSR, INITIAL_MXCSR, true);

/** Puts a case's units into a context that has not run yet. */
export function loadUnits(context: Context, units: Uint8Array): void {
  if (units === INITIAL_UNITS) return;
  context.floatingPoint = new Uint8Array(FXSAVE_SIZE);
  context.floatingPoint.set(units);
}

/** The units after a run. */
export function storeUnits(processor: Processor, context: Context): Uint8Array {
  processor.flushFloatingPoint(context);
  return context.floatingPoint?.subarray(0, UNITS_BYTES) ?? INITIAL_UNITS;
}
