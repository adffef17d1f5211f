/**
 * The state of the vector unit as a whole: MXCSR, FXSAVE and FXRSTOR, EMMS; and what concerns caches, of which
 * a program sees nothing.
 *
 * Layers beneath: access.ts, image.ts. Source: Intel SDM vol. 2. A page fault in FXSAVE and FXRSTOR names the last
 * byte of
 * the image if that cannot be reached, as on Intel's processors.
 */
import { FXSAVE_SIZE } from "../../context.ts";
import { Vector } from "../../exit.ts";
import type { BinderMap, Core } from "../core.ts";
import { raiseFault } from "../fault.ts";
import type { FloatingPoint } from "../floating-point.ts";
import { createOperands } from "../operands.ts";
import type { Handler } from "../operation.ts";
import { Word } from "../registers.ts";
import type { VectorAccess } from "./access.ts";
import { IMAGE_BYTES_USED, MXCSR_BITS, MXCSR_OFFSET, readImage, writeImage } from "./image.ts";

const ALL_EMPTY = 0xff;

export function vectorControlBinders(core: Core, access: VectorAccess, floatingPoint: FloatingPoint) {
  const { MXCSR } = Word;
  const R = core.file.words;
  const { address } = createOperands(core);
  const { read32, write32, probeRead, probeWrite } = core.memory;
  const { ready, beginMmx } = access;
  const { acquire, state } = floatingPoint;
  const image = new DataView(new ArrayBuffer(IMAGE_BYTES_USED));

  /** @param probe checks the access that comes */
  function checkImage(at: number, probe: typeof probeRead): void {
    if ((at & 15) !== 0) raiseFault(Vector.GENERAL_PROTECTION);
    probe((at + FXSAVE_SIZE - 1) | 0, 1);
    probe(at, 1);
  }
  function checkControl(value: number): void {
    if ((value & ~MXCSR_BITS) !== 0) raiseFault(Vector.GENERAL_PROTECTION);
  }

  const fxsave: Handler = (op) => {
    acquire();
    const at = address(op);
    checkImage(at, probeWrite);
    writeImage(state, R, image);
    for (let byte = 0; byte < IMAGE_BYTES_USED; byte += 4) write32((at + byte) | 0, image.getInt32(byte, true));
    return op.next;
  };
  const fxrstor: Handler = (op) => {
    acquire();
    const at = address(op);
    checkImage(at, probeRead);
    for (let byte = 0; byte < IMAGE_BYTES_USED; byte += 4) image.setInt32(byte, read32((at + byte) | 0), true);
    checkControl(image.getInt32(MXCSR_OFFSET, true));
    readImage(state, R, image);
    return op.next;
  };
  const ldmxcsr: Handler = (op) => {
    ready();
    const value = read32(address(op));
    checkControl(value);
    R[MXCSR] = value;
    return op.next;
  };
  const stmxcsr: Handler = (op) => {
    ready();
    write32(address(op), R[MXCSR]!);
    return op.next;
  };
  const emms: Handler = (op) => {
    beginMmx();
    state.top = 0;
    state.empty = ALL_EMPTY;
    return op.next;
  };
  const clflush: Handler = (op) => {
    probeRead(address(op), 1);
    return op.next;
  };
  const nothing: Handler = (op) => op.next;

  return {
    fxsave: () => fxsave,
    fxrstor: () => fxrstor,
    ldmxcsr: () => ldmxcsr,
    stmxcsr: () => stmxcsr,
    emms: () => emms,
    clflush: () => clflush,
    lfence: () => nothing,
    mfence: () => nothing,
    sfence: () => nothing,
    pause: () => nothing,
    prefetchnta: () => nothing,
    prefetcht0: () => nothing,
    prefetcht1: () => nothing,
    prefetcht2: () => nothing,
  } satisfies BinderMap;
}
