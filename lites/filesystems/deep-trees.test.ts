/**
 * What deep trees of the host cost: counts of the host's calls, for directories outnumber the handles that are kept.
 */
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createFsFromVolume, Volume } from "memfs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { descriptorLinks, hostFiles } from "#node/host-files.ts";
import { O_DIRECTORY, O_RDONLY } from "../abi/open-flags.ts";
import { bench, run } from "../../tests/support/file-side.ts";
import type { NodeFs } from "./node-interface.ts";

/** Trees are made and removed faster here. */
const MEMORY = "/dev/shm";
const DEPTH = 400;
const FLAGS = { flags: O_RDONLY | O_DIRECTORY, mode: 0 };

let base: string;
beforeEach(() => {
  base = fs.realpathSync(fs.mkdtempSync(join(fs.existsSync(MEMORY) ? MEMORY : tmpdir(), "lites-deep-")));
});
afterEach(() => execFileSync("rm", ["-rf", base]));

/** A mounted directory with trees of one directory in the other, and the number of calls of the host. */
function mounted(...trees: string[]) {
  for (const name of trees) fs.mkdirSync(join(base, `${name}/d`.padEnd(name.length + 2 * DEPTH, "/d")), { recursive: true });
  const counts = { calls: 0, opens: 0, open: 0, mostOpen: 0 };
  const counted = new Proxy(hostFiles, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== "function") return value;
      return (...args: unknown[]) => {
        const result: unknown = Reflect.apply(value, target, args);
        counts.calls++;
        if (name === "openSync") {
          counts.opens++;
          counts.open++;
        }
        if (name === "closeSync") counts.open--;
        counts.mostOpen = Math.max(counts.mostOpen, counts.open);
        return result;
      };
    },
  });
  const system = bench(createFsFromVolume(new Volume()) as unknown as NodeFs, [
    { fs: counted, directory: base, path: "/t", descriptorLinks },
  ]);
  const process = system.newProcess();
  const { call } = system;
  return {
    counts,
    /** Opens a directory by a name in another one, which is closed. */
    step(from: number, path: string): number {
      const fd = run(() => call.openat(process, { dirfd: from, path, ...FLAGS }));
      if (typeof fd !== "number") throw new Error(fd);
      run(() => call.close(process, { fd: from }));
      return fd;
    },
    open: (path: string) => run(() => call.open(process, { path, ...FLAGS })) as number,
    size: (path: string) => run(() => system.side.files.resolve(process, path).inode.attributes().size),
    close: () => system.side.close(),
  };
}

describe.skipIf(descriptorLinks === undefined)("trees deeper than handles are kept", () => {
  test("two are walked at the same time, down and up, by handles that are opened about log n times each", () => {
    const { counts, step, open, close } = mounted("one", "two");
    let ends = [open("/t/one"), open("/t/two")];
    for (const name of ["d", ".."]) for (let level = 0; level < DEPTH; level++) ends = ends.map((fd) => step(fd, name));
    expect(counts.opens).toBeLessThan(2 * DEPTH * (1 + Math.log2(DEPTH)));
    expect(counts.mostOpen).toBeLessThan(300);
    close();
    expect(counts.open).toBe(0);
  });

  test("a path costs four calls for each of its names at most: look, open, compare, close", () => {
    const { counts, size, close } = mounted("one");
    const path = "/t/one".padEnd("/t/one".length + 2 * DEPTH, "/d");
    for (let round = 0; round < 3; round++) {
      const before = counts.calls;
      expect(typeof size(path)).toBe("number");
      expect(counts.calls - before).toBeLessThan(4 * (DEPTH + 4));
    }
    close();
    expect(counts.open).toBe(0);
  });
});
