/**
 * A terminal on a channel port: what the host shows in a window is the other end.
 *
 * One helper thread reads the port at all times (^C must arrive while nobody reads) and feeds the line discipline;
 * the other drains the output queue (channel-output.ts).
 */
import { call, type NativeContext, type Op as NativeOp } from "#kernel/native.ts";
import { DriverRequest, DriverStatus } from "#servers/abi/generic-driver.ts";
import type { WaitQueue } from "../activation.ts";
import { Gate } from "../helper-threads.ts";
import { ChannelOutput, type ChannelPort } from "./channel-output.ts";
import { Terminal, type TerminalDevice, type TerminalIdentity, type TerminalSurroundings } from "./terminal.ts";

const INPUT_CHUNK = 4096;
const OUTPUT_CAPACITY = 65536;
/** What writers may fill; the rest is for echo. */
const WRITER_CAPACITY = OUTPUT_CAPACITY - 4096;

export interface ChannelTerminalOptions {
  channel: ChannelPort;
  surroundings: TerminalSurroundings;
  identity: TerminalIdentity;
  size?: { rows: number; columns: number };
  /** Called when nobody uses it any more: the port is closed then. */
  onEnd?: () => void;
}

/** Makes the terminal and starts reading its port. */
export function channelTerminal(options: ChannelTerminalOptions): Terminal {
  const device = new ChannelTerminalDevice(options);
  const terminal = new Terminal(device, options.surroundings, options.identity, options.size);
  device.serve(terminal);
  return terminal;
}

class ChannelTerminalDevice implements TerminalDevice {
  private readonly channel: ChannelPort;
  private readonly output: ChannelOutput;
  private readonly inputGate: Gate;
  private readonly onEnd: () => void;
  private ended = false;
  private terminal: Terminal | undefined;

  constructor(options: ChannelTerminalOptions) {
    this.channel = options.channel;
    this.inputGate = new Gate(options.channel.helpers);
    this.output = new ChannelOutput(options.channel, OUTPUT_CAPACITY, () => this.terminal?.hangUp());
    this.onEnd = options.onEnd ?? (() => {});
  }

  get room(): number {
    return Math.max(0, this.output.room - (OUTPUT_CAPACITY - WRITER_CAPACITY)) >> 1;
  }

  get pending(): number {
    return this.output.pending;
  }

  get drained(): WaitQueue {
    return this.output.drained;
  }

  send(bytes: Uint8Array): void {
    this.output.put(bytes);
  }

  flush(): void {
    this.output.flush();
  }

  setStopped(stopped: boolean): void {
    this.output.setStopped(stopped);
  }

  inputTaken(): void {
    this.inputGate.open();
  }

  lastClose(): void {}

  abandoned(): void {
    if (this.ended) return;
    this.ended = true;
    this.output.close();
    this.onEnd();
  }

  serve(terminal: Terminal): void {
    this.terminal = terminal;
    this.channel.helpers.start((context) => this.readInput(context, terminal));
  }

  private *readInput(context: NativeContext, terminal: Terminal): NativeOp<void> {
    const { driver, port, helpers } = this.channel;
    for (;;) {
      const reply = yield* call(driver, { words: [DriverRequest.READ, port, 0, INPUT_CHUNK] });
      let input = reply.strings[0] ?? new Uint8Array(0);
      if (reply.error !== 0 || reply.words[0] !== DriverStatus.OK || input.length === 0) break;
      for (;;) {
        input = input.subarray(terminal.input(input));
        yield* helpers.nudge();
        if (input.length === 0) break;
        yield* this.inputGate.wait(context);
      }
    }
    terminal.hangUp();
    yield* helpers.nudge();
  }
}
