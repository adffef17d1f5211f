/** Guest programs that run on a Linux host too: what they print there is what they must print inside. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { getPriority, tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { lites } from "./support/command.ts";
import { guestDirectory, guestProgram } from "./support/guest-programs.ts";

const hostRunsThem = spawnSync(await guestProgram("record-locks"), { cwd: tmpdir() }).status === 0;
const isRoot = process.getuid?.() === 0;

interface Case {
  readonly name: string;
  readonly what: string;
  /** It changes user ids. */
  readonly asRoot?: boolean;
}

const cases: readonly Case[] = [
  { name: "text-busy", what: "running programs and files open for writing exclude each other" },
  { name: "record-locks", what: "F_GETLK names the first conflict" },
  { name: "pty-drain", what: "draining a pseudo terminal waits for nobody" },
  { name: "permissions", what: "who may do what to other processes", asRoot: true },
];

/** In a directory of its own, and at priority 0 as inside: these tests may run under nice. Only root can go back. */
function natively(program: string): string {
  const directory = mkdtempSync(join(tmpdir(), "guest-"));
  try {
    const [command, ...rest] = isRoot ? ["nice", "-n", `${-getPriority()}`, program] : [program];
    return spawnSync(command!, rest, { cwd: directory, encoding: "latin1", timeout: 30_000 }).stdout;
  } finally {
    rmSync(directory, { recursive: true });
  }
}

for (const { name, what, asRoot = false } of cases)
  test.skipIf(!hostRunsThem || (asRoot && !isRoot))(what, async () => {
    const program = await guestProgram(name);
    const expected = natively(program).split("\n");
    const { stdout } = lites(["--mount", `${guestDirectory}:/test:ro`, "--cwd", "/tmp", "exec", `/test/${name}`]);
    expect(stdout.split("\n")).toEqual(expected);
    expect(expected.length).toBeGreaterThan(5);
  });
