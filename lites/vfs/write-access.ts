/**
 * Running programs and files that are open for writing exclude each other: ETXTBSY. Source: open(2), execve(2), truncate(2); as
 * Linux's i_writecount.
 */
import { ETXTBSY } from "../abi/errno.ts";
import type { Inode } from "./inode.ts";

/** Above 0: so many have it open for writing; below: so many run it. */
const counts = new WeakMap<Inode, number>();

function add(vnode: Inode, change: number): void {
  const count = (counts.get(vnode) ?? 0) + change;
  if (count === 0) counts.delete(vnode);
  else counts.set(vnode, count);
}

/** @throws ETXTBSY when somebody runs it */
export function checkNotRunning(vnode: Inode): void {
  if ((counts.get(vnode) ?? 0) < 0) throw ETXTBSY;
}

/** @throws ETXTBSY when somebody has it open for writing */
export function checkNotWritten(vnode: Inode): void {
  if ((counts.get(vnode) ?? 0) > 0) throw ETXTBSY;
}

/** An open file, or a mapping of one, that was opened for writing. @throws ETXTBSY when somebody runs it */
export function retainWriter(vnode: Inode): void {
  checkNotRunning(vnode);
  add(vnode, 1);
}

export function releaseWriter(vnode: Inode): void {
  add(vnode, -1);
}

/** A process runs the program, and so refers to the vnode. @throws ETXTBSY when somebody has it open for writing */
export function retainProgram(vnode: Inode): void {
  checkNotWritten(vnode);
  add(vnode, -1);
  vnode.retain();
}

export function releaseProgram(vnode: Inode): void {
  add(vnode, 1);
  vnode.release();
}
