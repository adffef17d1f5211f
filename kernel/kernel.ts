/**
 * The microkernel: tasks, threads, synchronous IPC, regions, mappings, clock, interrupts as IPC.
 *
 * This file is the outside of the kernel and its main loop; parts.ts puts them together. Every entry runs
 * to completion; a blocked thread is data. Layer beneath: machine/. Sources: L4 X.0 reference manual,
 * L3's data spaces; kernel/README.md has the reading order.
 */
import { VIRTUAL_NS_PER_INSTRUCTION } from "#machine/clock.ts";
import { type Exit, PageFaultError, Vector } from "#machine/exit.ts";
import { ANY, NIL, type ThreadId, WellKnownTask } from "./abi/identifiers.ts";
import { IpcError, NEVER } from "./abi/ipc.ts";
import { emptyReceived } from "./received.ts";
import { assemble, type KernelParts } from "./parts.ts";
import { writeInfoPage } from "./info-page.ts";
import type { NativeBody } from "./lifecycle.ts";
import type { KernelCall, TaskStatistics } from "./native.ts";
import { Pace } from "./pace.ts";
import { READY, type Thread } from "./thread.ts";
import type { KernelTrace } from "./trace.ts";

/**
 * What one dispatch of a thread costs of run()'s budget besides the instructions, so that native
 * threads that talk to each other for ever do not keep the host out.
 */
const DISPATCH_BUDGET = 100;

/** Vectors below are the processor's own. */
const EXCEPTION_VECTORS = 32;

/** With a real clock, short dispatches between two looks at it; after a long one it is read at once. */
const DISPATCHES_PER_CLOCK_READ = 16;

/** A native thread threw: a bug in a server, which the system does not survive. */
export class KernelPanic extends Error {
  constructor(task: string, thread: ThreadId, cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(`task ${task}, thread 0x${thread.toString(16)}: ${reason}`, { cause });
    this.name = "KernelPanic";
  }
}

export interface RunResult {
  /** idle: no thread can run before nextEventNs or an interrupt. running: the budget is used up. */
  state: "idle" | "running" | "halted";
  /** Time of the next timed event on the machine's clock, Infinity when there is none. */
  nextEventNs: number;
}

export interface TaskReport extends TaskStatistics {
  task: ThreadId;
  name: string;
  /** Number of living threads. */
  threads: number;
  /** Its threads are TypeScript. */
  native: boolean;
}

export interface KernelStatistics extends TaskStatistics {
  /** Living tasks, by number. */
  tasks: TaskReport[];
  /** Tasks deleted so far; their counters are in the totals. */
  deletedTasks: number;
  mappings: number;
  /** Forgotten so far, in forget mode. */
  forgotten: number;
}

export class Kernel {
  private readonly parts: ReturnType<typeof assemble>;
  private halted = false;
  private clockCountdown = 0;
  private readonly pace = new Pace();

  constructor(parts: KernelParts) {
    this.parts = assemble(parts);
    writeInfoPage(parts.ram);
  }

  /** The observer of ipc, faults and traps; undefined costs nothing. */
  get trace(): KernelTrace | undefined {
    return this.parts.observers.trace;
  }

  set trace(trace: KernelTrace | undefined) {
    this.parts.observers.trace = trace;
  }

  /**
   * Creates a native task without a chief. The task with number WellKnownTask.SIGMA0 gets all frames:
   * frame f at address f * 4096, frame 0 being the kernel info page.
   * @returns its id, or NIL when the number is taken
   */
  bootTask(options: { name: string; priority: number; taskNumber?: number }, body: NativeBody): ThreadId {
    const { lifecycle, mappings, ram } = this.parts;
    const { name, priority, taskNumber } = options;
    const task = lifecycle.newTask({ chief: undefined, name, priority, number: taskNumber });
    if (task === undefined) return NIL;
    if (taskNumber === WellKnownTask.SIGMA0) {
      for (let frame = 0; frame < ram.frameCount; frame++) mappings.insertRoot(task.space, frame, frame);
    }
    return lifecycle.newNativeThread(task, 0, priority, body).id;
  }

  /** Ends a task and its clan from outside, for tasks that have no chief to do it. False when there is no such task. */
  endTask(id: ThreadId): boolean {
    const task = this.parts.tasks.task(id);
    if (task === undefined) return false;
    this.parts.lifecycle.deleteTask(task);
    return true;
  }

