/**
 * The report of a proof: what ran, and how much of the table it covered.
 */
import { BETWEEN } from "./between.ts";
import { CONSUMERS } from "./consumers.ts";
import { CELLS, type Cell, type Coverage } from "./coverage.ts";
import { PRODUCERS } from "./producers.ts";
import type { EngineTally } from "./proof.ts";

export interface EngineFigures extends EngineTally {
  readonly engine: string;
  readonly differences: number;
}

export interface Figures {
  /** Model of the host's. */
  readonly processor: string;
  readonly seed: number;
  readonly loops: number;
  readonly faults: number;
  readonly engines: readonly EngineFigures[];
  readonly coverage: Coverage;
}

function table(header: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  return [header, header.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

/** For each row of one kind: cells that apply, those that were covered, and how often the rarest was. */
function summary(names: readonly string[], numberOf: (cell: Cell) => number, coverage: Coverage): string {
  const rows = names.map((name, number) => {
    const counts = CELLS.filter((cell) => numberOf(cell) === number).map((cell) => coverage.countOf(cell));
    const covered = counts.filter((count) => count > 0);
    return [name, counts.length, covered.length, covered.length === counts.length ? Math.min(...counts) : 0];
  });
  return table(["", "cells", "covered", "rarest"], rows);
}

export function markdown({ processor, seed, loops, faults, engines, coverage }: Figures): string {
  const engineRows = engines.map(({ engine, hot, instructions, differences }) => [
    engine,
    processor,
    seed,
    loops,
    hot,
    instructions,
    differences,
  ]);
  return `# Hot loops against hardware

Written by \`npm run prove:loops\`; how it works: [tests/loops](../tests/loops/README.md).

${table(["engine", "host", "seed", "loops", "hot", "instructions", "differences"], engineRows)}

Compared are all registers, flags, the units' state, memory, code and all faults (${faults}), and that engines agree on the number of instructions.

## The table

A cell is an instruction that sets a flag, what lies between, and an instruction that reads it: ${CELLS.length} cells apply, ${
    CELLS.length - coverage.missing.length
  } were covered.

### What sets flags

${summary(
  PRODUCERS.map(({ name }) => name),
  ({ producer }) => producer,
  coverage,
)}

### What lies between

${summary(
  BETWEEN.map(({ name }) => name),
  ({ between }) => between,
  coverage,
)}

### What reads flags

${summary(
  CONSUMERS.map(({ name }) => name),
  ({ consumer }) => consumer,
  coverage,
)}
`;
}
