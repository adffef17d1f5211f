/**
 * Compares the emulated processor with the host's, row by row of the opcode table, and reports:
 *   npm run prove -- --cases 2000000 --seed 1 --engine interpreter,translator --rows add,x87
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { Command, InvalidArgumentError } from "commander";
import { build } from "esbuild";
import type { RowPlace } from "#machine/cpu/opcodes.ts";
import { type Engine, ENGINES } from "#machine/engine.ts";
import type { Answer, Assignment, WorkerData } from "./prove-worker.ts";
import { markdown, type ProvenRow } from "./report.ts";
import { comparableRows, rowName } from "./rows.ts";

/** A row that stands for many instructions gets as many more cases. */
const WEIGHTS: Readonly<Record<string, number>> = { x87: 40 };

interface Options {
  cases: number;
  seed: number;
  engine: Engine[];
  rows?: string[];
  jobs: number;
  output?: string;
}

function integer(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new InvalidArgumentError("not a number");
  return value;
}

function engines(text: string): Engine[] {
  return text.split(",").map((name) => {
    const engine = ENGINES.find((known) => known === name);
    if (engine === undefined) throw new InvalidArgumentError(`engines are ${ENGINES.join(", ")}`);
    return engine;
  });
}

const options = new Command("prove")
  .option("--cases <count>", "cases in all, on each engine", integer, 2_000_000)
  .option("--seed <number>", "cases follow from it", integer, 1)
  .option("--engine <names>", `some of ${ENGINES.join(", ")}`, engines, ["interpreter"])
  .option("--rows <mnemonics>", "only these", (text: string) => text.split(","))
  .option("--jobs <count>", "threads", integer, cpus().length)
  .option("--output <file>", "where to write the report as Markdown")
  .parse()
  .opts<Options>();

const weightOf = (place: RowPlace): number => WEIGHTS[place.row.mnemonic] ?? 1;

function assignments(rows: readonly RowPlace[]): Assignment[] {
  const chosen = rows.map((place, row) => ({ place, row })).filter(({ place }) => options.rows?.includes(place.row.mnemonic) ?? true);
  const weight = chosen.reduce((sum, { place }) => sum + weightOf(place), 0);
  return chosen.map(({ place, row }) => ({ row, cases: Math.ceil((options.cases / weight) * weightOf(place)) }));
}

/** Proves rows in several threads. @returns one answer per assignment, in their order */
async function prove(work: readonly Assignment[], rows: readonly RowPlace[]): Promise<Answer[]> {
  const directory = mkdtempSync(join(tmpdir(), "prove-"));
  const program = join(directory, "worker.mjs");
  const source = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
  // Bundled, because the handlers run many times slower through a loader.
  await build({ entryPoints: [source("prove-worker.ts")], bundle: true, platform: "node", format: "esm", outfile: program });
  const workerData: WorkerData = { engines: options.engine, seed: options.seed, runner: source("runner.c") };
  const queue = [...work];
  const answers = new Map<number, Answer>();
  const started = Date.now();
  const report = (answer: Answer): void => {
    answers.set(answer.row, answer);
    const name = rowName(rows[answer.row]!);
    process.stderr.write(`\r\x1b[K${answers.size}/${work.length} ${Math.round((Date.now() - started) / 1000)} s ${name}`);
    if (answer.differences > 0)
      process.stderr.write(`\n${answer.differences} of ${answer.cases} differ\n  ${answer.examples.join("\n  ")}\n`);
  };
  const run = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const worker = new Worker(program, { workerData });
      const next = (): void => worker.postMessage(queue.shift() ?? null);
      worker.on("message", (answer: Answer) => {
        report(answer);
        next();
      });
      worker.on("error", reject);
      worker.on("exit", () => resolve());
      next();
    });
  try {
    await Promise.all(Array.from({ length: Math.min(options.jobs, work.length) }, run));
  } finally {
    rmSync(directory, { recursive: true });
  }
  process.stderr.write("\n");
  return work.map(({ row }) => answers.get(row)!);
}

const rows = comparableRows();
const answers = await prove(assignments(rows), rows);
const proven: ProvenRow[] = answers.map((proof) => ({ place: rows[proof.row]!, proof }));
const sum = (of: (answer: Answer) => number): number => answers.reduce((total, answer) => total + of(answer), 0);
for (const { place, proof } of proven) console.log(`${rowName(place).padEnd(40)} ${proof.cases} cases, ${proof.differences} differences`);
console.log(`${answers.length} rows, ${sum(({ cases }) => cases)} cases, ${sum(({ differences }) => differences)} differences`);
if (options.output !== undefined) {
  const processor = cpus()[0]?.model ?? "unknown";
  writeFileSync(options.output, markdown({ processor, engines: options.engine, seed: options.seed, rows: proven }));
}
process.exitCode = sum(({ differences }) => differences) === 0 ? 0 : 1;