  /** Stops the machine: run() does nothing any more. */
  halt(): void {
    this.halted = true;
  }

  /**
   * Runs threads until all are blocked, the budget is used up, or halt().
   *
   * A virtual clock is not moved while idle: that is the caller's decision (clock.idleUntil(nextEventNs), then run() again).
   * @param budgetInstructions instructions to run at most, roughly
   * @param untilNs when to return at the latest, roughly, for a real clock
   * @throws KernelPanic when a native thread throws
   */
  run(budgetInstructions: number, untilNs = NEVER): RunResult {
    const { processorTime } = this.parts;
    processorTime.start();
    try {
      return this.dispatchAll(budgetInstructions, untilNs);
    } finally {
      processorTime.stop();
    }
  }

  private dispatchAll(budgetInstructions: number, untilNs: number): RunResult {
    const { scheduler, clock, interrupts, lines, ipc, transfers, processorTime } = this.parts;
    let budget = budgetInstructions;
    clock.runDue();
    while (!this.halted) {
      if (interrupts.pending !== 0) lines.deliver();
      ipc.settle();
      const thread = scheduler.next();
      if (thread === undefined) {
        clock.runDue();
        ipc.settle();
        if (interrupts.pending !== 0) lines.deliver();
        if (scheduler.top() === undefined) return { state: "idle", nextEventNs: clock.nextEvent() };
        continue;
      }
      if (budget <= 0) return { state: "running", nextEventNs: clock.nextEvent() };
      budget -= DISPATCH_BUDGET;
      const payer = scheduler.dispatched(thread);
      const { state } = thread;
      if (state !== READY && state.kind === "transferring") transfers.run(state.transfer);
      else if (thread.context === undefined) this.runNative(thread);
      else budget -= this.runEmulated(thread, payer, budget + DISPATCH_BUDGET);
      if (clock.virtual) {
        clock.runDue();
        if (untilNs !== NEVER && clock.now() >= untilNs) budget = 0;
      } else if (--this.clockCountdown <= 0) {
        this.clockCountdown = DISPATCHES_PER_CLOCK_READ;
        const now = clock.now();
        processorTime.settle(now);
        clock.runDue(now);
        if (now >= untilNs) budget = 0;
      }
    }
    return { state: "halted", nextEventNs: clock.nextEvent() };
  }

  statistics(): KernelStatistics {
    const { tasks, lifecycle, mappings } = this.parts;
    const { deleted } = lifecycle;
    const total: KernelStatistics = {
      instructions: deleted.instructions,
      ipcs: deleted.ipcs,
      faults: deleted.faults,
      kernelCalls: deleted.kernelCalls,
      tasks: [],
      deletedTasks: deleted.tasks,
      mappings: mappings.size,
      forgotten: this.parts.forgetting?.count ?? 0,
    };
    for (const task of tasks.all()) {
      total.tasks.push({
        task: task.id,
        name: task.name,
        threads: task.threads.filter((thread) => thread !== undefined).length,
        native: task.threads.some((thread) => thread?.body !== undefined),
        ...task.statistics,
      });
      total.instructions += task.statistics.instructions;
      total.ipcs += task.statistics.ipcs;
      total.faults += task.statistics.faults;
      total.kernelCalls += task.statistics.kernelCalls;
    }
    return total;
  }

  /** The living task whose translation table has the serial number, unless its threads are native. */
  emulatedTaskOf(serial: number): ThreadId | undefined {
    for (const task of this.parts.tasks.all()) {
      if (task.space.table.serial !== serial) continue;
      return task.threads.some((thread) => thread?.body !== undefined) ? undefined : task.id;
    }
    return undefined;
  }

  /** Name and counters of a task; the counters go on counting, and stay when the task is gone. */
  liveStatistics(id: ThreadId): { readonly name: string; readonly statistics: Readonly<TaskStatistics> } | undefined {
    const task = this.parts.tasks.task(id);
    return task && { name: task.name, statistics: task.statistics };
  }

  /** What a thread is doing, for tests and debugging: the kind of its state, or undefined when it does not exist. */
  stateOf(thread: ThreadId): string | undefined {
    return this.parts.tasks.thread(thread)?.state.kind;
  }

