/**
 * Pieces of traces in files, so that a trace may be longer than memory.
 *
 * A piece that is full goes to the file when many are there already; who reads the trace has one piece of the file in memory at a time.
 * Layer beneath: none.
 */
import { randomUUID } from "node:crypto";
import { closeSync, openSync, readSync, writeSync } from "node:fs";
import { join } from "node:path";

/** A piece of a trace: records 0 … length - 1. */
export interface TracePiece {
  length: number;
  /** Instructions executed. */
  readonly times: Float64Array;
  /** Indices into Trace.pages. */
  readonly pages: Uint32Array;
  /** task << 2 | RecordKind */
  readonly marks: Uint16Array;
}

/** A piece in a file: all times, all pages, all marks. */
export interface SpooledPiece {
  readonly length: number;
  readonly file: string;
  /** Byte where it begins. */
  readonly at: number;
}

/** Records in one piece. */
export const PIECE_RECORDS = 1 << 20;
/** Pieces that a trace keeps in memory: 224 MiB. */
const KEPT = 16;

/** Of memory that threads share, so that none has a copy of its own. */
export const emptyPiece = (): TracePiece => pieceIn((bytes) => new SharedArrayBuffer(PIECE_RECORDS * bytes));

/** @param memory for a column whose elements have so many bytes */
function pieceIn(memory: (bytes: number) => SharedArrayBuffer | ArrayBuffer): TracePiece {
  return {
    length: 0,
    times: new Float64Array(memory(Float64Array.BYTES_PER_ELEMENT)),
    pages: new Uint32Array(memory(Uint32Array.BYTES_PER_ELEMENT)),
    marks: new Uint16Array(memory(Uint16Array.BYTES_PER_ELEMENT)),
  };
}

const columnsOf = ({ times, pages, marks }: TracePiece): readonly (Float64Array | Uint32Array | Uint16Array)[] => [times, pages, marks];
const bytesOf = ({ buffer, byteOffset, byteLength }: Float64Array | Uint32Array | Uint16Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

/** Where one trace puts its pieces. */
export class TraceSpool {
  private readonly file: string;
  private readonly kept: number;
  private size = 0;

  /**
   * @param folder whoever made it removes it when the trace is not needed any more
   * @param kept pieces that stay in memory
   */
  constructor(folder: string, kept = KEPT) {
    this.file = join(folder, randomUUID());
    this.kept = kept;
  }

  /**
   * Takes a full piece, if there are `before` others already; its memory can be used again then.
   * @throws the errors of the file system
   */
  stored(piece: TracePiece, before: number): TracePiece | SpooledPiece {
    if (before < this.kept) return piece;
    const at = this.size;
    const file = openSync(this.file, "a");
    try {
      for (const column of columnsOf(piece)) {
        const bytes = bytesOf(column);
        for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done);
        this.size += bytes.length;
      }
    } finally {
      closeSync(file);
    }
    return { length: piece.length, file: this.file, at };
  }
}

/**
 * The piece itself.
 * @throws the errors of the file system
 */
export function loaded(stored: TracePiece | SpooledPiece): TracePiece {
  if ("times" in stored) return stored;
  // Of the thread's own memory: that is given back soon, and what threads share late.
  const piece = pieceIn((bytes) => new ArrayBuffer(stored.length * bytes));
  piece.length = stored.length;
  const file = openSync(stored.file, "r");
  try {
    let { at } = stored;
    for (const column of columnsOf(piece)) {
      const bytes = bytesOf(column);
      for (let done = 0; done < bytes.length; ) {
        const count = readSync(file, bytes, done, bytes.length - done, at + done);
        if (count === 0) throw new Error(`the file of a trace is cut short: '${stored.file}'`);
        done += count;
      }
      at += bytes.length;
    }
  } finally {
    closeSync(file);
  }
  return piece;
}
