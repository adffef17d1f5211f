/**
 * The figures that reports show of an outcome: names, units, and where they come from.
 *
 * Layer beneath: outcome.ts.
 */
import { misses, type Outcome } from "./outcome.ts";
import type { Cell } from "./text-table.ts";

export interface FigureRow {
  /** On the command line and in files. */
  readonly name: string;
  /** At the head of a column or above a table. */
  readonly title: string;
  /** References that the workload made, if any run of it was traced, stand in for those of a run that was not. */
  readonly value: (outcome: Outcome, references: number | undefined) => number | undefined;
  /** Digits after the point in tables. */
  readonly digits: number;
}

const MILLISECOND = 1e6;

const missesOf = ({ point, total }: Outcome): number => (point.method === "live" ? misses(total) : total.faults);

const referencesOf = ({ total }: Outcome, references: number | undefined): number | undefined => total.references ?? references;

const perFault = (count: number | undefined, faults: number): number | undefined =>
  count === undefined || faults === 0 ? undefined : count / faults;

export const FIGURES: readonly FigureRow[] = [
  { name: "misses", title: "misses", digits: 0, value: missesOf },
  {
    name: "ratio",
    title: "misses per 1000 references",
    digits: 2,
    value: (outcome, known) => {
      const references = referencesOf(outcome, known);
      return references ? (missesOf(outcome) / references) * 1000 : undefined;
    },
  },
  { name: "references", title: "references", digits: 0, value: referencesOf },
  { name: "faults", title: "faults", digits: 0, value: ({ total }) => total.faults },
  { name: "zero-fills", title: "zero-fills", digits: 0, value: ({ total, cold }) => total.zeroFills ?? cold },
  { name: "copies", title: "copies", digits: 0, value: ({ total }) => total.copies },
  {
    name: "page-ins",
    title: "page-ins",
    digits: 0,
    value: ({ total, cold }) => total.pageIns ?? (cold === undefined ? undefined : total.faults - cold),
  },
  { name: "page-in-copies", title: "page-ins copied", digits: 0, value: ({ total }) => total.pageInCopies },
  { name: "protections", title: "protection faults", digits: 0, value: ({ total }) => total.protections },
  { name: "forgotten", title: "lost mappings", digits: 0, value: ({ total }) => total.forgotten },
  { name: "sources", title: "mapped from source", digits: 0, value: ({ total }) => total.sources },
  { name: "refused", title: "refused", digits: 0, value: ({ total }) => total.refused },
  { name: "read-aheads", title: "read-aheads", digits: 0, value: ({ total }) => total.readAheads },
  { name: "page-outs", title: "page-outs", digits: 0, value: ({ total }) => total.pageOuts },
  { name: "flushes", title: "flushes", digits: 0, value: ({ total }) => total.flushes },
  { name: "ipcs", title: "IPCs", digits: 0, value: ({ total }) => total.ipcs },
  { name: "words", title: "words moved", digits: 0, value: ({ total }) => total.words },
  { name: "ipcs-per-fault", title: "IPCs per fault", digits: 2, value: ({ total }) => perFault(total.ipcs, total.faults) },
  { name: "words-per-fault", title: "words per fault", digits: 2, value: ({ total }) => perFault(total.words, total.faults) },
  { name: "instructions", title: "instructions", digits: 0, value: ({ total }) => total.instructions },
  {
    name: "time",
    title: "virtual ms",
    digits: 1,
    value: ({ virtualNs }) => (virtualNs === undefined ? undefined : virtualNs / MILLISECOND),
  },
  { name: "disk-reads", title: "disk reads", digits: 0, value: ({ disk }) => disk?.reads },
  { name: "disk-writes", title: "disk writes", digits: 0, value: ({ disk }) => disk?.writes },
  {
    name: "disk-time",
    title: "disk busy ms",
    digits: 1,
    value: ({ disk }) => (disk === undefined ? undefined : disk.busyNs / MILLISECOND),
  },
];

/** What tables show when nobody asks for more. */
export const DEFAULT_FIGURES = ["misses", "page-outs", "time"] as const;

/** The figure as a cell of a text table. */
export function figureCell(row: FigureRow, outcome: Outcome, references: number | undefined): Cell {
  const value = row.value(outcome, references);
  return value === undefined ? undefined : row.digits === 0 ? value : value.toFixed(row.digits);
}
