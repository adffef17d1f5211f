/**
 * Reads a trace from a file of any known form, compressed or not.
 *
 * Layers beneath: trace-text.ts, trace-import.ts.
 */
import { closeSync, createReadStream, openSync, readSync } from "node:fs";
import { basename } from "node:path";
import { createGunzip } from "node:zlib";
import { LineCutter, type LineReader } from "./byte-lines.ts";
import type { Trace } from "./trace.ts";
import { TraceError } from "./trace-error.ts";
import { AddressListReader, LackeyReader } from "./trace-import.ts";
import type { TraceSpool } from "./trace-spool.ts";
import { MAGIC, TraceTextReader } from "./trace-text.ts";

export const TRACE_FORMS = ["lites", "lackey", "addresses"] as const;
export type TraceForm = (typeof TRACE_FORMS)[number];

export interface TraceFileOptions {
  /** Default: told by the first lines. */
  readonly form?: TraceForm;
  /** Bytes in a page, for traces of addresses; default 4096. */
  readonly pageSize?: number;
  /** Ends the reading, which rejects then. */
  readonly signal?: AbortSignal;
  /** For what is too much for memory. */
  readonly spool?: TraceSpool;
}

interface Reader {
  readonly line: LineReader;
  finish(): Trace;
}

const PIECE = 1 << 20;

/**
 * Reads a whole trace.
 * @throws TraceError about a bad line, or the errors of the file system and of decompression
 */
export async function readTrace(path: string, options: TraceFileOptions = {}): Promise<Trace> {
  const { pageSize = 4096, spool, signal } = options;
  if (!Number.isInteger(Math.log2(pageSize)) || pageSize < 1) throw new RangeError(`the page size must be a power of two, not ${pageSize}`);
  const compressed = isCompressed(path);
  const file = createReadStream(path, { highWaterMark: PIECE, ...(signal ? { signal } : {}) });
  const stream = compressed ? file.pipe(createGunzip({ chunkSize: PIECE })) : file;
  // Errors of the file do not pass through a pipe by themselves.
  if (stream !== file) file.on("error", (error) => stream.destroy(error));
  let reader: Reader | undefined;
  let cutter: LineCutter | undefined;
  for await (const bytes of stream as AsyncIterable<Buffer>) {
    if (!cutter) {
      reader = readerOf(options.form ?? formOf(bytes), pageSize, basename(path), spool);
      cutter = new LineCutter(reader.line);
    }
    cutter.piece(bytes);
  }
  if (!reader || !cutter) throw new TraceError(undefined, "the file is empty");
  cutter.finish();
  const trace = reader.finish();
  if (trace.references === 0) throw new TraceError(undefined, "there is no reference in the file");
  return trace;
}

function isCompressed(path: string): boolean {
  const head = new Uint8Array(2);
  const file = openSync(path, "r");
  try {
    readSync(file, head);
  } finally {
    closeSync(file);
  }
  return head[0] === 0x1f && head[1] === 0x8b;
}

/** Tells the form by the first line that is neither empty, nor a comment, nor a message of Valgrind. */
function formOf(head: Uint8Array): TraceForm {
  const lines = new TextDecoder().decode(head.subarray(0, 1 << 16)).split("\n");
  const line = lines.find((candidate) => !/^\s*(#|==|--|$)/.test(candidate)) ?? "";
  if (line.startsWith(MAGIC)) return "lites";
  return /^(I {2}| [LSM] )[0-9a-fA-F]+,\d+\s*$/.test(line) ? "lackey" : "addresses";
}

function readerOf(form: TraceForm, pageSize: number, name: string, spool: TraceSpool | undefined): Reader {
  if (form === "lites") return new TraceTextReader(spool);
  return form === "lackey" ? new LackeyReader(pageSize, name, spool) : new AddressListReader(pageSize, name, spool);
}
