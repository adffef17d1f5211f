/**
 * What a chief lets pass: rules as data, the first that fits decides. Layer beneath: the kernel's message codes.
 */
import type { ThreadId } from "#kernel/abi/identifiers.ts";

/** A message at a clan's border. */
export interface Passage {
  /** out: from a subject; in: to one. */
  readonly direction: "out" | "in";
  /** The sender's name, and whom the message is for. */
  readonly from: ThreadId;
  readonly to: ThreadId;
  readonly words: readonly number[];
  readonly strings: readonly Uint8Array[];
  /** It brings flexpages. */
  readonly mapping: boolean;
}

/** pass: on under the sender's name. Otherwise the sender gets these words as the answer of whom it wrote to. */
export type Verdict = "pass" | readonly number[];

/** What only the receiver can decide: questions in the order of their rules, and the verdict if none of them holds. */
export interface Referral {
  readonly questions: readonly number[];
  readonly otherwise: Verdict;
}

/** A rule fits when all that it names fits. */
export interface ChiefRule {
  readonly direction?: Passage["direction"];
  /** The partner outside: whom the message is for when it goes out, the sender when it comes in. */
  readonly partner?: ThreadId;
  /** First words. */
  readonly operations?: ReadonlySet<number>;
  /** Some of these bits are set in a word. */
  readonly bits?: { readonly word: number; readonly mask: number };
  /** More that must hold. */
  readonly applies?: (passage: Passage) => boolean;
  /** More that must hold, but only the receiver can tell: the number of the question. */
  readonly question?: number;
  readonly verdict: Verdict;
}

export interface ChiefPolicy {
  readonly rules: readonly ChiefRule[];
  /** For what no rule fits. */
  readonly otherwise: Verdict;
}

export function judge({ rules, otherwise }: ChiefPolicy, passage: Passage): Verdict | Referral {
  const open: ChiefRule[] = [];
  let verdict = otherwise;
  for (const rule of rules) {
    if (!fits(rule, passage)) continue;
    if (rule.question === undefined) {
      verdict = rule.verdict;
      break;
    }
    open.push(rule);
  }
  if (open.every((rule) => rule.verdict === verdict)) return verdict;
  return { questions: open.map(({ question }) => question!), otherwise: verdict };
}

function fits(rule: ChiefRule, passage: Passage): boolean {
  const { direction, partner, operations, bits } = rule;
  const { words } = passage;
  if (direction !== undefined && direction !== passage.direction) return false;
  if (partner !== undefined && partner !== (passage.direction === "out" ? passage.to : passage.from)) return false;
  if (operations !== undefined && !operations.has((words[0] ?? 0) >>> 0)) return false;
  if (bits !== undefined && ((words[bits.word] ?? 0) & bits.mask) === 0) return false;
  return rule.applies?.(passage) ?? true;
}
