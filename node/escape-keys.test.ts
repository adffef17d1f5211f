import { expect, test } from "vitest";
import { EscapeKeys } from "./escape-keys.ts";

/** What the program gets, key by key and all at once, with commands in brackets where they were given. */
function typed(keys: string, escape = "~"): string {
  const run = (chunks: string[]): string => {
    const passed: string[] = [];
    const filter = new EscapeKeys(escape, (command) => {
      passed.push(`[${command}]`);
    });
    for (const chunk of chunks) passed.push(Buffer.from(filter.type(Buffer.from(chunk, "latin1"))).toString("latin1"));
    return passed.join("");
  };
  const single = run([...keys]);
  // Commands of a chunk come before what it passes.
  expect(run([keys]).replaceAll(/\[\w+\]/g, "")).toBe(single.replaceAll(/\[\w+\]/g, ""));
  return single;
}

test.each([
  ["the first line", "~.", "[end]"],
  ["after a return", "ls\r~.", "ls\r[end]"],
  ["after a line feed", "ls\n~.", "ls\n[end]"],
  ["not within a line", "ls ~.\r", "ls ~.\r"],
  ["twice is the character", "~~.", "~."],
  ["a path", "~/bin\r", "~/bin\r"],
  ["help, and the line starts again", "~?~.", "[help][end]"],
  ["again and again", "~.~.", "[end][end]"],
  ["a return after the character", "~\r~.", "~\r[end]"],
  ["bytes", "\xff\r~\xfe", "\xff\r~\xfe"],
])("%s", (_name, keys, passed) => {
  expect(typed(keys)).toBe(passed);
});

test("another character", () => {
  expect(typed("~.\r\x1d.", "\x1d")).toBe("~.\r[end]");
});
