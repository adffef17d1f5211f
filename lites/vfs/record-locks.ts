/**
 * Advisory locks: POSIX record locks (fcntl) and whole-file locks (flock).
 *
 * Record locks belong to a process, or an open file description, and an inode; whole-file locks to an open file description. Neither hinders
 * reading and writing. Source: POSIX fcntl(2), Linux flock(2).
 */
import { type Op, sleepOn, WaitQueue } from "../activation.ts";
import { EAGAIN, EDEADLK, ERESTARTSYS } from "../abi/errno.ts";
import type { Process } from "../process/process.ts";
import type { File } from "./file.ts";
import type { Inode } from "./inode.ts";

/** A process, or the open file description of F_OFD_SETLK. */
export type LockOwner = Process | File;

/** A locked range: bytes start … end - 1; end may be Infinity. */
export interface RecordLock {
  owner: LockOwner;
  exclusive: boolean;
  start: number;
  end: number;
}

interface InodeLocks {
  /** Those of one owner together, by their start; owners in the order of their first lock, as in Linux. */
  records: RecordLock[];
  whole: { file: File; exclusive: boolean }[];
  readonly changed: WaitQueue;
}

const locksOf = new WeakMap<Inode, InodeLocks>();
/** Whom a process waits for, to find deadlocks. */
const waitsFor = new Map<LockOwner, LockOwner>();

function locks(inode: Inode): InodeLocks {
  let found = locksOf.get(inode);
  if (found === undefined) {
    found = { records: [], whole: [], changed: new WaitQueue() };
    locksOf.set(inode, found);
  }
  return found;
}

/** The first lock of another process that stands in the way, for F_GETLK. */
export function conflictingLock(inode: Inode, wanted: RecordLock): RecordLock | undefined {
  return locksOf
    .get(inode)
    ?.records.find(
      (lock) => lock.owner !== wanted.owner && (lock.exclusive || wanted.exclusive) && lock.start < wanted.end && wanted.start < lock.end,
    );
}

/** F_SETLK and F_SETLKW of a read or write lock. @throws EAGAIN, EDEADLK, ERESTARTSYS */
export function* setRecordLock(inode: Inode, wanted: RecordLock, wait: boolean): Op<void> {
  const state = locks(inode);
  for (;;) {
    const obstacle = conflictingLock(inode, wanted);
    if (obstacle === undefined) break;
    if (!wait) throw EAGAIN;
    if (leadsTo(obstacle.owner, wanted.owner)) throw EDEADLK;
    waitsFor.set(wanted.owner, obstacle.owner);
    try {
      if ((yield* sleepOn(state.changed)) === "interrupted") throw ERESTARTSYS;
    } finally {
      waitsFor.delete(wanted.owner);
    }
  }
  clearRange(state, wanted);
  insert(state, mergedWithNeighbours(state, wanted));
  // A write lock may have become a read lock.
  state.changed.wakeAll();
}

/** F_UNLCK. */
export function clearRecordLock(inode: Inode, range: RecordLock): void {
  const state = locksOf.get(inode);
  if (state === undefined) return;
  clearRange(state, range);
  state.changed.wakeAll();
}

/** Drops all record locks of an owner on an inode: of a process at any close of the file, of an open file description at its end. */
export function releaseRecordLocks(owner: LockOwner, inode: Inode): void {
  const state = locksOf.get(inode);
  if (!state?.records.some((lock) => lock.owner === owner)) return;
  state.records = state.records.filter((lock) => lock.owner !== owner);
  state.changed.wakeAll();
}

function leadsTo(from: LockOwner, to: LockOwner): boolean {
  for (let current: LockOwner | undefined = from; current !== undefined; current = waitsFor.get(current)) {
    if (current === to) return true;
  }
  return false;
}

/** Takes a range out of the owner's locks, splitting them where necessary. */
function clearRange(state: InodeLocks, range: RecordLock): void {
  state.records = state.records.flatMap((lock) => {
    if (lock.owner !== range.owner || lock.end <= range.start || range.end <= lock.start) return [lock];
    const rest: RecordLock[] = [];
    if (lock.start < range.start) rest.push({ ...lock, end: range.start });
    if (range.end < lock.end) rest.push({ ...lock, start: range.end });
    return rest;
  });
}

function mergedWithNeighbours(state: InodeLocks, wanted: RecordLock): RecordLock {
  const merged = { ...wanted };
  state.records = state.records.filter((lock) => {
    const joins =
      lock.owner === wanted.owner && lock.exclusive === wanted.exclusive && (lock.end === wanted.start || lock.start === wanted.end);
    if (joins) {
      merged.start = Math.min(merged.start, lock.start);
      merged.end = Math.max(merged.end, lock.end);
    }
    return !joins;
  });
  return merged;
}

/** Puts a lock at its place among its owner's; a new owner's comes last. */
function insert({ records }: InodeLocks, lock: RecordLock): void {
  const last = records.findLastIndex(({ owner }) => owner === lock.owner);
  const next = records.findIndex(({ owner, start }) => owner === lock.owner && start > lock.start);
  const place = next >= 0 ? next : last >= 0 ? last + 1 : records.length;
  records.splice(place, 0, lock);
}

/** flock(2). A lock that the file already has is converted: given up first, then taken anew. @throws EAGAIN, ERESTARTSYS */
export function* lockWholeFile(file: File, exclusive: boolean, wait: boolean): Op<void> {
  const state = locks(file.inode);
  const blocked = () => state.whole.some((lock) => lock.file !== file && (lock.exclusive || exclusive));
  const had = state.whole.some((lock) => lock.file === file);
  if (had && blocked()) unlockWholeFile(file);
  while (blocked()) {
    if (!wait) throw EAGAIN;
    if ((yield* sleepOn(state.changed)) === "interrupted") throw ERESTARTSYS;
  }
  state.whole = state.whole.filter((lock) => lock.file !== file);
  state.whole.push({ file, exclusive });
  state.changed.wakeAll();
}

export function unlockWholeFile(file: File): void {
  const state = locksOf.get(file.inode);
  if (state === undefined) return;
  state.whole = state.whole.filter((lock) => lock.file !== file);
  state.changed.wakeAll();
}
