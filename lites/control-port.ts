/**
 * The control port: the host starts programs, sends signals, tells of window sizes, and ends the system
 * (abi/control-messages.ts). Two helper threads carry the bytes; the work is done in activations.
 */
import type { ThreadId } from "#kernel/abi/identifiers.ts";
import { call, type Op as NativeOp } from "#kernel/native.ts";
import { DriverRequest, DriverStatus } from "#servers/abi/generic-driver.ts";
import { type Op, sleepOn } from "./activation.ts";
import type { ControlEvent, ControlRequest, SpawnRequest } from "./abi/control-messages.ts";
import { EACCES, EAGAIN, EIO, ENOENT, UnixError } from "./abi/errno.ts";
import { SIGCHLD, SIGKILL, SIGNAL_COUNT } from "./abi/signals.ts";
import type { Core } from "./core.ts";
import { closeAll } from "./descriptors.ts";
import { execute } from "./execution/execute.ts";
import type { FileSide } from "./file-side.ts";
import type { HelperThreads } from "./helper-threads.ts";
import { INIT_PID } from "./process/process-table.ts";
import { UnixProcess } from "./process/unix-process.ts";
import { IntervalTimers } from "./signals/interval-timers.ts";
import { kernelInfo } from "./signals/signal-info.ts";
import { ChannelOutput } from "./terminal/channel-output.ts";
import { byteStringOf } from "./text.ts";

const CONTROL_PORT = 0;
const INPUT_CHUNK = 4096;
const OUTPUT_CAPACITY = 65_536;
const NEWLINE = 0x0a;
const DEFAULT_PATH = "/bin:/usr/bin";

export class ControlPort {
  private readonly core: Core;
  private readonly fileSide: FileSide;
  private readonly channels: ThreadId;
  private readonly helpers: HelperThreads;
  private readonly output: ChannelOutput;
  /** The host's numbers of the programs that it started, by pid. */
  private readonly spawned = new Map<number, number>();
  private halting = false;
  private halted = false;

  constructor(core: Core, fileSide: FileSide, channels: ThreadId, helpers: HelperThreads) {
    this.core = core;
    this.fileSide = fileSide;
    this.channels = channels;
    this.helpers = helpers;
    this.output = new ChannelOutput({ driver: channels, port: CONTROL_PORT, helpers, unwritten: new Set() }, OUTPUT_CAPACITY, () => {});
  }

  /** Serves requests from now on. */
  start(): void {
    this.helpers.start(() => this.readRequests());
    this.emit({ op: "ready" });
  }

  /** Ends everything at once: asked by the host or a process. */
  halt(): void {
    this.end();
    this.tellHalted();
  }

  /** Process 1 has ended, perhaps by a halt that is under way. */
  initEnded(): void {
    if (!this.halting) this.halt();
  }

  /** The same as halt(), but the end is told when the host has taken all output. Terminals that their user has stopped are not waited for. */
  private *drainAndHalt(): Op<void> {
    this.end();
    const waits = (): ChannelOutput | undefined => [...this.fileSide.unwritten].find((output) => !output.isStopped);
    for (let output = waits(); output !== undefined && !this.halted; output = waits()) {
      yield* sleepOn(output.drained, { interruptible: false });
    }
    this.tellHalted();
  }

  private tellHalted(): void {
    if (this.halted) return;
    this.halted = true;
    this.emit({ op: "halted" });
  }

  private end(): void {
    if (this.halting) return;
    this.halting = true;
    const { core } = this;
    for (const process of core.processes.all()) {
      if (process.pid !== INIT_PID) core.lifecycle.terminate(process, { kind: "killed", signal: SIGKILL });
    }
    core.lifecycle.terminate(core.processes.init, { kind: "killed", signal: SIGKILL });
    core.cache.writeBackAll();
    this.fileSide.sync();
    this.fileSide.close();
  }

  /** A process ended: the host is told if it had started it. */
  ended({ pid, ending }: UnixProcess): void {
    const id = this.spawned.get(pid);
    if (id === undefined || ending === undefined) return;
    this.spawned.delete(pid);
    this.emit(
      ending.kind === "exited" ? { op: "exited", id, pid, status: ending.status } : { op: "exited", id, pid, signal: ending.signal },
    );
  }

  private emit(event: ControlEvent): void {
    this.output.put(new TextEncoder().encode(`${JSON.stringify(event)}\n`));
  }

  private *readRequests(): NativeOp<void> {
    let rest: number[] = [];
    for (;;) {
      const reply = yield* call(this.channels, { words: [DriverRequest.READ, CONTROL_PORT, 0, INPUT_CHUNK] });
      const input = reply.strings[0];
      if (reply.error !== 0 || reply.words[0] !== DriverStatus.OK || input === undefined || input.length === 0) break;
      for (const byte of input) {
        if (byte !== NEWLINE) rest.push(byte);
        else {
          this.accept(new TextDecoder().decode(Uint8Array.from(rest)));
          rest = [];
        }
      }
      yield* this.helpers.nudge();
    }
    // The host is gone; nobody could see what is done from here on.
    this.core.runner.start(this.haltLater(), () => {});
    yield* this.helpers.nudge();
  }

