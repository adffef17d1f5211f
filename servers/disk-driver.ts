/**
 * Driver of the disk: one native thread with a queue of requests.
 *
 * Speaks the Generic Driver Protocol (abi/generic-driver.ts), unit 0. READ_PAGE, WRITE_PAGE and their forms for several pages
 * move blocks straight between the medium and pages that the client maps into the driver; READ and WRITE
 * move any number of blocks through the driver's own buffer page and a string. The device has one
 * command at a time; the others wait in the queue.
 * Layer beneath: the kernel's native interface, σ0 (one page), and the device's registers given at boot.
 */
import { flexpage } from "#kernel/abi/flexpage.ts";
import type { ThreadId } from "#kernel/abi/identifiers.ts";
import { call, type Message, type NativeContext, type Op, type Received, send } from "#kernel/native.ts";
import { DriverClass, DriverRequest, DriverStatus, MOST_PAGES } from "./abi/generic-driver.ts";
import { Sigma0Request } from "./abi/sigma0.ts";
import { type DeviceDriver, driveDevice } from "./device-driver.ts";
import { type InterruptOptions, InterruptSource } from "./interrupt-source.ts";
import { PageWindows } from "./page-windows.ts";

/** Outcome of a command in the device's status register → DriverStatus. */
const outcomes = {
  done: DriverStatus.OK,
  outOfRange: DriverStatus.END_OF_MEDIUM,
  mediumError: DriverStatus.MEDIUM_ERROR,
  writeProtected: DriverStatus.WRITE_PROTECTED,
} as const;

/** The registers of the disk. */
export interface DiskRegisters {
  readonly blocks: number;
  /** Neighbouring blocks, one for each frame. */
  start(operation: "read" | "write", block: number, ...frames: number[]): boolean;
  takeStatus(): "idle" | "busy" | keyof typeof outcomes;
}

export interface DiskDriverOptions extends InterruptOptions {
  disk: DiskRegisters;
  sigma0: ThreadId;
}

const BLOCK_BYTES = 4096;
/** Blocks that one READ or WRITE by string moves at most. */
const MAX_STRING_BLOCKS = 64;

/** The driver's address space: one page for the buffer, and places for the pages of one request each. */
const BUFFER = 0x80000000;
const WINDOWS = 0x90000000;
const WINDOW_COUNT = 32;
const WINDOW_LOG2 = 16;

class Transfer {
  readonly client: ThreadId;
  readonly operation: "read" | "write";
  readonly block: number;
  /** Commands that it takes, and how many are done. */
  count = 1;
  done = 0;
  /** Data of a transfer by string. */
  data: Uint8Array | undefined = undefined;
  /** Where the client's pages of a transfer by mapping are, and how many. */
  window: number | undefined = undefined;
  pages = 1;

  constructor(client: ThreadId, operation: "read" | "write", block: number) {
    this.client = client;
    this.operation = operation;
    this.block = block;
  }
}

class DiskDriver implements DeviceDriver {
  private readonly queue: Transfer[] = [];
  readonly windows: PageWindows;
  private readonly disk: DiskRegisters;
  private readonly context: NativeContext;

  constructor(context: NativeContext, disk: DiskRegisters) {
    this.context = context;
    this.disk = disk;
    this.windows = new PageWindows(context, WINDOWS, WINDOW_COUNT, WINDOW_LOG2);
  }

  /** The answer to a request, or undefined when it waits. */
  *request(request: Received): Op<Message | undefined> {
    const window = this.windows.take(request);
    const transfer = this.transfer(request, window);
    if (transfer instanceof Transfer) {
      this.queue.push(transfer);
      if (this.queue.length === 1) this.startCommand();
      return undefined;
    }
    if (window !== undefined) this.windows.release(window);
    return transfer;
  }

