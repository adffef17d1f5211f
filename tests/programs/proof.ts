/**
 * Runs random programs natively and on emulated processors, compares, and makes failing ones small.
 */
import { decode } from "#machine/cpu/decoder.ts";
import { disassemble } from "#machine/cpu/disassemble.ts";
import type { Engine } from "#machine/engine.ts";
import type { KnownHost } from "../hardware/host.ts";
import { differences } from "./comparison.ts";
import { EmulatedProcessor } from "./emulated.ts";
import { type GeneratorOptions, generateProgram } from "./generator.ts";
import { CODE, FLAGS_DEFINED, type Outcome, type Program } from "./layout.ts";
import type { NativeProcessor } from "./native.ts";

/** Programs that run in one native process. */
const BATCH = 100;
/** Most attempts at leaving out a statement. */
const SHRINKING_STEPS = 200;
const LISTED = 60;

export interface Failure {
  readonly seed: number;
  readonly engine: Engine;
  readonly found: readonly string[];
}

export interface Tally {
  programs: number;
  instructions: number;
  faults: number;
  readonly failures: Failure[];
}

export class ProgramProver {
  private readonly native: NativeProcessor;
  private readonly host: KnownHost;
  private readonly reference = new EmulatedProcessor("interpreter");
  private readonly processors: readonly { engine: Engine; processor: EmulatedProcessor }[];

  /** @param host that the native processor belongs to */
  constructor(native: NativeProcessor, engines: readonly Engine[], host: KnownHost) {
    this.native = native;
    this.host = host;
    this.processors = engines.map((engine) => ({ engine, processor: new EmulatedProcessor(engine) }));
  }

  /** Every third program changes its code. */
  private optionsOf(seed: number): GeneratorOptions {
    return { changesCode: seed % 3 === 0, host: this.host };
  }

  /** Proves `count` programs from a seed on. */
  prove(seed: number, count: number, progress: (tally: Tally) => void = () => undefined): Tally {
    const tally: Tally = { programs: 0, instructions: 0, faults: 0, failures: [] };
    for (let from = 0; from < count; from += BATCH) {
      const seeds = Array.from({ length: Math.min(BATCH, count - from) }, (_, index) => seed + from + index);
      const programs = seeds.map((one) => generateProgram(one, this.optionsOf(one)));
      const expected = this.native.run(programs);
      seeds.forEach((one, index) => this.compare(one, programs[index]!, expected[index], tally));
      progress(tally);
    }
    return tally;
  }

  private compare(seed: number, program: Program, expected: Outcome | undefined, tally: Tally): void {
    tally.programs++;
    const { instructions } = this.reference.run(program);
    if (expected !== undefined) {
      tally.faults += expected.faults;
      tally.instructions += instructions;
    }
    for (const { engine, processor } of this.processors) {
      const found = this.run(program, expected, processor, instructions);
      if (found.length > 0) tally.failures.push({ seed, engine, found });
    }
  }

  /** @returns how a program differs from the host, and in its count of instructions from the interpreter's */
  private run(program: Program, expected: Outcome | undefined, processor: EmulatedProcessor, instructions: number): string[] {
    if (expected === undefined) return ["it does not end natively"];
    const actual = processor.run(program);
    const found = differences(expected, actual);
    if (instructions !== actual.instructions) found.push(`${actual.instructions} instructions, not ${instructions}`);
    return found;
  }

  /** The program of a failure with as many statements left out as possible, disassembled. */
  explain({ seed, engine, found }: Failure): string {
    const omitted = new Set<number>();
    const make = (): ReturnType<typeof generateProgram> => generateProgram(seed, { ...this.optionsOf(seed), omitted });
    let smallest = found;
    let attempts = 0;
    let isSmaller = true;
    while (isSmaller) {
      isSmaller = false;
      for (const statement of make().statements) {
        if (omitted.has(statement) || ++attempts > SHRINKING_STEPS) continue;
        omitted.add(statement);
        const program = make();
        // A new processor, so that nothing depends on what ran before.
        const { instructions } = this.reference.run(program);
        const remaining = this.run(program, this.native.run([program])[0], new EmulatedProcessor(engine), instructions);
        if (remaining.length === 0) omitted.delete(statement);
        else {
          smallest = remaining;
          isSmaller = true;
        }
      }
      if (attempts > SHRINKING_STEPS) break;
    }
    return `seed ${seed}, ${engine}: ${smallest.join("; ")}\n${listing(make())}`;
  }
}

/** The instructions of a program, as far as they are not too many. */
export function listing(program: Program): string {
  const lines: string[] = [];
  program.skip.forEach((entry, offset) => {
    if (entry === 0) return;
    const instruction = decode({ fetch: (index) => program.code[offset + index] ?? 0xcc });
    const bytes = Array.from(program.code.subarray(offset, offset + (entry & ~FLAGS_DEFINED)), (byte) =>
      byte.toString(16).padStart(2, "0"),
    );
    const mark = offset === program.entry ? ">" : " ";
    lines.push(`${mark} ${(CODE + offset).toString(16)}  ${bytes.join(" ").padEnd(30)} ${disassemble(instruction, CODE + offset)}`);
  });
  const kept = lines.length > LISTED ? [...lines.slice(0, LISTED), `  … ${lines.length - LISTED} more`] : lines;
  return `registers ${program.registers.map((value) => value.toString(16)).join(" ")}, arena ${program.seed.toString(16)}\n${kept.join("\n")}`;
}