  // biome-ignore lint/correctness/useYield: an activation, so that it runs on the request thread
  private *haltLater(): Op<void> {
    this.halt();
  }

  private accept(line: string): void {
    let request: ControlRequest;
    try {
      request = JSON.parse(line) as ControlRequest;
    } catch {
      this.core.report(`control port: no JSON: ${line}`);
      return;
    }
    this.core.runner.start(this.serve(request), (outcome) => {
      if ("error" in outcome) this.core.report(`control port: ${request.op}: ${describe(outcome.error)}`);
    });
  }

  private *serve(request: ControlRequest): Op<void> {
    switch (request.op) {
      case "spawn":
        return yield* this.spawn(request);
      case "signal":
        return this.signal(request.pid, request.signal, request.group ?? false);
      case "resize":
        return this.fileSide.resize(request.port, { rows: request.rows, columns: request.columns });
      case "halt":
        if (request.drain) return yield* this.drainAndHalt();
        return this.halt();
    }
  }

  private signal(pid: number, signal: number, group: boolean): void {
    if (signal < 1 || signal > SIGNAL_COUNT) return;
    const { processes, signals } = this.core;
    const process = processes.get(pid);
    if (group) signals.postToGroup(pid, kernelInfo(signal));
    else if (process !== undefined) signals.post(process, kernelInfo(signal));
  }

  /** Starts a program as child of process 1, leader of its own session. */
  private *spawn(request: SpawnRequest): Op<void> {
    const { core } = this;
    const { id } = request;
    const pid = this.halting ? undefined : core.processes.freePid();
    if (pid === undefined) return this.failed(id, EAGAIN, "program");
    const process = newProcess(core, pid, INIT_PID);
    const uid = request.uid ?? 0;
    process.credentials = { uid, euid: uid, suid: uid, gid: uid, egid: uid, sgid: uid, groups: [] };
    core.processes.add(process);
    let at: "cwd" | "program" = "program";
    try {
      const size =
        request.rows === undefined || request.columns === undefined ? undefined : { rows: request.rows, columns: request.columns };
      this.fileSide.installStreams(process, request.fds, size);
      at = "cwd";
      const directory = core.files.directory(process, byteStringOf(request.cwd));
      at = "program";
      directory.inode.retain();
      process.cwd.inode.release();
      process.cwd = directory;
      const environment = Object.entries(request.env).map(([name, value]) => byteStringOf(`${name}=${value}`));
      const argv = request.argv.map(byteStringOf);
      yield* execute(
        core,
        process.threads[0]!,
        this.findProgram(process, argv[0], byteStringOf(request.env.PATH ?? DEFAULT_PATH)),
        argv,
        environment,
      );
      this.spawned.set(pid, id);
      this.emit({ op: "started", id, pid });
    } catch (error) {
      if (process.alive) {
        closeAll(process);
        process.cwd.inode.release();
        process.root.inode.release();
        core.processes.remove(process);
      }
      this.failed(id, error, at);
    }
  }

  private failed(id: number, error: unknown, at: "cwd" | "program"): void {
    if (!(error instanceof UnixError)) this.core.report(`control port: spawn: ${describe(error)}`);
    const { errno, name, message } = error instanceof UnixError ? error : EIO;
    this.emit({ op: "failed", id, errno, code: name, message, at });
  }

  /** Looks a program up in the PATH of its environment, as execvp(3). */
  private findProgram(process: UnixProcess, name: string | undefined, searchPath: string): string {
    if (name === undefined || name === "") throw ENOENT;
    if (name.includes("/")) return name;
    let denied = false;
    for (const directory of searchPath.split(":")) {
      const path = `${directory || "."}/${name}`;
      try {
        this.core.files.executable(process, path);
        return path;
      } catch (error) {
        if (!(error instanceof UnixError)) throw error;
        denied ||= error === EACCES;
      }
    }
    throw denied ? EACCES : ENOENT;
  }
}

const describe = (error: unknown): string => (error instanceof Error ? (error.stack ?? error.message) : String(error));

/** A process without a program, leader of a session of its own, at the root directory. */
export function newProcess(core: Core, pid: number, parentPid: number): UnixProcess {
  const root = core.files.root();
  root.inode.retain();
  root.inode.retain();
  const process = new UnixProcess(pid, parentPid, root, root);
  process.session = pid;
  process.pgrp = pid;
  process.exitSignal = pid === INIT_PID ? 0 : SIGCHLD;
  process.timers = new IntervalTimers(core, process);
  process.startTimeNs = core.kernel.now();
  return process;
}
