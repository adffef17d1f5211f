/**
 * Compiled programs on the bare processor, against the same programs on the host.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { runProgram } from "./elf-program.ts";

const OPTIONS = ["-m32", "-march=i686", "-mno-sse", "-nostdlib", "-static", "-ffreestanding", "-fno-pic", "-no-pie"];
const LIMIT = 100_000_000;

const directory = mkdtempSync(join(tmpdir(), "program-"));
const source = fileURLToPath(new URL("program.c", import.meta.url));

interface Program {
  level: string;
  image: Uint8Array;
  output: string;
  status: number | null;
}

/** Builds the program and runs it on the host; undefined when the host cannot. */
function build(level: string): Program | undefined {
  const file = join(directory, `program${level}`);
  const built = spawnSync("gcc", [...OPTIONS, level, "-o", file, source, "-lgcc"], { stdio: "ignore" });
  if (built.status !== 0) return undefined;
  const native = spawnSync(file, { encoding: "latin1" });
  return native.error === undefined ? { level, image: readFileSync(file), output: native.stdout, status: native.status } : undefined;
}

const programs = ["-O0", "-O2", "-Os"].flatMap((level) => build(level) ?? []);

describe("compiled programs", () => {
  afterAll(() => rmSync(directory, { recursive: true }));

  it.skipIf(programs.length === 0).each(programs)("compute with $level what they compute on the host", (program) => {
    const result = runProgram(program.image, LIMIT);
    expect(result.exception).toBe("");
    expect(result.output).toBe(program.output);
    expect(result.status).toBe(program.status);
    expect(result.output.length).toBe(72);
  });
});
