/**
 * The text form of traces: reading lines of it, and writing it, as docs/traces.md describes it.
 *
 * Layers beneath: trace.ts, byte-lines.ts.
 */
import { closeSync, lstatSync, openSync, renameSync, writeSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { LineCursor } from "./byte-lines.ts";
import { RecordKind, type ReferenceSink, TASK_LIMIT, type Trace, TraceBuilder } from "./trace.ts";
import type { TraceSpool } from "./trace-spool.ts";
import { TraceError } from "./trace-error.ts";

export const MAGIC = "lites-trace";
export const VERSION = 1;
/** Letters of the kinds of records, by RecordKind. */
const LETTERS = "rwxd";
const KINDS = new Int8Array(256).fill(-1);
for (const [kind, letter] of [...LETTERS].entries()) KINDS[letter.charCodeAt(0)] = kind;
const COMMENT = 35;
/** Bytes collected before they are written. */
const CHUNK = 1 << 20;
/** Longest line of a record. */
const LONGEST = 80;

/** Reads lines. Later fields may be missing: the time is then one more than before, the task the same. */
export class TraceTextReader {
  private builder: TraceBuilder | undefined;
  private pageSize = 4096;
  private headerSeen = false;
  private time = -1;
  private current = 0;
  private lineNumber = 0;
  private readonly cursor = new LineCursor();
  private readonly spool: TraceSpool | undefined;

  /** @param spool for what is too much for memory */
  constructor(spool?: TraceSpool) {
    this.spool = spool;
  }

  readonly line = (bytes: Uint8Array, start: number, end: number): void => {
    const { cursor } = this;
    this.lineNumber++;
    cursor.open(bytes, start, end);
    if (!cursor.more() || cursor.peek() === COMMENT) return;
    const kind = this.headerSeen ? KINDS[cursor.peek()]! : -1;
    if (kind >= 0 && cursor.takeLetter()) this.record(kind);
    else this.directive(cursor.rest());
  };

  finish(): Trace {
    if (!this.headerSeen) throw new TraceError(this.lineNumber, `the first line must be '${MAGIC} ${VERSION}'`);
    return this.trace;
  }

  private get trace(): TraceBuilder {
    this.builder ??= new TraceBuilder(this.pageSize, this.spool);
    return this.builder;
  }

  private record(kind: number): void {
    const { cursor } = this;
    cursor.more();
    const page = cursor.decimal();
    if (page < 0 || page > Number.MAX_SAFE_INTEGER) this.fail("the second field must be a page number");
    let time = this.time + 1;
    if (cursor.more()) {
      time = cursor.decimal();
      if (time < Math.max(0, this.time)) this.fail(time < 0 ? "the third field must be a time" : "time goes backwards");
      if (cursor.more()) {
        this.current = cursor.decimal();
        if (this.current < 0 || this.current >= TASK_LIMIT) this.fail(`the fourth field must be a task number below ${TASK_LIMIT}`);
        if (cursor.more()) this.fail("there are more than four fields");
      }
    }
    this.time = time;
    this.trace.append(time, kind === RecordKind.DROP ? 0 : this.current, page, kind);
  }

  private directive(text: string): void {
    const [word, first, ...others] = text.split(/\s+/);
    if (!this.headerSeen) {
      if (word !== MAGIC) this.fail(`the first line must be '${MAGIC} ${VERSION}'`);
      if (first !== String(VERSION) || others.length > 0) this.fail(`only version ${VERSION} of the form is known`);
      this.headerSeen = true;
    } else if (word === "page-size") {
      this.pageSize = Number(first);
      const possible = Number.isInteger(Math.log2(this.pageSize)) && this.pageSize >= 1 && this.pageSize <= 2 ** 30;
      if (!possible || others.length > 0) this.fail("the page size must be a power of two");
      if (this.builder) this.fail("the page size must come before tasks and records");
    } else if (word === "task") {
      const task = /^\d+$/.test(first ?? "") ? Number(first) : -1;
      if (task < 0 || task >= TASK_LIMIT) this.fail(`a task needs a number below ${TASK_LIMIT}`);
      this.trace.task(task, others.join(" "));
    } else if (word === "place") {
      this.place(first, others);
    } else {
      this.fail(`'${text.slice(0, 40)}' is no record and no directive`);
    }
  }

  /** What follows "place". */
  private place(first: string | undefined, others: readonly string[]): void {
    const [place = -1, page, task] = [first, ...others].map((field) => (/^\d{1,15}$/.test(field ?? "") ? Number(field) : -1));
    if (place < 0 || others.length > 2 || page === -1)
      this.fail("a place needs a number, and the numbers of a page and a task, or neither");
    if (page === undefined) return this.trace.displaced(place);
    if (task === undefined || task < 0 || task >= TASK_LIMIT) this.fail(`a place needs a task number below ${TASK_LIMIT}`);
    this.trace.placed(task, page, place);
  }

  private fail(message: string): never {
    throw new TraceError(this.lineNumber, message);
  }
}

/** Where a trace is written until it is complete. */
export const partOf = (path: string): string => `${path}.part`;

/**
 * Writes a trace to a file while it comes; compressed when the name ends in .gz. The file has its name when the trace is closed. What
 * is there and no plain file, a device or a pipe, is written at once.
 * @throws the errors of the file system
 */
export class TraceWriter implements ReferenceSink {
  private readonly path: string;
  private readonly written: string;
  private readonly file: number;
  private readonly compressed: boolean;
  private readonly buffer = Buffer.allocUnsafe(CHUNK);
  private used = 0;
  private time = -1;
  private current = 0;
  private lastPage = -1;
  private lastMark = -1;

  constructor(path: string, pageSize = 4096) {
    this.path = path;
    this.written = lstatSync(path, { throwIfNoEntry: false })?.isFile() === false ? path : partOf(path);
    this.file = openSync(this.written, "w");
    this.compressed = path.endsWith(".gz");
    this.put(`${MAGIC} ${VERSION}\npage-size ${pageSize}\n`);
  }

  task(task: number, name: string): void {
    this.put(`task ${task} ${name.replace(/\s+/g, " ")}`.trimEnd().concat("\n"));
  }

  reference(time: number, task: number, page: number, write: boolean, fetch: boolean): void {
    this.record(time, task, page, write ? RecordKind.WRITE : fetch ? RecordKind.FETCH : RecordKind.READ);
  }

  dropped(time: number, page: number): void {
    this.record(time, this.current, page, RecordKind.DROP);
  }

  placed(task: number, page: number, place: number): void {
    this.put(`place ${place} ${page} ${task}\n`);
  }

  displaced(place: number): void {
    this.put(`place ${place}\n`);
  }

  /** Writes a record; one that repeats the one before is left out. */
  record(time: number, task: number, page: number, kind: number): void {
    const mark = (task << 2) | kind;
    if (page === this.lastPage && mark === this.lastMark) return;
    this.lastPage = page;
    this.lastMark = mark;
    let line = `${LETTERS[kind]} ${page}`;
    if (task !== this.current) line += ` ${time} ${task}`;
    else if (time !== this.time + 1) line += ` ${time}`;
    this.time = time;
    this.current = task;
    if (this.used > CHUNK - LONGEST) this.flush();
    this.used += this.buffer.write(`${line}\n`, this.used, "latin1");
  }

  close(): void {
    this.flush();
    closeSync(this.file);
    if (this.written !== this.path) renameSync(this.written, this.path);
  }

  private put(text: string): void {
    const bytes = Buffer.from(text);
    if (this.used + bytes.length > CHUNK) this.flush();
    if (bytes.length > CHUNK) throw new RangeError("a name is too long for a trace");
    this.used += bytes.copy(this.buffer, this.used);
  }

  /** Compressed pieces stand one behind the other, which gzip allows. */
  private flush(): void {
    if (this.used === 0) return;
    const bytes = this.buffer.subarray(0, this.used);
    const out = this.compressed ? gzipSync(bytes, { level: 1 }) : bytes;
    for (let done = 0; done < out.length; ) done += writeSync(this.file, out, done);
    this.used = 0;
  }
}
