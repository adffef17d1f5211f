/**
 * The options of `lites paging`: from the command line to a plan.
 *
 * Layer beneath: plan.ts and the text forms of its parts.
 */
import { basename } from "node:path";
import { availableParallelism } from "node:os";
import { createHash } from "node:crypto";
import { accessSync, closeSync, constants, openSync, readSync, statSync } from "node:fs";
import { Command } from "commander";
import { OptionError } from "#system/option-error.ts";
import { type Mount, parseEngine, parseMount } from "#node/option-forms.ts";
import type { BootOptions } from "#node/options.ts";
import { POLICIES, parametersOf } from "#servers/memory-manager/policies/table.ts";
import { parseDisk } from "./disk-models.ts";
import { DEFAULT_FIGURES, FIGURES } from "./figures.ts";
import type { PolicyChoice, Scope } from "./measurement.ts";
import { type ParameterRow, parseNamed, parseNumber, parseParameters, rowOf } from "./named-settings.ts";
import { type Method, METHODS, type Plan } from "./plan.ts";
import { DEFAULT_PRESET, PRESETS } from "./presets.ts";
import { parseSizes } from "./sizes.ts";
import { TRACE_FORMS } from "./trace-file.ts";
import { parseWorkload, type Workload, WORKLOADS } from "./workloads.ts";

/** Options as commander leaves them; lists are still text where a preset may stand in. */
export interface RawOptions {
  preset?: string;
  workload?: string;
  pages?: string;
  references?: string;
  rounds?: string;
  policy?: string;
  frames?: string;
  scope?: string;
  readAhead?: string;
  cluster?: string;
  disk?: string;
  method?: string;
  seed: string;
  virtualClock: boolean;
  engine?: NonNullable<BootOptions["engine"]>;
  mount: Mount[];
  root?: string;
  manager?: string;
  patience?: string;
  times?: boolean;
  tasks?: boolean;
  figures?: string;
  json?: string;
  csv?: string;
  svg?: string;
  record?: string;
  replay?: string;
  format?: string;
  resume?: string;
  jobs?: string;
  quiet?: boolean;
  list?: boolean;
}

/** What the command does. */
export interface Request {
  readonly plan: Plan;
  readonly files: {
    readonly json?: string;
    readonly csv?: string;
    readonly svg?: string;
    readonly record?: string;
    readonly resume?: string;
  };
  readonly jobs: number;
  /** Seconds that a manager's module may compute without a kernel call. */
  readonly patience: number;
  /** Names of the figures that tables show. */
  readonly figures: readonly string[];
  /** Whether tables show every task. */
  readonly tasks: boolean;
  readonly quiet: boolean;
  /** Show what there is instead. */
  readonly list: boolean;
}

const MOST_JOBS = 64;
const DEFAULT_PATIENCE = 10;
const MOST_PATIENCE = 86_400;

const EXAMPLES = `
Examples:
  lites paging                                           a table in seconds
  lites paging --preset curves --svg plots               miss-ratio curves of all policies
  lites paging --workload moving:window=64 --policy all --frames 48..128+16
  lites paging --workload mix --scope global,local --frames 96 --tasks
  lites paging --workload sequential --disk seek --read-ahead 0,1,3,7 --frames 128
  lites paging --policy lru,opt --frames 24,32,48 -- sh -c 'seq 3000 | sort -rn | tail -1'
  lites paging --record sort.trace --workload sort       keep the references of a run
  lites paging --replay sort.trace --policy all --frames 16..64x2
  lites paging --replay lackey.out --format lackey       a trace of valgrind --tool=lackey --trace-mem=yes

Names with parameters are written NAME:KEY=VALUE:KEY=VALUE; lites paging --list shows all names and parameters.
Exit status: 0; 1 when a workload failed; 2 for a wrong option; 130 after Ctrl-C. The guide is docs/paging.md.`;

const appendMount = (text: string, list: Mount[]): Mount[] => [...list, parseMount(text)];

