/**
 * What a run of a line gave, and the numbers made of several runs.
 */

export interface Outcome {
  nanoseconds: number;
  /** Of the result: it must be the same everywhere. */
  checksum: string;
}

/** Lines "@ NAME NANOSECONDS CHECKSUM COUNT" by name. */
export function parseOutput(output: string): Map<string, Outcome> {
  const outcomes = new Map<string, Outcome>();
  for (const match of output.matchAll(/^@ (\S+) ([\d.]+) ([0-9a-f]{8}) \d+\r?$/gm)) {
    outcomes.set(match[1]!, { nanoseconds: Number(match[2]), checksum: match[3]! });
  }
  return outcomes;
}

/** The middle of the values; of an even number, the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

export const geometricMean = (values: readonly number[]): number =>
  Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
