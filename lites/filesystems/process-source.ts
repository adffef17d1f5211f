/**
 * What /proc and the terminals' job control need to know of processes: the process side implements it.
 */
import type { Process } from "../process/process.ts";
import type { LinkedObject, Inode } from "../vfs/inode.ts";

/** One mapping, as a line of /proc/PID/maps. */
export interface MappingDetails {
  start: number;
  end: number;
  read: boolean;
  write: boolean;
  execute: boolean;
  shared: boolean;
  /** Byte offset in the file. */
  offset: number;
  inode: Inode | undefined;
  /** Path, "[heap]", "[stack]" or "". */
  name: string;
}

/** What goes beyond the Process interface. Times in nanoseconds of the machine's clock. */
export interface ProcessDetails {
  /** Machine time at which it started. */
  startTimeNs: number;
  userTimeNs: number;
  systemTimeNs: number;
  /** Times of waited-for children. */
  childUserTimeNs: number;
  childSystemTimeNs: number;
  minorFaults: number;
  majorFaults: number;
  nice: number;
  /** Path and object of the program, if any. */
  executable: LinkedObject | undefined;
  mappings: readonly MappingDetails[];
  /** Bytes in physical memory. */
  residentBytes: number;
  /** Environment of the last exec, NUL-terminated strings; undefined when not kept. */
  environment: readonly string[] | undefined;
  /** Ids of the living threads, the oldest first. */
  threads: readonly number[];
  /** 64-bit sets, bit n-1 for signal n. */
  signalPending: bigint;
  processSignalPending: bigint;
  signalBlocked: bigint;
  signalIgnored: bigint;
  signalCaught: bigint;
}

/** The processor, as CPUID describes it. */
export interface CpuIdentity {
  readonly vendor: string;
  readonly family: number;
  readonly model: number;
  readonly stepping: number;
  readonly name: string;
  /** In Linux's spelling. */
  readonly features: readonly string[];
  /** The same as bits, for AT_HWCAP. */
  readonly capabilities: number;
  readonly lastLeaf: number;
  readonly cacheLineBytes: number;
}

export interface SystemDetails {
  /** Machine time since boot, and the part of it that the processor was idle. */
  uptimeNs: number;
  idleNs: number;
  bootTimeSeconds: number;
  userTimeNs: number;
  systemTimeNs: number;
  contextSwitches: number;
  /** Processes started since boot. */
  forks: number;
  loadAverages: readonly [number, number, number];
  memoryTotalBytes: number;
  memoryFreeBytes: number;
  memoryCachedBytes: number;
  swapTotalBytes: number;
  swapFreeBytes: number;
  /** As uname(2). */
  release: string;
  version: string;
  hostname: string;
  cpu: CpuIdentity;
}

export interface ProcessSource {
  /** Pids of all processes and zombies, ascending. */
  pids(): number[];
  process(pid: number): Process | undefined;
  details(process: Process): ProcessDetails;
  system(): SystemDetails;
}
