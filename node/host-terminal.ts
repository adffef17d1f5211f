/**
 * The host's terminal around a session: raw mode, window size, and back to what it was.
 *
 * Beneath: Node's raw mode, which leaves output processing on; stty(1) of the host ends that too.
 */
import { spawnSync } from "node:child_process";
import type { TerminalSize } from "#system/guest.ts";
import type { Program } from "./program.ts";

const DEFAULT_SIZE: TerminalSize = { rows: 24, columns: 80 };

/** Runs stty on the terminal. @returns its output; undefined when the host has none */
function stty(argument: string): string | undefined {
  const { status, stdout } = spawnSync("stty", [argument], { stdio: ["inherit", "pipe", "ignore"], encoding: "utf8" });
  return status === 0 ? stdout.trim() : undefined;
}

export class HostTerminal {
  private raw = false;
  private onResize: (() => void) | undefined;
  private readonly window = process.stdout.isTTY ? process.stdout : process.stderr.isTTY ? process.stderr : undefined;
  private readonly restoreAtExit = (): void => this.restore();

  size(): TerminalSize {
    if (!this.window?.columns || !this.window.rows) return DEFAULT_SIZE;
    return { rows: this.window.rows, columns: this.window.columns };
  }

  /** Follows the window's size. */
  attach(program: Program): void {
    this.onResize = () => program.resize(this.size());
    this.window?.on("resize", this.onResize);
  }

  /**
   * Hands the keyboard to the program.
   * @param keys sees what is typed, and says what the program gets
   * @returns how stty sets the terminal back
   */
  attachKeyboard(program: Program, keys: (bytes: Uint8Array) => Uint8Array): string | undefined {
    const settings = stty("-g");
    process.stdin.setRawMode(true);
    this.raw = true;
    // Full-screen programs move down by LF. Without stty on the host, lines start at the left margin instead.
    stty("-opost");
    process.on("exit", this.restoreAtExit);
    process.stdin.on("data", (chunk: Buffer) => {
      const passed = keys(chunk);
      if (passed.length > 0) program.stdin.write(passed);
    });
    process.stdin.once("end", () => program.stdin.end());
    return settings;
  }

  /** Shows text of the command's own among the program's output. */
  show(text: string): void {
    this.window?.write(text);
  }

  restore(): void {
    if (this.onResize) this.window?.off("resize", this.onResize);
    this.onResize = undefined;
    if (!this.raw) return;
    this.raw = false;
    process.off("exit", this.restoreAtExit);
    process.stdin.setRawMode(false);
    process.stdin.pause();
  }
}
