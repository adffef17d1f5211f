/**
 * strace-like lines from the system-call table and the decoded values. Nothing of this runs while tracing is off: the server then
 * has no Trace.
 */
import { ENOSYS, errorByNumber } from "./abi/errno.ts";
import { signalName } from "./abi/signals.ts";
import type { Kind, SystemCallRow } from "./abi/system-calls.ts";
import type { Ending } from "./abi/wait-status.ts";
import { InOutBuffer, OutBuffer, UNREADABLE, UNREADABLE_STRINGS } from "./arguments.ts";
import type { Argument } from "./dispatch.ts";
import type { UnixProcess } from "./process/unix-process.ts";
import { unicodeOf } from "./text.ts";

/** Bytes of a buffer that are shown. */
const SHOWN_BYTES = 32;
const SHOWN_STRINGS = 16;

const escapes: Readonly<Record<number, string>> = { 9: "\\t", 10: "\\n", 13: "\\r", 34: '\\"', 92: "\\\\" };

function quoteBytes(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes.subarray(0, SHOWN_BYTES)) {
    text += escapes[byte] ?? (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : `\\${byte.toString(8)}`);
  }
  return `"${text}"${bytes.length > SHOWN_BYTES ? "…" : ""}`;
}

const hex = (value: number): string => (value === 0 ? "NULL" : `0x${value.toString(16)}`);

function showNumber(kind: Kind, value: number): string {
  switch (kind.kind) {
    case "address":
      return hex(value);
    case "flags":
      return value === 0 ? "0" : `0x${value.toString(16)}`;
    case "mode":
      return `0${value.toString(8)}`;
    case "signal":
      return value > 0 ? signalName(value) : String(value);
    default:
      return String(value);
  }
}

function show(kind: Kind, value: Argument): string {
  if (value === undefined) return "NULL";
  if (typeof value === "number") return showNumber(kind, value);
  if (typeof value === "string" && value.startsWith("\0")) return "?";
  if (typeof value === "string") return JSON.stringify(unicodeOf(value));
  if (value === UNREADABLE) return "?";
  if (value instanceof Uint8Array) return kind.kind === "in" ? showStruct(value) : quoteBytes(value);
  if (value instanceof InOutBuffer && value.input === UNREADABLE) return "?";
  if (value instanceof InOutBuffer)
    return value.data === undefined ? showStruct(value.input) : `${showStruct(value.input)} → ${showStruct(value.data)}`;
  if (value instanceof OutBuffer) {
    if (value.data === undefined) return "…";
    return kind.kind === "out" ? showStruct(value.data) : quoteBytes(value.data);
  }
  if (value === UNREADABLE_STRINGS) return "?";
  if ("value" in value) return hex(value.value);
  const shown = value.slice(0, SHOWN_STRINGS).map((text) => JSON.stringify(unicodeOf(text)));
  return `[${shown.join(", ")}${value.length > SHOWN_STRINGS ? ", …" : ""}]`;
}

function showArguments(row: SystemCallRow, args: Readonly<Record<string, Argument>>): string {
  const own = Object.entries(row.args).filter(([, kind]) => kind.kind !== "added");
  return own.map(([argument, kind]) => show(kind, args[argument])).join(", ");
}

/** Structures are shown as their words. */
function showStruct(bytes: Uint8Array): string {
  if (bytes.length === 0 || bytes.length % 4 !== 0) return quoteBytes(bytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const words: string[] = [];
  for (let offset = 0; offset < Math.min(bytes.length, SHOWN_BYTES); offset += 4) words.push(String(view.getInt32(offset, true)));
  return `{${words.join(", ")}${bytes.length > SHOWN_BYTES ? ", …" : ""}}`;
}

function showResult(row: SystemCallRow | undefined, result: number): string {
  if (result < 0) {
    const error = errorByNumber(-result);
    return error === undefined ? String(result) : `-1 ${error.name} (${error.message})`;
  }
  return row !== undefined && "address" in row.args && result > 0xffff ? hex(result) : String(result);
}

export class Trace {
  private readonly line: (text: string) => void;

  constructor(line: (text: string) => void) {
    this.line = line;
  }

  /** A call that has its result. args undefined: it could not be decoded. */
  call(pid: number, name: string, row: SystemCallRow, args: Readonly<Record<string, Argument>> | undefined, result: number): void {
    const shown = args === undefined ? "?" : showArguments(row, args);
    this.line(`[${pid}] ${name}(${shown}) = ${showResult(row, result)}`);
  }

  /** A call that will never have a result: exit, or the caller was killed meanwhile. */
  unfinished(pid: number, name: string, row: SystemCallRow, args: Readonly<Record<string, Argument>>): void {
    this.line(`[${pid}] ${name}(${showArguments(row, args)}) = ?`);
  }

  /** A call that the server does not have. */
  absentCall(pid: number, name: string): void {
    this.line(`[${pid}] ${name}(…) = ${showResult(undefined, -ENOSYS.errno)}`);
  }

  signal(process: UnixProcess, signal: number): void {
    this.line(`[${process.pid}] --- ${signalName(signal)} ---`);
  }

  ended(process: UnixProcess, ending: Ending): void {
    const how = ending.kind === "exited" ? `exited with ${ending.status}` : `killed by ${signalName(ending.signal)}`;
    this.line(`[${process.pid}] +++ ${how} +++`);
  }
}
