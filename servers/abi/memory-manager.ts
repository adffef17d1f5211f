/**
 * Protocol of the standard memory manager, beside the kernel's page-fault protocol.
 *
 * Data spaces are named per task: (task, number). Equal numbers in two tasks are two objects, or one object with two names
 * after FORK of a shared one, SHARE and ALIAS. What is done to an object under one name holds for all; it goes with its last name. Only the task that first sends ATTACH_MASTER (the Unix
 * server) may send requests about other tasks. Copies that come in messages (kernel/abi/data-space.ts) have the numbers from
 * FIRST_COPY_NUMBER on.
 *
 * Request words: w0 = operation, w1 = task, w2 = number, then as listed. Reply: w0 = MemoryError, further as listed.
 */
export const MemoryRequest = {
  /** The sender becomes the master. Refused when there is one. */
  ATTACH_MASTER: 0x100,
  /** w3 = size in pages, w4 = flags (DataSpaceFlag), [w5 backing manager, w6 backing ds, w7 backing offset in bytes, w8 bytes valid].
   * Only the master names a backing. The first w8 bytes of the data space come from the backing data space,
   * from its byte w7 (page-aligned) on; everything after them reads as zero, also within a page. */
  CREATE: 0x101,
  /** w3 = new size in pages. Pages beyond are discarded. */
  RESIZE: 0x102,
  /** w3 = first page, w4 = page count: their content is discarded (they read as zero, or the backing's content, again). */
  DISCARD: 0x103,
  /** Gives the data space up. While the task exists, its regions on it should be unmapped before. */
  DESTROY: 0x104,
  /** w2 = child task: every data space of w1 gets a lazy copy (private) or an alias (shared) of the same number there. */
  FORK: 0x105,
  /** All data spaces of the task. */
  DESTROY_ALL: 0x106,
  /** Reply words: see MemoryStatistics, in order. */
  STATISTICS: 0x107,
  /** Reply w1 … as STATISTICS, for one task: zeroFills, copies, pageIns, pageOuts, resident pages, committed pages. */
  TASK_STATISTICS: 0x108,
  /** w2 = source task in place of the number, w3 = source number, w4 = new number in task w1: another name for the data space. */
  ALIAS: 0x109,
  /** w2 = child task, w3 = a number: every data space of w1 gets the same name there, but of this one, if it is private, the child gets a lazy copy. */
  SHARE: 0x10a,
} as const;

export const FIRST_COPY_NUMBER = 0x8000_0000;

export const DataSpaceFlag = {
  /** FORK aliases instead of copying. */
  SHARED: 1,
  /** Pages are not committed at creation but when first written (stacks, MAP_NORESERVE). */
  NO_RESERVE: 2,
} as const;

/** Codes in reply word 0. */
export const MemoryError = { OK: 0, NO_MEMORY: 1, NO_SUCH: 2, EXISTS: 3, DENIED: 4, INVALID: 5 } as const;

export const memoryStatisticsNames = [
  "frames",
  "freeFrames",
  "swapPages",
  "swapUsed",
  "committed",
  "zeroFills",
  "copies",
  "pageIns",
  "pageOuts",
  "backingReads",
] as const;
