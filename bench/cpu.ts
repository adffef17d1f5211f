/**
 * npm run bench:cpu: the processor's speed, on kernels and on real programs, beside other ways to run the same binaries.
 *
 * All in one go and in turns, so that ratios hold on a busy machine too. Every peer's results are compared as well.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Command, InvalidArgumentError } from "commander";
import { drawChart } from "./cpu/chart.ts";
import type { Outcome } from "./cpu/outcome.ts";
import { makePeers, PEERS, type Peer, type PeerName } from "./cpu/peers.ts";
import { buildPlace, type Line } from "./cpu/place.ts";
import { publishedText } from "./cpu/published.ts";
import { disagreements, makeReport, type Outcomes, tableText } from "./cpu/report.ts";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const PLACE = join(root, "build", "bench", "cpu");
const RESULTS = join(root, "bench", "results", "cpu.json");
const CHART = join(root, "docs", "cpu.svg");
const PAGE = join(root, "docs", "performance.md");
/** What stands between these lines of the page is replaced. */
const MARKS = ["<!-- npm run bench:cpu writes from here -->", "<!-- to here -->"] as const;

interface Options {
  only?: string[];
  runs: number;
  seconds: number;
  peers: PeerName[];
  v86?: string;
  json?: string;
}

function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError("It must be a positive number.");
  return value;
}

const words = (text: string): string[] => text.split(",");

function peerNames(text: string): PeerName[] {
  return words(text).map((word) => {
    const name = PEERS.find((peer) => peer === word);
    if (name === undefined) throw new InvalidArgumentError(`Known: ${PEERS.join(", ")}.`);
    return name;
  });
}

function options(): Options {
  const command = new Command("bench:cpu")
    .description(
      "Measures the processor beside its peers. A run of everything renews bench/results/cpu.json, docs/cpu.svg and the tables of docs/performance.md.",
    )
    .option("--only <words>", "lines whose name contains one of these words, or kernels, or programs; then no file is written", words)
    .option("--runs <n>", "repetitions; medians count", positive, 3)
    .option("--seconds <s>", "measuring time of a kernel", positive, 0.5)
    .option("--peers <names>", `whom to run: ${PEERS.join(", ")}`, peerNames, ["native", "qemu", "v86", "auto", "interpreter"])
    .option("--v86 <command>", "runs Linux on v86: takes a guest's command line and a file that it carries into the guest's /bin")
    .option("--json <file>", "where to write the results");
  return command.parse().opts<Options>();
}

function chosen(lines: readonly Line[], only: readonly string[] | undefined): Line[] {
  if (only === undefined) return [...lines];
  return lines.filter(({ name, kind }) => only.some((word) => name.includes(word) || word === `${kind}s`));
}

/** Runs everything in turns: line by line for most peers, those that take all lines at once in between. */
function measure(lines: readonly Line[], peers: readonly Peer[], { runs, seconds }: Options): Outcomes {
  const outcomes: Outcomes = new Map(lines.map(({ name }) => [name, new Map()]));
  const milliseconds = Math.round(seconds * 1000);
  for (let run = 1; run <= runs; run++) {
    const note = (peer: PeerName) => (line: string, outcome: Outcome | undefined) => {
      process.stderr.write(`run ${run} ${peer} ${line} ${outcome ? `${outcome.nanoseconds} ns` : "failed"}\n`);
      if (outcome === undefined) return;
      const list = outcomes.get(line)!;
      list.set(peer, [...(list.get(peer) ?? []), outcome]);
    };
    const groups = [...lines.map((line) => [line]), [...lines]];
    for (const group of groups) {
      for (const peer of peers) {
        if (peer.single !== (group !== groups.at(-1))) continue;
        peer.run({ place: PLACE, lines: group, milliseconds, done: note(peer.name) });
      }
    }
  }
  return outcomes;
}

function writeFile(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

/** Puts the tables into the page. */
function renewPage(text: string): void {
  const page = readFileSync(PAGE, "utf8");
  const [from, to] = MARKS.map((mark) => page.indexOf(mark));
  if (from! < 0 || to! < from!) throw new Error(`${PAGE} lacks the marks for the tables`);
  writeFileSync(PAGE, `${page.slice(0, from)}${MARKS[0]}\n\n${text}\n\n${page.slice(to)}`);
}

const missing = (what: string): void => void process.stderr.write(`${what}\n`);
const chosenOptions = options();
const lines = chosen(buildPlace(PLACE, missing), chosenOptions.only);
const probe = [join(PLACE, "stopwatch"), "probe", "/bin/true"];
const peers = makePeers(chosenOptions.peers, probe, chosenOptions.v86, missing);
const outcomes = measure(lines, peers, chosenOptions);
const report = makeReport(lines, outcomes, chosenOptions.runs);
const table = tableText(
  report,
  peers.map(({ name }) => name),
);
console.log(table);
const wrong = disagreements(outcomes);
for (const text of wrong) process.stderr.write(`${text}\n`);
if (wrong.length) process.exitCode = 1;
const json = chosenOptions.json ?? (chosenOptions.only ? undefined : RESULTS);
if (json) writeFile(json, `${JSON.stringify(report, null, 2)}\n`);
if (!chosenOptions.only) {
  writeFile(CHART, await drawChart(report));
  renewPage(`${table}\n\n${publishedText(report)}`);
}
