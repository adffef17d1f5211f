/**
 * How a program is spawned or run: its options, and their checks.
 */
import { Readable } from "node:stream";
import { decodeText, unicodeOf } from "#lites/text.ts";
import { OptionError } from "#system/option-error.ts";
import { flagProblem, type Problem, shown } from "./option-forms.ts";
import { checkOptions } from "./options.ts";
import type { OutputSink } from "./port-streams.ts";
import type { TerminalOptions } from "./program.ts";

/** Names, arguments and variables are bytes in Unix; a string stands for its UTF-8. */
export type Bytes = string | Uint8Array;

/** What a standard descriptor of a program is: a stream, the terminal, or closed. */
export type DescriptorKind = "stream" | "terminal" | "closed";
const DESCRIPTOR_KINDS: readonly unknown[] = ["stream", "terminal", "closed"] satisfies DescriptorKind[];

export interface SpawnOptions {
  /** Input: text, bytes or a stream read on demand. Default: the program's `stdin` stream stays open for the caller. */
  stdin?: string | Uint8Array | Readable;
  /** Added to the default environment (PATH, HOME, …). */
  env?: Readonly<Record<string, Bytes>>;
  /** Working directory, an absolute path; default "/". */
  cwd?: Bytes;
  /** Runs the program on a terminal, as leader of a session of its own. */
  tty?: TerminalOptions;
  /**
   * What the descriptors 0, 1, 2 are. Default: all the terminal with `tty`, else streams. With both, the terminal's output comes from stdout, or else
   * from stderr. A closed descriptor's stream ends at once.
   */
  descriptors?: readonly [DescriptorKind, DescriptorKind, DescriptorKind];
  /** Takes the output of a descriptor that is a stream, in place of the program's stream. */
  sinks?: { readonly stdout?: OutputSink; readonly stderr?: OutputSink };
  /** User and group id; default 0. */
  uid?: number;
}

export interface RunOptions extends SpawnOptions {
  /**
   * Milliseconds of the host's clock, after which the program's process group gets SIGTERM, and SIGKILL two seconds later. run() rejects with a
   * TimeoutError then. It needs the event loop, as all timers.
   */
  timeout?: number;
  /** Ends the program as `timeout` does. run() rejects with the signal's reason then. */
  signal?: AbortSignal;
  /** Output comes as strings; default "buffer": as Buffers. */
  encoding?: BufferEncoding | "buffer";
}

/** Linux's limit of ids. */
const MAXIMUM_ID = 2 ** 32 - 2;
/** Longest timer of Node. */
const MAXIMUM_TIMEOUT = 2 ** 31 - 1;

const textOf = (bytes: Bytes): string => (typeof bytes === "string" ? bytes : unicodeOf(decodeText(bytes)));

const bytesProblem = (value: unknown): Problem => {
  if (typeof value !== "string" && !(value instanceof Uint8Array)) return `must be a string or bytes, not ${shown(value)}`;
  return textOf(value).includes("\0") ? "must not hold a NUL" : undefined;
};

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;

const whole =
  (least: number, most: number) =>
  (value: unknown): Problem =>
    Number.isInteger(value) && (value as number) >= least && (value as number) <= most
      ? undefined
      : `must be a whole number from ${least} to ${most}, not ${shown(value)}`;

/** Rows and columns of a window are 16 bits wide. */
const dimension = whole(0, 0xffff);

const spawnProblems: Readonly<Record<keyof SpawnOptions, (value: unknown) => Problem>> = {
  stdin: (value) =>
    typeof value === "string" || value instanceof Uint8Array || value instanceof Readable
      ? undefined
      : `must be a string, bytes or a Readable, not ${shown(value)}`,
  env: (value) => {
    if (!isObject(value)) return `must be an object, not ${shown(value)}`;
    for (const [name, content] of Object.entries(value)) {
      if (name === "" || /[=\0]/.test(name)) return `'${name}' is not the name of a variable`;
      const problem = bytesProblem(content);
      if (problem !== undefined) return `${name} ${problem}`;
    }
    return undefined;
  },
  cwd: (value) =>
    bytesProblem(value) ?? (textOf(value as Bytes).startsWith("/") ? undefined : `must be an absolute path, not ${shown(value)}`),
  tty: (value) => {
    if (!isObject(value)) return `must be an object with rows and columns, not ${shown(value)}`;
    const { rows, columns, plainOutput } = value as Partial<TerminalOptions>;
    return dimension(rows) ?? dimension(columns) ?? (plainOutput === undefined ? undefined : flagProblem(plainOutput));
  },
  descriptors: (value) =>
    Array.isArray(value) && value.length === 3 && value.every((kind) => DESCRIPTOR_KINDS.includes(kind))
      ? undefined
      : `must be three of ${DESCRIPTOR_KINDS.join(", ")}, not ${shown(value)}`,
  sinks: (value) => (isObject(value) ? undefined : `must be an object with stdout or stderr, not ${shown(value)}`),
  uid: whole(0, MAXIMUM_ID),
};

const runProblems: Readonly<Record<keyof RunOptions, (value: unknown) => Problem>> = {
  ...spawnProblems,
  timeout: whole(1, MAXIMUM_TIMEOUT),
  signal: (value) => (value instanceof AbortSignal ? undefined : `must be an AbortSignal, not ${shown(value)}`),
  encoding: (value) => (value === "buffer" || Buffer.isEncoding(value as string) ? undefined : `unknown encoding ${shown(value)}`),
};

/** Argument strings of a program. @throws OptionError */
export function argumentTexts(argv: unknown): string[] {
  if (!Array.isArray(argv) || argv.length === 0)
    throw new OptionError(`must be an array that starts with a program, not ${shown(argv)}`, "argv", argv);
  for (const word of argv) {
    const problem = bytesProblem(word);
    if (problem !== undefined) throw new OptionError(problem, "argv", argv);
  }
  return argv.map(textOf);
}

/** Variables as strings. */
export const environmentTexts = (env: Readonly<Record<string, Bytes>>): Record<string, string> =>
  Object.fromEntries(Object.entries(env).map(([name, value]) => [name, textOf(value)]));

export const pathText = (path: Bytes | undefined): string => (path === undefined ? "/" : textOf(path));

/** @throws OptionError */
export const checkSpawnOptions = (options: SpawnOptions): void => checkOptions(options, spawnProblems);

/** @throws OptionError */
export const checkRunOptions = (options: RunOptions): void => checkOptions(options, runProblems);
