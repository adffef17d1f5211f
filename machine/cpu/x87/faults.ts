/**
 * The two processor exceptions that the floating-point unit itself raises. Each is one shared object, so
 * that throwing costs no allocation and no stack trace.
 */
class FpuFault {
  readonly vector: number;

  constructor(vector: number) {
    this.vector = vector;
    Object.freeze(this);
  }
}

/** #MF: an unmasked floating-point exception is pending. */
export const floatingPointFault = new FpuFault(16);
/** #UD: not an instruction. */
export const invalidOpcodeFault = new FpuFault(6);
