/**
 * The control and status register of SSE (Intel SDM vol. 1, 10.2.3).
 */
export const Mxcsr = {
  /** Sticky exception flags; the masks are the same bits, shifted by MASK_SHIFT. */
  INVALID: 0x01,
  DENORMAL: 0x02,
  ZERO_DIVIDE: 0x04,
  OVERFLOW: 0x08,
  UNDERFLOW: 0x10,
  INEXACT: 0x20,
  /** Denormal operands are taken as zeros. */
  DENORMALS_ARE_ZEROS: 0x40,
  MASK_SHIFT: 7,
  UNDERFLOW_MASK: 0x800,
  INEXACT_MASK: 0x1000,
  ROUNDING: 0x6000,
  /** Tiny results become zero while underflow is masked. */
  FLUSH_TO_ZERO: 0x8000,
} as const;

/** Values of the rounding field. */
export const Rounding = { NEAREST: 0, DOWN: 0x2000, UP: 0x4000, TRUNCATE: 0x6000 } as const;

/** Exceptions found before the computation; if one of them faults, later ones are not reported. */
export const EARLY_EXCEPTIONS = Mxcsr.INVALID | Mxcsr.DENORMAL | Mxcsr.ZERO_DIVIDE;
