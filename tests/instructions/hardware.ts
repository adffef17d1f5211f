/**
 * Runs instruction cases on the host's processor, if it executes i386 programs and has a C compiler for them.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type InstructionCase, type InstructionResult, POKES } from "./layout.ts";

const CASE_WORDS = 8 + 4 + 2 * POKES + 4 + 1;
const RESULT_WORDS = 8 + 6;
const FIRST_CODE_BYTE = (8 + 4 + 2 * POKES) * 4;
const RESULT_ROOM = 1 << 28;
/** A jump onto itself must not hang the tests. */
const TIMEOUT_MS = 60_000;

export class Hardware {
  private readonly directory: string;

  private constructor(directory: string) {
    this.directory = directory;
  }

  /** undefined when the host cannot build or run the runner. */
  static open(): Hardware | undefined {
    if (process.platform !== "linux") return undefined;
    const directory = mkdtempSync(join(tmpdir(), "instructions-"));
    const source = fileURLToPath(new URL("runner.c", import.meta.url));
    const hardware = new Hardware(directory);
    const options = ["-m32", "-static", "-O2", "-fno-stack-protector"];
    const built = spawnSync("gcc", [...options, "-o", hardware.runner, source], { stdio: "ignore" });
    const nop: InstructionCase = {
      registers: [0, 0, 0, 0, 0, 0, 0, 0], eflags: 0x202, eip: 0x20000000, seed: 1, fs: 0, pokes: [], code: [0x90],
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
    const words = new Uint32Array(cases.length * CASE_WORDS);
    const bytes = new Uint8Array(words.buffer);
    cases.forEach((test, index) => {
      const at = index * CASE_WORDS;
      words.set(test.registers, at);
      words.set([test.eflags, test.eip, test.seed, test.fs], at + 8);
      test.pokes.forEach(([address, value], poke) => {
        words[at + 12 + poke] = address;
        words[at + 12 + POKES + poke] = value;
      });
      bytes.set(test.code, at * 4 + FIRST_CODE_BYTE);
      words[at + CASE_WORDS - 1] = test.code.length;
    });
    const child = spawnSync(this.runner, [], { input: bytes, maxBuffer: RESULT_ROOM, timeout: TIMEOUT_MS });
    if (child.status !== 0 || child.stdout.length !== cases.length * RESULT_WORDS * 4) return undefined;
    const output = new Uint32Array(Uint8Array.from(child.stdout).buffer);
    return cases.map((_, index) => {
      const r = Array.from(output.subarray(index * RESULT_WORDS, (index + 1) * RESULT_WORDS));
      return {
        registers: r.slice(0, 8), eflags: r[8]!, eip: r[9]!, vector: r[10]!, error: r[11]!, address: r[12]!, hash: r[13]!,
      };
    });
  }
}
