/**
 * A Unix process: plain data, grouped by who changes it.
 */
import type { ThreadId } from "#kernel/abi/identifiers.ts";
import type { WaitQueue } from "../activation.ts";
import type { File } from "../vfs/file.ts";
import type { PlaceGuard } from "../vfs/place-guard.ts";
import type { Inode } from "../vfs/inode.ts";

/** A descriptor-table slot. */
export interface Descriptor {
  file: File;
  closeOnExec: boolean;
}

export interface Credentials {
  uid: number;
  euid: number;
  suid: number;
  gid: number;
  egid: number;
  sgid: number;
  groups: number[];
}

/** A directory that a process holds: working directory or root. */
export interface DirectoryReference {
  inode: Inode;
  /** Absolute path in the guest. */
  path: string;
}

/** A sleep that was interrupted and may be taken up again by the same call: see ../signals/restart.ts. */
export interface InterruptedSleep {
  readonly call: number;
  readonly deadlineNs: number;
}

/** The part of a thread that the file side of the server uses. */
export interface Thread {
  readonly tid: number;
  interruptedSleep: InterruptedSleep | undefined;
}

/** The part of a process that the file side of the server uses. The process side extends it (process-table.ts). */
export interface Process {
  readonly pid: number;
  /** Its task; changes at exec. */
  task: ThreadId;
  parentPid: number;
  pgrp: number;
  session: number;
  /** Name as in /proc/PID/stat, and full arguments. */
  name: string;
  arguments: string[];
  credentials: Credentials;
  /** files/: descriptor table, directories, mask. */
  descriptors: (Descriptor | undefined)[];
  cwd: DirectoryReference;
  root: DirectoryReference;
  umask: number;
  /** Soft limit of open descriptors (RLIMIT_NOFILE). */
  descriptorLimit: number;
  /** RLIMIT_FSIZE soft limit in bytes, Infinity = none. */
  fileSizeLimit: number;
  /** What a policy has still to say of the call in service. */
  guard?: PlaceGuard | undefined;
  /** Controlling terminal's inode, if any. */
  terminal: Inode | undefined;
  /** Woken when a child changes state. */
  readonly childQueue: WaitQueue;
  /** Whether a signal is blocked or ignored: terminals ask before they stop a background reader or writer. */
  signalIsBlockedOrIgnored(signal: number): boolean;
  /** "running" | "sleeping" | "stopped" | "zombie", for /proc. */
  state(): "running" | "sleeping" | "stopped" | "zombie";
}
