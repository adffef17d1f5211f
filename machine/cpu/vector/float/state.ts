/**
 * What the operations share: views of the register file, a stage for results, the exceptions of the
 * current instruction.
 *
 * Elements of a packed operation leave their results on the stage and their exceptions in `raised`.
 * `settle` then says whether the instruction faults; only after it registers change.
 */
import { Vector } from "../../../exit.ts";
import { raiseFault } from "../../fault.ts";
import { type RegisterFile, Word } from "../../registers.ts";
import { EARLY_EXCEPTIONS, Mxcsr } from "./mxcsr.ts";

/** Several views of the same bytes. Indices are those of each view: a double at word w is doubles[w >> 1]. */
export interface Views {
  readonly words: Int32Array;
  readonly singles: Float32Array;
  readonly doubles: Float64Array;
  readonly quads: BigUint64Array;
}

export interface FloatState {
  readonly registers: Views;
  /** Sixteen bytes. */
  readonly stage: Views;
  /** One word: exception flags of the current instruction; 0 between instructions. */
  readonly raised: Int32Array;
  /** Records the exceptions; throws #XM if one of them is unmasked. */
  readonly settle: () => void;
}

const STAGE_BYTES = 16;

function views(buffer: ArrayBufferLike, offset: number, byteLength: number): Views {
  return {
    words: new Int32Array(buffer, offset, byteLength >> 2),
    singles: new Float32Array(buffer, offset, byteLength >> 2),
    doubles: new Float64Array(buffer, offset, byteLength >> 3),
    quads: new BigUint64Array(buffer, offset, byteLength >> 3),
  };
}

export function createFloatState(file: RegisterFile): FloatState {
  const { MXCSR } = Word;
  const { MASK_SHIFT } = Mxcsr;
  const R = file.words;
  const raised = new Int32Array(1);

  function settle(): void {
    const found = raised[0]!;
    raised[0] = 0;
    const unmasked = found & ~(R[MXCSR]! >> MASK_SHIFT);
    if ((unmasked & EARLY_EXCEPTIONS) !== 0) {
      R[MXCSR] = R[MXCSR]! | (found & EARLY_EXCEPTIONS);
      raiseFault(Vector.SIMD_FLOATING_POINT);
    }
    R[MXCSR] = R[MXCSR]! | found;
    if (unmasked !== 0) raiseFault(Vector.SIMD_FLOATING_POINT);
  }

  return {
    registers: views(R.buffer, R.byteOffset, R.byteLength),
    stage: views(new ArrayBuffer(STAGE_BYTES), 0, STAGE_BYTES),
    raised,
    settle,
  };
}
