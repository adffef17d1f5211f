/**
 * The transfer of one message between two threads that are both there: words, mappings, strings, data spaces.
 *
 * A transfer runs in steps. Each step can be repeated, and the copying of strings keeps its progress, so that a page fault on either
 * side just suspends the transfer: the faulting thread asks its manager (page-faults.ts), the other waits, and the transfer goes on when
 * the page is there.
 */
import { PAGE_SIZE, type Ram } from "#machine/ram.ts";
import { Right } from "./abi/calls.ts";
import { flexpageBase, flexpageIsWritable, flexpageSize } from "./abi/flexpage.ts";
import { IpcError, NEVER } from "./abi/ipc.ts";
import type { DataSpaceCopies } from "./data-space-copies.ts";
import { PRESENT } from "./endpoint.ts";
import type { Exchange } from "./exchange.ts";
import { mapItems } from "./flexpage-mapping.ts";
import type { MappingDatabase } from "./mapping-database.ts";
import type { PageItem } from "./native.ts";
import type { PageFaults, RefusedAccess, Resumption } from "./page-faults.ts";
import { carryQuestion, carryWords } from "./short-messages.ts";
import { copyStrings } from "./string-copy.ts";
import { leaveQueue, type Thread } from "./thread.ts";
import type { Observers } from "./trace.ts";
import { Step, Transfer } from "./transfer.ts";
import type { UserMemory } from "./user-memory.ts";
import type { Waits } from "./waits.ts";

export class Transfers {
  private readonly ram: Ram;
  private readonly memory: UserMemory;
  private readonly mappings: MappingDatabase;
  private readonly faults: PageFaults;
  private readonly copies: DataSpaceCopies;
  private readonly waits: Waits;
  private readonly observers: Observers;

  constructor(
    ram: Ram,
    memory: UserMemory,
    mappings: MappingDatabase,
    faults: PageFaults,
    copies: DataSpaceCopies,
    waits: Waits,
    observers: Observers,
  ) {
    this.ram = ram;
    this.memory = memory;
    this.mappings = mappings;
    this.faults = faults;
    this.copies = copies;
    this.waits = waits;
    this.observers = observers;
  }

  /**
   * Transfers a message as far as it goes.
   * @param question the sender's exchange, when the message is the kernel's in its name
   * @param answers the receiver's exchange, when the message is the answer to it
   */
  begin(sender: Thread, question: Exchange | undefined, receiver: Thread, answers: Exchange | undefined): void {
    if (this.observers.trace === undefined && answers === undefined) {
      if (question === undefined ? carryWords(this.waits, sender, receiver) : carryQuestion(this.waits, question, receiver)) return;
    }
    this.run(new Transfer(sender, question, receiver, answers));
  }

  /** Goes on with a transfer until it is done or a page is missing. */
  run(t: Transfer): void {
    for (;;) {
      switch (t.step) {
        case Step.GATHER:
          if (t.question !== undefined) t.words = t.question.words();
          else if (!this.accessed(t, t.sender, t.sender.endpoint.gather(t), false)) return;
          break;
        case Step.PREPARE:
          if (t.answers === undefined && !this.accessed(t, t.receiver, t.receiver.endpoint.prepare(t), false)) return;
          break;
        case Step.WORDS:
          if (t.answers === undefined && !this.accessed(t, t.receiver, t.receiver.endpoint.storeWords(t), true)) return;
          break;
        case Step.PAGES:
          if (t.pages.length > 0 && !this.mapPages(t)) return;
          break;
        case Step.STRINGS:
          if (t.sources.length > 0 && !this.copyStrings(t)) return;
          break;
        case Step.DATA_SPACES:
          if (t.dataSpaces.length > 0 && !this.copyDataSpaces(t)) return;
          break;
        default:
          if (t.string + t.copies.length > 0 && !this.accessed(t, t.receiver, t.receiver.endpoint.storeDopes(t), true)) return;
          this.finish(t);
          return;
      }
      t.step++;
    }
  }

  /** Ends a transfer because of the memory of one side: refused, or not there in time. A sender is told which address it was. */
  fail(t: Transfer, side: Thread, address: number): void {
    if (side === t.sender) {
      this.end(t, IpcError.SEND_SENDER_FAULT, IpcError.RECEIVE_SENDER_FAULT);
      if (t.question === undefined) side.endpoint.tellAddress(side, address);
    } else this.end(t, IpcError.SEND_RECEIVER_FAULT, IpcError.RECEIVE_RECEIVER_FAULT);
  }

