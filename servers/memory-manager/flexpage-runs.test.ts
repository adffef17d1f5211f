import { describe, expect, it } from "vitest";
import { flexpageBase, flexpageSize } from "#kernel/abi/flexpage.ts";
import { coverRuns } from "./flexpage-runs.ts";

function cover(pages: number[]): [first: number, count: number][] {
  const result: [number, number][] = [];
  coverRuns(pages, (fpage) => result.push([flexpageBase(fpage) / 4096, flexpageSize(fpage) / 4096]));
  return result;
}

describe("coverRuns", () => {
  it("uses aligned powers of two", () => {
    expect(cover([])).toEqual([]);
    expect(cover([5])).toEqual([[5, 1]]);
    expect(cover([0, 1, 2, 3])).toEqual([[0, 4]]);
    expect(cover([1, 2, 3, 4, 5, 6, 7, 8])).toEqual([
      [1, 1],
      [2, 2],
      [4, 4],
      [8, 1],
    ]);
  });

  it("covers exactly the given pages, in any order", () => {
    const pages = [900, 17, 18, 19, 20, 21, 3, 2, 1, 0, 64, 65, 66, 67, 68, 899];
    const covered: number[] = [];
    for (const [first, count] of cover([...pages])) {
      expect(first % count).toBe(0);
      for (let i = 0; i < count; i++) covered.push(first + i);
    }
    expect(covered).toEqual(pages.toSorted((a, b) => a - b));
  });
});
