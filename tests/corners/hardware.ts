/**
 * Runs corner cases on the host's processor, if it executes i386 programs and has a C compiler for them.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { CornerCase, CornerResult } from "./layout.ts";
import { decodeResults, encodeCases } from "./records.ts";

const RESULT_ROOM = 1 << 28;
/** A jump onto itself must not hang the tests. */
const TIMEOUT_MS = 60_000;

export class Hardware {
  private readonly directory: string;

  private constructor(directory: string) {
    this.directory = directory;
  }

  /** undefined when the host cannot build the runner. */
  static open(): Hardware | undefined {
    if (process.platform !== "linux" || process.arch !== "x64") return undefined;
    const directory = mkdtempSync(join(tmpdir(), "corners-"));
    const source = fileURLToPath(new URL("runner.c", import.meta.url));
    const hardware = new Hardware(directory);
    const options = ["-m32", "-static", "-O2", "-fno-stack-protector"];
    const built = spawnSync("gcc", [...options, "-o", hardware.runner, source], { stdio: "ignore" });
    if (built.status === 0) return hardware;
    hardware.close();
    return undefined;
  }

  private get runner(): string {
    return join(this.directory, "runner");
  }

  close(): void {
    rmSync(this.directory, { recursive: true });
  }

  /** Results in the order of the cases, as records. Throws when the runner fails. */
  record(cases: readonly CornerCase[]): Uint8Array {
    const child = spawnSync(this.runner, [], { input: encodeCases(cases), maxBuffer: RESULT_ROOM, timeout: TIMEOUT_MS });
    if (child.status !== 0) throw new Error(`the runner ended with ${child.status ?? child.signal}`);
    return child.stdout;
  }

  run(cases: readonly CornerCase[]): CornerResult[] {
    return decodeResults(this.record(cases));
  }
}
