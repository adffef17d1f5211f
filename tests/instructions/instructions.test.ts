/**
 * Single instructions against a real processor: recorded results always, fresh random cases where the host can run them.
 */
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import type { Engine } from "#machine/engine.ts";
import { describe as describeCase, differences } from "./comparison.ts";
import { EmulatedProcessor } from "./emulated.ts";
import { Hardware } from "./hardware.ts";
import { Prover } from "./proof.ts";
import { decodeCases, decodeResults } from "./records.ts";
import { comparableRows } from "./rows.ts";

const CASES_PER_ROW = 20;
const SEED = 4711;
const REPORTED = 10;
const ENGINES: readonly Engine[] = ["interpreter", "translator"];

function recorded(name: string): Uint8Array {
  return gunzipSync(readFileSync(new URL(`vectors/${name}.gz`, import.meta.url)));
}

describe("instructions", () => {
  it.each(ENGINES)("do in the %s what a real processor did", (engine) => {
    const cases = decodeCases(recorded("cases"));
    const results = decodeResults(recorded("results"));
    const processor = new EmulatedProcessor(engine);
    const found = cases.flatMap((test, index) => {
      const different = differences(test, results[index]!, processor.run(test));
      return different.length > 0 ? [describeCase(test, different)] : [];
    });
    expect(cases.length).toBeGreaterThan(1000);
    expect(found.slice(0, REPORTED)).toEqual([]);
  });

  const hardware = Hardware.open();
  afterAll(() => hardware?.close());

  it.skipIf(hardware === undefined)("do what the host's processor does", { timeout: 120_000 }, () => {
    const prover = new Prover(hardware!, ENGINES);
    const found = comparableRows().flatMap((row, index) => prover.prove(row, index, CASES_PER_ROW, SEED).examples);
    expect(found.slice(0, REPORTED)).toEqual([]);
  });
});
