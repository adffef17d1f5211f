/**
 * The table that random loops must cover: which instruction sets flags, what lies between, which one reads them. A cell applies when
 * a flag can live on that way.
 */
import { BETWEEN } from "./between.ts";
import { CONSUMERS } from "./consumers.ts";
import type { Way } from "./flag-flow.ts";
import { PRODUCERS } from "./producers.ts";

/** A cell: numbers in the tables of its three kinds. */
export interface Cell {
  readonly producer: number;
  readonly between: number;
  readonly consumer: number;
}

const NOTHING = 0;

/** Flags that get from a producer to a consumer, or 0 when the consumer cannot follow it. */
export function wantedFlags({ producer, between, consumer }: Cell): number {
  const from = PRODUCERS[producer]!;
  const { keeps, undefines } = BETWEEN[between]!;
  const { reads, masked } = CONSUMERS[consumer]!;
  const undefinedFlags = (from.undefined & keeps) | undefines;
  if ((reads & undefinedFlags) !== 0) return 0;
  return from.set & keeps & ~undefines & (reads | masked);
}

function isPossible(cell: Cell): boolean {
  // One unit's state at a time, so that each has room in a region.
  const units = [PRODUCERS[cell.producer]!.unit, BETWEEN[cell.between]!.unit, CONSUMERS[cell.consumer]!.unit];
  return wantedFlags(cell) !== 0 && new Set(units.filter((unit) => unit !== undefined)).size < 2;
}

function makeCells(): readonly Cell[] {
  const cells: Cell[] = [];
  for (const between of BETWEEN.keys()) {
    for (const producer of PRODUCERS.keys()) {
      for (const consumer of CONSUMERS.keys()) {
        const cell = { producer, between, consumer };
        if (isPossible(cell)) cells.push(cell);
      }
    }
  }
  return cells;
}

/** All that apply. */
export const CELLS = makeCells();

function numberOf({ producer, between, consumer }: Cell): number {
  return (between * PRODUCERS.length + producer) * CONSUMERS.length + consumer;
}

export function cellName({ producer, between, consumer }: Cell): string {
  return `${PRODUCERS[producer]!.name}, ${BETWEEN[between]!.name}, ${CONSUMERS[consumer]!.name}`;
}

/** How often each cell was covered. */
export class Coverage {
  readonly counts = new Uint32Array(BETWEEN.length * PRODUCERS.length * CONSUMERS.length);

  /** Counts each cell that the ways of a loop touch once. */
  add(ways: readonly Way[]): void {
    const touched = new Set<number>();
    for (const { producer, between, consumer } of ways) {
      touched.add(numberOf({ producer, between: NOTHING, consumer }));
      BETWEEN.forEach((_, kind) => {
        if (((between >> BigInt(kind)) & 1n) !== 0n) touched.add(numberOf({ producer, between: kind, consumer }));
      });
    }
    for (const cell of touched) this.counts[cell]!++;
  }

  /** Adds another one's. */
  merge(counts: Uint32Array): void {
    counts.forEach((count, cell) => {
      this.counts[cell]! += count;
    });
  }

  countOf(cell: Cell): number {
    return this.counts[numberOf(cell)]!;
  }

  get missing(): Cell[] {
    return CELLS.filter((cell) => this.countOf(cell) === 0);
  }

  /** How often the rarest cell was covered. */
  get least(): number {
    return CELLS.reduce((least, cell) => Math.min(least, this.countOf(cell)), Number.POSITIVE_INFINITY);
  }
}
