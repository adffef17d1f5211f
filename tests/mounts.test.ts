/**
 * Host directories in the guest: what is inside works, what is outside cannot be reached.
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { lites } from "./support/command.ts";

let base: string;
let shared: string;
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), "lites-mount-"));
  shared = join(base, "shared");
  mkdirSync(shared);
  writeFileSync(join(base, "secret"), "secret\n");
  writeFileSync(join(shared, "file"), "content\n");
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

const run = (script: string, mode = "") => lites(["--mount", `${shared}:/mnt${mode}`, "-c", script]);

test("files are read and written", () => {
  expect(
    run("cat /mnt/file; echo new > /mnt/made; mkdir /mnt/d; mv /mnt/made /mnt/d/moved; ln -s file /mnt/link; cat /mnt/link").stdout,
  ).toBe("content\ncontent\n");
  expect(readFileSync(join(shared, "d", "moved"), "utf8")).toBe("new\n");
});

test.each([
  "cat /mnt/../secret",
  "cat /mnt/../../secret",
  "cd /mnt && cat ../secret",
  "ln -s ../secret /mnt/up && cat /mnt/up",
  "ln -s .. /mnt/dir && cat /mnt/dir/secret",
  "cat /mnt/planted",
  "cat /mnt/planted-dir/secret",
  "echo overwritten > /mnt/planted",
  "cat < /mnt/absolute",
])("the way out is closed: %s", (script) => {
  symlinkSync("../secret", join(shared, "planted"));
  symlinkSync("..", join(shared, "planted-dir"));
  symlinkSync(join(base, "secret"), join(shared, "absolute"));
  const { stdout, status } = run(script);
  expect(stdout).not.toContain("secret");
  expect(readFileSync(join(base, "secret"), "utf8")).toBe("secret\n");
  expect(status === 0 && !script.startsWith("echo")).toBe(false);
});

test("a read-only mount", () => {
  const { stdout, stderr } = run(
    "cat /mnt/file; echo x > /mnt/file; echo y > /mnt/new; rm -f /mnt/file; mkdir /mnt/d; touch /mnt/file; chmod 0 /mnt/file; mv /mnt/file /mnt/g",
    ":ro",
  );
  expect(stdout).toBe("content\n");
  expect(stderr.match(/[Rr]ead-only file system/g)?.length).toBeGreaterThanOrEqual(6);
  expect(readFileSync(join(shared, "file"), "utf8")).toBe("content\n");
  expect(existsSync(join(shared, "new"))).toBe(false);
});

test("mount and df list it", () => {
  expect(run("mount").stdout).toMatch(/ on \/mnt /);
  expect(run("df /mnt").stdout).toContain("/mnt");
});
