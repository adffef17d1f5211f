/**
 * The request thread (lthread 0): receives the messages of the processes, runs activations and timers, replies.
 *
 * Replies never wait: a process that is not ready to receive has lost its answer. Helper threads get this one going by
 * an empty message (nudge), and are woken by it.
 */
import { ANY, sameTask, type ThreadId } from "#kernel/abi/identifiers.ts";
import { Condition, IpcError, NEVER } from "#kernel/abi/ipc.ts";
import { EXCEPTION_LABEL } from "#kernel/abi/trap-frame.ts";
import { type NativeContext, type Op as NativeOp, type Received, receive, replyAndWait, send } from "#kernel/native.ts";
import { EBUSY, EFAULT, EIO, EPROBE } from "./abi/errno.ts";
import { SIGSEGV } from "./abi/signals.ts";
import { emulatorCalls } from "./abi/system-calls.ts";
import type { OutBuffer } from "./arguments.ts";
import { FIRST_BORDER_THREAD } from "./border.ts";
import { checkDescriptors } from "./confinement/descriptor-places.ts";
import type { Op } from "./activation.ts";
import type { CallGuard } from "./confinement/place-policy.ts";
import type { Core } from "./core.ts";
import { absentCallName } from "./abi/absent-calls.ts";
import { type Argument, type CallEntry, decodeCall, type Dispatcher, encodeOutputs, errnoOf, fit, NOT_IMPLEMENTED } from "./dispatch.ts";
import type { HelperThreads } from "./helper-threads.ts";
import type { UnixProcess } from "./process/unix-process.ts";
import type { UnixThread } from "./process/unix-thread.ts";
import type { Outcome } from "./activation-runner.ts";

/** Patience with page faults on a process's buffers while a message is copied, in microseconds. */
const FAULT_PATIENCE_US = 2e6;
/** The same with memory managers that the process chose: everybody waits while the request thread does. */
const UNTRUSTED_PATIENCE_US = 2e3;
const PATIENCE = { faultUs: FAULT_PATIENCE_US, untrustedFaultUs: UNTRUSTED_PATIENCE_US } as const;
const UNTIMED = { receiveUs: NEVER, ...PATIENCE } as const;
const REPLY_TIMEOUTS = { sendUs: 0, ...PATIENCE } as const;
/** Helper threads: request thread and pager have the first two. */
const FIRST_HELPER = 2;
const REPORTS_PER_PROGRAM = 8;
const NS_PER_US = 1000;

interface Reply {
  /** undefined: somebody who is no thread of a process. */
  readonly thread: UnixThread | undefined;
  readonly to: ThreadId;
  /** Result, and 1 when signals are to be taken. */
  readonly words: [number, number];
  readonly strings: readonly Uint8Array[];
}

/** A call in service. */
interface Call {
  readonly thread: UnixThread;
  readonly client: ThreadId;
  readonly entry: CallEntry;
  /** Undefined until they are decoded, or when they cannot be. */
  args: Readonly<Record<string, Argument>> | undefined;
  outputs: readonly OutBuffer[];
  /** What a policy has still to say of it. */
  guard: CallGuard | undefined;
}

/** Runs a call so that path walks find its guard, whatever other threads of the process do between its steps. */
function* guarded(process: UnixProcess, guard: CallGuard, op: Op<number>): Op<number> {
  const steps = op[Symbol.iterator]();
  try {
    for (let input: unknown; ; ) {
      process.guard = guard;
      const step = steps.next(input);
      process.guard = undefined;
      if (step.done) return step.value;
      input = yield step.value;
    }
  } finally {
    process.guard = undefined;
    steps.return?.(0);
  }
}

const NOTHING: readonly Uint8Array[] = [];
/** The end of a process with a thread that had an exception and no handler for it. */
const KILLED_BY_EXCEPTION = { kind: "killed", signal: SIGSEGV } as const;

export class RequestLoop implements HelperThreads {
  private readonly context: NativeContext;
  private core!: Core;
  private dispatcher!: Dispatcher;
  private readonly wakes = new Set<ThreadId>();
  private replies: Reply[] = [];
  private nextHelper = FIRST_HELPER;
  /** Thread numbers of helpers that ended. */
  private readonly freeHelpers: number[] = [];
  private nudging = false;
  private waitingUntilNs = 0;
  /** Oddities that were reported already, by program. */
  private readonly reported = new Map<string, Set<string>>();

  constructor(context: NativeContext) {
    this.context = context;
  }

  // HelperThreads

