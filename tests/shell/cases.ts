/**
 * The shell's test cases: scripts that every POSIX shell like dash runs alike. They are kept as shell text in `cases/`, where nothing
 * needs escaping:
 *
 *     #### name of the case
 *     #: args ["positional", "parameters"]
 *     #: stdin "what standard input holds\n"
 *     #: expect {"stdout": "…", "status": 0}
 *     the script
 *
 * Each is run in an empty directory as `sh -c script sh args…`. `expect` is given only where this shell does more than dash.
 */
import { readFileSync, readdirSync } from "node:fs";

export interface ShellCase {
  readonly name: string;
  readonly script: string;
  readonly stdin?: string;
  readonly args?: readonly string[];
  readonly expect?: { readonly stdout: string; readonly status: number };
}

const directory = new URL("cases/", import.meta.url);

function parseCase(group: string, section: string): ShellCase {
  const [name = "", ...lines] = section.split("\n");
  const fields: Record<string, unknown> = {};
  while (lines[0]?.startsWith("#: ")) {
    const [, key = "", value = ""] = /^#: (\w+) (.*)$/.exec(lines.shift() ?? "") ?? [];
    fields[key] = JSON.parse(value);
  }
  const script = lines.join("\n").replace(/\n$/, "");
  return { name: `${group}: ${name}`, script, ...fields };
}

export const shellCases: readonly ShellCase[] = readdirSync(directory)
  .filter((file) => file.endsWith(".sh"))
  .sort()
  .flatMap((file) =>
    readFileSync(new URL(file, directory), "utf8")
      .split(/^#### /m)
      .slice(1)
      .map((section) => parseCase(file.slice(0, -3), section)),
  );
