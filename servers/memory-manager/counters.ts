/** Event counters, one set per task and one for the whole manager. */
export class Counters {
  zeroFills = 0;
  copies = 0;
  pageIns = 0;
  pageOuts = 0;
  backingReads = 0;
  private readonly total: Counters | undefined;

  /** @param total the set that counts every event of this one too */
  constructor(total?: Counters) {
    this.total = total;
  }

  count(event: "zeroFills" | "copies" | "pageIns" | "pageOuts" | "backingReads"): void {
    this[event]++;
    this.total?.count(event);
  }
}
