/**
 * The Unix server: builds its parts, starts process 1, and serves. Layer beneath: the kernel's native interface, σ0, the
 * standard memory manager, the channel driver. lites/README.md has the reading order.
 */
import { siblingOf, type ThreadId } from "#kernel/abi/identifiers.ts";
import type { NativeContext, Op as NativeOp } from "#kernel/native.ts";
import { ActivationRunner } from "./activation-runner.ts";
import { EACCES, ENOENT, UnixError } from "./abi/errno.ts";
import { O_RDWR } from "./abi/open-flags.ts";
import { guardBorder } from "./border.ts";
import { type Confinement, confine } from "./confinement/confinement.ts";
import { ControlPort, newProcess } from "./control-port.ts";
import type { Core, EmulatorEntries } from "./core.ts";
import { Dispatcher } from "./dispatch.ts";
import { execute } from "./execution/execute.ts";
import { FileSide, type MountOptions } from "./file-side.ts";
import type { CpuIdentity } from "./filesystems/process-source.ts";
import { MemoryManager, type TaskMemoryStatistics } from "./memory/memory-manager.ts";
import { PageCache } from "./memory/page-cache.ts";
import { PageFrames } from "./memory/page-frames.ts";
import { FilePager } from "./memory/file-pager.ts";
import { FutexQueues } from "./process/futex-queues.ts";
import { Lifecycle } from "./process/lifecycle.ts";
import { ProcessDetailsSource } from "./process/process-details.ts";
import type { Thread } from "./process/process.ts";
import { INIT_PID, ProcessTable } from "./process/process-table.ts";
import type { UnixProcess } from "./process/unix-process.ts";
import type { Usage } from "./process/usage.ts";
import { randomPool } from "./random-pool.ts";
import { RequestLoop } from "./request-loop.ts";
import { SignalPosting } from "./signals/posting.ts";
import { SignalSet } from "./signals/signal-set.ts";
import { emulatorCalls } from "./system-calls/emulator.ts";
import { executionCalls } from "./system-calls/execution.ts";
import { futexCalls } from "./system-calls/futexes.ts";
import { identityCalls } from "./system-calls/identity.ts";
import { managerCalls } from "./system-calls/managers.ts";
import { memoryCalls } from "./system-calls/memory.ts";
import { processCalls } from "./system-calls/processes.ts";
import { refusals } from "./system-calls/refusals.ts";
import { schedulingCalls } from "./system-calls/scheduling.ts";
import { signalCalls } from "./system-calls/signals.ts";
import { systemInfoCalls } from "./system-calls/system-info.ts";
import { timeCalls } from "./system-calls/time.ts";
import { waitingCalls } from "./system-calls/waiting.ts";
import { Terminal } from "./terminal/terminal.ts";
import { byteStringOf, unicodeOf } from "./text.ts";
import { TimerQueue } from "./timer-queue.ts";
import { Trace } from "./trace.ts";

export interface LitesOptions {
  sigma0: ThreadId;
  memoryManager: ThreadId;
  /** A memory manager that programs may bind regions to, beside the standard one. */
  manager?: ThreadId;
  /** The channel driver. */
  channels: ThreadId;
  /** The random driver. */
  random: ThreadId;
  /** The first is mounted at "/". */
  mounts: readonly MountOptions[];
  /** The emulation library as built: image for EMULATOR_BASE, and entry points. */
  emulator: { image: Uint8Array; entries: EmulatorEntries };
  hostName?: string;
  /** A chief between the processes and the server. */
  confinement?: Confinement;
  /** Frames that the file pager takes from σ0 for the page cache; at least MINIMUM_PAGER_FRAMES. */
  pagerFrames: number;
  cpu: CpuIdentity;
  /** Gets a line for each system call, signal and exit. */
  trace?: ((line: string) => void) | undefined;
  /** Gets a line for what should not happen: internal errors, odd messages. */
  report(line: string): void;
}

/** The emulation library, the clock page, some processes, and a window of every mapped file. */
export const MINIMUM_PAGER_FRAMES = 64;
const PAGER_LTHREAD = 1;
const INIT_PATH = "/sbin/init";
const INIT_ENVIRONMENT = ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/", "TERM=linux"];
const NULL_DEVICE = "/dev/null";

