/**
 * The future of a trace: for each record, where its page is referenced next.
 *
 * Layers beneath: trace.ts, trace-spool.ts.
 */
import { RecordKind, type Trace } from "./trace.ts";
import { loaded } from "./trace-spool.ts";

/** Not referenced again. */
export const NEVER = 0xffff_ffff;

/** By piece and record: the position in the whole trace of the next reference to the page, or NEVER. */
export function nextUses(trace: Trace): Uint32Array[] {
  const upcoming = new Uint32Array(trace.pages.length).fill(NEVER);
  const result = trace.pieces.map((piece) => new Uint32Array(piece.length));
  let position = trace.records;
  for (let number = trace.pieces.length - 1; number >= 0; number--) {
    const { length, pages, marks } = loaded(trace.pieces[number]!);
    const next = result[number]!;
    for (let at = length - 1; at >= 0; at--) {
      const index = pages[at]!;
      position--;
      next[at] = upcoming[index]!;
      upcoming[index] = (marks[at]! & 3) === RecordKind.DROP ? NEVER : position;
    }
  }
  return result;
}
