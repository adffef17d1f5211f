/**
 * A program in C that executes a suite's cases on the host's own processor: it reads records from standard input and writes results.
 *
 * Layer beneath: host.ts.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BUILD_OPTIONS } from "./host.ts";

const OUTPUT_ROOM = 1 << 28;
/** A jump onto itself must not hang the tests. */
const TIMEOUT_MS = 60_000;

export class Runner {
  readonly #directory: string;
  readonly #program: string;

  private constructor(directory: string) {
    this.#directory = directory;
    this.#program = join(directory, "runner");
  }

  /**
   * @param source the program's file
   * @param trial a record that it must be able to execute
   * @returns undefined if the host cannot build the program or execute the trial: where users may not map low addresses
   * (vm.mmap_min_addr), some cases cannot be made
   */
  static open(source: string, trial: Uint8Array): Runner | undefined {
    const runner = new Runner(mkdtempSync(join(tmpdir(), "lites-runner-")));
    const built = spawnSync("gcc", [...BUILD_OPTIONS, "-o", runner.#program, source], { stdio: "ignore" });
    if (built.status === 0 && runner.run(trial).status === 0) return runner;
    runner.close();
    return undefined;
  }

  /** Exit status, null when a signal ended the program, and what it has written. */
  run(input: Uint8Array): { readonly status: number | null; readonly output: Buffer } {
    const { status, stdout } = spawnSync(this.#program, [], { input, maxBuffer: OUTPUT_ROOM, timeout: TIMEOUT_MS });
    return { status, output: stdout };
  }

  close(): void {
    rmSync(this.#directory, { recursive: true });
  }
}
