/** The shell on a terminal: line editing, history, completion, job control. Run on the host where it executes i386 programs. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { buildUserland } from "#tools/userland.ts";
import { compilePtyHelper, TerminalProgram } from "./terminal.ts";

const shell = (await buildUserland()).find((program) => program.name === "sh")?.path ?? "";
const isNative = spawnSync(shell, ["-c", "exit 42"]).status === 42;

let folder = "";
let helper = "";
let home = "";
let program: TerminalProgram;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "line-editing-"));
  helper = compilePtyHelper(folder);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function start(extra: Record<string, string> = {}, size: { rows?: number; columns?: number } = {}): TerminalProgram {
  const env = { PATH: "/usr/bin:/bin", HOME: home, TERM: "xterm", PS1: "$ ", LC_ALL: "C.UTF-8", ...extra };
  return new TerminalProgram(helper, [shell, "-i"], { cwd: home, env, ...size });
}

const keys = {
  up: "\x1b[A",
  down: "\x1b[B",
  right: "\x1b[C",
  left: "\x1b[D",
  home: "\x1b[H",
  end: "\x1b[F",
  delete: "\x1b[3~",
  backspace: "\x7f",
  enter: "\r",
  tab: "\t",
};
const control = (letter: string) => String.fromCharCode(letter.charCodeAt(0) & 31);
const alt = (letter: string) => `\x1b${letter}`;

describe.skipIf(!isNative)("sh on a terminal", () => {
  beforeEach(async () => {
    home = mkdtempSync(join(folder, "home-"));
    program = start();
    await program.untilLast("$ ");
  });
  afterEach(() => program.kill());

  /** Types keys that make a line, runs it and expects its output. */
  async function expectLine(typed: string, output: string) {
    const before = program.lines().length;
    program.type(typed + keys.enter);
    await program.until((lines) => lines.length > before && lines.at(-1) === "$", "the next prompt");
    expect(program.lines().slice(before, -1)).toEqual(output.split("\n"));
  }

  it("runs a command and ends with its status", async () => {
    await expectLine("echo hello", "hello");
    program.type("exit 7\r");
    expect(await program.closed()).toBe(7);
  });

  it("ends at Ctrl-D on an empty line, with the last status", async () => {
    program.type(`false\r${control("D")}`);
    expect(await program.closed()).toBe(1);
  });

  it.each([
    ["backspace", `echo abx${keys.backspace}c`, "abc"],
    ["arrows and insertion", `echo ac${keys.left}b`, "abc"],
    ["delete under the cursor", `echo abxc${keys.left}${keys.left}${keys.delete}`, "abc"],
    ["Ctrl-D inside a line", `echo abxc${control("B")}${control("B")}${control("D")}`, "abc"],
    ["Home and End", `cho b${keys.home}e${keys.end}c`, "bc"],
    ["Ctrl-A and Ctrl-E", `cho b${control("A")}e${control("E")}c`, "bc"],
    ["Ctrl-F", `eho ab${control("A")}${control("F")}c`, "ab"],
    ["Ctrl-K and Ctrl-Y", `echo a b${control("A")}${control("K")}${control("Y")} c`, "a b c"],
    ["Ctrl-U", `garbage${control("U")}echo ok`, "ok"],
    ["Ctrl-W", `echo one two-three${control("W")}four`, "one four"],
    ["Ctrl-T", `echo ab${control("T")}`, "ba"],
    ["Alt-B and Alt-F", `echo one two${alt("b")}${alt("b")}x${alt("f")}y`, "xoney two"],
    ["Alt-D", `echo one two${alt("b")}${alt("d")}three`, "one three"],
    ["application cursor keys", "echo ac\x1bODb", "abc"],
    ["unknown sequences", "echo a\x1b[15~\x1b[99;99Xb", "ab"],
    ["a tab in quotes", "echo 'a  b'", "a  b"],
  ])("knows %s", async (_name, typed, output) => {
    await expectLine(typed, output);
  });

  it("edits UTF-8 by characters", async () => {
    await expectLine(`echo äöü${keys.left}${keys.backspace}x`, "äxü");
    await expectLine(`echo 日本語${keys.left}${keys.left}-`, "日-本語");
    expect(program.lines().some((line) => line === "$ echo 日-本語")).toBe(true);
  });

  it("goes through the history", async () => {
    await expectLine("echo one", "one");
    await expectLine("echo two", "two");
    await expectLine(keys.up + keys.up, "one");
    await expectLine(control("P") + control("P") + control("N"), "one");
    program.type(`unfinished${keys.up}${keys.down}`);
    await program.untilLast("$ unfinished");
  });

  it("searches the history backwards", async () => {
    await expectLine("echo first", "first");
    await expectLine("echo second", "second");
    await expectLine("true; echo third", "third");
    program.type(`${control("R")}echo`);
    await program.until((lines) => lines.at(-1)?.includes("`echo': true; echo third") ?? false, "the match");
    program.type(control("R") + control("R"));
    await program.until((lines) => lines.at(-1)?.includes("echo first") ?? false, "an older match");
    const before = program.lines().length;
    program.type(keys.enter);
    await program.until((lines) => lines.length > before && lines.at(-1) === "$", "the prompt");
    expect(program.lines().at(-2)).toBe("first");
  });

  it("keeps the history in a file", async () => {
    await expectLine("echo kept", "kept");
    program.type("exit\r");
    await program.closed();
    expect(readFileSync(join(home, ".sh_history"), "utf8")).toBe("echo kept\nexit\n");
    program = start();
    await program.untilLast("$ ");
    await expectLine(keys.up + keys.up, "kept");
  });

  it("completes files, directories and commands", async () => {
    mkdirSync(join(home, "folder"));
    writeFileSync(join(home, "folder", "a file"), "content\n");
    writeFileSync(join(home, "other"), "");
    program.type(`cat fo${keys.tab}a${keys.tab}`);
    await program.untilLast("$ cat folder/a\\ file ");
    await expectLine("", "content");
    program.type(`unali${keys.tab}`);
    await program.untilLast("$ unalias ");
    program.type(`${control("U")}echo $HOM${keys.tab}`);
    await program.untilLast("$ echo $HOME ");
  });

  it("lists what a word may become", async () => {
    for (const name of ["same-a", "same-b"]) writeFileSync(join(home, name), "");
    program.type(`echo sa${keys.tab}`);
    await program.untilLast("$ echo same-");
    program.type(keys.tab);
    await program.until((lines) => lines.includes("same-a  same-b") && lines.at(-1) === "$ echo same-", "both names");
  });

  const pasted = (text: string) => `\x1b[200~${text}\x1b[201~`;

  it("takes pasted text as it is", async () => {
    writeFileSync(join(home, "other"), "");
    await expectLine(`echo "${pasted("a\tb\to\t\x01")}c" | od -An -c`, "   a  \\t   b  \\t   o  \\t 001   c  \\n");
    program.type(`${pasted("echo o\tt")}`);
    await program.untilLast("$ echo o        t");
    program.type(control("U"));
    await expectLine(`echo ${pasted("\x1b[A\x1b[200~")}| od -An -c`, " 033   [   A 033   [   2   0   0   ~  \\n");
  });

  it("runs pasted lines when they are accepted", async () => {
    program.type(pasted("echo one longer\recho two\rcat <<E\r\ttab\rE"));
    await program.until((lines) => lines.at(-1) === "E", "the last line");
    expect(program.lines()).toEqual(["$ echo one longer", "echo two", "cat <<E", "        tab", "E"]);
    expect(program.cursor()).toEqual({ row: 4, column: 1 });
    program.type(`${keys.left.repeat(2)}x`);
    await program.until((lines) => lines.at(-2) === "        tabx", "the insertion");
    program.type(keys.backspace + keys.enter);
    await program.until((lines) => lines.at(-1) === "$", "the prompt");
    expect(program.lines().slice(5, -1)).toEqual(["one longer", "two", "        tab"]);
    program.type(keys.up);
    await program.untilLast("$ E");
    program.type(keys.up.repeat(3));
    await program.untilLast("$ echo two");
  });

  it("erases what stood behind a pasted line's end", async () => {
    program.type(`echo a longer line${control("A")}${pasted(":\r")}`);
    await program.until((lines) => lines.at(-1) === "echo a longer line", "two lines");
    expect(program.lines()).toEqual(["$ :", "echo a longer line"]);
  });

  it("asks the terminal to mark pasted text while it edits only", async () => {
    await expectLine("echo x", "x");
    const on = "\x1b[?2004h";
    const off = "\x1b[?2004l";
    expect(program.output.split(on).length - 1).toBe(2);
    expect(program.output).toContain(`${off}x\r\n${on}`);
  });

  it("refuses the vi mode", async () => {
    await expectLine("(set -o vi) 2>&1 | sed 's/.*: set/set/'", "set: -o vi: the line editor has no vi mode, only emacs");
    await expectLine("set -V 2>/dev/null || echo $?; set -o vi 2>/dev/null; echo goes on", "1\ngoes on");
    await expectLine("set -o | grep -E '^(vi|emacs) '", "vi              off\nemacs           on");
  });

  it("wraps long lines and redraws them after changes", async () => {
    program.kill();
    program = start({}, { rows: 10, columns: 20 });
    await program.untilLast("$ ");
    program.type("echo 0123456789abcdefghij");
    await program.until((lines) => lines.length === 2, "two rows");
    expect(program.lines()).toEqual(["$ echo 0123456789abc", "defghij"]);
    program.type(`${control("A")}#`);
    await program.until((lines) => lines[0] === "$ #echo 0123456789ab", "the insertion");
    expect(program.lines()).toEqual(["$ #echo 0123456789ab", "cdefghij"]);
    expect(program.cursor()).toEqual({ row: 0, column: 3 });
    program.type(`${keys.delete}${keys.backspace}e${control("E")}`);
    await program.until((lines) => lines[1] === "defghij", "the change");
    expect(program.cursor()).toEqual({ row: 1, column: 7 });
    program.type(keys.backspace.repeat(7));
    await program.until((lines) => lines.length === 1, "one row");
    expect(program.cursor()).toEqual({ row: 1, column: 0 });
  });

  it("redraws in a resized window", async () => {
    program.type("echo a long line that will not fit");
    await program.untilLast("$ echo a long line that will not fit");
    program.resize(24, 20);
    await program.until((lines) => lines.length === 2, "two rows");
    program.type("!");
    await program.untilLast("hat will not fit!");
    const before = program.lines().length;
    program.type(keys.backspace + keys.enter);
    await program.until((lines) => lines.length > before && lines.at(-1) === "$", "the next prompt");
    expect(program.lines().slice(before, -1)).toEqual(["a long line that wil", "l not fit"]);
  });

  it("drops the line at Ctrl-C", async () => {
    program.type(`echo no${control("C")}`);
    await program.until((lines) => lines.includes("$ echo no^C") && lines.at(-1) === "$", "the next prompt");
    await expectLine("echo $?", "130");
  });

  it("clears the screen at Ctrl-L", async () => {
    await expectLine("echo x", "x");
    program.type(`abc${control("L")}`);
    await program.until((lines) => lines.filter((line) => line !== "").at(-1) === "$ abc" && program.cursor().column === 5, "the line");
    expect(program.output).toContain("\x1b[H\x1b[2J");
  });

  it("asks for the rest of a command with PS2", async () => {
    program.type("for i in 1 2\r");
    await program.untilLast("> ");
    program.type("do echo $i; done\r");
    await program.until((lines) => lines.slice(-3).join() === "1,2,$", "the output");
  });

  it("goes on after errors", async () => {
    await expectLine("fi", `${shell}: 1: Syntax error: "fi" unexpected`);
    await expectLine(": ${x?gone}", `${shell}: 2: x: gone`);
    await expectLine("echo still", "still");
  });

  it("shows directory, user and last directory in prompts", async () => {
    program.type("PS1='\\W:\\w\\$ '; HOME=/; cd /usr/bin\r");
    const sign = process.getuid?.() === 0 ? "#" : "$";
    await program.untilLast(`bin:/usr/bin${sign} `);
  });

  it("interrupts a command with Ctrl-C", async () => {
    program.type("sleep 60\r");
    await program.until((lines) => lines.at(-1) === "$ sleep 60" && program.cursor().column === 0, "the command running");
    await new Promise((resolve) => setTimeout(resolve, 100));
    program.type(control("C"));
    await program.untilLast("$ ");
    await expectLine("echo $?", "130");
  });

  it("interrupts a loop of builtins with Ctrl-C", async () => {
    program.type("while :; do :; done\r");
    await program.until(() => program.cursor().column === 0, "the loop running");
    await new Promise((resolve) => setTimeout(resolve, 100));
    program.type(control("C"));
    await program.until((lines) => lines.at(-1) === "$", "the prompt");
    await expectLine("echo $?", "130");
  });

  it("stops a command with Ctrl-Z and continues it", async () => {
    program.type("sleep 60\r");
    await program.until(() => program.cursor().column === 0, "the command running");
    await new Promise((resolve) => setTimeout(resolve, 100));
    program.type(control("Z"));
    await program.until((lines) => lines.at(-1) === "$" && lines.some((line) => /^\[1\] \+ Stopped +sleep 60$/.test(line)), "the stop");
    await expectLine("jobs", "[1] + Stopped                    sleep 60");
    await expectLine("bg", "[1] sleep 60");
    await expectLine("jobs", "[1] + Running                    sleep 60");
    program.type("fg\r");
    await program.untilLast("sleep 60");
    await new Promise((resolve) => setTimeout(resolve, 100));
    program.type(control("C"));
    await program.untilLast("$ ");
    await expectLine("jobs; echo none", "none");
  });

  it("tells of background jobs that end", async () => {
    program.type("sleep 0.2 & wait\r");
    await program.until((lines) => lines.some((line) => /^\[1\] \d+$/.test(line)) && lines.at(-1) === "$", "the number");
    program.type("(exit 3) &\r");
    await new Promise((resolve) => setTimeout(resolve, 300));
    program.type("true\r");
    await program.until((lines) => lines.some((line) => /^\[1\] . Done\(3\) +\(exit 3\)$/.test(line)), "the end");
    await program.untilLast("$");
    await expectLine("jobs; wait %1 2>/dev/null; echo $?; wait $!; echo $?; wait $!; echo $?", "127\n3\n127");
  });

  it("gives commands a terminal in its usual modes", async () => {
    await expectLine("stty -a | tr ' ;' '\\n\\n' | grep -Ex -- '-?(icanon|echo|isig|icrnl)' | sort", "echo\nicanon\nicrnl\nisig");
    program.type("read x; echo got $x\r");
    await program.until(() => program.cursor().column === 0, "read waiting");
    await new Promise((resolve) => setTimeout(resolve, 50));
    program.type("typed\r");
    await program.until((lines) => lines.at(-2) === "got typed", "what was read");
  });

  it("reads whole lines on a dumb terminal", async () => {
    program.kill();
    program = start({ TERM: "dumb" });
    await program.untilLast("$ ");
    await expectLine("echo plain", "plain");
    expect(program.output).not.toContain("\x1b");
    program.type(control("D"));
    expect(await program.closed()).toBe(0);
  });

  it("reads whole lines when editing is off", async () => {
    program.type("set +o emacs\r");
    await program.until((lines) => lines.length === 2, "the prompt");
    await expectLine("echo plain", "plain");
  });

  it("reads the profiles as a login shell", async () => {
    program.kill();
    writeFileSync(join(home, ".profile"), "echo profile read\n");
    const env = { PATH: "/usr/bin:/bin", HOME: home, TERM: "xterm", PS1: "$ " };
    program = new TerminalProgram(helper, [shell, "-l"], { cwd: home, env });
    await program.until((lines) => lines.includes("profile read"), "the profile's output");
  });
});
