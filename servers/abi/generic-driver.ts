/**
 * Generic Driver Protocol: the one protocol of all device drivers (a proposal in EUMEL's style; L3's
 * own message set is lost).
 *
 * Request: w0 = operation, w1 = unit (or handle), further words by operation; data as one string.
 * Drivers serve the tasks made at boot (those without a chief) and nobody else. Reply: w0 = DriverStatus, w1 … by operation; data as one string.
 */
export const DriverRequest = {
  /** → w1 class, w2 block size in bytes (0 = stream), w3 blocks */
  IDENTIFY: 0x01,
  OPEN: 0x02,
  CLOSE: 0x03,
  /** Blocks: w2 = block number, w3 = count. Streams: w2 unused, w3 = bytes at most; waits for at least one. → w1 bytes or blocks, string. 0 bytes = end. */
  READ: 0x04,
  /** Blocks: w2 = block number, string. Streams: string; waits until the device took all. → w1 bytes or blocks. */
  WRITE: 0x05,
  CONTROL: 0x06,
  /** Blocks: as READ and WRITE of one block of 4 KiB by mapping: w2 = block number; the request carries a flexpage (writable to read into) that the driver fills or takes, and unmaps before it replies. */
  READ_PAGE: 0x07,
  WRITE_PAGE: 0x08,
  /** Blocks: waits until everything written is on the medium. */
  FLUSH: 0x09,
} as const;

export const DriverStatus = {
  OK: 0,
  /** Blocks: beyond the last one. */
  END_OF_MEDIUM: 1,
  /** Streams: the reader at the other end is gone. */
  NOT_READY: 2,
  NO_SUCH_UNIT: 3,
  BAD_ARGUMENT: 4,
  MEDIUM_ERROR: 5,
  WRITE_PROTECTED: 6,
  /** A request of this kind is already waiting at the unit. */
  BUSY: 7,
  /** The unit was closed while the request waited. */
  CANCELLED: 8,
  /** The sender is none of the tasks made at boot, the only ones that drivers serve. */
  DENIED: 9,
} as const;

export const DriverClass = { BLOCK: 1, STREAM: 2 } as const;
