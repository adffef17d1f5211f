/**
 * What a system is booted with, and the text forms of its parts that the command line uses.
 */
import { readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { FORGET_MODES, type ForgetMode } from "#kernel/forgetting.ts";
import type { Confinement } from "#lites/confinement/confinement.ts";
import { namedPolicies, parsePolicy, PolicyError } from "#lites/confinement/policy-text.ts";
import { type Engine, ENGINES } from "#machine/engine.ts";
import type { ManagerFactory, ManagerFigures } from "#servers/pager.ts";

/** A host directory in the guest's tree. */
export interface Mount {
  /** Host directory. */
  source: string;
  /** Absolute path in the guest; created when it is missing. */
  target: string;
  readOnly?: boolean;
}

export type TraceKind = "syscalls" | "ipc" | "faults";
export const traceKinds: readonly TraceKind[] = ["syscalls", "ipc", "faults"];

export interface BootOptions {
  /** Physical memory in bytes; default 64 MiB, at least 4 MiB. */
  memory?: number;
  /** Paging disk in bytes; default the size of memory, at least 32 MiB. */
  swap?: number;
  mounts?: Mount[];
  /** A root file system other than the built-in: a host directory (copied into memory) or a tar file (also compressed). */
  root?: string;
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
  /** A chief between the processes and the Unix server, with its policy and where it tells what it does. */
  confine?: Confinement;
  /** Trace lines to produce, and where they go. */
  trace?: { kinds: readonly TraceKind[]; write: (line: string) => void };
  /** Told of things a user should know (unimplemented calls, internal errors). Default: standard error. */
  diagnostic?: (line: string) => void;
}

export const DEFAULT_ENGINE: Engine = "auto";
export const DEFAULT_MEMORY = 64 << 20;
export const MINIMUM_MEMORY = 4 << 20;
export const MAXIMUM_MEMORY = 1 << 30;
export const MINIMUM_SWAP = 32 << 20;

/** An option that makes no sense; the command line prints the message and exits with 2. */
export class OptionError extends Error {}

/** "64M", "512k", "1G" or a number of bytes. */
export function parseSize(text: string): number {
  const match = /^(\d+)([kKmMgG]?)$/.exec(text);
  if (!match) throw new OptionError(`not a size: '${text}' (examples: 8M, 512k)`);
  const shift = { "": 0, k: 10, m: 20, g: 30 }[match[2]!.toLowerCase()]!;
  return Number(match[1]) * 2 ** shift;
}

/** As parseSize, within the limits of physical memory. */
export function parseMemory(text: string): number {
  const size = parseSize(text);
  if (size < MINIMUM_MEMORY || size > MAXIMUM_MEMORY) {
    throw new OptionError(`memory must be between ${MINIMUM_MEMORY >> 20}M and ${MAXIMUM_MEMORY >> 20}M, not '${text}'`);
  }
  return size;
}

/** "HOSTDIR:/guest" or "HOSTDIR:/guest:ro". */
export function parseMount(text: string): Mount {
  const match = /^(.+?):(\/[^:]*)(?::(ro|rw))?$/.exec(text);
  if (!match) throw new OptionError(`not a mount: '${text}' (form: HOSTDIR:/guest[:ro])`);
  const source = resolve(match[1]!);
  let directory = false;
  try {
    directory = statSync(source).isDirectory();
  } catch {
    throw new OptionError(`cannot mount '${match[1]}': no such directory`);
  }
  if (!directory) throw new OptionError(`cannot mount '${match[1]}': not a directory`);
  return { source, target: match[2]!, readOnly: match[3] === "ro" };
}

export function parseEngine(text: string): Engine {
  const engine = ENGINES.find((candidate) => candidate === text);
  if (engine === undefined) throw new OptionError(`unknown engine '${text}' (known: ${ENGINES.join(", ")})`);
  return engine;
}

export function parseForget(text: string): ForgetMode {
  const mode = FORGET_MODES.find((candidate) => candidate === text);
  if (mode === undefined) throw new OptionError(`unknown forget mode '${text}' (known: ${FORGET_MODES.join(", ")})`);
  return mode;
}

/** "syscalls,ipc". */
export function parseTrace(text: string): TraceKind[] {
  return text.split(",").map((kind) => {
    if (!traceKinds.includes(kind as TraceKind)) {
      throw new OptionError(`unknown trace '${kind}' (known: ${traceKinds.join(", ")})`);
    }
    return kind as TraceKind;
  });
}

/** A named policy of confinement, or a file with one. */
export function parseConfine(text: string): Confinement["policy"] {
  let policy = namedPolicies[text];
  try {
    policy ??= readFileSync(text, "utf8");
  } catch {
    throw new OptionError(`no policy '${text}': neither one of ${Object.keys(namedPolicies).join(", ")}, nor a file that can be read`);
  }
  try {
    return parsePolicy(policy);
  } catch (error) {
    if (error instanceof PolicyError) throw new OptionError(`policy '${text}': ${error.message}`);
    throw error;
  }
}
