/**
 * A running system as a host sees it: programs are spawned in it, by requests on the control port; bytes go in and out by ports.
 *
 * Layer beneath: the machine and its pump. Protocol: lites/abi/control-messages.ts.
 */
import type { ControlEvent, ControlRequest, ControlStream } from "#lites/abi/control-messages.ts";
import type { ChannelHost, HostError } from "#machine/devices/channels.ts";
import { type Machine, makeMachine } from "./machine.ts";
import type { MachineParts } from "./machine-parts.ts";
import type { MeasuredParts } from "./measured-parts.ts";
import { Port, type PortReceiver } from "./port.ts";
import { Pump } from "./pump.ts";
import type { Scheduler } from "./scheduler.ts";
import { SpawnError } from "./spawn-error.ts";

export const defaultEnvironment: Readonly<Record<string, string>> = {
  PATH: "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin",
  HOME: "/root",
  SHELL: "/bin/sh",
  USER: "root",
  LOGNAME: "root",
};

/** How a program ended: by exit or by a signal. */
export interface ExitStatus {
  /** Exit code 0 … 255; for a signal 128 + its number, as shells report it. */
  code: number;
  /** Signal number, if one ended it. */
  signal: number | undefined;
}

export interface TerminalSize {
  rows: number;
  columns: number;
}

/** What a descriptor of a program is. Equal ports are one open file. */
export interface Descriptor {
  readonly port: Port;
  /** The port is a terminal. */
  readonly terminal?: boolean;
  /** Of a terminal: the other side processes output itself, so that lines end in LF alone. */
  readonly plainOutput?: boolean;
  /** Of a byte stream: the receiver takes or refuses output at once, and the program's write ends when that is known. */
  readonly synchronous?: boolean;
}

/** What is to be run. Texts are Unicode, with escapes for bytes that are no UTF-8 (lites/text.ts). */
export interface SpawnRequest {
  /** argv[0] is looked up in PATH when it has no slash. */
  readonly argv: readonly string[];
  /** All variables; default: the default environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** An absolute path; default "/". */
  readonly cwd?: string;
  /** Descriptors 0, 1, 2 …; null is a closed one. */
  readonly descriptors: readonly (Descriptor | null)[];
  /** Size of the terminals among them. */
  readonly size?: TerminalSize | undefined;
  /** User and group id; default 0. */
  readonly uid?: number | undefined;
}

/** A program in the guest. */
export interface GuestProgram {
  /** Process id in the guest, once it is started. Rejects with a SpawnError when it cannot be started. */
  readonly started: Promise<number>;
  readonly exited: Promise<ExitStatus>;
  /** Sends a signal to the program, or to its process group. */
  kill(signal: number, options?: { group?: boolean }): void;
}

/** What a host does at certain moments. */
export interface GuestHooks {
  /** The machine is about to run. */
  beforeRun?(): void;
  /** Something was told on the control port. The machine stands still, and nothing else has been done about it yet. */
  told?(event: ControlEvent): void;
}

/** A promise, and those who settle it. */
class Settled<Value> {
  readonly promise: Promise<Value>;
  resolve!: (value: Value) => void;
  reject!: (error: Error) => void;

  constructor() {
    this.promise = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    // Whoever looks at it sees it; others need not.
    this.promise.catch(() => {});
  }
}

interface Pending {
  readonly program: string;
  readonly cwd: string;
  readonly started: Settled<number>;
  readonly exited: Settled<ExitStatus>;
}

const CONTROL_PORT = 0;

const statusOf = (event: ControlEvent & { op: "exited" }): ExitStatus =>
  event.signal === undefined ? { code: event.status, signal: undefined } : { code: 128 + event.signal, signal: event.signal };

export class Guest implements ChannelHost {
  readonly machine: Machine;
  /** Resolves when programs can be run: process 1 is up. Rejects when the system ends before. */
  readonly ready: Promise<void>;
  /** Resolves when the system has halted; rejects when it failed. */
  readonly halted: Promise<void>;
  private readonly hooks: GuestHooks;
  private readonly pump: Pump;
  private readonly isReady = new Settled<void>();
  private readonly pending = new Map<number, Pending>();
  private readonly ports = new Map<number, Port>();
  private nextId = 1;
  /** Why there is no machine any more. */
  private gone: Error | undefined;
  private controlText = "";
  private readonly decoder = new TextDecoder();
  private readonly encoder = new TextEncoder();

