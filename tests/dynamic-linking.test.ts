/**
 * Debian's unmodified, dynamically linked dash and C library: PT_INTERP, position-independent code, shared libraries.
 */
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { debianPackage } from "./support/debian.ts";
import { boot } from "./support/library.ts";

const packages = ["libc6", "dash"].map((name) => debianPackage(name));
const missing = packages.map((found) => ("missing" in found ? found.missing : undefined)).find(Boolean);

describe.skipIf(missing !== undefined)(`dynamic linking${missing ? ` (skipped: ${missing})` : ""}`, () => {
  test("dash runs a script", async () => {
    const [library, dash] = packages.map((found) => ("directory" in found ? found.directory : ""));
    const system = await boot({
      mounts: [
        { source: join(library!, "lib"), target: "/lib", readOnly: true },
        { source: join(dash!, "bin"), target: "/mnt", readOnly: true },
      ],
    });
    const script = 'square() { echo $(($1 * $1)); }; for n in 3 4; do square $n; done | while read x; do echo "got $x"; done; exit 6';
    const { code, stdout, stderr } = await system.run(["/mnt/dash", "-c", script]);
    await system.halt();
    expect([code, stdout.toString(), stderr.toString()]).toEqual([6, "got 9\ngot 16\n", ""]);
  });
});
