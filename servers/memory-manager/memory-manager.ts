/**
 * The standard memory manager (σ1): anonymous memory, lazy copies, private file mappings, paging.
 *
 * The main thread serves page faults and requests one after the other and waits for nobody but σ0 and the
 * disk driver. Faults that need a page of another manager are put aside until a worker has fetched it.
 * Protocols: kernel/abi/page-fault.ts, abi/memory-manager.ts, abi/sigma0.ts, abi/generic-driver.ts.
 */
import { ANY, sameTask, taskOf, type ThreadId } from "#kernel/abi/identifiers.ts";
import { FAULT_WRITE, FaultRefusal } from "#kernel/abi/page-fault.ts";
import { type Message, type NativeContext, NO_FAULTS, type Op, type Received, receive, replyAndWait, send } from "#kernel/native.ts";
import { Sigma0Request } from "../abi/sigma0.ts";
import { BackingCache, Fetch, type WaitingFault } from "./backing-cache.ts";
import { backingWorker, jobWords, TIMED_OUT } from "./backing-worker.ts";
import { Commitment } from "./commitment.ts";
import { Counters, type FaultKind } from "./counters.ts";
import { Directory } from "./data-space.ts";
import { DataSpaceServer } from "./data-space-server.ts";
import { FaultServer, refusal } from "./fault-server.ts";
import { FrameLending } from "./frame-lending.ts";
import { FramePool } from "./frame-pool.ts";
import { PageStore } from "./page-store.ts";
import type { PagingObserver } from "./paging-observer.ts";
import { Clock } from "./policies/clock.ts";
import type { PolicyView, ReplacementPolicy } from "./replacement-policy.ts";
import { RequestServer, type Statistics } from "./request-server.ts";
import { SwapArea } from "./swap-area.ts";

export interface MemoryManagerOptions {
  sigma0: ThreadId;
  /** Frames to take from σ0; it gets fewer when σ0 has fewer. */
  frames: number;
  /** The paging disk; without one nothing is paged out. */
  diskDriver: ThreadId | undefined;
  swapPages: number;
  /** Makes the replacement policy; default: the clock. */
  policy?: (view: PolicyView) => ReplacementPolicy;
  /** One policy for each task, with equal shares of the frames, instead of one for all. */
  local?: boolean;
  /** Uniform in [0, 1), for policies that draw lots; default: always 0. */
  random?: () => number;
  /** Time for policies; default: nanoseconds on the machine's clock. */
  time?: () => number;
  /** Pages that a page-in brings beyond the one asked for, as far as they lie behind it on the disk too; default 0. */
  readAhead?: number;
  /** Victims that are written out together; default 1. */
  cluster?: number;
  /** Whether answers to faults bring more pages than were asked for where that costs little; default true. */
  faultAround?: boolean;
  /** Is told what happens, for measurements. */
  observer?: PagingObserver;
  /** Whether every reference is told to MemoryManagerTask.referenced; default false. */
  traced?: boolean;
  /** Pages of other managers that are kept mapped. */
  windowPages?: number;
}

const DEFAULT_WINDOW_PAGES = 4096;
/** Worker threads: their thread numbers are 1 … WORKERS. */
const WORKERS = 4;
/** How often a fault waits for a backing page that is gone again when it arrives. */
const FETCH_ATTEMPTS = 3;
/** Bits that are clear in word 0 of a fault message (a page offset and perhaps FAULT_WRITE), but not in requests. */
const REQUEST_BITS = 0xfff & ~FAULT_WRITE;

interface Parts {
  readonly context: NativeContext;
  readonly faults: FaultServer;
  readonly requests: RequestServer;
  readonly dataSpaces: DataSpaceServer;
  readonly lending: FrameLending;
  readonly backing: BackingCache;
  readonly directory: Directory;
  readonly store: PageStore;
  readonly totals: Counters;
  readonly statistics: () => Statistics;
  readonly observer: PagingObserver | undefined;
}

class MemoryManager {
  private readonly active = new Map<ThreadId, Fetch>();
  private readonly idle: ThreadId[] = [];
  private readonly context: NativeContext;
  private readonly backing: BackingCache;
  private readonly observer: PagingObserver | undefined;
  readonly parts: Parts;

  private constructor(parts: Parts) {
    this.parts = parts;
    this.context = parts.context;
    this.backing = parts.backing;
    this.observer = parts.observer;
    for (let lthread = 1; lthread <= WORKERS; lthread++) {
      this.context.kernel.nativeThreadNew({ lthread }, backingWorker(this.context.id));
    }
  }

