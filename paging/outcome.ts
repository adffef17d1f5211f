/**
 * The result of one point of a sweep, live or replayed, in one form for all reports.
 *
 * Layer beneath: plan.ts, measurement.ts.
 */
import { createHash } from "node:crypto";
import type { Measurement, Stage, TaskFigures } from "./measurement.ts";
import type { MissCurve } from "./miss-curve.ts";
import type { Point } from "./plan.ts";
import type { ReplayResult } from "./replay.ts";

/** Pages that took a frame because a program needed them: made, copied or brought in. */
export const misses = ({ zeroFills = 0, copies = 0, pageIns = 0, pageInCopies = 0 }: Partial<TaskFigures>): number =>
  zeroFills + copies + pageIns + pageInCopies;

/** Counters of a run or of a task. What a replay cannot know is undefined. */
export type Figures = Partial<Omit<TaskFigures, "name" | "task">> & { readonly faults: number };

/** How a command ended. */
export interface End {
  readonly status: number;
  /** Hash of the lines that it wrote, in any order: processes may take turns differently. */
  readonly output: string;
  /** What it wrote, when it failed. */
  readonly complaint?: string;
}

export function endOf(status: number, output = ""): End {
  const lines = output.split("\n").sort().join("\n");
  const hash = createHash("sha256").update(lines).digest("hex").slice(0, 16);
  return { status, output: hash, ...(status === 0 ? {} : { complaint: output.trimEnd().slice(-MOST_COMPLAINT) }) };
}

export interface Outcome {
  readonly point: Point;
  /** How the command ended; a replay runs none. */
  readonly end?: End;
  readonly total: Figures;
  readonly tasks: readonly TaskFigures[];
  /** Faults that no policy avoids: first references. Replays only. */
  readonly cold?: number;
  readonly virtualNs?: number;
  readonly disk?: Measurement["disk"];
  readonly stages?: Readonly<Record<Stage, number>>;
  readonly missCurve: MissCurve;
}

/** Characters of a complaint. */
const MOST_COMPLAINT = 1000;

export function liveOutcome(point: Point, measurement: Measurement): Outcome {
  const { name: _name, task: _task, ...total } = measurement.total;
  return {
    point,
    end: endOf(measurement.status, measurement.output),
    total,
    tasks: measurement.tasks,
    virtualNs: measurement.virtualNs,
    disk: measurement.disk,
    ...(measurement.stages === undefined ? {} : { stages: measurement.stages }),
    missCurve: measurement.missCurve,
  };
}

export function replayOutcome(point: Point, result: ReplayResult): Outcome {
  return {
    point,
    total: { references: result.references, faults: result.faults, pageOuts: result.dirtyEvictions },
    tasks: [],
    cold: result.cold,
    missCurve: result.missCurve,
  };
}
