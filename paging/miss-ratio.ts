/**
 * Miss-ratio curves: faults of a policy on a trace by the number of frames.
 *
 * Layers beneath: replay.ts; stack-distances.ts, which answers for LRU and all sizes in one pass.
 */
import type { PolicyChoice } from "./measurement.ts";
import { type ReplayOptions, replay } from "./replay.ts";
import { stackDistances } from "./stack-distances.ts";
import type { Trace } from "./trace.ts";

export interface CurvePoint {
  readonly frames: number;
  readonly references: number;
  readonly faults: number;
  readonly cold: number;
}

/**
 * @param sizes numbers of frames
 * @param options what every replay has in common
 * @throws RangeError as replay()
 */
export function missRatioCurve(
  trace: Trace,
  policy: PolicyChoice,
  sizes: readonly number[],
  options: Omit<ReplayOptions, "frames"> = { scope: "global", readAhead: 0, seed: "1" },
): CurvePoint[] {
  if (policy.name === "lru" && options.scope === "global" && options.readAhead === 0 && (options.cluster ?? 1) === 1) {
    return leastRecentlyUsedCurve(trace, sizes);
  }
  return sizes.map((frames) => {
    const { references, faults, cold } = replay(trace, policy, { ...options, frames });
    return { frames, references, faults, cold };
  });
}

function leastRecentlyUsedCurve(trace: Trace, sizes: readonly number[]): CurvePoint[] {
  for (const frames of sizes)
    if (!Number.isInteger(frames) || frames < 1) throw new RangeError(`a replay needs at least one frame, not ${frames}`);
  const { cold, counts } = stackDistances(trace);
  const { references } = trace;
  // hits[d]: references with a distance up to d.
  const hits = new Float64Array(counts.length);
  for (let distance = 1; distance < counts.length; distance++) hits[distance] = hits[distance - 1]! + counts[distance]!;
  return sizes.map((frames) => ({ frames, references, faults: references - hits[Math.min(frames, hits.length - 1)]!, cold }));
}
