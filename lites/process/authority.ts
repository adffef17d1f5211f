/**
 * Who may do what to another process. Linux asks about capabilities, which only the superuser has here. Each rule compares other ids of
 * the two. Source: credentials(7), kill(2), setpriority(2), sched_setscheduler(2), prlimit(2), ptrace(2).
 */
import { SIGCONT } from "../abi/signals.ts";
import { Resource } from "../abi/limits.ts";
import type { Credentials } from "./process.ts";
import type { UnixProcess } from "./unix-process.ts";

export const isSuperuser = ({ euid }: Credentials): boolean => euid === 0;

/** kill(2): one of the sender's real and effective ids is the target's real or saved one; SIGCONT within a session. */
export function maySignal(sender: UnixProcess, target: UnixProcess, signal: number): boolean {
  const { uid, euid } = sender.credentials;
  const { uid: real, suid } = target.credentials;
  if (sender === target || isSuperuser(sender.credentials)) return true;
  if (uid === real || uid === suid || euid === real || euid === suid) return true;
  return signal === SIGCONT && sender.session === target.session;
}

/** Scheduling: the caller's effective id is the target's real or effective one. */
export function maySchedule(caller: UnixProcess, target: UnixProcess): boolean {
  const { euid } = caller.credentials;
  return isSuperuser(caller.credentials) || euid === target.credentials.euid || euid === target.credentials.uid;
}

/** Whether RLIMIT_NICE, counted from 20 downward, lets a caller give a process this nice value. */
export function mayBeNice(caller: UnixProcess, target: UnixProcess, nice: number): boolean {
  return isSuperuser(caller.credentials) || 20 - nice <= target.limits[Resource.NICE]!.soft;
}

/** prlimit(2): the caller's real ids are all three of the target's. */
export function mayLimit(caller: UnixProcess, target: UnixProcess): boolean {
  const { uid, gid } = caller.credentials;
  return caller === target || isSuperuser(caller.credentials) || hasOnly(target.credentials, uid, gid);
}

/** ptrace(2)'s access mode PTRACE_MODE_READ_FSCREDS, for /proc: the reader's effective ids are all three of the owner's. */
export function mayInspect(reader: { readonly credentials: Credentials }, owner: { readonly credentials: Credentials }): boolean {
  const { euid, egid } = reader.credentials;
  return reader === owner || isSuperuser(reader.credentials) || hasOnly(owner.credentials, euid, egid);
}

const hasOnly = (credentials: Credentials, user: number, group: number): boolean =>
  credentials.uid === user &&
  credentials.euid === user &&
  credentials.suid === user &&
  credentials.gid === group &&
  credentials.egid === group &&
  credentials.sgid === group;
