/**
 * What a confined system may do, as text: one rule a line, the first that fits a call decides. docs/confinement.md describes it.
 *
 *   deny unlink, mk*            these system calls (a name may end in *)
 *   deny open if 1 & 0x643      only with some of these bits in argument 1
 *   allow openat of /dev/null   only with just this path
 *   allow mkdir
 *   default allow|deny          for calls that no rule names (else: allow); exit and the return from signals are always allowed
 *   errno EACCES                what denied calls return (else: EPERM)
 *   servers allow|deny          messages to other servers than the Unix server (else: deny)
 *   log all|denied|none         (else: denied)
 */
import { type UnixError, errorByName } from "../abi/errno.ts";
import { emulatorCalls, type SystemCallRow, systemCalls } from "../abi/system-calls.ts";

export interface ConfinementRule {
  readonly deny: boolean;
  /** Numbers of system calls. */
  readonly calls: ReadonlySet<number>;
  /** Some of these bits are set in an argument. */
  readonly bits?: { readonly argument: number; readonly mask: number };
  /** The call's first path, as it is given. */
  readonly path?: string;
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

/** Policies that have a name. Opening for writing is open with O_WRONLY, O_RDWR, O_CREAT or O_TRUNC; writing to the null device and the terminal changes no file. */
export const namedPolicies: Readonly<Record<string, string>> = {
  "read-only": `
    allow open, openat of /dev/null
    allow open, openat of /dev/tty
    deny open if 1 & 0x243
    deny openat if 2 & 0x243
    deny creat, link*, unlink*, mknod*, rename*, mkdir*, rmdir, symlink*, truncate*, ftruncate*, fallocate
    deny chmod, fchmod*, chown*, lchown*, fchown*, utime*, futimesat, setxattr, lsetxattr, fsetxattr, removexattr, lremovexattr, fremovexattr
    deny mount, umount2
    errno EROFS`,
  "one-process": `
    deny fork, vfork, clone
    errno EAGAIN`,
  watch: `
    servers allow
    log all`,
};

/** Linux's three calls of one meaning reach the server as one of the emulation library's. */
const FORKS: ReadonlySet<string> = new Set(["fork", "vfork", "clone"]);

/** Without these a program could neither end nor go on after a signal. */
export const INDISPENSABLE: ReadonlySet<string> = new Set(["exit", "exit_group", "sigreturn", "rt_sigreturn", "restart_syscall"]);

const rows: Readonly<Record<string, SystemCallRow>> = systemCalls;

/** Calls with a path: their first string is one. */
export const pathCalls: ReadonlySet<number> = new Set(
  Object.values(rows)
    .filter(({ args }) => Object.values(args).some(({ kind }) => kind === "path"))
    .map(({ nr }) => nr),
);

/** @throws PolicyError with the line's number and what is wrong with it */
export function parsePolicy(text: string): ConfinementPolicy {
  const rules: ConfinementRule[] = [];
  const policy = { rules, denyOthers: false, error: errorByName("EPERM")!, servers: false, log: "denied" as ConfinementPolicy["log"] };
  for (const [index, raw] of text.split("\n").entries()) {
    const line = raw.replace(/#.*/, "").trim();
    if (line === "") continue;
    const complain = (what: string): never => {
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

function parseRule(deny: boolean, text: string, complain: (what: string) => never): ConfinementRule {
  const [, names = "", path, argument, mask] = /^(.*?)(?:\s+of\s+(\S+))?(?:\s+if\s+(\d)\s*&\s*(0x[0-9a-fA-F]+|\d+))?$/.exec(text)!;
  const calls = new Set<number>();
  for (const name of names.split(/[\s,]+/).filter((each) => each !== "")) for (const nr of numbersOf(name, complain)) calls.add(nr);
  if (calls.size === 0) complain("no system call is named");
  for (const nr of calls) if (path !== undefined && !pathCalls.has(nr)) complain(`'${names}' has no path`);
  return {
    deny,
    calls,
    ...(path === undefined ? {} : { path }),
    ...(argument === undefined ? {} : { bits: { argument: Number(argument), mask: Number(mask) } }),
  };
}

function numbersOf(name: string, complain: (what: string) => never): number[] {
  if (INDISPENSABLE.has(name)) complain(`'${name}' cannot be denied: a program must be able to end`);
  if (FORKS.has(name)) return [emulatorCalls.fork_process.nr];
  const prefix = name.endsWith("*") ? name.slice(0, -1) : undefined;
  const found = Object.entries(rows).filter(([each]) => (prefix === undefined ? each === name : each.startsWith(prefix)));
  if (found.length === 0) complain(`no system call is named '${name}'`);
  const sent = found.filter(([each, { via }]) => via !== "local" && !INDISPENSABLE.has(each));
  if (sent.length === 0) complain(`'${name}' is answered inside the process and reaches no server`);
  return sent.map(([, { nr }]) => nr);
}
