/**
 * Does what a request asks for: sweep, tables, files.
 *
 * Layer beneath: sweep.ts and the reports.
 */
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { OptionError } from "#node/options.ts";
import { needPackages } from "./optional-packages.ts";
import type { Request } from "./cli-options.ts";
import type { Job, RecordJob } from "./job.ts";
import type { End, Outcome } from "./outcome.ts";
import { pointKey, pointsOf, policyText, recordingsOf, type TraceSource } from "./plan.ts";
import { Progress } from "./progress.ts";
import { csvText, jsonText } from "./report-files.ts";
import { tablesText } from "./report-tables.ts";
import { ResumeFile } from "./resume-file.ts";
import { sweep } from "./sweep.ts";
import { plainTrace, type Trace } from "./trace.ts";
import { TraceError } from "./trace-error.ts";
import { readTrace } from "./trace-file.ts";
import { TraceSpool } from "./trace-spool.ts";
import { partOf } from "./trace-text.ts";
import { isBuiltIn } from "./workloads.ts";

const INTERRUPTED_STATUS = 130;
const FAILED_STATUS = 1;

/** Finds wrong paths before the work and not after; makes the folder of the plots. */
function prepareFiles({ json, csv, svg, record, resume }: Request["files"]): void {
  for (const file of [json, csv, record, resume]) {
    if (file === undefined) continue;
    if (!statSync(dirname(file), { throwIfNoEntry: false })?.isDirectory()) throw new OptionError(`no folder for the file '${file}'`);
    if (statSync(file, { throwIfNoEntry: false })?.isDirectory()) throw new OptionError(`'${file}' is a folder`);
  }
  const found = svg === undefined ? undefined : statSync(svg, { throwIfNoEntry: false });
  if (svg === undefined || found?.isDirectory()) return;
  if (found) throw new OptionError(`'${svg}' is not a folder`);
  try {
    mkdirSync(svg);
  } catch (error) {
    throw new OptionError(`cannot make the folder '${svg}': ${error instanceof Error ? error.message : String(error)}`);
  }
}

const jobText = ({ kind, point }: Job): string =>
  kind === "record" ? `${point.workload}: recording` : `${point.workload}: ${policyText(point.policy)}, ${point.frames} frames`;

/** How the runs of a workload ended. */
class Ends {
  readonly #ends = new Map<string, End[]>();

  add(workload: string, end: End | undefined): void {
    if (end) this.#ends.set(workload, [...(this.#ends.get(workload) ?? []), end]);
  }

  /** What the user should know: commands that failed, and built-in workloads that did not always compute the same. */
  complaints(builtIn: boolean): string[] {
    return [...this.#ends].flatMap(([workload, ends]) => {
      const failed = ends.find(({ status }) => status !== 0);
      if (failed) return [`${workload}: exit status ${failed.status}${failed.complaint ? `: ${failed.complaint}` : ""}`];
      const results = new Set(ends.map(({ output }) => output));
      return builtIn && results.size > 1 ? [`${workload}: the runs computed different results`] : [];
    });
  }
}

const writeText = (file: string | undefined, text: () => string): void => {
  if (file !== undefined) writeFileSync(file, text());
};

/** Workloads whose references are needed: by replays that are not finished and by plots, and then as a trace, or in a file of the user's. */
function recordings({ plan, files }: Request, finished: ReadonlyMap<string, Outcome>, spool: string): RecordJob[] {
  const replayed = pointsOf(plan).filter((point) => point.method === "replay" && !finished.has(pointKey(point)));
  const wanted = new Set(replayed.map(({ workload }) => workload));
  return recordingsOf(plan)
    .map(
      (point): RecordJob => ({
        kind: "record",
        point,
        ...(files.record === undefined ? {} : { file: files.record }),
        ...(files.svg !== undefined || wanted.has(point.workload) ? { spool } : {}),
      }),
    )
    .filter(({ file, spool: folder }) => file !== undefined || folder !== undefined);
}

