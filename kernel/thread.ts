/**
 * A thread: registers or generator, priority, and the one thing it is doing (ThreadState).
 *
 * Blocked threads are data. Whether a thread is in the ready queue (`queued`) is separate from its
 * state: a thread whose message transfer can go on is "transferring" and queued at once.
 */
import type { Timer } from "#machine/clock.ts";
import type { Context } from "#machine/context.ts";
import type { ThreadId } from "./abi/identifiers.ts";
import { NIL } from "./abi/identifiers.ts";
import { NEVER } from "./abi/ipc.ts";
import type { Endpoint } from "./endpoint.ts";
import type { Exchange } from "./exchange.ts";
import type { KernelCall, Message, Received, Timeouts } from "./native.ts";
import type { Task } from "./task.ts";
import type { Transfer } from "./transfer.ts";

/** Instructions that a thread runs before others of its priority get their turn. */
export const SLICE_INSTRUCTIONS = 100_000;

/** Who is to be told of preemptions; directly, when a chief has said so. */
export interface Preempter {
  readonly id: ThreadId;
  readonly byChief: boolean;
}

export type PreempterKind = "internal" | "external";

/** A trap on its way to the thread's handler. */
export interface Trap {
  vector: number;
  errorCode: number;
  /** Linear address of a page fault. */
  address: number;
  /** FaultRefusal of a page fault, else 0. */
  reason: number;
}

/** `from`: a thread, an interrupt, NIL (sleep) or ANY. Not `entered`: the send queue is still to be looked at. */
export interface Waiting {
  readonly kind: "receiving";
  from: ThreadId;
  entered: boolean;
}

export type ThreadState =
  | { readonly kind: "ready" }
  /** In the send queue of `to`; the plan has the name that it sends under. */
  | { readonly kind: "sending"; readonly to: Thread }
  | Waiting
  /** Partner of a transfer that waits for a page. */
  | { readonly kind: "transferring"; readonly transfer: Transfer }
  /** The kernel sends a message in its name, and it waits for what becomes of it. */
  | { readonly kind: "asking"; readonly exchange: Exchange }
  /** Created, but not started. */
  | { readonly kind: "inactive" }
  | { readonly kind: "dead" };

export const READY: ThreadState = { kind: "ready" };
export const INACTIVE: ThreadState = { kind: "inactive" };
export const DEAD: ThreadState = { kind: "dead" };

/** Parameters of a thread's current IPC, the same for both kinds of threads. */
export class IpcPlan {
  hasSend = false;
  to: ThreadId = NIL;
  /** The name that the message comes under: when the sending begins the wish (NIL: the own id), then what is allowed. */
  as: ThreadId = NIL;
  /** Condition bits for the receiver: redirected, deceived. */
  condition = 0;
  hasReceive = false;
  open = false;
  from: ThreadId = NIL;
  sendUs = NEVER;
  receiveUs = NEVER;
  /** For faults in the receiver's memory while sending, and in the sender's memory while receiving. */
  sendFaultUs = NEVER;
  receiveFaultUs = NEVER;
  /** Limit for faults in untrusted regions, beside the two above. */
  untrustedFaultUs = NEVER;
  /** Native sender: the message. */
  message: Message | undefined = undefined;
  /** Emulated: address of the message to send, 0 = registers only; whether it maps pages. */
  sendAddress = 0;
  sendMap = false;
  /** Emulated: address of the receive buffer, 0 = registers only. */
  receiveAddress = 0;
  /** Receive window given without a buffer (flexpage), 0 = none. */
  window = 0;
  /** Native receiver: bytes of strings and data spaces accepted. */
  stringBytes = 0;
  dataSpaces = 0;
  /** Native: what the limits above are from, and the send timeout in it. */
  private timeouts: Timeouts | undefined = undefined;
  private timeoutSendUs = NEVER;

  /** Takes over the timeouts of a native thread. Most threads have one object for all their calls. */
  limit(timeouts: Timeouts | undefined, isReply: boolean): void {
    if (timeouts !== this.timeouts) {
      this.timeouts = timeouts;
      this.timeoutSendUs = timeouts?.sendUs ?? NEVER;
      this.receiveUs = timeouts?.receiveUs ?? NEVER;
      this.sendFaultUs = timeouts?.faultUs ?? NEVER;
      this.receiveFaultUs = this.sendFaultUs;
      this.untrustedFaultUs = timeouts?.untrustedFaultUs ?? NEVER;
    }
    this.sendUs = isReply ? 0 : this.timeoutSendUs;
  }
}

