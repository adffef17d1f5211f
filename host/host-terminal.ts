/**
 * The host's terminal around a session: raw mode, window size, and back to what it was.
 *
 * Beneath: Node's raw mode, which leaves output processing on; stty(1) of the host ends that too.
 */
import { spawnSync } from "node:child_process";
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

  /** Hands the keyboard to the program, if it gets it, and follows the window's size. */
  attach(program: Program, withKeyboard: boolean): void {
    if (withKeyboard) {
      process.stdin.setRawMode(true);
      this.raw = true;
      // Full-screen programs move down by LF. Without stty on the host, lines start at the left margin instead.
      spawnSync("stty", ["-opost"], { stdio: ["inherit", "ignore", "ignore"] });
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
