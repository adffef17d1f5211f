/**
 * The messages of the RPC lines: how native threads have them, and how emulated ones have them in memory.
 */
import { dope, MESSAGE_HEADER_BYTES, REGISTER_WORDS } from "#kernel/abi/ipc.ts";
import type { Message } from "#kernel/native.ts";
import { DATA } from "../../tests/support/kernel-guest.ts";

/** What an RPC carries there and back. */
export interface Load {
  /** 32-bit words, at least the three of the registers. */
  readonly words: number;
  /** Bytes of a direct or indirect string, 0 = none. */
  readonly bytes: number;
}

export const LOADS: readonly Load[] = [
  { words: 3, bytes: 0 },
  { words: 16, bytes: 0 },
  { words: 64, bytes: 0 },
  { words: 3, bytes: 64 },
  { words: 3, bytes: 512 },
  { words: 3, bytes: 4096 },
];

export const textOf = ({ words, bytes }: Load): string =>
  `${words} words${bytes > 0 ? ` and a string of ${bytes} bytes` : ` (${4 * words} bytes)`}`;

export const nativeMessage = ({ words, bytes }: Load): Message => ({
  words: Array.from({ length: words }, (_, index) => index),
  ...(bytes > 0 ? { strings: [new Uint8Array(bytes)] } : {}),
});

/** Where an emulated program has its message buffer and the string in it. */
export const BUFFER = DATA + 0x400;
export const STRING = DATA + 0x1000;

/** Descriptors of the buffer: 0 means registers only. */
export const bufferOf = ({ words, bytes }: Load): number => (words > REGISTER_WORDS || bytes > 0 ? BUFFER : 0);

/** The words of a buffer that is sent from and received into. */
export function bufferWords({ words, bytes }: Load): number[] {
  const strings = bytes > 0 ? 1 : 0;
  const header = [0, dope(words, strings), dope(words, strings)];
  const payload = new Array<number>(words).fill(0);
  const string = bytes > 0 ? [bytes, STRING, bytes, STRING] : [];
  if (4 * header.length !== MESSAGE_HEADER_BYTES) throw new Error("header of another size");
  return [...header, ...payload, ...string];
}
