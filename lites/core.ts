/**
 * What all parts of the process side share: the server's state in one place. Built by server.ts.
 */
import type { ThreadId } from "#kernel/abi/identifiers.ts";
import type { NativeContext, NativeKernel } from "#kernel/native.ts";
import type { ActivationRunner } from "./activation-runner.ts";
import type { ConfinedClan } from "./confinement/confinement.ts";
import type { CpuIdentity } from "./filesystems/process-source.ts";
import type { MemoryServices } from "./memory/regions.ts";
import type { PageCache } from "./memory/page-cache.ts";
import type { PageFrames } from "./memory/page-frames.ts";
import type { FutexQueues } from "./process/futex-queues.ts";
import type { Lifecycle } from "./process/lifecycle.ts";
import type { ProcessTable } from "./process/process-table.ts";
import type { SignalPosting } from "./signals/posting.ts";
import type { TimerQueue } from "./timer-queue.ts";
import type { Trace } from "./trace.ts";
import type { FileSystemSpace } from "./vfs/file-system.ts";
import type { RandomSource } from "./random-pool.ts";

/** Addresses of the emulation library's entry points. */
export interface EmulatorEntries {
  start: number;
  /** What AT_SYSINFO names: a routine that makes short calls itself, or one that always traps. */
  sysinfo: number;
  gate: number;
}

export interface Core {
  readonly context: NativeContext;
  readonly kernel: NativeKernel;
  /** Whose clan processes are created in, when it is not the server's own (confinement/). */
  clan: { readonly chief?: ThreadId };
  /** What that chief leaves to be decided about a call. */
  guardOf: ConfinedClan["guard"] | undefined;
  /** The request thread: where processes send their calls. */
  readonly requestThread: ThreadId;
  readonly runner: ActivationRunner;
  readonly timers: TimerQueue;
  readonly processes: ProcessTable;
  readonly memory: MemoryServices;
  /** A memory manager that programs may bind regions to, beside the standard one. */
  readonly manager: ThreadId | undefined;
  readonly frames: PageFrames;
  readonly cache: PageCache;
  readonly files: FileSystemSpace;
  readonly futexes: FutexQueues;
  readonly signals: SignalPosting;
  readonly lifecycle: Lifecycle;
  readonly emulator: EmulatorEntries;
  /** undefined while tracing is off. */
  readonly trace: Trace | undefined;
  /** How often programs have asked for calls that the server does not have, by name. */
  readonly absentCalls: Map<string, number>;
  hostName: string;
  readonly cpu: CpuIdentity;
  readonly random: RandomSource;
  /** Tells the system's owner of something that should not happen. */
  report(text: string): void;
}
