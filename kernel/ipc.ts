/**
 * Synchronous IPC: the meeting of sender and receiver, waiting, timeouts, cancelling. What happens
 * when both are there is in transfer.ts.
 *
 * Source: L4 X.0 manual, "ipc"; kernel/abi/ipc.ts has the codes.
 */
import { Timer } from "#machine/clock.ts";
import { Register } from "#machine/context.ts";
import { ANY, isInterruptId, NIL, type ThreadId } from "./abi/identifiers.ts";
import { Condition, IpcError, NEVER } from "./abi/ipc.ts";
import { isNear, mayDeceive, nearestThread, redirection } from "./clans.ts";
import type { Core } from "./core.ts";
import { emptyReceived } from "./received.ts";
import type { ReceiverRole, SenderRole } from "./transfer.ts";
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

  /** Whether `receiver` waits for a message that comes under the name `from`. */
  waitsFor(receiver: Thread, from: ThreadId): boolean {
    const { state, waiting } = receiver;
    return state === waiting && (waiting.from === ANY || waiting.from === from);
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
    thread.disarm();
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
    const { clock } = this.core;
    thread.timer ??= new Timer(clock, () => this.expire(thread));
    thread.timer.start(clock.now() + us * NS_PER_US);
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
      else if (waiting.kind === "preempted") core.preemptions.done(sender, waiting.exchange);
      else this.complete(sender, IpcError.NOT_EXISTENT);
    }
    core.tasks.eachThread((other) => {
      const waiting = other.state;
      if (waiting.kind === "receiving" && waiting.from === thread.id) this.complete(other, IpcError.NOT_EXISTENT);
      else if (waiting.kind === "faulting" && (waiting.fault.manager === thread || waiting.fault.named === thread.id)) {
        this.leaveQueue(other);
        other.disarm();
        core.faults.managerGone(other, waiting.fault);
      } else if (waiting.kind === "preempted" && (waiting.exchange.to === thread || waiting.exchange.named === thread.id)) {
        this.leaveQueue(other);
        core.preemptions.done(other, waiting.exchange);
      }
    });
    this.settle();
  }

  private send(thread: Thread): void {
    const plan = thread.plan;
    const addressee = this.core.tasks.thread(plan.to);
    const target = addressee === undefined ? undefined : this.route(thread, addressee);
    if (target === undefined) {
      this.complete(thread, IpcError.NOT_EXISTENT);
      return;
    }
    if (plan.as !== NIL && plan.as !== thread.id) this.deceive(thread, target);
    else plan.as = thread.id;
    const state = target.state;
    if (this.waitsFor(target, plan.as)) {
      target.disarm();
      this.core.transfers.begin(thread, "message", target, "message");
    } else if (state.kind === "faulting" && state.fault.sent && state.fault.named === plan.as) {
      target.disarm();
      this.core.transfers.begin(thread, "message", target, "fault");
    } else if (state.kind === "preempted" && state.exchange.sent && state.exchange.named === plan.as) {
      this.core.transfers.begin(thread, "message", target, "preemption");
    } else if (!(plan.sendUs > 0)) this.complete(thread, IpcError.SEND_TIMEOUT);
    else {
      this.block(thread, { kind: "sending", to: target });
      target.addSender(thread);
      this.arm(thread, plan.sendUs);
    }
  }

  /** Who gets a message, and why (plan.condition). The answer to a page fault or a preemption goes the way that the question came. */
  private route(thread: Thread, addressee: Thread): Thread | undefined {
    const { plan, task } = thread;
    plan.condition = 0;
    if (isNear(task, addressee.task)) return addressee;
    const { state } = addressee;
    if (state.kind === "faulting" && state.fault.sent && state.fault.manager === thread) return addressee;
    if (state.kind === "preempted" && state.exchange.sent && state.exchange.to === thread) return addressee;
    const chief = nearestThread(task, addressee);
    if (chief !== undefined) plan.condition = redirection(task, chief.task);
    return chief;
  }

  /** Lets a message go under another name, if that is allowed; who waits for the sender in that name now waits for the receiver. */
  private deceive(thread: Thread, target: Thread): void {
    const { plan } = thread;
    if (!mayDeceive(this.core.tasks, thread.task, target.task, plan.as)) {
      plan.as = thread.id;
      return;
    }
    plan.condition |= Condition.DECEIVED;
    const named = this.core.tasks.thread(plan.as);
    if (named === undefined || named.state.kind !== "receiving" || named.state.from !== thread.id) return;
    named.state.from = target.id;
    named.plan.from = target.id;
  }

  private receive(thread: Thread): void {
    const { plan, waiting } = thread;
    waiting.from = plan.open ? ANY : plan.from;
    waiting.entered = this.mayWait(thread);
    this.block(thread, waiting);
    if (!waiting.entered) this.entering.push(thread);
  }

  /** Whether all that `enter` would find is that the thread has to wait for ever: the usual case. */
  private mayWait(thread: Thread): boolean {
    const { plan } = thread;
    if (thread.sendersHead !== undefined || thread.interruptLine >= 0 || plan.receiveUs !== NEVER) return false;
    return plan.open || this.core.tasks.thread(plan.from) !== undefined;
  }

  /** The message of a fault or a preemption has arrived: an answer may already be in the client's send queue. */
  awaitReply(client: Thread): void {
    if (client.sendersHead !== undefined) this.entering.push(client);
  }

  private enter(thread: Thread): void {
    const { core } = this;
    const state = thread.state;
    if (state.kind === "faulting") {
      const { fault } = state;
      const manager = fault.sent ? this.queued(thread, fault.named) : undefined;
      if (manager === undefined || manager.state.kind !== "sending") return;
      thread.disarm();
      this.take(thread, manager, "fault");
      return;
    }
    if (state.kind === "preempted") {
      const preempter = state.exchange.sent ? this.queued(thread, state.exchange.named) : undefined;
      if (preempter?.state.kind === "sending") this.take(thread, preempter, "preemption");
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
      const sender = this.queued(thread, plan.from);
      if (sender !== undefined) {
        this.take(thread, sender, "message");
        return;
      }
      // Interrupts come from outside all clans: a subject gets them from its chief, if at all.
      const associated = thread.task.chief === undefined ? core.lines.associate(thread, plan.from) : !poll;
      if (!associated) {
        this.complete(thread, IpcError.NOT_EXISTENT);
        return;
      }
      const interrupt = core.lines.take(thread);
      if (interrupt !== 0) {
        this.completeInterrupt(thread, interrupt);
        return;
      }
    } else {
      const sender = this.queued(thread, plan.from);
      if (sender !== undefined) {
        this.take(thread, sender, "message");
        return;
      }
      if (core.tasks.thread(plan.from) === undefined) {
        this.complete(thread, IpcError.NOT_EXISTENT);
        return;
      }
    }
    if (poll) this.complete(thread, IpcError.RECEIVE_TIMEOUT);
    else this.arm(thread, plan.receiveUs);
  }

  /** The first in a send queue whose message comes under a name. */
  private queued(receiver: Thread, name: ThreadId): Thread | undefined {
    for (let sender = receiver.sendersHead; sender !== undefined; sender = sender.senderNext) {
      if ((sender.state.kind === "sending" ? sender.plan.as : sender.id) === name) return sender;
    }
    return undefined;
  }

  /** Takes a sender out of the receiver's queue and starts the transfer. */
  private take(receiver: Thread, sender: Thread, role: ReceiverRole): void {
    const state = sender.state;
    receiver.removeSender(sender);
    sender.disarm();
    this.core.transfers.begin(sender, senderRole(state), receiver, role);
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

/** What a thread in a send queue has to say. */
function senderRole({ kind }: ThreadState): SenderRole {
  switch (kind) {
    case "faulting":
      return "fault";
    case "stopped":
      return "exception";
    case "preempted":
      return "preemption";
    default:
      return "message";
  }
}