/** Counters of a process, or of all ended processes of one name. */
export interface ProcessStatistics {
  name: string;
  /** undefined: `processes` ended ones together. */
  pid: number | undefined;
  processes: number;
  instructions: number;
  systemCalls: number;
  ipcs: number;
  faults: number;
  signals: number;
  /** Requests by name. */
  calls: Record<string, number>;
  /** The memory manager's counters; of ended processes only. */
  memory: TaskMemoryStatistics | undefined;
}

export interface LitesStatistics {
  processes: ProcessStatistics[];
  /** Calls that programs asked for and the server does not have, by name, with their number. */
  absentCalls: Record<string, number>;
  pager: { frames: number; freeFrames: number; cachedPages: number; faults: number; pagesMapped: number };
}

/** The body of the server's first thread, and what the host may ask of it while the machine stands still. */
export interface LitesServer {
  (context: NativeContext): NativeOp<void>;
  statistics(): LitesStatistics;
  /** Makes the objects behind the file systems equal to what programs see. */
  syncFiles(): void;
  /** Takes over what the host has changed in those objects since syncFiles(). */
  filesChanged(): void;
}

export function litesServer(options: LitesOptions): LitesServer {
  let server: Server | undefined;
  function* body(context: NativeContext): NativeOp<void> {
    server = new Server(context, options);
    yield* server.prepare();
    yield* server.serve();
  }
  return Object.assign(body, {
    statistics: () => server?.statistics() ?? EMPTY_STATISTICS,
    syncFiles: () => server?.syncFiles(),
    filesChanged: () => server?.filesChanged(),
  });
}

const EMPTY_STATISTICS: LitesStatistics = {
  processes: [],
  absentCalls: {},
  pager: { frames: 0, freeFrames: 0, cachedPages: 0, faults: 0, pagesMapped: 0 },
};

class Server {
  private readonly options: LitesOptions;
  private readonly loop: RequestLoop;
  private readonly core: Core;
  private readonly fileSide: FileSide;
  private readonly pager: FilePager;
  private readonly control: ControlPort;
  private readonly details: ProcessDetailsSource;

  constructor(context: NativeContext, options: LitesOptions) {
    const { kernel } = context;
    const report = (text: string) => options.report(unicodeOf(text));
    this.options = options;
    this.loop = new RequestLoop(context);
    const trace = options.trace === undefined ? undefined : new Trace(options.trace);
    const timers = new TimerQueue();
    const now = () => kernel.now();
    const random = randomPool(options.random);
    const processes = new ProcessTable();
    const frames = new PageFrames(context);
    const cache = new PageCache(frames, report);
    const signals = new SignalPosting(kernel, processes, trace);
    const pagerThread = siblingOf(context.id, PAGER_LTHREAD);
    this.details = new ProcessDetailsSource();
    this.fileSide = new FileSide({
      mounts: options.mounts,
      processes: this.details,
      signals,
      helpers: this.loop,
      channels: options.channels,
      random,
      pages: cache,
      now,
      nowNs: () => kernel.epochNs + BigInt(Math.floor(kernel.now())),
      setTemporaryMask: (thread, mask) => this.setTemporaryMask(thread, mask),
      restoreMask: (thread) => this.restoreMask(thread),
    });
    const manager = new MemoryManager(options.memoryManager, report);
    const core: Omit<Core, "lifecycle"> & { lifecycle?: Lifecycle } = {
      context,
      kernel,
      clan: {},
      guardOf: undefined,
      requestThread: context.id,
      runner: new ActivationRunner(timers, now),
      timers,
      processes,
      memory: { kernel, manager, pager: pagerThread, cache },
      manager: options.manager,
      frames,
      cache,
      files: this.fileSide.files,
      futexes: new FutexQueues(),
      signals,
      emulator: options.emulator.entries,
      trace,
      absentCalls: new Map(),
      hostName: byteStringOf(options.hostName ?? "lites"),
      cpu: options.cpu,
      random,
      report,
    };
    core.lifecycle = new Lifecycle(core as Core);
    this.core = core as Core;
    signals.lifecycle = core.lifecycle;
    this.pager = new FilePager(pagerThread, frames, cache, options.memoryManager, processes);
    this.control = new ControlPort(this.core, this.fileSide, options.channels, this.loop);
  }

