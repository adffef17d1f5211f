/**
 * What processes use up: the kernel's counters of their tasks, gathered over exec, and the times made of them.
 */
import type { TaskStatistics } from "#kernel/native.ts";
import { NS_PER_SECOND, NS_PER_TICK, NS_PER_US } from "../abi/clocks.ts";
import { encode } from "../abi/struct-codec.ts";
import { structs } from "../abi/structs.ts";

/**
 * The kernel counts instructions, not time. One instruction counts as this long, as on the virtual clock; the part of a process that
 * its system calls take in the server is counted per call.
 */
const NS_PER_INSTRUCTION = 10;
const NS_PER_SYSTEM_CALL = 10_000;

export class Usage {
  instructions = 0;
  systemCalls = 0;
  ipcs = 0;
  faults = 0;
  signals = 0;

  addTask(statistics: TaskStatistics | undefined): void {
    if (statistics === undefined) return;
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
  }

  get userNs(): number {
    return this.instructions * NS_PER_INSTRUCTION;
  }

  get systemNs(): number {
    return this.systemCalls * NS_PER_SYSTEM_CALL;
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
