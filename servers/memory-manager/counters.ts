/** Event counters, one set per task and one for the whole manager. */

/**
 * What a fault was, each of them exactly one:
 * - zeroFill, copy: the data space got a page of its own
 * - pageIn: the page was on the paging disk (and may have been copied then)
 * - protection: a page that was mapped read-only became writable
 * - forgotten: the page was in memory, but not mapped here (any more)
 * - source: mapped from where the initial content comes from, the zero page or a page of another manager
 * - refused: the client got no page
 */
export const FAULT_KINDS = ["zeroFill", "copy", "pageIn", "protection", "forgotten", "source", "refused"] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

/** Events beside faults; all but messages and words are counted in pages. */
export const EVENTS = [
  "zeroFills",
  "copies",
  "pageIns",
  /** Of the page-ins, those that nobody had asked for yet. */
  "readAheads",
  "pageOuts",
  "backingReads",
  /** Taken from the clients by unmapping. */
  "flushes",
  /** IPCs that faults cost: fault message, answer, and those to the disk driver and back. */
  "messages",
  /** Words that they moved. */
  "words",
] as const;
export type EventKind = (typeof EVENTS)[number];

export class Counters implements Record<EventKind, number> {
  zeroFills = 0;
  copies = 0;
  pageIns = 0;
  readAheads = 0;
  pageOuts = 0;
  backingReads = 0;
  flushes = 0;
  messages = 0;
  words = 0;
  /** Faults that were answered. */
  readonly faults: Record<FaultKind, number> = { zeroFill: 0, copy: 0, pageIn: 0, protection: 0, forgotten: 0, source: 0, refused: 0 };
  /** Tells the sets of a manager apart; they are numbered as they are made. */
  readonly serial: number;
  private readonly total: Counters | undefined;

  /** @param total the set that counts every event of this one too */
  constructor(total?: Counters, serial = 0) {
    this.total = total;
    this.serial = serial;
  }

  count(event: EventKind, times = 1): void {
    this[event] += times;
    this.total?.count(event, times);
  }

  countFault(kind: FaultKind): void {
    this.faults[kind]++;
    this.total?.countFault(kind);
  }
}
