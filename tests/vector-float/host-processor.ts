/**
 * Executes requests (record.ts) on the host's own processor, if that is an Intel one and the host can compile and run i386
 * programs. Other makers' processors differ in what the manual leaves open.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { RECORD_BYTES } from "./record.ts";

const SOURCE = fileURLToPath(new URL("./runner.c", import.meta.url));

export class HostProcessor {
  readonly #directory: string;
  readonly #program: string;

  private constructor(directory: string, program: string) {
    this.#directory = directory;
    this.#program = program;
  }

  /** @returns undefined if the host has no compiler or does not execute i386 code, or is of another make */
  static open(): HostProcessor | undefined {
    if (cpus()[0]?.model.includes("Intel") !== true) return undefined;
    const directory = mkdtempSync(join(tmpdir(), "vector-float-"));
    const program = join(directory, "runner");
    try {
      execFileSync("cc", ["-m32", "-static", "-O1", "-o", program, SOURCE], { stdio: "ignore" });
      execFileSync(program, { input: "", stdio: ["pipe", "ignore", "ignore"] });
    } catch {
      rmSync(directory, { recursive: true });
      return undefined;
    }
    return new HostProcessor(directory, program);
  }

  execute(requests: readonly Uint8Array[]): Uint8Array[] {
    const output = execFileSync(this.#program, {
      input: Buffer.concat(requests),
      maxBuffer: requests.length * RECORD_BYTES + 1,
    });
    return requests.map((_, i) => new Uint8Array(output.subarray(i * RECORD_BYTES, (i + 1) * RECORD_BYTES)));
  }

  close(): void {
    rmSync(this.#directory, { recursive: true });
  }
}
