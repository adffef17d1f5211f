/**
 * The system as a person at a terminal meets it: the command on a pseudo terminal of the host, its screen read from xterm's
 * emulation. Steps wait for what the screen shows.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { compilePtyHelper, TerminalProgram } from "./shell/terminal.ts";
import { projectRoot } from "./support/command.ts";
import { debianPackage } from "./support/debian.ts";
import { boot } from "./support/library.ts";
import { Screen } from "./support/screen.ts";

const command = join(projectRoot, "bin", "lites");
const prompt = "root@lites:~#";
const keys = { up: "\x1b[A", left: "\x1b[D", home: "\x1b[H", end: "\x1b[F", backspace: "\x7f", escape: "\x1b", tab: "\t" };
const control = (letter: string): string => String.fromCharCode(letter.charCodeAt(0) & 31);

let folder = "";
let helper = "";
let program: TerminalProgram;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "lites-interactive-"));
  helper = compilePtyHelper(folder);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(() => program?.kill());

/** Runs a program of the host on a terminal. */
function start(argv: readonly string[]): TerminalProgram {
  const env = { PATH: process.env["PATH"] ?? "/usr/bin:/bin", TERM: "xterm", LITES: command, NODE: process.execPath };
  program = new TerminalProgram(helper, argv, { cwd: folder, env });
  return program;
}

const until = (isReached: (lines: string[]) => boolean, what: string): Promise<void> => program.screen.until(isReached, what);
const untilShown = (text: string): Promise<void> => until((lines) => lines.includes(text), JSON.stringify(text));

/** Starts the login shell and waits for its prompt. */
async function login(...options: string[]): Promise<void> {
  start([process.execPath, command, ...options]);
  await until((lines) => lines.at(-1) === prompt, "the first prompt");
}

/** Runs a typed line to the next prompt; returns what it showed. */
async function run(typed: string): Promise<string[]> {
  const before = program.lines().length;
  program.type(`${typed}\r`);
  await until((lines) => lines.length > before && lines.at(-1) === prompt, `the prompt after ${JSON.stringify(typed)}`);
  return program.lines().slice(before, -1);
}

/** Starts cat and sees it at work. What is typed before a command runs is not translated yet, so wait for it. */
async function runCat(): Promise<void> {
  program.type("echo ready; cat\r");
  await untilShown("ready");
  program.type("abc\r");
  await until((lines) => lines.filter((line) => line === "abc").length === 2, "the echo and cat's copy");
}

