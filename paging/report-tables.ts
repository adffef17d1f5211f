/**
 * Results as tables for a terminal.
 *
 * Layer beneath: report-rows.ts, figures.ts, text-table.ts.
 */
import { FIGURES, type FigureRow, figureCell } from "./figures.ts";
import { STAGES, type TaskFigures } from "./measurement.ts";
import { misses, type Outcome } from "./outcome.ts";
import { isBound, policyText } from "./plan.ts";
import { byWorkload, referencesIn, type RowSet, rowsOf } from "./report-rows.ts";
import { type Cell, textTable } from "./text-table.ts";

/** Sizes that stand side by side; a longer sweep goes on below. */
const FRAMES_A_TABLE = 10;

/** One size: all figures that any outcome has in one table. */
function figureTable({ names, rows }: RowSet, figures: readonly FigureRow[], references: number | undefined): string {
  const known = figures.filter(({ value }) => rows.some(({ outcomes }) => value(outcomes[0]!, references) !== undefined));
  return textTable(
    [...names, ...known.map(({ title }) => title)],
    rows.map(({ labels, outcomes }) => [...labels, ...known.map((figure) => figureCell(figure, outcomes[0]!, references))]),
  );
}

/** Several sizes: a table for a figure. Empty when no outcome has it. */
function sizeTables({ names, rows, frames }: RowSet, figure: FigureRow, references: number | undefined): string {
  const parts: string[] = [];
  for (let first = 0; first < frames.length; first += FRAMES_A_TABLE) {
    const columns = frames.slice(first, first + FRAMES_A_TABLE);
    const body = rows.map(({ labels, outcomes }): Cell[] => [
      ...labels,
      ...columns.map((size) => {
        const outcome = outcomes.find(({ point }) => point.frames === size);
        return outcome && figureCell(figure, outcome, references);
      }),
    ]);
    if (body.some((row) => row.slice(names.length).some((cell) => cell !== undefined))) {
      parts.push(textTable([...names, ...columns.map((size) => `${size} frames`)], body));
    }
  }
  return parts.length === 0 ? "" : `  ${figure.title}\n${parts.join("\n")}`;
}

const TASK_FIGURES: readonly (readonly [string, (task: TaskFigures) => number | undefined])[] = [
  ["references", (task) => task.references],
  ["faults", (task) => task.faults],
  ["misses", misses],
  ["zero-fill", (task) => task.zeroFills],
  ["copy", (task) => task.copies],
  ["page-in", (task) => task.pageIns],
  ["and copy", (task) => task.pageInCopies],
  ["protect", (task) => task.protections],
  ["lost", (task) => task.forgotten],
  ["source", (task) => task.sources],
  ["refused", (task) => task.refused],
  ["ahead", (task) => task.readAheads],
  ["page-out", (task) => task.pageOuts],
  ["flush", (task) => task.flushes],
  ["IPCs", (task) => task.ipcs],
  ["words", (task) => task.words],
  ["instructions", (task) => task.instructions],
];

function taskTables({ names, rows }: RowSet): string[] {
  return rows.flatMap(({ labels, outcomes }) =>
    outcomes
      .filter(({ tasks }) => tasks.length > 0)
      .map(({ point, tasks }) => {
        const columns = TASK_FIGURES.filter(([, value]) => tasks.some((task) => value(task)));
        const title = [...names.flatMap((name, i) => (labels[i] === "" ? [] : [`${name} ${labels[i]}`])), `${point.frames} frames`].join(
          ", ",
        );
        return `  ${title}\n${textTable(
          ["task", "name", ...columns.map(([head]) => head)],
          tasks.map((task) => [String(task.task), task.name, ...columns.map(([, value]) => value(task))]),
        )}`;
      }),
  );
}

function stageTable({ names, rows }: RowSet): string {
  const measured = rows.flatMap(({ labels, outcomes }) =>
    outcomes.flatMap(({ point, stages }) => (stages ? [{ labels, point, stages }] : [])),
  );
  if (measured.length === 0) return "";
  return `  host nanoseconds of a fault, by stage\n${textTable(
    [...names, "frames", ...STAGES, "sum"],
    measured.map(({ labels, point, stages }) => [
      ...labels,
      point.frames,
      ...STAGES.map((stage) => Math.round(stages[stage])),
      Math.round(STAGES.reduce((sum, stage) => sum + stages[stage], 0)),
    ]),
  )}`;
}

/** Among live runs: which policies were not live. */
function replayNote(outcomes: readonly Outcome[]): string {
  const replayed = outcomes.filter(({ point }) => point.method === "replay");
  if (replayed.length === 0 || replayed.length === outcomes.length) return "";
  const names = [...new Set(replayed.map(({ point }) => policyText(point.policy)))].join(", ");
  return `  ${names}: replayed from the references of a run that did not page${isBeaten(outcomes) ? "; here processes took other turns in it" : ""}\n`;
}

/** Whether a live run had fewer misses than OPT: with several processes it may, for they take turns as their faults let them. */
function isBeaten(outcomes: readonly Outcome[]): boolean {
  const missesOf = FIGURES.find(({ name }) => name === "misses")!.value;
  const bounds = outcomes.filter(({ point }) => isBound(point.policy));
  return outcomes.some((outcome) => {
    const { frames, readAhead, method, manager } = outcome.point;
    if (method !== "live" || readAhead > 0 || manager !== undefined) return false;
    return bounds.some((bound) => bound.point.frames === frames && missesOf(outcome, undefined)! < missesOf(bound, undefined)!);
  });
}

/**
 * All tables.
 * @param figureNames figures to show, as in FIGURES
 * @param tasks whether there is a table of the tasks of each run
 */
export function tablesText(outcomes: readonly Outcome[], figureNames: readonly string[], tasks: boolean): string {
  const figures = FIGURES.filter(({ name }) => figureNames.includes(name));
  const sections = [...byWorkload(outcomes)].map(([workload, group]) => {
    const set = rowsOf(group);
    const references = referencesIn(group);
    const parts =
      set.frames.length === 1 ? [figureTable(set, figures, references)] : figures.map((figure) => sizeTables(set, figure, references));
    if (tasks) parts.push(...taskTables(set));
    parts.push(stageTable(set), replayNote(group));
    const size = set.frames.length === 1 ? `, ${set.frames[0]} frames` : "";
    const known = references === undefined ? "" : `, ${references} reference${references === 1 ? "" : "s"}`;
    return `${workload}${size}${known}\n\n${parts.filter((part) => part !== "").join("\n")}`;
  });
  return sections.join("\n");
}
