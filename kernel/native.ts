/**
 * Native threads: TypeScript generators whose `yield` is the trap instruction.
 *
 * A server is a function* that takes a NativeContext and yields kernel calls; the value sent back is
 * the result of the call. The kernel treats native and emulated threads alike. Servers never write
 * a bare `yield`: they use `yield* call(…)`, `yield* replyAndWait(…)` and so on from this file.
 *
 * Differences to emulated threads, both for the sake of TypeScript: strings of a message are
 * Uint8Arrays (the kernel copies; the receiver gets fresh arrays), and words above the three register
 * words need no buffer. Mapped memory is reached through NativeContext.memory.
 */
import type { ThreadId } from "./abi/identifiers.ts";
import { ANY, NIL } from "./abi/identifiers.ts";
import type { TaskTimes } from "./time-account.ts";

/** One flexpage to send: hot spot and flexpage word (with its write and grant bits). */
export interface PageItem {
  hotSpot: number;
  fpage: number;
}

/** A data space, as a message carries it: the number means something between the manager and the task that has it. */
export interface DataSpaceName {
  readonly manager: ThreadId;
  readonly number: number;
}

export interface Message {
  /** Up to MAX_DWORDS unsigned or signed 32-bit values. */
  words: readonly number[];
  strings?: readonly Uint8Array[];
  /** The receiver finds their words after `words`, as in a map message. */
  pages?: readonly PageItem[];
  /** What the receiver finds as `offers`, when a chief passes on a request. */
  offers?: readonly number[];
  /** Data spaces of the own task, of which the receiver gets copies (kernel/abi/data-space.ts). Those managed by the sending thread are passed as they are. */
  dataSpaces?: readonly DataSpaceName[];
}

export interface Received {
  /** IpcError of the whole operation; on errors the other fields are empty, but `from` names the partner of a failed transfer. */
  error: number;
  /** Condition bits without the error. */
  condition: number;
  from: ThreadId;
  /** Of a redirected message: whom it was sent to. */
  to: ThreadId;
  /** All words as unsigned numbers. */
  words: number[];
  strings: Uint8Array[];
  /** Sizes of the string buffers that an emulated partner offers for the answer (its receive string dopes, joined by their continue bits); for servers. */
  offers: number[];
  /** Copies that belong to the own task. */
  dataSpaces: readonly DataSpaceName[];
}

export interface Timeouts {
  /** Microseconds; 0 = do not wait; default NEVER. */
  readonly sendUs?: number;
  readonly receiveUs?: number;
  /** Page faults on the partner's memory during string transfer; default NEVER. */
  readonly faultUs?: number;
  /** A lower limit for pages in regions that no task made at boot has bound, whose manager may be anybody. */
  readonly untrustedFaultUs?: number;
}

/**
 * For servers that strangers can send to. A message whose transfer needs a page that its sender has not got fails at once:
 * waiting for that page could be waiting for ever, or for the server itself when it is the manager.
 */
export const NO_FAULTS: Timeouts = { faultUs: 0 };

/** A kernel call of a native thread. One shape, so that the kernel's dispatch stays monomorphic. */
export interface KernelCall {
  op: "ipc" | "switch" | "exit";
  /** Send phase: destination, or undefined for none. */
  to: ThreadId | undefined;
  message: Message | undefined;
  /** The name to send under, if it is another than the own one and allowed (kernel/clans.ts). */
  as?: ThreadId;
  /** Receive phase: partner, ANY, an interrupt id, NIL (sleep), or undefined for none. */
  from: ThreadId | undefined;
  /** Bytes of strings accepted in all. */
  stringBytes: number;
  /** Window for received mappings (flexpage), 0 = none. */
  window: number;
  /** Data spaces accepted; none unless given. */
  dataSpaces?: number;
  timeouts: Timeouts | undefined;
  /** The send timeout is 0, whatever `timeouts` says. */
  reply: boolean;
}

/** A computation of a native thread that may trap; `yield*` it. */
export type Op<T> = Iterable<KernelCall, T, Received>;

export interface TaskStatistics {
  instructions: number;
  ipcs: number;
  faults: number;
  kernelCalls: number;
}

/** The start registers of an emulated thread. */
export interface StartRegisters {
  eip: number;
  esp: number;
}

