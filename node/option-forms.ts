/**
 * The forms of options: what text on the command line means, and which values are possible.
 * Functions named parse… throw an OptionError with the reason; functions named …Problem return the reason, or undefined.
 */
import { readFileSync, statSync } from "node:fs";
import { posix, resolve } from "node:path";
import { inspect } from "node:util";
import { FORGET_MODES, type ForgetMode } from "#kernel/forgetting.ts";
import { type ConfinementPolicy, namedPolicies, parsePolicy, PolicyError } from "#lites/confinement/policy-text.ts";
import { byteStringOf } from "#lites/text.ts";
import { type Engine, ENGINES } from "#machine/engine.ts";
import { OptionError } from "#system/option-error.ts";
import { TRACE_KINDS, type TraceKind } from "#system/trace-lines.ts";

/** A host directory in the guest's tree. */
export interface Mount {
  /** Host directory. */
  source: string;
  /** Absolute path in the guest, a directory; created when it is missing. Not in /dev or /proc. */
  target: string;
  /** Default: false. */
  readOnly?: boolean;
}

export const STATISTICS_FORMS = ["table", "json"] as const;

export type Problem = string | undefined;

/** A value as messages show it, on one line. */
export const shown = (value: unknown): string =>
  typeof value === "string" ? `'${value}'` : inspect(value, { depth: 1, breakLength: Number.POSITIVE_INFINITY, maxStringLength: 80 });

/** @param check of a value that has the type */
const ofType =
  <Value>(type: "string" | "boolean" | "number" | "function", words: string, check?: (value: Value) => Problem) =>
  (value: unknown): Problem =>
    typeof value === type ? check?.(value as Value) : `must be ${words}, not ${shown(value)}`;

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);

/** An object with these members and no others; those in `optional` may be missing. */
function membersProblem(
  value: unknown,
  words: string,
  members: Readonly<Record<string, (value: unknown) => Problem>>,
  optional: readonly string[] = [],
): Problem {
  if (!isObject(value)) return `must be ${words}, not ${shown(value)}`;
  const unknown = Object.keys(value).find((name) => !Object.hasOwn(members, name));
  if (unknown !== undefined) return `no member '${unknown}' is known (known: ${Object.keys(members).join(", ")})`;
  for (const [name, problem] of Object.entries(members)) {
    if (value[name] === undefined && optional.includes(name)) continue;
    const found = problem(value[name]);
    if (found !== undefined) return `${name} ${found}`;
  }
  return undefined;
}

const UNITS = ["", "k", "M", "G"] as const;

/** "64M": the largest unit that leaves a whole number. */
function sizeText(bytes: number): string {
  let unit = 0;
  let rest = bytes;
  while (rest !== 0 && rest % 1024 === 0 && unit + 1 < UNITS.length) {
    rest /= 1024;
    unit++;
  }
  return `${rest}${UNITS[unit]}`;
}

/** "64M", "512k", "1G" or a number of bytes. */
export function parseSize(text: string): number {
  const match = /^(\d+)([kKmMgG]?)$/.exec(text);
  if (!match) throw new OptionError(`not a size: '${text}' (examples: 8M, 512k)`);
  const shift = { "": 0, k: 10, m: 20, g: 30 }[match[2]!.toLowerCase()]!;
  return Number(match[1]) * 2 ** shift;
}

/** Of a size in bytes. */
export const sizeProblem =
  (least: number, most: number) =>
  (value: unknown): Problem => {
    if (typeof value !== "number" || !Number.isSafeInteger(value)) return `must be a whole number of bytes, not ${shown(value)}`;
    if (value >= least && value <= most) return undefined;
    return `must be between ${sizeText(least)} and ${sizeText(most)}, not ${sizeText(value)}`;
  };

export const textProblem = ofType<string>("string", "a string");
export const flagProblem = ofType<boolean>("boolean", "true or false");
export const functionProblem = ofType<() => void>("function", "a function");

/** Longest name of a host, as in Linux (uname(2)). */
const HOST_NAME_BYTES = 64;

