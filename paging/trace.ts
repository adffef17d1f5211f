/**
 * Reference traces: which pages tasks touched, in which order, and when.
 *
 * A trace is kept in pieces of typed arrays, in memory and in files: no record is an object. Layer beneath: trace-spool.ts. The
 * text form is described in docs/traces.md.
 */
import { emptyPiece, PIECE_RECORDS, type SpooledPiece, type TracePiece, type TraceSpool } from "./trace-spool.ts";

/** Is told of references in program order. */
export interface ReferenceSink {
  /**
   * A reference to a page. One that faults is told when the page has been brought in, and not again when the instruction is
   * repeated.
   * @param time instructions executed, never less than before
   * @param task a small number
   * @param page number of the page
   */
  reference(time: number, task: number, page: number, write: boolean, fetch: boolean): void;
  /** The page is gone for good: its frame is free. */
  dropped(time: number, page: number): void;
  /** From now on the task has the page at this place. Pages at consecutive places are neighbours in memory. */
  placed(task: number, page: number, place: number): void;
  /** From now on no page is at this place. */
  displaced(place: number): void;
  /** Tells the name of a task, at any time. */
  task(task: number, name: string): void;
}

/** What a record says; DROP is no reference. */
export const RecordKind = { READ: 0, WRITE: 1, FETCH: 2, DROP: 3 } as const;

/** Task numbers are below this. */
export const TASK_LIMIT = 1 << 14;
/** Pages remembered in front of the map of page numbers. */
const RECENT = 1024;

/** Where a page is from the record with this position on. */
export interface Placement {
  readonly position: number;
  readonly task: number;
  /** Index into Trace.pages; undefined: no page is there. */
  readonly page: number | undefined;
  readonly place: number;
}

export interface Trace {
  readonly pageSize: number;
  /** Names by task number; "" when there is none. */
  readonly tasks: readonly string[];
  readonly pieces: readonly (TracePiece | SpooledPiece)[];
  /** Records in all, and how many of them are references. */
  readonly records: number;
  readonly references: number;
  /** In order; empty when the trace does not tell places. */
  readonly placements: readonly Placement[];
  /** Time of the first and of the last record; 0 when there is none. */
  readonly begin: number;
  readonly end: number;
  /** The number of each page that occurs, in the order of first occurrence. */
  readonly pages: readonly number[];
}

/** Builds a trace in memory. Consecutive references of one task to one page with one kind become one record. */
export class TraceBuilder implements ReferenceSink, Trace {
  readonly pageSize: number;
  readonly tasks: string[] = [];
  readonly pieces: (TracePiece | SpooledPiece)[] = [];
  readonly pages: number[] = [];
  readonly placements: Placement[] = [];
  records = 0;
  references = 0;
  begin = 0;
  end = 0;
  private readonly indices = new Map<number, number>();
  private readonly recentPages = new Float64Array(RECENT).fill(-1);
  private readonly recentIndices = new Uint32Array(RECENT);
  private piece: TracePiece | undefined;
  private readonly spool: TraceSpool | undefined;
  private lastIndex = -1;
  private lastMark = -1;

  /** @param spool takes what would be too much for memory */
  constructor(pageSize = 4096, spool?: TraceSpool) {
    this.pageSize = pageSize;
    this.spool = spool;
  }

  task(task: number, name: string): void {
    checkTask(task);
    while (this.tasks.length <= task) this.tasks.push("");
    this.tasks[task] = name;
  }

  reference(time: number, task: number, page: number, write: boolean, fetch: boolean): void {
    this.append(time, task, page, write ? RecordKind.WRITE : fetch ? RecordKind.FETCH : RecordKind.READ);
  }

  dropped(time: number, page: number): void {
    this.append(time, 0, page, RecordKind.DROP);
  }

  placed(task: number, page: number, place: number): void {
    checkTask(task);
    this.placements.push({ position: this.records, task, page: this.indexOf(page), place });
  }

  displaced(place: number): void {
    this.placements.push({ position: this.records, task: 0, page: undefined, place });
  }

  append(time: number, task: number, page: number, kind: number): void {
    const mark = (task << 2) | kind;
    const index = this.indexOf(page);
    if (index === this.lastIndex && mark === this.lastMark) return;
    this.lastIndex = index;
    this.lastMark = mark;
    if (task >= this.tasks.length) this.task(task, "");
    const piece = this.piece && this.piece.length < PIECE_RECORDS ? this.piece : this.nextPiece(time);
    const at = piece.length++;
    piece.times[at] = time;
    piece.pages[at] = index;
    piece.marks[at] = mark;
    this.records++;
    this.end = time;
    if (kind !== RecordKind.DROP) this.references++;
  }

  private nextPiece(time: number): TracePiece {
    const { piece: full, pieces } = this;
    if (!full) this.begin = time;
    const stored = full && this.spool?.stored(full, pieces.length - 1);
    let piece: TracePiece;
    if (full && stored && stored !== full) {
      pieces[pieces.length - 1] = stored;
      piece = full;
      piece.length = 0;
    } else {
      piece = emptyPiece();
    }
    this.piece = piece;
    pieces.push(piece);
    return piece;
  }

  private indexOf(page: number): number {
    const place = page % RECENT;
    if (this.recentPages[place] === page) return this.recentIndices[place]!;
    let index = this.indices.get(page);
    if (index === undefined) {
      if (!Number.isSafeInteger(page) || page < 0) throw new RangeError(`${page} is no page number`);
      index = this.pages.length;
      this.pages.push(page);
      this.indices.set(page, index);
    }
    this.recentPages[place] = page;
    this.recentIndices[place] = index;
    return index;
  }
}

/** The same as plain data, which threads can share. */
export const plainTrace = ({ pageSize, tasks, pieces, records, references, begin, end, pages, placements }: Trace): Trace => ({
  pageSize,
  tasks,
  pieces,
  records,
  references,
  begin,
  end,
  pages,
  placements,
});

function checkTask(task: number): void {
  if (!Number.isInteger(task) || task < 0 || task >= TASK_LIMIT) throw new RangeError(`${task} is no task number (0 to ${TASK_LIMIT - 1})`);
}
