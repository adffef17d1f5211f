/**
 * The C compiler for guest code: gcc or clang with 32-bit code generation. No 32-bit libraries are needed.
 */
import { execFileSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Where the headers of the kernel's library are, and where those that are generated go. */
export const libraryHeaders = join(root, "userland", "libl3", "include");
export const generatedHeaders = join(root, "build", "userland", "include");

/** What keeps guest code from being built; the message tells what to install. */
export class BuildError extends Error {
  override readonly name = "BuildError";
}

const commonFlags = [
  ...["-m32", "-march=i686", "-mno-sse", "-mno-mmx", "-mpreferred-stack-boundary=2"],
  ...["-std=gnu11", "-O2", "-pipe", "-Wall", "-Wextra"],
  ...["-ffreestanding", "-fno-builtin", "-fno-pic", "-fno-stack-protector", "-fno-asynchronous-unwind-tables"],
  ...["-ffunction-sections", "-fdata-sections"],
];
/** gcc would turn the loop in strlen into a call of strlen. */
const gccFlags = ["-fno-tree-loop-distribute-patterns"];
export const linkFlags = [
  ...["-nostdlib", "-static", "-no-pie", "-s"],
  ...["-Wl,-m,elf_i386", "-Wl,--gc-sections", "-Wl,--build-id=none", "-Wl,-z,noexecstack", "-Wl,-z,norelro"],
];

export interface Compiler {
  readonly command: string;
  readonly flags: readonly string[];
  /** Names the compiler's version, for the hashes. */
  readonly identity: string;
}

const run = (command: string, args: readonly string[]): string =>
  execFileSync(command, args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });

const installHint = "install one: apt-get install gcc (Debian, Ubuntu), dnf install gcc (Fedora), apk add gcc binutils (Alpine)";

/** The first of $CC, gcc and clang that can compile and link for i386. */
export function findCompiler(): Compiler {
  const given = process.env["CC"];
  const problems: string[] = [];
  const probe = join(tmpdir(), `lites-probe-${process.pid}`);
  for (const command of given ? [given] : ["gcc", "clang"]) {
    try {
      const version = run(command, ["--version"]).split("\n")[0] ?? "";
      const isClang = version.includes("clang");
      const include = run(command, ["-print-file-name=include"]).trim();
      const flags = [
        ...commonFlags.filter((flag) => !(isClang && flag.startsWith("-mpreferred-stack-boundary"))),
        ...(isClang ? ["-mstack-alignment=4", "-Wno-unused-command-line-argument"] : gccFlags),
        ...[
          "-nostdinc",
          ...[join(root, "userland", "include"), libraryHeaders, generatedHeaders, include].flatMap((path) => ["-isystem", path]),
        ],
      ];
      writeFileSync(`${probe}.c`, "void _start(void) { for (;;) continue; }\n");
      run(command, [...flags, ...linkFlags, `${probe}.c`, "-o", probe]);
      return { command, flags, identity: `${command} ${version} ${flags.join(" ")} ${linkFlags.join(" ")}` };
    } catch (error) {
      const missing = (error as NodeJS.ErrnoException).code === "ENOENT";
      problems.push(
        missing
          ? `${command}: not found`
          : `${command}: cannot build for i386 (-m32)\n${String((error as { stderr?: unknown }).stderr ?? error)}`,
      );
    } finally {
      rmSync(`${probe}.c`, { force: true });
      rmSync(probe, { force: true });
    }
  }
  throw new BuildError(`the programs of the system need a C compiler for x86; ${installHint}\n  ${problems.join("\n  ")}`);
}
