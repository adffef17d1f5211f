/**
 * Programs that crash, lie or attack: the right signal for them, nothing for the others.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { lites } from "./support/command.ts";
import { guestDirectory, guestProgram } from "./support/guest-programs.ts";

beforeAll(async () => {
  for (const name of ["crash", "bad-pointers", "hostile", "managers", "recursion"]) await guestProgram(name);
});

const run = (script: string, ...options: string[]) => lites([...options, "--mount", `${guestDirectory}:/test:ro`, "-c", script]);

describe("crashes", () => {
  test.each([
    ["null", 139],
    ["write-null", 139],
    ["rodata", 139],
    ["text", 139],
    ["divide", 136],
    ["illegal", 132],
    ["privileged", 139],
    ["gate", 139],
    ["interrupt", 139],
    ["forget-page", 139],
    ["trap", 133],
    ["jump", 139],
    ["stack", 139],
    ["emulator", 139],
    ["process-page", 139],
    ["beyond", 139],
    ["esp", 139],
    ["esp-call", 9],
    ["abort", 134],
    ["kill", 137],
    ["handled", 7],
    ["stack-handled", 7],
    ["bus", 135],
  ])("%s", (how, status) => {
    const { stdout } = run(`/test/crash ${how} >/dev/null; echo $?; echo alive`);
    expect(stdout).toBe(`${status}\nalive\n`);
  });
});

describe("broken programs", () => {
  let directory: string;
  let good: Buffer;
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), "lites-elf-"));
    good = readFileSync(join(guestDirectory, "crash"));
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  const cases: [string, (elf: Buffer) => Buffer][] = [
    ["empty", () => Buffer.alloc(0)],
    ["only the magic", (elf) => elf.subarray(0, 4)],
    ["truncated header", (elf) => elf.subarray(0, 40)],
    ["truncated program headers", (elf) => elf.subarray(0, 60)],
    ["64-bit class", (elf) => patch(elf, 4, 2)],
    ["big endian", (elf) => patch(elf, 5, 2)],
    ["another machine", (elf) => patch(elf, 18, 40)],
    ["not executable type", (elf) => patch(elf, 16, 1)],
    ["no program headers", (elf) => patch(elf, 44, 0)],
    ["absurd header offset", (elf) => patch32(elf, 28, 0xfffffff0)],
    ["segment in the emulation library", (elf) => patchSegments(elf, 8, 0xc0000000)],
    ["segment around the end of the address space", (elf) => patchSegments(elf, 8, 0xfffff000)],
    ["segment larger than the address space", (elf) => patchSegments(elf, 20, 0xf0000000)],
    ["file size above memory size", (elf) => patchSegments(elf, 16, 0x7fffffff)],
    ["overlapping segments", (elf) => patchSegments(elf, 8, 0x08048000)],
  ];

  function patch(elf: Buffer, offset: number, value: number): Buffer {
    const copy = Buffer.from(elf);
    copy[offset] = value;
    return copy;
  }
  function patch32(elf: Buffer, offset: number, value: number): Buffer {
    const copy = Buffer.from(elf);
    copy.writeUInt32LE(value, offset);
    return copy;
  }
  /** Changes one field of every PT_LOAD header. */
  function patchSegments(elf: Buffer, field: number, value: number): Buffer {
    const copy = Buffer.from(elf);
    const start = elf.readUInt32LE(28);
    for (let i = 0; i < elf.readUInt16LE(44); i++)
      if (elf.readUInt32LE(start + 32 * i) === 1) copy.writeUInt32LE(value, start + 32 * i + field);
    return copy;
  }

  test.each(cases)("%s", (_, change) => {
    writeFileSync(join(directory, "broken"), change(good), { mode: 0o755 });
    const { stdout, stderr } = lites(["--mount", `${directory}:/broken:ro`, "-c", "/broken/broken illegal; echo $?; echo alive"]);
    const status = Number(stdout.split("\n")[0]);
    // Refused by exec (126), or started and ended by a signal; an empty file is an empty script.
    expect([0, 2, 126, 127, 132, 137, 139]).toContain(status);
    expect(stdout).toMatch(/\nalive\n$/);
    expect(stderr).not.toContain("internal");
  });
});

describe("bad pointers", () => {
  test("every call with memory says EFAULT", () => {
    expect(run("/test/bad-pointers < /etc/passwd").stdout).toBe("0 wrong\n");
  });

  test("a sweep over all calls harms nobody", () => {
    const { stdout, stderr } = run(
      "cd /tmp; /test/bad-pointers sweep < /etc/passwd > /dev/null 2>&1; echo alive; ls / > /dev/null && echo well",
    );
    expect(stdout).toBe("alive\nwell\n");
    expect(stderr).not.toContain("internal");
  });
});

describe("attacks", () => {
  test("10 000 random messages to the server", () => {
    const { stdout, stderr } = run("cd /tmp; /test/hostile messages > /dev/null 2>&1; echo alive; echo x | cat");
    expect(stdout).toBe("alive\nx\n");
    expect(stderr).not.toContain("internal");
  });

  test("10 000 messages to all servers, drivers and processes, in their own protocols", () => {
    const { stdout, stderr } = run("sleep 1000 & /test/hostile all; kill $!; echo alive; echo x | cat", "--virtual-clock");
    expect(stdout).toBe("done\nalive\nx\n");
    expect(stderr).not.toContain("internal");
  });

  test("random kernel calls", () => {
    const { stdout, stderr } = run("/test/hostile kernel-calls > /dev/null 2>&1; echo alive; echo x | cat");
    expect(stdout).toBe("alive\nx\n");
    expect(stderr).not.toContain("internal");
  });

  test("overwriting the emulation library's data", () => {
    const { stdout } = run(
      "for seed in 1 2 3 4 5 6 7 8; do /test/hostile smash $seed > /dev/null 2>&1 & pid=$!; sleep 0.2; kill -9 $pid 2>/dev/null; wait $pid; done; echo alive; echo x | cat",
      "--virtual-clock",
    );
    expect(stdout).toBe("alive\nx\n");
  });
});

describe("memory managers that fail", () => {
  test.each([
    ["silent", "signal 14 after 1 s"],
    ["refuse", "signal 11 after 0 s"],
    ["nothing", "signal 7 after 0 s"],
    ["dead", "signal 7 after 0 s"],
    ["dies", "signal 7 after 0 s"],
    ["wrong", "signal 7 after 0 s"],
    // The client gets a timeout and a signal; the answer that comes then reaches nobody, and its sender is told so.
    ["hangs", "signal 7 after 10 s"],
    ["late", "signal 7 after 10 s\nanswer: code 30"],
  ])("%s", (how, last) => {
    const { stdout } = run(`/test/managers ${how}; echo alive`, "--virtual-clock");
    expect(stdout).toBe(`map 0\n${last}\nalive\n`);
  });

  test.each(["silent", "refuse", "nothing", "dead", "dies", "wrong", "hangs", "late"])("%s, when the server reads there", (how) => {
    const { stdout } = run(`/test/managers ${how} server; date +%s.%N`, "--virtual-clock");
    expect(stdout).toMatch(/^map 0\nwrite -1\n1735689600\.0[01]\d+\n$/);
  });
});

describe("memory managers on memory managers", () => {
  test.each([1, 3, 8])("%i levels of processes", (levels) => {
    const { stdout } = run(`/test/recursion ${levels}`);
    expect(stdout).toBe(Array.from({ length: levels }, (_, index) => `level ${levels - 1 - index}: right\n`).join(""));
  });
});
