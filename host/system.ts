/**
 * A running system: programs are spawned in it, its root file system is at hand, and it can be halted.
 */
import { Readable } from "node:stream";
import type { ControlEvent, ControlRequest, ControlStream } from "#lites/abi/control-messages.ts";
import type { Kernel } from "#kernel/kernel.ts";
import { LiveRoot } from "./live-root.ts";
import type { Machine } from "./machine.ts";
import { type ExitStatus, PortStreams, Program, type StreamKind, type TerminalOptions } from "./program.ts";
import { Pump } from "./pump.ts";
import type { RootVolume } from "./root-image.ts";
import type { SystemStatistics } from "./statistics.ts";

export interface SpawnOptions {
  /** Input: text, bytes or a stream read on demand. Default: the program's `stdin` stream stays open for the caller. */
  stdin?: string | Uint8Array | Readable;
  /** Added to the default environment (PATH, HOME, …). */
  env?: Record<string, string>;
  /** Working directory, default "/". */
  cwd?: string;
  /** Runs the program on a terminal, as leader of a session of its own. */
  tty?: TerminalOptions;
  /** With tty: which of the descriptors 0, 1, 2 are the terminal (default all). Its output comes from stdout, or else from stderr. */
  terminalDescriptors?: readonly [boolean, boolean, boolean];
  uid?: number;
}

/** What run() collects. */
export interface RunResult extends ExitStatus {
  stdout: Buffer;
  stderr: Buffer;
}

export const defaultEnvironment: Readonly<Record<string, string>> = {
  PATH: "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin",
  HOME: "/root",
  SHELL: "/bin/sh",
  USER: "root",
  LOGNAME: "root",
};

interface Pending {
  started: (pid: number) => void;
  failed: (error: Error) => void;
  exited: (status: ExitStatus) => void;
}

const CONTROL_PORT = 0;
const nothing = (): Readable => Readable.from([]);

