/**
 * What a system is booted with, and the table of all options: of boot(), of the command, or of both. The command's help and parser,
 * the checks of boot() and the README's table are made from its rows.
 */
import type { ForgetMode } from "#kernel/forgetting.ts";
import type { ConfinementPolicy } from "#lites/confinement/policy-text.ts";
import type { Engine } from "#machine/engine.ts";
import type { ManagerFactory, ManagerFigures } from "#servers/pager.ts";
import { OptionError } from "#system/option-error.ts";
import type { TraceKind } from "#system/trace-lines.ts";
import {
  confineProblem,
  engineProblem,
  flagProblem,
  forgetProblem,
  functionProblem,
  hostNameProblem,
  managerProblem,
  type Mount,
  mountsProblem,
  parseAssignment,
  parseConfine,
  parseEngine,
  parseEscape,
  parseForget,
  parseGuestPath,
  parseMount,
  parseRoot,
  parseSeconds,
  parseSize,
  parseStatistics,
  parseTrace,
  type Problem,
  rootProblem,
  shown,
  sizeProblem,
  textProblem,
  traceProblem,
} from "./option-forms.ts";

export { OptionError } from "#system/option-error.ts";
export type { TraceKind } from "#system/trace-lines.ts";
export type { Mount } from "./option-forms.ts";

export interface BootOptions {
  /** Physical memory in bytes; default 64 MiB, at least 4 MiB, at most 1 GiB. */
  memory?: number;
  /** Paging disk in bytes; default the size of memory, or 32 MiB if that is more. */
  swap?: number;
  mounts?: Mount[];
  /** A root file system other than the built-in: a host directory (copied into memory) or a tar file (plain or gzip). */
  root?: string;
  /** Bytes that the root file system holds, with 4 KiB for each name; default 1 GiB, or half as much again as a larger root needs. */
  rootSize?: number;
  /** Time follows the instruction count, so that runs repeat. Default: the host's clock. */
  virtualClock?: boolean;
  /** Seed of the entropy device. Default: from the host, or fixed with the virtual clock. */
  seed?: string;
  hostname?: string;
  /** How instructions are executed; the results are the same. Default: auto. */
  engine?: Engine;
  /** A test of all memory managers: the kernel forgets mappings, now and then or at every chance. Default: never. */
  forget?: ForgetMode;
  /** A memory manager that programs may bind regions to, with page frames and disk blocks of its own (docs/managers.md). */
  manager?: {
    readonly name: string;
    readonly frames: number;
    readonly blocks: number;
    readonly figures: ManagerFigures;
    readonly make: ManagerFactory;
  };
  /** A chief between the processes and the Unix server: the name or the text of its policy (docs/confinement.md), and where it tells what it does. */
  confine?: { readonly policy: string | ConfinementPolicy; readonly log: (line: string) => void };
  /** Trace lines to produce, and where they go. */
  trace?: { kinds: readonly TraceKind[]; write: (line: string) => void };
  /** Told of things a user should know (internal errors, odd messages). Default: standard error. */
  diagnostic?: (line: string) => void;
}

export const DEFAULT_ENGINE: Engine = "auto";
export const DEFAULT_MEMORY = 64 << 20;
export const MINIMUM_MEMORY = 4 << 20;
export const MAXIMUM_MEMORY = 1 << 30;
export const DEFAULT_SWAP_AT_LEAST = 32 << 20;
/** A size beyond it is a slip: the medium is host memory. */
const MAXIMUM_SWAP = 64 * 2 ** 30;
const MINIMUM_ROOT_SIZE = 1 << 20;
const MAXIMUM_ROOT_SIZE = 64 * 2 ** 30;
export const DEFAULT_ESCAPE = "~";

export interface OptionRow {
  /** The option of boot(); absent: the command's only. */
  readonly boot?: keyof BootOptions;
  /** Why a value is impossible, with the option of boot() as its subject. */
  readonly problem?: (value: unknown) => Problem;
  /** The command's option, in commander's form; absent: the library's only. */
  readonly flag?: string;
  /** What it does, for the command's help and the README. */
  readonly text?: string;
  /** The value of the command's option. Throws OptionError. */
  readonly parse?: (text: string) => unknown;
  /** The option may come several times; its values are kept in a list. */
  readonly repeatable?: true;
}

const swapProblem = sizeProblem(0, MAXIMUM_SWAP);
const rootSizeProblem = sizeProblem(MINIMUM_ROOT_SIZE, MAXIMUM_ROOT_SIZE);
const memoryProblem = sizeProblem(MINIMUM_MEMORY, MAXIMUM_MEMORY);

/** The parser of a size, with its limits. */
const parseSizeBy =
  (problem: (value: unknown) => Problem) =>
  (text: string): number => {
    const size = parseSize(text);
    const found = problem(size);
    if (found !== undefined) throw new OptionError(found);
    return size;
  };

