/** Runs a case on this host or in a booted system: in a fresh directory, and tells all that can be seen of the run. */
import { spawn } from "node:child_process";
import * as hostFiles from "node:fs";
import { constants, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { System } from "#node/index.ts";
import type { Case, FileSpec } from "./case.ts";

export interface Outcome {
  /** 128+n after signal n. */
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
  /** What is in the working directory afterwards: one line per file with type, mode, time and content. */
  readonly tree: readonly string[];
}

/** What is used of a file system: the host's and a system's root have it. */
interface Files {
  mkdirSync(path: string, options?: { recursive: boolean }): unknown;
  writeFileSync(path: string, content: string, encoding: "latin1"): void;
  readFileSync(path: string, encoding: "latin1"): unknown;
  symlinkSync(target: string, path: string): void;
  linkSync(existing: string, path: string): void;
  readlinkSync(path: string): unknown;
  chmodSync(path: string, mode: number): void;
  lstatSync(path: string): hostFiles.Stats;
  lutimesSync(path: string, atime: number, mtime: number): void;
  readdirSync(path: string): string[];
  rmSync(path: string, options: { recursive: boolean; force: boolean }): void;
}

/** Modification time of files that do not name one. */
const DEFAULT_TIME = 1_500_000_000;
/** Later times come from the run itself. */
const LATEST_FIXED_TIME = 2_000_000_000;
/** Stands for the directory above the working directory, whose name differs from run to run. */
const ROOT = "/ROOT";
/** Where a system's programs are. */
const PROGRAMS = "/bin";

/** In the order of a system's default environment, so that `env` prints the same lines. */
const environment = (test: Case, path: string): Record<string, string> => ({
  PATH: path,
  HOME: "/root",
  SHELL: "/bin/sh",
  USER: "root",
  LOGNAME: "root",
  LC_ALL: "C",
  TZ: "UTC0",
  ...test.env,
});

function place(files: Files, root: string, path: string, spec: FileSpec): void {
  const full = join(root, path);
  files.mkdirSync(dirname(full), { recursive: true });
  if (typeof spec === "string") files.writeFileSync(full, spec, "latin1");
  else if ("link" in spec) files.symlinkSync(spec.link, full);
  else if ("hardLink" in spec) files.linkSync(join(root, spec.hardLink), full);
  else if ("directory" in spec) files.mkdirSync(full, { recursive: true });
  else files.writeFileSync(full, spec.content ?? "", "latin1");
}

const timeOf = (spec: FileSpec): number =>
  typeof spec === "object" && "mtime" in spec && spec.mtime !== undefined ? spec.mtime : DEFAULT_TIME;
const modeOf = (spec: FileSpec): number | undefined => (typeof spec === "object" && "mode" in spec ? spec.mode : undefined);

/** Modes and times are set when all files are there: modes may shut directories, and making a file changes its directory's time. */
function placeAll(files: Files, root: string, specs: Readonly<Record<string, FileSpec>>): void {
  files.mkdirSync(root, { recursive: true });
  files.chmodSync(root, 0o755);
  for (const [path, spec] of Object.entries(specs)) place(files, root, path, spec);
  for (const path of list(files, root).reverse()) {
    const spec = specs[path] ?? "";
    const time = timeOf(spec);
    const full = join(root, path);
    const info = files.lstatSync(full);
    if (!info.isSymbolicLink()) files.chmodSync(full, modeOf(spec) ?? (info.isDirectory() ? 0o755 : 0o644));
    // Times last: memfs takes a change of the mode for a modification.
    files.lutimesSync(full, time, time);
  }
}

/** All paths below a directory, without following links. */
const list = (files: Files, root: string, below = ""): string[] =>
  files
    .readdirSync(join(root, below))
    .sort()
    .flatMap((name) => {
      const path = join(below, name);
      return files.lstatSync(join(root, path)).isDirectory() ? [path, ...list(files, root, path)] : [path];
    });

function describe(files: Files, root: string, path: string): string {
  const full = join(root, path);
  const info = files.lstatSync(full);
  const mode = (info.mode & 0o7777).toString(8);
  const time =
    info.mtimeMs < LATEST_FIXED_TIME * 1000 - 1 && Math.abs(info.mtimeMs - Date.now()) > 600_000 ? Math.floor(info.mtimeMs / 1000) : "now";
  if (info.isSymbolicLink()) return `${path} -> ${String(files.readlinkSync(full))}`;
  if (info.isDirectory()) return `${path}/ ${mode}`;
  if (!info.isFile()) return `${path} ${mode} special`;
  return `${path} ${mode} links ${info.nlink} time ${time} ${JSON.stringify(files.readFileSync(full, "latin1"))}`;
}

const describeAll = (files: Files, root: string): string[] => list(files, root).map((path) => describe(files, root, path));

async function collect(stream: NodeJS.ReadableStream): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("latin1");
}

