/**
 * Places where a region may be left in front of an instruction, for the interpreter to execute it: accesses that
 * need the slow path, divisions by zero, checks of the budget, instructions that have no translation.
 */

export interface Site {
  /** Linear address of the instruction. */
  readonly eip: number;
  /** Instructions of the block, from this one on, that have been charged to the budget but not executed. */
  readonly refund: number;
}

/** Sites of all regions by number; numbers of forgotten regions are used again. */
export class Sites {
  private readonly sites: (Site | undefined)[] = [];
  private readonly free: number[] = [];

  add(site: Site): number {
    const number = this.free.pop() ?? this.sites.length;
    this.sites[number] = site;
    return number;
  }

  get(number: number): Site {
    return this.sites[number]!;
  }

  remove(numbers: readonly number[]): void {
    for (const number of numbers) {
      this.sites[number] = undefined;
      this.free.push(number);
    }
  }
}