export const OPTIONS: readonly OptionRow[] = [
  { flag: "-c, --command <line>", text: "run a command line with /bin/sh" },
  {
    boot: "memory",
    problem: memoryProblem,
    flag: "--memory <size>",
    text: "physical memory, 4M to 1G (default 64M)",
    parse: parseSizeBy(memoryProblem),
  },
  {
    boot: "swap",
    problem: swapProblem,
    flag: "--swap <size>",
    text: "paging disk, up to 64G (default: as memory, at least 32M)",
    parse: parseSizeBy(swapProblem),
  },
  {
    boot: "mounts",
    problem: mountsProblem,
    flag: "--mount <dir:/guest[:ro]>",
    text: "host directory in the guest's tree (repeatable); the guest cannot leave it, not even by symbolic links",
    parse: parseMount,
    repeatable: true,
  },
  {
    boot: "root",
    problem: rootProblem,
    flag: "--root <dir-or-tar>",
    text: "root file system other than the built-in, copied into memory: a directory, or a tar file (plain or gzip)",
    parse: parseRoot,
  },
  {
    boot: "rootSize",
    problem: rootSizeProblem,
    flag: "--root-size <size>",
    text: "room in the root file system, which is the host's memory; each name takes 4k (default 1G, more for a larger --root)",
    parse: parseSizeBy(rootSizeProblem),
  },
  { flag: "--env <name=value>", text: "environment variable (repeatable)", parse: parseAssignment, repeatable: true },
  { flag: "--cwd <dir>", text: "working directory in the guest, an absolute path", parse: parseGuestPath },
  { flag: "--timeout <seconds>", text: "end the run after so long, with status 124", parse: parseSeconds },
  {
    flag: "--escape <char>",
    text: `on a terminal, this at the start of a line and then "." ends the run, "?" tells more; or none (default ${DEFAULT_ESCAPE})`,
    parse: parseEscape,
  },
  {
    boot: "trace",
    problem: traceProblem,
    flag: "--trace <kinds>",
    text: "trace lines: syscalls, ipc, faults (comma separated)",
    parse: parseTrace,
  },
  { flag: "--trace-file <file>", text: "where trace lines go (default standard error)" },
  { flag: "--stats [format]", text: "counters at the end on standard error, per program: table or json", parse: parseStatistics },
  {
    boot: "confine",
    problem: confineProblem,
    flag: "--confine <policy>",
    text: "refuse system calls: read-only, one-process, watch, or a file (docs/confinement.md)",
    parse: parseConfine,
  },
  {
    boot: "virtualClock",
    problem: flagProblem,
    flag: "--virtual-clock",
    text: "time follows the instruction count: runs repeat bit for bit",
  },
  { boot: "seed", problem: textProblem, flag: "--seed <text>", text: "seed of the random device" },
  {
    boot: "forget",
    problem: forgetProblem,
    flag: "--forget <mode>",
    text: "the kernel forgets mappings: never, random, always (default never; for tests)",
    parse: parseForget,
  },
  {
    boot: "engine",
    problem: engineProblem,
    flag: "--engine <name>",
    text: "how instructions run: interpreter, translator, auto (default auto); results and counts are the same",
    parse: parseEngine,
  },
  { boot: "hostname", problem: hostNameProblem },
  { boot: "manager", problem: managerProblem },
  { boot: "diagnostic", problem: functionProblem },
];

/** Options that are not there, or have no possible value. @param rows the options that there are, by name @throws OptionError */
export function checkOptions(options: unknown, rows: Readonly<Record<string, (value: unknown) => Problem>>): void {
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    throw new OptionError(`options must be an object, not ${shown(options)}`);
  }
  for (const [name, value] of Object.entries(options)) {
    const problem = Object.hasOwn(rows, name) ? rows[name] : undefined;
    if (problem === undefined) throw new OptionError(`no such option (known: ${Object.keys(rows).join(", ")})`, name, value);
    const found = value === undefined ? undefined : problem(value);
    if (found !== undefined) throw new OptionError(found, name, value);
  }
}

const bootProblems = Object.fromEntries(OPTIONS.flatMap(({ boot, problem }) => (boot && problem ? [[boot, problem]] : [])));

/** @throws OptionError */
export function checkBootOptions(options: BootOptions): void {
  checkOptions(options, bootProblems);
}

/** The command's options as a table in Markdown, for the README. */
export function optionTable(): string {
  const cell = (text: string): string => text.replaceAll("|", "\\|");
  const rows = OPTIONS.flatMap(({ flag, text }) => (flag === undefined ? [] : [`| \`${cell(flag)}\` | ${cell(text ?? "")} |`]));
  return ["| option | what |", "|---|---|", ...rows].join("\n");
}
