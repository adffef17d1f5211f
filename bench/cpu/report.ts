/**
 * The results of a whole benchmark: as they are kept, and as a table.
 */
import { cpus } from "node:os";
import { geometricMean, median, type Outcome } from "./outcome.ts";
import type { PeerName } from "./peers.ts";
import type { Line } from "./place.ts";

export interface Result {
  name: string;
  kind: Line["kind"];
  text: string;
  /** Medians in nanoseconds: per operation of a kernel, of the whole run of a program. */
  nanoseconds: Partial<Record<PeerName, number>>;
}

export interface Report {
  machine: { processor: string; processors: number; node: string };
  runs: number;
  results: Result[];
}

/** Outcomes by line and peer, one per run. */
export type Outcomes = Map<string, Map<PeerName, Outcome[]>>;

export function makeReport(lines: readonly Line[], outcomes: Outcomes, runs: number): Report {
  const results = lines.map(({ name, kind, text }): Result => {
    const nanoseconds: Result["nanoseconds"] = {};
    for (const [peer, list] of outcomes.get(name) ?? [])
      nanoseconds[peer] = Number(median(list.map((one) => one.nanoseconds)).toPrecision(4));
    return { name, kind, text, nanoseconds };
  });
  return { machine: { processor: cpus()[0]?.model ?? "unknown", processors: cpus().length, node: process.version }, runs, results };
}

/** Lines on which the peers do not agree, as text: a wrong result is worth no time. */
export function disagreements(outcomes: Outcomes): string[] {
  return [...outcomes].flatMap(([name, peers]) => {
    const sums = [...peers].flatMap(([peer, list]) => list.map(({ checksum }) => ({ peer, checksum })));
    if (new Set(sums.map(({ checksum }) => checksum)).size <= 1) return [];
    return [`${name}: results differ: ${[...new Set(sums.map(({ peer, checksum }) => `${peer} ${checksum}`))].join(", ")}`];
  });
}

/** Ratios of the table: the system as users run it against each peer. Less than 1 is faster. */
const OURS: PeerName = "auto";
const RATIOS: readonly PeerName[] = ["native", "qemu", "v86", "interpreter"];

function ratio({ nanoseconds }: Result, peer: PeerName): number | undefined {
  const [ours, other] = [nanoseconds[OURS], nanoseconds[peer]];
  return ours === undefined || other === undefined ? undefined : ours / other;
}

function time(nanoseconds: number): string {
  if (nanoseconds < 1e4) return `${nanoseconds.toFixed(0)} ns`;
  if (nanoseconds < 1e7) return `${(nanoseconds / 1e3).toFixed(1)} µs`;
  if (nanoseconds < 1e9) return `${(nanoseconds / 1e6).toFixed(0)} ms`;
  return `${(nanoseconds / 1e9).toFixed(2)} s`;
}

function summary(
  results: readonly Result[],
  title: string,
  measure: (values: readonly number[]) => number,
  ratios: readonly PeerName[],
): string[] {
  const cells = ratios.map((peer) => {
    const values = results.flatMap((result) => ratio(result, peer) ?? []);
    return values.length ? measure(values).toFixed(2) : "";
  });
  return [title, ...cells];
}

/** A table that reads well as plain text, too. `numbers` are the columns that go to the right. */
export function markdownTable(header: readonly string[], rows: readonly (readonly string[])[], numbers: readonly number[]): string {
  const widths = header.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]!.length)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => (numbers.includes(column) ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!))).join(" | ")} |`;
  const rule = widths.map((width, column) => `${"-".repeat(width + 1)}${numbers.includes(column) ? ":" : "-"}`).join("|");
  return [line(header), `|${rule}|`, ...rows.map(line)].join("\n");
}

/** All results, and their means, as a table in Markdown. */
export function tableText({ results, machine, runs }: Report, peers: readonly PeerName[]): string {
  const ratios = RATIOS.filter((peer) => peers.includes(peer) && peers.includes(OURS));
  const header = ["line", ...peers, ...ratios.map((peer) => `${OURS}/${peer}`)];
  const rows = results.map((result) => [
    result.name,
    ...peers.map((peer) => (result.nanoseconds[peer] === undefined ? "" : time(result.nanoseconds[peer]))),
    ...ratios.map((peer) => ratio(result, peer)?.toFixed(2) ?? ""),
  ]);
  const gap = peers.map(() => "");
  const groups = [
    ["kernels", results.filter(({ kind }) => kind === "kernel")],
    ["programs", results.filter(({ kind }) => kind === "program")],
  ] as const;
  for (const [title, group] of groups) {
    if (group.length === 0 || ratios.length === 0) continue;
    for (const [name, measure] of [
      ["geometric mean", geometricMean],
      ["median", median],
    ] as const) {
      const [label, ...cells] = summary(group, `${title}, ${name}`, measure, ratios);
      rows.push([label!, ...gap, ...cells]);
    }
  }
  const numbers = header.flatMap((_title, column) => (column ? [column] : []));
  const caption = `${machine.processor}, Node ${machine.node}; medians of ${runs} runs; ratios below 1: faster than the peer.`;
  return `${markdownTable(header, rows, numbers)}\n\n${caption}`;
}
