/** The shell in the system: every script of the tables must do what the same binaries do on this host. */
import { spawnSync } from "node:child_process";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { System } from "#node/index.ts";
import { buildUserland } from "#tools/userland.ts";
import { shellCases } from "./shell/cases.ts";
import { boot } from "./support/library.ts";
import { runInSystem, runNative } from "./userland/native.ts";

const built = resolve(import.meta.dirname, "../build/userland/bin");
await buildUserland(built);
const runsHere = spawnSync(join(built, "true")).status === 0;

describe.skipIf(!runsHere)("scripts", () => {
  let system: System;

  beforeAll(async () => {
    process.umask(0o022);
    system = await boot();
  });
  afterAll(() => system?.halt());

  test.each(shellCases.map((one) => [one.name, one] as const))("%s", async (_name, { script, args = [], stdin }) => {
    const one = { argv: ["sh", "-c", script, "sh", ...args], ...(stdin === undefined ? {} : { stdin }) };
    const [here, there] = await Promise.all([runNative(join(built, "sh"), one, built), runInSystem(system, one)]);
    expect(there).toEqual(here);
  });
});
