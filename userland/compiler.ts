/**
 * The C compiler for guest code: gcc or clang with 32-bit code generation. No 32-bit libraries are needed.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Flags common to everything that runs on the emulated processor. */
export const compilerFlags = [
  "-m32",
  "-march=i686",
  "-mno-mmx",
  "-mno-sse",
  "-std=gnu11",
  "-Wall",
  "-Wextra",
  "-ffreestanding",
  "-fno-pic",
  "-fno-stack-protector",
  "-fno-asynchronous-unwind-tables",
  "-fcf-protection=none",
  "-nostdinc",
  "-nostdlib",
  "-static",
  "-no-pie",
  "-Wl,-m,elf_i386",
] as const;

let found: string | undefined;

/** The first of $CC, gcc and clang that can make 32-bit code. Throws with advice when there is none. */
export function findCompiler(): string {
  if (found) return found;
  const directory = mkdtempSync(join(tmpdir(), "lites-cc-"));
  try {
    const probe = join(directory, "probe.c");
    writeFileSync(probe, "int probe(int a) { return a + 1; }\n");
    for (const candidate of [process.env["CC"], "gcc", "clang"]) {
      if (!candidate) continue;
      const result = spawnSync(candidate, ["-m32", "-ffreestanding", "-c", "-o", join(directory, "probe.o"), probe]);
      if (result.status === 0) {
        found = candidate;
        return candidate;
      }
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
  throw new Error("no C compiler that makes 32-bit x86 code was found; install gcc (Debian: apt-get install gcc) or clang, or name one in CC");
}

/** Directory of the compiler's own headers (stddef.h, stdarg.h, stdint.h). */
export function compilerHeaders(): string {
  return execFileSync(findCompiler(), ["-print-file-name=include"], { encoding: "utf8" }).trim();
}
