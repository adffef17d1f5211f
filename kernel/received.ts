/**
 * Results of a native thread's IPC that bring nothing or only words.
 */
import { NIL, type ThreadId } from "./abi/identifiers.ts";
import { IpcError } from "./abi/ipc.ts";
import type { DataSpaceName, Received } from "./native.ts";

/** Shared, because nearly all messages are without; frozen, because it is shared. */
const NO_STRINGS: Uint8Array[] = [];
const NO_OFFERS: number[] = [];
const NO_DATA_SPACES: readonly DataSpaceName[] = Object.freeze([]);
Object.freeze(NO_STRINGS);
Object.freeze(NO_OFFERS);

export const emptyReceived = (error: number, from: ThreadId = NIL): Received => ({
  error,
  condition: 0,
  from,
  to: NIL,
  words: [],
  strings: NO_STRINGS,
  offers: NO_OFFERS,
  dataSpaces: NO_DATA_SPACES,
});

/** @param to whom a redirected message was sent to */
export const receivedWords = (from: ThreadId, words: number[], condition: number, to: ThreadId): Received => ({
  error: IpcError.OK,
  condition,
  from,
  to,
  words,
  strings: NO_STRINGS,
  offers: NO_OFFERS,
  dataSpaces: NO_DATA_SPACES,
});
