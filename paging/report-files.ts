/**
 * Results as JSON and CSV.
 *
 * Layer beneath: outcome.ts, figures.ts.
 */
import { diskText } from "./disk-models.ts";
import { FIGURES } from "./figures.ts";
import { STAGES, type TaskFigures } from "./measurement.ts";
import type { Outcome } from "./outcome.ts";
import { type Plan, policyText } from "./plan.ts";
import { referencesIn } from "./report-rows.ts";

const FORM = "lites paging results 1";

/** The plan and every outcome with all that it has. */
export const jsonText = (plan: Plan, outcomes: readonly Outcome[]): string =>
  `${JSON.stringify({ form: FORM, plan, outcomes }, undefined, 1)}\n`;

type Field = string | number | undefined;

const quoted = (field: Field): string => {
  const text = field === undefined ? "" : String(field);
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

/** A task's counters as an outcome, so that figures can be taken from it. */
const ofTask = (outcome: Outcome, task: TaskFigures): Outcome => {
  const { virtualNs: _virtualNs, disk: _disk, stages: _stages, cold: _cold, ...rest } = outcome;
  return { ...rest, total: task, tasks: [] };
};

/** A line for each run, task "all", and one for each of its tasks. */
export function csvText(outcomes: readonly Outcome[]): string {
  const staged = outcomes.some(({ stages }) => stages !== undefined);
  const settings = ["workload", "method", "policy", "frames", "scope", "read-ahead", "cluster", "disk", "seed", "status", "task"];
  const head = [...settings, ...FIGURES.map(({ name }) => name), ...(staged ? STAGES.map((stage) => `${stage}-ns`) : [])];
  const line = (outcome: Outcome, task: string, references: number | undefined): Field[] => {
    const { point } = outcome;
    return [
      point.workload,
      point.method,
      policyText(point.policy),
      point.frames,
      point.scope,
      point.readAhead,
      point.cluster,
      point.disk && diskText(point.disk),
      point.seed,
      outcome.end?.status,
      task,
      ...FIGURES.map(({ value }) => value(outcome, references)),
      ...(staged ? STAGES.map((stage) => outcome.stages?.[stage]) : []),
    ];
  };
  const lines = outcomes.flatMap((outcome) => {
    const references = referencesIn(outcomes.filter(({ point }) => point.workload === outcome.point.workload));
    return [
      line(outcome, "all", references),
      ...outcome.tasks.map((task) => line(ofTask(outcome, task), `${task.name} (${task.task})`, undefined)),
    ];
  });
  return [head, ...lines].map((fields) => `${fields.map(quoted).join(",")}\n`).join("");
}
