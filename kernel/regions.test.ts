/** Regions: random map, unmap and protect against a model that knows every page by itself. */
import { describe, expect, it } from "vitest";
import { RegionError } from "./abi/calls.ts";
import { Regions } from "./regions.ts";
import { randomNumbers } from "../tests/support/random.ts";

const PAGE = 4096;
const PAGES = 24;

interface ModelPage {
  manager: number;
  ds: number;
  offset: number;
  rights: number;
}

describe("regions", () => {
  it("agree with a model page by page", () => {
    const random = randomNumbers(7);
    const regions = new Regions();
    const model = Array.from<ModelPage | undefined>({ length: PAGES });
    for (let step = 0; step < 3000; step++) {
      const first = random(PAGES);
      const count = 1 + random(Math.min(6, PAGES - first));
      const pages = model.slice(first, first + count);
      const action = random(3);
      if (action === 0) {
        const manager = 1 + random(2);
        // Often the offset is the address, so that neighbours continue each other.
        const offset = (random(2) === 0 ? first : random(8)) * PAGE;
        const rights = 1 + random(2);
        const result = regions.map(first * PAGE, count * PAGE, manager, 3, offset, rights);
        expect(result).toBe(pages.some((page) => page !== undefined) ? RegionError.OVERLAP : RegionError.OK);
        if (result === RegionError.OK)
          for (let i = 0; i < count; i++) model[first + i] = { manager, ds: 3, offset: offset + i * PAGE, rights };
      } else if (action === 1) {
        expect(regions.unmap(first * PAGE, count * PAGE)).toBe(RegionError.OK);
        model.fill(undefined, first, first + count);
      } else {
        const rights = 1 + random(2);
        const result = regions.protect(first * PAGE, count * PAGE, rights);
        expect(result).toBe(pages.some((page) => page === undefined) ? RegionError.INVALID : RegionError.OK);
        if (result === RegionError.OK) for (let i = first; i < first + count; i++) model[i] = { ...model[i]!, rights };
      }
      for (let page = 0; page < PAGES; page++) {
        const region = regions.find(page * PAGE + random(PAGE));
        const found =
          region === undefined
            ? undefined
            : { manager: region.manager, ds: region.ds, offset: region.offset + page * PAGE - region.base, rights: region.rights };
        expect(found).toEqual(model[page]);
      }
      // As few regions as possible.
      let borders = 0;
      for (let page = 0; page < PAGES; page++) {
        const own = model[page];
        const before = model[page - 1];
        if (own === undefined) continue;
        const same =
          before !== undefined && before.manager === own.manager && before.rights === own.rights && before.offset + PAGE === own.offset;
        if (!same) borders++;
      }
      expect(regions.count).toBe(borders);
    }
  });

  it("lose rights by their own task, and get them by the chief, where the chief has bound them", () => {
    const regions = new Regions();
    regions.map(0, 2 * PAGE, 1, 1, 0, 3, { untrusted: false, byChief: true });
    regions.map(2 * PAGE, PAGE, 1, 1, 0x8000, 1, { untrusted: true, byChief: false });
    expect(regions.protect(0, PAGE, 7, false)).toBe(RegionError.DENIED);
    expect(regions.protect(PAGE, 2 * PAGE, 4, false)).toBe(RegionError.DENIED);
    expect(regions.protect(0, PAGE, 1, false)).toBe(RegionError.OK);
    expect(regions.protect(0, PAGE, 3, false)).toBe(RegionError.DENIED);
    expect(regions.protect(2 * PAGE, PAGE, 7, false)).toBe(RegionError.OK);
    expect(regions.all().map(({ base, rights }) => [base / PAGE, rights])).toEqual([
      [0, 1],
      [1, 3],
      [2, 7],
    ]);
    expect(regions.protect(0, PAGE, 3)).toBe(RegionError.OK);
    expect(regions.find(0)).toMatchObject({ end: 2 * PAGE, rights: 3 });
  });

  it("refuse what is not page-aligned, empty, beyond the end or has unknown rights", () => {
    const regions = new Regions();
    const cases = [
      [1, PAGE, 0, 7],
      [0, 100, 0, 7],
      [0, 0, 0, 7],
      [0xfffff000, 2 * PAGE, 0, 7],
      [0, PAGE, 5, 7],
      [0, 2 * PAGE, 0xfffff000, 7],
      [0, PAGE, 0, 8],
    ] as const;
    for (const [base, size, offset, rights] of cases) expect(regions.map(base, size, 1, 1, offset, rights)).toBe(RegionError.INVALID);
    expect(regions.map(0, 2 ** 32, 1, 1, 0, 7)).toBe(RegionError.OK);
    expect(regions.find(0xffffffff)?.ds).toBe(1);
  });
});
