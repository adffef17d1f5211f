/**
 * The command line of `lites`: its words become options, by the table of options, and what is to be run.
 *
 * Words are bytes. Node decodes them as UTF-8; where the host shows the bytes (Linux), they are taken from there, in the form of
 * lites/text.ts. Beneath: commander.
 */
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { Command, Option } from "commander";
import { byteStringOf, decodeText, encodeText, unicodeOf } from "#lites/text.ts";
import type { Engine } from "#machine/engine.ts";
import type { ForgetMode } from "#kernel/forgetting.ts";
import { OptionError } from "#system/option-error.ts";
import type { TraceKind } from "#system/trace-lines.ts";
import { isText, type Mount, reasonOf, type STATISTICS_FORMS } from "./option-forms.ts";
import { OPTIONS, type OptionRow } from "./options.ts";

/** What commander makes of the options. */
export interface CommandOptions {
  command?: string;
  memory?: number;
  swap?: number;
  mount?: Mount[];
  root?: string;
  rootSize?: number;
  env?: { name: string; value: string }[];
  cwd?: string;
  /** Seconds. */
  timeout?: number;
  /** "": none. */
  escape?: string;
  trace?: TraceKind[];
  traceFile?: string;
  stats?: (typeof STATISTICS_FORMS)[number];
  virtualClock?: boolean;
  seed?: string;
  engine?: Engine;
  confine?: string;
  forget?: ForgetMode;
}

/** What to run: argv of the program, and where a host script goes. */
export interface Job {
  argv: string[];
  script?: { name: string; text: Buffer };
}

export const LOGIN_SHELL = ["/bin/sh", "-l"];

const EXAMPLES = `
Examples:
  lites                                   a login shell in this terminal
  lites -c 'ls -l / | wc -l'              one command line
  echo hi | lites -c cat > out            the host's pipes and redirections work
  lites script.sh one two                 a shell script of the host
  lites --mount .:/src exec /bin/ls /src  one program, with a host directory
  lites --confine read-only -c 'rm /x'    nothing may be written
  lites --memory 8M --stats -c 'sort big' counters at the end, on standard error
  lites paging --help                     measure page replacement: a command of its own

Signals: SIGHUP, SIGINT, SIGQUIT and SIGTERM go to the program; a second one, or two seconds, ends the run.
Exit status: that of the program, 128+n if signal n ended it or the run; 124 after --timeout; 2 for a wrong option.`;

/** "--memory" of "--memory <size>". */
export const longFlag = (flag: string): string => /--[a-z-]+/.exec(flag)![0];

/** Name of an option as the command's user knows it. @param option as boot() and spawn() call it */
export function commandName(option: string): string {
  const row = OPTIONS.find(({ boot }) => boot === option);
  return row?.flag === undefined ? option : longFlag(row.flag);
}

function optionOf({ flag, text, parse, repeatable }: OptionRow & { flag: string }): Option {
  const option = new Option(flag, text ?? "");
  const value = (word: string): unknown => {
    try {
      return parse === undefined ? word : parse(word);
    } catch (error) {
      if (error instanceof OptionError) throw new OptionError(error.reason, longFlag(flag), word);
      throw error;
    }
  };
  if (repeatable) return option.argParser((word: string, before: unknown[] | undefined) => [...(before ?? []), value(word)]);
  if (flag.includes("[")) return option.preset(true).argParser(value);
  return flag.includes("<") ? option.argParser(value) : option;
}

/** Throws CommanderError (also for --help and --version, with exit code 0) and OptionError. @param write takes help and version */
export function parser(version: string, write: (text: string) => void): Command {
  const command = new Command("lites")
    .description("A Unix on an L3-style microkernel on an emulated i386.\nWithout arguments: a login shell.")
    .usage("[options] [SCRIPT [ARG…]]\n       lites [options] -c COMMAND [NAME [ARG…]]\n       lites [options] exec PROGRAM [ARG…]")
    .argument("[words...]");
  for (const row of OPTIONS) if (row.flag !== undefined) command.addOption(optionOf({ ...row, flag: row.flag }));
  return command
    .version(version, "-V, --version")
    .passThroughOptions()
    .allowExcessArguments(true)
    .addHelpText("after", EXAMPLES)
    .configureOutput({ writeOut: write, outputError: () => {} })
    .exitOverride();
}

/** @param words what is no option @throws OptionError */
export function jobOf(words: readonly string[], command: string | undefined): Job {
  if (command !== undefined) return { argv: ["/bin/sh", "-c", command, ...words] };
  if (words.length === 0) return { argv: LOGIN_SHELL };
  if (words[0] === "exec") {
    if (words.length < 2) throw new OptionError("exec needs a program");
    return { argv: words.slice(1) };
  }
  const file = words[0]!;
  let text: Buffer;
  try {
    text = readFileSync(hostPath(file));
  } catch (error) {
    throw new OptionError(`cannot read '${file}': ${reasonOf(error)}`);
  }
  const name = `/tmp/${basename(file)}`;
  return { argv: ["/bin/sh", name, ...words.slice(1)], script: { name, text } };
}

/** A word of the command line as a path of the host. */
export const hostPath = (word: string): string | Buffer => (isText(word) ? word : Buffer.from(encodeText(byteStringOf(word))));

const REPLACEMENT = "\ufffd";
const NUL = 0;

/** The words of a process as the host shows them: bytes, each ended by a NUL. @returns the last `count` */
export function wordsOf(commandLine: Uint8Array, count: number): string[] {
  const words: string[] = [];
  for (let start = 0; start < commandLine.length; ) {
    const end = commandLine.indexOf(NUL, start);
    words.push(unicodeOf(decodeText(commandLine.subarray(start, end))));
    start = end + 1;
  }
  return words.slice(words.length - count);
}

/**
 * The command's words with all their bytes.
 * @param decoded as Node has them
 * @param commandLine gives the bytes of the process's words; throws where the host does not show them
 * @throws OptionError for bytes that cannot be known
 */
export function exactWords(decoded: readonly string[], commandLine: () => Uint8Array): string[] {
  // Node puts a replacement character for what it cannot decode. It may also stand there for itself.
  if (!decoded.some((word) => word.includes(REPLACEMENT))) return [...decoded];
  let bytes: Uint8Array;
  try {
    bytes = commandLine();
  } catch {
    throw new OptionError("an argument may hold bytes that are no UTF-8, which this host does not show");
  }
  return wordsOf(bytes, decoded.length);
}
