/**
 * A chief: the threads that stand at a clan's border, pass messages on under the sender's name or refuse them, by a policy. Layer
 * beneath: the kernel's clans (kernel/clans.ts).
 *
 * The inner gate gets what subjects send out, one message after the other; it may wait for a subject's pages and for the
 * receiver. The outer gate gets what others send in. Servers answer without waiting, so it never waits itself: messages with strings, whose
 * copying may need pages of the subject, are delivered by threads of their own. Flexpages are not passed on, for they would have to be
 * mapped here first, beside what the task has of its own: whoever sends or expects them gets the refusal, and a subject gets memory from
 * the managers that its chief has bound.
 */
import { ANY, type ThreadId } from "#kernel/abi/identifiers.ts";
import { Condition, IpcError, REGISTER_WORDS } from "#kernel/abi/ipc.ts";
import { EXCEPTION_LABEL } from "#kernel/abi/trap-frame.ts";
import {
  type Message,
  type NativeContext,
  NO_FAULTS,
  type Op,
  type Received,
  receive,
  send,
  sendAs,
  sendAsAndWait,
  type Timeouts,
} from "#kernel/native.ts";
import { type ChiefPolicy, judge, type Passage, type Referral, type Verdict } from "./chief-policy.ts";

export interface ChiefOptions {
  policy: ChiefPolicy;
  /** Thread numbers of the two gates; deliverers take those from `firstDeliverer` to `lastDeliverer`. */
  inner: number;
  outer: number;
  firstDeliverer: number;
  lastDeliverer: number;
  /** How long the inner gate waits for a subject's pages. */
  patience: Timeouts;
  /** How long it waits until a receiver takes a message, in microseconds. */
  sendUs: number;
  /** The answer when a receiver does not take a message, and in place of a message with flexpages. */
  refusal: readonly number[];
  /** Who is told of subjects that are stopped by an exception, under their name. */
  exceptions?: ThreadId;
  /** Told of every message. */
  log?: (passage: Passage, verdict: Verdict | Referral) => void;
  /** For policies with questions: where the number of a note goes that tells the receiver what it has to decide, and how notes are made. */
  notes?: { readonly word: number; note(referral: Referral): number };
}

/** The outer gate must be waiting again before any server can send its next answer. */
const OUTER_PRIORITY = 255;

interface Delivery {
  as: ThreadId;
  to: ThreadId;
  message: Message;
}

/** Starts the outer gate, and makes this task the border; its clan's messages are then served by `innerGate` in the calling thread. */
export function chief(context: NativeContext, options: ChiefOptions): Op<void> {
  const { kernel } = context;
  const outer = new OuterGate(context, options);
  kernel.nativeThreadNew({ lthread: options.outer, priority: OUTER_PRIORITY }, () => outer.run());
  kernel.gates({ inner: options.inner, outer: options.outer });
  return innerGate(context, options);
}

function* innerGate(context: NativeContext, options: ChiefOptions): Op<void> {
  const { policy, log, patience, sendUs, refusal, exceptions, notes } = options;
  for (;;) {
    const message = yield* receive(ANY, patience);
    if (message.error !== IpcError.OK || context.kernel.chief(message.from) === undefined) continue;
    if ((message.condition & Condition.REDIRECTED) === 0) {
      if (message.words[0] === EXCEPTION_LABEL && exceptions !== undefined)
        yield* sendAs(message.from, exceptions, { words: message.words }, { sendUs });
      continue;
    }
    const passage = passageOf("out", message);
    const verdict = passage.mapping ? refusal : judge(policy, passage);
    log?.(passage, verdict);
    if (isAnswer(verdict)) {
      yield* sendAs(message.to, message.from, { words: verdict }, { ...NO_FAULTS, sendUs: 0 });
      continue;
    }
    const { strings, offers } = message;
    const words = notes === undefined ? message.words : withNote(message.words, notes.word, verdict === "pass" ? 0 : notes.note(verdict));
    const { error } = yield* sendAs(message.from, message.to, { words, strings, offers }, { sendUs });
    if (error !== IpcError.OK) yield* sendAs(message.to, message.from, { words: refusal }, { ...NO_FAULTS, sendUs: 0 });
  }
}

const isAnswer = (verdict: Verdict | Referral): verdict is readonly number[] => Array.isArray(verdict);

/** The words with a note in its place; a subject's own word there is never passed on. */
function withNote(words: readonly number[], place: number, note: number): readonly number[] {
  if (note === 0) return words.length > place ? words.slice(0, place) : words;
  return [...Array.from({ length: place }, (_, index) => words[index] ?? 0), note];
}

class OuterGate {
  private readonly context: NativeContext;
  private readonly options: ChiefOptions;
  private readonly waiting: Delivery[] = [];
  /** Deliverers without work: each waits for a message. */
  private readonly idle: ThreadId[] = [];
  private nextDeliverer: number;

  constructor(context: NativeContext, options: ChiefOptions) {
    this.context = context;
    this.options = options;
    this.nextDeliverer = options.firstDeliverer;
  }

  *run(): Op<void> {
    let message = yield* receive(ANY, NO_FAULTS);
    for (;;) {
      const answer = this.answer(message);
      if (answer === undefined) message = yield* receive(ANY, NO_FAULTS);
      else if (answer.message.words.length <= REGISTER_WORDS && answer.message.strings === undefined) {
        message = yield* sendAsAndWait(answer.as, answer.to, answer.message, { ...NO_FAULTS, sendUs: 0 });
      } else {
        yield* this.deliver(answer);
        message = yield* receive(ANY, NO_FAULTS);
      }
    }
  }

  /** What is to be sent for a message that came in: it, or the refusal. */
  private answer(received: Received): Delivery | undefined {
    if (received.error !== IpcError.OK || (received.condition & Condition.REDIRECTED) === 0) return undefined;
    const passage = passageOf("in", received);
    const { policy, refusal, log } = this.options;
    const verdict = passage.mapping ? refusal : judge(policy, passage);
    log?.(passage, verdict);
    const { from, to, words, strings } = received;
    // An answer from outside: the subject waits for it.
    if (passage.mapping) return { as: from, to, message: { words: refusal } };
    if (isAnswer(verdict)) return { as: to, to: from, message: { words: verdict } };
    return { as: from, to, message: strings.length === 0 ? { words } : { words, strings } };
  }

  /** Gives a message to an idle deliverer, a new one, or the next one that is done. */
  private *deliver(delivery: Delivery): Op<void> {
    this.waiting.push(delivery);
    const idle = this.idle.pop();
    if (idle !== undefined) yield* send(idle, { words: [] }, { sendUs: 0 });
    else if (this.nextDeliverer <= this.options.lastDeliverer) {
      this.context.kernel.nativeThreadNew({ lthread: this.nextDeliverer++ }, (context) => this.deliverer(context));
    }
  }

  private *deliverer({ id, kernel }: NativeContext): Op<void> {
    for (;;) {
      const delivery = this.waiting.shift();
      if (delivery === undefined) {
        this.idle.push(id);
        yield* receive(ANY);
      } else if (kernel.chief(delivery.as) !== undefined) {
        yield* sendAs(delivery.as, delivery.to, delivery.message, { ...this.options.patience, sendUs: 0 });
      }
    }
  }
}

const passageOf = (direction: Passage["direction"], { from, to, words, strings, condition }: Received): Passage => ({
  direction,
  from,
  to,
  words,
  strings,
  mapping: (condition & Condition.MAPPED) !== 0,
});
