/**
 * Preemption as IPC: when a thread has used up its slice, the kernel sends its ESP and EIP in its name to its preempters, the internal
 * one (set by lthread_ex_regs) and then the external one (thread_schedule), and the thread goes on when they have answered.
 *
 * The answer's content is ignored, and all timeouts are infinite. A preempter that is gone, or dies meanwhile, is passed over.
 * Source: L4 X.0 manual, "preemption RPC".
 */
import { Register } from "#machine/context.ts";
import type { ThreadId } from "./abi/identifiers.ts";
import { nearestThread, redirection } from "./clans.ts";
import type { Core } from "./core.ts";
import type { Thread } from "./thread.ts";

/** Who is to be told of preemptions; directly, when a chief has said so. */
export interface Preempter {
  readonly id: ThreadId;
  readonly byChief: boolean;
}

/** A message exchange with a preempter. */
export interface Preemption {
  /** Who gets the message: the preempter, or a chief on the way to it. */
  readonly to: Thread;
  /** The preempter, in whose name the answer must come. */
  readonly named: ThreadId;
  readonly condition: number;
  readonly kind: "internal" | "external";
  /** Whether `to` has the message. */
  sent: boolean;
}

export const preemptionWords = (thread: Thread): number[] => {
  const context = thread.context!;
  return [context.registers[Register.ESP]! >>> 0, context.eip >>> 0];
};

export class Preemptions {
  private readonly core: Core;

  constructor(core: Core) {
    this.core = core;
  }

  /** Whether somebody may be told at the end of each slice of a thread. */
  isWatched({ preempters: { internal, external } }: Thread): boolean {
    return internal !== undefined || external !== undefined;
  }

  /** A thread's slice is used up. */
  raise(thread: Thread): void {
    if (thread.state.kind === "ready" && !this.start(thread, "internal")) this.start(thread, "external");
  }

  /** The preempter has the message. */
  sent(thread: Thread, exchange: Preemption): void {
    exchange.sent = true;
    const { core } = this;
    core.ipc.block(thread, { kind: "preempted", exchange });
    core.ipc.awaitReply(thread);
  }

  /** The preempter has answered, or never will. */
  done(thread: Thread, exchange: Preemption): void {
    this.core.ipc.wake(thread);
    if (exchange.kind === "internal") this.start(thread, "external");
  }

  private start(thread: Thread, kind: Preemption["kind"]): boolean {
    const { core } = this;
    const preempter = thread.preempters[kind];
    const named = preempter === undefined ? undefined : core.tasks.thread(preempter.id);
    if (preempter === undefined || named === undefined || named === thread) return false;
    const to = preempter.byChief ? named : nearestThread(thread.task, named);
    if (to === undefined) return false;
    const condition = to === named ? 0 : redirection(thread.task, to.task);
    const exchange: Preemption = { to, named: named.id, condition, kind, sent: false };
    core.ipc.block(thread, { kind: "preempted", exchange });
    if (core.ipc.waitsFor(to, thread.id)) {
      to.disarm();
      core.transfers.begin(thread, "preemption", to, "message");
    } else to.addSender(thread);
    return true;
  }
}
