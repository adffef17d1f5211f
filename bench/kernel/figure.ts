/**
 * One measurement: host time and emulated instructions per operation.
 */
import type { Op } from "#kernel/native.ts";
import { median } from "../cpu/outcome.ts";

export interface Figure {
  /** Host nanoseconds per operation, the median of several runs. */
  readonly ns: number;
  /** Instructions of emulated programs per operation: cycles of the emulated machine, whose kernel is not made of instructions. */
  readonly instructions: number;
}

const RUNS = 7;
/** Until the processor and V8 have translated what runs. */
const WARM_UPS = 8;

/**
 * Measures an operation of a thread in the system.
 * @param operations how many operations one run makes
 */
export function* figureOf(operations: number, run: () => Op<void>, instructions: () => number = () => 0): Op<Figure> {
  for (let time = 0; time < WARM_UPS; time++) yield* run();
  const times: number[] = [];
  const counts: number[] = [];
  for (let time = 0; time < RUNS; time++) {
    const before = instructions();
    const start = performance.now();
    yield* run();
    times.push(((performance.now() - start) * 1e6) / operations);
    counts.push((instructions() - before) / operations);
  }
  return { ns: median(times), instructions: median(counts) };
}
