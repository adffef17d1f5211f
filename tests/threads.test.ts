/**
 * Threads of the host's C library, static: tests/fixtures/threads.c prints the same on a Linux host. The parts draw what they do from
 * a seed.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { lites, projectRoot } from "./support/command.ts";

const directory = join(projectRoot, "build", "tests", "threads");
const STRESSED = "joined 6, 900\nqueue 0, sum 900\njoined 6, 0\njoined 6, 0\ninside 0\n";

const binary = join(directory, "threads");
mkdirSync(directory, { recursive: true });
const source = join(projectRoot, "tests", "fixtures", "threads.c");
const built = spawnSync("gcc", ["-m32", "-static", "-O1", "-pthread", "-w", "-o", binary, source], { encoding: "utf8" });
const skipped = built.status === 0 ? "" : " (skipped: no C library for i386)";

describe.skipIf(skipped !== "")(`threads${skipped}`, () => {
  test.each([
    ["stress 1", STRESSED],
    ["stress 2", STRESSED],
    ["signals", "to a thread: 1\nto the process: 1\nwaited for: 12\n"],
    [
      "processes",
      "child: 1 thread, leader 1\nforked: 3\nthreads: 2\nexecuted: 11\nlast\nfirst thread's status: 9\nstopped: 1\ncontinued: 2\n",
    ],
    ["robust", "owner died: 1\nshared: 4\nowner process died: 1\ntimed lock: 1\ntimed wait: 1\n"],
  ])("%s", { timeout: 120_000 }, (part, stdout) => {
    const result = lites(["--virtual-clock", "--mount", `${directory}:/mnt`, "exec", "/mnt/threads", ...part.split(" ")]);
    expect(result).toMatchObject({ status: 0, stdout });
  });

  test.each([
    ["allow @fork", "a thread\n"],
    ["deny clone", "no thread\n"],
    ["deny @fork", "no thread\n"],
  ])("under the policy '%s'", (rule, stdout) => {
    const policy = join(directory, rule.replace(" ", "-"));
    writeFileSync(policy, `${rule}\n`);
    const result = lites(["--virtual-clock", "--confine", policy, "--mount", `${directory}:/mnt:ro`, "exec", "/mnt/threads", "one"]);
    expect(result).toMatchObject({ status: 0, stdout });
  });
});
