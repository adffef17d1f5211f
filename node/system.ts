/**
 * A running system: programs are spawned in it, its root file system is at hand, and it can be halted.
 */
import { Readable, Writable } from "node:stream";
import type { ControlEvent } from "#lites/abi/control-messages.ts";
import { SIGKILL, SIGTERM } from "#lites/abi/signals.ts";
import { defaultEnvironment, type Descriptor, Guest } from "#system/guest.ts";
import { LiveRoot } from "#system/live-root.ts";
import type { Machine } from "#system/machine.ts";
import type { MeasuredParts } from "#system/measured-parts.ts";
import { OptionError } from "#system/option-error.ts";
import type { SystemStatistics } from "#system/statistics.ts";
import { withBytePaths } from "./byte-paths.ts";
import { eventLoop } from "./event-loop.ts";
import { hostParts } from "./host-parts.ts";
import type { BootOptions } from "./options.ts";
import { PortStreams } from "./port-streams.ts";
import { Program, type RunResult } from "./program.ts";
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
import type { RootFiles } from "./root-image.ts";
import { GRACE_MS } from "./run-end.ts";
import { TimeoutError } from "./timeout-error.ts";

/** Who measures the paging of a system. @internal */
export interface Measurement {
  readonly parts: MeasuredParts;
  /** The machine is there, and has not run yet. */
  made(machine: Machine): void;
  told(event: ControlEvent): void;
}

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
  private readonly guest: Guest;

  private constructor(guest: Guest, fs: RootFiles) {
    this.guest = guest;
    this.fs = fs;
    this.halted = guest.halted;
  }

  /** Starts a system; resolves when process 1 runs. @throws OptionError @internal */
  static async start(options: BootOptions, measurement?: Measurement): Promise<System> {
    const { parts, root } = hostParts(options);
    const told = measurement?.told;
    const guest: Guest = new Guest(parts, eventLoop, { beforeRun: () => live.beforeRun(), ...(told ? { told } : {}) }, measurement?.parts);
    const live = new LiveRoot(root, guest.machine.files, withBytePaths);
    measurement?.made(guest.machine);
    await guest.ready;
    return new System(guest, live.fs as unknown as RootFiles);
  }

  /**
   * Starts a program; argv[0] is looked up in PATH when it has no slash.
   * @throws OptionError; what the guest's system refuses comes as a SpawnError from the program's promises
   */
  spawn(argv: readonly (string | Uint8Array)[], options: SpawnOptions = {}): Program {
    checkSpawnOptions(options);
    const { tty } = options;
    const words = argumentTexts(argv);
    const whole = tty ? "terminal" : "stream";
    const kinds: readonly DescriptorKind[] = options.descriptors ?? [whole, whole, whole];
    if (kinds.includes("terminal") && !tty) throw new OptionError("a terminal needs the option tty", "descriptors", kinds);
    const sinks = [undefined, options.sinks?.stdout, options.sinks?.stderr];
    const terminal = kinds.includes("terminal") ? new PortStreams(this.guest) : undefined;
    const own = kinds.map((kind, fd) => (kind === "stream" ? new PortStreams(this.guest, sinks[fd]) : undefined));
    const descriptors = kinds.map((kind, fd): Descriptor | null => {
      if (kind === "closed") return null;
      if (kind === "terminal") return { port: terminal!.port, terminal: true, plainOutput: tty?.plainOutput ?? false };
      return { port: own[fd]!.port, synchronous: sinks[fd] !== undefined };
    });
    const stdin = own[0] ?? (kinds[0] === "terminal" ? terminal : undefined);
    // Directions that a port is not used for are closed from the start.
    for (const streams of [own[1], own[2]]) streams?.input.end();
    own[0]?.output.destroy();
    const program = this.guest.spawn({
      argv: words,
      env: environmentTexts({ ...defaultEnvironment, ...(tty ? { TERM: "xterm" } : {}), ...options.env }),
      cwd: pathText(options.cwd),
      descriptors,
      size: tty,
      uid: options.uid,
    });
    if (options.stdin instanceof Readable) stdin?.feedFrom(options.stdin);
    else if (options.stdin !== undefined) stdin?.input.end(options.stdin);
    return new Program(
      program,
      {
        stdin: stdin?.input ?? nowhere(),
        stdout: own[1]?.output ?? (kinds[1] === "terminal" ? terminal!.output : nothing()),
        stderr: own[2]?.output ?? (kinds[2] === "terminal" && kinds[1] !== "terminal" ? terminal!.output : nothing()),
      },
      (size) => {
        if (terminal) this.guest.resize(terminal.port, size);
      },
    );
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
    await this.guest.halt({ drain });
  }

  /** Counters since boot. */
  statistics(): SystemStatistics {
    return this.guest.machine.statistics();
  }
}