/**
 * The kernel calls that never block; native threads make them as plain function calls. Rights are
 * checked as for emulated callers: "clan" means the tasks that the caller's task created, and those below them.
 */
export interface NativeKernel {
  /** Monotonic nanoseconds of the machine, and Unix time of nanosecond 0. */
  now(): number;
  readonly epochNs: bigint;
  /**
   * Creates a task, priority 100 unless given. Its chief is the caller's task, or one below that (`chief`). With start registers thread 0 runs emulated code;
   * without, the task is empty until exRegs starts thread 0.
   * @returns its id, or NIL when there is no task slot or no memory for its address space
   */
  taskNew(options: { start?: StartRegisters; priority?: number; name?: string; chief?: ThreadId }): ThreadId;
  /** Creates a native task, whose thread 0 runs `body`. */
  nativeTaskNew(options: { priority: number; name: string }, body: (context: NativeContext) => Op<void>): ThreadId;
  /** Deletes a task of the caller's clan: threads, mappings given and received, sub-tasks. */
  taskDelete(task: ThreadId): boolean;
  /** Starts another native thread of the caller's task. */
  nativeThreadNew(options: { lthread: number; priority?: number }, body: (context: NativeContext) => Op<void>): ThreadId;
  /**
   * lthread_ex_regs on a thread of the own task or of a task of the own clan. undefined fields stay. Creates an emulated
   * thread where there is none (eip and esp needed), and starts one that copyContext made. A new eip or esp cancels what
   * the thread waits for; a trigger does so only while no handler runs (trap-frame.ts).
   * @returns the old registers, or undefined when it cannot be done
   */
  exRegs(
    thread: ThreadId,
    change: { eip?: number; esp?: number; trigger?: boolean },
  ): { eip: number; esp: number; eflags: number } | undefined;
  /** Copies registers, x87 state, descriptors and (into another task) trap set-up of one emulated thread of the clan to another: fork, threads. Makes `to`, not started, where there is none. */
  copyContext(from: ThreadId, to: ThreadId): boolean;
  /** Binds a region of a task (own or of the clan). Returns RegionError. base and size in bytes, page-aligned. */
  regionMap(task: ThreadId, base: number, size: number, manager: ThreadId, ds: number, offset: number, rights: number): number;
  /** Forgets regions (splitting at the borders) and the pages in them. */
  regionUnmap(task: ThreadId, base: number, size: number): number;
  /** Changes rights of all regions in the range (splitting); takes write permission from pages where it is lost. RegionError.INVALID when the range has holes; DENIED when the caller would add rights to its own regions that its chief has bound. */
  regionProtect(task: ThreadId, base: number, size: number, rights: number): number;
  /** fpage_unmap of the caller's own flexpage: Unmap mask; returns PageStatus bits. */
  unmap(fpage: number, mask: number): number;
  /** Whether a thread exists (full id, version included). With thread number 0: whether the task exists, even before its thread 0 is started. */
  exists(thread: ThreadId): boolean;
  /** id_nearest: who physically gets what the caller sends to a thread, and Condition.REDIRECTED (outside) or with FROM_INNER (in an inner clan) when it is a chief; undefined when there is no such thread. */
  nearest(thread: ThreadId): { thread: ThreadId; type: number } | undefined;
  /** Says which threads of the caller's task get redirected messages: of its clan (`inner`), and for its clan from outside (`outer`). Thread 0 until then. */
  gates(lthreads: { inner: number; outer: number }): void;
  /** The creator of a task: NIL when it was made at boot, undefined when there is no such task. The id of any of its threads will do. */
  chief(task: ThreadId): ThreadId | undefined;
  /** Counters of a task, and its processor time up to now. */
  statistics(task: ThreadId): (TaskStatistics & TaskTimes) | undefined;
}

/** Access to the memory mapped in a native task's own address space. Native tasks have no pager: touching an unmapped page is a bug and throws. */
export interface NativeMemory {
  /** Whether a page of the own space is mapped (a manager may have flushed it). */
  mapped(address: number): boolean;
  /** Live view of the page that holds `address`; valid until the next kernel call. Marks it accessed, and dirty when `write`. */
  page(address: number, access: "read" | "write"): Uint8Array;
  /** Number of the frame behind a page, for drivers that give it to a device; -1 when the page is not mapped with that access. */
  frame(address: number, access: "read" | "write"): number;
}

