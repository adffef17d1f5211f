/**
 * What processes use up: the kernel's counters and times of their tasks, gathered over exec.
 */
import type { NativeKernel } from "#kernel/native.ts";
import { NS_PER_SECOND, NS_PER_TICK, NS_PER_US } from "../abi/clocks.ts";
import { encode } from "../abi/struct-codec.ts";
import { structs } from "../abi/structs.ts";

export class Usage {
  instructions = 0;
  systemCalls = 0;
  ipcs = 0;
  faults = 0;
  signals = 0;
  /** Processor time in nanoseconds: of the program, and of what the system does for it. */
  userNs = 0;
  systemNs = 0;

  addTask(statistics: ReturnType<NativeKernel["statistics"]>): void {
    if (statistics === undefined) return;
    this.userNs += statistics.userNs;
    this.systemNs += statistics.systemNs;
    this.instructions += statistics.instructions;
    this.ipcs += statistics.ipcs;
    this.faults += statistics.faults;
  }

  add(other: Usage): void {
    this.instructions += other.instructions;
    this.systemCalls += other.systemCalls;
    this.ipcs += other.ipcs;
    this.faults += other.faults;
    this.signals += other.signals;
    this.userNs += other.userNs;
    this.systemNs += other.systemNs;
  }

  get userTicks(): number {
    return Math.floor(this.userNs / NS_PER_TICK);
  }

  get systemTicks(): number {
    return Math.floor(this.systemNs / NS_PER_TICK);
  }
}

export function rusageOf(usage: Usage): Uint8Array {
  return encode(structs.rusage, {
    utime_sec: Math.floor(usage.userNs / NS_PER_SECOND),
    utime_usec: Math.floor((usage.userNs % NS_PER_SECOND) / NS_PER_US),
    stime_sec: Math.floor(usage.systemNs / NS_PER_SECOND),
    stime_usec: Math.floor((usage.systemNs % NS_PER_SECOND) / NS_PER_US),
    ru_minflt: usage.faults,
    ru_nvcsw: usage.systemCalls,
    ru_nsignals: usage.signals,
  });
}
