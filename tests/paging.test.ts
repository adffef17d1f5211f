/**
 * Memory larger than RAM, lazy copies, and what happens when nothing is left.
 */
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

describe("nothing left", () => {
  test("a memory hog gets ENOMEM and the shell survives", () => {
    const { stdout } = run(["--memory", "8M", "--swap", "32M"], "/test/greedy memory; echo status $?");
    expect(stdout).toBe("stopped: Cannot allocate memory\nstatus 0\n");
  });

  test("a process larger than memory and paging disk is refused", () => {
    const { stdout } = run(["--memory", "8M", "--swap", "32M"], "/test/fill 200; echo $?; /test/fill 2");
    expect(stdout).toBe("no memory\n1\nright\n");
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