export interface NativeContext {
  readonly id: ThreadId;
  readonly kernel: NativeKernel;
  readonly memory: NativeMemory;
}

const DEFAULT_STRING_BYTES = 1 << 20;
/** Of Received.error. */
const SEND_FAILED = 0x10;

/**
 * An IPC, for `yield*`: gives itself to the kernel as the call, and ends with what the kernel answers. A generator would do the same for
 * twice the time.
 */
class Ipc implements KernelCall, Iterable<KernelCall, Received, Received>, Iterator<KernelCall, Received, Received> {
  readonly op = "ipc";
  to: ThreadId | undefined;
  message: Message | undefined;
  readonly as: ThreadId;
  readonly from: ThreadId | undefined;
  readonly stringBytes = DEFAULT_STRING_BYTES;
  readonly window: number;
  readonly dataSpaces: number;
  readonly timeouts: Timeouts | undefined;
  readonly reply: boolean;
  /** A failed sending is not told: the receiving begins all the same. */
  private readonly isSilent: boolean;

  constructor(
    to: ThreadId | undefined,
    message: Message | undefined,
    from: ThreadId | undefined,
    timeouts: Timeouts | undefined,
    window: number,
    as: ThreadId,
    isSilent: boolean,
    reply: boolean,
    dataSpaces = 0,
  ) {
    this.to = to;
    this.message = message;
    this.as = as;
    this.from = from;
    this.window = window;
    this.dataSpaces = dataSpaces;
    this.timeouts = timeouts;
    this.reply = reply;
    this.isSilent = isSilent;
  }

  [Symbol.iterator](): this {
    return this;
  }

  /** @param result nothing at first, then what the kernel answers */
  next(result?: Received): IteratorResult<KernelCall, Received> {
    if (result === undefined) return { done: false, value: this };
    if (this.isSilent && this.to !== undefined && (result.error & SEND_FAILED) !== 0) {
      this.to = undefined;
      this.message = undefined;
      return { done: false, value: this };
    }
    return { done: true, value: result };
  }
}

/** Sends and waits for the answer of the same thread. window: where mappings in the answer may go. dataSpaces: how many it may bring. */
export const call = (to: ThreadId, message: Message, timeouts?: Timeouts, window = 0, dataSpaces = 0): Op<Received> =>
  new Ipc(to, message, to, timeouts, window, NIL, false, false, dataSpaces);

/** Sends; the result has only `error`. */
export const send = (to: ThreadId, message: Message, timeouts?: Timeouts): Op<Received> =>
  new Ipc(to, message, undefined, timeouts, 0, NIL, false, false);

/**
 * Sends in the name of another thread: of one whose messages reach `to` by way of the caller's task, or of one in the receiver's
 * or the own task. With any other name the message comes from the caller. A thread that waits for the caller's answer then waits for that of `to`.
 */
export const sendAs = (as: ThreadId, to: ThreadId, message: Message, timeouts?: Timeouts): Op<Received> =>
  new Ipc(to, message, undefined, timeouts, 0, as, false, false);

/** The same, and waits for the next message, from anyone. That the sending failed (the receiver did not wait in time) is not told. */
export const sendAsAndWait = (as: ThreadId, to: ThreadId, message: Message, timeouts?: Timeouts): Op<Received> =>
  new Ipc(to, message, ANY, timeouts, 0, as, true, false);

/** Receives from one thread, an interrupt (interruptId), or anyone (ANY). */
export const receive = (from: ThreadId, timeouts?: Timeouts, window = 0, dataSpaces = 0): Op<Received> =>
  new Ipc(undefined, undefined, from, timeouts, window, NIL, false, false, dataSpaces);

/** Replies without waiting for the client to be ready (send timeout 0) and waits for the next message. A failed reply is ignored: the result is the next message. */
export const replyAndWait = (to: ThreadId, message: Message, timeouts?: Timeouts, window = 0, dataSpaces = 0): Op<Received> =>
  new Ipc(to, message, ANY, timeouts, window, NIL, true, true, dataSpaces);

/** Waits for `us` microseconds. */
export function* sleep(us: number): Op<void> {
  yield* new Ipc(undefined, undefined, NIL, { receiveUs: us }, 0, NIL, false, false);
}
