/**
 * Runs a script in a Debian root: in the system, and natively on this host, in a namespace of its own.
 */
import { spawn, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { join } from "node:path";
import type { Engine } from "#machine/engine.ts";
import { projectRoot } from "../support/command.ts";
import type { Program } from "./programs.ts";

/** What a run shows. */
export interface Outcome {
  /** Null when it was ended because it took too long. */
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly seconds: number;
}

/** A run in the system. */
export interface GuestOutcome extends Outcome {
  /** What the system itself has said, such as that it lacks a system call. */
  readonly notices: readonly string[];
  /** Per program: processes, instructions, system calls; as text. */
  readonly counts: string;
  /** Of all programs. */
  readonly instructions: number;
}

const scripts = fileURLToPath(new URL("scripts", import.meta.url));
/** Where scripts are in the root. */
const PLACE = "/mnt";
const environment = ["PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "LC_ALL=C"];
const commandOf = ({ interpreter, script }: Program): string[] => ["/usr/bin/env", "-i", ...environment, interpreter, `${PLACE}/${script}`];

/** Nothing in the root changes: /tmp is a file system in memory. */
const ENTER = `
root=$1 scripts=$2
shift 2
mount -t tmpfs tmp "$root/tmp" && chmod 1777 "$root/tmp" && mount --rbind /dev "$root/dev" &&
  mount -t proc proc "$root/proc" && mount --bind "$scripts" "$root${PLACE}" && exec chroot "$root" "$@"
echo "cannot enter $root" >&2
exit 125
`;
const namespaces = ["--user", "--map-root-user", "--mount", "--pid", "--fork"];

const MEMORY = "512M";

function run(program: string, args: readonly string[], limitSeconds: number): Promise<Outcome> {
  const start = performance.now();
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, LITES_STRICT: "1" },
      timeout: limitSeconds * 1000,
      killSignal: "SIGKILL",
    });
    const output = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
    child.stdout.on("data", (bytes: Buffer) => output.stdout.push(bytes));
    child.stderr.on("data", (bytes: Buffer) => output.stderr.push(bytes));
    child.on("error", reject);
    child.on("close", (status) => {
      const [stdout, stderr] = [output.stdout, output.stderr].map((parts) => Buffer.concat(parts).toString("latin1"));
      resolve({ status, stdout: stdout!, stderr: stderr!, seconds: (performance.now() - start) / 1000 });
    });
  });
}

function enter(root: string, command: readonly string[]): string[] {
  return [...namespaces, "sh", "-c", ENTER, "sh", root, scripts, ...command];
}

/** Why the host cannot run programs of a root natively; undefined when it can. */
export function reasonNotNative(root: string): string | undefined {
  const { status, stderr, error } = spawnSync("unshare", enter(root, ["/bin/bash", "-c", "exit 0"]), { timeout: 20_000, encoding: "utf8" });
  if (status === 0) return undefined;
  return error?.message ?? (stderr.trim().split("\n")[0] || `status ${status}`);
}

export function runNatively(root: string, program: Program, limitSeconds: number): Promise<Outcome> {
  return run("unshare", enter(root, commandOf(program)), limitSeconds);
}

interface Counts {
  readonly name: string;
  readonly processes: number;
  readonly instructions: number;
  readonly systemCalls: number;
}

const isNotice = (line: string): boolean => line.startsWith("lites: ");

export async function runInSystem(root: string, program: Program, engine: Engine, limitSeconds: number): Promise<GuestOutcome> {
  const args = [
    join(projectRoot, "bin", "lites"),
    "--virtual-clock",
    ...["--memory", MEMORY, "--root", root, "--mount", `${scripts}:${PLACE}:ro`, "--engine", engine],
    "--stats=json",
    ...["exec", ...commandOf(program)],
  ];
  const outcome = await run(process.execPath, args, limitSeconds);
  const lines = outcome.stderr.split("\n");
  const statistics = lines.find((line) => line.startsWith('{"programs":'));
  const own = lines.filter((line) => line !== statistics);
  const { programs, total } = JSON.parse(statistics ?? '{"programs":[],"total":{"instructions":0}}') as {
    programs: Counts[];
    total: Counts;
  };
  const counts = programs.map(({ name, processes, instructions, systemCalls }) => `${name} ${processes} ${instructions} ${systemCalls}`);
  return {
    ...outcome,
    stderr: own.filter((line) => !isNotice(line)).join("\n"),
    notices: [...new Set(own.filter(isNotice))],
    counts: counts.join("\n"),
    instructions: total.instructions,
  };
}

/** How a run differs from another one, in short; undefined when it does not. */
export function difference(actual: Outcome, expected: Outcome): string | undefined {
  if (actual.status === null) return "did not end";
  if (actual.status !== expected.status) return `status ${actual.status} instead of ${expected.status}; ${lastLine(actual)}`;
  return differentLine("output", actual.stdout, expected.stdout) ?? differentLine("errors", actual.stderr, expected.stderr);
}

function lastLine({ stdout, stderr }: Outcome): string {
  return `last lines ${[stdout, stderr].map((text) => JSON.stringify(text.trimEnd().split("\n").at(-1))).join(", ")}`;
}

/** The first line of two texts that differs. */
export function differentLine(what: string, actual: string, expected: string): string | undefined {
  if (actual === expected) return undefined;
  const [left, right] = [actual, expected].map((text) => text.split("\n"));
  const at = left!.findIndex((line, index) => line !== right![index]);
  const line = at < 0 ? left!.length : at;
  return `${what}, line ${line + 1}: ${JSON.stringify(left![line])} instead of ${JSON.stringify(right![line])}`;
}
