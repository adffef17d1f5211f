/**
 * Debian's i386 packages as test programs: downloaded once into build/debian, without touching the host's package state.
 *
 * Where they cannot be had the tests that need them are skipped, visibly; with LITES_DEBIAN=required they fail instead.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
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
    { cwd: cache, stdio: ["ignore", "ignore", "pipe"], timeout: 180_000 },
  );
}

function download(name: string): void {
  const find = (): string | undefined => readdirSync(cache).find((file) => file.startsWith(`${name}_`) && file.endsWith(".deb"));
  mkdirSync(cache, { recursive: true });
  if (!find()) {
    // A mirror in the middle of an update fails on single lists; the download tells whether the package can be had.
    try {
      apt("apt-get", "update");
    } catch {
      // fall through to the download
    }
    apt("apt-get", "download", name);
  }
  execFileSync("dpkg-deb", ["-x", join(cache, find()!), join(cache, name)]);
}

/** A package's files under a directory, or why it cannot be had. */
export function debianPackage(name: string): { directory: string } | { missing: string } {
  const directory = join(cache, name);
  if (existsSync(directory)) return { directory };
  let missing: string;
  try {
    download(name);
    return { directory };
  } catch (error) {
    missing = `Debian's ${name} for i386 could not be downloaded: ${error instanceof Error ? error.message.split("\n")[0] : String(error)}`;
  }
  if (process.env["LITES_DEBIAN"] === "required") throw new Error(missing);
  process.stderr.write(`skipped: ${missing}\n`);
  return { missing };
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
