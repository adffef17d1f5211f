/**
 * The initial stack of a program: argc, argument and environment pointers, auxiliary vector, strings.
 * Source: System V ABI i386, "Process Initialization"; the order of the strings is Linux's.
 */
import { AuxiliaryType, PLATFORM } from "../abi/auxiliary-vector.ts";
import { encodeText } from "../text.ts";

export interface StackContents {
  argv: readonly string[];
  envp: readonly string[];
  /** AT_* → value; those that point into the image are added here. */
  auxiliary: readonly (readonly [type: number, value: number])[];
  /** AT_EXECFN */
  path: string;
  /** AT_RANDOM: 16 bytes. */
  random: Uint8Array;
}

export interface StackImage {
  /** Where the image starts: the initial stack pointer, a multiple of 16. */
  address: number;
  bytes: Uint8Array;
}

const ALIGNMENT = 16;

/** Bytes of all strings with their NULs, and a pointer for each: what counts against the limit of exec. */
export function argumentBytes(argv: readonly string[], envp: readonly string[]): number {
  let bytes = 0;
  for (const list of [argv, envp]) for (const text of list) bytes += encodeText(text).length + 1 + 4;
  return bytes;
}

/** @param top end of the stack */
export function buildStackImage(top: number, contents: StackContents): StackImage {
  const chunks: { address: number; bytes: Uint8Array }[] = [];
  let position = top - 4;
  const push = (bytes: Uint8Array): number => {
    position -= bytes.length;
    chunks.push({ address: position, bytes });
    return position;
  };
  const pushString = (text: string): number => {
    const encoded = encodeText(text);
    const bytes = new Uint8Array(encoded.length + 1);
    bytes.set(encoded);
    return push(bytes);
  };
  const path = pushString(contents.path);
  // Strings lie in ascending order: the last is pushed first.
  const envp = contents.envp.map((_, index) => pushString(contents.envp[contents.envp.length - 1 - index]!)).reverse();
  const argv = contents.argv.map((_, index) => pushString(contents.argv[contents.argv.length - 1 - index]!)).reverse();
  const platform = pushString(PLATFORM);
  const random = push(contents.random);

  const auxiliary = [
    ...contents.auxiliary,
    [AuxiliaryType.RANDOM, random],
    [AuxiliaryType.EXECFN, path],
    [AuxiliaryType.PLATFORM, platform],
    [AuxiliaryType.NULL, 0],
  ];
  const words = [contents.argv.length, ...argv, 0, ...envp, 0, ...(auxiliary.flat() as number[])];
  const address = Math.floor((position - 4 * words.length) / ALIGNMENT) * ALIGNMENT;
  const bytes = new Uint8Array(top - address);
  const view = new DataView(bytes.buffer);
  for (let index = 0; index < words.length; index++) view.setUint32(4 * index, words[index]!, true);
  for (const chunk of chunks) bytes.set(chunk.bytes, chunk.address - address);
  return { address, bytes };
}
