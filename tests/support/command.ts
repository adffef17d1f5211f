/**
 * Runs the `lites` command as a user does: as a process of the host.
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const projectRoot = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const program = join(projectRoot, "bin", "lites");

export interface CommandResult {
  status: number | null;
  stdout: string;
  stderr: string;
}

/** Runs to the end. Bytes are latin1 in the result, so that binary output can be compared. */
export function lites(args: readonly string[], options: { input?: string | Uint8Array; timeoutMs?: number } = {}): CommandResult {
  const result = spawnSync(process.execPath, [program, ...args], {
    input: options.input ?? "",
    timeout: options.timeoutMs ?? 60_000,
    maxBuffer: 64 << 20,
    killSignal: "SIGKILL",
  });
  return { status: result.status, stdout: result.stdout.toString("latin1"), stderr: result.stderr.toString("latin1") };
}

/** Starts it and leaves its streams to the caller. */
export function startLites(args: readonly string[]): ChildProcess {
  return spawn(process.execPath, [program, ...args], { stdio: ["pipe", "pipe", "pipe"] });
}
