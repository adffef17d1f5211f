/**
 * Paths, names and their errors: each case runs on memfs, on a mounted host directory, and on the host itself, which is the oracle.
 */
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createFsFromVolume, Volume } from "memfs";
import { afterEach, describe, expect, it } from "vitest";
import { O_CREAT, O_DIRECTORY, O_EXCL, O_NOFOLLOW, O_RDONLY, O_RDWR, O_TRUNC, O_WRONLY } from "../abi/open-flags.ts";
import type { NodeFs } from "../filesystems/node-interface.ts";
import { bench, out, run, text } from "../../tests/support/file-side.ts";

/** A system with these files in its root, and other trees mounted. */
const newSystem = (mounts: Parameters<typeof bench>[1] = [], files: Record<string, string | null> = {}) =>
  bench(createFsFromVolume(Volume.fromJSON(files, "/")) as unknown as NodeFs, mounts);

/** What a case does, in the same words for guest and host. */
type Step =
  | ["open", string, number]
  | ["mkdir" | "rmdir" | "unlink" | "stat" | "lstat" | "readlink" | "chdir" | "list", string]
  | ["rename" | "link" | "symlink", string, string];

const LONG = "n".repeat(256);

/** The tree that each case starts from. */
const setup: Step[] = [
  ["mkdir", "d"],
  ["mkdir", "d/sub"],
  ["mkdir", "empty"],
  ["open", "f", O_CREAT | O_WRONLY],
  ["open", "g", O_CREAT | O_WRONLY],
  ["open", "d/x", O_CREAT | O_WRONLY],
  ["symlink", "d", "ld"],
  ["symlink", "f", "lf"],
  ["symlink", "nowhere", "dangling"],
  ["symlink", "loop2", "loop1"],
  ["symlink", "loop1", "loop2"],
  ["symlink", "d/", "lds"],
];

