/**
 * Single instructions against a real processor: recorded results always, fresh random cases where the host can run them.
 */
import { readFileSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { differences } from "./comparison.ts";
import { EmulatedProcessor } from "./emulated.ts";
import { comparableRows, generate, Random } from "./generator.ts";
import { Hardware } from "./hardware.ts";
import type { InstructionCase, InstructionResult } from "./layout.ts";
import { decodeCases, decodeResults } from "./records.ts";

const CASES_PER_ROW = 20;
const SEED = 4711;
const REPORTED = 10;

function compareAll(cases: readonly InstructionCase[], expected: readonly InstructionResult[]): string[] {
  const processor = new EmulatedProcessor();
  const found: string[] = [];
  cases.forEach((test, index) => {
    const different = differences(test, expected[index]!, processor.run(test));
    if (different.length > 0) {
      found.push(`${test.code.map((byte) => byte.toString(16).padStart(2, "0")).join(" ")}: ${different.join("; ")}`);
    }
  });
  return found.slice(0, REPORTED);
}

describe("instructions", () => {
  it("does what a real processor did", () => {
    const recorded = JSON.parse(readFileSync(new URL("vectors/hardware.json", import.meta.url), "utf8")) as {
      cases: string;
      results: string;
    };
    const cases = decodeCases(Buffer.from(recorded.cases, "base64"));
    expect(cases.length).toBeGreaterThan(1000);
    expect(compareAll(cases, decodeResults(Buffer.from(recorded.results, "base64")))).toEqual([]);
  });

  const hardware = Hardware.open();
  afterAll(() => hardware?.close());

  it.skipIf(hardware === undefined)("does what the host's processor does", { timeout: 60_000 }, () => {
    const random = new Random(SEED);
    const cases: InstructionCase[] = [];
    for (const row of comparableRows()) {
      for (let count = 0; count < CASES_PER_ROW; count++) {
        const test = generate(random, row);
        if (test !== undefined) cases.push(test);
      }
    }
    expect(compareAll(cases, hardware!.run(cases)!)).toEqual([]);
  });
});
