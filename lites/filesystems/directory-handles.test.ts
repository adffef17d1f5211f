/**
 * Nobody gets out of a mounted directory: whichever call it is, and whenever another program exchanges a directory above for a link.
 */
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createFsFromVolume, Volume } from "memfs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { descriptorLinks, hostFiles } from "#node/host-files.ts";
import { S_IFIFO } from "../abi/file-mode.ts";
import { O_CREAT, O_DIRECTORY, O_RDONLY, O_RDWR, O_TRUNC, O_WRONLY } from "../abi/open-flags.ts";
import { type Bench, bench, bytes, out, run, type TestProcess, text } from "../../tests/support/file-side.ts";
import type { NodeFs } from "./node-interface.ts";

/** Trees are made thousands of times. */
const MEMORY = "/dev/shm";

let base: string;
beforeEach(() => {
  base = fs.realpathSync(fs.mkdtempSync(join(fs.existsSync(MEMORY) ? MEMORY : tmpdir(), "lites-race-")));
});
afterEach(() => fs.rmSync(base, { recursive: true }));

const DIRECTORIES = ["p", "p/q", "p/q/r"];
const FILES = { file: "secret", other: "secret too", tool: "#!/x", old: "" };

/** Directories p/q/r with some files and a link in it. */
function populate(directory: string, files: Record<string, string>): void {
  const deep = join(directory, "p/q/r");
  fs.mkdirSync(join(deep, "empty"), { recursive: true });
  for (const [name, content] of Object.entries(files)) fs.writeFileSync(join(deep, name), content, { mode: 0o755 });
  fs.symlinkSync(content("target"), join(deep, "link"));
  function content(name: string): string {
    return `${files === FILES ? "secret" : "inside"}-${name}`;
  }
}

/** All that can be seen of a tree from outside. */
function snapshot(directory: string): string[] {
  return fs.readdirSync(directory, { recursive: true, encoding: "utf8" }).map((name) => {
    const path = join(directory, name);
    const { mode, uid, gid, size, nlink, mtimeNs, ctimeNs } = fs.lstatSync(path, { bigint: true });
    return [
      name,
      mode,
      uid,
      gid,
      size,
      nlink,
      mtimeNs,
      ctimeNs,
      mode & 0o040000n ? "" : String(fs.statSync(path, { throwIfNoEntry: false })?.size),
    ].join(" ");
  });
}

const AT = "/t/p/q/r";
type Action = (bench: Bench, process: TestProcess) => unknown;
const reading = ({ call }: Bench, process: TestProcess, path: string, flags = O_RDONLY): unknown => {
  const fd = run(() => call.open(process, { path, flags, mode: 0o644 }));
  if (typeof fd !== "number") return fd;
  const buffer = out();
  const result = run(() => call.read(process, { fd, buffer, count: 100 }));
  run(() => call.close(process, { fd }));
  return typeof result === "number" ? text(buffer.data) : result;
};

