/**
 * The first line of an interpreter script: "#!" path, and at most one argument with all that follows. Source: execve(2).
 */
import { ENOEXEC } from "../abi/errno.ts";
import { decodeText } from "../text.ts";

/** The line must end within this many bytes of the file; a longer one is cut, as on Linux. */
export const SCRIPT_LINE_BYTES = 256;

export interface ScriptLine {
  interpreter: string;
  argument: string | undefined;
}

const NEWLINE = 0x0a;

export const isScript = (start: Uint8Array): boolean => start[0] === 0x23 && start[1] === 0x21;

/** @param start the first bytes of the file @throws ENOEXEC */
export function parseScript(start: Uint8Array): ScriptLine {
  const bytes = start.subarray(2, SCRIPT_LINE_BYTES);
  const newline = bytes.indexOf(NEWLINE);
  const line = decodeText(newline < 0 ? bytes : bytes.subarray(0, newline)).split("\0")[0]!;
  const match = /^[ \t]*([^ \t]+)[ \t]*(.*?)[ \t]*$/.exec(line);
  if (match === null) throw ENOEXEC;
  // A path that reaches the end of what was read may be cut off.
  if (newline < 0 && start.length >= SCRIPT_LINE_BYTES && match[2] === "" && !/[ \t]$/.test(line)) throw ENOEXEC;
  return { interpreter: match[1]!, argument: match[2] === "" ? undefined : match[2]! };
}