const cases: Step[][] = [
  [["open", "", O_RDONLY]],
  [["open", "missing", O_RDONLY]],
  [["open", "missing/x", O_RDONLY]],
  [["open", "f/x", O_RDONLY]],
  [["open", "f/", O_RDONLY]],
  [["open", "f/.", O_RDONLY]],
  [["open", "d", O_RDONLY]],
  [["open", "d", O_WRONLY]],
  [["open", "d", O_RDONLY | O_TRUNC]],
  [["open", "d/", O_RDONLY | O_DIRECTORY]],
  [["open", "f", O_RDONLY | O_DIRECTORY]],
  [
    ["open", "new", O_CREAT | O_RDWR],
    ["lstat", "new"],
  ],
  [["open", "new/", O_CREAT | O_RDWR]],
  [["open", "f", O_CREAT | O_EXCL | O_RDWR]],
  [["open", "d", O_CREAT | O_RDONLY]],
  [["open", "dangling", O_RDONLY]],
  [
    ["open", "dangling", O_CREAT | O_RDWR],
    ["stat", "nowhere"],
  ],
  [["open", "dangling", O_CREAT | O_EXCL | O_RDWR]],
  [["open", "lf", O_RDONLY | O_NOFOLLOW]],
  [["open", "ld", O_RDONLY | O_NOFOLLOW]],
  [["open", "ld/", O_RDONLY | O_NOFOLLOW]],
  [["open", "ld/x", O_RDONLY | O_NOFOLLOW]],
  [["open", "loop1", O_RDONLY]],
  [["open", "loop1/x", O_RDONLY]],
  [["open", LONG, O_RDONLY]],
  [["open", LONG, O_CREAT | O_RDWR]],
  [["open", `${LONG.slice(1)}`, O_RDONLY]],
  [["open", "d/../f", O_RDONLY]],
  [["open", "f/../f", O_RDONLY]],
  [["open", "./././f", O_RDONLY]],
  [["open", "d//sub///..//x", O_RDONLY]],
  [["mkdir", "d"]],
  [
    ["mkdir", "new/"],
    ["stat", "new/"],
  ],
  [["mkdir", "missing/new"]],
  [["mkdir", "f/new"]],
  [["mkdir", "dangling"]],
  [["mkdir", "dangling/"]],
  [["mkdir", "lf"]],
  [["mkdir", "."]],
  [["mkdir", "d/.."]],
  [
    ["rmdir", "empty"],
    ["stat", "empty"],
  ],
  [["rmdir", "d"]],
  [["rmdir", "f"]],
  [["rmdir", "ld"]],
  [["rmdir", "ld/"]],
  [["rmdir", "empty/."]],
  [["rmdir", "d/sub/.."]],
  [["rmdir", "missing"]],
  [["rmdir", "empty/"]],
  [
    ["unlink", "f"],
    ["stat", "f"],
  ],
  [["unlink", "f/"]],
  [["unlink", "d"]],
  [["unlink", "d/"]],
  [
    ["unlink", "ld"],
    ["stat", "d"],
  ],
  [["unlink", "ld/"]],
  [["unlink", "missing"]],
  [["unlink", "."]],
  [["unlink", "f/x"]],
  [["stat", "ld/x"]],
  [
    ["stat", "lds"],
    ["lstat", "lds"],
  ],
  [
    ["stat", "dangling"],
    ["lstat", "dangling"],
  ],
  [
    ["lstat", "ld/"],
    ["lstat", "lf/"],
  ],
  [["stat", "f/"]],
  [
    ["readlink", "ld"],
    ["readlink", "f"],
    ["readlink", "d"],
    ["readlink", "missing"],
  ],
  [["readlink", "ld/"]],
  [["chdir", "f"]],
  [["chdir", "missing"]],
  [
    ["rename", "f", "h"],
    ["stat", "f"],
    ["stat", "h"],
  ],
  [
    ["rename", "f", "g"],
    ["stat", "f"],
  ],
  [["rename", "f", "f"]],
  [["rename", "f", "d"]],
  [["rename", "d", "f"]],
  [
    ["rename", "d", "empty"],
    ["list", "empty"],
  ],
  [["rename", "empty", "d"]],
  [["rename", "d", "d/sub/inner"]],
  [["rename", "d/sub", "d"]],
  [["rename", "f", "missing/f"]],
  [["rename", "missing", "f"]],
  [["rename", "f", "h/"]],
  [["rename", "f/", "h"]],
  [
    ["rename", "d/", "h/"],
    ["list", "h"],
  ],
  [["rename", "d/.", "h"]],
  [["rename", "f", "d/.."]],
  [
    ["rename", "lf", "l2"],
    ["readlink", "l2"],
    ["stat", "f"],
  ],
  [
    ["rename", "lf", "f"],
    ["readlink", "f"],
  ],
  [
    ["rename", "f", "dangling"],
    ["lstat", "dangling"],
  ],
  [
    ["rename", "d/x", "f"],
    ["list", "d"],
  ],
  [
    ["rename", "d/sub", "moved"],
    ["stat", "moved/../moved"],
    ["stat", "d"],
    ["list", "d"],
  ],
  [
    ["link", "f", "h"],
    ["stat", "h"],
    ["unlink", "f"],
    ["stat", "h"],
  ],
  [["link", "f", "g"]],
  [["link", "d", "h"]],
  [["link", "missing", "h"]],
  [["link", "f", "h/"]],
  [
    ["link", "lf", "h"],
    ["lstat", "h"],
  ],
  [
    ["link", "f", "h"],
    ["rename", "f", "h"],
    ["stat", "f"],
  ],
  [["symlink", "x", "f"]],
  [["symlink", "x", "new/"]],
  [["symlink", "", "new"]],
  [
    ["list", "f"],
    ["list", "d"],
    ["list", "ld"],
  ],
];

/** Type, permission bits and link count: what does not depend on where it is. */
const kind = (mode: number, nlink: number): string => ((mode & 0o170000) === 0o120000 ? "link" : `${mode.toString(8)} ${nlink}`);

