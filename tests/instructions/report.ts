/**
 * The report of a proof: rows, cases, differences, and what was left out with its reason.
 */
import type { RowPlace } from "#machine/cpu/opcodes.ts";
import { maskText } from "./masks.ts";
import type { RowProof } from "./proof.ts";
import { EXCLUDED, rowName } from "./rows.ts";

export interface ProvenRow {
  readonly place: RowPlace;
  readonly proof: RowProof;
}

export interface ProofSummary {
  readonly processor: string;
  readonly engines: readonly string[];
  readonly seed: number;
  readonly rows: readonly ProvenRow[];
}

/** Left out of every case. */
const GENERAL: readonly string[] = [
  "The resume flag: it shows only in the frame of a fault.",
  "x87 last opcode, last instruction and last operand: recent processors record them only with exceptions, and no selectors.",
  "Error codes of page faults beyond present, write and user: protection keys and the like.",
  "INT 80h, which enters the host's kernel; other INT n are answered by the descriptors of Linux.",
];

function total(rows: readonly ProvenRow[], of: (proof: RowProof) => number): number {
  return rows.reduce((sum, { proof }) => sum + of(proof), 0);
}

export function markdown({ processor, engines, seed, rows }: ProofSummary): string {
  const lines = rows.map(
    ({ place, proof }) => `| \`${rowName(place)}\` | ${proof.cases} | ${proof.differences} | ${maskText(place.row.mnemonic)} |`,
  );
  const examples = rows.flatMap(({ proof }) => proof.examples.map((example) => `- \`${example}\``));
  return `# Single instructions against hardware

Written by \`npm run prove\`; how it works: [tests/instructions](../tests/instructions/README.md).

| | |
|---|---|
| processor | ${processor} |
| engines | ${engines.join(", ")} |
| seed | ${seed} |
| rows of the opcode table | ${rows.length} |
| cases on each engine | ${total(rows, (proof) => proof.cases)} |
| differences | ${total(rows, (proof) => proof.differences)} |

Compared are all registers, flags, the units' state, memory, the exception with its error code and address, and EIP.

## Left out everywhere

${GENERAL.map((line) => `- ${line}`).join("\n")}

## Instructions left out

| instruction | reason |
|---|---|
${Object.entries(EXCLUDED)
  .map(([mnemonic, reason]) => `| ${mnemonic} | ${reason} |`)
  .join("\n")}
${examples.length === 0 ? "" : `\n## Differences\n\n${examples.join("\n")}\n`}
## Rows

| row | cases | differences | not compared |
|---|---|---|---|
${lines.join("\n")}
`;
}
