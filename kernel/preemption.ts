/**
 * Preemption as IPC: when a thread has used up its slice, the kernel sends its ESP and EIP in its name to its preempters, the internal
 * one (set by lthread_ex_regs) and then the external one (thread_schedule), and the thread goes on when they have answered.
 *
 * The answer's content is ignored, and all timeouts are infinite. A preempter that is gone, or dies meanwhile, is passed over.
 * Source: L4 X.0 manual, "preemption RPC".
 */
import { Register } from "#machine/context.ts";
import { NEVER } from "./abi/ipc.ts";
import { nearestThread, redirection } from "./clans.ts";
import { Exchange } from "./exchange.ts";
import type { TaskTable } from "./task.ts";
import type { PreempterKind, Thread } from "./thread.ts";
import type { Waits } from "./waits.ts";

export class Preemption extends Exchange {
  readonly kind = "preemption";
  readonly preempter: PreempterKind;
  private readonly preemptions: Preemptions;

  constructor(preemptions: Preemptions, client: Thread, addressee: Thread, named: Thread, preempter: PreempterKind) {
    const condition = addressee === named ? 0 : redirection(client.task, addressee.task);
    super(client, addressee, named.id, condition, NEVER, true);
    this.preemptions = preemptions;
    this.preempter = preempter;
  }

  words(): number[] {
    const context = this.client.context!;
    return [context.registers[Register.ESP]! >>> 0, context.eip >>> 0];
  }

  answered(): void {
    this.preemptions.done(this);
  }

  failed(): void {
    this.preemptions.done(this);
  }

  cancelled(): void {
    this.preemptions.cancel(this);
  }
}

export class Preemptions {
  private readonly tasks: TaskTable;
  private readonly waits: Waits;

  constructor(tasks: TaskTable, waits: Waits) {
    this.tasks = tasks;
    this.waits = waits;
  }

  /** Whether somebody may be told at the end of each slice of a thread. */
  isWatched({ preempters: { internal, external } }: Thread): boolean {
    return internal !== undefined || external !== undefined;
  }

  /** A thread's slice is used up. */
  raise(thread: Thread): void {
    if (thread.state.kind === "ready" && !this.start(thread, "internal")) this.start(thread, "external");
  }

  /** The preempter has answered, or never will. */
  done({ client, preempter }: Preemption): void {
    this.waits.wake(client);
    if (preempter === "internal") this.start(client, "external");
  }

  cancel({ client }: Preemption): void {
    this.waits.wake(client);
  }

  private start(thread: Thread, kind: PreempterKind): boolean {
    const preempter = thread.preempters[kind];
    const named = preempter === undefined ? undefined : this.tasks.thread(preempter.id);
    if (preempter === undefined || named === undefined || named === thread) return false;
    const addressee = preempter.byChief ? named : nearestThread(thread.task, named);
    if (addressee === undefined) return false;
    this.waits.ask(new Preemption(this, thread, addressee, named, kind));
    return true;
  }
}
