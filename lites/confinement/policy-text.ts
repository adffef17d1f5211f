/**
 * What a confined system may do, as text: one rule a line, the first that fits a call decides. docs/confinement.md describes it.
 *
 *   deny unlink, mk*            these system calls (a name may end in *)
 *   deny @signal, @fork         groups of calls (../abi/call-groups.ts); @file: all that name a file
 *   deny open if 1 & 0x643      only with some of these bits in argument 1
 *   allow openat of /dev/null   only for this file, whatever name or descriptor leads to it
 *   deny @write under /etc      only for this directory and what is below it
 *   allow mkdir
 *   default allow|deny          for calls that no rule names (else: allow); exit and the return from signals are always allowed
 *   errno EACCES                what denied calls return (else: EPERM)
 *   servers allow|deny          messages to other servers than the Unix server (else: deny)
 *   log all|denied|none         (else: denied)
 */
import { type CallGroup, callGroups, type ConditionalGroup, groupsOfCalls, type ProgramCall, sentAs } from "../abi/call-groups.ts";
import { type UnixError, errorByName } from "../abi/errno.ts";
import { emulatorCalls, type SystemCallRow, systemCalls } from "../abi/system-calls.ts";
import type { Place } from "./place-policy.ts";

/** Some of these bits are set in an argument, counted from 0. */
export interface BitTest {
  readonly argument: number;
  readonly mask: number;
}

export interface ConfinementRule {
  readonly deny: boolean;
  /** Numbers of system calls, and tests of which one must hold, if there are any. */
  readonly calls: ReadonlyMap<number, readonly BitTest[]>;
  /** For all of them. */
  readonly bits?: BitTest;
  /** Where what the call is about must be. */
  readonly place?: Place;
}

export interface ConfinementPolicy {
  readonly rules: readonly ConfinementRule[];
  readonly denyOthers: boolean;
  readonly error: UnixError;
  readonly servers: boolean;
  readonly log: "all" | "denied" | "none";
}

/** A line that is no rule. */
export class PolicyError extends Error {}

/** Policies that have a name. Writing to the null device and the terminal changes no file. */
export const namedPolicies: Readonly<Record<string, string>> = {
  "read-only": `
    allow @write of /dev/null
    allow @write of /dev/tty
    deny @write, @system
    errno EROFS`,
  "one-process": `
    deny @fork
    errno EAGAIN`,
  watch: `
    servers allow
    log all`,
};

const rows: Readonly<Record<string, SystemCallRow>> = { ...systemCalls, ...emulatorCalls };
const calls = Object.keys(groupsOfCalls) as ProgramCall[];

/** Without these a program could neither end nor go on after a signal. */
export const INDISPENSABLE: ReadonlySet<string> = new Set(calls.filter((name) => groupOf(name, "always") !== undefined));

/** The group of all calls that name a file by a path. */
const FILE_GROUP = "file";

const takesPath = ({ args }: SystemCallRow): boolean => Object.values(args).some(({ kind }) => kind === "path" || kind === "optionalPath");
/** Calls that are about files: by path or by descriptor. */
const isAboutFiles = (row: SystemCallRow): boolean => takesPath(row) || Object.values(row.args).some(({ kind }) => kind === "fd");

type Complain = (what: string) => never;

/** @throws PolicyError with the line's number and what is wrong with it */
export function parsePolicy(text: string): ConfinementPolicy {
  const rules: ConfinementRule[] = [];
  const policy = { rules, denyOthers: false, error: errorByName("EPERM")!, servers: false, log: "denied" as ConfinementPolicy["log"] };
  for (const [index, raw] of text.split("\n").entries()) {
    const line = withoutComment(raw).trim();
    if (line === "") continue;
    const complain: Complain = (what) => {
      throw new PolicyError(`line ${index + 1}: ${what}`);
    };
    const [, word = "", rest = ""] = /^(\S+)\s*(.*)$/.exec(line)!;
    const choice = <T extends string>(...known: T[]): T =>
      known.find((each) => each === rest) ?? complain(`'${word}' needs one of ${known.join(", ")}, not '${rest}'`);
    if (word === "deny" || word === "allow") rules.push(parseRule(word === "deny", rest, complain));
    else if (word === "default") policy.denyOthers = choice("allow", "deny") === "deny";
    else if (word === "servers") policy.servers = choice("allow", "deny") === "allow";
    else if (word === "log") policy.log = choice("all", "denied", "none");
    else if (word === "errno") policy.error = errorByName(rest) ?? complain(`unknown error '${rest}'`);
    else complain(`unknown word '${word}' (known: deny, allow, default, errno, servers, log)`);
  }
  return policy;
}

/** A line up to its first # that is not between quotes. */
const withoutComment = (line: string): string => /^(?:"(?:[^"\\]|\\.)*"|[^#])*?(?=#|$)/.exec(line)![0];