export const hostNameProblem = ofType<string>("string", "a string", (name) => {
  const bytes = byteStringOf(name).length;
  if (bytes === 0 || bytes > HOST_NAME_BYTES) return `must have 1 to ${HOST_NAME_BYTES} bytes, not ${bytes}`;
  return name.includes("\0") ? "must not hold a NUL" : undefined;
});

/** One of some names. */
const nameProblem =
  (what: string, names: readonly string[]) =>
  (value: unknown): Problem =>
    names.includes(value as string) ? undefined : `unknown ${what} ${shown(value)} (known: ${names.join(", ")})`;

function parsed<Value>(text: string, problem: (value: unknown) => Problem): Value {
  const found = problem(text);
  if (found !== undefined) throw new OptionError(found);
  return text as Value;
}

export const engineProblem = nameProblem("engine", ENGINES);
export const parseEngine = (text: string): Engine => parsed(text, engineProblem);
export const forgetProblem = nameProblem("forget mode", FORGET_MODES);
export const parseForget = (text: string): ForgetMode => parsed(text, forgetProblem);
const traceKindProblem = nameProblem("trace", TRACE_KINDS);

/** "syscalls,ipc". */
export const parseTrace = (text: string): TraceKind[] => text.split(",").map((kind) => parsed(kind, traceKindProblem));

export const traceProblem = (value: unknown): Problem =>
  membersProblem(value, "an object with kinds and write", { kinds: listProblem("trace kinds", traceKindProblem), write: functionProblem });

export function parseStatistics(text: string | true): (typeof STATISTICS_FORMS)[number] {
  return text === true ? "table" : parsed(text, nameProblem("statistics format", STATISTICS_FORMS));
}

function listProblem(what: string, problem: (value: unknown) => Problem): (value: unknown) => Problem {
  return (value) => {
    if (!Array.isArray(value)) return `must be an array of ${what}, not ${shown(value)}`;
    return value.map(problem).find((found) => found !== undefined);
  };
}

/** An existing directory of the host. */
function directoryProblem(path: unknown): Problem {
  if (typeof path !== "string" || path === "") return `must be the path of a directory, not ${shown(path)}`;
  const stat = statSync(path, { throwIfNoEntry: false, bigint: false });
  if (stat === undefined) return `'${path}': no such directory`;
  return stat.isDirectory() ? undefined : `'${path}': not a directory`;
}

/** Directories that are the server's own. */
const OWN_DIRECTORIES = ["/dev", "/proc"];

/** @param path absolute, without symbolic links */
export function ownDirectory(path: string): string | undefined {
  return OWN_DIRECTORIES.find((directory) => path === directory || path.startsWith(`${directory}/`));
}

function targetProblem(path: unknown): Problem {
  if (typeof path !== "string" || !path.startsWith("/")) return `must be an absolute path of the guest, not ${shown(path)}`;
  if (path.includes("\0")) return "must not hold a NUL";
  const own = ownDirectory(posix.resolve(path));
  return own === undefined ? undefined : `'${path}': ${own} is the system's own`;
}

/** Errors of the host's calls as reasons. */
function withoutThrow(problem: (value: unknown) => Problem): (value: unknown) => Problem {
  return (value) => {
    try {
      return problem(value);
    } catch (error) {
      return `${shown(value)}: ${reasonOf(error)}`;
    }
  };
}

export const mountsProblem = listProblem("mounts", (mount) =>
  membersProblem(
    mount,
    "an object with source and target",
    { source: withoutThrow(directoryProblem), target: targetProblem, readOnly: flagProblem },
    ["readOnly"],
  ),
);

/** Whether a word of the command line holds no bytes that are no UTF-8 (lites/text.ts). */
export const isText = (word: string): boolean => !/\p{Surrogate}/u.test(word);

/** @throws OptionError */
function mustBeText(path: string): void {
  if (!isText(path)) throw new OptionError("a path that is no UTF-8 cannot be taken here");
}

/** "HOSTDIR:/guest" or "HOSTDIR:/guest:ro". */
export function parseMount(text: string): Mount {
  mustBeText(text);
  const match = /^(.+?):(\/[^:]*)(?::(ro|rw))?$/.exec(text);
  if (!match) throw new OptionError(`not a mount: '${text}' (form: HOSTDIR:/guest[:ro])`);
  const mount = { source: resolve(match[1]!), target: match[2]!, readOnly: match[3] === "ro" };
  const problem = mountsProblem([mount]);
  if (problem !== undefined) throw new OptionError(`cannot mount ${problem.replace(/^(source|target) /, "")}`);
  return mount;
}

