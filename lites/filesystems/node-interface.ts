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

/** A path: text, or the bytes of what is no UTF-8. */
export type NodePath = string | Uint8Array;

export interface NodeFs {
  readonly constants: {
    readonly O_RDONLY: number;
    readonly O_WRONLY: number;
    readonly O_RDWR: number;
    readonly O_CREAT: number;
    readonly O_EXCL: number;
    readonly O_NOFOLLOW?: number;
    readonly O_NONBLOCK?: number;
    readonly O_DIRECTORY?: number;
  };
  lstatSync(path: NodePath, options: { throwIfNoEntry: false }): { ino: number; mode: number } | undefined;
  lstatSync(path: NodePath, options: { bigint: true; throwIfNoEntry: false }): NodeStats | undefined;
  lstatSync(path: NodePath, options: { bigint: true }): NodeStats;
  fstatSync(fd: number, options: { bigint: true }): NodeStats;
  openSync(path: NodePath, flags: number, mode?: number): number;
  closeSync(fd: number): void;
  readSync(fd: number, buffer: Uint8Array, offset: number, length: number, position: number | null): number;
  writeSync(fd: number, buffer: Uint8Array, offset: number, length: number, position: number | null): number;
  ftruncateSync(fd: number, length: number): void;
  fsyncSync(fd: number): void;
  /** Names as byte strings ("latin1") or Unicode. */
  readdirSync(path: NodePath, options: { encoding: "latin1" | "utf8" }): string[];
  readlinkSync(path: NodePath, options: { encoding: "latin1" | "utf8" }): string;
  mkdirSync(path: NodePath, options: { mode: number }): unknown;
  rmdirSync(path: NodePath): void;
  unlinkSync(path: NodePath): void;
  symlinkSync(target: NodePath, path: NodePath): void;
  linkSync(from: NodePath, to: NodePath): void;
  renameSync(from: NodePath, to: NodePath): void;
  chmodSync(path: NodePath, mode: number): void;
  fchmodSync(fd: number, mode: number): void;
  chownSync(path: NodePath, uid: number, gid: number): void;
  lchownSync(path: NodePath, uid: number, gid: number): void;
  fchownSync(fd: number, uid: number, gid: number): void;
  utimesSync(path: NodePath, atimeSeconds: number | string, mtimeSeconds: number | string): void;
  lutimesSync(path: NodePath, atimeSeconds: number | string, mtimeSeconds: number | string): void;
  futimesSync(fd: number, atimeSeconds: number | string, mtimeSeconds: number | string): void;
  statfsSync?(path: NodePath): { type: number; bsize: number; blocks: number; bfree: number; bavail: number; files: number; ffree: number };
  /** Makes a FIFO, though Node's fs cannot. Absent, or throws EPERM: there is no way. */
  mkfifoSync?(path: NodePath, mode: number): void;
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

const US = 1000n;
/** Half a microsecond in seconds, which makes up for the fraction's rounding, as Node cuts towards zero. */
const HALF_US = 5e-7;

/** A time as Node's fs keeps it: whole microseconds, earlier rather than later. */
export const inMicroseconds = (ns: bigint): bigint => ns - (((ns % US) + US) % US);

/** Nanoseconds as Node's fs takes times. Negative numbers mean the present time there, but texts do not. */
export function seconds(ns: bigint): number | string {
  const time = Number(inMicroseconds(ns) / US) / 1e6;
  return time < 0 ? String(time - HALF_US) : time + HALF_US;
}
