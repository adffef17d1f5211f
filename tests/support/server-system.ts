/**
 * For tests: a machine with kernel, σ0, disk, channels and memory manager, and clients that touch
 * pages when they are told to.
 *
 * Clients are native tasks. They play the kernel's part of a page fault themselves: they send the
 * fault message and open a window for the answer.
 */
import { Kernel } from "#kernel/kernel.ts";
import type { NativeBody } from "#kernel/lifecycle.ts";
import { flexpage, Unmap } from "#kernel/abi/flexpage.ts";
import { ANY, type ThreadId, WellKnownTask } from "#kernel/abi/identifiers.ts";
import { FAULT_WRITE } from "#kernel/abi/page-fault.ts";
import { call, type NativeContext, type Op, receive, replyAndWait } from "#kernel/native.ts";
import { VirtualClock } from "#machine/clock.ts";
import { type BackingStore, Disk, MemoryStore } from "#machine/devices/disk.ts";
import { InterruptController, InterruptLine } from "#machine/interrupts.ts";
import type { Processor } from "#machine/processor.ts";
import { PAGE_SIZE, Ram } from "#machine/ram.ts";
import { MemoryError, MemoryRequest, memoryStatisticsNames } from "#servers/abi/memory-manager.ts";
import { diskDriver } from "#servers/disk-driver.ts";
import { type MemoryManagerOptions, memoryManager } from "#servers/memory-manager/memory-manager.ts";
import type { Statistics } from "#servers/memory-manager/request-server.ts";
import { sigma0 } from "#servers/sigma0.ts";

/** A client's data spaces are mapped 2^24 bytes apart, in regions of this size. */
const REGION_LOG2 = 24;

/** Where a client sees page `index` of data space `number`. */
const addressOf = (number: number, index: number): number => number * 2 ** REGION_LOG2 + index * 4096;

const ClientOperation = { READ: 1, WRITE: 2, RELEASE: 3 } as const;

/** A client's body: obeys its master. Reply: w0 = refusal of the memory manager or 0, w1 = value read. */
function clientBody(manager: ThreadId): (context: NativeContext) => Op<void> {
  return function* (context) {
    function* obey(words: readonly number[]): Op<number[]> {
      const [operation, number = 0, index = 0, value = 0] = words;
      const address = addressOf(number, index);
      if (operation === ClientOperation.RELEASE) {
        context.kernel.unmap(flexpage(address, 12), Unmap.FLUSH | Unmap.OWN);
        return [0, 0];
      }
      const access = operation === ClientOperation.WRITE ? "write" : "read";
      const region = flexpage(addressOf(number, 0), REGION_LOG2);
      for (let attempt = 0; context.memory.frame(address, access) < 0; attempt++) {
        if (attempt === 3) throw new Error(`no useful answer for a fault at page ${index} of data space ${number}`);
        const where = index * 4096 + (access === "write" ? FAULT_WRITE : 0);
        const answer = yield* call(manager, { words: [where, number, address, 0] }, undefined, region);
        if (answer.error !== 0) throw new Error(`fault: IPC error ${answer.error}`);
        if (answer.words[0] !== 0) return [answer.words[0]!, 0];
      }
      const bytes = context.memory.page(address, access);
      const view = new DataView(bytes.buffer, bytes.byteOffset, PAGE_SIZE);
      if (access === "write") {
        view.setUint32(0, value);
        view.setUint32(PAGE_SIZE - 4, value);
      }
      // Both ends of the page must agree; otherwise the value is one that no test writes.
      return [0, view.getUint32(0) === view.getUint32(PAGE_SIZE - 4) ? view.getUint32(0) : 0xbadbad];
    }
    let next = yield* receive(ANY);
    for (;;) next = yield* replyAndWait(next.from, { words: yield* obey(next.words) });
  };
}

export interface TestSystemOptions extends Partial<Omit<MemoryManagerOptions, "sigma0" | "diskDriver">> {
  /** Blocks of the disk; 0 = no disk driver. */
  diskBlocks?: number;
  store?: BackingStore;
  latencyNs?: number;
  /** For tests with emulated clients. */
  processor?: (ram: Ram) => Processor;
}

/** What a test's body works with: the master task of the memory manager. */
export class Master {
  readonly context: NativeContext;
  readonly manager: ThreadId;
  readonly diskDriver: ThreadId | undefined;
  readonly sigma0: ThreadId;
  private readonly kernel: Kernel;

  constructor(kernel: Kernel, context: NativeContext, manager: ThreadId, diskDriver: ThreadId | undefined, sigma0Id: ThreadId) {
    this.kernel = kernel;
    this.context = context;
    this.manager = manager;
    this.diskDriver = diskDriver;
    this.sigma0 = sigma0Id;
  }

  newClient(): ThreadId {
    return this.newTask({ priority: 100, name: "client" }, clientBody(this.manager));
  }

  /** A task without a chief: servers hear it as they hear the master. */
  newTask(options: { priority: number; name: string }, body: NativeBody): ThreadId {
    return this.kernel.bootTask(options, body);
  }

