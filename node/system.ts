/**
 * A running system: programs are spawned in it, its root file system is at hand, and it can be halted.
 */
import { Readable, Writable } from "node:stream";
import type { Kernel } from "#kernel/kernel.ts";
import type { ControlEvent, ControlRequest, ControlStream } from "#lites/abi/control-messages.ts";
import { SIGKILL, SIGTERM } from "#lites/abi/signals.ts";
import type { HostError } from "#machine/devices/channels.ts";
import { eventLoop } from "./event-loop.ts";
import { LiveRoot } from "./live-root.ts";
import type { Machine } from "./machine.ts";
import { OptionError } from "#system/option-error.ts";
import { type ExitStatus, type OutputSink, PortStreams, Program } from "./program.ts";
import {
  argumentTexts,
  checkRunOptions,
  checkSpawnOptions,
  type DescriptorKind,
  environmentTexts,
  pathText,
  type RunOptions,
  type SpawnOptions,
} from "./program-options.ts";
import { Pump } from "#system/pump.ts";
import type { RootFiles } from "./root-image.ts";
import { GRACE_MS } from "./run-end.ts";
import { SpawnError, TimeoutError } from "./spawn-error.ts";
import type { SystemStatistics } from "#system/statistics.ts";

/** What run() collects. */
export interface RunResult<Output = Buffer> extends ExitStatus {
  stdout: Output;
  stderr: Output;
}

export const defaultEnvironment: Readonly<Record<string, string>> = {
  PATH: "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin",
  HOME: "/root",
  SHELL: "/bin/sh",
  USER: "root",
  LOGNAME: "root",
};

interface Pending {
  program: string;
  cwd: string;
  started: (pid: number) => void;
  failed: (error: Error) => void;
  exited: (status: ExitStatus) => void;
}

const CONTROL_PORT = 0;
const nothing = (): Readable => Readable.from([]);
const nowhere = (): Writable => new Writable({ write: (_chunk, _encoding, done) => done() });

/** What comes from a stream: all of it when the stream ends or is destroyed. */
function collect(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  stream.on("data", (chunk: Buffer) => chunks.push(chunk));
  return new Promise((resolve) => {
    stream.once("close", () => resolve(Buffer.concat(chunks)));
  });
}

