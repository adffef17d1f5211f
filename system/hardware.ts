/**
 * The hardware of a machine: processor, memory, clock and devices, made from its parts.
 *
 * Layer beneath: machine/.
 */
import { type Clock, RealClock, VirtualClock } from "#machine/clock.ts";
import { type ChannelHost, Channels } from "#machine/devices/channels.ts";
import { Disk, DISK_BLOCK_BYTES } from "#machine/devices/disk.ts";
import { type ClockedProcessor, createProcessor } from "#machine/engine.ts";
import { InterruptController } from "#machine/interrupts.ts";
import { PAGE_SIZE, Ram } from "#machine/ram.ts";
import type { ReferenceTracer } from "#machine/reference-tracer.ts";
import type { MemoryManagerOptions } from "#servers/memory-manager/memory-manager.ts";
import type { MachineParts } from "./machine-parts.ts";
import { MEASURED_PAGE_CACHE, measuredMemory, type MeasuredParts } from "./measured-parts.ts";

/** Unix time of a virtual machine's start: fixed, so that runs repeat. 2025-01-01 00:00 UTC. */
const VIRTUAL_EPOCH_NS = 1_735_689_600_000_000_000n;

/** Share of the frames that the page cache of files gets, with limits in frames. */
const PAGE_CACHE_SHARE = 1 / 4;
const PAGE_CACHE_LEAST = 256;
/** Frames that stay with σ0: for driver buffers and latecomers. */
const SIGMA0_RESERVE = 64;

export interface Hardware {
  readonly parts: MachineParts;
  readonly ram: Ram;
  readonly interrupts: InterruptController;
  readonly processor: ClockedProcessor;
  readonly clock: Clock;
  readonly channels: Channels;
  readonly disk: Disk;
  /** Blocks of the paging disk; those of a manager of the user's own follow. */
  readonly swapBlocks: number;
  /** Frames of the standard memory manager, and of the page cache of files. */
  readonly frames: { readonly memory: number; readonly pager: number };
  readonly tracer: ReferenceTracer | undefined;
  /** Options of the standard memory manager when its paging is measured. */
  readonly measuredManager: Partial<MemoryManagerOptions> | undefined;
}

/** @param host the other side of the channels */
export function makeHardware(parts: MachineParts, host: ChannelHost, measured?: MeasuredParts): Hardware {
  const { manager, time } = parts;
  const memory = measured ? measuredMemory(measured) + (manager?.frames ?? 0) * PAGE_SIZE : parts.memory;
  const swap = measured ? measured.swapPages * PAGE_SIZE : parts.swap;
  const ram = new Ram(memory);
  const interrupts = new InterruptController();
  const tracer = measured?.tracer?.(ram.frameCount);
  const report = parts.isStrict ? undefined : (message: string) => parts.diagnostic(`internal error: ${message}; the interpreter goes on`);
  const made = createProcessor(parts.engine, ram, { now: () => 0 }, tracer, report);
  const processor = measured?.processor?.(made) ?? made;
  const clock =
    time === "virtual"
      ? new VirtualClock(VIRTUAL_EPOCH_NS, () => processor.instructions)
      : new RealClock(time.epochNs, () => time.monotonicNs());
  processor.clock = clock;
  const swapBlocks = Math.floor(swap / DISK_BLOCK_BYTES);
  const disk = new Disk(ram, clock, interrupts, {
    blocks: swapBlocks + (manager?.blocks ?? 0),
    onFrameChange: (frame) => processor.invalidateFrame(frame),
    ...(measured ? { timing: measured.timing } : {}),
  });
  const pager = measured ? MEASURED_PAGE_CACHE : Math.max(PAGE_CACHE_LEAST, Math.floor((memory / PAGE_SIZE) * PAGE_CACHE_SHARE));
  return {
    parts,
    ram,
    interrupts,
    processor,
    clock,
    channels: new Channels(interrupts, host),
    disk,
    swapBlocks,
    frames: {
      pager,
      // Of a measured number of frames one more becomes the page of zeros.
      memory: measured ? measured.frames + 1 : ram.frameCount - pager - SIGMA0_RESERVE - (manager?.frames ?? 0),
    },
    tracer,
    measuredManager: measured?.manager(() => processor.instructions),
  };
}
