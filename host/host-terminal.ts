/**
 * The host's terminal around a session: raw mode, window size, and back to what it was.
 */
import type { Program, TerminalSize } from "./program.ts";

const DEFAULT_SIZE: TerminalSize = { rows: 24, columns: 80 };

export class HostTerminal {
  private raw = false;
  private onResize: (() => void) | undefined;
  private readonly window = process.stdout.isTTY ? process.stdout : process.stderr.isTTY ? process.stderr : undefined;
  private readonly restoreAtExit = (): void => this.restore();

  size(): TerminalSize {
    if (!this.window?.columns || !this.window.rows) return DEFAULT_SIZE;
    return { rows: this.window.rows, columns: this.window.columns };
  }

  /** Hands the keyboard to the program (when standard input is the terminal) and follows the window's size. */
  attach(program: Program, withKeyboard: boolean): void {
    if (withKeyboard) {
      process.stdin.setRawMode(true);
      this.raw = true;
      process.on("exit", this.restoreAtExit);
      process.stdin.on("data", (chunk: Buffer) => program.stdin.write(chunk));
      process.stdin.once("end", () => program.stdin.end());
    }
    this.onResize = () => program.resize(this.size());
    this.window?.on("resize", this.onResize);
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
