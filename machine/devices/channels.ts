/**
 * The channel device: numbered ports, each a byte stream in both directions between host and guest.
 *
 * Port 0 always exists; it carries control messages (newline-delimited JSON). The host opens further
 * ports for terminals and standard streams. The two sides are callbacks and registers; nothing waits here.
 *
 * - host → guest is buffered without limit (the host can pace itself by `buffered`).
 * - guest → host is not buffered: the host takes every `put` at once, and may then declare itself
 *   congested until `hostDrained`; meanwhile the guest's puts accept nothing.
 *
 * Any change that the guest may wait for is an event of the port; the interrupt line is asserted while there are
 * events.
 * A port number is used again only when both sides have closed it.
 * Layer beneath: interrupts.ts.
 */
import { InterruptLine, type InterruptController, type InterruptWire } from "../interrupts.ts";

/** Bytes that one `put` takes at most, so that a host's queue stays small when it says "congested". */
export const MAX_PUT_BYTES = 64 << 10;

/** What the host could not do, by its own number of the error, which the device passes on. */
export interface HostError {
  error: number;
  /** Bytes that were taken before. */
  taken: number;
}

export interface ChannelHost {
  /** Output of the guest; the array belongs to the host. False: congested, until hostDrained(port). */
  onOutput(port: number, bytes: Uint8Array): boolean | HostError;
  /**
   * The guest looked for input and found none: a host that reads on demand fetches some now. It may call hostWrite at
   * once.
   */
  onInputWanted?(port: number): void;
  /** The guest closed its side of a port: there will be no more output. */
  onGuestClose?(port: number): void;
}

interface Port {
  readonly input: Uint8Array[];
  /** Bytes of input[0] that the guest has taken. */
  taken: number;
  buffered: number;
  inputEnded: boolean;
  /** Why there is no more input, if it did not just end. */
  inputError: number | undefined;
  congested: boolean;
  hungUp: boolean;
  guestClosed: boolean;
}

export class Channels {
  private readonly ports = new Map<number, Port>();
  private readonly news = new Set<number>();
  private readonly wire: InterruptWire;
  private readonly host: ChannelHost;

  constructor(interrupts: InterruptController, host: ChannelHost) {
    this.wire = interrupts.connect(InterruptLine.CHANNELS);
    this.host = host;
    this.openPort();
  }

  // The host's side.

  /** Opens the lowest free port and returns its number. */
  openPort(): number {
    let port = 0;
    while (this.ports.has(port)) port++;
    this.ports.set(port, {
      input: [],
      taken: 0,
      buffered: 0,
      inputEnded: false,
      inputError: undefined,
      congested: false,
      hungUp: false,
      guestClosed: false,
    });
    return port;
  }

  /** Input for the guest. Ignored after hostClose, and when the guest has closed the port. */
  hostWrite(port: number, bytes: Uint8Array): void {
    const state = this.ports.get(port);
    if (!state || state.inputEnded || state.guestClosed || bytes.length === 0) return;
    state.input.push(bytes.slice());
    state.buffered += bytes.length;
    this.announce(port);
  }

  /** Bytes that the guest has not taken yet. */
  buffered(port: number): number {
    return this.ports.get(port)?.buffered ?? 0;
  }

  /** End of input: the guest reads what is buffered, then "end". */
  hostClose(port: number): void {
    const state = this.ports.get(port);
    if (!state || state.inputEnded) return;
    state.inputEnded = true;
    this.announce(port);
    this.forgetWhenClosed(port, state);
  }

  /** Input cannot be had: the guest reads what is buffered, then this error, each time. */
  hostFail(port: number, error: number): void {
    const state = this.ports.get(port);
    if (!state || state.inputEnded) return;
    state.inputError = error;
    this.hostClose(port);
  }

  /** The host takes output again. */
  hostDrained(port: number): void {
    const state = this.ports.get(port);
    if (!state?.congested) return;
    state.congested = false;
    this.announce(port);
  }

  /** Nobody reads the guest's output any more: puts fail. */
  hostHangup(port: number): void {
    const state = this.ports.get(port);
    if (!state || state.hungUp) return;
    state.hungUp = true;
    this.announce(port);
    this.forgetWhenClosed(port, state);
  }

  // The guest's side: the registers that the driver sees (ChannelPorts of servers/channel-driver.ts).

  isOpen(port: number): boolean {
    const state = this.ports.get(port);
    return state !== undefined && !state.guestClosed;
  }

  /** Takes up to `max` bytes of input. */
  take(port: number, max: number): Uint8Array | "empty" | "end" | HostError {
    const state = this.ports.get(port);
    if (!state || state.guestClosed) return "end";
    if (state.buffered === 0) {
      if (state.inputEnded) return state.inputError === undefined ? "end" : { error: state.inputError, taken: 0 };
      this.host.onInputWanted?.(port);
      return "empty";
    }
    const result = new Uint8Array(Math.min(max, state.buffered));
    let filled = 0;
    while (filled < result.length) {
      const chunk = state.input[0]!;
      const part = chunk.subarray(state.taken, state.taken + result.length - filled);
      result.set(part, filled);
      filled += part.length;
      state.taken += part.length;
      if (state.taken === chunk.length) {
        state.input.shift();
        state.taken = 0;
      }
    }
    state.buffered -= filled;
    return result;
  }

  /** Gives output to the host: the number of bytes accepted, 0 while it is congested. */
  put(port: number, bytes: Uint8Array): number | "hangup" | HostError {
    const state = this.ports.get(port);
    if (!state || state.hungUp || state.guestClosed) return "hangup";
    if (state.congested || bytes.length === 0) return 0;
    const accepted = bytes.slice(0, MAX_PUT_BYTES);
    // The callback may drain or hang up the port at once, so only its answer decides about congestion.
    const answer = this.host.onOutput(port, accepted);
    if (typeof answer === "object") return answer;
    if (!answer) state.congested = true;
    return accepted.length;
  }

  /** The guest needs the port no more: input is thrown away, the host hears of it. */
  close(port: number): void {
    const state = this.ports.get(port);
    if (!state || state.guestClosed) return;
    state.guestClosed = true;
    state.input.length = 0;
    state.buffered = 0;
    this.forgetWhenClosed(port, state);
    this.host.onGuestClose?.(port);
  }

  /** The ports with news since the last call, in the order of their news. */
  events(): number[] {
    const ports = [...this.news];
    this.news.clear();
    this.wire.set(false);
    return ports;
  }

  private announce(port: number): void {
    this.news.add(port);
    this.wire.set(true);
  }

  private forgetWhenClosed(port: number, state: Port): void {
    if (state.guestClosed && state.inputEnded && state.hungUp) {
      this.ports.delete(port);
      this.news.delete(port);
      this.wire.set(this.news.size > 0);
    }
  }
}
