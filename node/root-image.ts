/**
 * The root file system in memory: filled from the built-in image, a tar file or a host directory. Names and link targets are taken as bytes.
 */
import { lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { unicodeOf } from "#lites/text.ts";
import { addTar, defaultSpace, emptyRoot, type RootVolume, usedSpace } from "#system/memory-root.ts";
import { OptionError } from "#system/option-error.ts";
import { tarEntries } from "#system/tar-reader.ts";

/** The root file system as users of the library see it: Node's `fs` interface. */
export type RootFiles = typeof import("node:fs");

const ROOT_UID = 0;
const GZIP_MAGIC = 0x1f8b;

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

/** A tar file, plain or compressed with gzip. */
function tarBytes(path: string): Uint8Array {
  const bytes = readFileSync(path);
  return bytes.length >= 2 && bytes.readUInt16BE(0) === GZIP_MAGIC ? gunzipSync(bytes) : bytes;
}

/**
 * @param source a directory or tar file of the host; undefined = the built-in image
 * @param builtIn path of the built-in image
 */
export function makeRoot(source: string | undefined, builtIn: string): RootVolume {
  const volume = emptyRoot();
  const path = source ?? builtIn;
  try {
    if (lstatSync(path).isDirectory()) addDirectory(volume, Buffer.from(path).toString("latin1"));
    // The built-in image was packed by whoever built it; in the system it is root's.
    else addTar(volume, tarEntries(tarBytes(path)), source === undefined ? ROOT_UID : undefined);
  } catch (error) {
    const reason = compressionOf(path) ?? (error instanceof Error ? error.message : String(error));
    throw new OptionError(`cannot read the root file system '${path}': ${reason}`, "root", source);
  }
  return volume;
}

/** How many bytes a root file system holds. @throws OptionError when what is in it already needs more than was asked for */
export function rootSpace(volume: RootVolume, bytes: number | undefined): number {
  if (bytes === undefined) return defaultSpace(volume);
  const used = usedSpace(volume);
  if (bytes >= used) return bytes;
  throw new OptionError(`must be more: the root file system needs ${Math.ceil(used / 2 ** 20)}M already`, "rootSize", bytes);
}