  start(body: (context: NativeContext) => NativeOp<void>): void {
    const lthread = this.freeHelpers.pop() ?? this.nextHelper++;
    if (lthread >= FIRST_BORDER_THREAD) throw new Error("the Unix server has no helper threads left");
    const { freeHelpers } = this;
    this.context.kernel.nativeThreadNew({ lthread }, function* (context) {
      yield* body(context);
      // Nothing runs between this and the end of the thread.
      freeHelpers.push(lthread);
    });
  }

  wake(helper: ThreadId): void {
    this.wakes.add(helper);
  }

  *nudge(): NativeOp<void> {
    const { runner, timers } = this.core;
    if (this.nudging || !(runner.hasReady || this.wakes.size > 0 || this.replies.length > 0 || timers.next() < this.waitingUntilNs)) return;
    this.nudging = true;
    yield* send(this.context.id, { words: [0] });
  }

  /** Serves for ever. */
  *run(core: Core, dispatcher: Dispatcher): NativeOp<void> {
    this.core = core;
    this.dispatcher = dispatcher;
    const { runner, timers, kernel } = core;
    for (;;) {
      let now = this.runTimers();
      if (runner.hasReady || this.wakes.size > 0) {
        yield* runner.runReady();
        yield* this.wakeHelpers();
        now = undefined;
      }
      if (runner.hasReady || this.wakes.size > 0) continue;
      const reply = this.replies.shift();
      if (reply !== undefined) this.tellOfSignals(reply);
      if (reply !== undefined && (reply.strings.length > 0 || this.replies.length > 0)) {
        // Copying strings may wait for page faults of the process; until it is over a signal must not disturb it.
        yield* send(reply.to, reply, REPLY_TIMEOUTS);
        this.finished(reply);
        continue;
      }
      const deadline = timers.next();
      this.waitingUntilNs = deadline;
      const timeouts =
        deadline === NEVER ? UNTIMED : { ...UNTIMED, receiveUs: Math.max(0, (deadline - (now ?? kernel.now())) / NS_PER_US) };
      let received: Received;
      if (reply === undefined) received = yield* receive(ANY, timeouts);
      else {
        this.finished(reply);
        received = yield* replyAndWait(reply.to, reply, timeouts);
      }
      this.waitingUntilNs = 0;
      if (received.error === IpcError.OK) this.accept(received);
    }
  }

  private *wakeHelpers(): NativeOp<void> {
    for (const helper of this.wakes) {
      this.wakes.delete(helper);
      yield* send(helper, { words: [0] }, { sendUs: 0 });
    }
  }

  /** @returns the time, if that had to be asked for */
  private runTimers(): number | undefined {
    const { timers, kernel, report } = this.core;
    // Looking at the clock costs more than the rest of a short call's way through here.
    if (timers.next() === NEVER) return undefined;
    const now = kernel.now();
    try {
      timers.runDue(now);
    } catch (error) {
      report(`internal error in a timer: ${describe(error)}`);
    }
    return now;
  }

  /** Signals that come later find a thread that is not in service any more, and interrupt it. */
  private tellOfSignals({ thread, to, words }: Reply): void {
    words[1] = thread?.id === to && thread.interrupted ? 1 : 0;
  }

  private finished({ thread, to, words }: Reply): void {
    if (thread?.id !== to) return;
    thread.inService = false;
    // It came while the strings were copied.
    if (thread.interrupted && words[1] === 0) this.core.signals.callAttention(thread);
  }

  private accept(received: Received): void {
    const { from, words } = received;
    if (sameTask(from, this.context.id)) {
      this.nudging = false;
      return;
    }
    const thread = this.core.processes.ofThread(from);
    const nr = (words[0] ?? 0) >>> 0;
    if (thread === undefined) {
      // The process has added threads to itself.
      const process = this.core.processes.ofTask(from);
      if (process !== undefined && nr === EXCEPTION_LABEL) return this.core.lifecycle.terminate(process, KILLED_BY_EXCEPTION);
      // Its sender may have died while a chief passed it on.
      if (received.condition & Condition.DECEIVED) return;
      this.reportOnce("kernel", `message from unknown thread ${from.toString(16)}`);
      this.replies.push({ thread: undefined, to: from, words: [NOT_IMPLEMENTED >>> 0, 0], strings: NOTHING });
      return;
    }
    if (nr === EXCEPTION_LABEL) return this.core.lifecycle.terminate(thread.process, KILLED_BY_EXCEPTION);
    if (thread.inService) {
      // It has abandoned a call in service; such a thread gets no second one.
      this.replies.push({ thread: undefined, to: from, words: [-EBUSY.errno >>> 0, 0], strings: NOTHING });
      return;
    }
    thread.inService = true;
    thread.process.usage.systemCalls++;
    const entry = this.dispatcher.find(nr);
    if (entry?.handler === undefined) this.refuse(thread, from, nr, entry);
    else this.serve(thread, entry, received);
  }