  deleteTask(task: ThreadId): void {
    this.kernel.endTask(task);
  }

  /** A request to the memory manager. @returns all reply words */
  *request(...words: number[]): Op<number[]> {
    const answer = yield* call(this.manager, { words });
    if (answer.error !== 0) throw new Error(`request: IPC error ${answer.error}`);
    return answer.words;
  }

  /** A request that must succeed. */
  *must(...words: number[]): Op<void> {
    const [code] = yield* this.request(...words);
    if (code !== MemoryError.OK) throw new Error(`request ${words.join(" ")}: error ${code}`);
  }

  /** Creates a client with data space 1 of `pages` pages. */
  *clientWith(pages: number, flags = 0): Op<ThreadId> {
    const client = this.newClient();
    yield* this.must(MemoryRequest.CREATE, client, 1, pages, flags);
    return client;
  }

  /** Forks a client's memory into a new client. */
  *fork(parent: ThreadId): Op<ThreadId> {
    const child = this.newClient();
    yield* this.must(MemoryRequest.FORK, parent, child);
    return child;
  }

  /** Ends a client as the Unix server does. */
  *end(client: ThreadId): Op<void> {
    this.deleteTask(client);
    yield* this.must(MemoryRequest.DESTROY_ALL, client);
  }

  /** Reads a page's value. @returns it, or the refusal as a negative number */
  *read(client: ThreadId, number: number, index: number): Op<number> {
    return yield* this.command(client, ClientOperation.READ, number, index);
  }

  *write(client: ThreadId, number: number, index: number, value: number): Op<number> {
    return yield* this.command(client, ClientOperation.WRITE, number, index, value);
  }

  /** The client forgets its mapping of a page, as regionUnmap would do. */
  *release(client: ThreadId, number: number, index: number): Op<void> {
    yield* this.command(client, ClientOperation.RELEASE, number, index);
  }

  *statistics(): Op<Statistics> {
    const [, ...values] = yield* this.request(MemoryRequest.STATISTICS);
    return Object.fromEntries(memoryStatisticsNames.map((name, i) => [name, values[i]])) as Statistics;
  }

  private *command(client: ThreadId, ...words: number[]): Op<number> {
    const answer = yield* call(client, { words });
    if (answer.error !== 0) throw new Error(`client: IPC error ${answer.error}`);
    const [refused = 0, value = 0] = answer.words;
    return refused !== 0 ? -refused : value;
  }
}

/** Boots, runs the body as the memory manager's master, and returns what it returns. */
export function runSystem<T>(options: TestSystemOptions, body: (master: Master) => Op<T>): T {
  const { diskBlocks = 64, store, latencyNs = 0, frames = 64, swapPages = diskBlocks, processor: make, ...rest } = options;
  const ram = new Ram((frames + 80) * PAGE_SIZE);
  const interrupts = new InterruptController();
  const processor = make?.(ram) ?? idleProcessor();
  const clock = new VirtualClock(0n, () => processor.instructions);
  const kernel = new Kernel({ ram, processor, clock, interrupts });
  const disk = new Disk(ram, clock, interrupts, { blocks: diskBlocks, store: store ?? new MemoryStore(), latencyNs });
  const sigma0Id = kernel.bootTask({ taskNumber: WellKnownTask.SIGMA0, priority: 255, name: "sigma0" }, sigma0);
  const driver =
    diskBlocks === 0
      ? undefined
      : kernel.bootTask({ priority: 200, name: "disk" }, diskDriver({ disk, interruptLine: InterruptLine.DISK, sigma0: sigma0Id }));
  const manager = kernel.bootTask(
    { priority: 180, name: "memory" },
    memoryManager({ ...rest, sigma0: sigma0Id, frames, swapPages, diskDriver: driver }),
  );
  let result: { value: T } | undefined;
  let failure: { error: unknown } | undefined;
  kernel.bootTask({ priority: 160, name: "test" }, function* (context) {
    try {
      const master = new Master(kernel, context, manager, driver, sigma0Id);
      yield* master.must(MemoryRequest.ATTACH_MASTER);
      result = { value: yield* body(master) };
    } catch (error) {
      failure = { error };
    }
  });
  while (!result && !failure) {
    const { state, nextEventNs } = kernel.run(1_000_000);
    if (result || failure) break;
    if (state === "idle" && nextEventNs === Number.POSITIVE_INFINITY) throw new Error("everything waits");
    if (state === "idle") clock.idleUntil(nextEventNs);
  }
  if (failure) throw failure.error;
  return result!.value;
}

/** A processor for machines without emulated threads. */
export function idleProcessor(): Processor {
  return {
    instructions: 0,
    exit: { kind: "slice", vector: 0, errorCode: 0, address: 0 },
    run: () => {
      throw new Error("no emulated code here");
    },
    flushFloatingPoint: () => {},
    copyFloatingPoint: () => {},
    invalidateFrame: () => {},
    release: () => {},
  };
}
