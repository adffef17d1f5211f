/**
 * A confined system: a chief of its own between the processes and the Unix server, which refuses system calls by a policy and tells
 * what it does. The Unix server creates it, and all processes in its clan. Layer beneath: the chief.
 */
import type { ThreadId } from "#kernel/abi/identifiers.ts";
import type { NativeKernel } from "#kernel/native.ts";
import { errorByName, type UnixError } from "../abi/errno.ts";
import { MEMORY_FLAGS_WORD, emulatorCalls, type Kind, type SystemCallRow, systemCalls } from "../abi/system-calls.ts";
import { INIT_PID, type ProcessTable } from "../process/process-table.ts";
import type { UnixProcess } from "../process/unix-process.ts";
import { byteStringOf, decodeText, unicodeOf } from "../text.ts";
import { chief } from "./chief.ts";
import type { ChiefRule, Passage, Referral, Verdict } from "./chief-policy.ts";
import { type CallGuard, type Place, PlacePolicy, type PlaceTree, type Question } from "./place-policy.ts";
import { type BitTest, type ConfinementPolicy, type ConfinementRule, INDISPENSABLE } from "./policy-text.ts";

export interface Confinement {
  readonly policy: ConfinementPolicy;
  /** Gets a line for each message that the policy wants to see. */
  readonly log: (line: string) => void;
}

/** A confined system's chief, and what it leaves to the Unix server. */
export interface ConfinedClan {
  /** NIL when there was no slot or no memory for it. */
  readonly chief: ThreadId;
  /** What is still to be decided about a process's call that the chief has passed on. */
  guard(process: UnixProcess, call: { readonly words: readonly number[]; readonly strings: readonly Uint8Array[] }): CallGuard | undefined;
}

const PRIORITY = 160;
const INNER = 0;
const OUTER = 1;
const FIRST_DELIVERER = 2;
const LAST_DELIVERER = 127;
/** The inner gate's patience with pages, in microseconds: as the Unix server's own. */
const PATIENCE = { faultUs: 2e6, untrustedFaultUs: 2e3 } as const;
/** The Unix server takes every call; for others this must do. */
const SEND_US = 1e6;
/** Characters of a path that the log shows. */
const SHOWN = 60;
/** The word of a call's message that has the chief's note: behind number and arguments. */
const NOTE_WORD = MEMORY_FLAGS_WORD + 1;

/** The answer to messages for other servers: no status of theirs. */
const REFUSED: readonly number[] = [0xffffffff];

const rows: readonly [name: string, row: SystemCallRow][] = Object.entries({ ...systemCalls, ...emulatorCalls });
const names = new Map<number, string>(rows.map(([name, { nr }]) => [nr, name]));

/** The emulation library's own calls that no program makes, nor anything that stands for one. */
const internal: ReadonlySet<number> = new Set<number>(
  [
    emulatorCalls.exec_image,
    emulatorCalls.take_signal,
    emulatorCalls.exception,
    emulatorCalls.restore_mask,
    emulatorCalls.start_thread,
    emulatorCalls.thread_image,
    emulatorCalls.futex_wake,
    emulatorCalls.futex_requeue,
    emulatorCalls.futex_compare_requeue,
  ].map(({ nr }) => nr),
);

/** Where fork_process has the number of the program's call. */
const FORK_CALL_WORD = 1 + Object.keys(emulatorCalls.fork_process.args).indexOf("call");
const forks: ReadonlySet<number> = new Set([systemCalls.fork.nr, systemCalls.vfork.nr]);

const deniable = new Set<number>(rows.flatMap(([name, { nr }]) => (INDISPENSABLE.has(name) || internal.has(nr) ? [] : [nr])));

/** Calls that give objects further names. */
const moves: ReadonlySet<number> = new Set(
  [systemCalls.rename, systemCalls.renameat, systemCalls.renameat2, systemCalls.link, systemCalls.linkat].map(({ nr }) => nr),
);

/** Kinds of arguments that bring no string. */
const WITHOUT_STRING: ReadonlySet<Kind["kind"]> = new Set([
  ...(["int", "uint", "fd", "pid", "address", "flags", "mode", "signal", "added"] as const),
  ...(["out", "outBytes", "outVector"] as const),
]);

/** By number: which of a call's strings are paths. */
const pathStrings = new Map<number, readonly number[]>(
  rows.map(([, { nr, args }]) => {
    const strings = Object.values(args).filter(({ kind }) => !WITHOUT_STRING.has(kind));
    return [nr, strings.flatMap(({ kind }, index) => (kind === "path" || kind === "optionalPath" ? [index] : []))];
  }),
);

