/** man: pages of the image as groff formats them, and what finds them. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { System } from "#node/index.ts";
import { projectRoot } from "./support/command.ts";
import { boot } from "./support/library.ts";

const folders = ["userland/man", "userland/libl3/man"].map((name) => join(projectRoot, name));
const sources = folders.flatMap((folder) =>
  readdirSync(folder)
    .filter((name) => /\.\d$/.test(name))
    .map((name) => join(folder, name)),
);

/** What the installed pages do not need. */
const everything = `.TH ODD 7 "" "test"
.SH NAME
odd \\- rare requests
.SH "TWO WORDS"
.IP one
The first\\~paragraph has a tag; \\fBthis\\fP is bold, \\fIthis\\fR is not, and\\ this stays together: a\\ b\\ c\\ d\\ e\\ f.
.IP "a long tag" 4
The second is set four columns to the right, and has\\(aqquotes\\(aq, a well-known-and-rather-long-word-with-hyphens in it.
.RS
.P
Inner text! (With a sentence.)  And more.
This is (really.)
The end.

After an empty line.
.RS 4
.BI bold italic " bold again"
.RE
.RE
.\\" a comment
.SS Below
.EX
 indented   as it is
.EE
Text begins,
.br
and is broken.
.LP
.RB "( l3_x(3)" )
`;

/** Lines without the header and the footer, whose blank lines differ from one groff to the next. */
const body = (text: string): string[] =>
  text
    .trimEnd()
    .replaceAll(/ +$/gm, "")
    .replaceAll(/\n{3,}/g, "\n\n")
    .split("\n")
    .slice(2, -1);

/** groff's opinion of a page, adjusted to the left and without hyphenation. */
function groff(source: string): string {
  const input = source.replace("\n", "\n.ad l\n.nh\n");
  return spawnSync("groff", ["-man", "-Tascii", "-P-cbou", "-rHY=0"], { input, encoding: "utf8" }).stdout;
}

let system: System;
let directory: string;
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "lites-man-"));
  writeFileSync(join(directory, "odd.7"), everything);
  writeFileSync(join(directory, "wrong.7"), '.TH WRONG 7 "" "test"\n.SH TEXT\nbefore\n.frob x\nafter\n');
  system = await boot({ mounts: [{ source: directory, target: "/pages", readOnly: true }] });
});
afterAll(async () => {
  await system.halt();
  rmSync(directory, { recursive: true });
});

async function man(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const { code, stdout, stderr } = await system.run(["man", ...args]);
  return { code, stdout: stdout.toString(), stderr: stderr.toString() };
}

describe.skipIf(spawnSync("groff", ["--version"]).error !== undefined)("formatting", () => {
  test("all installed pages are as groff makes them", async () => {
    expect(sources.length).toBeGreaterThan(20);
    for (const path of sources) {
      const [, name, section] = /([^/]+)\.(\d)$/.exec(path)!;
      const { code, stdout, stderr } = await man(section!, name!);
      expect.soft({ code, stderr }).toEqual({ code: 0, stderr: "" });
      expect.soft(body(stdout)).toEqual(body(groff(readFileSync(path, "utf8"))));
    }
  });

  test("so are requests that they do not have", async () => {
    expect(body((await man("/pages/odd.7")).stdout)).toEqual(body(groff(everything)));
  });
});

describe("man", () => {
  test("has a header, a footer, and no fonts where there is no terminal", async () => {
    const lines = (await man("l3_clock_ns")).stdout.split("\n");
    expect(lines[0]).toMatch(/^L3_CLOCK_NS\(3\) {2,}L3 library {2,}L3_CLOCK_NS\(3\)$/);
    expect(lines.at(-2)).toMatch(/^libl3 {2,}L3_CLOCK_NS\(3\)$/);
    expect(lines[0]!.length).toBe(78);
    expect(lines.join("")).not.toContain("\x1b");
  });

  test("has fonts on a terminal, and a pager if one is named", async () => {
    const shell = (script: string) => system.spawn(["sh", "-c", script], { tty: { rows: 24, columns: 60 } });
    const output = async (script: string): Promise<string> => {
      const program = shell(script);
      let text = "";
      program.stdout.on("data", (bytes: Buffer) => {
        text += bytes.toString();
      });
      await program.exited;
      return text.replaceAll("\r", "");
    };
    expect(await output("man l3_call")).toContain("       \x1b[0;1ml3_send\x1b[0m waits until the receiver takes the message.");
    const lines = (await output("man man")).replaceAll(/\x1b\[[0-9;]*m/g, "").split("\n");
    expect(Math.max(...lines.map((line) => line.length))).toBe(58);
    expect(await output("PAGER='head -1 | tr L l' man l3_call; echo $?")).toMatch(/^l3_CAll\(3\) +l3 library +l3_CAll\(3\)\n(0|141)\n$/);
  });

  test("finds a page by each name that it explains, in any section or one", async () => {
    const page = (await man("l3_call")).stdout;
    for (const args of [["l3_send"], ["3", "L3_WINDOW"], ["-s", "3", "l3_wait"]])
      expect(await man(...args)).toEqual({ code: 0, stdout: page, stderr: "" });
    expect((await man("man")).stdout).toMatch(/^MAN\(1\) +General Commands Manual +MAN\(1\)\n/);
  });

  test.each([
    [["nosuch"], 16, "No manual entry for nosuch\n"],
    [["2", "l3_call"], 16, "No manual entry for l3_call in section 2\n"],
    [["/pages/none.7"], 16, "man: /pages/none.7: No such file or directory\n"],
    [[], 1, "What manual page do you want?\nFor example, try 'man man'.\n"],
    [["-k", "nosuchthing"], 16, "nosuchthing: nothing appropriate.\n"],
    [["-f", "l3_ca"], 16, "l3_ca: nothing appropriate.\n"],
  ])("%j", async (args, code, stderr) => {
    expect(await man(...args)).toEqual({ code, stdout: "", stderr });
  });

  test("lists pages by words and by names", async () => {
    expect((await man("-k", "^l3_fpage_(a|l)")).stdout).toBe("l3_fpage_address (3) - flexpages\nl3_fpage_log2 (3)    - flexpages\n");
    expect((await man("-k", "SIGMA")).stdout).toMatch(/^l3_sigma0_page \(3\)/m);
    expect((await man("-f", "man")).stdout).toBe("man (1)              - show manual pages\n");
    expect(await man("-k", "(")).toMatchObject({ code: 2, stdout: "" });
  });

  test("tells of requests that it does not know, and goes on", async () => {
    const { code, stdout, stderr } = await man("/pages/wrong.7");
    expect([code, stderr]).toEqual([0, "man: /pages/wrong.7:4: unknown request '.frob'\n"]);
    expect(stdout).toContain("       before after\n");
  });

  test("looks where MANPATH says", async () => {
    system.fs.mkdirSync("/my/man7", { recursive: true });
    system.fs.writeFileSync("/my/man7/mine.7", ".TH MINE 7\n.SH NAME\nmine, ours \\- a page\n.SH TEXT\nhello\n");
    const { stdout } = await system.run(["man", "ours"], { env: { MANPATH: "/nowhere:/my" } });
    expect(stdout.toString()).toContain("       hello\n");
  });
});
