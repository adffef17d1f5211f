import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { ResumeFile } from "./resume-file.ts";

const folder = mkdtempSync(join(tmpdir(), "lites-resume-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("a file that was just made can be read again", () => {
  const file = join(folder, "new");
  expect(new ResumeFile(file).finished.size).toBe(0);
  expect(new ResumeFile(file).finished.size).toBe(0);
});

test.each([
  ['{"form":"lites paging 1"}\n', "is of another version: begin with a new file"],
  ['{"form":"something"}\n', "is not a file of finished runs"],
  ["root:x:0\n", "is not a file of finished runs"],
  ["null\n", "is not a file of finished runs"],
  ["", "is not a file of finished runs"],
])("%j is refused", (text, message) => {
  const file = join(folder, "old");
  writeFileSync(file, text);
  expect(() => new ResumeFile(file)).toThrow(`'${file}' ${message}`);
});
