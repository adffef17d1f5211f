/**
 * The register file seen as lanes of all widths, and the shape of operations on packed values.
 *
 * Layer beneath: registers.ts. Operands are named by word index: of an XMM register, or of the scratch area, where
 * memory operands and MMX registers are put.
 */
import type { UserMnemonic } from "../instruction-set/instruction-set.ts";
import type { RegisterFile } from "../registers.ts";

/**
 * Changes the destination; source and destination may be the same.
 * @param bytes 8 for MMX, 16 for XMM
 */
export type PackedOperation = (destination: number, source: number, bytes: number, immediate: number) => void;

export type PackedTable = Readonly<Partial<Record<UserMnemonic, PackedOperation>>>;

export interface Lanes {
  readonly words: Int32Array;
  readonly halves: Uint16Array;
  readonly signedHalves: Int16Array;
  readonly bytes: Uint8Array;
  readonly signedBytes: Int8Array;
}

export function createLanes(file: RegisterFile): Lanes {
  return viewsOf(file.words);
}

/** Sixteen bytes outside the register file, where a result is put together while its operands are still needed. */
export function createStage(): Lanes {
  return viewsOf(new Int32Array(4));
}

function viewsOf(words: Int32Array): Lanes {
  const { buffer, byteOffset, byteLength } = words;
  return {
    words,
    halves: new Uint16Array(buffer, byteOffset, byteLength >> 1),
    signedHalves: new Int16Array(buffer, byteOffset, byteLength >> 1),
    bytes: new Uint8Array(buffer, byteOffset, byteLength),
    signedBytes: new Int8Array(buffer, byteOffset, byteLength),
  };
}