  /** The transfer that a request asks for, or the answer when there is none to make. */
  private transfer(request: Received, window: number | undefined): Transfer | Message {
    const [operation, unit, block = 0, blocks = 0] = request.words;
    if (unit !== 0) return { words: [DriverStatus.NO_SUCH_UNIT] };
    const data = request.strings[0];
    switch (operation) {
      case DriverRequest.IDENTIFY:
        return { words: [DriverStatus.OK, DriverClass.BLOCK, BLOCK_BYTES, this.disk.blocks] };
      case DriverRequest.OPEN:
        return { words: [DriverStatus.OK, unit] };
      case DriverRequest.CLOSE:
      case DriverRequest.FLUSH: // Every completed write is on the medium.
        return { words: [DriverStatus.OK] };
      case DriverRequest.READ_PAGE:
      case DriverRequest.WRITE_PAGE:
      case DriverRequest.READ_PAGES:
      case DriverRequest.WRITE_PAGES: {
        const isRead = operation === DriverRequest.READ_PAGE || operation === DriverRequest.READ_PAGES;
        const isOne = operation === DriverRequest.READ_PAGE || operation === DriverRequest.WRITE_PAGE;
        if (window === undefined && this.windows.open === 0) return { words: [DriverStatus.BUSY] };
        const transfer = new Transfer(request.from, isRead ? "read" : "write", block);
        transfer.pages = isOne ? 1 : blocks;
        transfer.window = window;
        if (window === undefined || transfer.pages < 1 || transfer.pages > MOST_PAGES || this.frames(transfer) === undefined) break;
        return transfer;
      }
      case DriverRequest.READ: {
        if (window !== undefined || blocks < 1 || blocks > MAX_STRING_BLOCKS) break;
        const transfer = new Transfer(request.from, "read", block);
        transfer.count = blocks;
        transfer.data = new Uint8Array(blocks * BLOCK_BYTES);
        return transfer;
      }
      case DriverRequest.WRITE: {
        const count = data === undefined ? 0 : data.length / BLOCK_BYTES;
        if (window !== undefined || !Number.isInteger(count) || count < 1) break;
        const transfer = new Transfer(request.from, "write", block);
        transfer.count = count;
        transfer.data = data;
        return transfer;
      }
      default:
        return { words: [DriverStatus.NOT_SUPPORTED] };
    }
    return { words: [DriverStatus.BAD_ARGUMENT] };
  }

  /** Goes on after the device's interrupt. @returns whether the device had one */
  *interrupt(): Op<boolean> {
    let any = false;
    // A disk without latency has done the next command at once.
    for (let status = this.disk.takeStatus(); status !== "idle" && status !== "busy"; status = this.disk.takeStatus()) {
      any = true;
      yield* this.completed(outcomes[status]);
    }
    return any;
  }

  /** A command has ended. */
  private *completed(outcome: number): Op<void> {
    const transfer = this.queue[0];
    if (!transfer) return;
    if (outcome === DriverStatus.OK) {
      if (transfer.data && transfer.operation === "read") {
        transfer.data.set(this.context.memory.page(BUFFER, "read"), transfer.done * BLOCK_BYTES);
      }
      transfer.done++;
    }
    if (outcome === DriverStatus.OK && transfer.done < transfer.count) {
      this.startCommand();
      return;
    }
    this.queue.shift();
    if (transfer.window !== undefined) this.windows.release(transfer.window);
    if (this.queue.length > 0) this.startCommand();
    const answer: Message =
      transfer.data && transfer.operation === "read"
        ? { words: [outcome, transfer.done], strings: [transfer.data.subarray(0, transfer.done * BLOCK_BYTES)] }
        : { words: [outcome, transfer.done] };
    yield* send(transfer.client, answer, { sendUs: 0 });
  }

  /** Gives the device the next block of the first transfer. A page that its client took away makes the command fail (block -1). */
  private startCommand(): void {
    const transfer = this.queue[0]!;
    if (transfer.data && transfer.operation === "write") {
      const start = transfer.done * BLOCK_BYTES;
      this.context.memory.page(BUFFER, "write").set(transfer.data.subarray(start, start + BLOCK_BYTES));
    }
    const frames = this.frames(transfer);
    if (frames) this.disk.start(transfer.operation, transfer.block + transfer.done, ...frames);
    else this.disk.start(transfer.operation, -1, 0);
  }

  /** Frames that the next command concerns, in order; undefined when a page is not there for the access. */
  private frames({ window = BUFFER, pages, operation }: Transfer): number[] | undefined {
    const access = operation === "read" ? "write" : "read";
    const frames: number[] = [];
    for (let index = 0; index < pages; index++) {
      const frame = this.context.memory.frame(window + index * BLOCK_BYTES, access);
      if (frame < 0) return undefined;
      frames.push(frame);
    }
    return frames;
  }
}

export function diskDriver(options: DiskDriverOptions): (context: NativeContext) => Op<void> {
  return function* (context) {
    yield* call(options.sigma0, { words: [Sigma0Request.ANY, 0, 0] }, undefined, flexpage(BUFFER, 12));
    const driver = new DiskDriver(context, options.disk);
    const interrupts = yield* InterruptSource.open(options);
    yield* driveDevice(context, interrupts, driver);
  };
}
