/**
 * Runs random loops natively and on emulated processors, compares, and makes failing ones small.
 */
import { createProcessor, type Engine, POLICIES } from "#machine/engine.ts";
import type { Policy } from "#machine/translator/translator.ts";
import { differences } from "../programs/comparison.ts";
import { type EmulatedOutcome, EmulatedProcessor } from "../programs/emulated.ts";
import type { Outcome } from "../programs/layout.ts";
import type { NativeProcessor } from "../programs/native.ts";
import { listing } from "../programs/proof.ts";
import { Coverage } from "./coverage.ts";
import { type GeneratedLoop, generateLoop, isLong } from "./generator.ts";
import { createProbedProcessor, type ProbedProcessor } from "./probed-processor.ts";

/** Loops that run in one native process. */
const BATCH = 100;
/** Instructions of a slice, so that slices end everywhere. Short ones make many regions, which take long to translate. */
const SLICES = [9973, 100_003, 3001] as const;
const SHORT_SLICES = [997, 211] as const;
/** One loop of so many runs in short slices. */
const SHORT_STEP = 17;
/** Thresholds at which loops become hot soon, so that many can be proven. */
const EARLY: Policy = { ...POLICIES.auto, period: 100, threshold: 2, stepCost: 1 };
/** Most attempts at leaving out a part. */
const SHRINKING_STEPS = 400;

export interface Failure {
  readonly seed: number;
  readonly engine: Engine;
  readonly found: readonly string[];
}

export interface EngineTally {
  instructions: number;
  /** Loops of which translated code ran. */
  hot: number;
}

export interface Tally {
  loops: number;
  faults: number;
  /** By engine, in the order of the prover's. */
  readonly engines: readonly EngineTally[];
  readonly failures: Failure[];
  readonly coverage: Coverage;
}

function emptyTally(engines: readonly Engine[]): Tally {
  const tallies = engines.map(() => ({ instructions: 0, hot: 0 }));
  return { loops: 0, faults: 0, engines: tallies, failures: [], coverage: new Coverage() };
}

function sliceOf(seed: number): number {
  const slices = seed % SHORT_STEP === 0 ? SHORT_SLICES : SLICES;
  return slices[seed % slices.length]!;
}

/** An engine. Of `auto` there are two: one with its own thresholds, for loops that run long, and one with lower ones. */
class Side {
  readonly engine: Engine;
  private readonly quick: EmulatedProcessor;
  private readonly own: EmulatedProcessor;
  private readonly probes: ProbedProcessor[] = [];

  constructor(engine: Engine) {
    this.engine = engine;
    const create = (policy?: Policy): EmulatedProcessor =>
      new EmulatedProcessor(engine, (ram) => {
        if (policy === undefined) return createProcessor(engine, ram, { now: () => 0 });
        const probed = createProbedProcessor(ram, policy);
        this.probes.push(probed);
        return probed.processor;
      });
    this.own = create(engine === "interpreter" ? undefined : POLICIES[engine]);
    this.quick = engine === "auto" ? create(EARLY) : this.own;
  }

  run(loop: GeneratedLoop, seed: number): EmulatedOutcome {
    return (isLong(seed) ? this.own : this.quick).run(loop, sliceOf(seed));
  }

  /** Stretches in which translated code ran, so far. */
  get stretches(): number {
    return this.probes.reduce((sum, probe) => sum + probe.stretches(), 0);
  }
}

export class LoopProver {
  private readonly native: NativeProcessor;
  private readonly engines: readonly Engine[];
  private readonly reference = new Side("interpreter");
  private readonly sides: readonly Side[];

  constructor(native: NativeProcessor, engines: readonly Engine[]) {
    this.native = native;
    this.engines = engines;
    this.sides = engines.map((engine) => new Side(engine));
  }

  /** Proves `count` loops from a seed on. @param starting is told of each loop and engine, by place, before it runs */
  prove(seed: number, count: number, starting: (seed: number, engine: number) => void = () => undefined): Tally {
    const tally = emptyTally(this.engines);
    for (let from = 0; from < count; from += BATCH) {
      const seeds = Array.from({ length: Math.min(BATCH, count - from) }, (_, index) => seed + from + index);
      const loops = seeds.map((one) => generateLoop(one));
      const expected = this.native.run(loops);
      seeds.forEach((one, index) => this.compare(one, loops[index]!, expected[index], tally, starting));
    }
    return tally;
  }

  private compare(
    seed: number,
    loop: GeneratedLoop,
    expected: Outcome | undefined,
    tally: Tally,
    starting: (seed: number, engine: number) => void,
  ): void {
    tally.loops++;
    tally.coverage.add(loop.ways);
    if (expected === undefined) {
      for (const engine of this.engines) tally.failures.push({ seed, engine, found: ["it does not end natively"] });
      return;
    }
    tally.faults += expected.faults;
    starting(seed, -1);
    const { instructions } = this.reference.run(loop, seed);
    this.sides.forEach((side, place) => {
      starting(seed, place);
      const before = side.stretches;
      const actual = side.run(loop, seed);
      const figures = tally.engines[place]!;
      figures.instructions += actual.instructions;
      if (side.stretches > before) figures.hot++;
      const found = differences(expected, actual);
      if (actual.instructions !== instructions) found.push(`${actual.instructions} instructions, not ${instructions}`);
      if (found.length > 0) tally.failures.push({ seed, engine: side.engine, found });
    });
  }

  /** How a loop differs on a new processor, on which nothing ran before. */
  private difference(seed: number, engine: Engine, omitted: ReadonlySet<number>): string[] {
    const loop = generateLoop(seed, omitted);
    const [expected] = this.native.run([loop]);
    return expected === undefined ? [] : differences(expected, new Side(engine).run(loop, seed));
  }

  /** The loop of a failure with as many parts left out as possible, disassembled. */
  explain({ seed, engine, found }: Failure): string {
    const omitted = new Set<number>();
    let smallest = found;
    let attempts = 0;
    let isSmaller = true;
    while (isSmaller && attempts <= SHRINKING_STEPS) {
      isSmaller = false;
      for (const part of generateLoop(seed, omitted).parts) {
        if (omitted.has(part) || ++attempts > SHRINKING_STEPS) continue;
        omitted.add(part);
        const remaining = this.difference(seed, engine, omitted);
        if (remaining.length === 0) omitted.delete(part);
        else {
          smallest = remaining;
          isSmaller = true;
        }
      }
    }
    return `seed ${seed}, ${engine}: ${smallest.join("; ")}\n${listing(generateLoop(seed, omitted))}`;
  }
}