function onHost(root: string, step: Step): string {
  const path = (name: string) => (name === "" ? "" : `${root}/${name}`);
  try {
    switch (step[0]) {
      case "open":
        fs.closeSync(fs.openSync(path(step[1]), step[2], 0o644));
        return "ok";
      case "mkdir":
        fs.mkdirSync(path(step[1]), 0o755);
        return "ok";
      case "rmdir":
        fs.rmdirSync(path(step[1]));
        return "ok";
      case "unlink":
        fs.unlinkSync(path(step[1]));
        return "ok";
      case "stat":
      case "lstat": {
        const stats = step[0] === "stat" ? fs.statSync(path(step[1])) : fs.lstatSync(path(step[1]));
        return kind(stats.mode, stats.nlink);
      }
      case "readlink":
        return fs.readlinkSync(path(step[1]));
      case "chdir":
        fs.opendirSync(path(step[1])).closeSync();
        return "ok";
      case "list":
        return fs.readdirSync(path(step[1])).sort().join(" ");
      case "rename":
        fs.renameSync(path(step[1]), path(step[2]));
        return "ok";
      case "link":
        fs.linkSync(path(step[1]), path(step[2]));
        return "ok";
      case "symlink":
        fs.symlinkSync(step[1], path(step[2]));
        return "ok";
      default:
        throw new Error("no such step");
    }
  } catch (error) {
    return (error as NodeJS.ErrnoException).code!;
  }
}

function guest(root: string, system = newSystem()): (step: Step) => string {
  const process = system.newProcess();
  const { call } = system;
  const path = (name: string) => (name === "" ? "" : `${root}/${name}`);
  const ok = (result: unknown) => (typeof result === "string" ? result : "ok");
  return (step) => {
    switch (step[0]) {
      case "open": {
        const fd = run(() => call.open(process, { path: path(step[1]), flags: step[2], mode: 0o644 }));
        if (typeof fd === "number") call.close(process, { fd });
        return ok(fd);
      }
      case "mkdir":
        return ok(run(() => call.mkdir(process, { path: path(step[1]), mode: 0o755 })));
      case "rmdir":
      case "unlink":
      case "chdir": {
        const [name] = step;
        return ok(run(() => call[name as "rmdir"](process, { path: path(step[1]) })));
      }
      case "stat":
      case "lstat": {
        const name = path(step[1]);
        const attributes = run(() => system.side.files.resolve(process, name, { follow: step[0] === "stat" }).inode.attributes());
        return typeof attributes === "string" ? attributes : kind(attributes.mode, attributes.nlink);
      }
      case "readlink": {
        const buffer = out();
        const length = run(() => call.readlink(process, { path: path(step[1]), buffer, size: 4096 }));
        return typeof length === "string" ? length : text(buffer.data);
      }
      case "list": {
        const fd = run(() => call.open(process, { path: path(step[1]), flags: O_RDONLY | O_DIRECTORY, mode: 0 }));
        if (typeof fd === "string") return fd;
        const entries = process.descriptors[fd]!.file.inode.asDirectory().entries();
        return entries
          .map(({ name }) => name)
          .sort()
          .join(" ");
      }
      case "rename":
        return ok(run(() => call.rename(process, { from: path(step[1]), to: path(step[2]) })));
      case "link":
        return ok(run(() => call.link(process, { from: path(step[1]), to: path(step[2]) })));
      case "symlink":
        return ok(run(() => call.symlink(process, { target: step[1], path: path(step[2]) })));
      default:
        throw new Error("no such step");
    }
  };
}

describe("path names", () => {
  const made: string[] = [];
  const directory = () => {
    const path = fs.realpathSync(fs.mkdtempSync(join(tmpdir(), "lites-paths-")));
    made.push(path);
    return path;
  };
  afterEach(() => {
    for (const path of made.splice(0)) fs.rmSync(path, { recursive: true });
  });

  for (const steps of cases) {
    it(steps.map((step) => step.join(" ").slice(0, 50)).join("; "), () => {
      const oracle = directory();
      const expected = [...setup, ...steps].map((step) => onHost(oracle, step));
      const onMemfs = guest("");
      expect([...setup, ...steps].map(onMemfs)).toEqual(expected);
      const mounted = guest("/mnt", newSystem([{ fs: fs as NodeFs, directory: directory(), path: "/mnt" }]));
      expect([...setup, ...steps].map(mounted)).toEqual(expected);
    });
  }
});