export class System {
  /** Resolves when the system has halted; rejects when it failed. */
  readonly halted: Promise<void>;
  /** The root file system: what programs see now, and changes are seen by them. */
  readonly fs: RootFiles;
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
    this.fs = root.fs as unknown as RootFiles;
    const run = (budget: number, untilNs?: number): ReturnType<Kernel["run"]> => {
      root.beforeRun();
      return machine.kernel.run(budget, untilNs);
    };
    this.pump = new Pump({ run }, machine.clock, eventLoop);
    this.halted = this.pump.ended;
  }

  /** Starts the machine; resolves when process 1 runs. @internal */
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

  /**
   * Starts a program; argv[0] is looked up in PATH when it has no slash.
   * @throws OptionError; what the guest's system refuses comes as a SpawnError from the program's promises
   */
  spawn(argv: readonly (string | Uint8Array)[], options: SpawnOptions = {}): Program {
    checkSpawnOptions(options);
    const words = argumentTexts(argv);
    const cwd = pathText(options.cwd);
    const id = this.nextId++;
    const env = environmentTexts({ ...defaultEnvironment, ...(options.tty ? { TERM: "xterm" } : {}), ...options.env });
    const wake = (): void => this.pump.wake();
    const open = (sink?: OutputSink): PortStreams => {
      const streams = new PortStreams(this.machine.channels, wake, sink);
      this.ports.set(streams.port, streams);
      return streams;
    };
    const whole = options.tty ? "terminal" : "stream";
    const kinds: readonly DescriptorKind[] = options.descriptors ?? [whole, whole, whole];
    if (kinds.includes("terminal") && !options.tty) throw new OptionError("a terminal needs the option tty", "descriptors", kinds);
    const sinks = [undefined, options.sinks?.stdout, options.sinks?.stderr];
    const terminal = kinds.includes("terminal") ? open() : undefined;
    const own = kinds.map((kind, fd) => (kind === "stream" ? open(sinks[fd]) : undefined));
    const fds = kinds.map((kind, fd): ControlStream | null => {
      if (kind === "closed") return null;
      if (kind === "terminal") return { port: terminal!.port, terminal: true, ...(options.tty?.plainOutput ? { plainOutput: true } : {}) };
      return { port: own[fd]!.port, terminal: false, ...(sinks[fd] ? { synchronous: true } : {}) };
    });
    const stdin = own[0] ?? (kinds[0] === "terminal" ? terminal : undefined);
    // Directions that a port is not used for are closed from the start.
    for (const streams of [own[1], own[2]]) streams?.input.end();
    own[0]?.output.destroy();

    let pending!: Pending;
    const exited = new Promise<ExitStatus>((resolve, reject) => {
      const started = (_pid: number): void => {};
      pending = { program: words[0]!, cwd, started, failed: reject, exited: resolve };
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
        stdin: stdin?.input ?? nowhere(),
        stdout: own[1]?.output ?? (kinds[1] === "terminal" ? terminal!.output : nothing()),
        stderr: own[2]?.output ?? (kinds[2] === "terminal" && kinds[1] !== "terminal" ? terminal!.output : nothing()),
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
      argv: words,
      env,
      cwd,
      fds,
      ...(options.tty ? { rows: options.tty.rows, columns: options.tty.columns } : {}),
      ...(options.uid === undefined ? {} : { uid: options.uid }),
    });
    if (options.stdin instanceof Readable) stdin?.feedFrom(options.stdin);
    else if (options.stdin !== undefined) stdin?.input.end(options.stdin);
    return program;
  }

  /** Runs a program to its end and collects its output. Input defaults to none. Rejects with OptionError, SpawnError, TimeoutError or the reason of an abort. */
  run(argv: readonly (string | Uint8Array)[], options?: RunOptions & { encoding?: "buffer" }): Promise<RunResult>;
  run(argv: readonly (string | Uint8Array)[], options: RunOptions & { encoding: BufferEncoding }): Promise<RunResult<string>>;
  run(argv: readonly (string | Uint8Array)[], options: RunOptions): Promise<RunResult<Buffer | string>>;
  async run(argv: readonly (string | Uint8Array)[], options: RunOptions = {}): Promise<RunResult<Buffer | string>> {
    checkRunOptions(options);
    const { timeout, signal, encoding = "buffer", ...rest } = options;
    signal?.throwIfAborted();
    const program = this.spawn(argv, { stdin: "", ...rest });
    const timers: NodeJS.Timeout[] = [];
    let isStopped = false;
    let isOverdue = false;
    const stop = (): void => {
      isStopped = true;
      program.kill(SIGTERM, { group: true });
      timers.push(setTimeout(() => program.kill(SIGKILL, { group: true }), GRACE_MS));
    };
    if (timeout !== undefined) {
      const overdue = (): void => {
        isOverdue = !isStopped;
        if (isOverdue) stop();
      };
      timers.push(setTimeout(overdue, timeout));
    }
    const abort = (): void => {
      if (!isStopped) stop();
    };
    signal?.addEventListener("abort", abort);
    try {
      const output = [collect(program.stdout), collect(program.stderr)] as const;
      const status = await program.exited;
      // Others may hold the streams open.
      if (isStopped) for (const stream of [program.stdout, program.stderr]) stream.destroy();
      const [stdout, stderr] = (await Promise.all(output)).map((bytes) => (encoding === "buffer" ? bytes : bytes.toString(encoding)));
      const result = { ...status, stdout: stdout!, stderr: stderr! };
      if (isOverdue) throw new TimeoutError(String(argv[0]), timeout!, result);
      if (isStopped) throw signal!.reason;
      return result;
    } finally {
      for (const timer of timers) clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
    }
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

  private output(port: number, bytes: Uint8Array): boolean | HostError {
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

  private refused(event: ControlEvent & { op: "failed" }): void {
    const pending = this.pending.get(event.id);
    pending?.failed(new SpawnError(pending.program, pending.cwd, event));
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
        this.refused(event);
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

/** @internal */
export interface ChannelCallbacks {
  onOutput(port: number, bytes: Uint8Array): boolean | HostError;
  onInputWanted?(port: number): void;
  onGuestClose?(port: number): void;
}