export function parser(version: string): Command {
  const presets = Object.entries(PRESETS).map(([name, { text }]) => `  ${name.padEnd(12)}${text}`);
  return new Command("lites paging")
    .description(
      "Measures paging: runs a workload in the system with different page-replacement policies and memory sizes.\nWithout arguments: the preset quick.",
    )
    .usage("[options] [-- COMMAND [ARG…]]")
    .argument("[command...]", "a command of the guest as the workload")
    .option("--preset <name>", `a set of options: ${Object.keys(PRESETS).join(", ")}`)
    .option("--workload <list>", "built-in workloads, comma separated")
    .option("--pages <n>", "pages of the workload's arena")
    .option("--references <n>", "accesses of the workload")
    .option("--rounds <n>", "rounds of the workload")
    .option("--policy <list>", "policies, comma separated, or all")
    .option("--frames <list>", "page frames: 32,48,64 or 32..128x2 or 32..128+16")
    .option("--scope <list>", "who competes for frames: global, local (default global)")
    .option("--read-ahead <list>", "further pages that come with a page-in (default 0)")
    .option("--cluster <list>", "pages that are written out together (default 1)")
    .option("--disk <list>", "disk models: fixed:100us, seek, ssd (default fixed:100us)")
    .option("--method <name>", "live: policies work in the system; replay: in a trace of it (default live)")
    .option("--seed <text>", "seed of everything random", "1")
    .option("--virtual-clock", "time follows the instruction count: runs repeat (the default)", true)
    .option("--no-virtual-clock", "the host's clock")
    .option("--engine <name>", "how instructions run: interpreter, translator, auto", parseEngine)
    .option("--mount <dir:/guest[:ro]>", "host directory in the guest's tree (repeatable)", appendMount, [])
    .option("--root <dir-or-tar>", "root file system other than the built-in")
    .option("--manager <file>", "a memory manager of your own: a TypeScript module or an i386 program")
    .option("--patience <s>", `seconds that a module may compute without a yield* (default ${DEFAULT_PATIENCE})`)
    .option("--times", "host nanoseconds of a fault by stage (they differ from run to run)")
    .option("--figures <list>", `what tables show, or all (default ${DEFAULT_FIGURES.join(",")})`)
    .option("--tasks", "a table of the tasks of each run")
    .option("--json <file>", "all results as JSON")
    .option("--csv <file>", "all results as CSV")
    .option("--svg <dir>", "plots: miss ratios, faults over time, reference map, stages")
    .option("--record <file>", "keep the reference trace of the workload (FILE.gz is compressed)")
    .option("--replay <file>", "replay this reference trace instead of a workload")
    .option("--format <name>", `form of the trace: ${TRACE_FORMS.join(", ")} (default: by its content)`)
    .option("--jobs <n>", "runs at a time (default: one per core)")
    .option("--resume <file>", "keep finished runs here, and do not repeat those that are there")
    .option("--quiet", "no progress line, no tables")
    .option("--list", "workloads, policies and their parameters")
    .version(version, "-V, --version")
    .addHelpText("after", `\nPresets:\n${presets.join("\n")}\n${EXAMPLES}`)
    .configureOutput({ outputError: () => {} })
    .exitOverride();
}

const words = (text: string): string[] => text.split(",").filter((word) => word !== "");

function nonEmpty<Item>(items: readonly Item[], what: string): readonly Item[] {
  if (items.length === 0) throw new OptionError(`no ${what} given`);
  return items;
}

function parsePolicy(text: string): PolicyChoice {
  const { name, settings } = parseNamed(text);
  const row = rowOf(POLICIES, name, "policy");
  const given = parseParameters(settings, row.parameters, `policy ${name}`);
  try {
    parametersOf(row, given);
  } catch (error) {
    if (error instanceof RangeError) throw new OptionError(error.message);
    throw error;
  }
  return { name, parameters: given };
}

const parsePolicies = (text: string): PolicyChoice[] =>
  words(text).flatMap((word) => (word === "all" ? POLICIES.map(({ name }) => ({ name, parameters: {} })) : [parsePolicy(word)]));

function oneOf<Name extends string>(names: readonly Name[], text: string, what: string): Name {
  const name = names.find((known) => known === text);
  if (name === undefined) throw new OptionError(`unknown ${what} '${text}' (known: ${names.join(", ")})`);
  return name;
}

function positive(text: string, what: string, most: number): number {
  const value = parseNumber(text, what);
  if (!Number.isInteger(value) || value < 1 || value > most) throw new OptionError(`${what} must be 1 to ${most}, not '${text}'`);
  return value;
}

const SCOPES: readonly Scope[] = ["global", "local"];

function workloads(raw: RawOptions, command: readonly string[], fallback: string): Workload[] {
  if (command.length > 0) {
    if (raw.workload !== undefined) throw new OptionError("--workload and a command exclude each other");
    return [{ name: command.join(" "), command }];
  }
  const defaults: Record<string, number> = {};
  for (const key of ["pages", "references", "rounds"] as const) {
    if (raw[key] !== undefined) defaults[key] = positive(raw[key], `--${key}`, 1_000_000_000);
  }
  return words(raw.workload ?? fallback).map((text) => parseWorkload(text, defaults, raw.seed));
}

function figureNames(text: string | undefined): readonly string[] {
  const names = FIGURES.map(({ name }) => name);
  if (text === undefined) return DEFAULT_FIGURES;
  return text === "all" ? names : nonEmpty(words(text), "figure").map((name) => oneOf(names, name, "figure"));
}

/** A file that must be there and readable. */
function existing(file: string, what: string): string {
  try {
    accessSync(file, constants.R_OK);
  } catch {
    throw new OptionError(`${what} cannot be read: '${file}'`);
  }
  if (!statSync(file).isFile()) throw new OptionError(`${what} is not a file: '${file}'`);
  return file;
}

/** A short hash of a file of any size. */
function digestOf(path: string): string {
  const hash = createHash("sha256");
  const buffer = Buffer.alloc(1 << 20);
  const file = openSync(path, "r");
  try {
    for (let count = readSync(file, buffer); count > 0; count = readSync(file, buffer)) hash.update(buffer.subarray(0, count));
  } finally {
    closeSync(file);
  }
  return hash.digest("hex").slice(0, 16);
}

