/** The side of a native thread: its messages are objects, and no page of them is ever missing. */
import { NIL, type ThreadId } from "./abi/identifiers.ts";
import { Condition, IpcError, MAX_DATA_SPACES, MAX_DWORDS, MAX_STRING_BYTES, MAX_STRINGS } from "./abi/ipc.ts";
import { type Endpoint, PRESENT } from "./endpoint.ts";
import * as message from "./message.ts";
import { bytesPart } from "./message.ts";
import type { Message } from "./native.ts";
import { emptyReceived } from "./received.ts";
import type { Thread } from "./thread.ts";
import type { Transfer } from "./transfer.ts";

export class NativeEndpoint implements Endpoint {
  /** The pairs of the message's flexpages follow its words, as they would in memory. */
  gather(t: Transfer): number {
    const m = t.sender.plan.message!;
    t.words = unsigned(m.words);
    if (m.pages !== undefined) {
      for (const item of m.pages) {
        t.words.push(item.hotSpot >>> 0, item.fpage >>> 0);
        if (message.validFlexpage(item.fpage)) t.pages.push(item);
      }
    }
    if (m.offers !== undefined) t.offers = [...m.offers];
    if (m.strings !== undefined) t.sources = m.strings.map((bytes) => [bytesPart(bytes)]);
    if (m.dataSpaces !== undefined) {
      t.dataSpaces = m.dataSpaces.slice(0, MAX_DATA_SPACES);
      if (m.dataSpaces.length > MAX_DATA_SPACES) t.cut = true;
    }
    if (t.words.length > MAX_DWORDS || t.sources.length > MAX_STRINGS) {
      t.words.length = Math.min(t.words.length, MAX_DWORDS);
      t.sources.length = Math.min(t.sources.length, MAX_STRINGS);
      t.cut = true;
    }
    return PRESENT;
  }

  prepare(t: Transfer): number {
    const { plan } = t.receiver;
    t.window = plan.window;
    if (t.dataSpaces.length > plan.dataSpaces) t.cut = true;
    let room = plan.stringBytes;
    for (const source of t.sources) {
      const size = Math.min(message.totalSize(source), room, MAX_STRING_BYTES);
      room -= size;
      t.targets.push([bytesPart(new Uint8Array(size))]);
    }
    return PRESENT;
  }

  storeWords(): number {
    return PRESENT;
  }

  storeDopes(): number {
    return PRESENT;
  }

  deliver(t: Transfer): void {
    if (t.cut) {
      this.complete(t.receiver, IpcError.RECEIVE_CUT, t.from);
      return;
    }
    const strings = t.targets.map((target) => target[0]!.bytes!);
    const condition = t.condition | (t.pages.length > 0 ? Condition.MAPPED : 0);
    const { from, to, words, offers, copies: dataSpaces } = t;
    t.receiver.result = { error: IpcError.OK, condition, from, to, words, strings, offers, dataSpaces };
  }

  complete(thread: Thread, error: number, from: ThreadId = NIL): void {
    thread.result = emptyReceived(error, from);
  }

  /** Its memory is never bad. */
  tellAddress(): void {}

  tellDataSpace(): void {}

  interrupt(thread: Thread, id: ThreadId): void {
    thread.result = emptyReceived(IpcError.OK, id);
  }
}

/** Whether a message is words alone. */
export const isPlain = (m: Message): boolean =>
  (m.strings === undefined || m.strings.length === 0) &&
  m.offers === undefined &&
  (m.dataSpaces === undefined || m.dataSpaces.length === 0) &&
  (m.pages === undefined || m.pages.length === 0) &&
  m.words.length <= MAX_DWORDS;

/** A copy. Nearly always all words are unsigned already: a copy that a loop may change costs three times as much. */
export function unsigned(words: readonly number[]): number[] {
  for (let index = 0; index < words.length; index++) {
    const word = words[index]!;
    if (word !== word >>> 0) return words.map((value) => value >>> 0);
  }
  return words.slice();
}
