/**
 * Random programs against the host's processor, in each engine.
 */
import { afterAll, describe, expect, it } from "vitest";
import type { Engine } from "#machine/engine.ts";
import { NativeProcessor } from "./native.ts";
import { ProgramProver } from "./proof.ts";

const ENGINES: readonly Engine[] = ["interpreter", "translator", "auto"];
const PROGRAMS = 500;
const SEED = 20_000;
const EXPLAINED = 2;

describe("random programs", () => {
  const native = NativeProcessor.open();
  afterAll(() => native?.close());

  it.skipIf(native === undefined)("do what they do on the host", { timeout: 240_000 }, () => {
    const prover = new ProgramProver(native!, ENGINES);
    const tally = prover.prove(SEED, PROGRAMS);
    expect(tally.failures.slice(0, EXPLAINED).map((failure) => prover.explain(failure))).toEqual([]);
    expect(tally.programs).toBe(PROGRAMS);
    expect(tally.instructions).toBeGreaterThan(PROGRAMS * 1000);
    expect(tally.faults).toBeGreaterThan(PROGRAMS);
  });
});
