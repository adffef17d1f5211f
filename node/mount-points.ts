/**
 * Mount points: the directories of the root file system that host directories are mounted on, checked and made.
 */
import { statSync } from "node:fs";
import { join, posix } from "node:path";
import { OptionError } from "#system/option-error.ts";
import { type Mount, ownDirectory, reasonOf } from "./option-forms.ts";
import type { RootVolume } from "#system/memory-root.ts";

const refuse = (mount: Mount, reason: string): never => {
  throw new OptionError(`cannot mount on '${mount.target}': ${reason}`, "mounts", mount);
};

/** A directory of the root file system, made when it is missing. @returns its path without symbolic links */
function makeDirectory(root: RootVolume, mount: Mount): string {
  try {
    root.mkdirSync(mount.target, { recursive: true });
    if (root.statSync(mount.target).isDirectory()) return root.realpathSync(mount.target) as string;
  } catch (error) {
    if (!(error instanceof Error && "code" in error && (error.code === "EEXIST" || error.code === "ENOTDIR")))
      refuse(mount, reasonOf(error));
  }
  return refuse(mount, "not a directory");
}

/** In a directory that is mounted already. */
function checkMounted(mount: Mount, above: Mount, rest: string): void {
  const stat = statSync(join(above.source, rest), { throwIfNoEntry: false });
  if (stat === undefined) refuse(mount, `no such directory in '${above.source}'`);
  else if (!stat.isDirectory()) refuse(mount, "not a directory");
}

/** @throws OptionError when there is no directory, and can be none, or it is the system's own */
export function makeMountPoints(root: RootVolume, mounts: readonly Mount[]): void {
  const made: { path: string; mount: Mount }[] = [];
  for (const mount of mounts) {
    const above = made.findLast(({ path }) => posix.resolve(mount.target).startsWith(`${path === "/" ? "" : path}/`));
    if (above) checkMounted(mount, above.mount, posix.relative(above.path, posix.resolve(mount.target)));
    const path = above ? posix.resolve(mount.target) : makeDirectory(root, mount);
    const own = ownDirectory(path);
    if (own !== undefined) refuse(mount, `${own} is the system's own`);
    made.push({ path, mount });
  }
}
