/**
 * The vector unit in the system: vector-state.c, compiled for SSE2 with the host's C library, prints the same there and natively.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { projectRoot } from "./support/command.ts";
import { boot } from "./support/library.ts";

const source = join(projectRoot, "tests", "vector-state.c");
const directory = mkdtempSync(join(tmpdir(), "lites-vector-"));
const binary = join(directory, "vector-state");
const OPTIONS = ["-m32", "-static", "-O2", "-msse2", "-mfpmath=sse"];

const built = spawnSync("gcc", [...OPTIONS, "-o", binary, source, "-lm"], { encoding: "utf8" });
const native = built.status === 0 ? spawnSync(binary, { encoding: "utf8" }) : undefined;
const missing = native?.status === 0 ? undefined : "this host cannot build or run i386 programs";

afterAll(() => rmSync(directory, { recursive: true }));

describe.skipIf(missing !== undefined)(`vector state${missing ? ` (skipped: ${missing})` : ""}`, () => {
  let system: Awaited<ReturnType<typeof boot>>;
  beforeAll(async () => {
    system = await boot({ mounts: [{ source: directory, target: "/vector", readOnly: true }] });
  });
  afterAll(() => system.halt());

  test("is that of Linux on hardware", async () => {
    const { code, stdout, stderr } = await system.run(["/vector/vector-state"]);
    expect([code, stdout.toString(), stderr.toString()]).toEqual([0, native!.stdout, ""]);
  });

  test("is described in /proc/cpuinfo", async () => {
    const { stdout } = await system.run(["/bin/cat", "/proc/cpuinfo"]);
    expect(stdout.toString()).toMatch(/^vendor_id\t: GenuineIntel$.*^flags\t\t: fpu tsc cx8 cmov clflush mmx fxsr sse sse2$/ms);
  });
});
