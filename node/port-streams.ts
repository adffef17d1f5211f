/**
 * A channel port as Node's streams: guest input as a Writable, guest output as a Readable.
 */
import { Readable, Writable } from "node:stream";
import { unixErrorOf } from "#lites/filesystems/node-interface.ts";
import type { HostError } from "#machine/devices/channels.ts";
import type { Guest } from "#system/guest.ts";
import type { Port, PortReceiver } from "#system/port.ts";

/**
 * Takes output at once, or refuses it: the number of a Unix error of Linux, and the bytes that it took before. The program's write ends when it
 * is known, with that error.
 */
export type OutputSink = (bytes: Uint8Array) => { error: number; taken: number } | undefined;

/** Bytes of input kept in a port before a writer has to wait. */
const INPUT_HIGH_WATER = 64 << 10;

export class PortStreams implements PortReceiver {
  readonly input: Writable;
  readonly output: Readable;
  readonly port: Port;
  readonly sink: OutputSink | undefined;
  private inputWaiting: (() => void) | undefined;
  private onWanted: (() => void) | undefined;

  /** @param sink takes the output instead of the stream */
  constructor(guest: Guest, sink?: OutputSink) {
    this.sink = sink;
    const port = guest.openPort(this);
    this.port = port;
    this.input = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        port.write(chunk);
        if (port.buffered < INPUT_HIGH_WATER) done();
        else this.inputWaiting = done;
      },
      final: (done) => {
        port.end();
        done();
      },
    });
    this.output = new Readable({
      read: () => port.resume(),
      destroy: (error, done) => {
        port.hangUp();
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
      if (!this.input.writableEnded) this.port.fail(unixErrorOf(error).errno);
    });
    this.onWanted = pull;
  }

  // The port's receiver.

  data(bytes: Uint8Array): boolean | HostError {
    return this.sink === undefined ? this.output.push(bytes) : (this.sink(bytes) ?? true);
  }

  end(): void {
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