  private runNative(thread: Thread): void {
    const { lifecycle, scheduler, tasks } = this.parts;
    const { task } = thread;
    const result = thread.result;
    thread.result = undefined;
    let step: IteratorResult<KernelCall, void>;
    try {
      // The first resumption takes no value.
      step = result === undefined ? thread.body!.next(undefined as never) : thread.body!.next(result);
    } catch (cause) {
      throw new KernelPanic(task.name, thread.id, cause);
    }
    if (step.done === true) {
      lifecycle.exitThread(thread);
      return;
    }
    task.statistics.kernelCalls++;
    const call = step.value;
    if (call.op === "ipc") this.startNativeIpc(thread, call);
    else if (call.op === "switch") {
      thread.result = emptyReceived(IpcError.OK);
      scheduler.switchTo(thread, tasks.thread(call.to ?? NIL));
    } else lifecycle.exitThread(thread);
  }

  private startNativeIpc(thread: Thread, call: KernelCall): void {
    const { plan } = thread;
    plan.hasSend = call.to !== undefined;
    plan.to = call.to ?? NIL;
    plan.as = call.as ?? NIL;
    plan.message = call.message ?? EMPTY_MESSAGE;
    plan.hasReceive = call.from !== undefined;
    plan.open = call.from === ANY;
    plan.from = plan.open || call.from === undefined ? NIL : call.from;
    plan.stringBytes = call.stringBytes;
    plan.window = call.window;
    plan.dataSpaces = call.dataSpaces ?? 0;
    plan.limit(call.timeouts, call.reply);
    this.parts.ipc.start(thread);
  }

  /** @returns instructions used */
  private runEmulated(thread: Thread, payer: Thread, budget: number): number {
    const { processor, clock, scheduler, traps, preemptions, forgetting, processorTime } = this.parts;
    if (thread.astRequested || thread.pendingTrap !== undefined) {
      traps.attend(thread);
      if (thread.state.kind !== "ready") return 0;
    }
    let limit = Math.min(payer.sliceLeft, budget);
    if (clock.virtual) {
      const next = clock.nextEvent();
      if (next !== NEVER) limit = Math.min(limit, Math.ceil((next - clock.now()) / VIRTUAL_NS_PER_INSTRUCTION));
    } else if (payer === thread && scheduler.isAlone(thread) && !preemptions.isWatched(thread)) {
      limit = Math.min(Math.max(limit, this.pace.until(clock.nextEvent())), budget);
    }
    const { inHandler } = thread;
    const before = processor.instructions;
    const exit = processor.run(thread.context!, thread.task.space.table, Math.max(limit, 1));
    const used = processor.instructions - before;
    thread.instructions += used;
    thread.task.statistics.instructions += used;
    processorTime.ran(thread.task.time, used, inHandler);
    payer.sliceLeft -= used;
    if (forgetting !== undefined && !isPageFault(exit)) forgetting.entered(thread);
    if (exit.kind === "slice") {
      this.clockCountdown = 0;
      if (!clock.virtual) this.pace.ended(used, clock.now());
    } else {
      this.pace.interrupted();
      this.handle(thread, exit);
    }
    forgetting?.done(thread);
    if (payer.sliceLeft <= 0) {
      scheduler.rotate(payer);
      preemptions.raise(payer);
    }
    return used;
  }

  private handle(thread: Thread, exit: Exit): void {
    const { calls, traps, faults } = this.parts;
    const { vector, errorCode } = exit;
    if (exit.kind === "software") {
      if (calls.dispatch(thread, vector)) return;
      if (isPrivileged(vector)) traps.refuseInterrupt(thread, vector);
      else traps.deliver(thread, { vector, errorCode: 0, address: 0, reason: 0 });
    } else if (vector === Vector.PAGE_FAULT) {
      faults.raise(thread, exit.address >>> 0, (errorCode & PageFaultError.WRITE) !== 0, traps.userAccess, NEVER);
    } else traps.deliver(thread, { vector, errorCode, address: 0, reason: 0 });
  }
}

const isPageFault = ({ kind, vector }: Exit): boolean => kind === "exception" && vector === Vector.PAGE_FAULT;

/** Gates of exceptions that user code may not call: all but INT 3 and INT 4. */
const isPrivileged = (vector: number): boolean => vector < EXCEPTION_VECTORS && vector !== Vector.BREAKPOINT && vector !== Vector.OVERFLOW;

const EMPTY_MESSAGE = { words: [] };
