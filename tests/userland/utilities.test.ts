/** The programs against the host's own: the same command lines, files and input must give the same output, status and files. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { buildUserland } from "#tools/userland.ts";
import type { Case } from "./case.ts";
import { cases } from "./cases.ts";
import { comparable, runNative } from "./native.ts";

const built = resolve(import.meta.dirname, "../../build/userland/bin");
const hostPath = (name: string): string | undefined =>
  ["/usr/bin", "/bin"].map((folder) => join(folder, name)).find((path) => existsSync(path));

await buildUserland(built);
const runsHere = spawnSync(join(built, "true")).status === 0;
const isGnu = spawnSync("ls", ["--version"], { encoding: "utf8" }).stdout?.includes("GNU coreutils") ?? false;

const label = ({ argv, stdin }: Case): string => {
  const line = argv.map((word) => (/^[\w./=+:-]+$/.test(word) ? word : `'${word}'`)).join(" ");
  return line.length > 150 ? `${line.slice(0, 150)}…` : stdin !== undefined && stdin.length === 0 ? `${line} < nothing` : line;
};

describe.skipIf(!runsHere || !isGnu)("the userland on this host answers as GNU's", () => {
  beforeAll(() => {
    process.umask(0o022);
  });
  for (const [group, table] of Object.entries(cases))
    describe(group, () => {
      for (const one of table) {
        const host = hostPath(one.argv[0] ?? "");
        test.skipIf(host === undefined)(label(one), async () => {
          const ours = comparable(one, await runNative(join(built, one.argv[0] ?? ""), one));
          expect(ours).toEqual(comparable(one, await runNative(host ?? "", one)));
        });
      }
    });
});
