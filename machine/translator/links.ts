/**
 * Links from region to region. Every module of regions has a function table of its own, whose entries lead to the regions that these go to.
 *
 * One table for all of them will not do: V8 keeps a copy of a table for each instance that imports it (README.md).
 */
import { UNLINKED } from "./layout.ts";

interface Link {
  readonly table: WebAssembly.Table;
  readonly index: number;
}

/** Where a region is, or may be. */
export class Place {
  /** In the table of all regions; UNLINKED before the first region is made. */
  slot: number = UNLINKED;
  private readonly links = new Set<Link>();
  /** The region's function, or what stands for it. */
  private run: unknown;

  constructor(run: unknown) {
    this.run = run;
  }

  fill(run: unknown): void {
    this.run = run;
    for (const { table, index } of this.links) table.set(index, run);
  }

  attach(link: Link): void {
    link.table.set(link.index, this.run);
    this.links.add(link);
  }

  detach(link: Link): void {
    this.links.delete(link);
  }
}

/** The links of one region, numbered from UNLINKED + 1 on; its code adds where in the table they start. */
export class Links {
  private readonly placeOf: (eip: number) => Place | undefined;
  private readonly places: Place[] = [];
  private links: readonly Link[] = [];

  /** @param placeOf of the region at an address, if its page is mapped */
  constructor(placeOf: (eip: number) => Place | undefined) {
    this.placeOf = placeOf;
  }

  /** Number of the link to an address. */
  to(eip: number): number {
    const place = this.placeOf(eip);
    if (place === undefined) return UNLINKED;
    const known = this.places.indexOf(place);
    return UNLINKED + (known >= 0 ? known + 1 : this.places.push(place));
  }

  /** Entries of a table that the links need, with that for UNLINKED. */
  get size(): number {
    return this.places.length + 1;
  }

  /** Puts the links into a table. @param start index of UNLINKED */
  settle(table: WebAssembly.Table, start: number): void {
    this.links = this.places.map((place, position) => {
      const link = { table, index: start + position + 1 };
      place.attach(link);
      return link;
    });
  }

  /** The table need not be kept up to date. */
  cut(): void {
    this.links.forEach((link, position) => this.places[position]!.detach(link));
  }
}
