/** The root file system from directories and tar files, whatever bytes their names have. */
import { execFileSync, spawnSync } from "node:child_process";
import { linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { withBytePaths } from "./byte-paths.ts";
import type { RootVolume } from "#system/memory-root.ts";
import { makeRoot, rootSpace } from "./root-image.ts";

let base: string;
let source: string;
const bytes = (path: string): Buffer => Buffer.from(path, "latin1");

beforeAll(() => {
  base = mkdtempSync(join(tmpdir(), "lites-root-"));
  source = join(base, "source");
  const long = "n".repeat(120);
  mkdirSync(bytes(`${source}/d\xfe/${long}/${long}`), { recursive: true });
  writeFileSync(bytes(`${source}/\xff`), "one");
  writeFileSync(bytes(`${source}/\xfd`), "two", { mode: 0o750 });
  writeFileSync(bytes(`${source}/gr\xc3\xb6\xc3\x9fe`), "three");
  writeFileSync(bytes(`${source}/d\xfe/${long}/${long}/\xc3`), "four");
  linkSync(bytes(`${source}/\xff`), bytes(`${source}/d\xfe/hard`));
  symlinkSync(bytes("d\xfe/hard"), bytes(`${source}/link\xfc`));
  utimesSync(bytes(`${source}/\xfd`), 1e9, 1e9);
});
afterAll(() => rmSync(base, { recursive: true }));

/** Names as bytes, types, modes, contents. */
function listing(volume: RootVolume, directory = ""): string[] {
  const names = withBytePaths("readdirSync", volume.readdirSync as never)(bytes(directory || "/"), "latin1") as string[];
  return names.sort().flatMap((name) => {
    const path = `${directory}/${name}`;
    const at = withBytePaths("lstatSync", volume.lstatSync as never)(bytes(path)) as ReturnType<RootVolume["lstatSync"]>;
    const head = `${path} ${at?.mode?.toString(8)}`;
    if (at?.isDirectory()) return [head, ...listing(volume, path)];
    if (at?.isSymbolicLink())
      return [`${head} -> ${withBytePaths("readlinkSync", volume.readlinkSync as never)(bytes(path), { encoding: "latin1" })}`];
    return [`${head} ${Number(at?.mtimeMs) === 1e12} ${withBytePaths("readFileSync", volume.readFileSync as never)(bytes(path), "utf8")}`];
  });
}

test("a directory", () => {
  const found = listing(makeRoot(source, ""));
  expect(found).toContain("/\xff 100644 false one");
  expect(found).toContain("/\xfd 100750 true two");
  expect(found).toContain("/gr\xc3\xb6\xc3\x9fe 100644 false three");
  expect(found.some((line) => /^\/link\xfc 120\d+ -> d\xfe\/hard$/.test(line))).toBe(true);
  expect(found.filter((line) => line.endsWith(" four"))).toHaveLength(1);
});

const hasTar = spawnSync("tar", ["--version"]).stdout?.includes("GNU tar");
test.skipIf(!hasTar).each(["gnu", "posix", "gnu --gzip"])("a tar file: %s", (options) => {
  const file = join(base, "root.tar");
  execFileSync("tar", ["-C", source, ...`--format=${options}`.split(" "), "-cf", file, "."]);
  expect(listing(makeRoot(file, ""))).toEqual(listing(makeRoot(source, "")));
});

test("what is no tar file, and what is cut off", () => {
  const file = join(base, "broken");
  writeFileSync(file, "x".repeat(2000));
  expect(() => makeRoot(file, "")).toThrow("not a tar file");
  writeFileSync(file, "x".repeat(100));
  expect(() => makeRoot(file, "")).toThrow("cut off");
});

test("room: a block for each name, and the contents", () => {
  const volume = makeRoot(source, "");
  // Ten names, and four files of one block; a further name of one of them takes no more content.
  expect(() => rootSpace(volume, 13 * 4096)).toThrow("rootSize: must be more");
  expect(rootSpace(volume, 14 * 4096)).toBe(14 * 4096);
  expect(rootSpace(volume, undefined)).toBe(2 ** 30);
});

test("names in other encodings, by callbacks and promises", async () => {
  const volume = makeRoot(source, "");
  const names = (await withBytePaths("readdir", volume.promises.readdir.bind(volume.promises) as never)("/", {
    encoding: "buffer",
  })) as Buffer[];
  expect(names.map((name) => name.toString("latin1"))).toContain("\xff");
  const read = withBytePaths("readdir", volume.readdir.bind(volume) as never);
  const hex = await new Promise((resolve) => read("/", "hex", (_error: unknown, found: unknown) => resolve(found)));
  expect(hex).toContain("ff");
  expect(withBytePaths("readdirSync", volume.readdirSync as never)("/")).toContain("größe");
  withBytePaths("renameSync", volume.renameSync as never)(bytes("/\xff"), bytes("/\xf0"));
  expect(withBytePaths("readdirSync", volume.readdirSync as never)("/", "latin1")).toContain("\xf0");
});
