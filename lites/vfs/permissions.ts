/**
 * Who may do what with a file: the checks of POSIX base definitions 4.5 and of Linux (root, sticky bit).
 */
import { EACCES, EPERM } from "../abi/errno.ts";
import { isDirectory, S_ISVTX } from "../abi/file-mode.ts";
import { X_OK } from "../abi/open-flags.ts";
import type { Credentials } from "../process/process.ts";
import type { Attributes, Inode } from "./inode.ts";

/** Whether a process of a group: the effective group or one of the supplementary ones. */
export function inGroup(credentials: Credentials, gid: number): boolean {
  return credentials.egid === gid || credentials.groups.includes(gid);
}

/** Throws EACCES unless the credentials give all of `wanted` (R_OK | W_OK | X_OK). Root passes, but executes only what has an x bit. */
export function checkPermission(credentials: Credentials, attributes: Readonly<Attributes>, wanted: number): void {
  const { mode } = attributes;
  if (credentials.euid === 0) {
    if (!(wanted & X_OK) || isDirectory(mode) || mode & 0o111) return;
    throw EACCES;
  }
  let granted = mode & 7;
  if (credentials.euid === attributes.uid) granted = (mode >> 6) & 7;
  else if (inGroup(credentials, attributes.gid)) granted = (mode >> 3) & 7;
  if ((granted & wanted) !== wanted) throw EACCES;
}

/** Permission to go through a directory; asks for its attributes only if they matter. @throws EACCES */
export function checkSearch(credentials: Credentials, directory: Inode): void {
  if (credentials.euid !== 0) checkPermission(credentials, directory.attributes(), X_OK);
}

export function isOwner(credentials: Credentials, attributes: Readonly<Attributes>): boolean {
  return credentials.euid === 0 || credentials.euid === attributes.uid;
}

/** Throws EPERM unless the process owns the file or is root. */
export function checkOwner(credentials: Credentials, attributes: Readonly<Attributes>): void {
  if (!isOwner(credentials, attributes)) throw EPERM;
}

/** In a sticky directory only the owners of file and directory (and root) may remove a name. */
export function checkSticky(credentials: Credentials, directory: Readonly<Attributes>, child: Readonly<Attributes>): void {
  if (directory.mode & S_ISVTX && !isOwner(credentials, child) && !isOwner(credentials, directory)) throw EPERM;
}
