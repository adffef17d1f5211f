/**
 * Reads tar files: POSIX ustar and pax, and GNU's long names. Names are byte strings, as they stand in the file.
 * Source: POSIX pax, "ustar Interchange Format" and "pax Header Block"; GNU tar manual, "Basic Tar Format".
 */
import { decodeText } from "#lites/text.ts";

export interface TarEntry {
  /** Byte strings. */
  name: string;
  linkName: string;
  type: "file" | "directory" | "symlink" | "link" | "other";
  /** Permission bits. */
  mode: number;
  uid: number;
  gid: number;
  mtimeSeconds: number;
  /** A part of the file's bytes. */
  content: Uint8Array;
}

const BLOCK = 512;

const types: Readonly<Record<string, TarEntry["type"]>> = {
  "\0": "file",
  "0": "file",
  "7": "file",
  "1": "link",
  "2": "symlink",
  "5": "directory",
};

/** What extended headers say of the next entry, or of all that follow. */
type Extension = Partial<Record<string, string>>;

class TarReader {
  private readonly bytes: Uint8Array;
  private at = 0;
  private readonly common: Extension = {};

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  *entries(): Generator<TarEntry> {
    let own: Extension = {};
    for (let header = this.header(); header !== undefined; header = this.header()) {
      const flag = decodeText(header.subarray(156, 157));
      const said = { ...this.common, ...own };
      const size = said["size"] === undefined ? number(header, 124, 12) : Number(said["size"]);
      const content = this.content(size);
      if (flag === "x") own = { ...own, ...records(content) };
      else if (flag === "g") Object.assign(this.common, records(content));
      else if (flag === "L") own = { ...own, path: text(content, 0, content.length) };
      else if (flag === "K") own = { ...own, linkpath: text(content, 0, content.length) };
      else {
        yield entryOf(header, flag, said, content);
        own = {};
      }
    }
  }

  /** The next header; undefined at the end. @throws Error */
  private header(): Uint8Array | undefined {
    const header = this.bytes.subarray(this.at, this.at + BLOCK);
    // An archive may lack the blocks of zeros at its end, but an empty file is none.
    if (this.bytes.length === 0) throw new Error("not a tar file");
    if (header.every((byte) => byte === 0)) return undefined;
    if (header.length < BLOCK) throw new Error("the tar file is cut off");
    let sum = 0;
    for (let index = 0; index < BLOCK; index++) sum += index >= 148 && index < 156 ? 0x20 : header[index]!;
    if (sum !== number(header, 148, 8)) throw new Error(this.at === 0 ? "not a tar file" : `the tar file is damaged at byte ${this.at}`);
    this.at += BLOCK;
    return header;
  }

  private content(size: number): Uint8Array {
    const content = this.bytes.subarray(this.at, this.at + size);
    if (content.length < size) throw new Error("the tar file is cut off");
    this.at += Math.ceil(size / BLOCK) * BLOCK;
    return content;
  }
}

/** A field up to its NUL. */
function text(bytes: Uint8Array, start: number, length: number): string {
  const field = decodeText(bytes.subarray(start, start + length));
  const end = field.indexOf("\0");
  return end < 0 ? field : field.slice(0, end);
}

/** Octal digits, or GNU's big-endian binary with the first bit set. */
function number(bytes: Uint8Array, start: number, length: number): number {
  if (!(bytes[start]! & 0x80)) return Number.parseInt(text(bytes, start, length).trim() || "0", 8);
  const isNegative = bytes[start] === 0xff;
  let value = isNegative ? -1 : bytes[start]! & 0x7f;
  for (let index = 1; index < length; index++) value = value * 256 + bytes[start + index]!;
  return value;
}

/** "LENGTH KEY=VALUE\n" records of a pax header. */
function records(bytes: Uint8Array): Extension {
  const found: Extension = {};
  for (let at = 0; at < bytes.length; ) {
    const length = Number.parseInt(decodeText(bytes.subarray(at, at + 20)), 10);
    if (!(length > 0)) throw new Error("the tar file has a damaged pax header");
    const record = decodeText(bytes.subarray(at, at + length - 1)).replace(/^\d+ /, "");
    const equals = record.indexOf("=");
    found[record.slice(0, equals)] = record.slice(equals + 1);
    at += length;
  }
  return found;
}

function entryOf(header: Uint8Array, flag: string, said: Extension, content: Uint8Array): TarEntry {
  // GNU's format has other things where POSIX has the prefix.
  const prefix = decodeText(header.subarray(257, 263)) === "ustar\0" ? text(header, 345, 155) : "";
  const short = text(header, 0, 100);
  const name = said["path"] ?? (prefix === "" ? short : `${prefix}/${short}`);
  const type = types[flag] ?? "other";
  return {
    name,
    linkName: said["linkpath"] ?? text(header, 157, 100),
    // Before POSIX directories were files with a slash.
    type: type === "file" && name.endsWith("/") ? "directory" : type,
    mode: number(header, 100, 8) & 0o7777,
    uid: Number(said["uid"] ?? number(header, 108, 8)),
    gid: Number(said["gid"] ?? number(header, 116, 8)),
    mtimeSeconds: Number(said["mtime"] ?? number(header, 136, 12)),
    content,
  };
}

/** The entries of a tar file that is not compressed. @throws Error when it is none, or broken */
export const tarEntries = (bytes: Uint8Array): Generator<TarEntry> => new TarReader(bytes).entries();
