/**
 * What the command gives to its workers, and what they answer: plain data.
 *
 * Layer beneath: plan.ts, outcome.ts, trace.ts.
 */
import type { End, Outcome } from "./outcome.ts";
import type { Point } from "./plan.ts";
import type { Trace } from "./trace.ts";

/** Runs the point for its references. */
export interface RecordJob {
  readonly kind: "record";
  readonly point: Point;
  /** Where they are written. */
  readonly file?: string;
  /** A folder for a trace that is too long for memory, when it is wanted in the answer. */
  readonly spool?: string;
}

export type Job =
  | {
      readonly kind: "live";
      readonly point: Point;
      /** ManagerWatch.memory, for a manager of the user's own. */
      readonly watch?: SharedArrayBuffer;
    }
  | RecordJob
  /** The trace is there unless this worker has had it in the job before: that of the same workload. */
  | { readonly kind: "replay"; readonly point: Point; readonly trace?: Trace };

export type Answer =
  | { readonly kind: "outcome"; readonly outcome: Outcome }
  | { readonly kind: "recorded"; readonly trace?: Trace; readonly end: End }
  /** `usage`: what the user asked for makes no sense. */
  | { readonly kind: "failed"; readonly usage: boolean; readonly message: string };
