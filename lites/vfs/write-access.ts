/**
 * Running programs and files that are open for writing exclude each other: ETXTBSY. Source: open(2), execve(2), truncate(2); as
 * Linux's i_writecount.
 */
import { ETXTBSY } from "../abi/errno.ts";
import type { Inode } from "./inode.ts";

/** Above 0: so many have it open for writing; below: so many run it. */
const counts = new WeakMap<Inode, number>();

function add(inode: Inode, change: number): void {
  const count = (counts.get(inode) ?? 0) + change;
  if (count === 0) counts.delete(inode);
  else counts.set(inode, count);
}

/** @throws ETXTBSY when somebody runs it */
export function checkNotRunning(inode: Inode): void {
  if ((counts.get(inode) ?? 0) < 0) throw ETXTBSY;
}

/** @throws ETXTBSY when somebody has it open for writing */
export function checkNotWritten(inode: Inode): void {
  if ((counts.get(inode) ?? 0) > 0) throw ETXTBSY;
}

/** An open file, or a mapping of one, that was opened for writing. @throws ETXTBSY when somebody runs it */
export function retainWriter(inode: Inode): void {
  checkNotRunning(inode);
  add(inode, 1);
}

export function releaseWriter(inode: Inode): void {
  add(inode, -1);
}

/** A process runs the program, and so refers to the inode. @throws ETXTBSY when somebody has it open for writing */
export function retainProgram(inode: Inode): void {
  checkNotWritten(inode);
  add(inode, -1);
  inode.retain();
}

export function releaseProgram(inode: Inode): void {
  add(inode, 1);
  inode.release();
}
