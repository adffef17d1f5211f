/**
 * Changes of a file's attributes, with the checks of who may make them: chmod, chown, utimes, access.
 * Source: POSIX chmod, chown, utimensat, access; set-id bits as Linux clears them.
 */
import { EPERM, EROFS } from "../abi/errno.ts";
import { isDevice, isDirectory, PERMISSION_BITS, S_ISGID, S_ISUID } from "../abi/file-mode.ts";
import { W_OK } from "../abi/open-flags.ts";
import type { Credentials, Process } from "../process/process.ts";
import { checkOwner, checkPermission, inGroup, isOwner } from "./permissions.ts";
import type { AttributeChange, Inode } from "./inode.ts";

/** @throws EROFS */
export function checkWritable(inode: Inode): void {
  if (inode.fileSystem?.readOnly) throw EROFS;
}

/** access(2) and faccessat2(2). */
export function checkAccess(inode: Inode, wanted: number, credentials: Credentials): void {
  const attributes = inode.attributes();
  checkPermission(credentials, attributes, wanted);
  if (wanted & W_OK && !isDevice(attributes.mode)) checkWritable(inode);
}

export function chmod(process: Process, inode: Inode, mode: number): void {
  const attributes = inode.attributes();
  checkWritable(inode);
  checkOwner(process.credentials, attributes);
  let bits = mode & PERMISSION_BITS;
  if (process.credentials.euid !== 0 && !inGroup(process.credentials, attributes.gid)) bits &= ~S_ISGID;
  inode.setAttributes({ mode: bits });
}

/** uid or gid -1: stays. */
export function chown(process: Process, inode: Inode, uid: number, gid: number): void {
  const attributes = inode.attributes();
  checkWritable(inode);
  const { credentials } = process;
  if (credentials.euid !== 0) {
    const isTheOwner = credentials.euid === attributes.uid;
    if (uid !== -1 && (!isTheOwner || uid !== attributes.uid)) throw EPERM;
    if (gid !== -1 && (!isTheOwner || (gid !== attributes.gid && !inGroup(credentials, gid)))) throw EPERM;
  }
  const wanted: AttributeChange = {};
  if (uid !== -1) wanted.uid = uid >>> 0;
  if (gid !== -1) wanted.gid = gid >>> 0;
  const bits = withoutSetIds(attributes.mode);
  if (!isDirectory(attributes.mode) && bits !== (attributes.mode & PERMISSION_BITS)) wanted.mode = bits;
  inode.setAttributes(wanted);
}

/** utimensat(2). Undefined times stay; `explicit`: not both "now", which needs only write permission. */
export function setTimes(process: Process, inode: Inode, times: { atimeNs?: bigint; mtimeNs?: bigint }, explicit: boolean): void {
  const attributes = inode.attributes();
  checkWritable(inode);
  if (!isOwner(process.credentials, attributes)) {
    if (explicit) throw EPERM;
    checkPermission(process.credentials, attributes, W_OK);
  }
  inode.setAttributes(times);
}

/** Writing by others than root takes the set-id bits away. */
export function clearSetIds(process: Process, inode: Inode): void {
  if (process.credentials.euid === 0) return;
  const { mode } = inode.attributes();
  const bits = withoutSetIds(mode);
  if (bits !== (mode & PERMISSION_BITS)) inode.setAttributes({ mode: bits });
}

/** Permission bits without set-user-id, and without set-group-id where that means execution. */
function withoutSetIds(mode: number): number {
  const bits = mode & PERMISSION_BITS & ~S_ISUID;
  return bits & 0o010 ? bits & ~S_ISGID : bits;
}
