/**
 * Generic Driver Protocol: the one protocol of all device drivers (a proposal in EUMEL's style; L3's
 * own message set is lost).
 *
 * Request: w0 = operation, w1 = unit or handle, further words by operation; data as one string or one flexpage.
 * Flexpages stand behind these words, as native tasks send them; emulated threads, whose flexpages come first, send strings.
 * Reply: w0 = DriverStatus, w1 … by operation; data as one string. Drivers of devices that belong to somebody (disk, channels) serve
 * the tasks made at boot (those without a chief) and nobody else; clock and random serve everybody.
 *
 * By class (DriverClass):
 *
 *   class   | units         | READ, READ_PAGE            | WRITE, WRITE_PAGE | CONTROL
 *   BLOCK   | 0             | blocks                     | blocks            | none
 *   STREAM  | ports         | bytes, at least one; 0: end | bytes, all       | none
 *   CLOCK   | 0, and timers | the time, or the next tick | none              | ClockControl
 *   RANDOM  | 0             | random bytes               | none              | RandomControl
 */
export const DriverRequest = {
  /** → w1 class, w2 block size in bytes (0 = no blocks), w3 blocks */
  IDENTIFY: 0x01,
  /** → w1 handle for the other operations. Clock: w2 = microseconds of a timer's period; all others: the unit itself. */
  OPEN: 0x02,
  CLOSE: 0x03,
  /** Blocks: w2 = block number, w3 = count. Streams, random: w2 unused, w3 = bytes at most. → w1 bytes or blocks, string. Clock, unit 0: → w1, w2 = nanoseconds of the machine's clock, low and high half; a timer waits for a tick: → w1 = ticks since its last READ. */
  READ: 0x04,
  /** Blocks: w2 = block number, string. Streams: string; waits until the device took all. → w1 bytes or blocks. */
  WRITE: 0x05,
  /** w2 = code, further words by code. */
  CONTROL: 0x06,
  /**
   * As READ and WRITE by mapping: the request carries a flexpage of 4 KiB (writable to read into) that the driver fills or takes,
   * and unmaps before it replies. w2 = block number; streams, random: w3 = bytes, at most 4096.
   */
  READ_PAGE: 0x07,
  WRITE_PAGE: 0x08,
  /** Blocks: waits until everything written is on the medium. */
  FLUSH: 0x09,
  /** Neighbouring blocks as READ_PAGE and WRITE_PAGE, by one command of the device: w2 = first block, w3 = count (up to 16). The request carries as many flexpages of 4 KiB, with hot spots 0, 4096, … */
  READ_PAGES: 0x0a,
  WRITE_PAGES: 0x0b,
} as const;

export const DriverStatus = {
  OK: 0,
  /** Blocks: beyond the last one. */
  END_OF_MEDIUM: 1,
  /** Streams: the reader at the other end is gone. */
  NOT_READY: 2,
  NO_SUCH_UNIT: 3,
  BAD_ARGUMENT: 4,
  /** Streams: the other end cannot give or take bytes. → w1 bytes moved before, w2 its number of the error. */
  MEDIUM_ERROR: 5,
  WRITE_PROTECTED: 6,
  /** A request of this kind is already waiting at the unit, or no handle is left. */
  BUSY: 7,
  /** The unit was closed while the request waited. */
  CANCELLED: 8,
  /** The sender is none of the tasks made at boot, or the handle is another task's. */
  DENIED: 9,
  /** The class has no such operation. */
  NOT_SUPPORTED: 10,
} as const;

/** Pages that READ_PAGES and WRITE_PAGES move at most. */
export const MOST_PAGES = 16;

export const DriverClass = { BLOCK: 1, STREAM: 2, CLOCK: 3, RANDOM: 4 } as const;

/**
 * CONTROL of the clock.
 */
export const ClockControl = {
  /** w3, w4 = nanoseconds of the machine's clock, low and high half: waits until then → as READ. */
  WAIT_UNTIL: 1,
  /** Unix time of the machine's nanosecond 0: → w1, w2 = seconds and nanoseconds. */
  EPOCH: 2,
} as const;

/** CONTROL of the random device. */
export const RandomControl = {
  /** → w1 = 32 random bits, for clients without a string buffer. */
  WORD: 1,
} as const;
