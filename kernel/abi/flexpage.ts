/**
 * Flexpages: 2^s-aligned regions of 2^s bytes, s ≥ 12.
 *
 *   31            12 11      8 7      2   1       0
 *  [ base / 4096     |   0    |  s     | write | grant ]
 *
 * A flexpage stands for all pages actually mapped in it, possibly none. s = 32 with base 0 is the
 * whole address space. Source: L4 X.0 reference manual, "flexpages".
 */

export const FLEXPAGE_WRITE = 2;
export const FLEXPAGE_GRANT = 1;
export const WHOLE_SPACE = 32 << 2;

/** @param log2size 12 … 32; base must be a multiple of 2^log2size */
export function flexpage(base: number, log2size: number, flags = 0): number {
  return ((base & ~0xfff) | (log2size << 2) | flags) >>> 0;
}

export const flexpageLog2Size = (fpage: number): number => (fpage >>> 2) & 0x3f;
export const flexpageBase = (fpage: number): number => (fpage & ~0xfff) >>> 0;
/** Size in bytes (up to 2^32, so not a 32-bit value). */
export const flexpageSize = (fpage: number): number => 2 ** flexpageLog2Size(fpage);
export const flexpageIsWritable = (fpage: number): boolean => (fpage & FLEXPAGE_WRITE) !== 0;
export const flexpageIsGrant = (fpage: number): boolean => (fpage & FLEXPAGE_GRANT) !== 0;

/** fpage_unmap's mask (register ECX). */
export const Unmap = {
  /** Only take write permission away. */
  READ_ONLY: 0,
  /** Remove the mappings. */
  FLUSH: 2,
  /** Change nothing; only report and reset the accessed/dirty bits (as X.2's unmap with no rights). */
  STATUS: 4,
  /** Include the invoker's own mapping. */
  OWN: 0x80000000,
} as const;

/** fpage_unmap's result (EAX): what was done through the mappings concerned since it was last asked. */
export const PageStatus = { ACCESSED: 1, DIRTY: 2 } as const;
