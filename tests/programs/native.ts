/**
 * Runs programs on the host's processor, if it executes i386 programs and has a C compiler for them.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Outcome, type Program, UNITS_BYTES } from "./layout.ts";

const OUTPUT_ROOM = 1 << 28;
const TIMEOUT_MS = 60_000;
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
  private readonly directory: string;

  private constructor(directory: string) {
    this.directory = directory;
  }

  /** undefined when the host cannot build or run the runner. */
  static open(source = fileURLToPath(new URL("runner.c", import.meta.url))): NativeProcessor | undefined {
    if (process.platform !== "linux") return undefined;
    const directory = mkdtempSync(join(tmpdir(), "programs-"));
    const runner = join(directory, "runner");
    const built = spawnSync("gcc", ["-m32", "-static", "-O2", "-fno-stack-protector", "-o", runner, source], { stdio: "ignore" });
    if (built.status === 0 && spawnSync(runner, { input: "" }).status === 0) return new NativeProcessor(directory);
    rmSync(directory, { recursive: true });
    return undefined;
  }

  close(): void {
    rmSync(this.directory, { recursive: true });
  }

  /** Outcomes in the order of the programs; fewer when one did not end. */
  run(programs: readonly Program[]): Outcome[] {
    const input = Buffer.concat(programs.map(encode));
    const { stdout } = spawnSync(join(this.directory, "runner"), { input, maxBuffer: OUTPUT_ROOM, timeout: TIMEOUT_MS });
    return Array.from({ length: Math.floor(stdout.length / OUTCOME_BYTES) }, (_, index) => decode(stdout, index * OUTCOME_BYTES));
  }
}