function parseRule(deny: boolean, text: string, complain: Complain): ConfinementRule {
  const form = /^(.*?)(?:\s+(of|under)\s+("(?:[^"\\]|\\.)*"|\S+))?(?:\s+if\s+(\d)\s*&\s*(0x[0-9a-fA-F]+|\d+))?$/;
  const [, names = "", kind, path, argument, mask] = form.exec(text)!;
  const place = kind === undefined ? undefined : parsePlace(kind as Place["kind"], path!, complain);
  const found = new Map<number, readonly BitTest[]>();
  for (const name of names.split(/[\s,]+/).filter((each) => each !== "")) {
    const named = callsNamed(name, complain);
    const fitting = place === undefined ? named : named.filter(({ row }) => isAboutFiles(row));
    if (fitting.length === 0) complain(`'${name}' is about no file`);
    for (const { row, tests } of fitting) {
      const before = found.get(row.nr);
      // Without a test it is meant always.
      found.set(row.nr, before === undefined ? tests : before.length === 0 || tests.length === 0 ? [] : [...before, ...tests]);
    }
  }
  if (found.size === 0) complain("no system call is named");
  return {
    deny,
    calls: found,
    ...(place === undefined ? {} : { place }),
    ...(argument === undefined ? {} : { bits: { argument: Number(argument), mask: Number(mask) } }),
  };
}

function parsePlace(kind: Place["kind"], text: string, complain: Complain): Place {
  const path = text.startsWith('"') ? unquoted(text, complain) : text;
  if (path.split("/").includes("..")) complain(`'${path}': name the place without '..'`);
  if (!path.startsWith("/")) complain(`'${path}' is no absolute path`);
  if (/[*?[]/.test(text) && text === path) {
    complain(`'${path}' is no path: there are no patterns; 'under' covers a directory and all below it (quote names with such characters)`);
  }
  if (/^\/+proc\/+(self|thread-self)(\/|$)/.test(path)) complain(`'${path}' is another directory for each process`);
  return { kind, path };
}

function unquoted(text: string, complain: Complain): string {
  try {
    return JSON.parse(text) as string;
  } catch {
    return complain(`${text} is no quoted text`);
  }
}

/** A row as it reaches the server, and the tests under which it is meant. */
interface NamedCall {
  readonly row: SystemCallRow;
  readonly tests: readonly BitTest[];
}

/** The calls that a name, a prefix with * or a group with @ stands for. */
function callsNamed(name: string, complain: Complain): NamedCall[] {
  if (INDISPENSABLE.has(name)) complain(`'${name}' cannot be denied: a program must be able to end`);
  const found = name.startsWith("@") ? inGroup(name.slice(1), complain) : withName(name, complain);
  const sent = found.flatMap(({ call, tests }): NamedCall[] => {
    return INDISPENSABLE.has(call) ? [] : rowsSent(call).map((row) => ({ row, tests }));
  });
  if (sent.length === 0) complain(`'${name}' is answered inside the process and reaches no server`);
  return sent;
}

interface MeantCall {
  readonly call: ProgramCall;
  readonly tests: readonly BitTest[];
}

function withName(name: string, complain: Complain): MeantCall[] {
  const prefix = name.endsWith("*") ? name.slice(0, -1) : undefined;
  const found = calls.filter((each) => (prefix === undefined ? each === name : each.startsWith(prefix)));
  if (found.length === 0) complain(`no system call is named '${name}'`);
  return found.map((call) => ({ call, tests: [] }));
}

function inGroup(group: string, complain: Complain): MeantCall[] {
  if (group === FILE_GROUP) return calls.filter((call) => takesPath(rows[call]!)).map((call) => ({ call, tests: [] }));
  const known = Object.keys(callGroups).filter((each) => each !== "always");
  if (!known.includes(group))
    complain(`no group is named '@${group}' (known: ${[...known, FILE_GROUP].map((each) => `@${each}`).join(", ")})`);
  return calls.flatMap((call) => {
    const tests = groupOf(call, group as CallGroup);
    return tests === undefined ? [] : [{ call, tests }];
  });
}

/** Under which tests a call belongs to a group; undefined: it does not. */
function groupOf(call: ProgramCall, group: CallGroup): readonly BitTest[] | undefined {
  const groups: readonly (CallGroup | ConditionalGroup)[] = groupsOfCalls[call];
  if (groups.includes(group)) return [];
  const found = groups.find((each): each is ConditionalGroup => typeof each !== "string" && each.group === group);
  return found && [{ argument: found.argument, mask: found.mask }];
}

/** The rows under which a call reaches the server; none: it does not. */
function rowsSent(call: ProgramCall): SystemCallRow[] {
  const others = sentAs[call];
  if (others !== undefined) return others.map((other) => rows[other]!);
  return rows[call]!.via === "local" ? [] : [rows[call]!];
}
