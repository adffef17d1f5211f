/**
 * Memory larger than RAM, lazy copies, and what happens when nothing is left.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { lites } from "./support/command.ts";
import { guestDirectory, guestProgram } from "./support/guest-programs.ts";

interface Line {
  name: string;
  pageIns: number;
  pageOuts: number;
  copies: number;
  zeroFills: number;
}

beforeAll(async () => {
  await guestProgram("fill");
  await guestProgram("greedy");
});

function run(
  options: string[],
  command: string,
): { stdout: string; status: number | null; stderr: string; program: (name: string) => Line; total: Line } {
  const result = lites([...options, "--mount", `${guestDirectory}:/test:ro`, "--stats=json", "-c", command]);
  const stderr = result.stderr.trimEnd().split("\n");
  const statistics = JSON.parse(stderr.pop() ?? "{}") as { programs: Line[]; total: Line };
  return {
    status: result.status,
    stdout: result.stdout,
    stderr: stderr.join("\n"),
    program: (name) => statistics.programs.find((line) => line.name === name)!,
    total: statistics.total,
  };
}

describe("paging", () => {
  test("24 MB under 8 MB of memory", () => {
    const { stdout, total } = run(["--memory", "8M", "--swap", "64M"], "/test/fill 24");
    expect(stdout).toBe("right\n");
    expect(total.pageOuts).toBeGreaterThan(4000);
    expect(total.pageIns).toBeGreaterThan(4000);
  });

  test("no paging when memory suffices", () => {
    const { stdout, total } = run(["--memory", "64M"], "/test/fill 24");
    expect(stdout).toBe("right\n");
    expect([total.pageOuts, total.pageIns]).toEqual([0, 0]);
  });

  test("fork copies lazily", () => {
    const { stdout, program } = run(["--memory", "64M"], "/test/fill 16 fork");
    expect(stdout).toBe("right\n");
    expect(program("fill").zeroFills).toBeGreaterThanOrEqual(4096);
    // Ten pages are written by the child; stack, data and the library's private pages come on top.
    expect(program("fill").copies).toBeGreaterThanOrEqual(10);
    expect(program("fill").copies).toBeLessThan(60);
  });

  test("fork of a large process while paging", () => {
    const { stdout } = run(["--memory", "8M", "--swap", "96M"], "/test/fill 24 fork");
    expect(stdout).toBe("right\n");
  });
});

describe("--virtual-clock", () => {
  const script = `
    tick() { i=0; while [ $i -lt 5 ]; do echo $1 $i; sleep 0.0$1; i=$((i+1)); done; }
    trap "echo usr1" USR1
    tick 1 & tick 2 | sort -r & tick 3 | tr 0-9 a-j & (sleep 0.1; kill -USR1 $$) &
    wait; wait
    /test/fill 12 & /test/fill 12; wait
    seq 1 2000 | sort -rn | head -3; od -An -tx1 -N16 /dev/urandom; date +%s.%N; yes | head -1000 | wc -c`;

  test("a busy system repeats bit for bit, watched or not", () => {
    const directory = mkdtempSync(join(tmpdir(), "lites-trace-"));
    const watched = (name: string) => {
      const file = join(directory, name);
      const result = run([...options, "--trace", "syscalls,ipc,faults", "--trace-file", file], script);
      return { stdout: result.stdout, total: result.total, trace: readFileSync(file) };
    };
    const options = ["--virtual-clock", "--seed", "7", "--memory", "8M", "--swap", "64M"];
    try {
      const first = watched("first");
      const second = watched("second");
      const plain = run(options, script);
      expect(first.total.pageOuts).toBeGreaterThan(0);
      expect(second.stdout).toBe(first.stdout);
      expect(second.total).toEqual(first.total);
      expect(second.trace.equals(first.trace)).toBe(true);
      expect(plain.stdout).toBe(first.stdout);
      expect(plain.total).toEqual(first.total);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});

describe("nothing left", () => {
  test("a memory hog gets ENOMEM and the shell survives", () => {
    const { stdout } = run(["--memory", "8M", "--swap", "32M"], "/test/greedy memory; echo status $?");
    expect(stdout).toBe("stopped: Cannot allocate memory\nstatus 0\n");
  });

  test("a process larger than memory and paging disk is refused", () => {
    const { stdout } = run(["--memory", "8M", "--swap", "32M"], "/test/fill 200; echo $?; /test/fill 2");
    expect(stdout).toBe("no memory\n1\nright\n");
  });

  test("of processes that outgrow memory only as many are killed as must be", () => {
    const { stdout } = run(["--memory", "8M", "--swap", "32M", "--virtual-clock"], "/test/greedy stacks; /test/fill 2");
    const [, survivors = 0, killed = 0] = (/^(\d+) right, (\d+) killed, 0 wrong\nright\n$/.exec(stdout) ?? []).map(Number);
    expect(survivors + killed).toBe(40);
    // 38 MB are for six of them at best.
    expect(survivors).toBeGreaterThanOrEqual(4);
    expect(survivors).toBeLessThanOrEqual(6);
  });

  test("a fork bomb ends with an error and the shell survives", () => {
    const { stdout } = run([], "ulimit -u 200; /test/greedy processes; echo after");
    expect(stdout).toContain("stopped: Resource temporarily unavailable");
    expect(stdout).toContain("after\n");
  });

  test("descriptors run out", () => {
    expect(run([], "/test/greedy descriptors").stdout).toBe("stopped: Too many open files\n");
  });
});
