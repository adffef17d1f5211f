/**
 * Synchronous IPC: the meeting of sender and receiver, waiting, timeouts, cancelling. What happens
 * when both are there is in transfer.ts.
 *
 * Source: L4 X.0 manual, "ipc"; kernel/abi/ipc.ts has the codes.
 */
import { Register } from "#machine/context.ts";
import { ANY, isInterruptId, NIL, type ThreadId } from "./abi/identifiers.ts";
import { IpcError, NEVER } from "./abi/ipc.ts";
import type { Core } from "./core.ts";
import { emptyReceived } from "./received.ts";
import { DEAD, queueOf, READY, type Thread, type ThreadState } from "./thread.ts";

const NS_PER_US = 1000;

export class Ipc {
  private readonly core: Core;
  /**
   * Threads whose send phase is done and whose receive phase is to begin. They count as waiting
   * already; the list only keeps chains of waiting senders from becoming recursion.
   */
  private readonly entering: Thread[] = [];

  constructor(core: Core) {
    this.core = core;
  }

  /** Carries out the IPC described by thread.plan. */
  start(thread: Thread): void {
    const plan = thread.plan;
    if (plan.hasSend) this.send(thread);
    else if (plan.hasReceive) this.receive(thread);
    else this.complete(thread, IpcError.OK);
    this.settle();
  }

  /** Begins the receive phases that became due. To be called before any thread runs. */
  settle(): void {
    for (let thread = this.entering.pop(); thread !== undefined; thread = this.entering.pop()) this.enter(thread);
  }

  /** Whether `receiver` waits for a message of `sender`. */
  waitsFor(receiver: Thread, sender: Thread): boolean {
    const state = receiver.state;
    return state.kind === "receiving" && (state.from === ANY || state.from === sender.id);
  }

  /** The partner that physically gets what `sender` sends to `to`. All tasks are in one clan: it is the addressee. */
  nearest(_sender: Thread, to: ThreadId): Thread | undefined {
    return this.core.tasks.thread(to);
  }

  /** The send phase of a message is over; goes on with the receive phase, if there is one and all is well. */
  sent(thread: Thread, error: number): void {
    if (error === IpcError.OK && thread.plan.hasReceive) this.receive(thread);
    else this.complete(thread, error);
  }

  /** Ends a thread's IPC with a code and no message, and makes the thread ready. */
  complete(thread: Thread, error: number): void {
    if (thread.context === undefined) {
      thread.result = emptyReceived(error);
    } else thread.context.registers[Register.EAX] = error;
    this.wake(thread);
  }

  /** Ends a receive with the empty message of an interrupt. */
  completeInterrupt(thread: Thread, id: ThreadId): void {
    if (thread.context === undefined) {
      thread.result = emptyReceived(IpcError.OK, id);
    } else {
      thread.context.registers[Register.EAX] = 0;
      thread.context.registers[Register.ESI] = id;
    }
    this.wake(thread);
  }

  wake(thread: Thread): void {
    if (thread.cancelTimer !== undefined) thread.disarm();
    thread.state = READY;
    this.core.scheduler.enqueue(thread);
  }

  block(thread: Thread, state: ThreadState): void {
    thread.state = state;
    this.core.scheduler.dequeue(thread);
  }

  /** Starts a thread's timer. */
  arm(thread: Thread, us: number): void {
    if (us === NEVER) return;
    const clock = this.core.clock;
    thread.cancelTimer = clock.schedule(clock.now() + us * NS_PER_US, () => {
      thread.cancelTimer = undefined;
      this.expire(thread);
    });
  }

  /** Takes a thread out of the send queue that it stands in, if any. */
  leaveQueue(thread: Thread): void {
    queueOf(thread)?.removeSender(thread);
  }

  /** Ends whatever IPC or page-fault wait a thread is in, as lthread_ex_regs does. The thread becomes ready. */
  cancel(thread: Thread): void {
    const state = thread.state;
    this.leaveQueue(thread);
    thread.disarm();
    switch (state.kind) {
      case "sending":
        this.complete(thread, IpcError.SEND_CANCELLED);
        break;
      case "receiving":
        this.complete(thread, IpcError.RECEIVE_CANCELLED);
        break;
      case "transferring":
        this.core.transfers.abort(state.transfer, thread);
        break;
      case "faulting":
        this.core.faults.cancel(thread, state.fault);
        break;
      default:
        this.wake(thread);
    }
    this.settle();
  }