/** Options that mean something to runs of the system only. */
const LIVE_OPTIONS = ["disk", "times", "tasks", "method", "engine", "root"] as const;

/** Nothing that is asked for is passed over in silence. */
function refuseUnused(raw: RawOptions): void {
  if (raw.replay === undefined) return;
  const unused = LIVE_OPTIONS.find((name) => raw[name] !== undefined) ?? (raw.mount.length > 0 ? "mount" : undefined);
  if (unused !== undefined) throw new OptionError(`--${unused} means nothing to a replay of a trace`);
}

/** Turns the parsed command line into a request. Throws OptionError. */
export function requestOf(raw: RawOptions, command: readonly string[]): Request {
  const presetName = raw.preset ?? DEFAULT_PRESET;
  if (!Object.hasOwn(PRESETS, presetName)) {
    throw new OptionError(`unknown preset '${presetName}' (known: ${Object.keys(PRESETS).join(", ")})`);
  }
  const preset = PRESETS[presetName]!;
  if (raw.patience !== undefined && raw.manager === undefined) throw new OptionError("--patience belongs to --manager");
  if (raw.format !== undefined && raw.replay === undefined) throw new OptionError("--format belongs to --replay");
  if (
    raw.replay !== undefined &&
    (command.length > 0 || raw.workload !== undefined || raw.record !== undefined || raw.manager !== undefined)
  ) {
    throw new OptionError("--replay runs nothing: no workload, command, --manager or --record beside it");
  }
  refuseUnused(raw);
  const method: Method = raw.replay === undefined ? oneOf(METHODS, raw.method ?? preset.method ?? "live", "method") : "replay";
  const chosen = workloads(raw, command, preset.workload);
  if (raw.record !== undefined && chosen.length > 1) throw new OptionError("--record keeps the trace of one workload, not of several");
  const plan: Plan = {
    workloads: raw.replay === undefined ? nonEmpty(chosen, "workload") : [],
    ...(raw.replay === undefined
      ? {}
      : {
          trace: {
            name: basename(raw.replay),
            file: existing(raw.replay, "the trace"),
            digest: digestOf(raw.replay),
            form: raw.format === undefined ? undefined : oneOf(TRACE_FORMS, raw.format, "format"),
          },
        }),
    policies: nonEmpty(parsePolicies(raw.policy ?? preset.policy), "policy"),
    frames: parseSizes(raw.frames ?? preset.frames),
    scopes: nonEmpty(words(raw.scope ?? preset.scope ?? "global"), "scope").map((text) => oneOf(SCOPES, text, "scope")),
    readAheads: parseSizes(raw.readAhead ?? preset.readAhead ?? "0"),
    clusters: parseSizes(raw.cluster ?? preset.cluster ?? "1"),
    disks: nonEmpty(words(raw.disk ?? preset.disk ?? "fixed:100us"), "disk").map(parseDisk),
    method,
    virtualClock: raw.virtualClock,
    seed: raw.seed,
    ...(raw.engine === undefined ? {} : { engine: raw.engine }),
    mounts: raw.mount,
    ...(raw.root === undefined ? {} : { root: raw.root }),
    ...(raw.manager === undefined ? {} : { manager: { file: existing(raw.manager, "the manager"), digest: digestOf(raw.manager) } }),
    stages: raw.times ?? preset.times ?? false,
  };
  return {
    plan,
    files: {
      ...(raw.json === undefined ? {} : { json: raw.json }),
      ...(raw.csv === undefined ? {} : { csv: raw.csv }),
      ...(raw.svg === undefined ? {} : { svg: raw.svg }),
      ...(raw.record === undefined ? {} : { record: raw.record }),
      ...(raw.resume === undefined ? {} : { resume: raw.resume }),
    },
    jobs: raw.jobs === undefined ? Math.min(availableParallelism(), MOST_JOBS) : positive(raw.jobs, "--jobs", MOST_JOBS),
    patience: raw.patience === undefined ? DEFAULT_PATIENCE : positive(raw.patience, "--patience", MOST_PATIENCE),
    figures: figureNames(raw.figures),
    tasks: raw.tasks ?? preset.tasks ?? false,
    quiet: raw.quiet ?? false,
    list: raw.list ?? false,
  };
}

/** All names with their parameters, as text. */
export function listText(): string {
  const parameters = (rows: Readonly<Record<string, ParameterRow>>): string[] =>
    Object.entries(rows).map(([name, { default: value, text }]) => `      ${`${name}=${value}`.padEnd(20)} ${text}`);
  return [
    "Workloads:",
    ...WORKLOADS.flatMap(({ name, text, parameters: rows }) => [`  ${name.padEnd(16)} ${text}`, ...parameters(rows)]),
    "",
    "Policies:",
    ...POLICIES.flatMap(({ name, title, source, parameters: rows }) => [`  ${name.padEnd(16)} ${title} (${source})`, ...parameters(rows)]),
    "",
    "Figures:",
    ...FIGURES.map(({ name, title }) => `  ${name.padEnd(16)} ${title}`),
    "",
  ].join("\n");
}
