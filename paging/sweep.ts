/**
 * Runs the points of a plan on workers, several at a time.
 *
 * Replays wait until the trace of their workload is recorded. Workers are threads of their own, so that Ctrl-C is heard while a
 * guest computes, and ends them at once. Layer beneath: worker.ts, which does the work.
 */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { OptionError } from "#node/options.ts";
import type { Answer, Job, RecordJob } from "./job.ts";
import { managerName } from "./manager-module.ts";
import { ManagerWatch } from "./manager-watch.ts";
import type { Outcome } from "./outcome.ts";
import { type Point, pointKey } from "./plan.ts";
import type { Trace } from "./trace.ts";

export type Success = Exclude<Answer, { kind: "failed" }>;

export interface SweepOptions {
  readonly points: readonly Point[];
  readonly recordings: readonly RecordJob[];
  /** Traces by workload: those that are there already, and then those that are recorded. */
  readonly traces: Map<string, Trace>;
  /** Results of an earlier sweep, by pointKey. */
  readonly finished: ReadonlyMap<string, Outcome>;
  readonly jobs: number;
  /** Seconds that a manager's module may compute without a kernel call. */
  readonly patience: number;
  readonly signal: AbortSignal;
  readonly onBegin: (job: Job) => void;
  readonly onEnd: (job: Job, answer: Success) => void;
}

/** The worker's program, seen from this module: in dist/, beside the bundle or below the source tree. */
function workerFile(): string {
  const beside = fileURLToPath(new URL("./paging-worker.js", import.meta.url));
  return existsSync(beside) ? beside : fileURLToPath(new URL("../dist/paging-worker.js", import.meta.url));
}

/** Does one job; rejects with OptionError when the job makes no sense, with Error when it failed. */
function perform(worker: Worker, job: Job): Promise<Success> {
  return new Promise((resolve, reject) => {
    const listeners = {
      message: (answer: Answer): void => {
        end();
        if (answer.kind === "failed") reject(answer.usage ? new OptionError(answer.message) : new Error(answer.message));
        else resolve(answer);
      },
      error: (error: Error): void => {
        end();
        reject(error);
      },
      exit: (): void => {
        end();
        reject(new Error("a worker ended"));
      },
    };
    const end = (): void => {
      for (const [event, listener] of Object.entries(listeners)) worker.off(event, listener);
    };
    for (const [event, listener] of Object.entries(listeners)) worker.on(event, listener);
    worker.postMessage(job);
  });
}

/** As perform(); ends a worker whose manager does not come to an end, and rejects with OptionError. */
async function performWatched(worker: Worker, job: Job, patience: number): Promise<Success> {
  const { manager } = job.point;
  if (job.kind !== "live" || manager === undefined) return perform(worker, job);
  const watch = new ManagerWatch();
  let isLate = false;
  const end = watch.begin(patience, () => {
    isLate = true;
    void worker.terminate();
  });
  try {
    return await perform(worker, { ...job, watch: watch.memory });
  } catch (error) {
    if (!isLate) throw error;
    throw new OptionError(`the manager '${managerName(manager)}' computes for ${patience} s without a yield*: it was stopped`);
  } finally {
    end();
  }
}

/** What is to be done, and in which order. */
class Queue {
  readonly #waiting: Job[];
  readonly #traces: ReadonlyMap<string, Trace>;
  #wake: () => void = () => {};
  #woken: Promise<void> = Promise.resolve();

  constructor(jobs: Job[], traces: ReadonlyMap<string, Trace>) {
    this.#waiting = jobs;
    this.#traces = traces;
    this.changed();
  }

  get empty(): boolean {
    return this.#waiting.length === 0;
  }

  /** The first job that can be done; undefined when all wait for recordings. */
  take(): Job | undefined {
    const at = this.#waiting.findIndex(({ kind, point }) => kind !== "replay" || this.#traces.has(point.workload));
    return at < 0 ? undefined : this.#waiting.splice(at, 1)[0];
  }

  /** Wakes those that wait: a recording is there, or nothing more will be. */
  changed(): void {
    this.#wake();
    this.#woken = new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
  }

  wait(): Promise<void> {
    return this.#woken;
  }
}

/**
 * Outcomes in the order of the points. After an abort, those that were finished. Rejects with the first error; then, too, no worker
 * is left behind.
 */
export async function sweep({
  points,
  recordings,
  traces,
  finished,
  jobs,
  patience,
  signal,
  onBegin,
  onEnd,
}: SweepOptions): Promise<Outcome[]> {
  const outcomes = new Map(finished);
  const missing = points.filter((point) => !outcomes.has(pointKey(point)));
  const work: Job[] = [...recordings, ...missing.map((point): Job => ({ kind: point.method, point }))];
  const count = Math.min(jobs, work.length);
  const queue = new Queue(work, traces);
  const workers = new Set<Worker>();
  let failure: unknown;
  const stop = (): void => {
    for (const worker of workers) void worker.terminate();
    queue.changed();
  };
  signal.addEventListener("abort", stop);

  const labour = async (): Promise<void> => {
    let worker: Worker | undefined;
    let held: string | undefined;
    try {
      while (!queue.empty && failure === undefined && !signal.aborted) {
        const job = queue.take();
        if (job === undefined) {
          await queue.wait();
          continue;
        }
        if (worker === undefined) {
          worker = new Worker(workerFile());
          workers.add(worker);
        }
        onBegin(job);
        const { workload } = job.point;
        const given = job.kind === "replay" && held !== workload ? { ...job, trace: traces.get(workload)! } : job;
        if (job.kind === "replay") held = workload;
        const answer = await performWatched(worker, given, patience);
        if (answer.kind === "recorded") {
          if (answer.trace) traces.set(workload, answer.trace);
        } else outcomes.set(pointKey(answer.outcome.point), answer.outcome);
        onEnd(job, answer);
        queue.changed();
      }
    } catch (error) {
      if (!signal.aborted) failure ??= error;
      stop();
    } finally {
      if (worker) {
        workers.delete(worker);
        await worker.terminate();
      }
    }
  };
  await Promise.all(Array.from({ length: count }, labour));
  signal.removeEventListener("abort", stop);
  if (failure !== undefined) throw failure;
  return points.flatMap((point) => outcomes.get(pointKey(point)) ?? []);
}
