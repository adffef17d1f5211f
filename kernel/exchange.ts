/**
 * Exchanges: the kernel sends a message in a thread's name, and the thread does nothing else until it is known what becomes of it.
 * A page fault asks a manager for a page, a preemption asks a preempter for leave to go on, an exception tells a chief that the
 * thread has stopped; a manager is asked for a copy of a data space that is sent, and told to give it up when the message fails. All take
 * one course: the message waits in the addressee's send queue, is transferred as any other, and then the answer is awaited, where there is
 * to be one. (seL4 treats a fault in the same way: as a send of the thread's own.)
 *
 * An exchange is data. What an answer or a failure does is said by the part that began it.
 */
import type { ThreadId } from "./abi/identifiers.ts";
import type { AddressSpace } from "./address-space.ts";
import type { PageItem } from "./native.ts";
import type { Thread } from "./thread.ts";

/**
 * unreachable: there is nobody to ask. undelivered: the message or the answer could not be transferred. gone: who was asked, or was to
 * answer, is deleted. late: it took too long.
 */
export type Failure = "unreachable" | "undelivered" | "gone" | "late";

/** raised: before the message is on its way, or while it is transferred. queued: in the addressee's send queue. told: it has arrived. */
export type Phase = "raised" | "queued" | "told";

/** An access for which a page is missing. */
export interface Access {
  /** Linear address, as the processor gave it. */
  readonly address: number;
  readonly write: boolean;
}

export abstract class Exchange {
  abstract readonly kind: "fault" | "preemption" | "exception" | "copy" | "discard";
  readonly client: Thread;
  /** Who gets the message: whom it is for, or a chief on the way there. Undefined: nobody. */
  readonly addressee: Thread | undefined;
  /** Whom it is for, in whose name the answer must come. */
  readonly named: ThreadId;
  /** Condition bits for who gets the message. */
  readonly condition: number;
  /** Limit for each of the two halves of the exchange, in microseconds. */
  readonly limitUs: number;
  readonly expectsAnswer: boolean;
  phase: Phase = "raised";

  constructor(client: Thread, addressee: Thread | undefined, named: ThreadId, condition: number, limitUs: number, expectsAnswer: boolean) {
    this.client = client;
    this.addressee = addressee;
    this.named = named;
    this.condition = condition;
    this.limitUs = limitUs;
    this.expectsAnswer = expectsAnswer;
  }

  /** Whether the client waits for an answer that comes under a name. */
  awaits(name: ThreadId): boolean {
    return this.phase === "told" && this.expectsAnswer && this.named === name;
  }

  /** The message; the important words come first, for as many arrive as fit. */
  abstract words(): number[];

  /** The message has been sent. @param isDelivered whether the addressee has waited for it */
  began(_isDelivered: boolean): void {}

  /** The message has arrived, and there will be no answer. */
  arrived(): void {}

  /** The client waits no more; the answer has come. @param mapped it brought flexpages */
  abstract answered(words: readonly number[], mapped: boolean): void;

  /** There will be no answer, or no delivery. */
  abstract failed(why: Failure): void;

  /** ex_regs wants the client: it becomes ready. */
  abstract cancelled(): void;

  /** The client is deleted. */
  abandoned(): void {}

  /** The access that the client waits for, if it is one. */
  access(): Access | undefined {
    return undefined;
  }

  /** Maps what an answer brings. False when memory for tables ran out. */
  map(_items: readonly PageItem[], _source: AddressSpace): boolean {
    return true;
  }
}
