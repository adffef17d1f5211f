/**
 * Measurements of a running system: sums that must balance, runs that must be equal, and what policies, scopes, disks and clusters change.
 */
import { describe, expect, it } from "vitest";
import { OptionError } from "#node/options.ts";
import { ENGINES } from "#machine/engine.ts";
import { FAULT_KINDS } from "#servers/memory-manager/counters.ts";
import { measure } from "#paging/measure.ts";
import { type Measurement, type RunConfig, STAGES, type TaskFigures } from "#paging/measurement.ts";
import { TraceBuilder } from "#paging/trace.ts";
import { loaded } from "#paging/trace-spool.ts";
import { parseWorkload } from "#paging/workloads.ts";

const PIPELINE = ["sh", "-c", "for i in 1 2 3; do ls /bin | sort -r | head -n 3; done; (exit 3)"];

const defaults: RunConfig = {
  command: PIPELINE,
  frames: 16,
  policy: { name: "fifo", parameters: {} },
  scope: "global",
  readAhead: 0,
  cluster: 1,
  disk: { kind: "fixed", us: 100 },
  virtualClock: true,
  seed: "measure",
};

const run = (config: Partial<RunConfig>): Promise<Measurement> => measure({ ...defaults, ...config });
const workload = (text: string): Pick<RunConfig, "command"> => ({ command: parseWorkload(text, {}, "1").command });

/** Faults under the names of their kinds. */
const byKind = (figures: TaskFigures): number[] => {
  const { zeroFills, copies, pageIns, protections, forgotten, sources, refused } = figures;
  return [zeroFills, copies, pageIns, protections, forgotten, sources, refused];
};
const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);

describe("figures", () => {
  it.each([
    { frames: 16, readAhead: 0, cluster: 1, scope: "global" as const },
    { frames: 24, readAhead: 3, cluster: 4, scope: "local" as const },
  ])("balance: %o", async (parameters) => {
    const { tasks, total, faultLog, disk, status, output, virtualNs } = await run(parameters);
    expect(status).toBe(3);
    expect(output!.split("\n")).toHaveLength(10);
    expect(sum(byKind(total))).toBe(total.faults);
    expect(faultLog).toHaveLength(total.faults);
    // The log names kinds as the counters do, and tasks as the table does.
    expect(FAULT_KINDS.map((kind) => faultLog.filter((fault) => fault.kind === kind).length)).toEqual(byKind(total));
    for (const { task, faults } of tasks) expect(faultLog.filter((fault) => fault.task === task)).toHaveLength(faults);
    for (const key of ["faults", "readAheads", "pageOuts", "flushes", "ipcs", "words"] as const) {
      expect(sum(tasks.map((figures) => figures[key]))).toBe(total[key]);
    }
    expect(disk.reads).toBe(total.pageIns + total.readAheads);
    expect(disk.writes).toBe(total.pageOuts);
    expect(total.pageIns).toBeGreaterThan(20);
    expect(total.pageOuts).toBeGreaterThan(20);
    expect(tasks.map(({ name }) => name)).toEqual(expect.arrayContaining(["init", "sh", "ls", "sort", "head"]));
    // Nothing else takes time: instructions of 10 ns, and waiting for the disk.
    expect(virtualNs).toBeLessThanOrEqual(total.instructions * 10 + disk.busyNs);
    expect(virtualNs).toBeGreaterThan(disk.busyNs);
  });

  it("bring no page in that did not go out, nor one that was there", async () => {
    const { faultLog, tasks, total } = await run({ ...workload("zipf:pages=64:references=3000"), frames: 24 });
    const [, task] = tasks;
    expect(task!.name).toBe("zipf");
    const made = new Set<number>();
    for (const { page, kind } of faultLog.filter((fault) => fault.task === task!.task)) {
      if (kind === "pageIn") expect(made.has(page)).toBe(true);
      if (kind === "zeroFill" || kind === "copy") {
        expect(made.has(page)).toBe(false);
        made.add(page);
      }
    }
    expect(total.pageOuts).toBeLessThanOrEqual(total.flushes);
    expect(total.zeroFills + total.copies + total.pageIns - total.flushes).toBeLessThanOrEqual(24);
  });
});

