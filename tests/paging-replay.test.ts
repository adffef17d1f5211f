/**
 * A live run and the replay of its recorded trace are the same run: every policy faults and writes pages out as often, and
 * never less often than OPT on the same references.
 */
import { describe, expect, it } from "vitest";
import { POLICIES, policyNamed } from "#servers/memory-manager/policies/table.ts";
import { measure } from "#paging/measure.ts";
import type { RunConfig, Scope } from "#paging/measurement.ts";
import { misses } from "#paging/outcome.ts";
import { replay } from "#paging/replay.ts";
import { TraceBuilder } from "#paging/trace.ts";
import { parseWorkload } from "#paging/workloads.ts";

const ONE_PROCESS = "zipf:pages=48:references=2000";
const LIVE = POLICIES.filter(({ references }) => references !== "future").map(({ name }) => name);

/** Many processes, which share pages and copy them. */
const SHELL = "sh -c 'for i in 1 2 3; do ls /bin | sort -r | head -n 3; done'";

/** The words of a shell command, or the command of a workload. */
const commandOf = (text: string): readonly string[] =>
  text === SHELL ? ["sh", "-c", text.slice(7, -1)] : parseWorkload(text, {}, "1").command;

const configOf = (workload: string, frames: number, scope: Scope, name: string, cluster: number): RunConfig => ({
  command: commandOf(workload),
  frames,
  policy: { name, parameters: {} },
  scope,
  readAhead: 0,
  cluster,
  disk: { kind: "fixed", us: 100 },
  virtualClock: true,
  seed: "live",
});

async function liveAndReplay(workload: string, frames: number, scope: Scope, name: string, cluster = 1, readAhead = 0) {
  const trace = new TraceBuilder();
  const config = { ...configOf(workload, frames, scope, name, cluster), readAhead };
  const { status, total } = await measure({ ...config, record: trace });
  expect(status).toBe(0);
  const again = replay(trace, config.policy, { frames, scope, readAhead, cluster, seed: "live" });
  const bound = replay(trace, { name: "opt", parameters: {} }, { frames, scope: "global", readAhead: 0, seed: "" }).faults;
  return { total, trace, again, bound };
}

describe.each(LIVE)("%s", (name) => {
  it("faults as often in a replay: one process", async () => {
    const { total, trace, again, bound } = await liveAndReplay(ONE_PROCESS, 24, "global", name);
    expect(again.faults).toBe(misses(total));
    expect(again.faults - again.cold).toBe(total.pageIns);
    expect(again.dirtyEvictions).toBe(total.pageOuts);
    expect(trace.references).toBe(total.references);
    expect(again.evictions).toBeGreaterThan(100);
    expect(bound).toBeLessThan(again.faults);
  });

  it.each<Scope>(["global", "local"])("faults as often in a replay: several processes, %s", async (scope) => {
    const { total, again, bound } = await liveAndReplay("mix:pages=32:references=600", 32, scope, name);
    expect(bound).toBeLessThanOrEqual(again.faults);
    expect(again.faults).toBe(misses(total));
    expect(again.faults - again.cold).toBe(total.pageIns);
    expect(again.dirtyEvictions).toBe(total.pageOuts);
    expect(again.evictions).toBeGreaterThan(10);
  });

  it("faults as often in a replay: page-ins of shared pages that are copied", async () => {
    const { total, again, bound } = await liveAndReplay(SHELL, 28, "global", name);
    expect(again.faults).toBe(misses(total));
    expect(again.dirtyEvictions).toBe(total.pageOuts);
    expect(bound).toBeLessThanOrEqual(again.faults);
  });

  it("faults as often in a replay: several pages moved out together", async () => {
    const { total, again, bound } = await liveAndReplay("mix:pages=32:references=600", 32, "global", name, 4);
    expect(bound).toBeLessThanOrEqual(again.faults);
    expect(again.faults).toBe(misses(total));
    expect(again.dirtyEvictions).toBe(total.pageOuts);
  });
});

describe.each(["fifo", "clock", "arc", "random"])("%s with read-ahead", (name) => {
  it.each<[string, number, Scope, number, number]>([
    ["sequential:pages=64:rounds=5:writes=40", 24, "global", 1, 3],
    ["sequential:pages=64:rounds=5:writes=40", 24, "global", 8, 15],
    [ONE_PROCESS, 24, "global", 1, 7],
    ["mix:pages=32:references=600", 24, "global", 8, 3],
    ["mix:pages=32:references=600", 24, "local", 8, 7],
    // Other processes use pages while the disk works that go in the same fault.
    ["mix:pages=40:references=900", 16, "global", 1, 3],
  ])(
    "faults as often in a replay: %s, %i frames, %s, clusters of %i, %i pages ahead",
    async (workload, frames, scope, cluster, readAhead) => {
      const { total, again } = await liveAndReplay(workload, frames, scope, name, cluster, readAhead);
      expect(total.readAheads).toBeGreaterThan(0);
      expect(again.faults).toBe(misses(total));
      expect(again.dirtyEvictions).toBe(total.pageOuts);
    },
  );
});

describe.each(LIVE.filter((name) => policyNamed(name).references !== "exact"))("%s, not traced", (name) => {
  it("finds the same in the processor's accessed bits, with translated code", async () => {
    const { total, again } = await liveAndReplay(ONE_PROCESS, 24, "global", name);
    const untraced = await measure({ ...configOf(ONE_PROCESS, 24, "global", name, 1), engine: "auto" });
    expect(untraced.faultLog).toHaveLength(untraced.total.faults);
    expect({ ...untraced.total, references: total.references }).toEqual(total);
    expect(untraced.total.pageOuts).toBe(again.dirtyEvictions);
  });
});