  private refuse(thread: UnixThread, client: ThreadId, nr: number, entry: CallEntry | undefined): void {
    const { trace, absentCalls } = this.core;
    const name = entry?.name ?? absentCallName(nr);
    // Programs probe for calls: that one is absent is no news but for who asks. Calls that the emulation library answers
    // itself come here only from programs that go round it.
    if (entry?.row.via === undefined) absentCalls.set(name, (absentCalls.get(name) ?? 0) + 1);
    trace?.absentCall(thread.tid, name);
    this.reply(thread, client, NOT_IMPLEMENTED, NOTHING);
  }

  private serve(thread: UnixThread, entry: CallEntry, received: Received): void {
    const { row, name } = entry;
    const { process, interruptedSleep } = thread;
    const counter = process.callCounts.get(name);
    if (counter === undefined) process.callCounts.set(name, { count: 1 });
    else counter.count++;
    if (interruptedSleep !== undefined && row.nr !== interruptedSleep.call && row.nr !== emulatorCalls.take_signal.nr) {
      thread.interruptedSleep = undefined;
    }
    const call: Call = { thread, client: received.from, entry, args: undefined, outputs: [], guard: undefined };
    try {
      const { args, outputs } = decodeCall(entry, received, process.space);
      call.args = args;
      call.outputs = outputs;
      const guard = this.core.guardOf?.(process, received);
      call.guard = guard;
      process.guard = guard;
      if (guard !== undefined) checkDescriptors(guard, process, entry.row, args);
      const result = entry.handler!(process, args, thread);
      if (typeof result === "number") this.end(call, result);
      else {
        const op = guard === undefined ? result : guarded(process, guard, result);
        thread.activation = this.core.runner.start(op, (outcome) => this.endActivation(call, outcome), thread);
      }
    } catch (error) {
      if (error === EPROBE) this.askToProbe(call);
      else this.end(call, this.resultOfError(call, error));
    } finally {
      process.guard = undefined;
    }
  }

  /** The call comes again, with buffers that can be written: this one does not count. */
  private askToProbe({ thread, client, entry }: Call): void {
    const { process } = thread;
    process.usage.systemCalls--;
    process.callCounts.get(entry.name)!.count--;
    this.reply(thread, client, -EPROBE.errno, NOTHING);
  }

  private endActivation(call: Call, outcome: Outcome<number>): void {
    call.thread.activation = undefined;
    this.end(call, "error" in outcome ? this.resultOfError(call, outcome.error) : outcome.value);
  }

  private resultOfError({ thread, entry }: Call, error: unknown): number {
    const { process } = thread;
    const result = errnoOf(error);
    if (result !== undefined) return result;
    this.core.report(`internal error in ${entry.name} of ${process.name} (${process.pid}): ${describe(error)}`);
    return -EIO.errno;
  }

  /** The call has its result; the caller may be gone, or be another program by now. */
  private end({ thread, client, entry, args, outputs, guard }: Call, value: number): void {
    const { trace } = this.core;
    const result = value >= 0 && !fit(outputs) ? -EFAULT.errno : value;
    guard?.finish();
    if (thread.id !== client) {
      thread.inService = false;
      if (args !== undefined) trace?.unfinished(thread.tid, entry.name, entry.row, args);
      return;
    }
    trace?.call(thread.tid, entry.name, entry.row, args, result);
    // What a handler has filled goes back whatever the result is: the rest of an interrupted sleep, for one.
    const strings = outputs.every(({ data }) => data === undefined) ? NOTHING : encodeOutputs(outputs);
    this.reply(thread, client, result, strings);
  }

  private reply(thread: UnixThread, client: ThreadId, result: number, strings: readonly Uint8Array[]): void {
    this.replies.push({ thread, to: client, words: [result | 0, 0], strings });
  }

  /** Reports each oddity of a program once, and only the first few: a hostile program must not fill the host's screen. */
  private reportOnce(program: string, text: string): void {
    const known = this.reported.get(program) ?? new Set();
    this.reported.set(program, known);
    if (known.has(text) || known.size > REPORTS_PER_PROGRAM) return;
    known.add(text);
    this.core.report(`${program}: ${known.size > REPORTS_PER_PROGRAM ? "further oddities are not reported" : text}`);
  }
}

const describe = (error: unknown): string => (error instanceof Error ? (error.stack ?? error.message) : String(error));
