/**
 * Results as plots: SVG documents by vega-lite.
 *
 * Layer beneath: report-rows.ts, figures.ts, reference-map.ts.
 */
import { parse, View } from "vega";
import { compile, type TopLevelSpec } from "vega-lite";
import { png } from "./bitmap.ts";
import { FIGURES, type FigureRow } from "./figures.ts";
import { STAGES } from "./measurement.ts";
import { pointsOfCurve } from "./miss-curve.ts";
import type { Outcome } from "./outcome.ts";
import { referenceMap } from "./reference-map.ts";
import { isBound } from "./plan.ts";
import { byWorkload, referencesIn, type Row, rowsOf } from "./report-rows.ts";
import type { Trace } from "./trace.ts";

/** Name of the file without its end, and what it holds. */
export interface Chart {
  readonly name: string;
  readonly svg: string;
}

const WIDTH = 560;
const HEIGHT = 320;
/** Legends show their entries whole. */
const LABEL_LIMIT = 0;
const STYLE = {
  background: "white",
  config: { font: "sans-serif", view: { continuousWidth: WIDTH, continuousHeight: HEIGHT }, legend: { labelLimit: LABEL_LIMIT } },
} as const;

/** Tells policies apart; the bound is black. */
const COLOURS = [
  "#d1495b",
  "#00798c",
  "#edae49",
  "#30638e",
  "#8f5fbf",
  "#66a182",
  "#e07a3f",
  "#a23b72",
  "#4f9dd0",
  "#8a817c",
  "#b5a642",
] as const;
const BOUND_COLOUR = "#222222";

async function draw(spec: TopLevelSpec): Promise<string> {
  const view = new View(parse(compile({ ...STYLE, ...spec } as TopLevelSpec).spec), { renderer: "none" });
  try {
    return `${await view.toSVG()}\n`;
  } finally {
    view.finalize();
  }
}

/** A part of a file name. */
const slug = (text: string): string =>
  text
    .replaceAll(/[^A-Za-z0-9.=]+/g, "-")
    .replaceAll(/^-+|-+$/g, "")
    .slice(0, 60) || "workload";

/** Colour by label, in the order of the tables. */
function colours(rows: readonly Row[]): {
  field: string;
  type: "nominal";
  title: null;
  sort: null;
  scale: { domain: string[]; range: string[] };
} {
  const domain = rows.map(({ title }) => title);
  let next = 0;
  const range = rows.map(({ outcomes }) =>
    outcomes.some(({ point }) => isBound(point.policy)) ? BOUND_COLOUR : COLOURS[next++ % COLOURS.length]!,
  );
  return { field: "row", type: "nominal", title: null, sort: null, scale: { domain, range } };
}

/** Values that differ by more than this are drawn on a logarithmic axis. */
const LINEAR_RANGE = 20;

const figure = (name: string): FigureRow => FIGURES.find((row) => row.name === name)!;

/** Misses per reference, or misses where nobody counted references, by the number of frames. */
function curveChart(workload: string, outcomes: readonly Outcome[]): Promise<string> | undefined {
  const { rows, frames } = rowsOf(outcomes);
  if (frames.length < 2) return undefined;
  const references = referencesIn(outcomes);
  const { value, title } = figure(references === undefined ? "misses" : "ratio");
  const values = rows.flatMap((row) =>
    row.outcomes.map((outcome) => ({ row: row.title, frames: outcome.point.frames, y: value(outcome, references) })),
  );
  const heights = values.flatMap(({ y }) => y ?? []);
  const wide = Math.min(...heights) > 0 && Math.max(...heights) > LINEAR_RANGE * Math.min(...heights);
  return draw({
    title: { text: "Misses by memory size", subtitle: workload },
    data: { values },
    mark: { type: "line", point: frames.length <= 24, strokeWidth: 1.8 },
    encoding: {
      x: { field: "frames", type: "quantitative", title: "page frames", scale: { zero: false, nice: false } },
      y: { field: "y", type: "quantitative", title, scale: wide ? { type: "log", nice: false } : { zero: true } },
      color: colours(rows),
    },
  } as TopLevelSpec);
}

/** Misses that happened up to each moment, for the size in the middle. */
function missesChart(workload: string, outcomes: readonly Outcome[]): Promise<string> | undefined {
  const { rows, frames } = rowsOf(outcomes);
  const size = frames[Math.floor(frames.length / 2)];
  const shown = rows.flatMap((row) => row.outcomes.filter(({ point }) => point.frames === size).map((outcome) => ({ row, outcome })));
  const values = shown.flatMap(({ row, outcome: { missCurve } }) =>
    pointsOfCurve(missCurve).map((point) => ({ row: row.title, ...point })),
  );
  if (values.length === 0) return undefined;
  return draw({
    title: { text: `Misses over time, ${size} frames`, subtitle: workload },
    data: { values },
    mark: { type: "line", strokeWidth: 1.8 },
    encoding: {
      x: { field: "time", type: "quantitative", title: "instructions executed", axis: { format: "~s" }, scale: { zero: false } },
      y: { field: "misses", type: "quantitative", title: "misses so far" },
      color: colours(rows),
    },
  } as TopLevelSpec);
}

