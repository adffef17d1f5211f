/**
 * Runs corner cases on the host's processor.
 */
import { fileURLToPath } from "node:url";
import { Runner } from "../hardware/runner.ts";
import { makeCases } from "./cases.ts";
import { type CornerCase, type CornerResult, HOST_ENTRIES } from "./layout.ts";
import { decodeResults, encodeCases } from "./records.ts";

export class Hardware {
  private readonly runner: Runner;

  private constructor(runner: Runner) {
    this.runner = runner;
  }

  /** undefined when the host cannot build or execute the runner, or its kernel does not have the descriptors of Linux for x86-64. */
  static open(): Hardware | undefined {
    if (process.arch !== "x64") return undefined;
    const runner = Runner.open(fileURLToPath(new URL("runner.c", import.meta.url)), encodeCases(makeCases("pages", 1, 1, HOST_ENTRIES)));
    return runner && new Hardware(runner);
  }

  close(): void {
    this.runner.close();
  }

  /** Results in the order of the cases, as records. Throws when the runner fails. */
  record(cases: readonly CornerCase[]): Uint8Array {
    const { status, output } = this.runner.run(encodeCases(cases));
    if (status !== 0) throw new Error(`the runner ended with ${status ?? "a signal"}`);
    return output;
  }

  run(cases: readonly CornerCase[]): CornerResult[] {
    return decodeResults(this.record(cases));
  }
}
