/**
 * How outcomes are told apart in reports: by those of their settings that differ within a sweep.
 *
 * Layer beneath: outcome.ts.
 */
import { diskText } from "./disk-models.ts";
import type { Outcome } from "./outcome.ts";
import { type Point, policyText } from "./plan.ts";

interface Dimension {
  readonly name: string;
  readonly text: (point: Point) => string;
}

/** In the order of columns; the policy always has one, the frames have many. */
const DIMENSIONS: readonly Dimension[] = [
  { name: "policy", text: ({ policy }) => policyText(policy) },
  { name: "scope", text: ({ scope }) => scope },
  { name: "read-ahead", text: ({ readAhead }) => String(readAhead) },
  { name: "cluster", text: ({ cluster }) => String(cluster) },
  { name: "disk", text: ({ disk }) => (disk === undefined ? "" : diskText(disk)) },
];

/** Outcomes that differ in nothing but the frames. */
export interface Row {
  /** One for each of RowSet.names. */
  readonly labels: readonly string[];
  /** The labels in one line; a number says of what. */
  readonly title: string;
  readonly outcomes: readonly Outcome[];
}

export interface RowSet {
  readonly names: readonly string[];
  readonly rows: readonly Row[];
  /** In rising order. */
  readonly frames: readonly number[];
}

const titleOf = (dimensions: readonly Dimension[], labels: readonly string[]): string =>
  dimensions.flatMap(({ name }, at) => (/^\d+$/.test(labels[at]!) ? `${name} ${labels[at]}` : labels[at] || [])).join(", ");

/** The outcomes of one workload, in rows. */
export function rowsOf(outcomes: readonly Outcome[]): RowSet {
  const varied = DIMENSIONS.filter(
    ({ name, text }) => name === "policy" || new Set(outcomes.map(({ point }) => text(point)).filter((value) => value !== "")).size > 1,
  );
  const rows = new Map<string, { labels: string[]; title: string; outcomes: Outcome[] }>();
  for (const outcome of outcomes) {
    const labels = varied.map(({ text }) => text(outcome.point));
    const key = JSON.stringify(labels);
    const row = rows.get(key);
    if (row) row.outcomes.push(outcome);
    else rows.set(key, { labels, title: titleOf(varied, labels), outcomes: [outcome] });
  }
  const frames = [...new Set(outcomes.map(({ point }) => point.frames))].sort((a, b) => a - b);
  return { names: varied.map(({ name }) => name), rows: [...rows.values()], frames };
}

/** Outcomes by workload, in the order in which they come. */
export function byWorkload(outcomes: readonly Outcome[]): Map<string, Outcome[]> {
  const groups = new Map<string, Outcome[]>();
  for (const outcome of outcomes) groups.set(outcome.point.workload, [...(groups.get(outcome.point.workload) ?? []), outcome]);
  return groups;
}

/** References of a workload, from a run or replay of it that counted them. */
export const referencesIn = (outcomes: readonly Outcome[]): number | undefined =>
  outcomes.find(({ total }) => total.references !== undefined)?.total.references;
