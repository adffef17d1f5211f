/**
 * What a machine is made with beyond its boot options when somebody measures its paging (paging/measure.ts). No
 * part of the library's interface.
 *
 * Layers beneath: servers/memory-manager/, kernel/, machine/.
 */
import type { FaultProbe } from "#kernel/fault-probe.ts";
import type { DiskTiming } from "#machine/devices/disk-timing.ts";
import type { ClockedProcessor } from "#machine/engine.ts";
import type { ReferenceTracer } from "#machine/reference-tracer.ts";
import type { MemoryManagerOptions } from "#servers/memory-manager/memory-manager.ts";
import { PAGE_SIZE } from "#machine/ram.ts";

export interface MeasuredParts {
  /** Frames of the memory manager that can hold pages of programs. */
  readonly frames: number;
  /** Pages of the paging disk. */
  readonly swapPages: number;
  readonly timing: DiskTiming;
  /** How the memory manager replaces pages, and whom it tells. @param instructions executed so far */
  manager(instructions: () => number): Partial<MemoryManagerOptions>;
  /** Makes the tracer of references. @param frames frames of the machine */
  tracer?(frames: number): ReferenceTracer;
  /** Puts something in front of the processor. */
  processor?(processor: ClockedProcessor): ClockedProcessor;
  readonly probe?: FaultProbe;
}

/** Frames of the page cache of files: so many that it never decides what is measured. */
export const MEASURED_PAGE_CACHE = 16_384;
/** Frames of the other servers, and what alignment costs. */
const SLACK = 2048;

/** Bytes of RAM, beside frames that other managers take. */
export const measuredMemory = (measured: MeasuredParts): number => (measured.frames + MEASURED_PAGE_CACHE + SLACK) * PAGE_SIZE;
