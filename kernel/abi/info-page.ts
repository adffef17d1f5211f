/**
 * Byte offsets in the kernel info page. Source: L4 X.0 manual. "high" is the first byte beyond a region.
 */
export const InfoPage = {
  MAGIC: 0x00,
  VERSION: 0x04,
  MAIN_MEMORY_LOW: 0x60,
  MAIN_MEMORY_HIGH: 0x64,
  /** Memory that is not handed out: the info page itself. */
  RESERVED0_LOW: 0x68,
  RESERVED0_HIGH: 0x6c,
  PROCESSOR_FREQUENCY: 0xb0,
} as const;
