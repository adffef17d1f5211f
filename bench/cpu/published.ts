/**
 * Published times of CheerpX, a closed translator from i386 to WebAssembly that runs in browsers only, beside ours.
 *
 * Source: the bar chart in the announcement of CheerpX 1.0 (labs.leaningtech.com/blog/cx-1.0), Chrome, read to 5 %. The
 * machine and the programs are others, so the pairs are of one kind, no more.
 */
import { markdownTable, type Report } from "./report.ts";

/** Their program, its time as a multiple of native, our line of the same kind. */
const PUBLISHED = [
  ["zlib.c", 2.05, "gzip"],
  ["zlib.c", 2.05, "gunzip"],
  ["primes.cpp", 2.4, "primes"],
  ["fasta.cpp", 2.65, "fasta"],
  ["lzma.cpp", 3.65, "lz"],
  ["box2d.cpp", 20.5, "circles"],
  ["binarytrees.py", 9.2, "python"],
] as const;

/** The table as Markdown, of the lines that the report has. */
export function publishedText({ results }: Report): string {
  const rows = PUBLISHED.flatMap(([theirs, factor, name]) => {
    const line = results.find((result) => result.name === name);
    const [ours, native] = [line?.nanoseconds.auto, line?.nanoseconds.native];
    if (line === undefined || ours === undefined || native === undefined) return [];
    return [[theirs, String(factor), `${name}: ${line.text}`, (ours / native).toFixed(2)]];
  });
  return markdownTable(["CheerpX", "times native", "here", "times native"], rows, [1, 3]);
}
