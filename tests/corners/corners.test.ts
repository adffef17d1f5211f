/**
 * Corners of the processor against a real one: recorded results always, fresh random cases where the host can run them.
 */
import { afterAll, describe, expect, it } from "vitest";
import { IGNORED_FLAGS, makeCases } from "./cases.ts";
import { differences } from "./comparison.ts";
import { EmulatedProcessor } from "./emulated.ts";
import { Hardware } from "./hardware.ts";
import { type CornerCase, type CornerResult, HOST_ENTRIES, LITES_ENTRIES } from "./layout.ts";
import { families, RECORDED_PER_FAMILY, recordedCases, recordedResults } from "./vectors.ts";

const CASES_PER_FAMILY = 500;
const REPORTED = 10;

function compareAll(cases: readonly CornerCase[], expected: readonly CornerResult[]): string[] {
  const processor = new EmulatedProcessor();
  const found: string[] = [];
  cases.forEach((test, index) => {
    const different = differences(expected[index]!, processor.run(test), IGNORED_FLAGS);
    if (different.length > 0) {
      found.push(`case ${index}, ${test.code.map((byte) => byte.toString(16).padStart(2, "0")).join(" ")}: ${different.join("; ")}`);
    }
  });
  return found.slice(0, REPORTED);
}

describe("corners of the processor", () => {
  it("are as recorded", () => {
    const expected = recordedResults();
    expect(expected.length).toBe(RECORDED_PER_FAMILY * families.length);
    expect(compareAll(recordedCases(LITES_ENTRIES), expected)).toEqual([]);
  });

  const hardware = Hardware.open();
  afterAll(() => hardware?.close());
  const seed = Date.now() & 0xffffff;

  it.skipIf(hardware === undefined).each(families)(`are those of the host's processor: %s, seed ${seed}`, { timeout: 60_000 }, (family) => {
    const expected = hardware!.run(makeCases(family, seed, CASES_PER_FAMILY, HOST_ENTRIES));
    expect(expected.length).toBe(CASES_PER_FAMILY);
    expect(compareAll(makeCases(family, seed, CASES_PER_FAMILY, LITES_ENTRIES), expected)).toEqual([]);
  });
});
