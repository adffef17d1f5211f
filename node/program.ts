/**
 * A program started from outside: its streams and its end.
 */
import { Readable, Writable } from "node:stream";
import { unixErrorOf } from "#lites/filesystems/node-interface.ts";
import type { Channels, HostError } from "#machine/devices/channels.ts";

/** How a program ended: by exit or by a signal. */
export interface ExitStatus {
  /** Exit code 0 … 255; for a signal 128 + its number, as shells report it. */
  code: number;
  /** Signal number, if one ended it. */
  signal: number | undefined;
}

/**
 * Takes output at once, or refuses it: the number of a Unix error of Linux, and the bytes that it took before. The program's write ends when it
 * is known, with that error.
 */
export type OutputSink = (bytes: Uint8Array) => { error: number; taken: number } | undefined;

/** Bytes of input kept in a port before a writer has to wait. */
const INPUT_HIGH_WATER = 64 << 10;

/** The host's half of one channel port: guest input as a Writable, guest output as a Readable. */
export class PortStreams {
  readonly input: Writable;
  readonly output: Readable;
  readonly port: number;
  private inputWaiting: (() => void) | undefined;
  private onWanted: (() => void) | undefined;
  private readonly channels: Channels;
  private readonly wake: () => void;
  private readonly sink: OutputSink | undefined;

  /** @param sink takes the output instead of the stream */
  constructor(channels: Channels, wake: () => void, sink?: OutputSink) {
    this.channels = channels;
    this.wake = wake;
    this.sink = sink;
    const port = channels.openPort();
    this.port = port;
    this.input = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        channels.hostWrite(port, chunk);
        wake();
        if (channels.buffered(port) < INPUT_HIGH_WATER) done();
        else this.inputWaiting = done;
      },
      final: (done) => {
        channels.hostClose(port);
        wake();
        done();
      },
    });
    this.output = new Readable({
      read: () => {
        channels.hostDrained(port);
        wake();
      },
      destroy: (error, done) => {
        channels.hostHangup(port);
        wake();
        done(error);
      },
    });
  }

  /** Feeds the input from a stream, reading only when the guest asks for input. */
  feedFrom(source: Readable): void {
    let reading = false;
    const pull = (): void => {
      if (reading || this.input.writableEnded) return;
      reading = true;
      const take = (): void => {
        const chunk = source.read() as Buffer | null;
        if (chunk === null) {
          source.once("readable", take);
          return;
        }
        reading = false;
        this.input.write(chunk);
      };
      if (source.readableEnded) this.input.end();
      else take();
    };
    source.once("end", () => this.input.end());
    source.once("error", (error) => {
      if (this.input.writableEnded) return;
      this.channels.hostFail(this.port, unixErrorOf(error).errno);
      this.wake();
    });
    this.onWanted = pull;
  }

  // Called by the channel device.

  accept(bytes: Uint8Array): boolean | HostError {
    return this.sink === undefined ? this.output.push(bytes) : (this.sink(bytes) ?? true);
  }

  guestClosed(): void {
    this.output.push(null);
    this.releaseWriter();
  }

  wanted(): void {
    this.releaseWriter();
    this.onWanted?.();
  }

  private releaseWriter(): void {
    const waiting = this.inputWaiting;
    this.inputWaiting = undefined;
    waiting?.();
  }
}

export interface TerminalSize {
  rows: number;
  columns: number;
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
  private readonly control: ProgramControl;

  constructor(
    streams: { stdin: Writable; stdout: Readable; stderr: Readable },
    started: Promise<number>,
    exited: Promise<ExitStatus>,
    control: ProgramControl,
  ) {
    this.stdin = streams.stdin;
    this.stdout = streams.stdout;
    this.stderr = streams.stderr;
    this.started = started;
    this.exited = exited;
    this.control = control;
  }

  /** Sends a signal to the program, or to its process group. */
  kill(signal: number, options: { group?: boolean } = {}): void {
    void this.started.then((pid) => this.control.signal(pid, signal, options.group ?? false)).catch(() => {});
  }

  /** The terminal's window has a new size. */
  resize(size: TerminalSize): void {
    this.control.resize(size);
  }
}

export interface ProgramControl {
  signal(pid: number, signal: number, group: boolean): void;
  resize(size: TerminalSize): void;
}
