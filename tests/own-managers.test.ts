/** Memory managers of one's own: a module and a program serve the arenas of the workloads, and page. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { buildFolder } from "#tools/userland.ts";
import type { ManagerFigures } from "#servers/pager.ts";
import { type LoadedManager, loadManager, managedRun } from "../paging/manager-module.ts";
import { lites, projectRoot } from "./support/command.ts";
import { boot } from "./support/library.ts";

const directory = mkdtempSync(join(tmpdir(), "own-managers-"));
afterAll(() => rmSync(directory, { recursive: true }));

async function managers(): Promise<{ module: LoadedManager; program: LoadedManager }> {
  const examples = await buildFolder(join(projectRoot, "userland/examples"), join(projectRoot, "build/userland/examples"));
  const program = examples.find(({ name }) => name === "l3-clock-manager")!;
  return {
    module: await loadManager({ file: join(projectRoot, "paging/managers/fifo.ts") }),
    program: await loadManager({ file: program.path }),
  };
}

/** Runs a command with a manager. */
async function run(
  manager: LoadedManager,
  frames: number,
  command: readonly string[],
): Promise<{ output: string; figures: ManagerFigures }> {
  const managed = managedRun(manager, frames, command);
  const system = await boot({ virtualClock: true, ...managed.boot });
  managed.prepare(system);
  const { code, stdout, stderr } = await system.run(managed.command, { env: managed.env });
  const figures = managed.figures(system);
  await system.halt();
  expect({ code, stderr: stderr.toString() }).toEqual({ code: 0, stderr: "" });
  return { output: stdout.toString(), figures: figures! };
}

async function plainly(command: readonly string[]): Promise<string> {
  const system = await boot({ virtualClock: true });
  const { stdout } = await system.run(command);
  await system.halt();
  return stdout.toString();
}

const SIGBUS = 7;

const workload = (name: string, ...parameters: string[]): string[] => [`/usr/lib/paging/${name}`, "seed=1", ...parameters];
const kinds = ["module", "program"] as const;

test.each(kinds)("a walk through more pages than frames faults every time (%s)", async (kind) => {
  const { output, figures } = await run((await managers())[kind], 8, workload("sequential", "pages=24", "rounds=4", "writes=100"));
  expect(output).toBe(await plainly(workload("sequential", "pages=24", "rounds=4", "writes=100")));
  // All pages are written in the first round, and no page is still there when its turn comes again.
  expect(figures).toMatchObject({ faults: 96, zeroFills: 24, pageIns: 72, pageOuts: 88, forgotten: 0, flushes: 88, refused: 0 });
});

test.each(kinds)("enough frames: each page faults once (%s)", async (kind) => {
  const { figures } = await run((await managers())[kind], 24, workload("sequential", "pages=24", "rounds=4", "writes=100"));
  expect(figures).toMatchObject({ faults: 24, zeroFills: 24, pageIns: 0, pageOuts: 0 });
});

test.each(kinds)("several processes have pages of their own (%s)", async (kind) => {
  const mix = workload("mix", "processes=3", "pages=48", "references=300", "writes=30", "skew=1");
  const { output, figures } = await run((await managers())[kind], 10, mix);
  expect(output.split("\n").sort()).toEqual((await plainly(mix)).split("\n").sort());
  expect(figures.faults).toBe(figures.zeroFills + figures.pageIns + figures.forgotten);
  expect(figures.pageIns).toBeGreaterThan(0);
});

test("FIFO faults more often with more frames: Belady's string", async () => {
  const file = join(directory, "belady");
  writeFileSync(`${file}.c`, BELADY);
  const { buildProgram } = await import("#tools/userland.ts");
  await buildProgram(`${file}.c`, file);
  const faults: number[] = [];
  const { module } = await managers();
  for (const frames of [3, 4]) {
    const managed = managedRun(module, frames, ["/belady/belady"]);
    const system = await boot({ virtualClock: true, mounts: [{ source: directory, target: "/belady" }], ...managed.boot });
    await system.run(managed.command, { env: managed.env });
    faults.push(managed.figures(system)!.faults);
    await system.halt();
  }
  expect(faults).toEqual([9, 10]);
});

