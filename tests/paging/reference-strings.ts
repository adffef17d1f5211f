/**
 * Reference strings for proofs of replacement policies: random ones of many kinds, and those of books.
 */
import { TraceBuilder } from "#paging/trace.ts";

export interface Event {
  readonly time: number;
  readonly page: number;
  readonly write: boolean;
  /** The page is gone for good. */
  readonly drop: boolean;
}

/** Park and Miller's generator: results are integers below `below`. */
export function dice(seed: number): (below: number) => number {
  let state = (seed % 2147483646) + 1;
  return (below) => {
    state = (state * 48271) % 2147483647;
    return state % below;
  };
}

/** Ways to choose the next page among 0 … pages - 1, by name. */
const PATTERNS: Readonly<Record<string, (pages: number, roll: (below: number) => number) => (step: number) => number>> = {
  uniform: (pages, roll) => () => roll(pages),
  skewed: (pages, roll) => () => Math.floor(pages * (roll(1000) / 1000) ** 4),
  loop: (pages) => (step) => step % pages,
  "short loops": (pages, roll) => {
    const span = 2 + roll(pages - 1);
    return (step) => (step % span) + Math.floor(step / 90) * (pages - span > 0 ? 1 : 0);
  },
  scans: (pages, roll) => (step) => (Math.floor(step / 20) % 3 === 2 ? pages + step : roll(Math.max(2, pages >> 2))),
  phases: (pages, roll) => (step) => (roll(pages >> 1 || 1) + Math.floor(step / 60) * (pages >> 2)) % pages,
  "back and forth": (pages) => (step) => {
    const place = step % (2 * pages);
    return place < pages ? place : 2 * pages - 1 - place;
  },
};
export const PATTERN_NAMES: readonly string[] = Object.keys(PATTERNS);

/** A string of about `length` events. Some pages are dropped on the way when `drops` is set; a page of the same place is another one then. */
export function randomString(pattern: string, seed: number, length: number, drops: boolean): Event[] {
  const roll = dice(seed);
  const pages = 2 + roll(24);
  const next = PATTERNS[pattern]!(pages, roll);
  const lives = new Map<number, number>();
  const writes = roll(3) === 0 ? 0 : 1 + roll(5);
  const pace = [1, 3, 40][roll(3)]!;
  const events: Event[] = [];
  let time = roll(50);
  for (let step = 0; step < length; step++) {
    const place = next(step);
    time += roll(pace + 1);
    if (drops && roll(12) === 0) {
      const gone = next(roll(length));
      events.push({ time, page: pageNumber(gone, lives), write: false, drop: true });
      lives.set(gone, (lives.get(gone) ?? 0) + 1);
    }
    events.push({ time, page: pageNumber(place, lives), write: writes > 0 && roll(writes) === 0, drop: false });
  }
  return withoutRepetitions(events);
}

const pageNumber = (place: number, lives: ReadonlyMap<number, number>): number => place + 1000 * (lives.get(place) ?? 0);

/** Traces keep one record of several equal ones in a row. */
function withoutRepetitions(events: readonly Event[]): Event[] {
  return events.filter((event, index) => {
    const before = events[index - 1];
    return !before || before.page !== event.page || before.write !== event.write || before.drop !== event.drop;
  });
}

/** A string of reads, one per instruction, with every reference in it. */
export const readsOf = (pages: readonly number[]): Event[] =>
  withoutRepetitions(pages.map((page, time) => ({ time, page, write: false, drop: false })));

export function traceOf(events: readonly Event[]): TraceBuilder {
  const trace = new TraceBuilder();
  for (const { time, page, write, drop } of events) {
    if (drop) trace.dropped(time, page);
    else trace.reference(time, 0, page, write, false);
  }
  return trace;
}