  /** Ends a transfer because a data space of the sender's is not copied. @param reason FaultRefusal */
  failDataSpace(t: Transfer, reason: number): void {
    this.end(t, IpcError.SEND_SENDER_FAULT, IpcError.RECEIVE_SENDER_FAULT);
    t.sender.endpoint.tellDataSpace(t.sender, t.copies.length, reason);
  }

  /** Ends a transfer because one of its threads is wanted elsewhere (ex_regs). That thread becomes ready. */
  abort(t: Transfer, wanted: Thread): void {
    this.abandon(t, wanted);
    const exchange = wanted === t.sender ? t.question : t.answers;
    if (exchange !== undefined) this.askAgain(exchange).cancelled();
    else this.waits.complete(wanted, wanted === t.sender ? IpcError.SEND_ABORTED : IpcError.RECEIVE_ABORTED);
  }

  /** Ends the transfers that a thread which is deleted takes part in. */
  leave(t: Transfer, gone: Thread): void {
    this.abandon(t, gone);
    const exchange = gone === t.sender ? t.question : t.answers;
    if (exchange !== undefined) this.askAgain(exchange).abandoned();
  }

  /**
   * Ends a transfer for the partner of a thread that is no more part of it. The partner may be asking for what the transfer needs: that
   * question, or its answer, may be a transfer itself, which ends too, and so on.
   */
  abandon(t: Transfer, gone: Thread): void {
    const ended: [Transfer, Thread][] = [[t, gone]];
    for (let next = ended.pop(); next !== undefined; next = ended.pop()) {
      const [transfer, left] = next;
      const isSender = left === transfer.sender;
      const partner = isSender ? transfer.receiver : transfer.sender;
      const { state } = partner;
      if (state.kind === "transferring" && state.transfer !== transfer) ended.push([state.transfer, partner]);
      for (const side of [left, partner]) {
        leaveQueue(side);
        side.disarm();
      }
      this.trace(transfer, IpcError.SEND_ABORTED);
      this.copies.discard(transfer);
      if (isSender) this.endReceiver(transfer, IpcError.RECEIVE_ABORTED);
      else this.endSender(transfer, IpcError.SEND_ABORTED);
    }
  }

  /** A thread whose exchange was being transferred waits for what becomes of it, as before. */
  private askAgain(exchange: Exchange): Exchange {
    this.waits.block(exchange.client, { kind: "asking", exchange });
    return exchange;
  }

  private end(t: Transfer, sendError: number, receiveError: number): void {
    this.trace(t, sendError);
    this.copies.discard(t);
    this.endSender(t, sendError);
    this.endReceiver(t, receiveError);
  }

  private endSender(t: Transfer, error: number): void {
    if (t.question !== undefined) t.question.failed("undelivered");
    else this.waits.complete(t.sender, error);
  }

  private endReceiver(t: Transfer, error: number): void {
    const { receiver } = t;
    if (t.answers !== undefined) {
      t.answers.failed("undelivered");
      return;
    }
    receiver.endpoint.complete(receiver, error, t.from);
    this.waits.wake(receiver);
  }

  private mapPages(t: Transfer): boolean {
    if (t.sender.context !== undefined && !this.bringPages(t)) return false;
    const source = t.sender.task.space;
    const done =
      t.answers === undefined ? mapItems(this.mappings, source, t.pages, t.receiver.task.space, t.window) : t.answers.map(t.pages, source);
    if (!done) this.end(t, IpcError.SEND_MAP_FAILED, IpcError.RECEIVE_MAP_FAILED);
    return done;
  }

  /** Pages that an emulated sender gives away are brought first when it could touch them: a mapping may have been forgotten. */
  private bringPages(t: Transfer): boolean {
    const { regions, space } = t.sender.task;
    const wanted = t.answers?.access();
    for (const item of t.pages) {
      const address = sourceOf(item, wanted?.address ?? item.hotSpot);
      const region = address === undefined ? undefined : regions.find(address);
      if (region === undefined || region.rights === 0) continue;
      const write = (wanted?.write ?? flexpageIsWritable(item.fpage)) && (region.rights & Right.WRITE) !== 0;
      if (!this.memory.permits(space.table, address!, write)) return this.missing(t, t.sender, address!, write);
    }
    return true;
  }

