/**
 * Results as tables for a terminal.
 *
 * Layer beneath: report-rows.ts, figures.ts, text-table.ts.
 */
import { FIGURES, type FigureRow, figureCell } from "./figures.ts";
import { STAGES, type TaskFigures } from "./measurement.ts";
import { isModule, managerName } from "./manager-module.ts";
import { misses, type Outcome } from "./outcome.ts";
import { isBound, policyText } from "./plan.ts";
import { byWorkload, referencesIn, type RowSet, rowsOf } from "./report-rows.ts";
import { type Cell, textTable } from "./text-table.ts";

/** Sizes that stand side by side at the most; a longer sweep goes on below. */
const FRAMES_A_TABLE = 10;

const widthOf = (table: string | undefined): number => Math.max(0, ...(table ?? "").split("\n").map((line) => line.length));

/** One size: all figures that any outcome has in one table, side by side or, where the width does not allow it, one below the other. */
function figureTable({ names, rows }: RowSet, figures: readonly FigureRow[], references: number | undefined, width: number): string {
  const known = figures.filter(({ value }) => rows.some(({ outcomes }) => value(outcomes[0]!, references) !== undefined));
  const cells = known.map((figure) => rows.map(({ outcomes }) => figureCell(figure, outcomes[0]!, references)));
  const wide = textTable(
    [...names, ...known.map(({ title }) => title)],
    rows.map(({ labels }, row) => [...labels, ...cells.map((values) => values[row])]),
  );
  if (widthOf(wide) <= width) return wide;
  return textTable(
    ["", ...rows.map(({ title }) => title)],
    known.map(({ title }, figure) => [title, ...cells[figure]!]),
  );
}

/** A table for a figure, with a column for each size; undefined when no outcome has it. */
function sizeTable(
  { names, rows }: RowSet,
  figure: FigureRow,
  references: number | undefined,
  sizes: readonly number[],
): string | undefined {
  const body = rows.map(({ labels, outcomes }): Cell[] => [
    ...labels,
    ...sizes.map((size) => {
      const outcome = outcomes.find(({ point }) => point.frames === size);
      return outcome && figureCell(figure, outcome, references);
    }),
  ]);
  const isKnown = body.some((row) => row.slice(names.length).some((cell) => cell !== undefined));
  return isKnown ? textTable([...names, ...sizes.map((size) => `${size} frames`)], body) : undefined;
}

/** Several sizes: as many side by side as the width allows. Empty when no outcome has the figure. */
function sizeTables(set: RowSet, figure: FigureRow, references: number | undefined, width: number): string {
  const { frames } = set;
  const tables = (count: number): (string | undefined)[] =>
    Array.from({ length: Math.ceil(frames.length / count) }, (_, number) =>
      sizeTable(set, figure, references, frames.slice(number * count, (number + 1) * count)),
    );
  let count = Math.min(FRAMES_A_TABLE, frames.length);
  while (count > 1 && tables(count).some((table) => widthOf(table) > width)) count--;
  const parts = tables(count).filter((table) => table !== undefined);
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

/** Whose time lacks that of a disk. */
function managerNote(outcomes: readonly Outcome[]): string {
  const managers = outcomes.flatMap(({ point: { manager } }) => (manager && !isModule(manager) ? [managerName(manager)] : []));
  return managers.length === 0 ? "" : `  ${managers[0]}: pages to a file in memory, so that its time has none of the disk\n`;
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
 * @param width characters in a line of a terminal: what would go beyond it stands below
 */
export function tablesText(outcomes: readonly Outcome[], figureNames: readonly string[], tasks: boolean, width = Infinity): string {
  const figures = FIGURES.filter(({ name }) => figureNames.includes(name));
  const sections = [...byWorkload(outcomes)].map(([workload, group]) => {
    const set = rowsOf(group);
    const references = referencesIn(group);
    const parts =
      set.frames.length === 1
        ? [figureTable(set, figures, references, width)]
        : figures.map((figure) => sizeTables(set, figure, references, width));
    if (tasks) parts.push(...taskTables(set));
    parts.push(stageTable(set), replayNote(group), managerNote(group));
    const size = set.frames.length === 1 ? `, ${set.frames[0]} frames` : "";
    const known = references === undefined ? "" : `, ${references} reference${references === 1 ? "" : "s"}`;
    return `${workload}${size}${known}\n\n${parts.filter((part) => part !== "").join("\n")}`;
  });
  return sections.join("\n");
}
