/**
 * npm run bench: small programs of our own inside the system, beside the same binary on the host where the host runs i386.
 *
 * Each figure is the median of several runs. Ratios count; absolute times depend on the machine.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildProgram } from "#tools/userland.ts";
import { median } from "./cpu/outcome.ts";
import { parseMicro } from "./micro.ts";

/** The library as built: bundled, as users run it. */
const { boot } = (await import("../dist/index.js" as string)) as typeof import("#node/index.ts");

const RUNS = 5;
const MILLISECONDS = 200;
const directory = dirname(fileURLToPath(import.meta.url));

const rows = [
  ["null", "system call through the server (getpgid)"],
  ["local", "system call answered by the emulation library (getpid)"],
  ["open", "open and close of /"],
  ["signal", "signal to oneself, with handler"],
  ["fault", "page fault, zero-filled (one of 256)"],
  ["pipe", "pipe round trip between two processes"],
  ["fork", "fork, exit, wait"],
  ["exec", "fork, exec of /bin/true, wait"],
] as const;

function medians(runs: Map<string, number>[]): (name: string) => number {
  return (name) => median(runs.map((run) => run.get(name) ?? Number.NaN));
}

async function timeToPrompt(): Promise<number> {
  const start = performance.now();
  const system = await boot();
  const shell = system.spawn(["/bin/sh", "-l"], { tty: { rows: 24, columns: 80 } });
  await new Promise<void>((resolve) => shell.stdout.once("data", () => resolve()));
  const time = performance.now() - start;
  await system.halt();
  return time;
}

const build = join(dirname(directory), "build", "bench");
mkdirSync(build, { recursive: true });
const micro = join(build, "micro");
await buildProgram(join(directory, "micro.c"), micro);

const prompts: number[] = [];
const ours: Map<string, number>[] = [];
const host: Map<string, number>[] = [];
const rates: number[] = [];
for (let run = 0; run < RUNS; run++) {
  prompts.push(await timeToPrompt());
  const system = await boot();
  system.fs.writeFileSync("/bin/micro", readFileSync(micro), { mode: 0o755 });
  const start = performance.now();
  const before = system.statistics().total.instructions;
  await system.run(["/bin/micro", "0"]);
  const result = await system.run(["/bin/micro", String(MILLISECONDS)]);
  ours.push(parseMicro(result.stdout.toString()));
  rates.push((system.statistics().total.instructions - before) / (performance.now() - start) / 1000);
  await system.halt();
  const native = spawnSync(micro, [String(MILLISECONDS)], { encoding: "utf8" });
  if (native.status === 0) host.push(parseMicro(native.stdout));
}
const own = medians(ours);
const native = medians(host);
console.log(`${RUNS} runs, medians; ${process.version}\n`);
console.log(`time from boot() to the prompt    ${median(prompts).toFixed(0)} ms`);
console.log(`instructions per second, the mix  ${median(rates).toFixed(1)} million\n`);
console.log(`${"ns per operation".padEnd(56)}${"here".padStart(12)}${"host".padStart(12)}${"ratio".padStart(9)}`);
for (const [name, text] of [["integer", "integer loop of 10 000 rounds"] as const, ...rows]) {
  const ratio = own(name) / native(name);
  console.log(
    `${text.padEnd(56)}${own(name).toFixed(0).padStart(12)}${(host.length ? native(name).toFixed(0) : "–").padStart(12)}${(host.length ? ratio.toFixed(1) : "–").padStart(9)}`,
  );
}