  private copyStrings(t: Transfer): boolean {
    const page = copyStrings(t, this.memory, this.ram);
    return page === undefined || this.missing(t, page.side, page.address, page.write);
  }

  /** Data spaces go only with whole messages, and not with answers to the kernel's questions. */
  private copyDataSpaces(t: Transfer): boolean {
    if (t.cut || t.answers !== undefined) t.dataSpaces = [];
    return this.copies.collect(t, new CopiedDataSpaces(this, this.waits, t));
  }

  private finish(t: Transfer): void {
    const { waits } = this;
    const { sender, receiver, question, answers } = t;
    this.trace(t, t.cut ? IpcError.SEND_CUT : IpcError.OK);
    if (answers !== undefined) answers.answered(t.words, t.pages.length > 0);
    else {
      receiver.endpoint.deliver(t);
      waits.wake(receiver);
    }
    if (question !== undefined) waits.told(question);
    else {
      sender.task.statistics.ipcs++;
      waits.sent(sender, t.cut && answers === undefined ? IpcError.SEND_CUT : IpcError.OK);
    }
  }

  /** Whether a step had its pages; if not, the fault for the missing one is under way. */
  private accessed(t: Transfer, side: Thread, address: number, write: boolean): boolean {
    return address === PRESENT || this.missing(t, side, address, write);
  }

  /** Suspends a transfer for a missing page. @returns false */
  private missing(t: Transfer, side: Thread, address: number, write: boolean): false {
    const other = side === t.sender ? t.receiver : t.sender;
    let limitUs = NEVER;
    if (side === t.sender) limitUs = t.answers === undefined ? t.receiver.plan.receiveFaultUs : NEVER;
    else if (t.question === undefined) limitUs = t.sender.plan.sendFaultUs;
    if (side.task.regions.find(address)?.untrusted === true) limitUs = Math.min(limitUs, other.plan.untrustedFaultUs);
    this.waits.block(other, { kind: "transferring", transfer: t });
    this.faults.raise(side, address, write, new SuspendedTransfer(this, this.waits, t), limitUs);
    return false;
  }

  private trace(t: Transfer, error: number): void {
    this.observers.trace?.({
      kind: "ipc",
      from: t.sender.id,
      to: t.receiver.id,
      words: t.words,
      strings: t.targets.slice(0, t.string).map((target) => target.reduce((sum, part) => sum + part.used, 0)),
      pages: t.pages.length,
      error,
    });
  }
}

/** What goes on when the page is there for which a transfer was suspended. */
class SuspendedTransfer implements Resumption {
  protected readonly transfers: Transfers;
  private readonly waits: Waits;
  protected readonly transfer: Transfer;

  constructor(transfers: Transfers, waits: Waits, transfer: Transfer) {
    this.transfers = transfers;
    this.waits = waits;
    this.transfer = transfer;
  }

  resume(client: Thread): void {
    this.waits.continue(client, { kind: "transferring", transfer: this.transfer });
  }

  refuse(client: Thread, { address }: RefusedAccess): void {
    this.transfers.fail(this.transfer, client, address);
  }

  cancel(client: Thread): void {
    this.transfers.abort(this.transfer, client);
  }

  abandon(client: Thread): void {
    this.transfers.abandon(this.transfer, client);
  }
}

/** The same for the copy of a data space. */
class CopiedDataSpaces extends SuspendedTransfer {
  override refuse(_client: Thread, { reason }: RefusedAccess): void {
    this.transfers.failDataSpace(this.transfer, reason);
  }
}

/** The address in the sender's space that an item maps to `address`; any, when the item is one page. */
function sourceOf({ hotSpot, fpage }: PageItem, address: number): number | undefined {
  const size = flexpageSize(fpage);
  const offset = address - ((hotSpot >>> 0) - ((hotSpot >>> 0) % size));
  if (size === PAGE_SIZE) return flexpageBase(fpage);
  return offset >= 0 && offset < size ? flexpageBase(fpage) + offset : undefined;
}
