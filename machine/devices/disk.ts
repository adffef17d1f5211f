/**
 * The disk: blocks of one page, moved by DMA between the medium and frames of RAM.
 *
 * One command at a time, for one block or several neighbouring ones. It takes as long as disk-timing.ts says on the
 * machine's clock; then `status` tells the
 * outcome and the interrupt line is asserted until it is read. The medium is a backing store: chunks of host memory
 * allocated on the first write, or whatever the host provides (a file).
 * Layers beneath: ram.ts, clock.ts, interrupts.ts.
 */
import type { Clock } from "../clock.ts";
import { InterruptLine, type InterruptController, type InterruptWire } from "../interrupts.ts";
import { PAGE_SIZE, type Ram } from "../ram.ts";
import { type DiskTiming, fixedTiming } from "./disk-timing.ts";

export const DISK_BLOCK_BYTES = PAGE_SIZE;

/** "idle": no command was given since the last outcome was read; all others but "busy" are outcomes. */
export type DiskStatus = "idle" | "busy" | "done" | "outOfRange" | "mediumError" | "writeProtected";

/** Where the blocks are. Both methods may throw: a medium error. */
export interface BackingStore {
  read(block: number, buffer: Uint8Array): void;
  write(block: number, buffer: Uint8Array): void;
}

const CHUNK_BLOCKS = 64;

/** A backing store in host memory; blocks never written read as zero. */
export class MemoryStore implements BackingStore {
  private readonly chunks = new Map<number, Uint8Array>();

  read(block: number, buffer: Uint8Array): void {
    const chunk = this.chunks.get(Math.floor(block / CHUNK_BLOCKS));
    if (chunk === undefined) buffer.fill(0);
    else buffer.set(chunk.subarray(this.offset(block), this.offset(block) + DISK_BLOCK_BYTES));
  }

  write(block: number, buffer: Uint8Array): void {
    const number = Math.floor(block / CHUNK_BLOCKS);
    let chunk = this.chunks.get(number);
    if (chunk === undefined) {
      chunk = new Uint8Array(CHUNK_BLOCKS * DISK_BLOCK_BYTES);
      this.chunks.set(number, chunk);
    }
    chunk.set(buffer, this.offset(block));
  }

  private offset(block: number): number {
    return (block % CHUNK_BLOCKS) * DISK_BLOCK_BYTES;
  }
}

export interface DiskOptions {
  blocks: number;
  store?: BackingStore;
  /** Virtual or real time that a command takes; 0 completes before `start` returns. */
  latencyNs?: number;
  /** Instead of latencyNs: how long each command takes. */
  timing?: DiskTiming;
  writeProtected?: boolean;
  /** Default: InterruptLine.DISK. */
  interruptLine?: number;
  /** Called before DMA changes a frame: cached instructions of it must be dropped (Processor.invalidateFrame). */
  onFrameChange?: (frame: number) => void;
}

export class Disk {
  readonly blocks: number;
  /** Blocks transferred since the start, for statistics. */
  reads = 0;
  writes = 0;
  /** Time that commands took. */
  busyNs = 0;
  private status: DiskStatus = "idle";
  private readonly store: BackingStore;
  private readonly timing: DiskTiming;
  private readonly writeProtected: boolean;
  private readonly onFrameChange: (frame: number) => void;
  private readonly ram: Ram;
  private readonly clock: Clock;
  private readonly wire: InterruptWire;

  constructor(ram: Ram, clock: Clock, interrupts: InterruptController, options: DiskOptions) {
    this.ram = ram;
    this.clock = clock;
    this.wire = interrupts.connect(options.interruptLine ?? InterruptLine.DISK);
    this.blocks = options.blocks;
    this.store = options.store ?? new MemoryStore();
    this.timing = options.timing ?? fixedTiming(options.latencyNs ?? 0);
    this.writeProtected = options.writeProtected ?? false;
    this.onFrameChange = options.onFrameChange ?? (() => {});
  }

  /**
   * Starts a command for neighbouring blocks, one for each frame. False when another one is in progress (nothing
   * happens then); all other
   * outcomes, errors included, are told by the interrupt and takeStatus.
   */
  start(operation: "read" | "write", block: number, ...frames: number[]): boolean {
    if (this.status === "busy") return false;
    this.status = "busy";
    // The data move at once: the frames may have another use by the time the command completes.
    let outcome: DiskStatus = "done";
    for (let index = 0; index < frames.length && outcome === "done"; index++) {
      outcome = this.transfer(operation, block + index, frames[index]!);
    }
    const complete = () => {
      this.status = outcome;
      this.wire.set(true);
    };
    const now = this.clock.now();
    const ns = this.timing.command(operation, block, frames.length, now);
    this.busyNs += ns;
    if (ns === 0) complete();
    else this.clock.schedule(now + ns, complete);
    return true;
  }

  /** Reads the status register; the outcome of a command is told once. */
  takeStatus(): DiskStatus {
    const status = this.status;
    if (status !== "busy") {
      this.status = "idle";
      this.wire.set(false);
    }
    return status;
  }

  private transfer(operation: "read" | "write", block: number, frame: number): DiskStatus {
    if (!Number.isInteger(block) || block < 0 || block >= this.blocks) return "outOfRange";
    if (operation === "write" && this.writeProtected) return "writeProtected";
    const bytes = this.ram.frame(frame);
    try {
      if (operation === "read") {
        this.onFrameChange(frame);
        this.store.read(block, bytes);
        this.reads++;
      } else {
        this.store.write(block, bytes);
        this.writes++;
      }
      return "done";
    } catch {
      return "mediumError";
    }
  }
}
