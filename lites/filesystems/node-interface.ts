/**
 * The part of Node's synchronous `fs` interface that file systems are made from: memfs's and Node's own satisfy it.
 */
import { EIO, errnoByName, UnixError } from "../abi/errno.ts";
import { S_IFMT } from "../abi/file-mode.ts";

/** As fs.BigIntStats. */
export interface NodeStats {
  dev: bigint;
  ino: bigint;
  mode: bigint;
  nlink: bigint;
  uid: bigint;
  gid: bigint;
  rdev: bigint;
  size: bigint;
  blksize: bigint;
  blocks: bigint;
  atimeNs: bigint;
  mtimeNs: bigint;
  ctimeNs: bigint;
}

export interface NodeFs {
  readonly constants: {
    readonly O_RDONLY: number;
    readonly O_RDWR: number;
    readonly O_CREAT: number;
    readonly O_EXCL: number;
    readonly O_NOFOLLOW?: number;
    readonly O_NONBLOCK?: number;
  };
  lstatSync(path: string, options: { bigint: true }): NodeStats;
  fstatSync(fd: number, options: { bigint: true }): NodeStats;
  openSync(path: string, flags: number, mode?: number): number;
  closeSync(fd: number): void;
  readSync(fd: number, buffer: Uint8Array, offset: number, length: number, position: number): number;
  writeSync(fd: number, buffer: Uint8Array, offset: number, length: number, position: number): number;
  ftruncateSync(fd: number, length: number): void;
  fsyncSync(fd: number): void;
  readdirSync(path: string): string[];
  readlinkSync(path: string): string;
  mkdirSync(path: string, options: { mode: number }): unknown;
  rmdirSync(path: string): void;
  unlinkSync(path: string): void;
  symlinkSync(target: string, path: string): void;
  linkSync(from: string, to: string): void;
  renameSync(from: string, to: string): void;
  chmodSync(path: string, mode: number): void;
  fchmodSync(fd: number, mode: number): void;
  lchownSync(path: string, uid: number, gid: number): void;
  fchownSync(fd: number, uid: number, gid: number): void;
  lutimesSync(path: string, atimeSeconds: number, mtimeSeconds: number): void;
  futimesSync(fd: number, atimeSeconds: number, mtimeSeconds: number): void;
  statfsSync?(path: string): { type: number; bsize: number; blocks: number; bfree: number; bavail: number; files: number; ffree: number };
}

/** The error object of whatever a NodeFs threw: by its code; EIO for unknown codes. UnixErrors stay. */
export function unixErrorOf(error: unknown): UnixError {
  if (error instanceof UnixError) return error;
  const code = error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
  return errnoByName(code) ?? EIO;
}

/** Runs a piece of file work: what a NodeFs throws comes out as a UnixError. The one place of conversion. */
export function hostCall<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw unixErrorOf(error);
  }
}

/** What makes an object the same: device, inode number, and type, as a host may use the number of a removed directory for a link. */
export function identity(stats: NodeStats): string {
  return `${stats.dev}:${stats.ino}:${Number(stats.mode) & S_IFMT}`;
}

/** Nanoseconds as Node's fs takes times: it cuts to microseconds, so half of one makes up for the fraction's rounding. */
export const seconds = (ns: bigint): number => Number(ns / 1000n) / 1e6 + 5e-7;
