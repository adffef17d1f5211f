/**
 * Compares random programs on the emulated processor with the host's:
 *   npm run prove:programs -- --count 2000 --seed 1 --engine interpreter,translator
 */
import { Command } from "commander";
import { type Engine, ENGINES } from "#machine/engine.ts";
import { comparedHost } from "../hardware/host.ts";
import { engines, integer } from "../support/prove-options.ts";
import { NativeProcessor } from "./native.ts";
import { ProgramProver } from "./proof.ts";

interface Options {
  count: number;
  seed: number;
  engine: Engine[];
  explain: number;
  runner?: string;
}

const options = new Command("prove:programs")
  .option("--count <programs>", "how many", integer, 2000)
  .option("--seed <number>", "of the first; the others follow", integer, 1)
  .option("--engine <names>", `some of ${ENGINES.join(", ")}`, engines, ["interpreter"])
  .option("--explain <failures>", "how many to make small and show", integer, 3)
  .option("--runner <file>", "source of the native runner")
  .parse()
  .opts<Options>();

const compared = comparedHost();
const native = NativeProcessor.open(options.runner);
if (native === undefined) throw new Error("this host cannot execute the programs");
const prover = new ProgramProver(native, options.engine, compared);
const tally = prover.prove(options.seed, options.count, ({ programs, failures }) => {
  process.stderr.write(`\r\x1b[K${programs} programs, ${failures.length} failures`);
});
process.stderr.write("\n");
for (const failure of tally.failures.slice(0, options.explain)) console.log(prover.explain(failure));
native.close();
const { programs, instructions, faults, failures } = tally;
console.log(`${programs} programs, ${instructions} instructions, ${faults} faults, ${failures.length} failures`);
for (const { seed, engine, found } of failures) console.log(`  seed ${seed}, ${engine}: ${found.join("; ")}`);
process.exitCode = failures.length === 0 ? 0 : 1;
