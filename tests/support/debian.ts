/**
 * Debian's i386 packages as test programs: downloaded once into build/debian, without touching the host's package state.
 *
 * Single packages are files to run by themselves or to mount; a root is a file system with packages and all they depend on.
 *
 * Where they cannot be had the tests that need them are skipped, visibly; with LITES_DEBIAN=required they fail instead.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { projectRoot } from "./command.ts";

const cache = join(projectRoot, "build", "debian");

function apt(command: string, ...args: string[]): void {
  const state = join(cache, "apt");
  for (const directory of ["lists/partial", "cache/archives/partial", "etc/preferences.d"])
    mkdirSync(join(state, directory), { recursive: true });
  // A package state of our own: an i386 system with nothing installed, that trusts the host's sources and keys.
  if (!existsSync(join(state, "status"))) writeFileSync(join(state, "status"), "");
  execFileSync(
    command,
    [
      "-qq",
      "-o",
      "APT::Architecture=i386",
      "-o",
      "APT::Architectures=i386",
      "-o",
      "APT::Sandbox::User=root",
      "-o",
      `Dir::State=${state}`,
      "-o",
      `Dir::State::lists=${join(state, "lists")}`,
      "-o",
      `Dir::State::status=${join(state, "status")}`,
      "-o",
      `Dir::Cache=${join(state, "cache")}`,
      ...args,
    ],
    { cwd: cache, stdio: ["ignore", "ignore", "pipe"], timeout: 600_000 },
  );
}

/** A mirror in the middle of an update fails on single lists; the download tells whether packages can be had. */
function update(): void {
  try {
    apt("apt-get", "update");
  } catch {
    // fall through to the download
  }
}

function download(name: string): void {
  const find = (): string | undefined => readdirSync(cache).find((file) => file.startsWith(`${name}_`) && file.endsWith(".deb"));
  mkdirSync(cache, { recursive: true });
  if (!find()) {
    update();
    apt("apt-get", "download", name);
  }
  execFileSync("dpkg-deb", ["-x", join(cache, find()!), join(cache, name)]);
}

type Found = { directory: string } | { missing: string };

/** A package's files under a directory, or why it cannot be had. */
export function debianPackage(name: string): Found {
  const directory = join(cache, name);
  if (existsSync(directory)) return { directory };
  return obtain(name, directory, () => download(name));
}

function obtain(name: string, directory: string, make: () => void): Found {
  let missing: string;
  try {
    make();
    return { directory };
  } catch (error) {
    missing = `Debian's ${name} for i386 could not be downloaded: ${error instanceof Error ? error.message.split("\n")[0] : String(error)}`;
  }
  if (process.env["LITES_DEBIAN"] === "required") throw new Error(missing);
  process.stderr.write(`skipped: ${missing}\n`);
  return { missing };
}

/** Folders of a root that nobody reads in tests. */
const unread = ["doc", "man", "locale", "info", "lintian", "bash-completion"].map((name) => join("usr/share", name));

/**
 * A root file system with packages and all they depend on, unpacked but not configured, or why it cannot be had. It stays in
 * build/debian/roots, where nobody may change it.
 * @param name of the root
 */
export function debianRoot(name: string, packages: readonly string[]): Found {
  const directory = join(cache, "roots", name);
  const list = join(cache, "roots", `${name}.packages`);
  const wanted = packages.join("\n");
  if (existsSync(list) && readFileSync(list, "utf8") === wanted) return { directory };
  return obtain(packages.join(", "), directory, () => {
    mkdirSync(cache, { recursive: true });
    update();
    const archives = `${directory}.archives`;
    for (const old of [archives, directory]) rmSync(old, { recursive: true, force: true });
    mkdirSync(join(archives, "partial"), { recursive: true });
    apt("apt-get", "-o", `Dir::Cache::archives=${archives}`, "install", "--yes", "--no-install-recommends", "--download-only", ...packages);
    unpack(
      readdirSync(archives)
        .filter((file) => file.endsWith(".deb"))
        .map((file) => join(archives, file)),
      directory,
    );
    rmSync(archives, { recursive: true });
    writeFileSync(list, wanted);
  });
}

function unpack(archives: readonly string[], directory: string): void {
  for (const archive of archives) execFileSync("dpkg-deb", ["--extract", archive, directory]);
  for (const folder of unread) rmSync(join(directory, folder), { recursive: true, force: true });
  for (const folder of ["dev", "etc", "mnt", "proc", "root", "tmp"]) mkdirSync(join(directory, folder), { recursive: true });
  // What the scripts of packages would do.
  for (const file of ["passwd", "group"]) {
    const master = join(directory, "usr/share/base-passwd", `${file}.master`);
    if (existsSync(master)) copyFileSync(master, join(directory, "etc", file));
  }
  if (existsSync(join(directory, "usr/bin/mawk"))) symlinkSync("mawk", join(directory, "usr/bin/awk"));
}

/** A file of a package. */
export type PackageFile = readonly [packageName: string, path: string];

/** Puts a package's program or library into a directory; throws when the package cannot be had. */
export function copyFromPackage([packageName, path]: PackageFile, directory: string): void {
  const found = debianPackage(packageName);
  if ("missing" in found) throw new Error(found.missing);
  const target = join(directory, basename(path));
  copyFileSync(join(found.directory, path), target);
  chmodSync(target, 0o755);
}

/** The dynamic loader and the C library: what every dynamically linked program needs. */
export const cLibrary: readonly PackageFile[] = ["ld-linux.so.2", "libc.so.6", "libm.so.6"].map((name) => [
  "libc6",
  `lib/i386-linux-gnu/${name}`,
]);

/** How a dynamically linked program starts in a directory that has its libraries, anywhere. */
export const throughLoader = ["./ld-linux.so.2", "--library-path", "."] as const;

/** Whether the host runs i386 programs natively, so that it can be the oracle. */
export function hostRuns(file: string, ...args: string[]): boolean {
  return spawnSync(file, args, { stdio: "ignore", timeout: 10_000 }).status === 0;
}
