/**
 * Links from region to region. Every module of regions has a function table of its own, whose entries lead to the
 * regions that these go to.
 *
 * One table for all of them will not do: V8 keeps a copy of a table for each instance that imports it (README.md).
 */
import { UNLINKED } from "./layout.ts";

/** Numbers of links, to regions that may exist or not. */
export interface Linking {
  /** To the region that starts at an address. */
  linkOf(eip: number): number;
  /** To the region that starts here, too, but for another state (README.md, variants). */
  variant(): number;
}

interface Link {
  readonly table: WebAssembly.Table;
  readonly index: number;
}

/** Where a region is, or may be. */
export class Place {
  /** In the table of all regions; UNLINKED before the first region is made. */
  slot: number = UNLINKED;
  /** Where control goes from a region here that was made for another state. */
  private variant: Place | undefined = undefined;
  private readonly links = new Set<Link>();
  /** What stands for the region's function when there is none. */
  private readonly vacant: unknown;
  /** The region's function. */
  private run: unknown;

  constructor(vacant: unknown) {
    this.vacant = vacant;
    this.run = vacant;
  }

  /** The place of the next variant. @param refused stands for it when there is none */
  nextVariant(refused: unknown): Place {
    this.variant ??= new Place(refused);
    return this.variant;
  }

  get isFilled(): boolean {
    return this.run !== this.vacant;
  }

  get function(): unknown {
    return this.run;
  }

  fill(run: unknown = this.vacant): void {
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
    return place === undefined ? UNLINKED : this.toPlace(place);
  }

  /** Number of the link to a place. */
  toPlace(place: Place): number {
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