function stagesChart(workload: string, outcomes: readonly Outcome[]): Promise<string> | undefined {
  const { rows, frames } = rowsOf(outcomes);
  const values = rows.flatMap((row) =>
    row.outcomes.flatMap(({ point, stages }) => {
      if (stages === undefined) return [];
      const label = frames.length > 1 ? `${row.title}, ${point.frames} frames` : row.title;
      return STAGES.map((stage, order) => ({ label, stage, order, nanoseconds: stages[stage] }));
    }),
  );
  if (values.length === 0) return undefined;
  return draw({
    title: { text: "Host time of a fault by stage", subtitle: workload },
    data: { values },
    height: { step: 20 },
    mark: "bar",
    encoding: {
      y: { field: "label", type: "nominal", title: null, sort: null, axis: { labelLimit: 300 } },
      x: { field: "nanoseconds", type: "quantitative", title: "nanoseconds", stack: "zero" },
      color: {
        field: "stage",
        type: "nominal",
        title: null,
        sort: [...STAGES],
        scale: { domain: [...STAGES], range: COLOURS.slice(0, STAGES.length) },
      },
      order: { field: "order", type: "quantitative" },
    },
  } as TopLevelSpec);
}

/** Cells of a reference map, and their colours: reads, writes, fetches. */
const MAP_COLUMNS = WIDTH;
const MAP_ROWS = HEIGHT;
const MAP_KINDS = [
  ["read", [0x00, 0x79, 0x8c]],
  ["write", [0xd1, 0x49, 0x5b]],
  ["fetch", [0xed, 0xae, 0x49]],
] as const;
/** How much of its colour a cell with one reference has, and how many references it takes for all of it. */
const FAINTEST = 0.4;
const FULL = 64;

/** Pages against time; a cell mixes the colours of what it was used for, the stronger the more references it has. */
function mapChart(workload: string, trace: Trace): Promise<string> {
  const map = referenceMap(trace, MAP_COLUMNS, MAP_ROWS);
  const { columns, rows, counts } = map;
  const pixels = new Uint8Array(columns * rows * 3).fill(255);
  for (let cell = 0; cell < columns * rows; cell++) {
    const sums = counts.map((kind) => kind[cell]!);
    const all = sums.reduce((sum, value) => sum + value, 0);
    if (all === 0) continue;
    const strength = FAINTEST + (1 - FAINTEST) * Math.min(1, Math.log(all) / Math.log(FULL));
    // The lowest page is at the bottom.
    const at = ((rows - 1 - Math.floor(cell / columns)) * columns + (cell % columns)) * 3;
    for (let part = 0; part < 3; part++) {
      const colour = MAP_KINDS.reduce((sum, [, parts], kind) => sum + (parts[part]! * sums[kind]!) / all, 0);
      pixels[at + part] = Math.round(255 + (colour - 255) * strength);
    }
  }
  const url = `data:image/png;base64,${png(columns, rows, pixels).toString("base64")}`;
  const kinds = MAP_KINDS.map(([name]) => name);
  return draw({
    title: { text: "References: pages against time", subtitle: workload },
    width: WIDTH,
    height: HEIGHT,
    layer: [
      {
        data: { values: kinds.map((kind) => ({ kind, x: map.from, y: 0 })) },
        mark: { type: "square", opacity: 0 },
        encoding: {
          x: {
            field: "x",
            type: "quantitative",
            title: "instructions executed",
            axis: { format: "~s", grid: false },
            scale: { domain: [map.from, Math.max(map.to, map.from + 1)], nice: false, zero: false },
          },
          y: {
            field: "y",
            type: "quantitative",
            title: "page",
            axis: { grid: false },
            scale: { domain: [0, Math.max(1, map.pages)], nice: false },
          },
          color: {
            field: "kind",
            type: "nominal",
            title: null,
            sort: null,
            scale: { domain: kinds, range: MAP_KINDS.map(([, [red, green, blue]]) => `rgb(${red},${green},${blue})`) },
            legend: { symbolOpacity: 1 },
          },
        },
      },
      {
        data: { values: [{ url }] },
        mark: { type: "image", width: WIDTH, height: HEIGHT, align: "left", baseline: "top", aspect: false, aria: false },
        encoding: { url: { field: "url", type: "nominal" }, x: { value: 0 }, y: { value: 0 } },
      },
    ],
  } as TopLevelSpec);
}

/** @param traceOf the trace of a workload, if there is one */
export async function drawCharts(outcomes: readonly Outcome[], traceOf: (workload: string) => Trace | undefined): Promise<Chart[]> {
  const charts: Chart[] = [];
  const names = new Set<string>();
  for (const [workload, group] of byWorkload(outcomes)) {
    // Two long commands may begin alike.
    const base = slug(workload);
    let name = base;
    for (let number = 2; names.has(name); number++) name = `${base}-${number}`;
    names.add(name);
    const add = async (kind: string, svg: Promise<string> | undefined): Promise<void> => {
      if (svg) charts.push({ name: `${name}-${kind}`, svg: await svg });
    };
    await add("curve", curveChart(workload, group));
    await add("time", missesChart(workload, group));
    await add("stages", stagesChart(workload, group));
    const trace = traceOf(workload);
    await add("map", trace && mapChart(workload, trace));
  }
  return charts;
}
