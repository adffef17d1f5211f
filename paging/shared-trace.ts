/**
 * Traces in memory that workers share, so that no worker has a copy of its own.
 *
 * Layer beneath: trace.ts.
 */
import type { Trace } from "./trace.ts";

type Numbers = Float64Array | Uint32Array | Uint16Array;

/** The first `length` elements in memory that is shared. */
function shared<Kind extends Numbers>(numbers: Kind, length: number): Kind {
  const make = numbers.constructor as new (buffer: SharedArrayBuffer) => Kind;
  const copy = new make(new SharedArrayBuffer(length * numbers.BYTES_PER_ELEMENT));
  copy.set(numbers.subarray(0, length));
  return copy;
}

/** Plain data with all records in shared memory. */
export function sharedTrace({ pageSize, tasks, pieces, records, references, pages }: Trace): Trace {
  return {
    pageSize,
    tasks: [...tasks],
    pieces: pieces.map(({ length, times, pages: indices, marks }) => ({
      length,
      times: shared(times, length),
      pages: shared(indices, length),
      marks: shared(marks, length),
    })),
    records,
    references,
    pages: [...pages],
  };
}
