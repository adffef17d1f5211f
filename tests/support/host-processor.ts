/**
 * Executes records of one size on the host's own processor, by a program in C that reads requests and writes results, if that is an Intel
 * processor and the host can compile and run i386 programs. Other makers' processors differ in what the manual leaves open.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";

export class HostProcessor {
  readonly #directory: string;
  readonly #program: string;
  readonly #recordBytes: number;

  private constructor(directory: string, program: string, recordBytes: number) {
    this.#directory = directory;
    this.#program = program;
    this.#recordBytes = recordBytes;
  }

  /**
   * @param source the program's file
   * @param recordBytes size of a request, and of its result
   * @returns undefined if the host has no compiler, does not execute i386 code, or is of another make
   */
  static open(source: string, recordBytes: number): HostProcessor | undefined {
    if (cpus()[0]?.model.includes("Intel") !== true) return undefined;
    const directory = mkdtempSync(join(tmpdir(), "lites-runner-"));
    const program = join(directory, "runner");
    try {
      execFileSync("cc", ["-m32", "-static", "-O1", "-o", program, source], { stdio: "ignore" });
      execFileSync(program, { input: "", stdio: ["pipe", "ignore", "ignore"] });
    } catch {
      rmSync(directory, { recursive: true });
      return undefined;
    }
    return new HostProcessor(directory, program, recordBytes);
  }

  execute(requests: readonly Uint8Array[]): Uint8Array[] {
    const size = this.#recordBytes;
    const output = execFileSync(this.#program, { input: Buffer.concat(requests), maxBuffer: requests.length * size + 1 });
    return requests.map((_, i) => new Uint8Array(output.subarray(i * size, (i + 1) * size)));
  }

  close(): void {
    rmSync(this.#directory, { recursive: true });
  }
}
