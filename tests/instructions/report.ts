/**
 * The report of a proof: rows, cases and differences by engine, and what was left out with its reason. It can be read again, so that a proof
 * of one engine leaves the others' figures.
 */
import type { RowPlace } from "#machine/cpu/opcodes.ts";
import { maskText } from "./masks.ts";
import { EXCLUDED, rowName } from "./rows.ts";

export interface Figures {
  readonly cases: number;
  readonly differences: number;
}

export interface EngineProof {
  readonly engine: string;
  /** Model of the host's. */
  readonly processor: string;
  readonly seed: number;
  /** By name of the row. */
  readonly rows: ReadonlyMap<string, Figures>;
}

/** Left out of every case. */
const GENERAL: readonly string[] = [
  "The resume flag: it shows only in the frame of a fault.",
  "x87 last opcode, last instruction and last operand: recent processors record them only with exceptions, and no selectors.",
  "Error codes of page faults beyond present, write and user: protection keys and the like.",
  "What another maker's processor rightly does otherwise ([makers](makers.md)): such a host is compared by its own column.",
  "INT 80h, which enters the host's kernel; other INT n are answered by the descriptors of Linux.",
];

const ENGINE_HEADER = ["engine", "host", "seed", "rows", "cases", "differences"];
const ROW = "row";
const NOT_COMPARED = "not compared";
const NONE = "–";

function line(cells: readonly (string | number)[]): string {
  return `| ${cells.join(" | ")} |`;
}

function cellsOf(text: string): string[] {
  return text.slice(2, -2).split(" | ");
}

function total(rows: ReadonlyMap<string, Figures>, of: (figures: Figures) => number): number {
  return [...rows.values()].reduce((sum, figures) => sum + of(figures), 0);
}

function engineLine({ engine, processor, seed, rows }: EngineProof): string {
  return line([engine, processor, seed, rows.size, total(rows, ({ cases }) => cases), total(rows, ({ differences }) => differences)]);
}

function cell(figures: Figures | undefined): string {
  if (figures === undefined) return NONE;
  return figures.differences === 0 ? `${figures.cases}` : `${figures.cases} (${figures.differences} differ)`;
}

/** The proofs of a report. */
export function parseReport(report: string): EngineProof[] {
  const lines = report.split("\n");
  /** The lines of the table with a header, without it. */
  const table = (header: string): string[] => {
    const start = lines.findIndex((text) => text.startsWith(header));
    const rest = start < 0 ? [] : lines.slice(start + 2);
    return rest.slice(0, rest.indexOf(""));
  };
  const rowLines = table(`| ${ROW} |`).map(cellsOf);
  return table(line(ENGINE_HEADER)).map((text, position) => {
    const [engine, processor, seed] = cellsOf(text) as [string, string, string];
    const rows = new Map<string, Figures>();
    for (const cells of rowLines) {
      const [, cases, differences] = /^(\d+)(?: \((\d+) differ\))?$/.exec(cells[position + 1]!) ?? [];
      if (cases !== undefined) rows.set(cells[0]!.slice(1, -1), { cases: Number(cases), differences: Number(differences ?? 0) });
    }
    return { engine, processor, seed: Number(seed), rows };
  });
}

export function markdown(places: readonly RowPlace[], proofs: readonly EngineProof[], examples: readonly string[]): string {
  const rowLines = places.map((place) => {
    const name = rowName(place);
    return line([`\`${name}\``, ...proofs.map(({ rows }) => cell(rows.get(name))), maskText(place.row)]);
  });
  return `# Single instructions against hardware

Written by \`npm run prove\`; how it works: [tests/instructions](../tests/instructions/README.md).

${line(ENGINE_HEADER)}
|${"---|".repeat(ENGINE_HEADER.length)}
${proofs.map(engineLine).join("\n")}

Compared are all registers, flags, the units' state, memory, the exception with its error code and address, and EIP.

## Left out everywhere

${GENERAL.map((text) => `- ${text}`).join("\n")}

## Instructions left out

| instruction | reason |
|---|---|
${Object.entries(EXCLUDED)
  .map(([mnemonic, reason]) => line([mnemonic, reason]))
  .join("\n")}
${examples.length === 0 ? "" : `\n## Differences\n\n${examples.map((example) => `- \`${example}\``).join("\n")}\n`}
## Rows

Cases, by engine.

${line([ROW, ...proofs.map(({ engine }) => engine), NOT_COMPARED])}
|${"---|".repeat(proofs.length + 2)}
${rowLines.join("\n")}
`;
}
