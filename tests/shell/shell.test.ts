/** The shell, run on the host itself where that executes i386 programs, against the host's dash. */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildUserland } from "#tools/userland.ts";
import { type ShellCase, shellCases } from "./cases.ts";

interface Result {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number;
}

const dash = ["/bin/dash", "/usr/bin/dash"].find(existsSync);
const shell = (await buildUserland()).find((program) => program.name === "sh")?.path ?? "";
const isNative = spawnSync(shell, ["-c", "exit 42"]).status === 42;

let scratch = "";
beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), "shell-cases-"));
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

function run(program: string, { script, args = [], stdin = "" }: ShellCase): Promise<Result> {
  const cwd = mkdtempSync(join(scratch, "case-"));
  const env = { PATH: "/usr/bin:/bin", HOME: cwd, LC_ALL: "C" };
  const child = spawn(program, ["-c", script, "sh", ...args], { cwd, env, detached: true });
  const output = { stdout: "", stderr: "" };
  child.stdout.setEncoding("latin1").on("data", (text) => (output.stdout += text));
  child.stderr.setEncoding("latin1").on("data", (text) => (output.stderr += text));
  child.stdin.on("error", () => {}).end(stdin);
  return new Promise((resolve) => {
    child.on("close", (code, signal) => resolve({ ...output, status: code ?? 128 + (signal === "SIGKILL" ? 9 : 15) }));
  });
}

describe.skipIf(!dash || !isNative)("sh against dash", () => {
  it("covers the language", () => expect(shellCases.length).toBeGreaterThan(250));

  it.concurrent.each(shellCases.map((row) => [row.name, row] as const))("%s", async (_name, row) => {
    const ours = await run(shell, row);
    if (row.expect) {
      expect({ stdout: ours.stdout, status: ours.status }).toEqual(row.expect);
      return;
    }
    const theirs = await run(dash ?? "", row);
    expect({ stdout: ours.stdout, status: ours.status }).toEqual({ stdout: theirs.stdout, status: theirs.status });
    expect(ours.stderr !== "", `stderr: ${ours.stderr || "(none)"} for ${theirs.stderr || "(none)"}`).toBe(theirs.stderr !== "");
  });
});
