/**
 * One directory with all that the benchmark runs: kernels, real programs with their libraries, scripts, data.
 *
 * It is laid out the same for every peer, and every command runs in it.
 */
import { execFileSync } from "node:child_process";
import { copyFileSync, cpSync, existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { copyFromPackage, debianPackage, throughLoader } from "../../tests/support/debian.ts";
import { writeDataFiles } from "./files.ts";
import { KERNELS } from "./kernels.ts";
import { LIBRARIES, PYTHON_LIBRARY, REAL_PROGRAMS, type RealProgram } from "./programs.ts";

const here = dirname(fileURLToPath(import.meta.url));

/** One thing to measure. */
export interface Line {
  name: string;
  kind: "kernel" | "program";
  text: string;
  /** The command, in the directory of all files. A kernel also gets its name and a number of milliseconds. */
  argv: readonly string[];
}

function newer(output: string, inputs: readonly string[]): boolean {
  return existsSync(output) && inputs.every((input) => statSync(input).mtimeMs < statSync(output).mtimeMs);
}

function compile(output: string, flags: readonly string[], sources: readonly string[], alsoReads: readonly string[] = []): void {
  if (newer(output, [...sources, ...alsoReads])) return;
  execFileSync("gcc", [...flags, "-Wall", "-o", output, ...sources, "-lm"], { stdio: "inherit" });
}

function buildKernels(place: string): Line[] {
  const file = (name: string) => join(here, "kernels", name);
  compile(join(place, "stopwatch"), ["-m32", "-static", "-O2"], [join(here, "stopwatch.c")]);
  return KERNELS.map(([name, source, flags, text]) => {
    // Debian has a sort, too.
    const binary = `kernel-${name}`;
    compile(join(place, binary), flags, [file("kernel.c"), file(`${source}.c`)], [file("kernel.h"), join(here, "kernels.ts")]);
    return { name, kind: "kernel", text, argv: [`./${binary}`] };
  });
}

function realLine({ name, from, linkage, args, text }: RealProgram): Line {
  const binary = `./${basename(from[1])}`;
  const start = linkage === "static" ? [binary] : [...throughLoader, binary];
  return { name, kind: "program", text, argv: [...start, ...args] };
}

function buildPrograms(place: string): Line[] {
  for (const file of [...LIBRARIES, ...REAL_PROGRAMS.map(({ from }) => from)]) copyFromPackage(file, place);
  const [pythonPackage, encodings] = PYTHON_LIBRARY;
  const python = debianPackage(pythonPackage);
  if ("missing" in python) throw new Error(python.missing);
  cpSync(join(python.directory, encodings), join(place, basename(encodings)), { recursive: true });
  // Beside the interpreter: where its modules are, and nothing else.
  writeFileSync(join(place, "python3.11._pth"), ".\n");
  for (const name of readdirSync(join(here, "scripts"))) copyFileSync(join(here, "scripts", name), join(place, name));
  if (!newer(join(place, "lines"), [join(here, "files.ts")])) writeDataFiles(place);
  return REAL_PROGRAMS.map(realLine);
}

/** Fills the directory as far as needed. What cannot be had is left out, and told to `missing`. */
export function buildPlace(place: string, missing: (what: string) => void): Line[] {
  mkdirSync(place, { recursive: true });
  const lines: Line[] = [];
  try {
    lines.push(...buildKernels(place));
  } catch (error) {
    throw new Error(
      `the kernels need gcc with libraries for 32 bits (gcc-multilib): ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  try {
    lines.push(...buildPrograms(place));
  } catch (error) {
    missing(`no real programs: ${error instanceof Error ? error.message : String(error)}`);
  }
  return lines;
}
