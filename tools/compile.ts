/**
 * Compiles a C program of one's own for the system, with its C library and libl3: `npx tsx tools/compile.ts SOURCE.c OUTPUT`.
 */
import { existsSync } from "node:fs";
import { buildProgram, buildUserland } from "./userland.ts";
import { BuildError } from "./c-compiler.ts";

const [source, output] = process.argv.slice(2);
try {
  if (source === undefined || output === undefined) throw new BuildError("usage: npx tsx tools/compile.ts SOURCE.c OUTPUT");
  if (!existsSync(source)) throw new BuildError(`there is no file ${source}`);
  await buildUserland();
  await buildProgram(source, output);
} catch (error) {
  if (!(error instanceof BuildError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
