/**
 * All replacement policies, by name.
 *
 * Layer beneath: one file for each policy.
 */
import type { PolicyRow } from "../replacement-policy.ts";
import { Aging } from "./aging.ts";
import { AdaptiveReplacementCache } from "./arc.ts";
import { ClockPro } from "./clock-pro.ts";
import { Clock } from "./clock.ts";
import { Fifo } from "./fifo.ts";
import { LeastRecentlyUsed } from "./lru.ts";
import { NotRecentlyUsed } from "./nru.ts";
import { Optimum } from "./opt.ts";
import { RandomChoice } from "./random.ts";
import { SecondChance } from "./second-chance.ts";
import { TwoQueue } from "./two-queue.ts";
import { WorkingSetClock } from "./wsclock.ts";

const MOST_INSTRUCTIONS = 1e15;

export const POLICIES: readonly PolicyRow[] = [
  {
    name: "fifo",
    title: "First in, first out",
    source: "Belady, A study of replacement algorithms for a virtual-storage computer, 1966",
    references: "none",
    parameters: {},
    create: (view) => new Fifo(view),
  },
  {
    name: "second-chance",
    title: "Second chance",
    source: "Tanenbaum, Modern Operating Systems, 3.4.4",
    references: "bits",
    parameters: {},
    create: (view) => new SecondChance(view),
  },
  {
    name: "clock",
    title: "Clock",
    source: "Corbató, A paging experiment with the Multics system, 1968",
    references: "bits",
    parameters: {},
    create: (view) => new Clock(view),
  },
  {
    name: "lru",
    title: "Least recently used, exact",
    source: "Mattson, Gecsei, Slutz, Traiger, Evaluation techniques for storage hierarchies, 1970",
    references: "exact",
    parameters: {},
    create: (view) => new LeastRecentlyUsed(view),
  },
  {
    name: "aging",
    title: "Aging",
    source: "Tanenbaum, Modern Operating Systems, 3.4.7",
    references: "bits",
    parameters: {
      interval: { default: 2000, minimum: 1, maximum: MOST_INSTRUCTIONS, text: "instructions between two shifts of the counters" },
      bits: { default: 8, minimum: 1, maximum: 32, text: "width of the counters" },
    },
    create: (view, { interval, bits }) => new Aging(view, interval!, bits!),
  },
  {
    name: "nru",
    title: "Not recently used",
    source: "Tanenbaum, Modern Operating Systems, 3.4.2",
    references: "bits",
    parameters: {
      interval: { default: 10_000, minimum: 1, maximum: MOST_INSTRUCTIONS, text: "instructions between two resets of the accessed bits" },
    },
    create: (view, { interval }) => new NotRecentlyUsed(view, interval!),
  },
  {
    name: "wsclock",
    title: "WSClock",
    source: "Carr, Hennessy, WSCLOCK: a simple and effective algorithm for virtual memory management, 1981",
    references: "bits",
    parameters: {
      window: {
        default: 10_000,
        minimum: 0,
        maximum: MOST_INSTRUCTIONS,
        text: "instructions for which an unused page stays in the working set",
      },
    },
    create: (view, { window }) => new WorkingSetClock(view, window!),
  },
  {
    name: "2q",
    title: "2Q",
    source: "Johnson, Shasha, 2Q: a low overhead high performance buffer management replacement algorithm, 1994",
    references: "exact",
    parameters: {
      kin: { default: 0.25, minimum: 0, maximum: 1, text: "share of the frames for pages that were asked for once" },
      kout: { default: 0.5, minimum: 0, maximum: 100, text: "pages remembered after they went, as a share of the frames" },
    },
    create: (view, { kin, kout }) => new TwoQueue(view, kin!, kout!),
  },
  {
    name: "arc",
    title: "ARC",
    source: "Megiddo, Modha, ARC: a self-tuning, low overhead replacement cache, 2003",
    references: "exact",
    parameters: {},
    create: (view) => new AdaptiveReplacementCache(view),
  },
  {
    name: "clock-pro",
    title: "CLOCK-Pro",
    source: "Jiang, Chen, Zhang, CLOCK-Pro: an effective improvement of the CLOCK replacement, 2005",
    references: "bits",
    parameters: {},
    create: (view) => new ClockPro(view),
  },
  {
    name: "random",
    title: "Random",
    source: "Belady, A study of replacement algorithms for a virtual-storage computer, 1966",
    references: "none",
    parameters: {},
    create: (view) => new RandomChoice(view),
  },
  {
    name: "opt",
    title: "Optimum (MIN), in replays only",
    source: "Belady, A study of replacement algorithms for a virtual-storage computer, 1966",
    references: "future",
    parameters: {},
    create: (view) => new Optimum(view),
  },
];

/** The row with a name. @throws RangeError that lists the names */
export function policyNamed(name: string): PolicyRow {
  const row = POLICIES.find((candidate) => candidate.name === name);
  if (!row) throw new RangeError(`no replacement policy '${name}' (there are: ${POLICIES.map((candidate) => candidate.name).join(", ")})`);
  return row;
}

/**
 * A policy with some parameters given and the others at their defaults.
 * @throws RangeError when a parameter is unknown or outside its bounds
 */
export function parametersOf(row: PolicyRow, given: Readonly<Record<string, number>>): Record<string, number> {
  const parameters = Object.fromEntries(Object.entries(row.parameters).map(([name, parameter]) => [name, parameter.default]));
  for (const [name, value] of Object.entries(given)) {
    const parameter = Object.hasOwn(row.parameters, name) ? row.parameters[name] : undefined;
    if (!parameter) {
      const known = Object.keys(row.parameters).join(", ");
      throw new RangeError(`policy '${row.name}' has no parameter '${name}' (${known ? `it has: ${known}` : "it has none"})`);
    }
    if (!(value >= parameter.minimum && value <= parameter.maximum)) {
      throw new RangeError(
        `parameter '${name}' of policy '${row.name}' must be ${parameter.minimum} to ${parameter.maximum}, not ${value}`,
      );
    }
    parameters[name] = value;
  }
  return parameters;
}
