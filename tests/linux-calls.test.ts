/**
 * System calls beside Linux: each program of tests/guest with a NAME.expected prints that, natively and inside. What is expected was recorded
 * on Linux; where this host runs i386 programs it is asked again.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { lites, projectRoot } from "./support/command.ts";
import { guestDirectory, guestProgram } from "./support/guest-programs.ts";

const sources = join(projectRoot, "tests", "guest");
const programs = readdirSync(sources).flatMap((file) => (file.endsWith(".expected") ? [basename(file, ".expected")] : []));
for (const program of programs) await guestProgram(program);
const folder = mkdtempSync(join(tmpdir(), "lites-calls-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const native = (program: string) => spawnSync(join(guestDirectory, program), { cwd: folder, encoding: "utf8", timeout: 60_000 });
const runsHere = programs.length > 0 && native(programs[0]!).error === undefined;

describe.each(programs)("%s", (program) => {
  const expected = readFileSync(join(sources, `${program}.expected`), "utf8");

  test.skipIf(!runsHere)("prints what was recorded on this host", () => {
    const { status, stdout } = native(program);
    expect([status, stdout]).toEqual([0, expected]);
  });

  test.each([
    ["inside", []],
    ["with little memory", ["--memory", "6M"]],
    ["behind a chief", ["--confine", "watch"]],
  ])("prints the same %s", (_how, options) => {
    const { status, stdout } = lites([...options, "--mount", `${guestDirectory}:/test:ro`, "--cwd", "/tmp", "exec", `/test/${program}`]);
    expect([status, stdout]).toEqual([0, expected]);
  });
});