/** Creates the chief's task, in whose clan processes are to be created. */
export function confine(
  kernel: NativeKernel,
  server: ThreadId,
  processes: ProcessTable,
  tree: PlaceTree,
  { policy, log }: Confinement,
): ConfinedClan {
  const { rules, questions } = rulesOf(policy, server);
  // Errors are told apart by identity, and a policy may have been read by another copy of this program's modules.
  const places = new PlacePolicy(tree, errorByName(policy.error.name)!, questions);
  // Process 1 is the system's own: without it nothing would run.
  const isInit = ({ from }: Passage): boolean => processes.ofTask(from)?.pid === INIT_PID;
  const task = kernel.nativeTaskNew({ priority: PRIORITY, name: "chief" }, (context) =>
    chief(context, {
      policy: { rules: [{ direction: "out", partner: server, applies: isInit, verdict: "pass" }, ...rules], otherwise: REFUSED },
      refusal: REFUSED,
      inner: INNER,
      outer: OUTER,
      firstDeliverer: FIRST_DELIVERER,
      lastDeliverer: LAST_DELIVERER,
      patience: PATIENCE,
      sendUs: SEND_US,
      exceptions: server,
      notes: { word: NOTE_WORD, note: ({ questions: asked, otherwise }) => places.note(asked, otherwise) },
      ...(policy.log === "none" ? {} : { log: (passage, verdict) => report(passage, verdict) }),
    }),
  );
  return { chief: task, guard };

  function guard(process: UnixProcess, { words, strings }: { words: readonly number[]; strings: readonly Uint8Array[] }) {
    const note = words[NOTE_WORD] ?? 0;
    if (note === 0) return undefined;
    return places.guard(note, (path, error) => reportOutcome(process, words, strings, path, error));
  }

  /** What the server has decided. */
  function reportOutcome(
    process: UnixProcess,
    words: readonly number[],
    strings: readonly Uint8Array[],
    path: string | undefined,
    error: UnixError | undefined,
  ): void {
    if (policy.log === "none" || (error === undefined && policy.log === "denied")) return;
    const text = callText(words, strings);
    const found = path && unicodeOf(path);
    const place = found === undefined || text.includes(JSON.stringify(found)) ? "" : ` (${found})`;
    log(`${unicodeOf(process.name)} (${process.pid}) ${text}${place}${error === undefined ? "" : `: ${error.name}`}`);
  }

  /** What the chief has decided. */
  function report(passage: Passage, verdict: Verdict | Referral): void {
    if (!(Array.isArray(verdict) || verdict === "pass")) return;
    if (verdict === "pass" && (policy.log === "denied" || passage.direction === "in" || isInit(passage))) return;
    const { from, to, words } = passage;
    if (verdict === "pass" && to === server && internal.has(words[0] ?? 0)) return;
    const process = processes.ofTask(from);
    const who = process === undefined ? `0x${from.toString(16)}` : `${unicodeOf(process.name)} (${process.pid})`;
    const outcome =
      verdict === "pass" ? "" : passage.mapping ? ": denied, it brings memory" : `: ${to === server ? policy.error.name : "denied"}`;
    log(`${who} ${to === server ? callText(words, passage.strings) : `message ${words[0]} to 0x${to.toString(16)}`}${outcome}`);
  }
}

/** The chief's rules; those with a place ask a question. */
function rulesOf(policy: ConfinementPolicy, server: ThreadId): { rules: ChiefRule[]; questions: Question[] } {
  const refused: Verdict = [-policy.error.errno >>> 0, 0];
  const toServer = { direction: "out", partner: server } as const;
  const questions: Question[] = [];
  const ask = (question: Question): number => questions.push(question) - 1;
  const hasPlaces = policy.rules.some(({ place }) => place !== undefined);
  const rules: ChiefRule[] = [
    ...(hasPlaces ? [{ ...toServer, operations: moves, question: ask({ deny: true, place: undefined }), verdict: refused }] : []),
    ...policy.rules.map((rule): ChiefRule => {
      const { deny, calls, place } = rule;
      const applies = ({ words }: Passage) => holds(rule, words);
      const question = place === undefined ? {} : { question: ask({ deny, place: inGuest(place) }) };
      return { ...toServer, operations: new Set(calls.keys()), applies, ...question, verdict: deny ? refused : "pass" };
    }),
    ...(policy.denyOthers ? [{ ...toServer, operations: deniable, verdict: refused }] : []),
    { ...toServer, verdict: "pass" },
    { direction: "in", partner: server, verdict: "pass" },
    ...(policy.servers ? [{ verdict: "pass" } as const] : []),
  ];
  return { rules, questions };
}

/** With the path as the guest knows it: bytes. */
const inGuest = ({ kind, path }: Place): Place => ({ kind, path: byteStringOf(path) });

function holds({ calls, bits }: ConfinementRule, words: readonly number[]): boolean {
  const isSet = ({ argument, mask }: BitTest): boolean => ((words[argument + 1] ?? 0) & mask) !== 0;
  const tests = calls.get((words[0] ?? 0) >>> 0)!;
  return (tests.length === 0 || tests.some(isSet)) && (bits === undefined || isSet(bits));
}

/** A call as its program knows it. */
function callText(words: readonly number[], strings: readonly Uint8Array[]): string {
  const nr = words[0] ?? 0;
  const paths = (pathStrings.get(nr) ?? []).flatMap((index) => {
    const bytes = strings[index];
    return bytes === undefined ? [] : [` ${JSON.stringify(unicodeOf(decodeText(bytes.subarray(0, SHOWN))))}`];
  });
  return nameOf(nr, words) + paths.join("");
}

function nameOf(nr: number, words: readonly number[]): string {
  if (nr === emulatorCalls.clone_thread.nr) return "clone";
  if (nr !== emulatorCalls.fork_process.nr) return names.get(nr) ?? `call ${nr}`;
  const call = words[FORK_CALL_WORD] ?? 0;
  return forks.has(call) ? names.get(call)! : "clone";
}
