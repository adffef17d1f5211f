/**
 * Proves rows of the opcode table: random cases on hardware and on emulated processors, compared.
 */
import type { RowPlace } from "#machine/cpu/opcodes.ts";
import type { Engine } from "#machine/engine.ts";
import type { KnownHost } from "../hardware/host.ts";
import { describe, hostDifferences } from "./comparison.ts";
import { EmulatedProcessor } from "./emulated.ts";
import { generate } from "./generator.ts";
import type { Hardware } from "./hardware.ts";
import type { InstructionCase, InstructionResult } from "./layout.ts";
import { Random } from "./random.ts";

/** Cases that are handed to the hardware at once. */
const BATCH = 4000;
/** Differences that are described; all are counted. */
const DESCRIBED = 5;
/** Spreads the seeds of neighbouring rows. */
const SEED_STEP = 0x9e3779b1;

export interface RowProof {
  /** Cases on each engine. */
  cases: number;
  /** By engine. */
  differences: number[];
  /** The first of them in words. */
  examples: string[];
}

/** Random cases of a row; the same for the same seed and row. */
export function casesOf(place: RowPlace, index: number, count: number, seed: number): InstructionCase[] {
  const random = new Random(seed + Math.imul(index + 1, SEED_STEP));
  const cases: InstructionCase[] = [];
  while (cases.length < count) {
    const test = generate(random, place);
    if (test !== undefined) cases.push(test);
  }
  return cases;
}

export class Prover {
  private readonly hardware: Hardware;
  private readonly host: KnownHost;
  private readonly processors: readonly { engine: Engine; processor: EmulatedProcessor }[];

  /** @param host that the hardware belongs to */
  constructor(hardware: Hardware, engines: readonly Engine[], host: KnownHost) {
    this.host = host;
    this.hardware = hardware;
    this.processors = engines.map((engine) => ({ engine, processor: new EmulatedProcessor(engine) }));
  }

  /** @param index of the row among all, from which with the seed its cases follow */
  prove(place: RowPlace, index: number, count: number, seed: number): RowProof {
    const proof: RowProof = { cases: count, differences: this.processors.map(() => 0), examples: [] };
    const cases = casesOf(place, index, count, seed);
    for (let from = 0; from < count; from += BATCH) {
      const batch = cases.slice(from, from + BATCH);
      const expected = this.hardware.run(batch);
      if (expected === undefined) throw new Error(`the runner failed at ${place.row.mnemonic}`);
      this.processors.forEach(({ engine, processor }, position) => {
        batch.forEach((test, at) => {
          const actual = processor.run(test);
          const found = hostDifferences(test, expected[at]!, actual, this.host, processor);
          if (found.length === 0 || this.isDisturbed(test, actual, processor)) return;
          proof.differences[position]!++;
          if (proof.examples.length < DESCRIBED) proof.examples.push(`${engine}: ${describe(test, found)}`);
        });
      });
    }
    return proof;
  }

  /** An interrupt of the host clears the privilege bits of null selectors: what differs has to do so again. */
  private isDisturbed(test: InstructionCase, actual: InstructionResult, processor: EmulatedProcessor): boolean {
    const again = this.hardware.run([test]);
    return again !== undefined && hostDifferences(test, again[0]!, actual, this.host, processor).length === 0;
  }
}