/**
 * @param program what is executed; argv[0] is only its name
 * @param programs where it finds other programs; told as a system's PATH. Without it the host's own.
 */
export async function runNative(program: string, test: Case, programs?: string): Promise<Outcome> {
  const root = hostFiles.realpathSync(hostFiles.mkdtempSync(join(tmpdir(), "userland-")));
  const work = join(root, "w");
  const neutral = (text: string): string => {
    const rooted = text.replaceAll(root, ROOT);
    return programs === undefined ? rooted : rooted.replaceAll(programs, PROGRAMS);
  };
  try {
    placeAll(hostFiles, work, test.files ?? {});
    const child = spawn(program, test.argv.slice(1), {
      argv0: test.argv[0] ?? "",
      cwd: work,
      env: environment(test, programs ?? "/usr/bin:/bin"),
      // A group of its own: a case may signal its group.
      detached: true,
      timeout: 20_000,
    });
    const closed = new Promise<number>((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (code, signal) => resolve(code ?? 128 + constants.signals[signal ?? "SIGKILL"]));
    });
    // A program may end without reading its input.
    child.stdin.on("error", () => {}).end(test.stdin ?? "", "latin1");
    const [status, stdout, stderr] = await Promise.all([closed, collect(child.stdout), collect(child.stderr)]);
    return { status, stdout: neutral(stdout), stderr: neutral(stderr), tree: describeAll(hostFiles, work).map(neutral) };
  } finally {
    hostFiles.rmSync(root, { recursive: true, force: true });
  }
}

/**
 * The same in a system.
 * @param place the file system with the directory that is, or becomes, /ROOT of the system; by default its own
 */
export async function runInSystem(system: System, test: Case, place?: { files: Files; root: string }): Promise<Outcome> {
  // memfs has the host's functions, with types that also know its own variants.
  const { files, root } = place ?? { files: system.fs as unknown as Files, root: ROOT };
  const work = join(root, "w");
  try {
    placeAll(files, work, test.files ?? {});
    const { code, stdout, stderr } = await system.run(test.argv, {
      cwd: `${ROOT}/w`,
      env: environment(test, PROGRAMS),
      stdin: Buffer.from(test.stdin ?? "", "latin1"),
    });
    return { status: code, stdout: stdout.toString("latin1"), stderr: stderr.toString("latin1"), tree: describeAll(files, work) };
  } finally {
    files.rmSync(work, { recursive: true, force: true });
  }
}

/** What of an outcome is the same for every right implementation. */
export function comparable(test: Case, outcome: Outcome): Outcome {
  const sorted = (text: string) =>
    test.unordered
      ? text
          .split(/(?<=[\n\0])/)
          .sort()
          .join("")
      : text;
  return { ...outcome, stdout: sorted(outcome.stdout), stderr: test.anyMessage ? String(outcome.stderr !== "") : sorted(outcome.stderr) };
}
