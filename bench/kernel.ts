/**
 * npm run bench:kernel: messages, page faults and null system calls, beside the host's processor and published figures.
 *
 * Ratios count; absolute times depend on the machine and on what else it does.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { cpus } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { buildProgram } from "#tools/userland.ts";
import { median } from "./cpu/outcome.ts";
import type { KernelFigures } from "./kernel/measure.ts";
import { PUBLISHED } from "./kernel/published.ts";
import { parseMicro } from "./micro.ts";

/** The library as built: bundled, as users run it. */
const { boot } = (await import("../dist/index.js" as string)) as typeof import("#node/index.ts");

const RUNS = 5;
const MILLISECONDS = 300;
const directory = dirname(fileURLToPath(import.meta.url));
const work = join(dirname(directory), "build", "bench");
mkdirSync(work, { recursive: true });

/** Host clock cycles in a nanosecond, 0 when the host does not tell. Virtual machines often say it in one place only. */
function clockRate(): number {
  const megahertz = cpus()[0]?.speed ?? 0;
  if (megahertz > 0 || !existsSync("/proc/cpuinfo")) return megahertz / 1000;
  return Number(/^cpu MHz\s*: (.*)$/m.exec(readFileSync("/proc/cpuinfo", "utf8"))?.[1] ?? 0) / 1000;
}
const cyclesPerNs = clockRate();

async function kernelFigures(): Promise<KernelFigures> {
  const outfile = join(work, "kernel.mjs");
  await build({
    entryPoints: [join(directory, "kernel", "measure.ts")],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    logLevel: "error",
  });
  const { stdout, stderr, status } = spawnSync(process.execPath, [outfile], { encoding: "utf8" });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as KernelFigures;
}

const LINES = [
  ["null", "null system call, by IPC to the Unix server (getpgid)"],
  ["local", "the same answered from the process page (getpid)"],
  ["fault", "page fault, zero-filled by the memory manager"],
] as const;

const micro = join(work, "micro");
await buildProgram(join(directory, "micro.c"), micro);
const ours: Map<string, number>[] = [];
const hosts: Map<string, number>[] = [];
for (let run = 0; run < RUNS; run++) {
  const system = await boot();
  system.fs.writeFileSync("/bin/micro", readFileSync(micro), { mode: 0o755 });
  let output = "";
  for (const [name] of LINES) {
    const run = () => system.run(["/bin/micro", String(MILLISECONDS), name]);
    // Warm, as the lines without Unix are: before, most of the time goes to V8's compilers.
    await run();
    output += (await run()).stdout.toString();
  }
  ours.push(parseMicro(output));
  await system.halt();
  const native = spawnSync(micro, [String(MILLISECONDS / 3)], { encoding: "utf8" });
  if (native.status === 0) hosts.push(parseMicro(native.stdout));
}
const of = (runs: Map<string, number>[], name: string): number => median(runs.map((run) => run.get(name) ?? Number.NaN));

const cell = (text: string | number, width: number): string => (typeof text === "number" ? text.toFixed(0) : text).padStart(width);
const row = (label: string, ...cells: (string | number)[]): void =>
  console.log(`${label.padEnd(56)}${cells.map((c) => cell(c, 13)).join("")}`);
const cycles = (ns: number): string => (cyclesPerNs > 0 ? (ns * cyclesPerNs).toFixed(0) : "–");

console.log(`Medians; ${process.version}; ${cpus()[0]?.model ?? "unknown processor"}\n`);
row("In the system, ns", "here", "this host", "ratio");
for (const [name, text] of LINES) {
  const [own, host] = [of(ours, name), of(hosts, name)];
  row(text, own, Number.isNaN(host) ? "–" : host, Number.isNaN(host) ? "–" : (own / host).toFixed(1));
}

const { rpc, faults } = await kernelFigures();
console.log("");
row("Page fault served by a memory manager", "ns", "host cycles", "instructions");
row("  emulated client, native manager", faults.native.ns, cycles(faults.native.ns), faults.native.instructions);
row("  emulated client, emulated manager", faults.emulated.ns, cycles(faults.emulated.ns), faults.emulated.instructions);
console.log("");
row("RPC: a message there and back, each carries", "native ns", "cycles", "emulated ns", "cycles", "instructions");
for (const { load, native, emulated } of rpc) {
  row(`  ${load}`, native.ns, cycles(native.ns), emulated.ns, cycles(emulated.ns), emulated.instructions);
}
console.log(
  "\nInstructions are those of both programs: the clock of the emulated machine. Its kernel is not made of instructions, so what it costs\nshows in the cycles of the host.\n",
);
row("Published", "cycles");
for (const { what, machine, cycles: published } of PUBLISHED) row(`  ${what} (${machine})`, published);
