/** A program on a pseudo terminal of the host, its screen kept by xterm's emulation. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { join } from "node:path";
import type { Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import { Screen } from "../support/screen.ts";

const helperSource = fileURLToPath(new URL("../support/pty.c", import.meta.url));

/** Compiles the helper that holds the pseudo terminal; returns its path. */
export function compilePtyHelper(folder: string): string {
  const path = join(folder, "pty");
  execFileSync(process.env["CC"] ?? "cc", ["-O1", "-Wall", "-o", path, helperSource]);
  return path;
}

export interface TerminalOptions {
  readonly rows?: number;
  readonly columns?: number;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

export class TerminalProgram {
  readonly screen: Screen;
  readonly #child: ChildProcess;
  readonly #closed: Promise<number>;

  constructor(helper: string, command: readonly string[], { rows = 24, columns = 80, cwd, env }: TerminalOptions) {
    this.screen = new Screen(rows, columns);
    this.#child = spawn(helper, [String(rows), String(columns), ...command], { cwd, env, stdio: ["pipe", "pipe", "inherit", "pipe"] });
    this.#child.stdout?.on("data", (bytes: Buffer) => this.screen.write(bytes));
    this.#closed = new Promise((resolve) => this.#child.on("close", (code) => resolve(code ?? -1)));
  }

  type(text: string): void {
    this.#child.stdin?.write(text);
  }

  resize(rows: number, columns: number): void {
    this.screen.resize(rows, columns);
    (this.#child.stdio[3] as Writable).write(`${rows} ${columns}\n`);
  }

  /** All that was written, as it came. */
  get output(): string {
    return this.screen.output;
  }

  lines(): string[] {
    return this.screen.lines();
  }

  cursor(): { row: number; column: number } {
    return this.screen.cursor();
  }

  /** Waits until the screen is as wished; fails with what it shows otherwise. */
  async until(isReached: (lines: string[]) => boolean, what: string): Promise<void> {
    for (let turn = 0; turn < 500; turn++) {
      await new Promise((resolve) => setTimeout(resolve, 10));
      if (isReached(this.lines())) return;
    }
    throw new Error(`the screen does not show ${what}:\n${this.lines().join("\n")}`);
  }

  /** Waits until the last row that is not empty is this text. */
  untilLast(text: string): Promise<void> {
    return this.until((lines) => lines.at(-1) === text.trimEnd(), JSON.stringify(text));
  }

  /** The exit status. */
  closed(): Promise<number> {
    return this.#closed;
  }

  kill(): void {
    this.#child.kill("SIGKILL");
  }
}
