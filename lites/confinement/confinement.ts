/**
 * A confined system: a chief of its own between the processes and the Unix server, which refuses system calls by a policy and tells
 * what it does. The Unix server creates it, and all processes in its clan. Layer beneath: the chief.
 */
import type { ThreadId } from "#kernel/abi/identifiers.ts";
import type { NativeKernel } from "#kernel/native.ts";
import { emulatorCalls, systemCalls } from "../abi/system-calls.ts";
import { INIT_PID, type ProcessTable } from "../process/process-table.ts";
import { unicodeOf } from "../text.ts";
import { chief } from "./chief.ts";
import type { ChiefRule, Passage, Verdict } from "./chief-policy.ts";
import { type ConfinementPolicy, INDISPENSABLE, pathCalls } from "./policy-text.ts";

export interface Confinement {
  readonly policy: ConfinementPolicy;
  /** Gets a line for each message that the policy wants to see. */
  readonly log: (line: string) => void;
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

/** The answer to messages for other servers: no status of theirs. */
const REFUSED: readonly number[] = [0xffffffff];

const names = new Map<number, string>(
  [...Object.entries(systemCalls), ...Object.entries(emulatorCalls)].map(([name, { nr }]): [number, string] => [nr, name]),
);

const deniable = new Set<number>(
  Object.entries(systemCalls)
    .filter(([name]) => !INDISPENSABLE.has(name))
    .map(([, { nr }]) => nr),
);

/** @returns the chief's task, in whose clan processes are to be created; NIL when there is no slot or no memory for it */
export function confine(kernel: NativeKernel, server: ThreadId, processes: ProcessTable, { policy, log }: Confinement): ThreadId {
  // Process 1 is the system's own: without it nothing would run.
  const isInit = ({ from }: Passage): boolean => processes.ofTask(from)?.pid === INIT_PID;
  const rules: ChiefRule[] = [{ direction: "out", partner: server, applies: isInit, verdict: "pass" }, ...rulesOf(policy, server)];
  return kernel.nativeTaskNew({ priority: PRIORITY, name: "chief" }, (context) =>
    chief(context, {
      policy: { rules, otherwise: REFUSED },
      refusal: REFUSED,
      inner: INNER,
      outer: OUTER,
      firstDeliverer: FIRST_DELIVERER,
      lastDeliverer: LAST_DELIVERER,
      patience: PATIENCE,
      sendUs: SEND_US,
      exceptions: server,
      ...(policy.log === "none" ? {} : { log: (passage, verdict) => report(passage, verdict) }),
    }),
  );

  function report(passage: Passage, verdict: Verdict): void {
    if (verdict === "pass" && (policy.log === "denied" || passage.direction === "in" || isInit(passage))) return;
    const { from, to, words } = passage;
    const process = processes.ofTask(from);
    const who = process === undefined ? `0x${from.toString(16)}` : `${unicodeOf(process.name)} (${process.pid})`;
    const outcome =
      verdict === "pass" ? "" : passage.mapping ? ": denied, it brings memory" : `: ${to === server ? policy.error.name : "denied"}`;
    log(`${who} ${to === server ? callText(passage) : `message ${words[0]} to 0x${to.toString(16)}`}${outcome}`);
  }
}

function rulesOf(policy: ConfinementPolicy, server: ThreadId): ChiefRule[] {
  const refused: Verdict = [-policy.error.errno >>> 0, 0];
  const toServer = { direction: "out", partner: server } as const;
  return [
    ...policy.rules.map(({ deny, calls, bits, path }): ChiefRule => {
      const argument = bits === undefined ? {} : { bits: { word: bits.argument + 1, mask: bits.mask } };
      const name = path === undefined ? {} : { applies: ({ strings }: Passage) => textOf(strings[0]) === path };
      return { ...toServer, operations: calls, ...argument, ...name, verdict: deny ? refused : "pass" };
    }),
    ...(policy.denyOthers ? [{ ...toServer, operations: deniable, verdict: refused }] : []),
    { ...toServer, verdict: "pass" },
    { direction: "in", partner: server, verdict: "pass" },
    ...(policy.servers ? [{ verdict: "pass" } as const] : []),
  ];
}

const textOf = (bytes: Uint8Array | undefined): string | undefined => bytes && new TextDecoder().decode(bytes);

function callText({ words, strings }: Passage): string {
  const nr = words[0] ?? 0;
  const name = names.get(nr) ?? `call ${nr}`;
  const path = pathCalls.has(nr) && strings[0] !== undefined ? ` ${JSON.stringify(textOf(strings[0].subarray(0, SHOWN)))}` : "";
  return name + path;
}
