/**
 * The `lites` command as a user of the host's shell sees it.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { lites, startLites } from "./support/command.ts";
import { guestDirectory, guestProgram } from "./support/guest-programs.ts";

let directory: string;
beforeAll(async () => {
  await guestProgram("fill");
  directory = mkdtempSync(join(tmpdir(), "lites-test-"));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe("running", () => {
  test("a command line", () => {
    expect(lites(["-c", "echo one; echo two >&2"])).toEqual({ status: 0, stdout: "one\n", stderr: "two\n" });
  });

  test("a pipeline in the guest", () => {
    expect(lites(["-c", "ls / | wc -l"]).stdout.trim()).toMatch(/^\d+$/);
  });

  test("arguments after -c", () => {
    expect(lites(["-c", 'echo "$0 $1 $2"', "name", "a b", "c"]).stdout).toBe("name a b c\n");
  });

  test("a script of the host with arguments", () => {
    const script = join(directory, "script.sh");
    writeFileSync(script, 'echo "$# $1"\nexit 5\n');
    expect(lites([script, "-x", "two"])).toEqual({ status: 5, stdout: "2 -x\n", stderr: "" });
  });

  test("a program without a shell", () => {
    expect(lites(["exec", "/bin/echo", "-n", "a  b"]).stdout).toBe("a  b");
    expect(lites(["exec", "echo", "found in PATH"]).stdout).toBe("found in PATH\n");
  });

  test("a shell on standard input", () => {
    expect(lites([], { input: "echo from stdin\nexit 4\n" })).toEqual({ status: 4, stdout: "from stdin\n", stderr: "" });
  });
});

describe("exit status", () => {
  test.each([
    ["exit 0", 0],
    ["exit 3", 3],
    ["false", 1],
    ["kill -9 $$", 137],
    ["kill -TERM $$", 143],
    ["no-such-program", 127],
    ["/etc/passwd", 126],
  ])("%s", (line, status) => {
    expect(lites(["-c", line]).status).toBe(status);
  });

  test("a program that is not there", () => {
    const { status, stderr } = lites(["exec", "/bin/no-such"]);
    expect(status).toBe(127);
    expect(stderr).toMatch(/^lites: \/bin\/no-such: .*\n$/);
  });
});

describe("streams", () => {
  test("input and output are binary safe", () => {
    const bytes = new Uint8Array(70_000).map((_, i) => (i * 7919 + (i >> 8)) & 0xff);
    const { stdout, status } = lites(["-c", "cat"], { input: bytes });
    expect(status).toBe(0);
    expect(Buffer.from(stdout, "latin1").equals(Buffer.from(bytes))).toBe(true);
  });

  test("line ends are not changed", () => {
    expect(lites(["-c", "printf 'a\\r\\nb\\n'"]).stdout).toBe("a\r\nb\n");
  });

  test("megabytes pass", () => {
    const { stdout } = lites(["-c", "dd if=/dev/zero bs=65536 count=48 2>/dev/null"]);
    expect(stdout.length).toBe(48 * 65536);
  });

  test("reads and writes larger than one message are whole", () => {
    const script = "dd if=/dev/zero of=/tmp/z bs=3M count=1 2>/dev/null; dd if=/tmp/z bs=4M count=1 2>/dev/null | wc -c";
    expect(lites(["-c", script]).stdout.trim()).toBe(String(3 << 20));
  });

  test("a host reader that goes away ends the writer", async () => {
    const child = startLites(["-c", "yes; echo status $? >&2"]);
    child.stdin!.end();
    await new Promise((resolve) => child.stdout!.once("data", resolve));
    child.stdout!.destroy();
    const status = await new Promise((resolve) => child.once("exit", resolve));
    expect(status).toBe(0);
  });

  test("input that never ends does not keep the command alive", async () => {
    const child = startLites(["-c", "read line; echo got $line"]);
    let output = "";
    child.stdout!.on("data", (chunk: Buffer) => {
      output += chunk.toString();
    });
    child.stdin!.write("word\n");
    expect(await new Promise((resolve) => child.once("exit", resolve))).toBe(0);
    expect(output).toBe("got word\n");
  });

  test("closed input is the end of file", () => {
    expect(lites(["-c", "cat; echo end"], { input: "" }).stdout).toBe("end\n");
  });
});

describe("host signals", () => {
  test.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("%s reaches the program", async (signal, status) => {
    const child = startLites(["-c", "echo ready; while :; do :; done"]);
    child.stdin!.end();
    await new Promise((resolve) => child.stdout!.once("data", resolve));
    child.kill(signal);
    expect(await new Promise((resolve) => child.once("exit", resolve))).toBe(status);
  });

  test.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("%s ends it while it pages", async (signal, status) => {
    const mount = `${guestDirectory}:/test:ro`;
    // The first word comes when 24 MB were written and read under 8 MB.
    const child = startLites(["--memory", "8M", "--swap", "64M", "--mount", mount, "-c", "while /test/fill 24; do :; done"]);
    child.stdin!.end();
    await new Promise((resolve) => child.stdout!.once("data", resolve));
    child.kill(signal);
    expect(await new Promise((resolve) => child.once("exit", resolve))).toBe(status);
  });

  test("a program that ignores SIGTERM does not outlive it", async () => {
    const child = startLites(["-c", "trap '' TERM; echo ready; while :; do :; done"]);
    child.stdin!.end();
    await new Promise((resolve) => child.stdout!.once("data", resolve));
    child.kill("SIGTERM");
    expect(await new Promise((resolve) => child.once("exit", resolve))).toBe(143);
  });
});

describe("options", () => {
  test("--help and --version", () => {
    const help = lites(["--help"]);
    expect(help.status).toBe(0);
    for (const option of [
      "--memory",
      "--mount",
      "--root",
      "--env",
      "--trace",
      "--trace-file",
      "--stats",
      "--virtual-clock",
      "--seed",
      "--engine",
    ]) {
      expect(help.stdout).toContain(option);
    }
    expect(lites(["--version"]).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  test.each([
    [["--no-such"]],
    [["--memory", "plenty", "-c", "true"]],
    [["--memory", "1k", "-c", "true"]],
    [["--mount", "/no/such:/mnt", "-c", "true"]],
    [["--mount", "nonsense", "-c", "true"]],
    [["--root", "/no/such.tar", "-c", "true"]],
    [["--trace", "everything", "-c", "true"]],
    [["--trace", "syscalls", "--trace-file", "/no/such/file", "-c", "true"]],
    [["--env", "novalue", "-c", "true"]],
    [["--stats=xml", "-c", "true"]],
    [["--engine", "steam", "-c", "true"]],
    [["/no/such/script"]],
    [["exec"]],
  ])("%j is refused with one line", (args) => {
    const { status, stdout, stderr } = lites(args);
    expect(status).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).toMatch(/^lites: [^\n]+\n$/);
  });

  test("--env", () => {
    expect(lites(["--env", "A=b c", "--env", "D==", "-c", 'echo "$A$D"']).stdout).toBe("b c=\n");
  });

  test("--trace syscalls", () => {
    const file = join(directory, "trace");
    expect(lites(["--trace", "syscalls", "-c", "cat /etc/group"]).stderr).toMatch(/open(at)?\(.*"\/etc\/group".*\) = 3\n/);
    expect(lites(["--trace", "syscalls,ipc,faults", "--trace-file", file, "-c", "true"])).toEqual({ status: 0, stdout: "", stderr: "" });
    const text = lites(["--mount", `${directory}:/mnt:ro`, "-c", "grep -c exit /mnt/trace"]).stdout;
    expect(Number(text)).toBeGreaterThan(0);
  });

  test("--stats", () => {
    const { stderr } = lites(["--stats", "-c", "ls / | cat"]);
    expect(stderr).toContain("page-outs");
    const json = JSON.parse(lites(["--stats=json", "-c", "ls /"]).stderr) as {
      total: { instructions: number };
      programs: { name: string }[];
    };
    expect(json.total.instructions).toBeGreaterThan(10_000);
    expect(json.programs.map((program) => program.name)).toContain("sh");
  });

  test("--virtual-clock repeats bit for bit", () => {
    const run = () =>
      lites(
        [
          "--virtual-clock",
          "--seed",
          "x",
          "--stats=json",
          "-c",
          "date +%N; od -An -tx1 -N8 /dev/urandom; sleep 3; date +%s; ls -l /proc/self | wc -l",
        ],
        { input: "" },
      );
    const first = run();
    expect(first.status).toBe(0);
    expect(run()).toEqual(first);
  });

  test("--engine: output and instruction count do not depend on it", () => {
    const run = (engine: string) =>
      lites(["--engine", engine, "--virtual-clock", "--stats=json", "-c", "seq 2000 | sort -rn | tail -1; date +%N"], { input: "" });
    const first = run("interpreter");
    expect(first.status).toBe(0);
    expect(first.stdout).toMatch(/^1\n\d+\n$/);
    const instructions = (text: string) => (JSON.parse(text) as { total: { instructions: number } }).total.instructions;
    for (const engine of ["translator", "auto"]) {
      const other = run(engine);
      expect([other.status, other.stdout, instructions(other.stderr)]).toEqual([0, first.stdout, instructions(first.stderr)]);
    }
  });

  test("--root", () => {
    const { status, stdout } = lites(["--root", join(process.cwd(), "dist", "root.tar"), "-c", "echo here"]);
    expect([status, stdout]).toEqual([0, "here\n"]);
  });
});