  *prepare(): NativeOp<void> {
    const { core, options } = this;
    const { lifecycle } = core;
    yield* core.frames.takeFrom(options.sigma0, Math.max(options.pagerFrames, MINIMUM_PAGER_FRAMES));
    this.pager.prepare(options.emulator.image, core.kernel.epochNs);
    core.context.kernel.nativeThreadNew({ lthread: PAGER_LTHREAD }, () => this.pager.run());
    yield* core.memory.manager.attach();
    guardBorder(core.context, core.processes);
    if (options.confinement !== undefined) {
      const { kernel, requestThread, processes, files } = core;
      const { chief, guard } = confine(kernel, requestThread, processes, files.watchPlaces(), options.confinement);
      core.clan = { chief };
      core.guardOf = guard;
    }
    this.details.connect(core);
    lifecycle.onEnd = (process) => this.control.ended(process);
    lifecycle.onLeaderEnd = ({ terminal }) => {
      if (terminal instanceof Terminal) terminal.session.leaderLeft();
    };
    lifecycle.onInitEnd = () => this.control.initEnded();
    core.runner.start(this.startInit(), (outcome) => {
      if ("error" in outcome) options.report(`starting process 1: ${String(outcome.error)}`);
      this.control.start();
    });
  }

  serve(): NativeOp<void> {
    return this.loop.run(this.core, this.dispatcher());
  }

  private dispatcher(): Dispatcher {
    const { core } = this;
    return new Dispatcher(
      this.fileSide.handlers,
      processCalls(core),
      waitingCalls(core),
      executionCalls(core),
      emulatorCalls(core),
      memoryCalls(),
      managerCalls(core),
      signalCalls(core),
      timeCalls(core),
      identityCalls(),
      schedulingCalls(core),
      futexCalls(core),
      refusals,
      systemInfoCalls(core, () => this.control.halt()),
    );
  }

  /** Process 1: /sbin/init, or nothing but an entry in the table when there is none. */
  private *startInit() {
    const { core } = this;
    const pid = core.processes.freePid()!;
    const init = newProcess(core, pid, 0);
    init.name = "init";
    core.processes.add(init);
    try {
      const file = yield* core.files.open(init, NULL_DEVICE, O_RDWR);
      init.descriptors = [file, file.retain(), file.retain()].map((each) => ({ file: each, closeOnExec: false }));
      yield* execute(core, init.threads[0]!, INIT_PATH, [INIT_PATH], INIT_ENVIRONMENT);
    } catch (error) {
      core.lifecycle.reapsForInit = true;
      if (error !== ENOENT) {
        const why = error instanceof UnixError ? error.message : String(error);
        core.report(`${INIT_PATH}: ${why}${error === EACCES ? " (is it executable?)" : ""}; the server takes its place`);
      }
    }
  }

  private setTemporaryMask({ tid }: Thread, mask: Uint8Array): void {
    const unix = this.core.processes.thread(tid)!;
    unix.signals.setTemporaryMask(SignalSet.fromBytes(mask));
    this.core.signals.reconsider(unix);
  }

  private restoreMask({ tid }: Thread): void {
    const unix = this.core.processes.thread(tid);
    if (unix === undefined) return;
    unix.signals.restoreMask();
    this.core.signals.reconsider(unix);
  }

  syncFiles(): void {
    this.core.cache.writeBackAll();
    this.core.files.sync();
  }

  filesChanged(): void {
    this.core.files.backingChanged();
  }

  statistics(): LitesStatistics {
    const { core, pager } = this;
    const living = core.processes.all().filter(({ alive, pid }) => alive && !(pid === INIT_PID && core.lifecycle.reapsForInit));
    return {
      processes: [
        ...living.map((process) => this.processStatistics(process)),
        ...[...core.lifecycle.ended.values()].map(({ name, processes, usage, callCounts, memory }) => ({
          ...counters(name, usage, Object.fromEntries(callCounts)),
          pid: undefined,
          processes,
          memory,
        })),
      ],
      absentCalls: Object.fromEntries(core.absentCalls),
      pager: {
        frames: core.frames.total,
        freeFrames: core.frames.freeCount,
        cachedPages: core.cache.pageCount,
        faults: pager.counters.faults,
        pagesMapped: pager.counters.pages,
      },
    };
  }

  private processStatistics(process: UnixProcess): ProcessStatistics {
    const usage = this.core.lifecycle.usageOf(process);
    const calls = Object.fromEntries([...process.callCounts].map(([name, { count }]) => [name, count]));
    return { ...counters(process.name, usage, calls), pid: process.pid, processes: 1, memory: undefined };
  }
}

function counters(name: string, usage: Usage, calls: Record<string, number>) {
  const { instructions, systemCalls, ipcs, faults, signals } = usage;
  return { name: unicodeOf(name), instructions, systemCalls, ipcs, faults, signals, calls };
}
