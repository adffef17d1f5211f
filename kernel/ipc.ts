/**
 * Synchronous IPC: the meeting of sender and receiver, timeouts, cancelling. What happens when both are there is in transfers.ts.
 *
 * Source: L4 X.0 manual, "ipc"; kernel/abi/ipc.ts has the codes.
 */
import { ANY, isInterruptId, NIL, type ThreadId } from "./abi/identifiers.ts";
import { Condition, IpcError } from "./abi/ipc.ts";
import { isNear, mayDeceive, nearestThread, redirection } from "./clans.ts";
import type { Exchange } from "./exchange.ts";
import type { InterruptLines } from "./interrupt-lines.ts";
import type { TaskTable } from "./task.ts";
import { DEAD, leaveQueue, type Thread } from "./thread.ts";
import type { Transfers } from "./transfers.ts";
import type { Waits } from "./waits.ts";

export class Ipc {
  private readonly tasks: TaskTable;
  private readonly waits: Waits;
  private readonly transfers: Transfers;
  private readonly lines: InterruptLines;

  constructor(tasks: TaskTable, waits: Waits, transfers: Transfers, lines: InterruptLines) {
    this.tasks = tasks;
    this.waits = waits;
    this.transfers = transfers;
    this.lines = lines;
  }

  /** Carries out the IPC described by thread.plan. */
  start(thread: Thread): void {
    const plan = thread.plan;
    if (plan.hasSend) this.send(thread);
    else if (plan.hasReceive) this.waits.receive(thread);
    else this.waits.complete(thread, IpcError.OK);
    this.settle();
  }

  /** Looks at what became due: exchanges, receive phases, timers. To be called before any thread runs. */
  settle(): void {
    const { entering, raised, expired } = this.waits;
    for (;;) {
      const exchange = raised.pop();
      if (exchange !== undefined) {
        this.ask(exchange);
        continue;
      }
      const thread = entering.pop();
      if (thread !== undefined) {
        this.enter(thread);
        continue;
      }
      const late = expired.shift();
      if (late === undefined) return;
      if (late.hasExpired) this.expire(late);
    }
  }

  /** Ends whatever IPC or exchange a thread is in, as lthread_ex_regs does. The thread becomes ready. */
  cancel(thread: Thread): void {
    const state = thread.state;
    leaveQueue(thread);
    thread.disarm();
    switch (state.kind) {
      case "sending":
        this.waits.complete(thread, IpcError.SEND_CANCELLED);
        break;
      case "receiving":
        this.waits.complete(thread, IpcError.RECEIVE_CANCELLED);
        break;
      case "transferring":
        this.transfers.abort(state.transfer, thread);
        break;
      case "asking":
        state.exchange.cancelled();
        break;
      default:
        this.waits.wake(thread);
    }
    this.settle();
  }

  /** Takes a thread that is to be deleted out of everything, and lets all who deal with it know. */
  abandon(thread: Thread): void {
    const { waits } = this;
    const state = thread.state;
    leaveQueue(thread);
    thread.disarm();
    if (state.kind === "transferring") this.transfers.leave(state.transfer, thread);
    else if (state.kind === "asking") state.exchange.abandoned();
    waits.block(thread, DEAD);
    for (let sender = thread.sendersHead; sender !== undefined; sender = thread.sendersHead) {
      leaveQueue(sender);
      sender.disarm();
      if (sender.state.kind === "asking") sender.state.exchange.failed("gone");
      else waits.complete(sender, IpcError.NOT_EXISTENT);
    }
    this.tasks.eachThread((other) => {
      const waiting = other.state;
      if (waiting.kind === "receiving" && waiting.from === thread.id) waits.complete(other, IpcError.NOT_EXISTENT);
      else if (waiting.kind === "asking" && (waiting.exchange.addressee === thread || waiting.exchange.named === thread.id)) {
        leaveQueue(other);
        other.disarm();
        waiting.exchange.failed("gone");
      }
    });
    this.settle();
  }

  private send(thread: Thread): void {
    const plan = thread.plan;
    const addressee = this.tasks.thread(plan.to);
    const target = addressee === undefined ? undefined : this.route(thread, addressee);
    if (target === undefined) {
      this.waits.complete(thread, IpcError.NOT_EXISTENT);
      return;
    }
    if (plan.as !== NIL && plan.as !== thread.id) this.deceive(thread, target);
    else plan.as = thread.id;
    const state = target.state;
    if (waitsFor(target, plan.as)) {
      target.disarm();
      this.transfers.begin(thread, undefined, target, undefined);
    } else if (state.kind === "asking" && state.exchange.awaits(plan.as)) {
      target.disarm();
      this.transfers.begin(thread, undefined, target, state.exchange);
    } else if (!(plan.sendUs > 0)) this.waits.complete(thread, IpcError.SEND_TIMEOUT);
    else {
      this.waits.block(thread, { kind: "sending", to: target });
      target.addSender(thread);
      this.waits.arm(thread, plan.sendUs);
    }
  }

