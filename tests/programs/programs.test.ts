/**
 * Random programs against the host's processor, in each engine.
 */
import { afterAll, describe, expect, it } from "vitest";
import type { Engine } from "#machine/engine.ts";
import { host as identify, isKnown, type KnownHost, skipNote } from "../hardware/host.ts";
import { NativeProcessor } from "./native.ts";
import { ProgramProver } from "./proof.ts";

/** The translator makes modules of everything before it runs, which takes long. */
const ENGINES: readonly { engine: Engine; programs: number }[] = [
  { engine: "interpreter", programs: 400 },
  { engine: "auto", programs: 200 },
  { engine: "translator", programs: 20 },
];
const SEED = 20_000;
const EXPLAINED = 2;

describe("random programs", () => {
  const host = identify();
  const native = isKnown(host) ? NativeProcessor.open() : undefined;
  afterAll(() => native?.close());

  const name = `do in $engine what they do on the host${skipNote()}`;

  it.skipIf(native === undefined).each(ENGINES)(name, { timeout: 240_000 }, ({ engine, programs }) => {
    const prover = new ProgramProver(native!, [engine], host as KnownHost);
    const tally = prover.prove(SEED, programs);
    expect(tally.failures.slice(0, EXPLAINED).map((failure) => prover.explain(failure))).toEqual([]);
    expect(tally.programs).toBe(programs);
    expect(tally.instructions).toBeGreaterThan(programs * 1000);
    expect(tally.faults).toBeGreaterThan(programs);
  });
});
