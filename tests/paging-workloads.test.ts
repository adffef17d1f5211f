/**
 * The workloads of `lites paging` compute under memory pressure what they compute on the host.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { describe, expect, test } from "vitest";
import { endOf } from "#paging/outcome.ts";
import { parseWorkload, WORKLOADS } from "#paging/workloads.ts";
import { lites, projectRoot } from "./support/command.ts";
import { hostRuns } from "./support/debian.ts";

const SEED = "3";
/** Little enough for a test; the parameters that a workload does not have are ignored. */
const SMALL = { pages: 36, references: 2000, rounds: 3 };
const workloads = WORKLOADS.map(({ name }) => parseWorkload(name, SMALL, SEED));
const onHost = (program: string): string => join(projectRoot, "build", "paging", "workloads", basename(program));

const runs = hostRuns(onHost("sequential"), "pages=1", "rounds=1", "writes=0", "seed=1");
const reason = runs ? "" : " (skipped: this host cannot run i386 programs)";

describe.skipIf(!runs)(`workloads${reason}`, () => {
  test.each([
    ["second-chance", "1", "0"],
    ["random", "8", "3"],
  ])("under 16 frames, %s, cluster %s, read-ahead %s", (policy, cluster, readAhead) => {
    const directory = mkdtempSync(join(tmpdir(), "lites-workloads-"));
    try {
      const file = join(directory, "results.json");
      const sizes = Object.entries(SMALL).flatMap(([name, value]) => [`--${name}`, String(value)]);
      const names = ["--workload", workloads.map(({ name }) => name).join(","), ...sizes, "--seed", SEED];
      const settings = ["--policy", policy, "--frames", "16", "--cluster", cluster, "--read-ahead", readAhead];
      const { status, stderr } = lites(["paging", ...names, ...settings, "--json", file, "--quiet"], { timeoutMs: 110_000 });
      expect([status, stderr]).toEqual([0, ""]);
      const { outcomes } = JSON.parse(readFileSync(file, "utf8")) as {
        outcomes: { point: { workload: string }; end: { output: string }; total: { pageIns: number; pageOuts: number } }[];
      };
      const expected = workloads.map(({ name, command: [program, ...parameters] }) => {
        const { stdout } = spawnSync(onHost(program!), parameters, { encoding: "utf8" });
        expect(stdout, name).toMatch(/[0-9a-f]{8}\n$/);
        return [name, endOf(0, stdout).output];
      });
      expect(outcomes.map(({ point, end }) => [point.workload, end.output])).toEqual(expected);
      for (const { point, total } of outcomes) expect(Math.min(total.pageIns, total.pageOuts), point.workload).toBeGreaterThan(10);
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  });
});
