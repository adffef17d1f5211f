/**
 * Reading and writing messages in the memory of emulated threads: header, dwords and string dopes.
 *
 * Layout: kernel/abi/ipc.ts. Everything here is unchecked guest data: sizes are clipped, addresses
 * wrap, and an inaccessible word ends the work (WordCursor.faulted).
 */
import { flexpageBase, flexpageLog2Size, flexpageSize } from "./abi/flexpage.ts";
import {
  DATA_SPACE_DOPE_BYTES,
  dopeDataSpaces,
  dopeDwords,
  dopeStrings,
  MAX_DWORDS,
  MAX_STRING_BYTES,
  MESSAGE_HEADER_BYTES,
  REGISTER_WORDS,
  STRING_DOPE_BYTES,
} from "./abi/ipc.ts";
import type { DataSpaceName, PageItem } from "./native.ts";
import type { WordCursor } from "./user-memory.ts";

/** Bit 31 of a string size: the part continues the string of the dope before. */
const CONTINUES = 0x80000000;

/** Byte offsets in a message and in a string dope. */
const SIZE_DOPE = 4;
const SEND_DOPE = 8;
const MANAGER = 0;
const NUMBER = 4;
const SEND_SIZE = 0;
const SEND_ADDRESS = 4;
const RECEIVE_SIZE = 8;
const RECEIVE_ADDRESS = 12;

/** A piece of a string: bytes of a native thread, or a range of an emulated thread's memory. */
export interface Part {
  bytes: Uint8Array | undefined;
  address: number;
  size: number;
  /** Of a receive buffer: where its dope stands, whether it continues the part before, and the bytes received. */
  dope: number;
  continues: boolean;
  used: number;
}

/** One string, gathered from or scattered to parts in order. */
export type PartList = Part[];

export const bytesPart = (bytes: Uint8Array): Part => ({ bytes, address: 0, size: bytes.length, dope: 0, continues: false, used: 0 });

/** Whether a flexpage word is one: a size of at least a page, and a base that fits it. */
export function validFlexpage(fpage: number): boolean {
  const log2size = flexpageLog2Size(fpage);
  return log2size >= 12 && log2size <= 32 && flexpageBase(fpage) % flexpageSize(fpage) === 0;
}

const wordAddress = (message: number, index: number): number => (message + MESSAGE_HEADER_BYTES + 4 * index) >>> 0;

const dopesAddress = (message: number, sizeDope: number): number => wordAddress(message, dopeDwords(sizeDope));

/** The dope of the message to send, which tells how much there is of each component. */
export const readSendDope = (cursor: WordCursor, message: number): number => cursor.read(message + SEND_DOPE);

/** Reads words beyond the registers of the message to send, appending to `words`. @returns whether it was longer than allowed */
export function readWords(cursor: WordCursor, message: number, dope: number, words: number[]): boolean {
  const dwords = dopeDwords(dope);
  const count = Math.min(dwords, MAX_DWORDS);
  if (count > REGISTER_WORDS) cursor.readRun(wordAddress(message, REGISTER_WORDS), count - REGISTER_WORDS, words);
  return dwords > MAX_DWORDS;
}

/** Reads the strings of the message to send. */
export function readSendStrings(cursor: WordCursor, message: number, dope: number): PartList[] {
  return readDopes(cursor, dopesAddress(message, cursor.read(message + SIZE_DOPE)), dopeStrings(dope), SEND_SIZE, SEND_ADDRESS);
}

/** Reads the string buffers of a receive buffer. */
export function readReceiveStrings(cursor: WordCursor, message: number): PartList[] {
  const dope = cursor.read(message + SIZE_DOPE);
  const count = dopeStrings(dope);
  return count === 0 ? [] : readDopes(cursor, dopesAddress(message, dope), count, RECEIVE_SIZE, RECEIVE_ADDRESS);
}

/** Data spaces that a receive buffer has room for. */
export const readDataSpaceRoom = (cursor: WordCursor, message: number): number => dopeDataSpaces(cursor.read(message + SIZE_DOPE));

/** Reads the data spaces of the message to send. */
export function readDataSpaces(cursor: WordCursor, message: number, dope: number): DataSpaceName[] {
  const count = dopeDataSpaces(dope);
  const dataSpaces: DataSpaceName[] = [];
  for (let index = 0; index < count; index++) {
    const at = dataSpaceDope(cursor, message, index);
    dataSpaces.push({ manager: cursor.read(at + MANAGER), number: cursor.read(at + NUMBER) });
  }
  return dataSpaces;
}

/** Where the dope of a data space stands: behind all string dopes. */
export function dataSpaceDope(cursor: WordCursor, message: number, index: number): number {
  const dope = cursor.read(message + SIZE_DOPE);
  return (dopesAddress(message, dope) + dopeStrings(dope) * STRING_DOPE_BYTES + index * DATA_SPACE_DOPE_BYTES) >>> 0;
}

export function storeDataSpaces(cursor: WordCursor, message: number, dataSpaces: readonly DataSpaceName[]): void {
  dataSpaces.forEach(({ manager, number }, index) => {
    const at = dataSpaceDope(cursor, message, index);
    cursor.store(at + MANAGER, manager);
    cursor.store(at + NUMBER, number);
  });
}

/** Words that a receive buffer has room for. */
export function readCapacity(cursor: WordCursor, message: number): number {
  return Math.max(REGISTER_WORDS, Math.min(dopeDwords(cursor.read(message + SIZE_DOPE)), MAX_DWORDS));
}

/** The receive-flexpage option of a receive buffer. */
export const readWindow = (cursor: WordCursor, message: number): number => cursor.read(message);

export function storeWords(cursor: WordCursor, message: number, words: readonly number[]): void {
  cursor.storeRun(wordAddress(message, REGISTER_WORDS), words, REGISTER_WORDS);
}

/** Makes the dopes of received strings ready for sending them on. */
export function storeReceived(cursor: WordCursor, parts: PartList): void {
  for (const part of parts) {
    cursor.store(part.dope + SEND_SIZE, part.used | (part.continues ? CONTINUES : 0));
    cursor.store(part.dope + SEND_ADDRESS, part.address);
  }
}

/** The flexpages of a map message: pairs of words up to the first that is none. */
export function pageItems(words: readonly number[]): PageItem[] {
  const items: PageItem[] = [];
  for (let index = 0; index + 1 < words.length && validFlexpage(words[index + 1]!); index += 2) {
    items.push({ hotSpot: words[index]!, fpage: words[index + 1]! });
  }
  return items;
}

export function totalSize(parts: PartList): number {
  let size = 0;
  for (const part of parts) size += part.size;
  return size;
}

function readDopes(cursor: WordCursor, dopes: number, count: number, sizeAt: number, addressAt: number): PartList[] {
  const strings: PartList[] = [];
  for (let index = 0; index < count; index++) {
    const dope = (dopes + index * STRING_DOPE_BYTES) >>> 0;
    const size = cursor.read(dope + sizeAt);
    const continues = size >= CONTINUES && strings.length > 0;
    const part: Part = {
      bytes: undefined,
      address: cursor.read(dope + addressAt),
      size: Math.min(size % CONTINUES, MAX_STRING_BYTES),
      dope,
      continues,
      used: 0,
    };
    if (continues) strings[strings.length - 1]!.push(part);
    else strings.push([part]);
  }
  return strings;
}
