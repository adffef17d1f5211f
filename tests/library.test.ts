/**
 * The library's calls: what boot(), spawn() and run() refuse and how, and how a run is ended early.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { System } from "#node/index.ts";
import { boot } from "./support/library.ts";

let directory: string;
let system: System;
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "lites-library-"));
  writeFileSync(join(directory, "file"), "");
  system = await boot();
});
afterAll(async () => {
  await system.halt();
  rmSync(directory, { recursive: true, force: true });
});

describe("boot() refuses", () => {
  test.each<[string, Parameters<typeof boot>[0], RegExp]>([
    ["memory", { memory: 1 }, /between 4M and 1G/],
    ["mounts", { mounts: [{ source: "/", target: "/etc/passwd" }] }, /'\/etc\/passwd': not a directory/],
    ["mounts", { mounts: [{ source: "/", target: "/etc/passwd/x" }] }, /not a directory/],
    ["root", { root: "/no/such" }, /no such file/],
  ])("%s: %j", async (option, options, reason) => {
    await expect(boot(options)).rejects.toMatchObject({ name: "OptionError", option, reason: expect.stringMatching(reason) });
  });

  test("a file as the root file system, and what is compressed by something else", async () => {
    await expect(boot({ root: join(directory, "file") })).rejects.toMatchObject({ name: "OptionError", option: "root" });
    writeFileSync(join(directory, "x.tar.xz"), Buffer.from("fd377a585a000004", "hex"));
    await expect(boot({ root: join(directory, "x.tar.xz") })).rejects.toMatchObject({
      option: "root",
      reason: expect.stringMatching(/xz/),
    });
  });

  test("a mount inside a mount that has no such directory", async () => {
    const mounts = [
      { source: directory, target: "/m" },
      { source: directory, target: "/m/none" },
    ];
    await expect(boot({ mounts })).rejects.toMatchObject({ option: "mounts", reason: expect.stringMatching(/no such directory/) });
  });
});

describe("run()", () => {
  test("takes bytes, and gives strings when it is asked to", async () => {
    const { stdout } = await system.run(["printf", "%s", Buffer.from([0xff, 0x41])]);
    expect([...stdout]).toEqual([0xff, 0x41]);
    expect((await system.run(["echo", "é"], { encoding: "utf8" })).stdout).toBe("é\n");
    expect((await system.run(["sh", "-c", 'printf %s "$A"'], { env: { A: Buffer.from([0xfe]) }, encoding: "latin1" })).stdout).toBe("\xfe");
  });

  test("a program that cannot be started", async () => {
    await expect(system.run(["/no/such"])).rejects.toMatchObject({
      name: "SpawnError",
      program: "/no/such",
      code: "ENOENT",
      errno: 2,
      cause: { code: "ENOENT", errno: 2, syscall: "execve", path: "/no/such" },
    });
    await expect(system.run(["/etc/passwd"])).rejects.toMatchObject({ code: "EACCES" });
    await expect(system.run(["true"], { cwd: "/none" })).rejects.toMatchObject({
      program: "true",
      message: "working directory '/none': No such file or directory",
      cause: { syscall: "chdir", path: "/none" },
    });
  });

  test.each<[string, unknown[], object]>([
    ["argv", [], {}],
    ["argv", [1], {}],
    ["argv", ["a\0b"], {}],
    ["env", ["true"], { env: { "A=B": "" } }],
    ["cwd", ["true"], { cwd: "tmp" }],
    ["uid", ["true"], { uid: -1 }],
    ["timeout", ["true"], { timeout: 0 }],
    ["encoding", ["true"], { encoding: "utf7" }],
    ["signal", ["true"], { signal: {} }],
    ["timeOut", ["true"], { timeOut: 1 }],
  ])("refuses %s: %j %j", async (option, argv, options) => {
    await expect(system.run(argv as string[], options)).rejects.toMatchObject({ name: "OptionError", option });
  });

  test("timeout ends a program, and what it started, although they ignore SIGTERM", async () => {
    const script = "trap '' TERM; echo begun; sleep 1000 & while :; do :; done";
    await expect(system.run(["sh", "-c", script], { timeout: 300, encoding: "utf8" })).rejects.toMatchObject({
      name: "TimeoutError",
      program: "sh",
      timeout: 300,
      result: { signal: 9, stdout: "begun\n" },
    });
    expect((await system.run(["sh", "-c", "ps | grep -c '[s]leep'"], { encoding: "utf8" })).stdout).toBe("0\n");
  });

  test("an abort ends a program, with its reason", async () => {
    const controller = new AbortController();
    const run = system.run(["sleep", "1000"], { signal: controller.signal });
    controller.abort(new Error("enough"));
    await expect(run).rejects.toThrow("enough");
    await expect(system.run(["true"], { signal: controller.signal })).rejects.toThrow("enough");
  });

  test("a program that ends in time is not touched", async () => {
    const signal = new AbortController().signal;
    expect(await system.run(["echo", "hi"], { timeout: 60_000, signal, encoding: "utf8" })).toEqual({
      code: 0,
      signal: undefined,
      stdout: "hi\n",
      stderr: "",
    });
  });
});

test("a closed descriptor", async () => {
  const program = system.spawn(["sh", "-c", "echo no"], { descriptors: ["closed", "closed", "closed"] });
  expect((await program.exited).code).not.toBe(0);
});
