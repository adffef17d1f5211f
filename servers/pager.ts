/**
 * A memory manager of one's own, as a native task: what every one needs beside its policy. Programs bind regions to the
 * task, their page faults arrive as messages, the replies are flexpages of the task's own space.
 *
 * Frames come from σ0 and have the address frame * 4096 in the own space; pages without a frame go to blocks of the disk.
 * Layer beneath: the kernel's native interface; kernel/abi/page-fault.ts, abi/sigma0.ts and abi/generic-driver.ts are the protocols.
 * Guide: docs/managers.md.
 */
import { FLEXPAGE_WRITE, flexpage, flexpageBase, PageStatus, Unmap, WHOLE_SPACE } from "#kernel/abi/flexpage.ts";
import { ANY, taskOf, type ThreadId } from "#kernel/abi/identifiers.ts";
import { FAULT_WRITE, FaultRefusal } from "#kernel/abi/page-fault.ts";
import { PAGE_LOG2, PAGE_SIZE } from "#kernel/abi/page.ts";
import { call, type Message, type NativeContext, NO_FAULTS, type Op, type Received, receive, replyAndWait } from "#kernel/native.ts";
import { DriverRequest, DriverStatus } from "./abi/generic-driver.ts";
import { Sigma0Request } from "./abi/sigma0.ts";

export { FaultRefusal } from "#kernel/abi/page-fault.ts";
export type { ThreadId } from "#kernel/abi/identifiers.ts";
export type { NativeContext, Op } from "#kernel/native.ts";

/** What a manager did. faults = zeroFills + pageIns + forgotten + refused, if it does one thing for a fault. */
export interface ManagerFigures {
  faults: number;
  zeroFills: number;
  pageIns: number;
  /** The page was in memory, its mapping was not (or not for writing). */
  forgotten: number;
  refused: number;
  pageOuts: number;
  /** Pages taken away from programs. */
  flushes: number;
  /** Messages of faults and their answers, and to the disk driver and back; words in them. */
  ipcs: number;
  words: number;
}

export const noFigures = (): ManagerFigures => ({
  faults: 0,
  zeroFills: 0,
  pageIns: 0,
  forgotten: 0,
  refused: 0,
  pageOuts: 0,
  flushes: 0,
  ipcs: 0,
  words: 0,
});

export type ManagerFaultKind = "zeroFill" | "pageIn" | "forgotten" | "refused";

/** What a manager is given when the system is booted. */
export interface ManagerOptions {
  /** Page frames that it may take. */
  readonly frames: number;
  readonly sigma0: ThreadId;
  readonly diskDriver: ThreadId;
  /** The blocks of the disk that are its own: `blocks` from `firstBlock` on. */
  readonly firstBlock: number;
  readonly blocks: number;
  /** Counted by Pager, read by whoever booted the manager. */
  readonly figures: ManagerFigures;
  /** Told of each fault by Pager. */
  readonly observe?: (client: ThreadId, address: number, kind: ManagerFaultKind) => void;
}

/** What a manager's module exports by default. */
export type ManagerFactory = (options: ManagerOptions) => (context: NativeContext) => Op<void>;

/** A page that a program cannot go on without. */
export interface PageFault {
  readonly client: ThreadId;
  /** The client's task; data spaces are named by task and number. */
  readonly task: ThreadId;
  readonly dataSpace: number;
  /** Index of the page in the data space. */
  readonly page: number;
  readonly write: boolean;
  /** Of the page in the client's space. */
  readonly address: number;
}

/** Pages that answer a fault: an address in the own space. Or the reason why there is none: a FaultRefusal. */
export type FaultAnswer = { readonly map: number; readonly writable: boolean } | { readonly refuse: number };

export class Pager {
  private readonly context: NativeContext;
  private readonly options: ManagerOptions;
  private readonly figures: ManagerFigures;

  constructor(context: NativeContext, options: ManagerOptions) {
    this.context = context;
    this.options = options;
    this.figures = options.figures;
  }

  /** Takes the frames from σ0. @returns their addresses in the own space; fewer than allowed when memory is short */
  *takeFrames(): Op<number[]> {
    const addresses: number[] = [];
    while (addresses.length < this.options.frames) {
      const answer = yield* call(this.options.sigma0, { words: [Sigma0Request.ANY, 0, 0] }, undefined, WHOLE_SPACE);
      const given = answer.error === 0 ? (answer.words[0] ?? 0) : 0;
      if (given === 0) break;
      addresses.push(flexpageBase(given));
    }
    return addresses;
  }