  /** Sends the message of an exchange, or lets it wait. It may have been given up since it was raised. */
  private ask(exchange: Exchange): void {
    const { client, addressee } = exchange;
    if (client.state.kind !== "asking" || client.state.exchange !== exchange) return;
    if (addressee === undefined) exchange.failed("unreachable");
    else if (addressee.state === DEAD) exchange.failed("gone");
    else if (waitsFor(addressee, client.id)) {
      addressee.disarm();
      this.transfers.begin(client, exchange, addressee, undefined);
      exchange.began(true);
    } else {
      exchange.phase = "queued";
      addressee.addSender(client);
      this.waits.arm(client, exchange.limitUs);
      exchange.began(false);
    }
  }

  /** Who gets a message, and why (plan.condition). The answer to an exchange goes the way that the question came. */
  private route(thread: Thread, addressee: Thread): Thread | undefined {
    const { plan, task } = thread;
    plan.condition = 0;
    if (isNear(task, addressee.task)) return addressee;
    const { state } = addressee;
    if (state.kind === "asking" && state.exchange.expectsAnswer && state.exchange.phase === "told" && state.exchange.addressee === thread)
      return addressee;
    const chief = nearestThread(task, addressee);
    if (chief !== undefined) plan.condition = redirection(task, chief.task);
    return chief;
  }

  /** Lets a message go under another name, if that is allowed; who waits for the sender in that name now waits for the receiver. */
  private deceive(thread: Thread, target: Thread): void {
    const { plan } = thread;
    if (!mayDeceive(this.tasks, thread.task, target.task, plan.as)) {
      plan.as = thread.id;
      return;
    }
    plan.condition |= Condition.DECEIVED;
    const named = this.tasks.thread(plan.as);
    if (named === undefined || named.state.kind !== "receiving" || named.state.from !== thread.id) return;
    named.state.from = target.id;
    named.plan.from = target.id;
  }

  private enter(thread: Thread): void {
    const state = thread.state;
    if (state.kind === "asking") this.enterAnswer(thread, state.exchange);
    else if (state.kind === "receiving" && !state.entered) {
      state.entered = true;
      this.enterReceive(thread);
    }
  }

  /** The answer may have been in the send queue before the question was told. */
  private enterAnswer(thread: Thread, exchange: Exchange): void {
    const sender = exchange.awaits(exchange.named) ? queued(thread, exchange.named) : undefined;
    if (sender === undefined || sender.state.kind !== "sending") return;
    thread.disarm();
    this.take(thread, sender, exchange);
  }

  private enterReceive(thread: Thread): void {
    const { lines, waits } = this;
    const plan = thread.plan;
    const poll = !(plan.receiveUs > 0);
    if (plan.open) {
      const interrupt = lines.take(thread);
      if (interrupt !== 0) {
        waits.completeInterrupt(thread, interrupt);
        return;
      }
      if (thread.sendersHead !== undefined) {
        this.take(thread, thread.sendersHead, undefined);
        return;
      }
    } else if (plan.from === NIL) {
      if (poll) lines.detach(thread);
    } else {
      const sender = queued(thread, plan.from);
      if (sender !== undefined) {
        this.take(thread, sender, undefined);
        return;
      }
      if (isInterruptId(plan.from)) {
        // Interrupts come from outside all clans: a subject gets them from its chief, if at all.
        const associated = thread.task.chief === undefined ? lines.associate(thread, plan.from) : !poll;
        if (!associated) {
          waits.complete(thread, IpcError.NOT_EXISTENT);
          return;
        }
        const interrupt = lines.take(thread);
        if (interrupt !== 0) {
          waits.completeInterrupt(thread, interrupt);
          return;
        }
      } else if (this.tasks.thread(plan.from) === undefined) {
        waits.complete(thread, IpcError.NOT_EXISTENT);
        return;
      }
    }
    if (poll) waits.complete(thread, IpcError.RECEIVE_TIMEOUT);
    else waits.arm(thread, plan.receiveUs);
  }

  /** Takes a sender out of the receiver's queue and starts the transfer. */
  private take(receiver: Thread, sender: Thread, answers: Exchange | undefined): void {
    leaveQueue(sender);
    sender.disarm();
    const question = sender.state.kind === "asking" ? sender.state.exchange : undefined;
    this.transfers.begin(sender, question, receiver, answers);
  }

  private expire(thread: Thread): void {
    const state = thread.state;
    thread.hasExpired = false;
    leaveQueue(thread);
    if (state.kind === "sending") this.waits.complete(thread, IpcError.SEND_TIMEOUT);
    else if (state.kind === "receiving") this.waits.complete(thread, IpcError.RECEIVE_TIMEOUT);
    else if (state.kind === "asking") state.exchange.failed("late");
  }
}

/** Whether `receiver` waits for a message that comes under the name `from`. */
function waitsFor(receiver: Thread, from: ThreadId): boolean {
  const { state, waiting } = receiver;
  return state === waiting && (waiting.from === ANY || waiting.from === from);
}

/** The first in a send queue whose message comes under a name. */
function queued(receiver: Thread, name: ThreadId): Thread | undefined {
  for (let sender = receiver.sendersHead; sender !== undefined; sender = sender.senderNext) {
    if ((sender.state.kind === "sending" ? sender.plan.as : sender.id) === name) return sender;
  }
  return undefined;
}