describe("a login shell on a terminal", () => {
  beforeEach(() => login());

  test("runs commands and edits lines", async () => {
    expect(await run("echo hello")).toEqual(["hello"]);
    expect(await run(`cho bd${keys.home}e${keys.end}${keys.left}c`)).toEqual(["bcd"]);
    expect(
      await run(
        `echo one two${control("W")}x${control("A")}${control("K")}echo gone${control("U")}echo äöü日本${keys.left}${keys.backspace}é`,
      ),
    ).toEqual(["äöüé本"]);
    expect(await run(`ec${keys.tab}tab`)).toEqual(["tab"]);
  });

  test("keeps a history", async () => {
    await run("echo first");
    await run("echo second");
    expect(await run(keys.up + keys.up)).toEqual(["first"]);
    expect(await run(`${control("R")}sec`)).toEqual(["second"]);
  });

  test("interrupts a running cat", async () => {
    await runCat();
    program.type(control("C"));
    await until((lines) => lines.at(-1) === prompt, "the prompt");
    expect(program.lines().at(-2)).toBe("^C");
    expect(await run("echo $?")).toEqual(["130"]);
  });

  test.each([
    ["of the shell", "echo begun; while :; do :; done"],
    ["of another program", "sh -c 'echo begun; while :; do :; done'"],
  ])("interrupts a busy loop %s", async (_name, loop) => {
    program.type(`${loop}\r`);
    await untilShown("begun");
    program.type(control("C"));
    await until((lines) => lines.at(-1) === prompt, "the prompt");
    expect(await run("echo $?")).toEqual(["130"]);
  });

  test("stops a program and continues it in the foreground", async () => {
    await runCat();
    program.type(control("Z"));
    await until((lines) => lines.at(-1) === prompt, "the prompt");
    expect(await run("jobs")).toEqual(["[1] + Stopped                    cat"]);
    program.type("fg\r");
    await until((lines) => lines.at(-1) === "cat", "the continued command");
    program.type("def\r");
    await until((lines) => lines.filter((line) => line === "def").length === 2, "the echo and cat's copy");
    program.type(control("D"));
    await until((lines) => lines.at(-1) === prompt, "the prompt");
    expect(await run("jobs; echo none")).toEqual(["none"]);
  });

  test("runs jobs in the background and tells of their ends", async () => {
    const [started] = await run("sleep 0.1 &");
    expect(started).toMatch(/^\[1\] \d+$/);
    const told = async (): Promise<string[]> => {
      for (;;) {
        const lines = await run("true");
        if (lines.length > 0) return lines;
      }
    };
    expect(await told()).toEqual(["[1] + Done                       sleep 0.1"]);
    await run("cat &");
    expect(await told()).toEqual(["[1] + Stopped (tty input)        cat"]);
  });

  test("follows the window's size", async () => {
    expect(await run("stty size")).toEqual(["24 80"]);
    program.type(`sh -c 'trap "stty size; exit" WINCH; echo waiting; while :; do sleep 0.02; done'\r`);
    await untilShown("waiting");
    program.resize(30, 60);
    await untilShown("30 60");
    await until((lines) => lines.at(-1) === prompt, "the prompt");
    const long = "x".repeat(70);
    program.type(`echo ${long}`);
    await until((lines) => lines.join("").endsWith(`echo ${long}`), "the typed line");
    program.resize(30, 40);
    await until(
      (lines) => lines.slice(-3).join("|") === `${prompt} echo ${"x".repeat(21)}|${"x".repeat(40)}|${"x".repeat(9)}`,
      "three rows",
    );
    program.type(`${keys.backspace.repeat(69)}\r`);
    await until((lines) => lines.slice(-3).join("|") === `${prompt} echo x|x|${prompt}`, "the shortened line's output");
  });

  test("takes ten thousand pasted bytes", async () => {
    const pasted = Array.from({ length: 128 }, (_, line) => `${String(line).padStart(4)}${"x".repeat(75)}\r`).join("");
    program.type("echo ready; cat | wc\r");
    await untilShown("ready");
    program.type(pasted + control("D"));
    await until((lines) => lines.at(-1) === prompt && lines.at(-2)?.trim() === "128     128   10240", "the counts");
  });

  test("ends with the shell's status", async () => {
    program.type("exit 3\r");
    expect(await program.closed()).toBe(3);
  });

  test("ends at Ctrl-D", async () => {
    await run("false");
    program.type(control("D"));
    expect(await program.closed()).toBe(1);
  });
});

describe("the host's terminal", () => {
  const script = '{ "$NODE" "$LITES" "$@"; echo "status $?"; }';
  const modes = (name: string): string => readFileSync(join(folder, name), "utf8");

  const untilEnded = (): Promise<void> => until((lines) => lines.at(-1)?.trim() === "status 0", "the status");

  /** A login shell between two looks at the modes of the host's terminal. */
  async function between(): Promise<void> {
    rmSync(join(folder, "after"), { force: true });
    start(["sh", "-c", `stty -g >before; sh -c 'echo $$ >pid; exec "$NODE" "$LITES"'; echo "status $?"; stty -g >after; stty -a >last`]);
    await until((lines) => lines.at(-1) === prompt, "the prompt");
  }

  test.each([
    ["exit", "exit 4\r", 4],
    ["Ctrl-D after raw modes", `stty raw -echo; exec sh -c 'exit 5'\r`, 5],
  ])("gets its modes back after %s", async (_name, typed, status) => {
    await between();
    program.type(typed);
    await until((lines) => lines.at(-1)?.endsWith(`status ${status}`) ?? false, "the status");
    await program.closed();
    expect(modes("after")).toBe(modes("before"));
  });

  test.each([
    ["SIGTERM", 143],
    ["SIGHUP", 129],
  ] as const)("gets its modes back after %s", async (signal, status) => {
    await between();
    process.kill(Number(modes("pid")), signal);
    await until((lines) => lines.at(-1)?.endsWith(`status ${status}`) ?? false, "the status");
    await program.closed();
    expect(modes("after")).toBe(modes("before"));
  });

  test("passes line feeds unchanged when a program wants it", async () => {
    start(["sh", "-c", script, "sh", "-c", "stty -opost; printf 'ab\\ncd\\n'"]);
    await untilEnded();
    expect(program.lines()).toEqual(["ab", "  cd", "    status 0"]);
  });

  test("is shared in pipelines", async () => {
    start(["sh", "-c", `${script} | cat`, "sh", "-c", "ls /missing; stty size <&2; ls /etc"]);
    await untilEnded();
    const lines = program.lines();
    expect(lines).toContain("ls: cannot access '/missing': No such file or directory");
    expect(lines).toContain("24 80");
    expect(lines).toContain("passwd");
    expect(program.output).not.toContain("\r\r");
  });

  test("gives lines, not keys, to a program whose output goes elsewhere", async () => {
    start(["sh", "-c", `${script} | cat`, "sh", "-c", "echo ready >&2; wc"]);
    await untilShown("ready");
    program.type(`a x${keys.backspace}b\rc\r${control("D")}`);
    await untilEnded();
    expect(program.lines().at(-2)?.trim()).toBe("2       3       6");
  });

  test("shows columns when only the output is a terminal", async () => {
    start(["sh", "-c", `echo x | ${script}`, "sh", "-c", "cat; touch /tmp/a /tmp/b; ls /tmp"]);
    await untilEnded();
    expect(program.lines()).toEqual(["x", "a  b", "status 0"]);
    expect(program.output).not.toContain("\r\r");
  });
});

