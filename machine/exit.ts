/**
 * Why the processor stopped running a context, and exception vectors (Intel SDM vol. 3, 6.3.1).
 *
 * Faults leave EIP at the faulting instruction, traps (INT n, INT3, INTO, single step) after it.
 * Nothing of a faulting instruction is visible in registers or memory, except the progress of
 * repeated string instructions and what processors leave of instructions with several accesses (cpu/README.md).
 */

export const Vector = {
  DIVIDE_ERROR: 0,
  DEBUG: 1,
  BREAKPOINT: 3,
  OVERFLOW: 4,
  BOUND: 5,
  INVALID_OPCODE: 6,
  DEVICE_NOT_AVAILABLE: 7,
  SEGMENT_NOT_PRESENT: 11,
  STACK_FAULT: 12,
  GENERAL_PROTECTION: 13,
  PAGE_FAULT: 14,
  FLOATING_POINT: 16,
  ALIGNMENT_CHECK: 17,
  SIMD_FLOATING_POINT: 19,
} as const;

/** Page-fault error-code bits (user mode only, so U is always set). */
export const PageFaultError = { PROTECTION: 1, WRITE: 2, USER: 4 } as const;

/** What ended Processor.run(). One object per processor, overwritten by each run. */
export interface Exit {
  /**
   * "slice": the instruction budget is used up; "software": INT n; "exception": a fault or trap (INT3 and INTO are
   * traps 3 and 4).
   */
  kind: "slice" | "software" | "exception";
  vector: number;
  errorCode: number;
  /** Linear address of a page fault (CR2). */
  address: number;
}