  /** Makes a page of the own space zero. */
  zeroFill(address: number): void {
    this.context.memory.page(address, "write").fill(0);
    this.figures.zeroFills++;
  }

  /** Reads a block of the own part of the disk into a page. False: the medium failed. */
  *pageIn(block: number, address: number): Op<boolean> {
    this.figures.pageIns++;
    const done = yield* this.transfer(DriverRequest.READ_PAGE, block, flexpage(address, PAGE_LOG2, FLEXPAGE_WRITE));
    // The driver's own mapping was used and written to: that is nothing that programs did.
    this.usage(address);
    return done;
  }

  /** Writes a page to a block of the own part of the disk. False: the medium failed. */
  *pageOut(block: number, address: number): Op<boolean> {
    this.figures.pageOuts++;
    return yield* this.transfer(DriverRequest.WRITE_PAGE, block, flexpage(address, PAGE_LOG2));
  }

  /** What programs did to a page since it was last asked; the page stays mapped. */
  usage(address: number): { accessed: boolean; dirty: boolean } {
    return this.unmap(address, Unmap.STATUS);
  }

  /** Takes a page from all programs. @returns what they did to it since it was last asked */
  flush(address: number): { accessed: boolean; dirty: boolean } {
    this.figures.flushes++;
    return this.unmap(address, Unmap.FLUSH);
  }

  /** Whether a task is still there: pages of others are of no use to anybody. */
  exists(task: ThreadId): boolean {
    return this.context.kernel.exists(task);
  }

  /** Receives page faults for ever, and answers them as the handler says. Messages that are no faults are answered with a refusal. */
  *serve(handler: (fault: PageFault) => Op<FaultAnswer>): Op<void> {
    let next = yield* receive(ANY, NO_FAULTS);
    for (;;) {
      const answer = next.error === 0 ? yield* this.answer(next, handler) : undefined;
      next = answer ? yield* replyAndWait(next.from, answer, NO_FAULTS) : yield* receive(ANY, NO_FAULTS);
    }
  }

  private *answer(received: Received, handler: (fault: PageFault) => Op<FaultAnswer>): Op<Message> {
    const [where = 0, dataSpace = 0, address = 0] = received.words;
    if (received.words.length < 3 || (where & (PAGE_SIZE - 1) & ~FAULT_WRITE) !== 0) return { words: [FaultRefusal.MANAGER] };
    const { figures } = this;
    const { zeroFills, pageIns } = figures;
    const answer = yield* handler({
      client: received.from,
      task: taskOf(received.from),
      dataSpace,
      page: where >>> PAGE_LOG2,
      write: (where & FAULT_WRITE) !== 0,
      address,
    });
    figures.faults++;
    let kind: ManagerFaultKind = figures.pageIns > pageIns ? "pageIn" : "zeroFill";
    if (figures.pageIns === pageIns && figures.zeroFills === zeroFills) kind = "refuse" in answer ? "refused" : "forgotten";
    if (kind === "forgotten" || kind === "refused") figures[kind]++;
    this.options.observe?.(received.from, address, kind);
    const message = "refuse" in answer ? { words: [answer.refuse] } : mapping(address, answer);
    this.count(received.words, message);
    return message;
  }

  /** A message there and one back. */
  private count(words: readonly number[], answer: Message): void {
    this.figures.ipcs += 2;
    this.figures.words += words.length + answer.words.length + 2 * (answer.pages?.length ?? 0);
  }

  private unmap(address: number, mask: number): { accessed: boolean; dirty: boolean } {
    const status = this.context.kernel.unmap(flexpage(address, PAGE_LOG2), mask);
    return { accessed: (status & PageStatus.ACCESSED) !== 0, dirty: (status & PageStatus.DIRTY) !== 0 };
  }

  private *transfer(operation: number, block: number, fpage: number): Op<boolean> {
    const { diskDriver, firstBlock, blocks } = this.options;
    if (block < 0 || block >= blocks) return false;
    const request = { words: [operation, 0, firstBlock + block], pages: [{ hotSpot: 0, fpage }] };
    const answer = yield* call(diskDriver, request);
    this.count(answer.words, request);
    return answer.error === 0 && answer.words[0] === DriverStatus.OK;
  }
}

const mapping = (address: number, { map, writable }: { map: number; writable: boolean }): Message => ({
  words: [0],
  pages: [{ hotSpot: address, fpage: flexpage(map, PAGE_LOG2, writable ? FLEXPAGE_WRITE : 0) }],
});