/** trap_setup's parameters; frame 0 = none. */
export interface TrapSetup {
  frame: number;
  handlerEip: number;
  handlerEsp: number;
  nestedEip: number;
}

export class Thread {
  readonly id: ThreadId;
  readonly task: Task;
  state: ThreadState = READY;
  /** The state of a thread that waits for a message, kept here because it is the most frequent one. */
  readonly waiting: Waiting = { kind: "receiving", from: NIL, entered: false };
  priority: number;
  sliceInstructions = SLICE_INSTRUCTIONS;
  sliceLeft = SLICE_INSTRUCTIONS;
  readonly preempters: { internal: Preempter | undefined; external: Preempter | undefined } = { internal: undefined, external: undefined };
  instructions = 0;
  readonly plan = new IpcPlan();
  /** How messages get to it and from it. */
  readonly endpoint: Endpoint;

  /** Emulated threads. */
  readonly context: Context | undefined;
  traps: TrapSetup = { frame: 0, handlerEip: 0, handlerEsp: 0, nestedEip: 0 };
  /** Last known value of the frame's inHandler word, for when the frame is paged out. */
  inHandler = false;
  /** Trap to be delivered before user code runs again. */
  pendingTrap: Trap | undefined = undefined;
  /** A forced exception was asked for. */
  astRequested = false;
  /** Replies of managers in a row that did not help. */
  uselessReplies = 0;
  /** Instruction count of the thread at its last nested trap, to stop handlers that cannot run. */
  nestedAt = -1;

  /** Native threads. */
  readonly body: Iterator<KernelCall, void, Received> | undefined;
  /** What the next resumption of `body` returns from its yield. */
  result: Received | undefined = undefined;

  /** Threads that wait to send to this one, in order of arrival. */
  sendersHead: Thread | undefined = undefined;
  sendersTail: Thread | undefined = undefined;
  senderNext: Thread | undefined = undefined;
  senderPrevious: Thread | undefined = undefined;
  /** In the ready queue. */
  queued = false;
  readyNext: Thread | undefined = undefined;
  readyPrevious: Thread | undefined = undefined;

  /** For what it waits for; made when it is first needed. */
  timer: Timer | undefined = undefined;
  /** The timer has run out, which is still to be looked at. */
  hasExpired = false;
  /** Associated interrupt line, -1 = none. */
  interruptLine = -1;

  constructor(
    id: ThreadId,
    task: Task,
    priority: number,
    endpoint: Endpoint,
    context: Context | undefined,
    body: Iterator<KernelCall, void, Received> | undefined,
  ) {
    this.id = id;
    this.task = task;
    this.priority = priority;
    this.endpoint = endpoint;
    this.context = context;
    this.body = body;
  }

  /** Appends a thread to those that wait to send to this one. */
  addSender(sender: Thread): void {
    sender.senderPrevious = this.sendersTail;
    sender.senderNext = undefined;
    if (this.sendersTail === undefined) this.sendersHead = sender;
    else this.sendersTail.senderNext = sender;
    this.sendersTail = sender;
  }

  removeSender(sender: Thread): void {
    const { senderPrevious: previous, senderNext: next } = sender;
    if (previous === undefined) this.sendersHead = next;
    else previous.senderNext = next;
    if (next === undefined) this.sendersTail = previous;
    else next.senderPrevious = previous;
    sender.senderPrevious = undefined;
    sender.senderNext = undefined;
  }

  disarm(): void {
    this.hasExpired = false;
    if (this.timer !== undefined) this.timer.stop();
  }
}

/** The thread in whose send queue `thread` stands, if any. */
export function queueOf(thread: Thread): Thread | undefined {
  const state = thread.state;
  if (state.kind === "sending") return state.to;
  return state.kind === "asking" && state.exchange.phase === "queued" ? state.exchange.addressee : undefined;
}

/** Takes a thread out of the send queue that it stands in, if any. */
export function leaveQueue(thread: Thread): void {
  const queue = queueOf(thread);
  if (queue === undefined) return;
  queue.removeSender(thread);
  if (thread.state.kind === "asking") thread.state.exchange.phase = "raised";
}

/** Whether a thread stands still until ex_regs starts it again: its chief has been told of a trap, or is to be. */
export const isStopped = ({ state }: Thread): boolean => state.kind === "asking" && !state.exchange.expectsAnswer;
