/**
 * The host's files as the Unix server mounts them: Node's `fs`, what it lacks, and how directories are held.
 */
import { spawnSync } from "node:child_process";
import nodeFs from "node:fs";
import { EPERM, errorByNumber, type UnixError } from "#lites/abi/errno.ts";
import type { DescriptorLinks } from "#lites/filesystems/directory-handles.ts";
import type { NodeFs, NodePath } from "#lites/filesystems/node-interface.ts";

const OWN_DESCRIPTORS = "/proc/self/fd";
/** Linux's O_PATH, which Node has no name for; the same on all its processors that Node runs on. */
const O_PATH = 0o10000000;

/** How Linux shows the descriptors of this process; undefined on other hosts, and where /proc is not mounted. */
export const descriptorLinks: DescriptorLinks | undefined =
  process.platform === "linux" && nodeFs.existsSync(OWN_DESCRIPTORS) ? { directory: OWN_DESCRIPTORS, O_PATH } : undefined;

export const UNPROTECTED_MOUNTS =
  "this host does not show descriptors in /proc/self/fd: programs of the host that exchange directories of a mount for links can lead guests out of it";

/** The errno whose text ends a message of a program in the C locale. */
function errorOfMessage(message: string): UnixError | undefined {
  for (let number = 1; number < 134; number++) {
    const error = errorByNumber(number);
    if (error !== undefined && message.trimEnd().endsWith(`: ${error.message}`)) return error;
  }
  return undefined;
}

/** Makes a FIFO by the host's mkfifo program. xargs hands it the name, as the arguments of a process started by Node are UTF-8. */
function mkfifoSync(path: NodePath, mode: number): void {
  const bytes = Buffer.from(path as string);
  // The descriptors are this process's, not that program's.
  const own = Buffer.from(`${OWN_DESCRIPTORS}/`);
  const name = bytes.subarray(0, own.length).equals(own)
    ? Buffer.concat([Buffer.from(`/proc/${process.pid}/fd/`), bytes.subarray(own.length)])
    : bytes;
  const { status, stderr } = spawnSync("xargs", ["-0", "mkfifo", "-m", mode.toString(8), "--"], {
    input: Buffer.concat([name, Buffer.of(0)]),
    env: { ...process.env, LC_ALL: "C" },
    encoding: "utf8",
  });
  if (status !== 0) throw errorOfMessage(stderr ?? "") ?? EPERM;
}

export const hostFiles = Object.assign(Object.create(nodeFs) as object, { mkfifoSync }) as NodeFs;
