/** Covers sets of pages by as few flexpages as possible, so that one kernel call serves a whole run. */
import { flexpage } from "#kernel/abi/flexpage.ts";

/** Calls `visit` with flexpages that cover exactly the given pages. Sorts `pages` (page numbers). */
export function coverRuns(pages: number[], visit: (fpage: number) => void): void {
  pages.sort((a, b) => a - b);
  for (let i = 0; i < pages.length; ) {
    let end = i + 1;
    while (end < pages.length && pages[end] === pages[end - 1]! + 1) end++;
    let first = pages[i]!;
    for (let rest = end - i; rest > 0; ) {
      // The largest power of two that fits into the rest and to which the first page is aligned.
      let log2 = 31 - Math.clz32(rest);
      while (first % 2 ** log2 !== 0) log2--;
      visit(flexpage(first * 4096, 12 + log2));
      first += 2 ** log2;
      rest -= 2 ** log2;
    }
    i = end;
  }
}