/** The trace that is replayed instead of workloads. */
async function givenTrace(
  { name, file, form }: TraceSource,
  traces: Map<string, Trace>,
  folder: string,
  signal: AbortSignal,
): Promise<void> {
  try {
    const options = { spool: new TraceSpool(folder), signal };
    traces.set(name, plainTrace(await readTrace(file, form === undefined ? options : { ...options, form })));
  } catch (error) {
    if (error instanceof TraceError || (error instanceof Error && "code" in error)) throw new OptionError(`${file}: ${error.message}`);
    throw error;
  }
}

/** Tells of Ctrl-C while the work goes on. */
async function interruptible<Result>(work: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
  const abort = new AbortController();
  const interrupt = (): void => abort.abort();
  process.on("SIGINT", interrupt);
  process.on("SIGTERM", interrupt);
  try {
    return await work(abort.signal);
  } finally {
    process.off("SIGINT", interrupt);
    process.off("SIGTERM", interrupt);
  }
}

/** Makes a folder for parts of traces that are too long for memory, and removes it after the work, with what is left of a trace that was recorded. */
async function withSpool<Result>(record: string | undefined, work: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), "lites-traces-"));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true });
    if (record !== undefined) rmSync(partOf(record), { force: true });
  }
}

/** Returns the exit status. Throws OptionError for what makes no sense. */
export async function run(request: Request): Promise<number> {
  prepareFiles(request.files);
  return withSpool(request.files.record, (spool) => interruptible((signal) => runInFolder(request, spool, signal)));
}

async function runInFolder(request: Request, spool: string, signal: AbortSignal): Promise<number> {
  const { plan, files, quiet } = request;
  const resume = files.resume === undefined ? undefined : new ResumeFile(files.resume);
  const finished = resume?.finished ?? new Map<string, Outcome>();
  const points = pointsOf(plan);
  const traces = new Map<string, Trace>();
  // Loaded before the work, so that nothing is missing after it.
  if (files.svg !== undefined) await needPackages(["vega", "vega-lite"], "--svg");
  const charts = files.svg === undefined ? undefined : await import("./charts.ts");
  const recorded = recordings(request, finished, spool);
  const progress = new Progress(recorded.length + points.filter((point) => !finished.has(pointKey(point))).length, process.stderr, !quiet);
  const ends = new Ends();
  let outcomes: Outcome[] = points.flatMap((point) => finished.get(pointKey(point)) ?? []);
  try {
    if (plan.trace) {
      progress.begin(`reading ${plan.trace.name}`);
      await givenTrace(plan.trace, traces, spool, signal);
    }
    outcomes = await sweep({
      points,
      recordings: recorded,
      traces,
      finished,
      jobs: request.jobs,
      patience: request.patience,
      signal,
      onBegin: (job) => progress.begin(jobText(job)),
      onEnd: (job, answer) => {
        if (answer.kind === "outcome") resume?.add(answer.outcome);
        else ends.add(job.point.workload, answer.end);
        progress.end(jobText(job));
      },
    });
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    progress.clear();
  }
  if (signal.aborted) {
    const advice = files.resume === undefined ? "" : `; the same command goes on from '${files.resume}'`;
    process.stderr.write(`lites paging: stopped: ${outcomes.length} of ${points.length} runs are finished${advice}\n`);
    return INTERRUPTED_STATUS;
  }
  for (const { point, end } of outcomes) ends.add(point.workload, end);
  if (!quiet) process.stdout.write(tablesText(outcomes, request.figures, request.tasks, process.stdout.columns));
  writeText(files.json, () => jsonText(plan, outcomes));
  writeText(files.csv, () => csvText(outcomes));
  if (charts && files.svg !== undefined) {
    for (const { name, svg } of await charts.drawCharts(outcomes, (workload) => traces.get(workload)))
      writeFileSync(join(files.svg, `${name}.svg`), svg);
  }
  const complaints = ends.complaints(plan.workloads.every(isBuiltIn));
  for (const text of complaints) process.stderr.write(`lites paging: ${text}\n`);
  return complaints.length > 0 ? FAILED_STATUS : 0;
}
