/**
 * A worker of `lites paging`: measures and replays, one job after the other.
 *
 * Layers beneath: measure.ts, replay.ts.
 */
import { parentPort } from "node:worker_threads";
import { OptionError } from "#host/options.ts";
import { SpawnError } from "#host/system.ts";
import type { Answer, Job } from "./job.ts";
import { ManagerWatch } from "./manager-watch.ts";
import { measure } from "./measure.ts";
import type { RunConfig } from "./measurement.ts";
import { endOf, liveOutcome, replayOutcome } from "./outcome.ts";
import type { Point } from "./plan.ts";
import { replay } from "./replay.ts";
import { sharedTrace } from "./shared-trace.ts";
import { type Trace, TraceBuilder } from "./trace.ts";

/** The measurement that a live point stands for. */
function runConfig(point: Point): RunConfig {
  const { method: _method, workload: _workload, disk, virtualClock, mounts, ...rest } = point;
  if (disk === undefined || virtualClock === undefined) throw new TypeError("a live point without disk or clock");
  return { ...rest, disk, virtualClock, ...(mounts === undefined ? {} : { mounts: [...mounts] }) };
}

const watchOf = (memory: SharedArrayBuffer | undefined): Pick<RunConfig, "watch"> =>
  memory === undefined ? {} : { watch: new ManagerWatch(memory) };

let held: Trace | undefined;

async function perform(job: Job): Promise<Answer> {
  const { point } = job;
  switch (job.kind) {
    case "live":
      return { kind: "outcome", outcome: liveOutcome(point, await measure({ ...runConfig(point), ...watchOf(job.watch) })) };
    case "record": {
      const record = new TraceBuilder();
      const { status, output } = await measure({ ...runConfig(point), record });
      return { kind: "recorded", trace: sharedTrace(record), end: endOf(status, output) };
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

function failed({ point }: Job, error: unknown): Answer {
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  if (error instanceof SpawnError) return { kind: "failed", usage: true, message: `${point.command[0]}: ${message}` };
  const usage = error instanceof OptionError;
  return { kind: "failed", usage, message: usage ? message : (stack ?? message) };
}

parentPort?.on("message", (job: Job) => {
  perform(job).then(
    (answer) => parentPort?.postMessage(answer),
    (error: unknown) => parentPort?.postMessage(failed(job, error)),
  );
});