  /** Takes a thread that is to be deleted out of everything, and lets all who deal with it know. */
  abandon(thread: Thread): void {
    const { core } = this;
    const state = thread.state;
    this.leaveQueue(thread);
    thread.disarm();
    if (state.kind === "transferring") core.transfers.abandon(state.transfer, thread);
    else if (state.kind === "faulting" && typeof state.fault.resume === "object") core.transfers.abandon(state.fault.resume, thread);
    this.block(thread, DEAD);
    for (let sender = thread.sendersHead; sender !== undefined; sender = thread.sendersHead) {
      thread.removeSender(sender);
      const waiting = sender.state;
      sender.disarm();
      if (waiting.kind === "faulting") core.faults.managerGone(sender, waiting.fault);
      else if (waiting.kind === "stopped") waiting.to = undefined;
      else this.complete(sender, IpcError.NOT_EXISTENT);
    }
    core.tasks.eachThread((other) => {
      const waiting = other.state;
      if (waiting.kind === "receiving" && waiting.from === thread.id) this.complete(other, IpcError.NOT_EXISTENT);
      else if (waiting.kind === "faulting" && waiting.fault.manager === thread) {
        other.disarm();
        core.faults.managerGone(other, waiting.fault);
      }
    });
    this.settle();
  }

  private send(thread: Thread): void {
    const plan = thread.plan;
    const target = this.nearest(thread, plan.to);
    if (target === undefined) {
      this.complete(thread, IpcError.NOT_EXISTENT);
      return;
    }
    const state = target.state;
    if (this.waitsFor(target, thread)) {
      target.disarm();
      this.core.transfers.begin(thread, "message", target, "message");
    } else if (state.kind === "faulting" && state.fault.sent && state.fault.manager === thread) {
      target.disarm();
      this.core.transfers.begin(thread, "message", target, "fault");
    } else if (!(plan.sendUs > 0)) this.complete(thread, IpcError.SEND_TIMEOUT);
    else {
      this.block(thread, { kind: "sending", to: target });
      target.addSender(thread);
      this.arm(thread, plan.sendUs);
    }
  }

  private receive(thread: Thread): void {
    const waiting = thread.waiting;
    waiting.from = thread.plan.open ? ANY : thread.plan.from;
    waiting.entered = false;
    this.block(thread, waiting);
    this.entering.push(thread);
  }

  /** A client's fault message has arrived: its manager may already have an answer in the client's send queue. */
  awaitReply(client: Thread): void {
    if (client.sendersHead !== undefined) this.entering.push(client);
  }

  private enter(thread: Thread): void {
    const { core } = this;
    const state = thread.state;
    if (state.kind === "faulting") {
      const { fault } = state;
      if (!fault.sent || queueOf(fault.manager) !== thread || fault.manager.state.kind !== "sending") return;
      thread.disarm();
      this.take(thread, fault.manager, "fault");
      return;
    }
    if (state.kind !== "receiving" || state.entered) return;
    state.entered = true;
    const plan = thread.plan;
    const poll = !(plan.receiveUs > 0);
    if (plan.open) {
      const interrupt = core.lines.take(thread);
      if (interrupt !== 0) {
        this.completeInterrupt(thread, interrupt);
        return;
      }
      if (thread.sendersHead !== undefined) {
        this.take(thread, thread.sendersHead, "message");
        return;
      }
    } else if (plan.from === NIL) {
      if (poll) core.lines.detach(thread);
    } else if (isInterruptId(plan.from)) {
      if (!core.lines.associate(thread, plan.from)) {
        this.complete(thread, IpcError.NOT_EXISTENT);
        return;
      }
      const interrupt = core.lines.take(thread);
      if (interrupt !== 0) {
        this.completeInterrupt(thread, interrupt);
        return;
      }
    } else {
      const partner = this.nearest(thread, plan.from);
      if (partner === undefined) {
        this.complete(thread, IpcError.NOT_EXISTENT);
        return;
      }
      if (queueOf(partner) === thread) {
        this.take(thread, partner, "message");
        return;
      }
    }
    if (poll) this.complete(thread, IpcError.RECEIVE_TIMEOUT);
    else this.arm(thread, plan.receiveUs);
  }

  /** Takes a sender out of the receiver's queue and starts the transfer. */
  private take(receiver: Thread, sender: Thread, role: "message" | "fault"): void {
    const state = sender.state;
    receiver.removeSender(sender);
    sender.disarm();
    const senderRole = state.kind === "faulting" ? "fault" : state.kind === "stopped" ? "exception" : "message";
    this.core.transfers.begin(sender, senderRole, receiver, role);
  }

  private expire(thread: Thread): void {
    const state = thread.state;
    this.leaveQueue(thread);
    if (state.kind === "sending") this.complete(thread, IpcError.SEND_TIMEOUT);
    else if (state.kind === "receiving") this.complete(thread, IpcError.RECEIVE_TIMEOUT);
    else if (state.kind === "faulting") this.core.faults.expire(thread, state.fault);
    this.settle();
  }
}
