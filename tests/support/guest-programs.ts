/**
 * The C programs of tests/guest, compiled with the system's own C library. They run on a Linux host too.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { buildProgram } from "#tools/userland.ts";
import { projectRoot } from "./command.ts";

const directory = join(projectRoot, "build", "tests");

/** Compiles tests/guest/NAME.c and returns the path of the binary. */
export async function guestProgram(name: string): Promise<string> {
  mkdirSync(directory, { recursive: true });
  const output = join(directory, name);
  await buildProgram(join(projectRoot, "tests", "guest", `${name}.c`), output);
  return output;
}

/** The folder to mount for them. */
export const guestDirectory = directory;
