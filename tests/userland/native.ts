/** Runs a case on this host: in a fresh directory, with a given program, and tells all that can be seen of the run. */
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Case, FileSpec } from "./cases.ts";

export interface Outcome {
  readonly status: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
  /** What is in the working directory afterwards: one line per file with type, mode, time and content. */
  readonly tree: readonly string[];
}

/** Modification time of files that do not name one. */
const DEFAULT_TIME = 1_500_000_000;
/** Later times come from the run itself. */
const LATEST_FIXED_TIME = 2_000_000_000;

export const environment = (test: Case): Record<string, string> => ({ LC_ALL: "C", TZ: "UTC0", PATH: "/usr/bin:/bin", ...test.env });

function place(root: string, path: string, spec: FileSpec): void {
  const full = join(root, path);
  mkdirSync(dirname(full), { recursive: true });
  if (typeof spec === "string") writeFileSync(full, spec, "latin1");
  else if ("link" in spec) symlinkSync(spec.link, full);
  else if ("directory" in spec) mkdirSync(full, { recursive: true });
  else writeFileSync(full, spec.content ?? "", "latin1");
  if (typeof spec !== "object" || "link" in spec) return;
  if (spec.mode !== undefined) chmodSync(full, spec.mode);
}

const timeOf = (spec: FileSpec): number =>
  typeof spec === "object" && "mtime" in spec && spec.mtime !== undefined ? spec.mtime : DEFAULT_TIME;

/** Times are set when all files are there: making a file changes its directory's time. */
function placeAll(root: string, files: Readonly<Record<string, FileSpec>>): void {
  for (const [path, spec] of Object.entries(files)) place(root, path, spec);
  for (const path of list(root).reverse()) {
    const spec = files[path] ?? "";
    (lstatSync(join(root, path)).isSymbolicLink() ? lutimesSync : utimesSync)(join(root, path), timeOf(spec), timeOf(spec));
  }
}

/** All paths below a directory, without following links. */
const list = (root: string, below = ""): string[] =>
  readdirSync(join(root, below))
    .sort()
    .flatMap((name) => {
      const path = join(below, name);
      return lstatSync(join(root, path)).isDirectory() ? [path, ...list(root, path)] : [path];
    });

function describe(root: string, path: string): string {
  const full = join(root, path);
  const info = lstatSync(full);
  const mode = (info.mode & 0o7777).toString(8);
  const time =
    info.mtimeMs < LATEST_FIXED_TIME * 1000 - 1 && Math.abs(info.mtimeMs - Date.now()) > 600_000 ? Math.floor(info.mtimeMs / 1000) : "now";
  if (info.isSymbolicLink()) return `${path} -> ${readlinkSync(full)}`;
  if (info.isDirectory()) return `${path}/ ${mode}`;
  return `${path} ${mode} links ${info.nlink} time ${time} ${JSON.stringify(readFileSync(full, "latin1"))}`;
}

export function runNative(program: string, test: Case): Outcome {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "userland-")));
  const work = join(root, "w");
  try {
    mkdirSync(work);
    placeAll(work, test.files ?? {});
    const { status, signal, stdout, stderr } = spawnSync(program, test.argv.slice(1), {
      argv0: test.argv[0] ?? "",
      cwd: work,
      env: environment(test),
      input: Buffer.from(test.stdin ?? "", "latin1"),
      timeout: 20_000,
      maxBuffer: 1 << 26,
    });
    const text = (bytes: Buffer) => bytes.toString("latin1").replaceAll(root, "/ROOT");
    return { status, signal, stdout: text(stdout), stderr: text(stderr), tree: list(work).map((path) => describe(work, path)) };
  } finally {
    rmSync(root, { recursive: true, force: true });
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
