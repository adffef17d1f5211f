/**
 * Waiting and its end: threads become blocked and ready, their IPC ends with a code, their timers run. And what is to be looked at before
 * any thread runs: receive phases that begin, exchanges that were raised, timers that have run out. Those are kept in lists, so that no
 * chain of them becomes recursion, and so that parts which begin something need not know the part that carries it on (ipc.ts).
 */
import { type Clock, Timer } from "#machine/clock.ts";
import { ANY, type ThreadId } from "./abi/identifiers.ts";
import { IpcError, NEVER } from "./abi/ipc.ts";
import type { Exchange } from "./exchange.ts";
import type { Scheduler } from "./scheduler.ts";
import type { TaskTable } from "./task.ts";
import { READY, type Thread, type ThreadState } from "./thread.ts";

const NS_PER_US = 1000;

export class Waits {
  private readonly scheduler: Scheduler;
  private readonly clock: Clock;
  private readonly tasks: TaskTable;
  /** Threads whose send phase is done, or whose question has arrived: what waits in their send queue is to be looked at. */
  readonly entering: Thread[] = [];
  readonly raised: Exchange[] = [];
  readonly expired: Thread[] = [];

  constructor(scheduler: Scheduler, clock: Clock, tasks: TaskTable) {
    this.scheduler = scheduler;
    this.clock = clock;
    this.tasks = tasks;
  }

  wake(thread: Thread): void {
    thread.disarm();
    thread.state = READY;
    this.scheduler.enqueue(thread);
  }

  block(thread: Thread, state: ThreadState): void {
    thread.state = state;
    this.scheduler.dequeue(thread);
  }

  /** A blocked thread is dispatched again, for what its state says. */
  continue(thread: Thread, state: ThreadState): void {
    thread.disarm();
    thread.state = state;
    this.scheduler.enqueue(thread);
  }

  /** Starts a thread's timer. */
  arm(thread: Thread, us: number): void {
    if (us === NEVER) return;
    const { clock, expired } = this;
    thread.timer ??= new Timer(clock, () => {
      thread.hasExpired = true;
      expired.push(thread);
    });
    thread.timer.start(clock.now() + us * NS_PER_US);
  }

  /** Begins an exchange: the client is blocked, and the message goes on its way before any thread runs. */
  ask(exchange: Exchange): void {
    this.block(exchange.client, { kind: "asking", exchange });
    this.raised.push(exchange);
  }

  /** The message of an exchange has arrived: an answer may already be in the client's send queue. */
  told(exchange: Exchange): void {
    const { client } = exchange;
    exchange.phase = "told";
    this.block(client, { kind: "asking", exchange });
    if (!exchange.expectsAnswer) {
      exchange.arrived();
      return;
    }
    this.arm(client, exchange.limitUs);
    if (client.sendersHead !== undefined) this.entering.push(client);
  }

  /** The send phase of a message is over; goes on with the receive phase, if there is one and all is well. */
  sent(thread: Thread, error: number): void {
    if (error === IpcError.OK && thread.plan.hasReceive) this.receive(thread);
    else this.complete(thread, error);
  }

  /** The thread counts as waiting at once. */
  receive(thread: Thread): void {
    const { plan, waiting } = thread;
    waiting.from = plan.open ? ANY : plan.from;
    waiting.entered = this.mayWait(thread);
    this.block(thread, waiting);
    if (!waiting.entered) this.entering.push(thread);
  }

  /** Ends a thread's IPC with a code and no message, and makes the thread ready. */
  complete(thread: Thread, error: number): void {
    thread.endpoint.complete(thread, error);
    this.wake(thread);
  }

  /** Ends a receive with the empty message of an interrupt. */
  completeInterrupt(thread: Thread, id: ThreadId): void {
    thread.endpoint.interrupt(thread, id);
    this.wake(thread);
  }

  /** Whether a look at its send queue and lines would only find that a thread has to wait for ever: the usual case. */
  private mayWait(thread: Thread): boolean {
    const { plan } = thread;
    if (thread.sendersHead !== undefined || thread.interruptLine >= 0 || plan.receiveUs !== NEVER) return false;
    return plan.open || this.tasks.thread(plan.from) !== undefined;
  }
}
