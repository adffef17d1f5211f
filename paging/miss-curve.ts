/**
 * When misses happened, in so few points that a run of any length can keep them.
 *
 * Layer beneath: none.
 */

/** Times are instructions executed; in a replay, time stamps of the trace. */
export interface MissCurve {
  /** The time of the first miss, and then of one in `every`. */
  readonly every: number;
  readonly times: readonly number[];
  /** Misses in all. */
  readonly count: number;
  /** When the run ended. */
  readonly end: number;
}

/** More points than this are thinned out to half: enough for a plot. */
const MOST_POINTS = 512;

export class MissCurveBuilder {
  private every = 1;
  private times: number[] = [];
  private count = 0;

  add(time: number): void {
    if (this.count++ % this.every !== 0) return;
    this.times.push(time);
    if (this.times.length < MOST_POINTS) return;
    this.times = this.times.filter((_, index) => index % 2 === 0);
    this.every *= 2;
  }

  curve(end: number): MissCurve {
    return { every: this.every, times: [...this.times], count: this.count, end };
  }
}

/** Misses up to a moment, from the first miss to the end of the run. */
export function pointsOfCurve({ every, times, count, end }: MissCurve): { time: number; misses: number }[] {
  return [...times.map((time, index) => ({ time, misses: 1 + index * every })), { time: end, misses: count }];
}
