/**
 * One element of an operation: operands at word indices `a` (destination) and `b` (source) of the register file, the
 * result at word index `out` of the stage. Exceptions go to FloatState.raised; nothing is thrown.
 */
export type Element = (a: number, b: number, out: number, immediate: number) => void;

/** Arithmetic in one format. */
export interface ArithmeticElements {
  readonly add: Element;
  readonly subtract: Element;
  readonly multiply: Element;
  readonly divide: Element;
  readonly squareRoot: Element;
}

/**
 * The fast paths round to nearest as JavaScript does, and are left unless operands and result are normal numbers or
 * plain
 * zeros. Then inexactness is the only possible exception, and while it is masked and already recorded (the usual
 * state of MXCSR) nothing has to be found out.
 */
export const QUIET_BITS = 0x7020;
export const QUIET = 0x1020;
