/**
 * The root file system in memory: filled from the built-in image, a tar file or a host directory. Names and link targets are taken as bytes.
 */
import { lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { posix } from "node:path";
import { createFsFromVolume, type IFs, Volume } from "memfs";
import { BLOCK, usedBlocks } from "#lites/filesystems/memory-access.ts";
import type { NodeFs } from "#lites/filesystems/node-interface.ts";
import { unicodeOf } from "#lites/text.ts";
import { OptionError } from "#system/option-error.ts";
import { type TarEntry, tarEntries } from "./tar-reader.ts";

/** The root file system in memory. */
export type RootVolume = IFs;

/** The same as users of the library see it: Node's `fs` interface. */
export type RootFiles = typeof import("node:fs");

const ROOT_UID = 0;
/** Room in the root file system by default, and how many times a large image it is at least. */
const DEFAULT_BYTES = 2 ** 30;
const GROWTH = 1.5;

/** A clean absolute path; tar names may start with "./" and hold "..". */
const inRoot = (name: string): string => posix.resolve("/", unicodeOf(name));

function addEntry(volume: RootVolume, entry: TarEntry, owner: number | undefined): void {
  const path = inRoot(entry.name);
  volume.mkdirSync(posix.dirname(path), { recursive: true });
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

/** Adds the content of a tar file (plain or gzip), all of it owned by `owner` if given. Throws an Error when it is broken. */
function addTar(volume: RootVolume, file: string, owner: number | undefined): void {
  const directories: TarEntry[] = [];
  for (const entry of tarEntries(file)) {
    if (entry.type === "directory") directories.push(entry);
    addEntry(volume, entry, owner);
  }
  // Last, because adding a file to a directory changes its times.
  for (const { name, mtimeSeconds } of directories) volume.utimesSync(inRoot(name), mtimeSeconds, mtimeSeconds);
}

/** Copies a host directory; symbolic links are copied as such, special files are left out. Paths are byte strings. */
function addDirectory(volume: RootVolume, source: string, target = ""): void {
  volume.mkdirSync(unicodeOf(target) || "/", { recursive: true });
  for (const name of readdirSync(Buffer.from(source, "latin1"), { encoding: "latin1" })) {
    const bytes = `${source}/${name}`;
    const from = Buffer.from(bytes, "latin1");
    const to = unicodeOf(`${target}/${name}`);
    const stat = lstatSync(from);
    if (stat.isSymbolicLink()) {
      volume.symlinkSync(unicodeOf(readlinkSync(from, { encoding: "latin1" })), to);
      continue;
    }
    if (stat.isDirectory()) addDirectory(volume, bytes, `${target}/${name}`);
    else if (stat.isFile()) volume.writeFileSync(to, readFileSync(from));
    else continue;
    volume.chmodSync(to, stat.mode & 0o7777);
    volume.chownSync(to, stat.uid, stat.gid);
    volume.utimesSync(to, stat.atime, stat.mtime);
  }
}

/** First bytes of files that are compressed in a way that cannot be read, and what unpacks them. */
const COMPRESSIONS = [
  { start: "fd377a585a00", name: "xz" },
  { start: "28b52ffd", name: "zstd" },
  { start: "425a68", name: "bzip2" },
] as const;

/** Why a file is no tar file, if it is compressed otherwise. */
function compressionOf(path: string): string | undefined {
  if (lstatSync(path, { throwIfNoEntry: false })?.isFile() !== true) return undefined;
  const bytes = readFileSync(path).subarray(0, 8).toString("hex");
  const found = COMPRESSIONS.find(({ start }) => bytes.startsWith(start));
  return found && `it is compressed by ${found.name}; a tar file may be plain or compressed by gzip (${found.name} -d unpacks it)`;
}

/**
 * @param source a directory or tar file of the host; undefined = the built-in image
 * @param builtIn path of the built-in image
 */
export function makeRoot(source: string | undefined, builtIn: string): RootVolume {
  const volume = createFsFromVolume(new Volume());
  const path = source ?? builtIn;
  volume.chmodSync("/", 0o755);
  try {
    if (lstatSync(path).isDirectory()) addDirectory(volume, Buffer.from(path).toString("latin1"));
    // The built-in image was packed by whoever built it; in the system it is root's.
    else addTar(volume, path, source === undefined ? ROOT_UID : undefined);
  } catch (error) {
    const reason = compressionOf(path) ?? (error instanceof Error ? error.message : String(error));
    throw new OptionError(`cannot read the root file system '${path}': ${reason}`, "root", source);
  }
  return volume;
}

/** How many bytes a root file system holds. @throws OptionError when what is in it already needs more than was asked for */
export function rootSpace(volume: RootVolume, bytes: number | undefined): number {
  const used = usedBlocks(volume as unknown as NodeFs) * BLOCK;
  if (bytes === undefined) return Math.max(DEFAULT_BYTES, Math.ceil(used * GROWTH));
  if (bytes < used)
    throw new OptionError(`must be more: the root file system needs ${Math.ceil(used / 2 ** 20)}M already`, "rootSize", bytes);
  return bytes;
}