  /** Takes the memory and opens the paging disk. Undefined when σ0 has nothing to give. */
  static *start(context: NativeContext, options: MemoryManagerOptions): Op<MemoryManager | undefined> {
    const frames = yield* FramePool.take(options.sigma0, options.frames);
    const zeroFrame = frames.allocate();
    if (zeroFrame === undefined) return undefined;
    const zeroPage = zeroFrame * 4096;
    context.memory.page(zeroPage, "write").fill(0);
    const swap = yield* SwapArea.open(options.diskDriver, options.swapPages);
    const commitment = new Commitment(frames.freeCount, swap.size);
    const { observer } = options;
    const replacement = {
      policy: options.policy ?? ((view: PolicyView) => new Clock(view)),
      local: options.local ?? false,
      cluster: options.cluster ?? 1,
      random: options.random ?? (() => 0),
      time: options.time,
      traced: options.traced ?? false,
    };
    const store = new PageStore(context, frames, swap, replacement, commitment, observer);
    const totals = new Counters();
    const directory = new Directory(totals, observer);
    const backing = new BackingCache(context, Math.max(options.windowPages ?? DEFAULT_WINDOW_PAGES, 2 * WORKERS));
    const { readAhead = 0, faultAround = true } = options;
    const faults = new FaultServer(context, directory, store, backing, commitment, zeroPage, readAhead, faultAround);
    const statistics = (): Statistics => ({
      frames: frames.count,
      freeFrames: frames.freeCount,
      swapPages: swap.size,
      swapUsed: swap.used,
      committed: commitment.committed,
      zeroFills: totals.zeroFills,
      copies: totals.copies,
      pageIns: totals.pageIns,
      pageOuts: totals.pageOuts,
      backingReads: totals.backingReads,
    });
    const requests = new RequestServer(context, directory, store, backing, commitment, zeroPage, statistics);
    const dataSpaces = new DataSpaceServer(directory, requests);
    const lending = new FrameLending(context, directory, store, commitment, frames.count);
    return new MemoryManager({ context, faults, requests, dataSpaces, lending, backing, directory, store, totals, statistics, observer });
  }

  /** The answer to a message, or undefined when there is none (yet). */
  *serve(received: Received): Op<Message | undefined> {
    const { from, words } = received;
    if (sameTask(from, this.context.id)) {
      yield* this.workerReport(from, words[0] ?? 0);
      return undefined;
    }
    if (words[0] === Sigma0Request.ANY) return yield* this.parts.lending.serve(from, words[2] ?? 0);
    if (DataSpaceServer.concerns(words)) return this.parts.dataSpaces.serve(received);
    if (words.length < 3 || (words[0]! & REQUEST_BITS) !== 0) return this.parts.requests.serve(received);
    this.backing.forget(from);
    const answer = yield* this.fault({ client: from, words, attempts: 0 });
    yield* this.employ();
    return answer;
  }

  /** Serves a fault or lets it wait. */
  private *fault(fault: WaitingFault): Op<Message | undefined> {
    this.observer?.stage("manager");
    const answer = yield* this.parts.faults.serve(fault.client, fault.words);
    if (!(answer instanceof Fetch)) return this.answered(fault, answer.message, answer.kind);
    if (fault.attempts >= FETCH_ATTEMPTS || !this.backing.trusts(answer.manager)) {
      if (answer.waiting.length === 0) this.backing.cancel(answer);
      return this.answered(fault, refusal(FaultRefusal.MANAGER), "refused");
    }
    fault.attempts++;
    answer.waiting.push(fault);
    this.observer?.stage("other");
    return undefined;
  }

  /** Takes note of a fault that has its answer. */
  private answered({ client, words }: WaitingFault, answer: Message, kind: FaultKind): Message {
    const { directory, totals } = this.parts;
    const counters = directory.tasks.get(taskOf(client))?.counters ?? totals;
    counters.countFault(kind);
    counters.count("messages", 2);
    counters.count("words", words.length + answer.words.length + 2 * (answer.pages?.length ?? 0));
    this.observer?.fault(client, words[2] ?? 0, kind);
    this.observer?.stage("reply");
    return answer;
  }

  private *workerReport(worker: ThreadId, report: number): Op<void> {
    const fetch = this.active.get(worker);
    this.active.delete(worker);
    this.idle.push(worker);
    if (fetch) yield* this.fetched(fetch, report);
    yield* this.employ();
  }

  /** Answers the faults that waited for a fetch. */
  private *fetched(fetch: Fetch, report: number): Op<void> {
    this.backing.finish(fetch);
    if (report === 0) this.parts.totals.count("backingReads");
    const ended = report === TIMED_OUT ? [fetch, ...this.backing.distrust(fetch.manager)] : [fetch];
    const reason = report === TIMED_OUT ? FaultRefusal.MANAGER : report;
    for (const fault of ended.flatMap((each) => each.waiting)) {
      const answer = reason === 0 ? yield* this.fault(fault) : this.answered(fault, refusal(reason), "refused");
      if (answer) yield* send(fault.client, answer, { ...NO_FAULTS, sendUs: 0 });
    }
  }

  /** Gives idle workers what there is to do. */
  private *employ(): Op<void> {
    while (this.idle.length > 0) {
      const fetch = this.backing.start();
      if (!fetch) return;
      const worker = this.idle.pop()!;
      this.active.set(worker, fetch);
      yield* send(worker, { words: jobWords(fetch) });
    }
  }
}

/** The body of the memory manager's task, and a look at its counters from outside (undefined until it has its memory). */
export interface MemoryManagerTask {
  (context: NativeContext): Op<void>;
  statistics(): Statistics | undefined;
  /** Counters of all tasks together. */
  totals(): Counters | undefined;
  /** A client used the page in a frame: for exact references. @returns the page's number, -1 when there is none */
  referenced(frame: number): number;
}

export function memoryManager(options: MemoryManagerOptions): MemoryManagerTask {
  let manager: MemoryManager | undefined;
  function* body(context: NativeContext): Op<void> {
    manager = yield* MemoryManager.start(context, options);
    if (!manager) return;
    let next = yield* receive(ANY, NO_FAULTS);
    for (;;) {
      const answer = next.error === 0 ? yield* manager.serve(next) : undefined;
      next = answer ? yield* replyAndWait(next.from, answer, NO_FAULTS) : yield* receive(ANY, NO_FAULTS);
    }
  }
  return Object.assign(body, {
    statistics: () => manager?.parts.statistics(),
    totals: () => manager?.parts.totals,
    referenced: (frame: number) => manager?.parts.store.referenced(frame) ?? -1,
  });
}
