/**
 * Single instructions against a real processor: recorded results always, fresh random cases where the host can run them.
 */
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import type { Engine } from "#machine/engine.ts";
import { host as identify, isKnown, type KnownHost, skipNote } from "../hardware/host.ts";
import { describe as describeCase, differences } from "./comparison.ts";
import { EmulatedProcessor } from "./emulated.ts";
import { Hardware } from "./hardware.ts";
import { Prover } from "./proof.ts";
import { decodeCases, decodeResults } from "./records.ts";
import { comparableRows } from "./rows.ts";

const SEED = 4711;
const REPORTED = 10;
/** The translator makes a module of every case, which takes a hundred times as long as interpreting it. */
const ENGINES: readonly { engine: Engine; recordedPart: number; casesPerRow: number }[] = [
  { engine: "interpreter", recordedPart: 1, casesPerRow: 20 },
  { engine: "translator", recordedPart: 3, casesPerRow: 1 },
];

function recorded(name: string): Uint8Array {
  return gunzipSync(readFileSync(new URL(`vectors/${name}.gz`, import.meta.url)));
}

describe("instructions", () => {
  it.each(ENGINES)("do in the $engine what a real processor did", ({ engine, recordedPart }) => {
    const cases = decodeCases(recorded("cases"));
    const results = decodeResults(recorded("results"));
    const processor = new EmulatedProcessor(engine);
    const found = cases.flatMap((test, index) => {
      if (index % recordedPart !== 0) return [];
      const different = differences(test, results[index]!, processor.run(test));
      return different.length > 0 ? [describeCase(test, different)] : [];
    });
    expect(cases.length).toBeGreaterThan(1000);
    expect(found.slice(0, REPORTED)).toEqual([]);
  });

  const host = identify();
  const hardware = isKnown(host) ? Hardware.open() : undefined;
  afterAll(() => hardware?.close());

  it.skipIf(hardware === undefined).each(ENGINES)(
    `do in the $engine what the host's processor does${skipNote()}`,
    { timeout: 120_000 },
    ({ engine, casesPerRow }) => {
      const prover = new Prover(hardware!, [engine], host as KnownHost);
      const found = comparableRows().flatMap((row, index) => prover.prove(row, index, casesPerRow, SEED).examples);
      expect(found.slice(0, REPORTED)).toEqual([]);
    },
  );
});
