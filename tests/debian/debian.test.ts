/**
 * Debian's dynamically linked bash, perl and coreutils take turns: the same output, status and instructions in each engine, and what
 * this host prints. With the translator, which translates everything first, only a few programs. `npm run prove:debian` runs much more.
 */
import { describe, expect, test } from "vitest";
import type { Engine } from "#machine/engine.ts";
import { debianRoot } from "../support/debian.ts";
import { common, type Program, quick, start } from "./programs.ts";
import { differentLine, difference, reasonNotNative, runInSystem, runNatively } from "./runs.ts";

const LIMIT_SECONDS = 200;
const TEST_TIMEOUT = 3 * LIMIT_SECONDS * 1000;
const CASES: readonly (readonly [string, Program, Engine])[] = [
  ["pipelines, shell, perl", quick, "auto"],
  ["first programs", start, "translator"],
];

const found = debianRoot("quick", [...common, ...quick.packages]);
const missing = "missing" in found ? found.missing : undefined;
const directory = "directory" in found ? found.directory : "";
const notNative = missing ?? reasonNotNative(directory);
const remark = missing ? ` (skipped: ${missing})` : notNative ? ` (not compared with this host: ${notNative})` : "";

describe.skipIf(missing !== undefined)(`Debian's programs${remark}`, () => {
  describe.each(CASES)("%s", (_, program, engine) => {
    test(
      `end, and do the same with ${engine} as with the interpreter`,
      async () => {
        const [expected, actual] = await Promise.all([
          runInSystem(directory, program, "interpreter", LIMIT_SECONDS),
          runInSystem(directory, program, engine, LIMIT_SECONDS),
        ]);
        expect(expected).toMatchObject({ status: program.status, stderr: "", notices: [] });
        expect(difference(actual, expected)).toBeUndefined();
        expect(differentLine("counts", actual.counts, expected.counts)).toBeUndefined();
        expect(actual.instructions).toBeGreaterThan(1_000_000);
        if (notNative === undefined) expect(difference(actual, await runNatively(directory, program, LIMIT_SECONDS))).toBeUndefined();
      },
      TEST_TIMEOUT,
    );
  });
});
