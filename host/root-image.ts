/**
 * The root file system in memory: filled from the built-in image, a tar file or a host directory.
 */
import { lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join, posix } from "node:path";
import { createFsFromVolume, type IFs, Volume } from "memfs";
import { list, type ReadEntry } from "tar";
import { OptionError } from "./option-error.ts";

/** The root file system in memory. */
export type RootVolume = IFs;

/** The same as users of the library see it: Node's `fs` interface. */
export type RootFiles = typeof import("node:fs");

const ROOT_UID = 0;

/** A clean absolute path; tar names may start with "./" and hold "..". */
const inRoot = (name: string): string => posix.resolve("/", name);

function makeParents(volume: RootVolume, path: string): void {
  volume.mkdirSync(posix.dirname(path), { recursive: true });
}

function addEntry(volume: RootVolume, entry: ReadEntry, content: Buffer, owner: number | undefined): void {
  const path = inRoot(entry.path);
  const mode = entry.mode;
  makeParents(volume, path);
  switch (entry.type) {
    case "File":
    case "OldFile":
    case "ContiguousFile":
      volume.writeFileSync(path, content);
      break;
    case "Directory":
      volume.mkdirSync(path, { recursive: true });
      break;
    case "SymbolicLink":
      volume.symlinkSync(entry.linkpath ?? "", path);
      return;
    case "Link":
      volume.linkSync(inRoot(entry.linkpath ?? ""), path);
      return;
    default:
      // Device nodes and the like have no place here: /dev is the server's own.
      return;
  }
  if (mode !== undefined) volume.chmodSync(path, mode & 0o7777);
  volume.chownSync(path, owner ?? entry.uid ?? 0, owner ?? entry.gid ?? 0);
  if (entry.mtime && entry.type !== "Directory") volume.utimesSync(path, entry.mtime, entry.mtime);
}

/** Adds the content of a tar file (plain or gzip), all of it owned by `owner` if given. Throws the tar library's error when it is broken. */
function addTar(volume: RootVolume, file: string, owner: number | undefined): void {
  const directories: ReadEntry[] = [];
  list({
    file,
    sync: true,
    strict: true,
    onReadEntry: (entry) => {
      const chunks: Buffer[] = [];
      if (entry.type === "Directory") directories.push(entry);
      entry.on("data", (chunk) => chunks.push(chunk as Buffer));
      entry.on("end", () => addEntry(volume, entry, Buffer.concat(chunks), owner));
    },
  });
  // Last, because adding a file to a directory changes its times.
  for (const { path, mtime } of directories) if (mtime) volume.utimesSync(inRoot(path), mtime, mtime);
}

/** Copies a host directory; symbolic links are copied as such, special files are left out. */
function addDirectory(volume: RootVolume, source: string, target = "/"): void {
  volume.mkdirSync(target, { recursive: true });
  for (const name of readdirSync(source)) {
    const from = join(source, name);
    const to = posix.join(target, name);
    const stat = lstatSync(from);
    if (stat.isSymbolicLink()) {
      volume.symlinkSync(readlinkSync(from), to);
      continue;
    }
    if (stat.isDirectory()) addDirectory(volume, from, to);
    else if (stat.isFile()) volume.writeFileSync(to, readFileSync(from));
    else continue;
    volume.chmodSync(to, stat.mode & 0o7777);
    volume.chownSync(to, stat.uid, stat.gid);
    volume.utimesSync(to, stat.atime, stat.mtime);
  }
}

/** First bytes of files that are compressed in a way that the tar library does not know, and what unpacks them. */
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
    if (lstatSync(path).isDirectory()) addDirectory(volume, path);
    // The built-in image was packed by whoever built it; in the system it is root's.
    else addTar(volume, path, source === undefined ? ROOT_UID : undefined);
  } catch (error) {
    const reason = compressionOf(path) ?? (error instanceof Error ? error.message : String(error));
    throw new OptionError(`cannot read the root file system '${path}': ${reason}`, "root", source);
  }
  return volume;
}
