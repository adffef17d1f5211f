/**
 * Compares the emulated processor with the host's, row by row of the opcode table, and reports:
 *   npm run prove -- --cases 2000000 --seed 1 --engine interpreter,translator --rows add,x87
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { Command } from "commander";
import { build } from "esbuild";
import type { RowPlace } from "#machine/cpu/opcodes.ts";
import { type Engine, ENGINES } from "#machine/engine.ts";
import { comparedHost } from "../hardware/host.ts";
import { engines, integer } from "../support/prove-options.ts";
import type { Answer, Assignment, WorkerData } from "./prove-worker.ts";
import { type EngineProof, markdown, parseReport } from "./report.ts";
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

const options = new Command("prove")
  .option("--cases <count>", "cases in all, on each engine", integer, 2_000_000)
  .option("--seed <number>", "cases follow from it", integer, 1)
  .option("--engine <names>", `some of ${ENGINES.join(", ")}`, engines, ["interpreter"])
  .option("--rows <mnemonics>", "only these", (text: string) => text.split(","))
  .option("--jobs <count>", "threads", integer, cpus().length)
  .option("--output <file>", "where to write the report as Markdown")
  .parse()
  .opts<Options>();

const compared = comparedHost();
const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
const differencesOf = ({ differences }: Answer): number => sum(differences);
const engineOrder = ({ engine }: EngineProof): number => ENGINES.findIndex((known) => known === engine);
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
  const workerData: WorkerData = { engines: options.engine, seed: options.seed, runner: source("runner.c"), host: compared };
  const queue = [...work];
  const answers = new Map<number, Answer>();
  const started = Date.now();
  const report = (answer: Answer): void => {
    answers.set(answer.row, answer);
    const name = rowName(rows[answer.row]!);
    process.stderr.write(`\r\x1b[K${answers.size}/${work.length} ${Math.round((Date.now() - started) / 1000)} s ${name}`);
    const differences = differencesOf(answer);
    if (differences > 0) process.stderr.write(`\n${differences} of ${answer.cases} differ\n  ${answer.examples.join("\n  ")}\n`);
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
const differences = sum(answers.map(differencesOf));
for (const answer of answers) {
  console.log(`${rowName(rows[answer.row]!).padEnd(40)} ${answer.cases} cases, ${differencesOf(answer)} differences`);
}
console.log(`${answers.length} rows, ${sum(answers.map(({ cases }) => cases))} cases, ${differences} differences`);
if (options.output !== undefined) writeReport(options.output);
process.exitCode = differences === 0 ? 0 : 1;

/** Engines and rows that were not proven now keep their figures. */
function writeReport(file: string): void {
  const processor = cpus()[0]?.model ?? "unknown";
  const proofs = new Map((existsSync(file) ? parseReport(readFileSync(file, "utf8")) : []).map((proof) => [proof.engine, proof]));
  options.engine.forEach((engine, position) => {
    const figures = answers.map((answer) => {
      return [rowName(rows[answer.row]!), { cases: answer.cases, differences: answer.differences[position]! }] as const;
    });
    const kept = options.rows === undefined ? [] : (proofs.get(engine)?.rows ?? []);
    proofs.set(engine, { engine, processor, seed: options.seed, rows: new Map([...kept, ...figures]) });
  });
  const ordered = [...proofs.values()].sort((a, b) => engineOrder(a) - engineOrder(b));
  const examples = answers.flatMap((answer) => answer.examples);
  writeFileSync(file, markdown(rows, ordered, examples));
}
