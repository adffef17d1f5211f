/**
 * One side of a message transfer: emulated threads have their messages in guest memory and registers, native threads in objects.
 * Everything that depends on which of the two a thread is, is here behind one interface (emulated-endpoint.ts, native-endpoint.ts).
 */
import type { ThreadId } from "./abi/identifiers.ts";
import type { Thread } from "./thread.ts";
import type { Transfer } from "./transfer.ts";

/** Result of a step that had all its pages; otherwise a step returns the address of the page that is missing. */
export const PRESENT = -1;

/** Steps may be repeated from their start: what they have done is done again. */
export interface Endpoint {
  /** Reads the sender's message: words, strings, flexpages. @returns PRESENT or an address of the sender's */
  gather(t: Transfer): number;
  /** Finds the receiver's buffers for it. @returns PRESENT or an address of the receiver's */
  prepare(t: Transfer): number;
  /** Stores the words that do not go into registers. @returns PRESENT or an address of the receiver's */
  storeWords(t: Transfer): number;
  /** Tells the receiver the sizes of the strings, and the data spaces, where that is in its memory. @returns PRESENT or an address of the receiver's */
  storeDopes(t: Transfer): number;
  /** Gives the receiver the result of its call. */
  deliver(t: Transfer): void;
  /** The result of a call that ends with a code and without a message. */
  complete(thread: Thread, error: number, from?: ThreadId): void;
  /** Where a sender's memory was bad, besides the code. */
  tellAddress(thread: Thread, address: number): void;
  /** Which of a sender's data spaces could not be sent, and why (FaultRefusal), besides the code. */
  tellDataSpace(thread: Thread, index: number, reason: number): void;
  /** The result of a receive that an interrupt ends. */
  interrupt(thread: Thread, id: ThreadId): void;
}
