/**
 * Puts a machine together and boots it: hardware, kernel, and the tasks of the table.
 */
import { Kernel } from "#kernel/kernel.ts";
import type { LitesServer } from "#lites/server.ts";
import type { Clock } from "#machine/clock.ts";
import type { ChannelHost, Channels } from "#machine/devices/channels.ts";
import type { Disk } from "#machine/devices/disk.ts";
import { SeededEntropy } from "#machine/devices/entropy.ts";
import type { MemoryManagerTask } from "#servers/memory-manager/memory-manager.ts";
import { bootTasks } from "./boot-tasks.ts";
import { makeHardware } from "./hardware.ts";
import type { MachineParts } from "./machine-parts.ts";
import type { MeasuredParts } from "./measured-parts.ts";
import { type SystemStatistics, systemStatistics } from "./statistics.ts";
import { TraceLines } from "./trace-lines.ts";

export interface Machine {
  readonly kernel: Kernel;
  readonly clock: Clock;
  readonly channels: Channels;
  /** The Unix server, as far as it has to do with the root file system. */
  readonly files: Pick<LitesServer, "syncFiles" | "filesChanged">;
  /** For measurements. */
  readonly memory: MemoryManagerTask;
  readonly disk: Pick<Disk, "reads" | "writes" | "busyNs">;
  instructions(): number;
  statistics(): SystemStatistics;
}

/** A generator of numbers in [0, 1). */
function numbers(seed: string): () => number {
  const entropy = new SeededEntropy(seed);
  const word = new Uint32Array(1);
  const bytes = new Uint8Array(word.buffer);
  return () => {
    entropy.fill(bytes);
    return word[0]! / 2 ** 32;
  };
}

/** @param host the other side of the channels; called while the kernel runs */
export function makeMachine(parts: MachineParts, host: ChannelHost, measured?: MeasuredParts): Machine {
  const hardware = makeHardware(parts, host, measured);
  const { ram, processor, clock, interrupts, channels, disk, tracer } = hardware;
  const { trace, forget, seed } = parts;
  const lines = trace?.kinds.some((kind) => kind !== "syscalls") ? new TraceLines(trace.kinds, trace.write) : undefined;
  const kernel = new Kernel({
    ram,
    processor,
    clock,
    interrupts,
    ...(lines ? { trace: lines.event } : {}),
    tracer,
    probe: measured?.probe,
    ...(forget === undefined || forget === "never" ? {} : { forget: { mode: forget, random: numbers(`${seed} forget`) } }),
  });
  const bodies = bootTasks(kernel, hardware);
  const [memory, unix] = [bodies.MEMORY!, bodies.UNIX!];
  return {
    kernel,
    clock,
    channels,
    files: unix,
    memory,
    disk,
    instructions: () => processor.instructions,
    statistics: () => systemStatistics({ kernel, unix, memory, nowNs: clock.now() }),
  };
}
