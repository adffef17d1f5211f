/**
 * Pages that are no longer in memory but remembered: a set in the order of arrival.
 *
 * Layer beneath: none.
 */
export class GhostList {
  private readonly pages = new Set<number>();

  get size(): number {
    return this.pages.size;
  }

  has(page: number): boolean {
    return this.pages.has(page);
  }

  add(page: number): void {
    this.pages.add(page);
  }

  /** @returns whether it was there */
  delete(page: number): boolean {
    return this.pages.delete(page);
  }

  /** Forgets the pages that are longest here until no more than `size` are left. */
  trim(size: number): void {
    for (const page of this.pages) {
      if (this.pages.size <= size) return;
      this.pages.delete(page);
    }
  }
}
