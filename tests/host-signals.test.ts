/**
 * Ends of a run from outside, also while the main thread of the command hangs: a fault that the test puts into Node's clock, which
 * each turn of the machine reads.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { projectRoot } from "./support/command.ts";

const command = join(projectRoot, "bin", "lites");

let directory: string;
let fault: string;
let child: ChildProcess;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "lites-signals-"));
  fault = join(directory, "fault.mjs");
  // When the file is there, the clock is never read to the end. It tells so first.
  writeFileSync(
    fault,
    `import { existsSync, writeSync } from "node:fs";
    const now = performance.now.bind(performance);
    performance.now = () => {
      if (existsSync(process.env.FAULT)) {
        writeSync(2, "stuck\\n");
        for (;;);
      }
      return now();
    };`,
  );
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));
afterEach(() => child.kill("SIGKILL"));

interface Running {
  /** Waits for a text in what has come. */
  shows(text: string): Promise<void>;
  ended: Promise<{ status: number | null; signal: string | null }>;
}

function start(program: string, args: readonly string[], env: Record<string, string> = {}): Running {
  child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, ...env } });
  let text = "";
  const waiting = new Set<() => void>();
  for (const stream of [child.stdout!, child.stderr!]) {
    stream.on("data", (chunk: Buffer) => {
      text += chunk.toString();
      for (const look of waiting) look();
    });
  }
  return {
    shows: (wanted) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (!text.includes(wanted)) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
    ended: new Promise((resolve) => {
      child.once("close", (status, signal) => resolve({ status, signal }));
    }),
  };
}

describe("a program that ignores all signals", () => {
  const deaf = "trap '' HUP INT QUIT TERM; echo ready; while :; do :; done";

  test.each([
    ["SIGHUP", 129],
    ["SIGINT", 130],
    ["SIGQUIT", 131],
    ["SIGTERM", 143],
  ] as const)("%s ends it", async (signal, status) => {
    const run = start(command, ["-c", deaf]);
    await run.shows("ready");
    child.kill(signal);
    expect(await run.ended).toEqual({ status, signal: null });
  });

  test("--timeout ends it with a status of its own", async () => {
    expect((await start(command, ["--timeout", "1", "-c", deaf]).ended).status).toBe(124);
  });
});

test("output that nobody reads does not keep a run alive", async () => {
  child = spawn(command, ["--timeout", "1", "-c", "yes"], { stdio: ["ignore", "pipe", "ignore"] });
  const status = await new Promise((resolve) => child.once("exit", resolve));
  expect(status).toBe(124);
});

test("a signal before there is a program ends the command", async () => {
  child = spawn(command, ["--virtual-clock", "--timeout", "1", "-c", "cat"], { stdio: ["pipe", "ignore", "ignore"] });
  expect(await new Promise((resolve) => child.once("exit", resolve))).toBe(124);
});

test("SIGUSR1 and SIGUSR2 go to the program, and open no debugger", async () => {
  const run = start(command, ["-c", "trap 'echo one' USR1; trap 'echo two; exit 7' USR2; echo ready; while :; do :; done"]);
  await run.shows("ready");
  child.kill("SIGUSR1");
  await run.shows("one");
  child.kill("SIGUSR2");
  expect(await run.ended).toEqual({ status: 7, signal: null });
});

describe("a turn of the machine that does not return", () => {
  /** Starts the command, and the fault in it. */
  async function stuck(...options: string[]): Promise<Running> {
    const file = join(directory, `${options.join("")}-fault`);
    rmSync(file, { force: true });
    const run = start(process.execPath, ["--import", fault, command, ...options, "-c", "echo ready; while :; do :; done"], { FAULT: file });
    await run.shows("ready");
    writeFileSync(file, "");
    await run.shows("stuck");
    return run;
  }

  test.each(["SIGHUP", "SIGINT", "SIGQUIT", "SIGTERM"] as const)("%s ends the process", async (signal) => {
    const run = await stuck();
    child.kill(signal);
    await run.shows("does not answer");
    expect(await run.ended).toEqual({ status: null, signal });
  });

  test("--timeout ends the process with its status", async () => {
    const run = await stuck("--timeout", "5");
    expect(await run.ended).toEqual({ status: 124, signal: null });
  });

  test("timeout(1) ends", async () => {
    const file = join(directory, "fault-timeout");
    writeFileSync(file, "");
    const run = start("timeout", ["1", process.execPath, "--import", fault, command, "-c", "true"], { FAULT: file });
    expect(await run.ended).toEqual({ status: 124, signal: null });
  });
});
