/**
 * What /proc and the terminals ask about processes and the system (filesystems/process-source.ts).
 *
 * Counters of the memory manager come by messages, which this interface has no time for: the last known ones are
 * told, and new ones fetched meanwhile.
 */
import { NIL } from "#kernel/abi/identifiers.ts";
import type { Core } from "../core.ts";
import { PAGE_SIZE, PROT_EXEC, PROT_READ, PROT_WRITE } from "../abi/memory-flags.ts";
import type { MappingDetails, ProcessDetails, ProcessSource, SystemDetails } from "../filesystems/process-source.ts";
import type { Mapping } from "../memory/mapping-list.ts";
import type { MemoryStatistics } from "../memory/memory-manager.ts";
import { SYSTEM_RELEASE, SYSTEM_VERSION } from "../system-calls/system-info.ts";
import type { Process } from "./process.ts";
import type { UnixProcess } from "./unix-process.ts";
import { Usage } from "./usage.ts";

export class ProcessDetailsSource implements ProcessSource {
  private core: Core | undefined;
  private memory: MemoryStatistics | undefined;
  private readonly residentPages = new WeakMap<UnixProcess, number>();
  private readonly fetching = new WeakSet<UnixProcess>();
  private fetchingMemory = false;

  /** The source is needed to build what the core is made of. */
  connect(core: Core): void {
    this.core = core;
    this.fetchMemory(core);
  }

  pids(): number[] {
    return (this.core?.processes.all() ?? []).map(({ pid }) => pid).sort((a, b) => a - b);
  }

  process(pid: number): Process | undefined {
    return this.core?.processes.get(pid);
  }

  details(process: Process): ProcessDetails {
    const core = this.core!;
    const unix = core.processes.get(process.pid)!;
    const usage = core.lifecycle.usageOf(unix);
    const { signals } = unix;
    const { caught, ignored } = signals.actionSets();
    this.fetchResident(core, unix);
    return {
      startTimeNs: unix.startTimeNs,
      userTimeNs: usage.userNs,
      systemTimeNs: usage.systemNs,
      childUserTimeNs: unix.childUsage.userNs,
      childSystemTimeNs: unix.childUsage.systemNs,
      minorFaults: usage.faults,
      majorFaults: 0,
      nice: unix.nice,
      executable: unix.executable,
      mappings: (unix.space?.mappings.all() ?? []).map(mappingDetails),
      residentBytes: (this.residentPages.get(unix) ?? 0) * PAGE_SIZE,
      environment: unix.environment,
      threads: unix.threads.map(({ tid }) => tid),
      signalPending: unix.threads[0]?.signals.own.set ?? 0n,
      processSignalPending: signals.pending.set,
      signalBlocked: unix.threads[0]?.signals.blocked ?? 0n,
      signalIgnored: ignored,
      signalCaught: caught,
    };
  }

  system(): SystemDetails {
    const core = this.core!;
    this.fetchMemory(core);
    const { memory } = this;
    const total = new Usage();
    for (const process of core.processes.all()) total.add(core.lifecycle.usageOf(process));
    for (const { usage } of core.lifecycle.ended.values()) total.add(usage);
    const uptimeNs = core.kernel.now();
    return {
      uptimeNs,
      idleNs: Math.max(0, uptimeNs - total.userNs - total.systemNs),
      bootTimeSeconds: Number(core.kernel.epochNs / 1_000_000_000n),
      userTimeNs: total.userNs,
      systemTimeNs: total.systemNs,
      contextSwitches: total.ipcs,
      forks: core.processes.forks,
      loadAverages: [0, 0, 0],
      memoryTotalBytes: ((memory?.frames ?? 0) + core.frames.total) * PAGE_SIZE,
      memoryFreeBytes: ((memory?.freeFrames ?? 0) + core.frames.freeCount) * PAGE_SIZE,
      memoryCachedBytes: core.cache.pageCount * PAGE_SIZE,
      swapTotalBytes: (memory?.swapPages ?? 0) * PAGE_SIZE,
      swapFreeBytes: ((memory?.swapPages ?? 0) - (memory?.swapUsed ?? 0)) * PAGE_SIZE,
      release: SYSTEM_RELEASE,
      version: SYSTEM_VERSION,
      hostname: core.hostName,
      cpu: core.cpu,
    };
  }

  private fetchMemory(core: Core): void {
    if (this.fetchingMemory) return;
    this.fetchingMemory = true;
    core.runner.start(core.memory.manager.statistics(), (outcome) => {
      this.fetchingMemory = false;
      if ("value" in outcome) this.memory = outcome.value;
    });
  }

  private fetchResident(core: Core, process: UnixProcess): void {
    if (process.task === NIL || this.fetching.has(process)) return;
    this.fetching.add(process);
    core.runner.start(core.memory.manager.taskStatistics(process.task), (outcome) => {
      this.fetching.delete(process);
      if ("value" in outcome) this.residentPages.set(process, outcome.value.residentPages);
    });
  }
}

function mappingDetails({ start, end, protection, shared, object, offset, name }: Mapping): MappingDetails {
  const backing = object.kind === "file" ? { inode: object.inode, offset } : object.dataSpace.backing;
  return {
    start,
    end,
    read: (protection & PROT_READ) !== 0,
    write: (protection & PROT_WRITE) !== 0,
    execute: (protection & PROT_EXEC) !== 0,
    shared,
    offset: object.kind === "file" ? offset : backing === undefined ? 0 : backing.offset + offset,
    inode: backing?.inode,
    name,
  };
}