/** The classic reference string of Belady, Nelson and Shedler (1969). */
const BELADY = `#include <l3.h>
int main(void) {
  static const int string[] = {1, 2, 3, 4, 1, 2, 5, 1, 2, 3, 4, 5};
  volatile char *arena = l3_arena(6 * L3_PAGE_BYTES);
  for (unsigned i = 0; i < sizeof string / sizeof *string; i++) arena[string[i] * L3_PAGE_BYTES]++;
  return arena == 0;
}
`;

test("a manager that throws costs its client, and is named", async () => {
  const file = join(directory, "thrower.ts");
  writeFileSync(file, 'export default () => function* () {\n  throw new Error("oops");\n};\n');
  const managed = managedRun(await loadManager({ file }), 8, workload("sequential", "pages=8", "rounds=1", "writes=0"));
  const system = await boot({ virtualClock: true, ...managed.boot });
  const { code } = await system.run(managed.command, { env: managed.env });
  const echo = await system.run(["echo", "alive"]);
  await system.halt();
  expect(code).toBe(128 + SIGBUS);
  expect(echo.stdout.toString()).toBe("alive\n");
  expect(() => managed.figures(system)).toThrow(/^the manager 'thrower.ts' failed: Error: oops\n.*thrower/);
});

test.each([
  ["none.ts", "export default () => undefined;", "its function does not return a generator function"],
  ["plain.ts", "export default () => () => 5;", "its function does not return a generator function"],
  ["short.ts", "export default () => function* () {};", "it ended, and nobody serves its faults"],
])("%s is no task that serves", async (name, text, message) => {
  const file = join(directory, name);
  writeFileSync(file, text);
  const managed = managedRun(await loadManager({ file }), 8, workload("sequential", "pages=8", "rounds=1", "writes=0"));
  const system = await boot({ virtualClock: true, ...managed.boot });
  await system.run(managed.command, { env: managed.env });
  await system.halt();
  expect(() => managed.figures(system)).toThrow(`the manager '${name}' failed: ${message}`);
});

test.each([
  [
    "for ever in a fault",
    'import { Pager } from "lites-l3/manager";\nexport default (o) => function* (c) { yield* new Pager(c, o).serve(function* () { for (;;); }); };',
  ],
  ["for ever when it is loaded", "for (;;);\nexport default 1;"],
])("a manager that computes %s is stopped and named", (_when, text) => {
  const file = join(directory, "endless.mjs");
  writeFileSync(file, text);
  const few = ["--workload", "sequential", "--pages", "8", "--rounds", "1", "--frames", "8", "--policy", "fifo"];
  const { status, stdout, stderr } = lites(["paging", "--manager", file, "--patience", "1", ...few]);
  expect(status).toBe(2);
  expect(stdout).toBe("");
  expect(stderr).toBe("lites paging: the manager 'endless.mjs' computes for 1 s without a yield*: it was stopped\n");
});

test("lites paging shows a manager beside a policy", () => {
  const workload = ["--workload", "sequential", "--pages", "24", "--rounds", "4", "--frames", "16,32", "--figures", "page-ins", "--quiet"];
  const file = join(directory, "results.json");
  const { status, stderr } = lites([
    "paging",
    "--manager",
    join(projectRoot, "paging/managers/fifo.ts"),
    ...workload,
    "--policy",
    "fifo",
    "--json",
    file,
  ]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  const text = readFileSync(file, "utf8");
  const { outcomes } = JSON.parse(text) as {
    outcomes: { point: { policy: { name: string }; frames: number }; total: ManagerFigures; tasks: { name: string }[] }[];
  };
  const own = outcomes.filter(({ point }) => point.policy.name === "fifo.ts");
  expect(own.map(({ point, total, tasks }) => [point.frames, total.pageIns > 0, tasks.at(-1)?.name])).toEqual([
    [16, true, "fifo.ts"],
    [32, false, "fifo.ts"],
  ]);
});

test.each([
  ["missing.ts", undefined, "does not compile"],
  ["broken.ts", "export default (", "does not compile"],
  ["throws.ts", "throw new Error('no');", "fails when it is loaded: no"],
  ["empty.ts", "export const a = 1;", "exports no function by default"],
  ["text", "hello", "neither a module"],
  ["missing", undefined, "ENOENT"],
])("%s is no manager", async (name, text, message) => {
  const file = join(directory, name);
  if (text !== undefined) writeFileSync(file, text);
  await expect(loadManager({ file })).rejects.toThrow(message);
});
