/**
 * Builds everything that runs: emulation library, userland, root file system image, and the bundles of node/.
 *
 * dist/ is what the command and the library need: cli.js, signal-thread.js, paging*.js, index.js, manager.js, emulib.bin, emulib.json, root.tar.
 * What npm would install with the package is bundled, but for large libraries of some commands only (peerDependencies in package.json).
 */
import { chmodSync, copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type BuildOptions, build } from "esbuild";
import { create } from "tar";
import { buildEmulator } from "./emulib.ts";
import { buildFolder, buildUserland } from "./userland.ts";
import { timeZoneArchive } from "./time-zones.ts";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(root, "dist");
const work = join(root, "build");

/** Programs that live in /sbin. */
const systemPrograms = new Set(["init"]);
/** Other names of programs. */
const aliases: Readonly<Record<string, string>> = { "[": "test" };
/** Paths that scripts of other systems name: what they lead to. */
const links: Readonly<Record<string, string>> = { "usr/bin/env": "../../bin/env" };
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
/** Folders of manual pages; section n goes to manN. */
const manuals = ["userland/man", "userland/libl3/man"];
const worldWritable = ["tmp", "var/tmp"];

type Programs = Awaited<ReturnType<typeof buildUserland>>;

/** Lays out the root file system and packs it; `folders` are programs with a folder of their own. */
function buildRootImage(programs: Programs, folders: Readonly<Record<string, Programs>>): void {
  const tree = join(work, "root");
  rmSync(tree, { recursive: true, force: true });
  for (const directory of directories) mkdirSync(join(tree, directory), { recursive: true });
  for (const directory of worldWritable) chmodSync(join(tree, directory), 0o1777);
  const install = (name: string, path: string, directory = systemPrograms.has(name) ? "sbin" : "bin"): void => {
    const target = join(tree, directory, name);
    copyFileSync(path, target);
    chmodSync(target, 0o755);
  };
  for (const program of programs) install(program.name, program.path);
  for (const [directory, members] of Object.entries(folders)) {
    mkdirSync(join(tree, directory), { recursive: true });
    for (const { name, path } of members) install(name, path, directory);
  }
  for (const [alias, name] of Object.entries(aliases)) {
    const program = programs.find((candidate) => candidate.name === name);
    if (program) install(alias, program.path);
  }
  for (const [path, target] of Object.entries(links)) symlinkSync(target, join(tree, path));
  const etc = join(root, "userland", "etc");
  for (const name of readdirSync(etc)) copyFileSync(join(etc, name), join(tree, "etc", name));
  for (const folder of manuals)
    for (const name of readdirSync(join(root, folder))) {
      const section = /\.(\d)$/.exec(name)?.[1];
      if (section === undefined) continue;
      const target = join(tree, "usr/share/man", `man${section}`);
      mkdirSync(target, { recursive: true });
      copyFileSync(join(root, folder, name), join(target, name));
    }
  mkdirSync(join(tree, "usr/share/zoneinfo"), { recursive: true });
  writeFileSync(join(tree, "usr/share/zoneinfo/tzdata"), timeZoneArchive());
  create({ cwd: tree, file: join(dist, "root.tar"), sync: true, mtime: new Date(0) }, readdirSync(tree).sort());
}

/** The bundles: the command and the library are one file each; `lites paging` has files for its workers, for charts, and for what they share. */
async function bundle(): Promise<void> {
  const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    version: string;
    peerDependencies: Record<string, string>;
  };
  const common = {
    absWorkingDir: root,
    outdir: dist,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    sourcemap: "linked",
    define: { PACKAGE_VERSION: JSON.stringify(manifest.version) },
    // Bundled CommonJS packages ask for Node's own modules with require().
    banner: {
      js: 'import { createRequire as lites_createRequire } from "node:module"; const require = lites_createRequire(import.meta.url);',
    },
    logLevel: "warning",
  } as const satisfies BuildOptions;
  await build({ ...common, entryPoints: { cli: "node/cli.ts", index: "node/index.ts", "signal-thread": "node/signal-thread.ts" } });
  await build({ ...common, banner: {}, entryPoints: { manager: "servers/pager.ts" } });
  const entryPoints = { paging: "paging/cli.ts", "paging-worker": "paging/worker.ts" };
  const shared = {
    splitting: true,
    chunkNames: "paging-[name]-[hash]",
    external: Object.keys(manifest.peerDependencies),
    metafile: true as const,
  };
  const { metafile } = await build({ ...common, ...shared, entryPoints });
  // Names of chunks change with their content: what an earlier build left goes.
  const current = new Set(Object.keys(metafile.outputs).map((path) => basename(path)));
  for (const name of readdirSync(dist)) if (name.startsWith("paging-") && !current.has(name)) rmSync(join(dist, name));
}

try {
  mkdirSync(dist, { recursive: true });
  const emulator = buildEmulator(join(work, "emulib"));
  writeFileSync(join(dist, "emulib.bin"), emulator.image);
  writeFileSync(join(dist, "emulib.json"), JSON.stringify(emulator.entries));
  const userland = await buildUserland(join(work, "userland", "bin"));
  const workloads = await buildFolder(join(root, "paging", "workloads"), join(work, "paging", "workloads"));
  const examples = await buildFolder(join(root, "userland", "examples"), join(work, "userland", "examples"));
  buildRootImage(userland, { "usr/lib/paging": workloads, "usr/bin": examples });
  await bundle();
} catch (error) {
  process.stderr.write(`build: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
