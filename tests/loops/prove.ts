/**
 * Compares random hot loops on the emulated processor with the host's:
 *   npm run prove:loops -- --count 100000 --seed 1 --engine translator,auto --output docs/loops.md
 *
 * The command has V8 use no threads of its own, since modules are many and small, and handing them over costs more than compiling them; nor
 * does V8 optimise them, for they run for a short time.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { Command } from "commander";
import { build } from "esbuild";
import { type Engine, ENGINES } from "#machine/engine.ts";
import { NativeProcessor } from "../programs/native.ts";
import { engines, integer } from "../support/prove-options.ts";
import { Coverage } from "./coverage.ts";
import { ALL_SEEDS } from "./generator.ts";
import { type EngineTally, type Failure, LoopProver } from "./proof.ts";
import type { Answer, Piece, WorkerData } from "./prove-worker.ts";
import { markdown } from "./report.ts";

/** Loops that a thread gets at once. */
const PIECE = 250;
/** A loop that takes longer does not end. */
const PATIENCE_MS = 120_000;

interface Options {
  count: number;
  seed: number;
  engine: Engine[];
  jobs: number;
  explain: number;
  output?: string;
}

const options = new Command("prove:loops")
  .option("--count <loops>", "how many", integer, 100_000)
  .option("--seed <number>", "of the first; the others follow", integer, 1)
  .option("--engine <names>", `some of ${ENGINES.join(", ")}`, engines, ["translator", "auto"])
  .option("--jobs <count>", "threads", integer, cpus().length)
  .option("--explain <failures>", "how many to make small and show", integer, 3)
  .option("--output <file>", "where to write the report as Markdown")
  .parse()
  .opts<Options>();

const source = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const runner = source("../programs/runner.c");
const queue: Piece[] = Array.from({ length: Math.ceil(options.count / PIECE) }, (_, index) => ({
  seed: options.seed + index * PIECE,
  count: Math.min(PIECE, options.count - index * PIECE),
}));
const tallies: readonly EngineTally[] = options.engine.map(() => ({ instructions: 0, hot: 0 }));
const failures: Failure[] = [];
const coverage = new Coverage();
let loops = 0;
let faults = 0;
const started = Date.now();

function take(answer: Answer): void {
  loops += answer.piece.count;
  faults += answer.faults;
  failures.push(...answer.failures);
  coverage.merge(answer.counts);
  answer.engines.forEach(({ instructions, hot }, place) => {
    tallies[place]!.instructions += instructions;
    tallies[place]!.hot += hot;
  });
  process.stderr.write(`\r\x1b[K${loops} loops, ${failures.length} failures, ${Math.round((Date.now() - started) / 1000)} s`);
  for (const { seed, engine, found } of answer.failures) process.stderr.write(`\n  seed ${seed}, ${engine}: ${found.join("; ")}\n`);
}

/** Proves pieces in a thread, and in another one when a loop does not end in it. */
async function work(program: string): Promise<void> {
  while (queue.length > 0) {
    const hung = await workUntilHung(program);
    if (hung === undefined) return;
    const { piece, seed, place } = hung;
    loops++;
    failures.push({ seed, engine: options.engine[place] ?? "interpreter", found: ["it does not end"] });
    const behind = seed - piece.seed;
    queue.push({ seed: piece.seed, count: behind }, { seed: seed + 1, count: piece.count - behind - 1 });
  }
}

/** @returns the loop that did not end, and the piece with it, which has to be proven again without */
function workUntilHung(program: string): Promise<{ piece: Piece; seed: number; place: number } | undefined> {
  const place = new SharedArrayBuffer(8);
  const words = new Int32Array(place);
  const workerData: WorkerData = { engines: options.engine, runner, place };
  return new Promise((resolve, reject) => {
    const worker = new Worker(program, { workerData });
    let piece: Piece | undefined;
    let last = "";
    let since = Date.now();
    const watch = setInterval(() => {
      const now = `${piece?.seed} ${words}`;
      if (now !== last || piece === undefined) {
        last = now;
        since = Date.now();
      } else if (Date.now() - since > PATIENCE_MS) {
        const hung = { piece, seed: words[0]!, place: words[1]! };
        finish();
        void worker.terminate().then(() => resolve(hung));
      }
    }, 1000);
    const finish = (): void => clearInterval(watch);
    const next = (): void => {
      piece = queue.shift();
      worker.postMessage(piece ?? null);
    };
    worker.on("message", (answer: Answer) => {
      take(answer);
      next();
    });
    worker.on("error", reject);
    worker.on("exit", () => {
      finish();
      resolve(undefined);
    });
    next();
  });
}

const directory = mkdtempSync(join(tmpdir(), "prove-loops-"));
try {
  const program = join(directory, "worker.mjs");
  // Bundled, because the handlers run many times slower through a loader.
  await build({ entryPoints: [source("prove-worker.ts")], bundle: true, platform: "node", format: "esm", outfile: program });
  await Promise.all(Array.from({ length: Math.min(options.jobs, queue.length) }, () => work(program)));
} finally {
  rmSync(directory, { recursive: true });
}
process.stderr.write("\n");

const explained = failures.filter(({ found }) => !found.includes("it does not end")).slice(0, options.explain);
if (explained.length > 0) {
  const native = NativeProcessor.open(runner)!;
  const prover = new LoopProver(native, options.engine);
  for (const failure of explained) console.log(prover.explain(failure));
  native.close();
}
const { missing } = coverage;
const isWhole = options.count >= ALL_SEEDS;
options.engine.forEach((engine, place) => {
  const { instructions, hot } = tallies[place]!;
  const differing = failures.filter((failure) => failure.engine === engine).length;
  console.log(`${engine}: ${loops} loops, ${hot} of them hot, ${instructions} instructions, ${differing} differences`);
});
console.log(`${faults} faults; ${missing.length} cells of the table missing${isWhole ? "" : " (too few loops for all)"}`);
for (const { seed, engine, found } of failures) console.log(`  seed ${seed}, ${engine}: ${found.join("; ")}`);
if (options.output !== undefined) {
  const engineFigures = options.engine.map((engine, place) => ({
    engine,
    ...tallies[place]!,
    differences: failures.filter((failure) => failure.engine === engine).length,
  }));
  const processor = cpus()[0]?.model ?? "unknown";
  writeFileSync(options.output, markdown({ processor, seed: options.seed, loops, faults, engines: engineFigures, coverage }));
}
process.exitCode = failures.length === 0 && (missing.length === 0 || !isWhole) ? 0 : 1;
