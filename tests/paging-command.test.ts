/**
 * The command `lites paging` as a user of the host's shell sees it.
 */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { lites, projectRoot } from "./support/command.ts";

/** What a results file holds, as far as it is looked at here. */
interface Results {
  outcomes: {
    point: { policy: { name: string }; frames: number; workload: string; method: string };
    total: Record<string, number>;
    virtualNs: number;
  }[];
}

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "lites-paging-"));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const path = (name: string): string => join(directory, name);
const paging = (...args: string[]) => lites(["paging", ...args]);
const results = (name: string): Results => JSON.parse(readFileSync(path(name), "utf8")) as Results;

/** 24 pages in a circle, 4 times, with every page written. */
const CIRCLE = ["--workload", "sequential:pages=24:rounds=4:writes=100"];

describe("measuring", () => {
  test("tables name policies and sizes; LRU misses all the time where OPT does not", () => {
    const { status, stdout, stderr } = paging(...CIRCLE, "--policy", "lru,opt", "--frames", "16,40", "--json", path("circle.json"));
    expect([status, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/policy +16 frames +40 frames\n +lru +\d+ +\d+\n +opt +\d+ +\d+\n/);
    const misses = Object.fromEntries(
      results("circle.json").outcomes.map(({ point, total }) => [
        `${point.policy.name} ${point.frames}`,
        point.method === "live" ? total["zeroFills"]! + total["copies"]! + total["pageIns"]! : total["faults"]!,
      ]),
    );
    // Each page of the circle is a miss in every round; libraries and the first process add some of their own.
    expect(misses["lru 16"]).toBeGreaterThanOrEqual(24 * 4);
    expect(misses["opt 16"]).toBeLessThan(misses["lru 16"]! * 0.8);
    expect(misses["lru 40"]).toBeLessThan(24 * 2);
    expect(misses["opt 40"]).toBe(misses["lru 40"]);
  });

  test("a live run and its replay agree", () => {
    const figures = ["--policy", "fifo,lru", "--frames", "16", "--figures", "misses,page-outs", ...CIRCLE];
    const live = paging(...figures);
    expect(live.status).toBe(0);
    const table = (text: string): string => text.slice(text.indexOf("policy"));
    expect(table(paging(...figures, "--method", "replay").stdout)).toBe(table(live.stdout));
  });

  test("a command of the guest, its tasks and stages", () => {
    const { status, stdout } = paging(
      "--policy",
      "fifo",
      "--frames",
      "24",
      "--tasks",
      "--times",
      "--",
      "sh",
      "-c",
      "seq 300 | sort -rn | tail -1",
    );
    expect(status).toBe(0);
    expect(stdout).toMatch(/^sh -c seq 300 \| sort -rn \| tail -1, 24 frames\n/);
    for (const name of ["init", "sh", "seq", "sort"]) expect(stdout).toMatch(new RegExp(`\\n +\\d+ +${name} +\\d`));
    expect(stdout).toMatch(/host nanoseconds of a fault, by stage\n +policy +frames +fault +ipc/);
  });

  test("a command that fails is told of", () => {
    const { status, stderr } = paging("--policy", "fifo", "--frames", "24", "--", "sh", "-c", "echo no luck; exit 3");
    expect(status).toBe(1);
    expect(stderr).toBe("lites paging: sh -c echo no luck; exit 3: exit status 3: no luck\n");
  });

  test("read-ahead and a disk with seeks: fewer faults, less time", () => {
    const { status } = paging(
      ...CIRCLE,
      "--policy",
      "fifo",
      "--frames",
      "16",
      "--disk",
      "seek",
      "--read-ahead",
      "0,7",
      "--json",
      path("ahead.json"),
    );
    expect(status).toBe(0);
    const [without, ahead] = results("ahead.json").outcomes;
    expect(ahead!.total["pageIns"]!).toBeLessThan(without!.total["pageIns"]!);
    expect(ahead!.virtualNs).toBeLessThan(without!.virtualNs);
  });
});

describe("files", () => {
  test("two runs are equal to the byte", () => {
    const run = (name: string, jobs: string): Map<string, string> => {
      const folder = path(name);
      mkdirSync(folder);
      const files = ["--json", `${folder}/r.json`, "--csv", `${folder}/r.csv`, "--svg", folder, "--record", `${folder}/trace.gz`];
      const policies = ["--policy", "random,arc,opt", "--frames", "12,20", "--seed", "a seed", "--jobs", jobs];
      expect(paging("--workload", "zipf:pages=32:references=500", ...policies, ...files).status).toBe(0);
      return new Map(readdirSync(folder).map((file) => [file, readFileSync(join(folder, file), "latin1")]));
    };
    const first = run("first", "1");
    expect([...first.keys()].sort()).toEqual([
      "r.csv",
      "r.json",
      "trace.gz",
      "zipf-pages=32-references=500-curve.svg",
      "zipf-pages=32-references=500-map.svg",
      "zipf-pages=32-references=500-time.svg",
    ]);
    const second = run("second", "2");
    for (const [file, text] of first) expect(second.get(file) === text, file).toBe(true);
    for (const [file, text] of first) if (file.endsWith(".svg")) expect(text).toMatch(/^<svg [^]*<\/svg>\n$/);
  });

  test("a recorded trace replays as the workload itself", () => {
    const common = ["--policy", "lru,opt", "--frames", "12,20", "--figures", "misses"];
    const direct = paging("--workload", "uniform:pages=32:references=500", "--record", path("uniform.gz"), "--method", "replay", ...common);
    const replayed = paging("--replay", path("uniform.gz"), ...common);
    expect([direct.status, replayed.status]).toEqual([0, 0]);
    const table = (text: string): string => text.slice(text.indexOf("policy"));
    expect(table(replayed.stdout)).toBe(table(direct.stdout));
  });

  test("traces of others: Belady's anomaly", () => {
    writeFileSync(path("belady"), [1, 2, 3, 4, 1, 2, 5, 1, 2, 3, 4, 5].map((page) => `${(page * 4096).toString(16)}\n`).join(""));
    const { stdout } = paging(
      "--replay",
      path("belady"),
      "--format",
      "addresses",
      "--policy",
      "fifo,opt",
      "--frames",
      "3,4",
      "--figures",
      "misses",
    );
    expect(stdout).toMatch(/fifo +9 +10\n +opt +7 +6\n/);
  });

  test("CSV has a line for each run and each task", () => {
    expect(paging(...CIRCLE, "--policy", "fifo", "--frames", "16,20", "--csv", path("r.csv"), "--quiet").stdout).toBe("");
    const [head, ...lines] = readFileSync(path("r.csv"), "utf8").trimEnd().split("\n");
    expect(head).toMatch(/^workload,method,policy,frames,.*,page-ins,/);
    expect(lines.map((line) => line.split(",")[10])).toEqual(["all", "init (1)", "sequential (2)", "all", "init (1)", "sequential (2)"]);
    expect(new Set(lines.map((line) => line.split(",").length))).toEqual(new Set([head!.split(",").length]));
  });
});

describe("stopping", () => {
  test("Ctrl-C ends a sweep, and --resume goes on", async () => {
    const sweep = [
      "paging",
      ...CIRCLE,
      "--policy",
      "fifo,second-chance,nru",
      "--frames",
      "16,20",
      "--jobs",
      "1",
      "--resume",
      path("resume"),
      "--json",
    ];
    const child = spawn(process.execPath, [join(projectRoot, "bin", "lites"), ...sweep, path("stopped.json")], { stdio: "pipe" });
    let complaint = "";
    child.stderr.on("data", (chunk: Buffer) => {
      complaint += chunk.toString();
    });
    const finished = (): string[] =>
      existsSync(path("resume")) ? readFileSync(path("resume"), "utf8").trimEnd().split("\n").slice(1) : [];
    await expect.poll(finished, { timeout: 60_000, interval: 20 }).not.toEqual([]);
    child.kill("SIGINT");
    expect(await new Promise((resolve) => child.once("exit", resolve))).toBe(130);
    expect(complaint).toMatch(/^lites paging: stopped: \d of 6 runs are finished; the same command goes on from '.*resume'\n$/);
    expect(existsSync(path("stopped.json"))).toBe(false);
    const before = finished();
    // A line that was being written when the sweep was killed does not count.
    writeFileSync(path("resume"), `${readFileSync(path("resume"), "utf8")}{"point":`);
    expect(lites([...sweep, path("resumed.json")]).status).toBe(0);
    expect(finished().slice(0, before.length)).toEqual(before);
    expect(finished()).toHaveLength(6);
    expect(paging(...sweep.slice(1, -3), "--json", path("whole.json")).status).toBe(0);
    expect(readFileSync(path("resumed.json"), "utf8")).toBe(readFileSync(path("whole.json"), "utf8"));
  });
});

describe("options", () => {
  test("--help has examples, --list has all names", () => {
    const help = paging("--help");
    expect(help.status).toBe(0);
    for (const text of ["Examples:", "Presets:", "--policy", "--replay", "--resume", "lites paging --preset curves"])
      expect(help.stdout).toContain(text);
    const list = paging("--list").stdout;
    for (const name of ["zipf", "matrix-ij", "pointer-chase", "clock-pro", "wsclock", "opt", "page-outs"])
      expect(list).toContain(`\n  ${name} `);
  });

  test.each([
    [["--no-such"]],
    [["--preset", "all"]],
    [["--workload", "dance"]],
    [["--workload", "zipf:speed=9"]],
    [["--workload", "zipf:pages=many"]],
    [["--policy", "best"]],
    [["--policy", "aging:bits=99"]],
    [["--policy", ","]],
    [["--frames", "many"]],
    [["--frames", "64..32"]],
    [["--frames", "1", "--policy", "fifo"]],
    [["--scope", "mondial"]],
    [["--disk", "fixed:100"]],
    [["--disk", "tape"]],
    [["--read-ahead", "99", "--policy", "fifo"]],
    [["--method", "dream"]],
    [["--jobs", "0"]],
    [["--figures", "beauty"]],
    [["--replay", "/no/such/trace"]],
    [["--replay", "/etc/passwd", "--format", "lites"]],
    [["--format", "lackey"]],
    [["--patience", "3"]],
    [["--patience", "soon", "--manager", "paging/managers/fifo.ts"]],
    [["--resume", "/etc/passwd"]],
    [["--json", "/proc/no/such.json"]],
    [["--csv", "/tmp"]],
    [["--svg", "/proc/no/such"]],
    [["--root", "/no/such/root", "--policy", "fifo"]],
    [["--workload", "zipf", "--", "ls"]],
    [["--policy", "fifo", "--", "no-such-program"]],
  ])("%j is refused with one line", (args) => {
    const { status, stdout, stderr } = paging(...args);
    expect(status).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).toMatch(/^lites paging: [^\n]+\n$/);
  });
});
