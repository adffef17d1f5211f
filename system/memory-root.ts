/**
 * The root file system in memory, on memfs, and how a tar file fills it. This is the one place where memfs comes in: it takes the
 * interface of Node's `fs` with it, but not Node. Names and link targets are taken as bytes.
 */
import { createFsFromVolume, type IFs, Volume } from "memfs";
import { BLOCK, usedBlocks } from "#lites/filesystems/memory-access.ts";
import type { NodeFs } from "#lites/filesystems/node-interface.ts";
import { unicodeOf } from "#lites/text.ts";
import type { TarEntry } from "./tar-reader.ts";

/** memfs's `fs` object. */
export type RootVolume = IFs;

/** Room in the root file system by default, and how many times a large image it is at least. */
const DEFAULT_BYTES = 2 ** 30;
const GROWTH = 1.5;

/** An empty root file system. */
export function emptyRoot(): RootVolume {
  const volume = createFsFromVolume(new Volume());
  volume.chmodSync("/", 0o755);
  return volume;
}

/** An empty /dev/shm, where everybody may make files. */
export function emptySharedMemory(): RootVolume {
  const volume = createFsFromVolume(new Volume());
  volume.chmodSync("/", 0o1777);
  return volume;
}

/** The same as the Unix server takes it. */
export const rootFs = (volume: RootVolume): NodeFs => volume as unknown as NodeFs;

/** A clean absolute path; tar names may start with "./" and hold "..". */
function inRoot(name: string): string {
  const parts: string[] = [];
  for (const part of unicodeOf(name).split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return `/${parts.join("/")}`;
}

const directoryOf = (path: string): string => path.slice(0, path.lastIndexOf("/")) || "/";

function addEntry(volume: RootVolume, entry: TarEntry, owner: number | undefined): void {
  const path = inRoot(entry.name);
  volume.mkdirSync(directoryOf(path), { recursive: true });
  switch (entry.type) {
    case "file":
      volume.writeFileSync(path, entry.content);
      break;
    case "directory":
      volume.mkdirSync(path, { recursive: true });
      break;
    case "symlink":
      volume.symlinkSync(unicodeOf(entry.linkName), path);
      return;
    case "link":
      volume.linkSync(inRoot(entry.linkName), path);
      return;
    default:
      // Device nodes and the like have no place here: /dev is the server's own.
      return;
  }
  volume.chmodSync(path, entry.mode);
  volume.chownSync(path, owner ?? entry.uid, owner ?? entry.gid);
  if (entry.type === "file") volume.utimesSync(path, entry.mtimeSeconds, entry.mtimeSeconds);
}

/** Adds what is in a tar file, all of it owned by `owner` if given. @throws Error when it is broken */
export function addTar(volume: RootVolume, entries: Iterable<TarEntry>, owner: number | undefined): void {
  const directories: TarEntry[] = [];
  for (const entry of entries) {
    if (entry.type === "directory") directories.push(entry);
    addEntry(volume, entry, owner);
  }
  // Last, because adding a file to a directory changes its times.
  for (const { name, mtimeSeconds } of directories) volume.utimesSync(inRoot(name), mtimeSeconds, mtimeSeconds);
}

/** Bytes that names and contents of a root file system need. */
export const usedSpace = (volume: RootVolume): number => usedBlocks(rootFs(volume)) * BLOCK;

/** How many bytes it holds if nobody says. */
export const defaultSpace = (volume: RootVolume): number => Math.max(DEFAULT_BYTES, Math.ceil(usedSpace(volume) * GROWTH));
