/**
 * What a policy says of the open files that a call names by descriptors; of paths the file system space asks (../vfs/file-system.ts). Which
 * arguments those are follows from the table of system calls.
 */
import { AT_FDCWD } from "../abi/open-flags.ts";
import type { Kind, SystemCallRow } from "../abi/system-calls.ts";
import type { Argument } from "../dispatch.ts";
import type { Process } from "../process/process.ts";
import type { PlaceGuard } from "../vfs/place-guard.ts";

const isPath = (kind: Kind | undefined): boolean => kind?.kind === "path" || kind?.kind === "optionalPath";

/**
 * Shows the guard every open file that the call is about. A descriptor before a path is where the path starts: the call is about
 * its file only when the path is empty or missing.
 * @throws the policy's error
 */
export function checkDescriptors(
  guard: PlaceGuard,
  process: Process,
  { args: kinds }: SystemCallRow,
  args: Readonly<Record<string, Argument>>,
): void {
  const names = Object.keys(kinds);
  for (const [index, name] of names.entries()) {
    if (kinds[name]!.kind !== "fd") continue;
    const next = names[index + 1];
    if (next !== undefined && isPath(kinds[next]) && args[next]) continue;
    const fd = args[name] as number;
    if (fd === AT_FDCWD) guard.check({ path: undefined, inode: process.cwd.inode });
    else {
      const file = process.descriptors[fd]?.file;
      guard.check({ path: file?.origin, inode: file?.inode });
    }
  }
}