  /** Boots a system. @param measured when its paging is measured */
  constructor(parts: MachineParts, scheduler: Scheduler, hooks: GuestHooks = {}, measured?: MeasuredParts) {
    this.hooks = hooks;
    this.machine = makeMachine(parts, this, measured);
    const { kernel, clock } = this.machine;
    const run = (budget: number, untilNs?: number): ReturnType<typeof kernel.run> => {
      hooks.beforeRun?.();
      return kernel.run(budget, untilNs);
    };
    this.pump = new Pump({ run }, clock, scheduler);
    this.halted = this.pump.ended;
    this.ready = this.isReady.promise;
    void this.halted.then(
      () => this.end(new Error("the system halted before it was ready"), new Error("the system has halted")),
      (reason: unknown) => {
        const error = reason instanceof Error ? reason : new Error(String(reason));
        this.end(error, error);
      },
    );
  }

  /** Opens a port for descriptors of programs. */
  openPort(receiver: PortReceiver): Port {
    const port = new Port(this.machine.channels, receiver, () => this.pump.wake());
    this.ports.set(port.number, port);
    return port;
  }

  /** Starts a program. What the guest's system refuses comes as a SpawnError from the program's promises. */
  spawn({ argv, env = defaultEnvironment, cwd = "/", descriptors, size, uid }: SpawnRequest): GuestProgram {
    const id = this.nextId++;
    const pending: Pending = { program: argv[0]!, cwd, started: new Settled(), exited: new Settled() };
    this.pending.set(id, pending);
    if (this.gone) this.refuse(id, pending, this.gone);
    const fds = descriptors.map((descriptor): ControlStream | null => {
      if (descriptor === null) return null;
      const { port, terminal = false, plainOutput, synchronous } = descriptor;
      return { port: port.number, terminal, ...(plainOutput ? { plainOutput } : {}), ...(synchronous ? { synchronous } : {}) };
    });
    this.control({
      op: "spawn",
      id,
      argv: [...argv],
      env: { ...env },
      cwd,
      fds,
      ...(size ? { rows: size.rows, columns: size.columns } : {}),
      ...(uid === undefined ? {} : { uid }),
    });
    const started = pending.started.promise;
    return {
      started,
      exited: pending.exited.promise,
      kill: (signal, { group = false } = {}) => {
        void started.then((pid) => this.control({ op: "signal", pid, signal, group })).catch(() => {});
      },
    };
  }

  /** The window of a terminal has a new size. */
  resize(port: Port, { rows, columns }: TerminalSize): void {
    this.control({ op: "resize", port: port.number, rows, columns });
  }

  /**
   * Kills all processes, syncs the file systems, stops the machine.
   * @param drain not before all that programs have written is with the receivers. Without it, what is not there yet is lost.
   */
  async halt({ drain = false }: { drain?: boolean } = {}): Promise<void> {
    this.control({ op: "halt", drain });
    await this.halted;
  }

  // Called by the channel device.

  onOutput(number: number, bytes: Uint8Array): boolean | HostError {
    if (number !== CONTROL_PORT) return this.ports.get(number)?.receiver.data(bytes) ?? true;
    this.controlText += this.decoder.decode(bytes, { stream: true });
    for (;;) {
      const end = this.controlText.indexOf("\n");
      if (end < 0) return true;
      const line = this.controlText.slice(0, end);
      this.controlText = this.controlText.slice(end + 1);
      const event = JSON.parse(line) as ControlEvent;
      this.hooks.told?.(event);
      this.event(event);
    }
  }

  onInputWanted(number: number): void {
    this.ports.get(number)?.receiver.wanted?.();
  }

  onGuestClose(number: number): void {
    const port = this.ports.get(number);
    this.ports.delete(number);
    port?.receiver.end();
  }

  private control(request: ControlRequest): void {
    this.machine.channels.hostWrite(CONTROL_PORT, this.encoder.encode(`${JSON.stringify(request)}\n`));
    this.pump.wake();
  }

  private event(event: ControlEvent): void {
    if (event.op === "ready") return this.isReady.resolve();
    if (event.op === "halted") {
      for (const { receiver } of this.ports.values()) receiver.end();
      this.ports.clear();
      return this.pump.stop();
    }
    const pending = this.pending.get(event.id);
    if (event.op === "started") return pending?.started.resolve(event.pid);
    if (pending === undefined) return;
    if (event.op === "failed") return this.refuse(event.id, pending, new SpawnError(pending.program, pending.cwd, event));
    this.pending.delete(event.id);
    pending.exited.resolve(statusOf(event));
  }

  private refuse(id: number, pending: Pending, error: Error): void {
    this.pending.delete(id);
    pending.started.reject(error);
    pending.exited.reject(error);
  }

  private end(ofBoot: Error, ofPrograms: Error): void {
    this.isReady.reject(ofBoot);
    this.gone = ofPrograms;
    for (const [id, pending] of this.pending) this.refuse(id, pending, ofPrograms);
  }
}