async function collect(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

export class System {
  /** Resolves when the system has halted; rejects when it failed. */
  readonly halted: Promise<void>;
  /** The root file system, with Node's `fs` interface: what programs see now, and changes are seen by them. */
  readonly fs: RootVolume;
  private readonly machine: Machine;
  private readonly pump: Pump;
  private readonly pending = new Map<number, Pending>();
  private readonly ports = new Map<number, PortStreams>();
  private nextId = 1;
  private controlText = "";
  private ready!: () => void;
  private readonly decoder = new TextDecoder();

  private constructor(machine: Machine) {
    this.machine = machine;
    const root = new LiveRoot(machine.root, machine.files);
    this.fs = root.fs;
    const run = (budget: number, untilNs?: number): ReturnType<Kernel["run"]> => {
      root.beforeRun();
      return machine.kernel.run(budget, untilNs);
    };
    this.pump = new Pump({ run }, machine.clock);
    this.halted = this.pump.ended;
  }

  /** Starts the machine; resolves when process 1 runs. */
  static async start(makeMachine: (host: ChannelCallbacks) => Machine): Promise<System> {
    // The device needs its host side when it is made, and the host side needs the device.
    const callbacks: ChannelCallbacks = { onOutput: () => true };
    const system = new System(makeMachine(callbacks));
    callbacks.onOutput = (port, bytes) => system.output(port, bytes);
    callbacks.onInputWanted = (port) => system.ports.get(port)?.wanted();
    callbacks.onGuestClose = (port) => {
      system.ports.get(port)?.guestClosed();
      system.ports.delete(port);
    };
    const ready = new Promise<void>((resolve) => {
      system.ready = resolve;
    });
    const ended = system.halted.then(() => {
      throw new Error("the system halted before it was ready");
    });
    await Promise.race([ready, ended]);
    ended.catch(() => {});
    return system;
  }

  /** Starts a program; argv[0] is looked up in PATH when it has no slash. */
  spawn(argv: readonly string[], options: SpawnOptions = {}): Program {
    const id = this.nextId++;
    const env = { ...defaultEnvironment, ...(options.tty ? { TERM: "xterm" } : {}), ...options.env };
    const wake = (): void => this.pump.wake();
    const open = (): PortStreams => {
      const streams = new PortStreams(this.machine.channels, wake);
      this.ports.set(streams.port, streams);
      return streams;
    };
    const onTerminal = options.terminalDescriptors ?? [true, true, true];
    const kinds: StreamKind[] = onTerminal.map((yes) => (options.tty && yes ? "terminal" : "stream"));
    const terminal = kinds.includes("terminal") ? open() : undefined;
    const own = kinds.map((kind) => (kind === "stream" ? open() : undefined));
    const fds: ControlStream[] = kinds.map((kind, fd) => ({
      port: kind === "terminal" ? terminal!.port : own[fd]!.port,
      terminal: kind === "terminal",
      ...(kind === "terminal" && options.tty?.plainOutput ? { plainOutput: true } : {}),
    }));
    const stdin = own[0] ?? terminal!;
    // Directions that a port is not used for are closed from the start.
    for (const streams of [own[1], own[2]]) streams?.input.end();
    own[0]?.output.destroy();

    let pending!: Pending;
    const exited = new Promise<ExitStatus>((resolve, reject) => {
      const started = (_pid: number): void => {};
      pending = { started, failed: reject, exited: resolve };
    });
    const started = new Promise<number>((resolve, reject) => {
      const failExit = pending.failed;
      pending.started = resolve;
      pending.failed = (error) => {
        reject(error);
        failExit(error);
      };
    });
    started.catch(() => {});
    exited.catch(() => {});
    void this.halted.then(
      () => pending.failed(new Error("the system has halted")),
      (error: unknown) => pending.failed(error instanceof Error ? error : new Error(String(error))),
    );
    this.pending.set(id, pending);

    const program = new Program(
      {
        stdin: stdin.input,
        stdout: own[1]?.output ?? terminal!.output,
        stderr: own[2]?.output ?? (own[1] ? terminal!.output : nothing()),
      },
      started,
      exited,
      {
        signal: (pid, signal, group) => this.control({ op: "signal", pid, signal, group }),
        resize: (size) => {
          if (terminal) this.control({ op: "resize", port: terminal.port, rows: size.rows, columns: size.columns });
        },
      },
    );
    this.control({
      op: "spawn",
      id,
      argv: [...argv],
      env,
      cwd: options.cwd ?? "/",
      fds,
      ...(options.tty ? { rows: options.tty.rows, columns: options.tty.columns } : {}),
      ...(options.uid === undefined ? {} : { uid: options.uid }),
    });
    if (options.stdin instanceof Readable) stdin.feedFrom(options.stdin);
    else if (options.stdin !== undefined) stdin.input.end(options.stdin);
    return program;
  }

  /** Runs a program to its end and collects its output. Input defaults to none. */
  async run(argv: readonly string[], options: SpawnOptions = {}): Promise<RunResult> {
    const program = this.spawn(argv, { stdin: "", ...options });
    const [status, stdout, stderr] = await Promise.all([program.exited, collect(program.stdout), collect(program.stderr)]);
    return { ...status, stdout, stderr };
  }

  /**
   * Kills all processes, syncs the file systems, stops the machine.
   * @param drain not before all that programs have written is in their streams, which somebody must read. Without it, what is not there yet is lost.
   */
  async halt({ drain = false }: { drain?: boolean } = {}): Promise<void> {
    this.control({ op: "halt", drain });
    await this.halted;
  }

  /** Counters since boot. */
  statistics(): SystemStatistics {
    return this.machine.statistics();
  }

  private control(request: ControlRequest): void {
    this.machine.channels.hostWrite(CONTROL_PORT, Buffer.from(`${JSON.stringify(request)}\n`));
    this.pump.wake();
  }

  private output(port: number, bytes: Uint8Array): boolean {
    if (port !== CONTROL_PORT) return this.ports.get(port)?.accept(bytes) ?? true;
    this.controlText += this.decoder.decode(bytes, { stream: true });
    for (;;) {
      const end = this.controlText.indexOf("\n");
      if (end < 0) return true;
      const line = this.controlText.slice(0, end);
      this.controlText = this.controlText.slice(end + 1);
      this.event(JSON.parse(line) as ControlEvent);
    }
  }

  private event(event: ControlEvent): void {
    switch (event.op) {
      case "ready":
        this.ready();
        break;
      case "started":
        this.pending.get(event.id)?.started(event.pid);
        break;
      case "failed":
        this.pending.get(event.id)?.failed(new SpawnError(event.message, event.errno));
        this.pending.delete(event.id);
        break;
      case "exited":
        this.pending
          .get(event.id)
          ?.exited(
            event.signal === undefined ? { code: event.status, signal: undefined } : { code: 128 + event.signal, signal: event.signal },
          );
        this.pending.delete(event.id);
        break;
      case "halted":
        for (const streams of this.ports.values()) streams.guestClosed();
        this.ports.clear();
        this.pump.stop();
        break;
    }
  }
}

/** The program could not be started; errno as in the guest. */
export class SpawnError extends Error {
  readonly errno: number;

  constructor(message: string, errno: number) {
    super(message);
    this.errno = errno;
  }
}

export interface ChannelCallbacks {
  onOutput(port: number, bytes: Uint8Array): boolean;
  onInputWanted?(port: number): void;
  onGuestClose?(port: number): void;
}
