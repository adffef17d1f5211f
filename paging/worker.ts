/**
 * A worker of `lites paging`: measures and replays, one job after the other.
 *
 * Layers beneath: measure.ts, replay.ts.
 */
import { parentPort } from "node:worker_threads";
import { OptionError } from "#node/options.ts";
import { SpawnError } from "#system/spawn-error.ts";
import type { Answer, Job } from "./job.ts";
import { ManagerWatch } from "./manager-watch.ts";
import { measure } from "./measure.ts";
import type { RunConfig } from "./measurement.ts";
import { endOf, liveOutcome, replayOutcome } from "./outcome.ts";
import type { Point } from "./plan.ts";
import { replay } from "./replay.ts";
import { plainTrace, type ReferenceSink, type Trace, TraceBuilder } from "./trace.ts";
import { TraceSpool } from "./trace-spool.ts";
import { TraceWriter } from "./trace-text.ts";

/** The measurement that a live point stands for. */
function runConfig(point: Point): RunConfig {
  const { method: _method, workload: _workload, disk, virtualClock, mounts, ...rest } = point;
  if (disk === undefined || virtualClock === undefined) throw new TypeError("a live point without disk or clock");
  return { ...rest, disk, virtualClock, ...(mounts === undefined ? {} : { mounts: [...mounts] }) };
}

const watchOf = (memory: SharedArrayBuffer | undefined): Pick<RunConfig, "watch"> =>
  memory === undefined ? {} : { watch: new ManagerWatch(memory) };

/** Tells several. */
const allOf = (sinks: readonly ReferenceSink[]): ReferenceSink => ({
  task: (...told) => sinks.forEach((sink) => sink.task(...told)),
  reference: (...told) => sinks.forEach((sink) => sink.reference(...told)),
  dropped: (...told) => sinks.forEach((sink) => sink.dropped(...told)),
  placed: (...told) => sinks.forEach((sink) => sink.placed(...told)),
  displaced: (...told) => sinks.forEach((sink) => sink.displaced(...told)),
});

let held: Trace | undefined;

async function perform(job: Job): Promise<Answer> {
  const { point } = job;
  switch (job.kind) {
    case "live":
      return { kind: "outcome", outcome: liveOutcome(point, await measure({ ...runConfig(point), ...watchOf(job.watch) })) };
    case "record": {
      const writer = job.file === undefined ? undefined : new TraceWriter(job.file);
      const trace = job.spool === undefined ? undefined : new TraceBuilder(undefined, new TraceSpool(job.spool));
      const { status, output } = await measure({ ...runConfig(point), record: allOf([writer, trace].flatMap((sink) => sink ?? [])) });
      writer?.close();
      return { kind: "recorded", ...(trace ? { trace: plainTrace(trace) } : {}), end: endOf(status, output) };
    }
    case "replay": {
      held = job.trace ?? held;
      if (held === undefined) throw new TypeError("a replay without a trace");
      const { policy, frames, scope, readAhead, cluster, seed } = point;
      const result = replay(held, policy, { frames, scope, readAhead, cluster, seed });
      return { kind: "outcome", outcome: replayOutcome(point, result) };
    }
  }
}

function failed(error: unknown): Answer {
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  if (error instanceof SpawnError) return { kind: "failed", usage: true, message };
  // A file that cannot be written is the user's to mend, too.
  const usage = error instanceof OptionError || (error instanceof Error && "syscall" in error);
  return { kind: "failed", usage, message: usage ? message : (stack ?? message) };
}

parentPort?.on("message", (job: Job) => {
  perform(job).then(
    (answer) => parentPort?.postMessage(answer),
    (error: unknown) => parentPort?.postMessage(failed(error)),
  );
});