const busybox = debianPackage("busybox-static");
const missing = "missing" in busybox ? busybox.missing : undefined;

describe.skipIf(missing !== undefined)(`full-screen programs of busybox${missing ? ` (skipped: ${missing})` : ""}`, () => {
  beforeEach(() => login("--mount", `${"directory" in busybox ? join(busybox.directory, "bin") : ""}:/bb:ro`));

  test("vi edits a file", async () => {
    await run("stty -a >/tmp/modes");
    program.type("/bb/busybox vi /tmp/file\r");
    await until((lines) => lines.at(-1)?.startsWith("- /tmp/file") ?? false, "the status line");
    expect(program.lines().slice(-23, -1)).toEqual(Array.from({ length: 22 }, () => "~"));
    const untilText = (text: string): Promise<void> => until((lines) => lines.slice(-24, -21).join() === text, text);
    // Escape is a key of its own only when nothing follows it.
    const escape = async (): Promise<void> => {
      program.type(keys.escape);
      await until((lines) => lines.at(-1)?.startsWith("- /tmp/file [Modified]") ?? false, "command mode");
    };
    program.type("ione\rtwo\rthree");
    await untilText("one,two,three");
    await escape();
    program.type("kx0ix");
    await untilText("one,xtw,three");
    await escape();
    program.type(":wq\r");
    await until((lines) => lines.at(-1) === prompt, "the prompt");
    expect(await run("cat /tmp/file")).toEqual(["one", "xtw", "three"]);
    expect(await run("stty -a | cmp - /tmp/modes; echo $?")).toEqual(["0"]);
  });

  test("top draws, draws again and ends at q", async () => {
    program.type("/bb/busybox top -d 1\r");
    await until(
      (lines) => lines.some((line) => /^Mem: \d+K used/.test(line)) && lines.some((line) => line.endsWith(" /bb/busybox top -d 1")),
      "the processes",
    );
    const draws = (): number => program.output.split("Mem: ").length;
    const first = draws();
    await until(() => draws() > first, "the next drawing");
    program.type("q");
    await until((lines) => lines.at(-1) === prompt, "the prompt");
    expect(await run("echo after")).toEqual(["after"]);
  });
});

describe("the library", () => {
  test("runs a login shell on a terminal of its own", async () => {
    const system = await boot();
    const screen = new Screen(10, 40);
    const shell = system.spawn(["sh", "-l"], { tty: { rows: 10, columns: 40 }, cwd: "/root" });
    shell.stdout.on("data", (bytes: Buffer) => screen.write(bytes));
    const untilLast = (text: string): Promise<void> => screen.until((lines) => lines.at(-1) === text, JSON.stringify(text));
    await untilLast(prompt);
    shell.stdin.write("stty size; tty\r");
    await screen.until((lines) => lines.length === 4 && lines[3] === prompt, "the answers");
    expect(screen.lines().slice(1, 3)).toEqual(["10 40", "/dev/console"]);
    shell.stdin.write("echo ready; cat\r");
    await screen.until((lines) => lines.includes("ready"), "ready");
    shell.stdin.write("abc\r");
    await screen.until((lines) => lines.filter((line) => line === "abc").length === 2, "cat's copy");
    shell.stdin.write(control("C"));
    await untilLast(prompt);
    shell.resize({ rows: 12, columns: 50 });
    screen.resize(12, 50);
    shell.stdin.write("stty size; exit 9\r");
    await screen.until((lines) => lines.includes("12 50"), "the new size");
    expect(await shell.exited).toEqual({ code: 9, signal: undefined });
    await system.halt();
  });
});
