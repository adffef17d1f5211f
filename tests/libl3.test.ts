/** libl3: its calls, its examples, and that any process can manage memory for any other. */
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { System } from "#node/index.ts";
import { projectRoot } from "./support/command.ts";
import { guestDirectory, guestProgram } from "./support/guest-programs.ts";
import { boot } from "./support/library.ts";

let system: System;
beforeAll(async () => {
  await guestProgram("l3-calls");
  await guestProgram("l3-pairs");
  await guestProgram("l3-traps");
  system = await boot({ virtualClock: true, mounts: [{ source: guestDirectory, target: "/test", readOnly: true }] });
});
afterAll(() => system.halt());

async function run(...argv: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const { code, stdout, stderr } = await system.run(argv);
  return { code, stdout: stdout.toString(), stderr: stderr.toString() };
}
const right = (stdout: string): object => ({ code: 0, stdout, stderr: "" });

test("the calls", async () => {
  expect(await run("/test/l3-calls")).toEqual(right("77 checks, 0 wrong\n"));
});

test("traps of the own thread, segments, rights of regions", async () => {
  expect(await run("/test/l3-traps")).toEqual(right("37 checks, 0 wrong\n"));
});

test("four processes manage memory for each other and for themselves", async () => {
  expect(await run("/test/l3-pairs")).toEqual(right("64 pages right\n16 marks right\n"));
});

describe("examples", () => {
  test.each([
    ["3", "100"],
    ["64", "20"],
  ])("l3-ping-pong, %s words", async (words, rounds) => {
    const { code, stdout } = await run("l3-ping-pong", "-w", words, "-n", rounds);
    const line = (what: string): string => `${what} +${words} words, ${rounds} rounds, \\d+ cycles each\\n`;
    expect(stdout).toMatch(new RegExp(`^${line("two threads")}${line("two processes")}$`));
    expect(code).toBe(0);
  });

  test.each([
    ["-w", "2"],
    ["-w", "65"],
    ["-n", "0"],
  ])("l3-ping-pong %s %s", async (option, value) => {
    expect(await run("l3-ping-pong", option, value)).toMatchObject({
      code: 1,
      stderr: "l3-ping-pong: need at least one round, and 3 to 64 words\n",
    });
  });

  test("l3-ram-disk", async () => {
    expect(await run("l3-ram-disk")).toEqual(
      right(
        [
          "identify: no error, class 1, 64 blocks of 512 bytes",
          "open: no error",
          "open again: busy",
          "write: no error, 3 blocks",
          "read: no error, 3 blocks, equal",
          "read beyond: end of medium",
          "write half a block: bad argument",
          "unit 1: no such unit",
          "control: not supported",
          "close: no error",
          "dead: the driver cannot be reached",
          "",
        ].join("\n"),
      ),
    );
  });

  test("l3-document hands a document on without copying it", async () => {
    expect(await run("l3-document")).toEqual(
      right(
        [
          "writer: the keeper has 16 frames",
          "reader: a document of 16 pages; the last one: page 16, as it was written",
          "reader: the keeper has 16 frames",
          "reader: page 1 is now: the reader was here; the keeper has 17 frames",
          "reader: given up: 0; the keeper has 16 frames",
          "writer: page 1 is still: page 1, as it was written",
          "writer: a document that there is not: send: a page or data space of the message did not come",
          "",
        ].join("\n"),
      ),
    );
  });

  test("l3-chief denies what is above the limit", async () => {
    const { code, stdout } = await run("l3-chief", "2");
    expect(stdout).toBe(
      [
        "task to server: 1",
        "server to task: 1",
        "task to server: 2",
        "server to task: 4",
        ...["task to server: 3 denied", "task to server: 4 denied", "task to server: 5 denied"],
        ...["1: 1", "2: 4", "3: -1", "4: -1", "5: -1", ""],
      ].join("\n"),
    );
    expect(code).toBe(0);
  });

  test("l3-clock-manager hands the command's status on", async () => {
    expect(await run("l3-clock-manager", "-f", "3", "sh", "-c", "echo $LITES_MANAGER; exit 5")).toMatchObject({
      code: 5,
      stdout: expect.stringMatching(/^[0-9a-f]+\n$/) as string,
    });
    expect(await run("l3-clock-manager", "sh", "-c", "kill -9 $$")).toMatchObject({ code: 137 });
    expect(await run("l3-clock-manager", "/nothing")).toEqual({ code: 127, stdout: "", stderr: "/nothing: No such file or directory\n" });
    expect(await run("l3-clock-manager", "-f", "0", "true")).toMatchObject({ code: 2 });
  });
});

describe("manual", () => {
  const library = join(projectRoot, "userland", "libl3");
  const headers = readdirSync(join(library, "include", "l3")).map((name) => readFileSync(join(library, "include", "l3", name), "utf8"));
  const functions = [
    ...new Set(headers.flatMap((text) => [...text.matchAll(/^[^#\n/ ][^;{}\n]*?\**\b(l3_\w+)\([^;]*;$/gm)].map((match) => match[1]!))),
  ];
  const macros = [...new Set(headers.flatMap((text) => [...text.matchAll(/^#define ((?:l3|L3)_\w+)\(/gm)].map((match) => match[1]!)))];
  const pages = new Map(readdirSync(join(library, "man")).map((name) => [name, readFileSync(join(library, "man", name), "utf8")]));
  const named = new Set(
    [...pages.values()].flatMap((text) => [...text.matchAll(/^\.BI? .*?\b((?:l3|L3)_\w+)\(/gm)].map((match) => match[1]!)),
  );

  test("every function and macro with arguments has a page", () => {
    expect(functions.length).toBeGreaterThan(30);
    expect([...functions, ...macros].filter((name) => !named.has(name))).toEqual([]);
  });

  test("functions are declared as the headers declare them", () => {
    const inLine = (text: string): string => text.replaceAll(/\s+/g, " ");
    const declared = inLine(headers.join("\n"));
    const prototypes = [...pages.values()].flatMap((text) => [...text.matchAll(/^\.B "?(.*?\b(l3_\w+)\(.*\));"?$/gm)]);
    const ofFunctions = prototypes.filter(([, , name]) => functions.includes(name!)).map(([, prototype]) => inLine(prototype!));
    expect(ofFunctions.length).toBeGreaterThan(30);
    expect(ofFunctions.filter((prototype) => !declared.includes(prototype))).toEqual([]);
  });

  test("every reference leads to a page or a name on one", () => {
    const references = [...pages.values()].flatMap((text) => [...text.matchAll(/\b(l3\w*) ?\((3|7)\)/g)].map((match) => match[1]!));
    expect(references.length).toBeGreaterThan(30);
    expect(references.filter((name) => !named.has(name) && !pages.has(`${name}.7`))).toEqual([]);
  });

  test.skipIf(spawnSync("groff", ["--version"]).error !== undefined)("the formatter has nothing to complain of", () => {
    for (const name of pages.keys()) {
      const { status, stderr } = spawnSync("groff", ["-man", "-ww", "-Tutf8", join(library, "man", name)], { encoding: "utf8" });
      expect.soft({ name, status, stderr }).toEqual({ name, status: 0, stderr: "" });
    }
  });
});
