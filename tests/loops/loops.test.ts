/**
 * Random hot loops against the host's processor, and the table that they cover.
 */
import { afterAll, describe, expect, it, test } from "vitest";
import type { Engine } from "#machine/engine.ts";
import { NativeProcessor } from "../programs/native.ts";
import { CELLS, Coverage, cellName } from "./coverage.ts";
import { ALL_SEEDS, generateLoop, goalsOf } from "./generator.ts";
import { LoopProver } from "./proof.ts";

const SEED = 30_000;
const ENGINES: readonly { engine: Engine; loops: number }[] = [
  { engine: "auto", loops: 240 },
  { engine: "translator", loops: 80 },
];
const EXPLAINED = 2;
/** One loop of so many is looked at. */
const STEP = 40;

describe("the table of flags", () => {
  test("all cells are goals of loops", () => {
    const goals = new Set<number>();
    const places = new Map(CELLS.map((cell, place) => [cell, place]));
    for (let seed = 0; seed < ALL_SEEDS; seed++) for (const cell of goalsOf(SEED + seed)) goals.add(places.get(cell)!);
    expect(goals.size).toBe(CELLS.length);
  });

  test("loops cover the cells that they are written for", () => {
    const missed: string[] = [];
    for (let seed = 0; seed < ALL_SEEDS; seed += STEP) {
      const coverage = new Coverage();
      coverage.add(generateLoop(seed).ways);
      for (const cell of goalsOf(seed)) if (coverage.countOf(cell) === 0) missed.push(`seed ${seed}: ${cellName(cell)}`);
    }
    expect(missed).toEqual([]);
  });
});

describe("random loops", () => {
  const native = NativeProcessor.open();
  afterAll(() => native?.close());

  it.skipIf(native === undefined).each(ENGINES)("do in $engine what they do on the host", { timeout: 240_000 }, ({ engine, loops }) => {
    const prover = new LoopProver(native!, [engine]);
    const tally = prover.prove(SEED, loops);
    expect(tally.failures.slice(0, EXPLAINED).map((failure) => prover.explain(failure))).toEqual([]);
    expect(tally.loops).toBe(loops);
    expect(tally.faults).toBeGreaterThan(0);
    expect(tally.engines[0]!.hot).toBeGreaterThan(0.9 * loops);
  });
});
