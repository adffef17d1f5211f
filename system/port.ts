/**
 * The host's half of a channel port: bytes to the guest and from it, by plain calls. Streams of a host stand on it.
 */
import type { Channels, HostError } from "#machine/devices/channels.ts";

/** Takes what comes out of a port. */
export interface PortReceiver {
  /** Output of the guest, in an array of the receiver's own. @returns false: no more until resume(); an error: the guest's write ends with it */
  data(bytes: Uint8Array): boolean | HostError;
  /** The guest has closed the port: there will be no more output, and nobody takes input. */
  end(): void;
  /** The guest looked for input and found none. */
  wanted?(): void;
}

export class Port {
  readonly number: number;
  readonly receiver: PortReceiver;
  private readonly channels: Channels;
  private readonly wake: () => void;

  /** @param wake makes the machine run soon */
  constructor(channels: Channels, receiver: PortReceiver, wake: () => void) {
    this.channels = channels;
    this.receiver = receiver;
    this.wake = wake;
    this.number = channels.openPort();
  }

  /** Bytes of input that the guest has not taken yet. */
  get buffered(): number {
    return this.channels.buffered(this.number);
  }

  /** Input, which is copied; all of it is kept until the guest takes it. */
  write(bytes: Uint8Array): void {
    this.channels.hostWrite(this.number, bytes);
    this.wake();
  }

  /** The end of input. */
  end(): void {
    this.channels.hostClose(this.number);
    this.wake();
  }

  /** Input cannot be had. @param errno the guest's number of the error */
  fail(errno: number): void {
    this.channels.hostFail(this.number, errno);
    this.wake();
  }

  /** The receiver takes output again. */
  resume(): void {
    this.channels.hostDrained(this.number);
    this.wake();
  }

  /** Nobody takes output any more: the guest's writes fail. */
  hangUp(): void {
    this.channels.hostHangup(this.number);
    this.wake();
  }
}
