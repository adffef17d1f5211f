/**
 * Runs instruction cases on the host's processor.
 */
import { fileURLToPath } from "node:url";
import { Runner } from "../hardware/runner.ts";
import { CODE, type InstructionCase, type InstructionResult, NO_PLACE, SelectorKind } from "./layout.ts";
import { decodeResults, encodeCases } from "./records.ts";
import { INITIAL_UNITS } from "./units.ts";

const NOP: InstructionCase = {
  registers: [0, 0, 0, 0, 0, 0, 0, 0],
  eflags: 0x202,
  eip: CODE,
  seed: 1,
  fs: 0,
  pokes: [],
  code: [0x90],
  lead: 0,
  selector: SelectorKind.NONE,
  selectorPlace: 0,
  selectorResult: NO_PLACE,
  blank: [0, 0],
  units: INITIAL_UNITS,
};

export class Hardware {
  private readonly runner: Runner;

  private constructor(runner: Runner) {
    this.runner = runner;
  }

  /** undefined when the host cannot build or execute the runner. */
  static open(source = fileURLToPath(new URL("runner.c", import.meta.url))): Hardware | undefined {
    const runner = Runner.open(source, encodeCases([NOP]));
    return runner && new Hardware(runner);
  }

  close(): void {
    this.runner.close();
  }

  /** Results in the order of the cases; undefined when the runner failed. */
  run(cases: readonly InstructionCase[]): InstructionResult[] | undefined {
    const { status, output } = this.runner.run(encodeCases(cases));
    if (status !== 0) return undefined;
    const results = decodeResults(output);
    return results.length === cases.length ? results : undefined;
  }
}