describe("runs", () => {
  it("are equal with the virtual clock, and with every engine", async () => {
    const config = { ...workload("mix:pages=48:references=800"), frames: 32, policy: { name: "clock", parameters: {} } };
    const figures = async (engine: (typeof ENGINES)[number]): Promise<unknown> => {
      const { config: _config, ...rest } = await run({ ...config, engine });
      return rest;
    };
    const first = await figures("auto");
    for (const engine of ["auto", ...ENGINES] as const) expect(await figures(engine)).toEqual(first);
  });

  it("are the same when references are recorded", async () => {
    const record = new TraceBuilder();
    const config = { ...workload("moving:pages=48:references=2000"), frames: 24 };
    const plain = await run(config);
    const traced = await run({ ...config, record });
    const { references, ...others } = traced.total;
    expect(others).toEqual(plain.total);
    expect(traced.faultLog).toEqual(plain.faultLog);
    expect(traced.virtualNs).toBe(plain.virtualNs);
    expect(references).toBe(record.references);
    expect(sum(traced.tasks.map((task) => task.references ?? 0))).toBe(references);
    expect(record.tasks).toEqual(["", ...traced.tasks.map(({ name }) => name)]);
  });

  it("of one process have the same references with much memory and with little", async () => {
    const records = async (frames: number, name: string): Promise<string[]> => {
      const record = new TraceBuilder();
      await run({ ...workload("moving:pages=48:references=2000"), frames, policy: { name, parameters: {} }, record });
      return record.pieces
        .map(loaded)
        .flatMap(({ length, times, pages, marks }) =>
          Array.from({ length }, (_, index) => `${times[index]} ${record.pages[pages[index]!]} ${marks[index]}`),
        );
    };
    const all = await records(4096, "fifo");
    expect(all.length).toBeGreaterThan(5000);
    expect(await records(24, "fifo")).toEqual(all);
    expect(await records(16, "random")).toEqual(all);
  });

  it("differ with another seed of a policy that draws lots", async () => {
    const config = { ...workload("zipf:pages=48:references=2000"), frames: 24, policy: { name: "random", parameters: {} } };
    const [one, same, other] = [await run(config), await run(config), await run({ ...config, seed: "other" })];
    expect(same.faultLog).toEqual(one.faultLog);
    expect(other.faultLog).not.toEqual(one.faultLog);
  });
});

describe("parameters", () => {
  it("local replacement protects a small process from a large one", async () => {
    const large = "/usr/lib/paging/sequential pages=200 rounds=6 writes=100 seed=1";
    const small = "/usr/lib/paging/uniform pages=4 references=150000 writes=50 seed=1";
    const command = ["sh", "-c", `${large} & ${small}; wait`];
    const pageInsOfSmall = async (scope: "global" | "local"): Promise<number> => {
      const { tasks } = await run({ command, frames: 32, scope });
      return tasks.find(({ name }) => name === "uniform")!.pageIns;
    };
    expect(await pageInsOfSmall("global")).toBeGreaterThan(3);
    expect(await pageInsOfSmall("local")).toBe(0);
  });

  it("clusters and read-ahead make fewer and longer commands, which a disk with an arm rewards", async () => {
    const config: Partial<RunConfig> = {
      ...workload("sequential:pages=64:rounds=6:writes=100"),
      frames: 32,
      disk: { kind: "seek", trackUs: 1000, seekUs: 15_000, rotationUs: 8333, transferUs: 27, pagesPerTrack: 256 },
    };
    const one = await run(config);
    const many = await run({ ...config, cluster: 8, readAhead: 7 });
    expect(many.total.readAheads).toBeGreaterThan(100);
    expect(many.total.pageIns).toBeLessThan(one.total.pageIns / 3);
    expect(many.disk.busyNs).toBeLessThan(one.disk.busyNs / 3);
    expect(many.output).toBe(one.output);
  });

  it("channels of flash memory carry several pages at a time", async () => {
    const busy = async (channels: number): Promise<number> => {
      const disk = { kind: "ssd", readUs: 80, writeUs: 200, channels } as const;
      return (await run({ ...workload("sequential:pages=64:rounds=6:writes=100"), frames: 32, disk, cluster: 8, readAhead: 7 })).disk
        .busyNs;
    };
    expect(await busy(8)).toBeLessThan((await busy(1)) / 3);
  });

  it("stages take host time when they are asked for, and only then", async () => {
    const { stages } = await run({ stages: true });
    expect(Object.keys(stages!)).toEqual([...STAGES]);
    for (const stage of STAGES) expect(stages![stage]).toBeGreaterThan(0);
    expect((await run({})).stages).toBeUndefined();
  });
});

describe("what makes no sense is refused", () => {
  it.each<[string, Partial<RunConfig>]>([
    ["the number of frames must be 8 to 131072, not 7", { frames: 7 }],
    ["the number of frames must be 8 to 131072, not 20.5", { frames: 20.5 }],
    ["the size of clusters must be 1 to 16, not 17", { cluster: 17 }],
    ["read-ahead must be 0 to 15, not -1", { readAhead: -1 }],
    ["there is no command to measure", { command: [] }],
    ["policy 'opt' needs to know the future: it runs in replays only", { policy: { name: "opt", parameters: {} } }],
    ["no replacement policy 'best'", { policy: { name: "best", parameters: {} } }],
    ["policy 'fifo' has no parameter 'x'", { policy: { name: "fifo", parameters: { x: 1 } } }],
    ["policy 'lru' needs every reference", { policy: { name: "lru", parameters: {} }, engine: "auto" }],
    ["recording needs every reference", { record: new TraceBuilder(), engine: "translator" }],
  ])("%s", async (message, config) => {
    const failure = await run(config).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(OptionError);
    expect((failure as OptionError).message).toContain(message);
  });

  it("too few frames for a policy that pages always go before they are used", async () => {
    const failure = await run({ frames: 8, scope: "local", policy: { name: "nru", parameters: {} } }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(OptionError);
    expect((failure as OptionError).message).toContain("no program makes progress");
  });

  it("a program that is not there", async () => {
    await expect(run({ command: ["/bin/nothing"] })).rejects.toThrow("No such file");
  });
});
