/**
 * Runs programs on the host's processor.
 */
import { fileURLToPath } from "node:url";
import { Runner } from "../hardware/runner.ts";
import { type Outcome, type Program, UNITS_BYTES } from "./layout.ts";

const HEADER_WORDS = 12;
const OUTCOME_BYTES = 14 * 4 + UNITS_BYTES;

/** The structures of runner.c. */
function encode(program: Program): Uint8Array {
  const length = (program.code.length + 3) & ~3;
  const bytes = new Uint8Array(HEADER_WORDS * 4 + program.tables.length * 4 + 2 * length);
  const words = new Uint32Array(bytes.buffer, 0, HEADER_WORDS + program.tables.length);
  words.set(program.registers);
  words.set([program.seed, program.entry, length, program.tables.length], 8);
  words.set(program.tables, HEADER_WORDS);
  const code = words.length * 4;
  bytes.fill(0xcc, code, code + length);
  bytes.set(program.code, code);
  bytes.set(program.skip, code + length);
  return bytes;
}

function decode(output: Uint8Array, at: number): Outcome {
  const view = new DataView(output.buffer, output.byteOffset + at, OUTCOME_BYTES);
  const word = (index: number): number => view.getUint32(index * 4, true);
  return {
    registers: [0, 1, 2, 3, 4, 5, 6, 7].map(word),
    eflags: word(8),
    eip: word(9),
    vector: word(10),
    faults: word(11),
    faultHash: word(12),
    memoryHash: word(13),
    units: Uint8Array.from(output.subarray(at + 14 * 4, at + OUTCOME_BYTES)),
  };
}

export class NativeProcessor {
  private readonly runner: Runner;

  private constructor(runner: Runner) {
    this.runner = runner;
  }

  /** undefined when the host cannot build or execute the runner. */
  static open(source = fileURLToPath(new URL("runner.c", import.meta.url))): NativeProcessor | undefined {
    const runner = Runner.open(source, new Uint8Array());
    return runner && new NativeProcessor(runner);
  }

  close(): void {
    this.runner.close();
  }

  /** Outcomes in the order of the programs; fewer when one did not end. */
  run(programs: readonly Program[]): Outcome[] {
    const { output } = this.runner.run(Buffer.concat(programs.map(encode)));
    return Array.from({ length: Math.floor(output.length / OUTCOME_BYTES) }, (_, index) => decode(output, index * OUTCOME_BYTES));
  }
}
