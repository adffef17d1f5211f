/**
 * The references of a trace in a grid of time and pages.
 *
 * Layer beneath: trace.ts.
 */
import { RecordKind, type Trace } from "./trace.ts";
import { loaded } from "./trace-spool.ts";

export interface ReferenceMap {
  readonly columns: number;
  readonly rows: number;
  /** Times at the left and right edge. */
  readonly from: number;
  readonly to: number;
  /** Pages from the lowest number to the highest; numbers that do not occur have no room. */
  readonly pages: number;
  /** References in each cell, row by row from the lowest page, for each of reads, writes and fetches. */
  readonly counts: readonly Uint32Array[];
}

export function referenceMap(trace: Trace, mostColumns: number, mostRows: number): ReferenceMap {
  const { pieces, pages, begin: from, end: to } = trace;
  const rows = Math.max(1, Math.min(mostRows, pages.length));
  const columns = mostColumns;
  const rowOf = new Uint32Array(pages.length);
  const order = pages.map((_, index) => index).sort((a, b) => pages[a]! - pages[b]!);
  for (const [rank, index] of order.entries()) rowOf[index] = Math.floor((rank * rows) / pages.length);
  const counts = [RecordKind.READ, RecordKind.WRITE, RecordKind.FETCH].map(() => new Uint32Array(columns * rows));
  const scale = to > from ? (columns - 1) / (to - from) : 0;
  for (const stored of pieces) {
    const { length, times, pages: indices, marks } = loaded(stored);
    for (let at = 0; at < length; at++) {
      const kind = marks[at]! & 3;
      if (kind === RecordKind.DROP) continue;
      const column = Math.floor((times[at]! - from) * scale);
      counts[kind]![rowOf[indices[at]!]! * columns + column]!++;
    }
  }
  return { columns, rows, from, to, pages: pages.length, counts };
}
