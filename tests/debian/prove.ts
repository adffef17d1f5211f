/**
 * Runs scripts of Debian's bash, perl, python3, git and others in each engine, and natively on this host: output, exit status and
 * numbers of instructions must agree.
 *   npm run prove:debian -- --only git.sh,gcc.sh --engine auto --limit 600
 */
import { Command, InvalidArgumentError } from "commander";
import { type Engine, ENGINES } from "#machine/engine.ts";
import { debianRoot } from "../support/debian.ts";
import { common, type Program, programs } from "./programs.ts";
import { differentLine, difference, type GuestOutcome, type Outcome, reasonNotNative, runInSystem, runNatively } from "./runs.ts";

interface Options {
  only: Program[];
  engine: Engine[];
  limit: number;
  root?: string;
}

const selection =
  <T>(all: readonly T[], nameOf: (item: T) => string) =>
  (text: string): T[] =>
    text.split(",").map((name) => {
      const found = all.find((item) => nameOf(item) === name);
      if (found === undefined) throw new InvalidArgumentError(`choose from ${all.map(nameOf).join(", ")}`);
      return found;
    });

function seconds(text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value <= 0) throw new InvalidArgumentError("not a number of seconds");
  return value;
}

const options = new Command("prove:debian")
  .option(
    "--only <scripts>",
    "some of them",
    selection(programs, ({ script }) => script),
    [...programs],
  )
  .option(
    "--engine <names>",
    `some of ${ENGINES.join(", ")}`,
    selection(ENGINES, (name) => name),
    [...ENGINES],
  )
  .option("--limit <seconds>", "for each run", seconds, 900)
  .option("--root <directory>", "a Debian root for i386 instead of one that is fetched")
  .parse()
  .opts<Options>();

const found =
  options.root === undefined
    ? debianRoot("soak", [...new Set([...common, ...programs.flatMap((program) => program.packages)])].sort())
    : { directory: options.root };
if ("missing" in found) {
  console.log(`cannot fetch a Debian root: ${found.missing}`);
  process.exit(2);
}
const { directory } = found;
const notNative = reasonNotNative(directory);
if (notNative !== undefined) console.log(`not compared with this host, which cannot run the programs: ${notNative}`);

const failures: string[] = [];
const notices = new Set<string>();

async function prove(program: Program): Promise<void> {
  const native = notNative === undefined ? await runNatively(directory, program, options.limit) : undefined;
  const runs = await Promise.all(
    options.engine.map(async (engine) => [engine, await runInSystem(directory, program, engine, options.limit)] as const),
  );
  const first = runs[0]![1];
  const expected: Outcome = native ?? first;
  const found: string[] = [];
  if (expected.status !== program.status)
    found.push(`${program.script}: status ${expected.status}, but it should end with ${program.status}`);
  for (const [engine, run] of runs) {
    const differs = difference(run, expected) ?? differentLine("counts", run.counts, first.counts);
    if (differs !== undefined) found.push(`${program.script}, ${engine}: ${differs}`);
    for (const notice of run.notices) notices.add(`${program.script}: ${notice}`);
  }
  failures.push(...found);
  console.log(row(program, native, runs, found.length === 0));
}

function row(program: Program, native: Outcome | undefined, runs: readonly (readonly [Engine, GuestOutcome])[], isEqual: boolean): string {
  const times = runs.map(([engine, run]) => `${engine} ${run.seconds.toFixed(1)} s`);
  const here = native === undefined ? [] : [`here ${native.seconds.toFixed(1)} s`];
  const { instructions, status, stdout } = runs[0]![1];
  const size = `${(instructions / 1e6).toFixed(1)} million instructions, ${stdout.split("\n").length - 1} lines, status ${status}`;
  return `${isEqual ? "equal    " : "DIFFERENT"} ${program.script.padEnd(11)} ${size}; ${[...here, ...times].join(", ")}`;
}

for (const program of options.only) await prove(program);
for (const notice of [...notices].sort()) console.log(`notice   ${notice}`);
for (const failure of failures) console.log(`failure  ${failure}`);
console.log(`${options.only.length} scripts, ${options.engine.join(", ")}: ${failures.length} failures`);
process.exitCode = failures.length === 0 ? 0 : 1;
