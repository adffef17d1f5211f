/**
 * A program started from outside: its streams and its end.
 */
import type { Readable, Writable } from "node:stream";
import type { ExitStatus, GuestProgram, TerminalSize } from "#system/guest.ts";

/** What run() collects. */
export interface RunResult<Output = Buffer> extends ExitStatus {
  stdout: Output;
  stderr: Output;
}

export interface TerminalOptions extends TerminalSize {
  /** The other side processes output itself: the terminal starts with OPOST off, so that lines end in LF alone. */
  plainOutput?: boolean;
}

export class Program {
  /** Process id in the guest, once it is started. Rejects with the reason when it cannot be started. */
  readonly started: Promise<number>;
  readonly exited: Promise<ExitStatus>;
  /** Input; for a program on a terminal: what is typed. */
  readonly stdin: Writable;
  /** Output; for a program on a terminal: all of the terminal's output. */
  readonly stdout: Readable;
  /** Error output; ends at once for a program whose standard output and error are its terminal. */
  readonly stderr: Readable;
  private readonly program: GuestProgram;
  private readonly setSize: (size: TerminalSize) => void;

  /** @internal */
  constructor(
    program: GuestProgram,
    streams: { stdin: Writable; stdout: Readable; stderr: Readable },
    setSize: (size: TerminalSize) => void,
  ) {
    this.program = program;
    this.started = program.started;
    this.exited = program.exited;
    this.stdin = streams.stdin;
    this.stdout = streams.stdout;
    this.stderr = streams.stderr;
    this.setSize = setSize;
  }

  /** Sends a signal to the program, or to its process group. */
  kill(signal: number, options: { group?: boolean } = {}): void {
    this.program.kill(signal, options);
  }

  /** The terminal's window has a new size. */
  resize(size: TerminalSize): void {
    this.setSize(size);
  }
}