/** Every call that takes a path. Results are compared with what is outside. */
const actions: Record<string, Action> = {
  "open and read": (bench, process) => reading(bench, process, `${AT}/file`),
  "open of a kept directory": (bench, process) => {
    run(() => bench.call.chdir(process, { path: AT }));
    return reading(bench, process, "../r/file");
  },
  "open and write": ({ call }, process) => {
    const fd = run(() => call.open(process, { path: `${AT}/file`, flags: O_WRONLY | O_TRUNC, mode: 0 })) as number;
    run(() => call.write(process, { fd, buffer: bytes("written"), count: 7 }));
    run(() => call.close(process, { fd }));
  },
  creating: (bench, process) => reading(bench, process, `${AT}/made`, O_CREAT | O_RDWR),
  stat: ({ side }, process) => run(() => side.files.resolve(process, `${AT}/file`).inode.attributes().size),
  access: ({ call }, process) => run(() => call.access(process, { path: `${AT}/only-outside`, mode: 0 })),
  readlink: ({ call }, process) => {
    const buffer = out();
    run(() => call.readlink(process, { path: `${AT}/link`, buffer, size: 100 }));
    return text(buffer.data);
  },
  listing: ({ call }, process) => {
    const fd = run(() => call.open(process, { path: AT, flags: O_RDONLY | O_DIRECTORY, mode: 0 })) as number;
    const buffer = out();
    run(() => call.getdents64(process, { fd, buffer, size: 4096 }));
    run(() => call.close(process, { fd }));
    return text(buffer.data);
  },
  rename: ({ call }, process) => run(() => call.rename(process, { from: `${AT}/file`, to: `${AT}/other` })),
  "rename out of it": ({ call }, process) => run(() => call.rename(process, { from: `${AT}/file`, to: "/t/moved" })),
  link: ({ call }, process) => run(() => call.link(process, { from: `${AT}/file`, to: `${AT}/linked` })),
  "link out of it": ({ call }, process) => run(() => call.link(process, { from: `${AT}/file`, to: "/t/linked" })),
  unlink: ({ call }, process) => run(() => call.unlink(process, { path: `${AT}/file` })),
  mkdir: ({ call }, process) => run(() => call.mkdir(process, { path: `${AT}/sub`, mode: 0o777 })),
  rmdir: ({ call }, process) => run(() => call.rmdir(process, { path: `${AT}/empty` })),
  symlink: ({ call }, process) => run(() => call.symlink(process, { target: "x", path: `${AT}/made` })),
  mkfifo: ({ call }, process) => run(() => call.mknod(process, { path: `${AT}/fifo`, mode: S_IFIFO | 0o622, device: 0 })),
  chmod: ({ call }, process) => run(() => call.chmod(process, { path: `${AT}/file`, mode: 0o604 })),
  "chmod of a directory": ({ call }, process) => run(() => call.chmod(process, { path: AT, mode: 0o704 })),
  chown: ({ call }, process) => run(() => call.chown32(process, { path: `${AT}/file`, uid: 12, gid: 13 })),
  lchown: ({ call }, process) => run(() => call.lchown32(process, { path: `${AT}/link`, uid: 12, gid: 13 })),
  utimes: ({ call }, process) => run(() => call.utimes(process, { path: `${AT}/file`, times: new Uint8Array(16).fill(1) })),
  truncate: ({ call }, process) => run(() => call.truncate(process, { path: `${AT}/file`, length: 3 })),
  statfs: ({ call }, process) => run(() => call.statfs(process, { path: AT, buffer: out() })),
  exec: ({ side }, process) =>
    run<string>(() => {
      const { inode } = side.files.executable(process, `${AT}/tool`);
      const buffer = new Uint8Array(64);
      return text(buffer.subarray(0, inode.readAt(0, buffer)));
    }),
};

/** Runs an action with the directory exchanged before its call number `at` of the host; returns what it saw, and whether there were so many. */
function attempt(action: Action, directory: string, at: number, links: typeof descriptorLinks): { seen: string; over: boolean } {
  const inside = join(base, "inside");
  fs.rmSync(inside, { recursive: true, force: true });
  populate(inside, { file: "inner", other: "inner", tool: "#!inside", old: "" });
  let calls = 0;
  let isArmed = false;
  const watched = new Proxy(hostFiles, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== "function" || !isArmed) return value;
      return (...args: unknown[]) => {
        if (calls++ === at) {
          fs.renameSync(join(inside, directory), join(inside, "away"));
          fs.symlinkSync(join(base, "outside", directory), join(inside, directory));
        }
        return (value as (...all: unknown[]) => unknown).apply(target, args);
      };
    },
  });
  const mount = { fs: watched, directory: inside, path: "/t", descriptorLinks: links };
  const system = bench(createFsFromVolume(new Volume()) as unknown as NodeFs, [mount]);
  const process = system.newProcess();
  // Half of the attempts with everything known already.
  if (at % 2) run(() => system.side.files.resolve(process, `${AT}/file`).inode.attributes());
  isArmed = true;
  const seen = String(action(system, process));
  isArmed = false;
  system.side.close();
  return { seen, over: calls <= at };
}

/** Whether something outside was seen or changed in any of the attempts. */
function leaks(action: Action, directory: string, links: typeof descriptorLinks): boolean {
  const outside = join(base, "outside");
  populate(outside, { ...FILES, "only-outside": "" });
  const quiet = attempt(action, directory, Number.POSITIVE_INFINITY, links).seen;
  const before = snapshot(outside);
  let isOver = 0;
  let leaked = false;
  // Over with and without everything known already.
  for (let at = 0; isOver < 2; at++) {
    const { seen, over } = attempt(action, directory, at, links);
    leaked ||= /secret|only-outside/.test(seen) || (seen === "0" && quiet !== "0") || seen === "6";
    isOver = over ? isOver + 1 : 0;
  }
  leaked ||= JSON.stringify(snapshot(outside)) !== JSON.stringify(before);
  fs.rmSync(outside, { recursive: true });
  return leaked;
}

describe.skipIf(descriptorLinks === undefined)("a directory is exchanged for a link out of the mount", () => {
  test.each(Object.entries(actions))("%s", (_name, action) => {
    for (const directory of DIRECTORIES) expect(leaks(action, directory, descriptorLinks)).toBe(false);
  });
});

test("reaching objects by names is not safe, so that these tests can fail", () => {
  const found = Object.entries(actions).filter(([, action]) => leaks(action, "p/q", undefined));
  expect(found.map(([name]) => name)).toContain("creating");
  expect(found.length).toBeGreaterThan(10);
});
