/** The userland in the system: every command line of the tables must do what the same binary does on this host. */
import { spawnSync } from "node:child_process";
import * as hostFiles from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { System } from "#node/index.ts";
import { buildUserland } from "#tools/userland.ts";
import { boot } from "./support/library.ts";
import type { Case } from "./userland/case.ts";
import { cases } from "./userland/cases.ts";
import { comparable, type Outcome, runInSystem, runNative } from "./userland/native.ts";

const built = resolve(import.meta.dirname, "../build/userland/bin");
await buildUserland(built);
const runsHere = spawnSync(join(built, "true")).status === 0;

/** What two systems must agree on. The command line comes first in a difference. */
function seen(one: Case, outcome: Outcome): object {
  const { stdout, ...rest } = comparable(one, outcome);
  return { argv: one.argv, ...rest, stdout: one.hostOnly ? `${stdout.split("\n").length} lines` : stdout };
}

describe.skipIf(!runsHere).each(["in memory", "on a mounted directory"])("files %s", (where) => {
  let system: System;
  const shared = hostFiles.mkdtempSync(join(tmpdir(), "system-userland-"));
  const onMount = where !== "in memory";

  beforeAll(async () => {
    process.umask(0o022);
    system = await boot(onMount ? { mounts: [{ source: shared, target: "/ROOT" }] } : {});
  });
  afterAll(async () => {
    await system?.halt();
    hostFiles.rmSync(shared, { recursive: true, force: true });
  });

  test.each(Object.entries(cases))("%s", async (_group, table) => {
    for (const one of table) {
      const [here, there] = await Promise.all([
        runNative(join(built, one.argv[0] ?? ""), one, built),
        runInSystem(system, one, onMount ? { files: hostFiles, root: shared } : undefined),
      ]);
      expect.soft(seen(one, there)).toEqual(seen(one, here));
    }
  });
});
