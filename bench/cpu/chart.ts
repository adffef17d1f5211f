/**
 * The results as a bar chart: times native, on a logarithmic axis. Bars begin at 1: what is faster than native goes to the left.
 */
import { parse, View } from "vega";
import { compile, type TopLevelSpec } from "vega-lite";
import type { PeerName } from "./peers.ts";
import type { Report } from "./report.ts";

/** Who has a bar, its label and colour. */
const BARS: readonly (readonly [PeerName, string, string])[] = [
  ["auto", "Lites/L3", "#d1495b"],
  ["qemu", "qemu-i386", "#8d99ae"],
  ["v86", "v86 + Linux", "#cfd4dd"],
];

const TITLES = { kernel: "Kernels", program: "Debian's programs" } as const;

/** An SVG document. Lines without a native time have no bars. */
export async function drawChart({ results, machine }: Report): Promise<string> {
  const values = results.flatMap(({ name, kind, nanoseconds }) =>
    BARS.flatMap(([peer, label]) => {
      const [time, native] = [nanoseconds[peer], nanoseconds.native];
      return time === undefined || native === undefined ? [] : [{ line: name, group: TITLES[kind], peer: label, ratio: time / native }];
    }),
  );
  const labels = BARS.map(([, label]) => label).filter((label) => values.some(({ peer }) => peer === label));
  const spec: TopLevelSpec = {
    title: {
      text: "Time, as a multiple of the same binary's on the processor itself",
      subtitle: `${machine.processor}, Node ${machine.node}`,
    },
    data: { values },
    facet: { row: { field: "group", type: "nominal", title: null, sort: Object.values(TITLES), header: { labelFontSize: 13 } } },
    spec: {
      width: 520,
      height: { step: 6 },
      mark: { type: "bar" },
      encoding: {
        y: { field: "line", type: "nominal", sort: null, title: null, scale: { paddingInner: 0.35, paddingOuter: 0.2 } },
        yOffset: { field: "peer", type: "nominal", sort: labels },
        x: {
          field: "ratio",
          type: "quantitative",
          stack: null,
          scale: { type: "log", nice: false },
          title: "times native",
          axis: { tickCount: 6 },
        },
        x2: { datum: 1 },
        color: {
          field: "peer",
          type: "nominal",
          title: null,
          sort: labels,
          scale: { domain: labels, range: BARS.filter(([, label]) => labels.includes(label)).map(([, , colour]) => colour) },
          legend: { orient: "top" },
        },
      },
    },
    resolve: { scale: { y: "independent" } },
    background: "white",
    config: { font: "sans-serif" },
  };
  const view = new View(parse(compile(spec).spec), { renderer: "none" });
  try {
    return `${await view.toSVG()}\n`;
  } finally {
    view.finalize();
  }
}
