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
import type { Core } from "./core.ts";
import { absentCallName } from "./abi/absent-calls.ts";
import { type Argument, type CallEntry, decodeCall, type Dispatcher, encodeOutputs, errnoOf, fit, NOT_IMPLEMENTED } from "./dispatch.ts";
import type { HelperThreads } from "./helper-threads.ts";
import type { UnixProcess } from "./process/unix-process.ts";
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
  /** undefined: somebody who is no process. */
  readonly process: UnixProcess | undefined;
  readonly to: ThreadId;
  readonly words: readonly number[];
  readonly strings: readonly Uint8Array[];
}

/** A call in service. */
interface Call {
  readonly process: UnixProcess;
  readonly client: ThreadId;
  readonly entry: CallEntry;
  /** Undefined until they are decoded, or when they cannot be. */
  args: Readonly<Record<string, Argument>> | undefined;
  outputs: readonly OutBuffer[];
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

  private finished({ process, to }: Reply): void {
    if (process !== undefined && process.task === to) process.inService = false;
  }

  private accept(received: Received): void {
    const { from, words } = received;
    if (sameTask(from, this.context.id)) {
      this.nudging = false;
      return;
    }
    const process = this.core.processes.ofTask(from);
    if (process === undefined || process.task !== from) {
      // The process has added threads to itself.
      const nr = (words[0] ?? 0) >>> 0;
      if (process !== undefined && nr === EXCEPTION_LABEL) return this.core.lifecycle.terminate(process, KILLED_BY_EXCEPTION);
      // Its sender may have died while a chief passed it on.
      if (received.condition & Condition.DECEIVED) return;
      this.reportOnce("kernel", `message from unknown thread ${from.toString(16)}`);
      this.replies.push({ process: undefined, to: from, words: [NOT_IMPLEMENTED >>> 0, 0], strings: NOTHING });
      return;
    }
    const nr = (words[0] ?? 0) >>> 0;
    if (nr === EXCEPTION_LABEL) return this.core.lifecycle.terminate(process, KILLED_BY_EXCEPTION);
    if (process.inService) {
      // It has abandoned a call in service; such a process gets no second one.
      this.replies.push({ process: undefined, to: from, words: [-EBUSY.errno >>> 0, 0], strings: NOTHING });
      return;
    }
    process.inService = true;
    process.usage.systemCalls++;
    const entry = this.dispatcher.find(nr);
    if (entry?.handler === undefined) this.refuse(process, from, nr, entry);
    else this.serve(process, entry, received);
  }

  private refuse(process: UnixProcess, client: ThreadId, nr: number, entry: CallEntry | undefined): void {
    const { trace, absentCalls } = this.core;
    const name = entry?.name ?? absentCallName(nr);
    // Programs probe for calls: that one is absent is no news but for who asks. Calls that the emulation library answers
    // itself come here only from programs that go round it.
    if (entry?.row.via === undefined) absentCalls.set(name, (absentCalls.get(name) ?? 0) + 1);
    trace?.absentCall(process.pid, name);
    this.reply(process, client, NOT_IMPLEMENTED, NOTHING);
  }

  private serve(process: UnixProcess, entry: CallEntry, received: Received): void {
    const { row, name } = entry;
    const counter = process.callCounts.get(name);
    if (counter === undefined) process.callCounts.set(name, { count: 1 });
    else counter.count++;
    if (process.interruptedSleep !== undefined && row.nr !== process.interruptedSleep.call && row.nr !== emulatorCalls.take_signal.nr) {
      process.interruptedSleep = undefined;
    }
    const call: Call = { process, client: received.from, entry, args: undefined, outputs: [] };
    try {
      const { args, outputs } = decodeCall(entry, received, process.space);
      call.args = args;
      call.outputs = outputs;
      const guard = this.core.guardOf?.(process, received);
      process.guard = guard;
      if (guard !== undefined) checkDescriptors(guard, process, entry.row, args);
      const result = entry.handler!(process, args);
      if (typeof result === "number") this.end(call, result);
      else process.activation = this.core.runner.start(result, (outcome) => this.endActivation(call, outcome), process);
    } catch (error) {
      if (error === EPROBE) this.askToProbe(call);
      else this.end(call, this.resultOfError(call, error));
    }
  }

  /** The call comes again, with buffers that can be written: this one does not count. */
  private askToProbe({ process, client, entry }: Call): void {
    process.usage.systemCalls--;
    process.callCounts.get(entry.name)!.count--;
    this.reply(process, client, -EPROBE.errno, NOTHING);
  }

  private endActivation(call: Call, outcome: Outcome<number>): void {
    call.process.activation = undefined;
    this.end(call, "error" in outcome ? this.resultOfError(call, outcome.error) : outcome.value);
  }

  private resultOfError({ process, entry }: Call, error: unknown): number {
    const result = errnoOf(error);
    if (result !== undefined) return result;
    this.core.report(`internal error in ${entry.name} of ${process.name} (${process.pid}): ${describe(error)}`);
    return -EIO.errno;
  }

  /** The call has its result; the caller may be gone, or be another program by now. */
  private end({ process, client, entry, args, outputs }: Call, value: number): void {
    const { trace } = this.core;
    const result = value >= 0 && !fit(outputs) ? -EFAULT.errno : value;
    process.guard?.finish();
    process.guard = undefined;
    if (!process.alive || process.task !== client) {
      if (process.alive) process.inService = false;
      if (args !== undefined) trace?.unfinished(process.pid, entry.name, entry.row, args);
      return;
    }
    trace?.call(process.pid, entry.name, entry.row, args, result);
    // What a handler has filled goes back whatever the result is: the rest of an interrupted sleep, for one.
    const strings = outputs.every(({ data }) => data === undefined) ? NOTHING : encodeOutputs(outputs);
    this.reply(process, client, result, strings);
  }

  private reply(process: UnixProcess, client: ThreadId, result: number, strings: readonly Uint8Array[]): void {
    this.replies.push({ process, to: client, words: [result | 0, process.signals.deliverable ? 1 : 0], strings });
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
