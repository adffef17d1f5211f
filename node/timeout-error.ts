/**
 * The error of programs that did not end in time.
 */
import type { RunResult } from "./program.ts";

/** run() ended a program that took too long. */
export class TimeoutError extends Error {
  override readonly name = "TimeoutError";
  readonly program: string;
  /** Milliseconds that it had. */
  readonly timeout: number;
  /** How it ended, and its output until then. */
  readonly result: RunResult<Buffer | string>;

  constructor(program: string, timeout: number, result: RunResult<Buffer | string>) {
    super(`${program}: not ended after ${timeout} ms`);
    this.program = program;
    this.timeout = timeout;
    this.result = result;
  }
}
