/** The C library against the host's: each program of libc/ is built with both, and must print the same. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { buildProgram, buildUserland } from "#tools/userland.ts";

const built = resolve(import.meta.dirname, "../../build/userland/bin");
await buildUserland(built);
const runsHere = spawnSync(join(built, "true")).status === 0;
const folder = mkdtempSync(join(tmpdir(), "libc-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.skipIf(!runsHere)("the C library prints what the host's prints", () => {
  for (const name of readdirSync(join(import.meta.dirname, "libc")))
    test(name, async () => {
      const source = join(import.meta.dirname, "libc", name);
      const [ours, theirs] = [join(folder, `${name}-ours`), join(folder, `${name}-theirs`)];
      await buildProgram(source, ours);
      execFileSync(process.env["CC"] ?? "gcc", ["-O1", "-w", "-o", theirs, source, "-lm"]);
      const run = (path: string) => {
        const { status, signal, stdout } = spawnSync(path, { encoding: "latin1", env: { LC_ALL: "C", PATH: "/usr/bin:/bin" } });
        return { status, signal, lines: stdout.split("\n") };
      };
      expect(run(ours)).toEqual(run(theirs));
    }, 60_000);
});
