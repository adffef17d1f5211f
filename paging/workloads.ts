/**
 * The built-in workloads: their programs in the guest, their parameters, and the text form of a choice.
 *
 * The programs are workloads/*.c. Layer beneath: userland/, whose compiler builds them.
 */
import { namedText, type ParameterRow, parseNamed, parseParameters, rowOf } from "./named-settings.ts";

/** Where the programs are in the guest. */
const FOLDER = "/usr/lib/paging";

export interface WorkloadRow {
  readonly name: string;
  readonly text: string;
  readonly parameters: Readonly<Record<string, ParameterRow>>;
}

const pages: ParameterRow = { default: 256, text: "pages of the arena" };
const references: ParameterRow = { default: 20_000, text: "accesses" };
const rounds: ParameterRow = { default: 20, text: "walks through all pages" };
const writes: ParameterRow = { default: 25, text: "writes among a hundred accesses" };
const skew: ParameterRow = { default: 0.9, text: "exponent of Zipf's law" };

/** Every program has the parameter `seed` too, which follows the option --seed. */
export const WORKLOADS: readonly WorkloadRow[] = [
  { name: "sequential", text: "all pages in order, again and again", parameters: { pages, rounds, writes } },
  {
    name: "strided",
    text: "all pages with a stride",
    parameters: { pages, rounds, stride: { default: 16, text: "distance in pages" }, writes },
  },
  { name: "uniform", text: "pages at random, all alike", parameters: { pages, references, writes } },
  { name: "zipf", text: "pages at random, few often and many seldom", parameters: { pages, references, skew, writes } },
  { name: "matrix-ij", text: "matrix product, inner loop down a column", parameters: { pages } },
  { name: "matrix-ik", text: "the same product, inner loop along rows", parameters: { pages } },
  { name: "sort", text: "quicksort of all words", parameters: { pages: { ...pages, default: 64 } } },
  { name: "hash-join", text: "join of two tables by a hash table", parameters: { pages } },
  { name: "pointer-chase", text: "one random circle through all pages", parameters: { pages, references, writes } },
  {
    name: "moving",
    text: "a working set that moves",
    parameters: {
      pages,
      references,
      window: { default: 48, text: "pages of the working set" },
      step: { default: 32, text: "pages by which it moves" },
      phase: { default: 2000, text: "accesses between moves" },
      writes,
    },
  },
  {
    name: "mix",
    text: "processes that scan, follow Zipf's law and move, all at once",
    parameters: {
      pages,
      references: { ...references, text: "accesses of each process" },
      processes: { default: 3, text: "processes" },
      skew,
      writes,
    },
  },
];

/** What runs, and what it is called in reports. */
export interface Workload {
  readonly name: string;
  readonly command: readonly string[];
}

/** Whether it always prints the same, being one of these. */
export const isBuiltIn = ({ command }: Workload): boolean => command[0]?.startsWith(`${FOLDER}/`) === true;

/** The seed of the workloads' random numbers: the option's number, or a hash (FNV-1a) of its text. */
function seedNumber(seed: string): number {
  if (/^\d{1,9}$/.test(seed)) return Number(seed);
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(seed)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash;
}

/**
 * A built-in workload from its text form.
 * @param defaults values that take the place of the table's where the workload has such a parameter
 * @throws OptionError for an unknown name or parameter
 */
export function parseWorkload(text: string, defaults: Readonly<Record<string, number>>, seed: string): Workload {
  const { name, settings } = parseNamed(text);
  const row = rowOf(WORKLOADS, name, "workload");
  const rows = { ...row.parameters, seed: { default: seedNumber(seed), text: "seed" } };
  const given = parseParameters(settings, rows, `workload ${name}`);
  const parameters = Object.entries(rows).map(([key, { default: value }]) => `${key}=${given[key] ?? defaults[key] ?? value}`);
  return { name: namedText(name, given), command: [`${FOLDER}/${name}`, ...parameters] };
}
