/**
 * Results of a native thread's IPC that bring nothing or only words.
 */
import { NIL, type ThreadId } from "./abi/identifiers.ts";
import { IpcError } from "./abi/ipc.ts";
import type { Received } from "./native.ts";

/** Shared, because nearly all messages are without; frozen, because it is shared. */
const NO_STRINGS: Uint8Array[] = [];
const NO_OFFERS: number[] = [];
Object.freeze(NO_STRINGS);
Object.freeze(NO_OFFERS);

export const emptyReceived = (error: number, from: ThreadId = NIL): Received => ({
  error,
  condition: 0,
  from,
  words: [],
  strings: NO_STRINGS,
  offers: NO_OFFERS,
});

export const receivedWords = (from: ThreadId, words: number[]): Received => ({
  error: IpcError.OK,
  condition: 0,
  from,
  words,
  strings: NO_STRINGS,
  offers: NO_OFFERS,
});
