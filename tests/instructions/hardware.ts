/**
 * Runs instruction cases on the host's processor, if it executes i386 programs and has a C compiler for them.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { CODE, type InstructionCase, type InstructionResult, NO_PLACE, SelectorKind } from "./layout.ts";
import { decodeResults, encodeCases } from "./records.ts";
import { INITIAL_UNITS } from "./units.ts";

const RESULT_ROOM = 1 << 28;
/** A jump onto itself must not hang the tests. */
const TIMEOUT_MS = 60_000;

export class Hardware {
  private readonly directory: string;

  private constructor(directory: string) {
    this.directory = directory;
  }

  /** undefined when the host cannot build or run the runner. */
  static open(source = fileURLToPath(new URL("runner.c", import.meta.url))): Hardware | undefined {
    if (process.platform !== "linux") return undefined;
    const directory = mkdtempSync(join(tmpdir(), "instructions-"));
    const hardware = new Hardware(directory);
    const options = ["-m32", "-static", "-O2", "-fno-stack-protector"];
    const built = spawnSync("gcc", [...options, "-o", hardware.runner, source], { stdio: "ignore" });
    const nop: InstructionCase = {
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
    if (built.status !== 0 || hardware.run([nop]) === undefined) {
      hardware.close();
      return undefined;
    }
    return hardware;
  }

  private get runner(): string {
    return join(this.directory, "runner");
  }

  close(): void {
    rmSync(this.directory, { recursive: true });
  }

  /** Results in the order of the cases; undefined when the runner failed. */
  run(cases: readonly InstructionCase[]): InstructionResult[] | undefined {
    const child = spawnSync(this.runner, [], { input: encodeCases(cases), maxBuffer: RESULT_ROOM, timeout: TIMEOUT_MS });
    if (child.status !== 0) return undefined;
    const results = decodeResults(child.stdout);
    return results.length === cases.length ? results : undefined;
  }
}
