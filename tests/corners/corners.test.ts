/**
 * Corners of the processor against a real one: recorded results always, random cases where the host can run them.
 *
 * CORNERS_CASES (per family) and CORNERS_SEED in the environment choose a larger or another selection.
 */
import { afterAll, describe, expect, it } from "vitest";
import { IGNORED_FLAGS, makeCases } from "./cases.ts";
import { host as identify, isKnown, type KnownHost, RECORDED, skipNote } from "../hardware/host.ts";
import { hostDifferences } from "./comparison.ts";
import { EmulatedProcessor } from "./emulated.ts";
import { Hardware } from "./hardware.ts";
import { type CornerCase, type CornerResult, HOST_ENTRIES, LITES_ENTRIES } from "./layout.ts";
import { families, RECORDED_PER_FAMILY, recordedCases, recordedResults } from "./vectors.ts";

const CASES_PER_FAMILY = Number(process.env["CORNERS_CASES"] ?? 500);
const SEED = Number(process.env["CORNERS_SEED"] ?? 1);
const REPORTED = 10;

function compareAll(cases: readonly CornerCase[], expected: readonly CornerResult[], host: KnownHost): string[] {
  const processor = new EmulatedProcessor();
  const found: string[] = [];
  cases.forEach((test, index) => {
    const different = hostDifferences(test, expected[index]!, processor.run(test), IGNORED_FLAGS, host, processor);
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
    expect(compareAll(recordedCases(LITES_ENTRIES), expected, RECORDED)).toEqual([]);
  });

  const host = identify();
  const hardware = isKnown(host) ? Hardware.open() : undefined;
  afterAll(() => hardware?.close());
  const name = `are those of the host's processor: %s${skipNote()}`;

  it.skipIf(hardware === undefined).each(families)(name, { timeout: 60_000 }, (family) => {
    const expected = hardware!.run(makeCases(family, SEED, CASES_PER_FAMILY, HOST_ENTRIES));
    expect(expected.length).toBe(CASES_PER_FAMILY);
    expect(compareAll(makeCases(family, SEED, CASES_PER_FAMILY, LITES_ENTRIES), expected, host as KnownHost)).toEqual([]);
  });
});