/** The text of a policy of confinement: of a named one, or that of a file. */
export function parseConfine(text: string): string {
  let policy = namedPolicies[text];
  try {
    policy ??= readFileSync(text, "utf8");
  } catch {
    throw new OptionError(`no policy '${text}': neither one of ${Object.keys(namedPolicies).join(", ")}, nor a file that can be read`);
  }
  const problem = policyProblem(policy);
  if (problem !== undefined) throw new OptionError(`policy '${text}': ${problem}`);
  return policy;
}

/** @param policy parsed already, or its text, or the name of one */
export const policyOf = (policy: string | ConfinementPolicy): ConfinementPolicy =>
  typeof policy === "string" ? parsePolicy(namedPolicies[policy] ?? policy) : policy;

function policyProblem(text: unknown): Problem {
  if (isObject(text) && Array.isArray(text["rules"])) return undefined;
  if (typeof text !== "string") return `must be the name or the text of a policy, not ${shown(text)}`;
  try {
    policyOf(text);
    return undefined;
  } catch (error) {
    if (error instanceof PolicyError) return error.message;
    throw error;
  }
}

export const confineProblem = (value: unknown): Problem =>
  membersProblem(value, "an object with policy and log", { policy: policyProblem, log: functionProblem });

export function parseGuestPath(text: string): string {
  if (!text.startsWith("/")) throw new OptionError(`must be an absolute path, not '${text}'`);
  return text;
}

/** "NAME=VALUE". */
export function parseAssignment(text: string): { name: string; value: string } {
  const at = text.indexOf("=");
  if (at <= 0) throw new OptionError(`not an assignment: '${text}' (form: NAME=VALUE)`);
  return { name: text.slice(0, at), value: text.slice(at + 1) };
}

/** Longest timer of Node, in seconds. */
const MOST_SECONDS = 2_147_483;

/** A time in seconds, as decimal number. */
export function parseSeconds(text: string): number {
  const seconds = /^(\d+\.?\d*|\.\d+)$/.test(text) ? Number(text) : 0;
  if (seconds > 0 && seconds <= MOST_SECONDS) return seconds;
  throw new OptionError(`must be a number of seconds, above 0 and at most ${MOST_SECONDS}, not '${text}'`);
}

/** A character, "^" and a letter for a control character, or "none". @returns the character as it is typed, "" for none */
export function parseEscape(text: string): string {
  if (text === "none") return "";
  if (/^\^[@-_a-z]$/.test(text)) return String.fromCharCode(text.toUpperCase().charCodeAt(1) & 0x1f);
  if (/^[!-~]$/.test(text)) return text;
  throw new OptionError(`must be a character, ^ and a letter, or none, not '${text}'`);
}

const countProblem = (value: unknown): Problem =>
  Number.isSafeInteger(value) && (value as number) >= 0 ? undefined : `must be a whole number, not ${shown(value)}`;

export const managerProblem = (value: unknown): Problem =>
  membersProblem(value, "an object that describes a manager", {
    name: textProblem,
    frames: countProblem,
    blocks: countProblem,
    figures: (figures) => (isObject(figures) ? undefined : `must be an object of counters, not ${shown(figures)}`),
    make: functionProblem,
  });

/** A directory or a file of the host. */
export const rootProblem = withoutThrow((path) => {
  if (typeof path !== "string" || path === "") return `must be the path of a directory or tar file, not ${shown(path)}`;
  return statSync(path, { throwIfNoEntry: false }) === undefined ? `'${path}': no such file or directory` : undefined;
});

export function parseRoot(text: string): string {
  mustBeText(text);
  return parsed(text, rootProblem);
}

/** Node's message without the call and the path. */
export const reasonOf = (error: unknown): string =>
  error instanceof Error ? error.message.replace(/^[A-Z0-9]+: /, "").replace(/, \w+( '.*)?$/, "") : String(error);
