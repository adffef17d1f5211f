/**
 * Builds everything that runs: emulation library, userland, root file system image, and the bundles of host/.
 *
 * dist/ is what the command and the library need: cli.js, index.js, emulib.bin, emulib.json, root.tar.
 */
import { chmodSync, copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { create } from "tar";
import { buildEmulator } from "#emulib/build.ts";
import { buildUserland } from "#userland/build.ts";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(root, "dist");
const work = join(root, "build");

/** Programs that live in /sbin. */
const systemPrograms = new Set(["init"]);
/** Other names of programs. */
const aliases: Readonly<Record<string, string>> = { "[": "test" };
const directories = [
  "bin",
  "sbin",
  "etc",
  "dev",
  "proc",
  "root",
  "home",
  "mnt",
  "tmp",
  "usr/bin",
  "usr/sbin",
  "usr/local/bin",
  "var/tmp",
  "var/log",
];
const worldWritable = ["tmp", "var/tmp"];

/** Lays out the root file system and packs it. */
function buildRootImage(programs: readonly { name: string; path: string }[]): void {
  const tree = join(work, "root");
  rmSync(tree, { recursive: true, force: true });
  for (const directory of directories) mkdirSync(join(tree, directory), { recursive: true });
  for (const directory of worldWritable) chmodSync(join(tree, directory), 0o1777);
  const install = (name: string, path: string): void => {
    const target = join(tree, systemPrograms.has(name) ? "sbin" : "bin", name);
    copyFileSync(path, target);
    chmodSync(target, 0o755);
  };
  for (const program of programs) install(program.name, program.path);
  for (const [alias, name] of Object.entries(aliases)) {
    const program = programs.find((candidate) => candidate.name === name);
    if (program) install(alias, program.path);
  }
  const etc = join(root, "userland", "etc");
  for (const name of readdirSync(etc)) copyFileSync(join(etc, name), join(tree, "etc", name));
  create({ cwd: tree, file: join(dist, "root.tar"), sync: true, mtime: new Date(0) }, readdirSync(tree).sort());
}

async function bundle(): Promise<void> {
  const version = (JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string }).version;
  await build({
    absWorkingDir: root,
    entryPoints: { cli: "host/cli.ts", index: "host/index.ts" },
    outdir: dist,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    sourcemap: "linked",
    define: { PACKAGE_VERSION: JSON.stringify(version) },
    // Bundled CommonJS packages ask for Node's own modules with require().
    banner: {
      js: 'import { createRequire as lites_createRequire } from "node:module"; const require = lites_createRequire(import.meta.url);',
    },
    logLevel: "warning",
  });
}

try {
  mkdirSync(dist, { recursive: true });
  const emulator = buildEmulator(join(work, "emulib"));
  writeFileSync(join(dist, "emulib.bin"), emulator.image);
  writeFileSync(join(dist, "emulib.json"), JSON.stringify(emulator.entries));
  buildRootImage(await buildUserland(join(work, "userland", "bin")));
  await bundle();
} catch (error) {
  process.stderr.write(`build: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
