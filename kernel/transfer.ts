/**
 * The transfer of one message between two threads that are both there: words, mappings, strings.
 *
 * A transfer runs in steps. Each step can be repeated, and the copying of strings keeps its
 * progress, so that a page fault on either side just suspends the transfer: the faulting thread asks
 * its manager (page-faults.ts), the other waits, and the transfer goes on when the page is there.
 * Strings move page by page directly from frame to frame.
 */
import { Register } from "#machine/context.ts";
import { PAGE_SIZE } from "#machine/ram.ts";
import { Right } from "./abi/calls.ts";
import { flexpageBase, flexpageIsWritable, flexpageSize } from "./abi/flexpage.ts";
import { Condition, dope, IpcError, MAX_DWORDS, MAX_STRING_BYTES, MAX_STRINGS, NEVER, REGISTER_WORDS } from "./abi/ipc.ts";
import type { Core } from "./core.ts";
import { mapItems } from "./flexpage-mapping.ts";
import * as message from "./message.ts";
import { bytesPart, type PartList } from "./message.ts";
import { NIL, type ThreadId } from "./abi/identifiers.ts";
import type { Message, PageItem } from "./native.ts";
import { exceptionWords, faultWords } from "./kernel-messages.ts";
import type { Fault, Thread, Trap } from "./thread.ts";
import { type Preemption, preemptionWords } from "./preemption.ts";
import { receivedWords } from "./received.ts";
import { ABSENT, WordCursor } from "./user-memory.ts";

/** What the sender sends: its message, or the kernel's in its name. */
export type SenderRole = "message" | "fault" | "exception" | "preemption";
/** What the receiver waits for: a message, or the answer to its page fault or preemption. */
export type ReceiverRole = "message" | "fault" | "preemption";

const Step = { GATHER: 0, PREPARE: 1, WORDS: 2, PAGES: 3, STRINGS: 4, DOPES: 5 } as const;

/** Below this many bytes a loop is faster than making views for a block copy. */
const SHORT_COPY = 48;

export class Transfer {
  readonly sender: Thread;
  readonly senderRole: SenderRole;
  readonly receiver: Thread;
  readonly receiverRole: ReceiverRole;
  /** What the receiver is told: the name of the sender, why it gets the message, and whom it was sent to if redirected. */
  readonly from: ThreadId;
  readonly condition: number;
  readonly to: ThreadId;
  /** The client's fault, or the stopped thread's trap, that the message is about. */
  readonly fault: Fault | undefined;
  readonly trap: Trap | undefined;
  /** Of the preempted thread. */
  readonly preemption: Preemption | undefined;
  step: number = Step.GATHER;
  words: number[] = [];
  pages: PageItem[] = [];
  sources: PartList[] = [];
  targets: PartList[] = [];
  /** Sizes of the sender's own receive buffers. */
  offers: number[] = [];
  window = 0;
  cut = false;
  /** Progress of the strings: string, part and offset on either side. */
  string = 0;
  sourcePart = 0;
  sourceOffset = 0;
  targetPart = 0;
  targetOffset = 0;

  constructor(sender: Thread, senderRole: SenderRole, receiver: Thread, receiverRole: ReceiverRole) {
    this.sender = sender;
    this.senderRole = senderRole;
    this.receiver = receiver;
    this.receiverRole = receiverRole;
    const client = senderRole === "fault" ? sender : receiver;
    this.fault = client.state.kind === "faulting" ? client.state.fault : undefined;
    this.trap = sender.state.kind === "stopped" ? sender.state.trap : undefined;
    const preempted = senderRole === "preemption" ? sender : receiver;
    this.preemption = preempted.state.kind === "preempted" ? preempted.state.exchange : undefined;
    const { plan } = sender;
    const plain = senderRole === "message";
    const question = senderRole === "fault" ? this.fault : senderRole === "preemption" ? this.preemption : undefined;
    this.from = plain ? plan.as : sender.id;
    this.condition = plain ? plan.condition : (question?.condition ?? 0);
    const redirected = (this.condition & Condition.REDIRECTED) !== 0;
    this.to = redirected ? (plain ? plan.to : question!.named) : NIL;
  }
}

export class Transfers {
  private readonly core: Core;
  private readonly cursor: WordCursor;

  constructor(core: Core) {
    this.core = core;
    this.cursor = new WordCursor(core.memory);
  }

  begin(sender: Thread, senderRole: SenderRole, receiver: Thread, receiverRole: ReceiverRole): void {
    if (this.core.trace === undefined && this.carryWords(sender, senderRole, receiver, receiverRole)) return;
    this.run(new Transfer(sender, senderRole, receiver, receiverRole));
  }

  /** The most frequent messages, which need no memory of either side: words in registers or between native threads. False when it is none. */
  private carryWords(sender: Thread, senderRole: SenderRole, receiver: Thread, receiverRole: ReceiverRole): boolean {
    if (receiverRole !== "message") return false;
    if (senderRole === "fault") {
      const state = sender.state;
      if (receiver.context !== undefined || state.kind !== "faulting") return false;
      const { fault } = state;
      receiver.result = receivedWords(sender.id, faultWords(fault), fault.condition, fault.condition === 0 ? NIL : fault.named);
      this.core.ipc.wake(receiver);
      this.core.faults.sent(sender, fault);
      return true;
    }
    const { plan, context } = sender;
    if (senderRole !== "message" || (plan.condition !== 0 && receiver.context !== undefined)) return false;
    const to = plan.condition === 0 ? NIL : plan.to;
    if (context !== undefined) {
      if (plan.sendAddress !== 0 || plan.sendMap) return false;
      const { registers } = context;
      if (receiver.context !== undefined) carryRegisters(registers, receiver.context.registers, sender.id);
      // A native receiver is told of the buffers that the sender has for the answer.
      else if (plan.hasReceive && plan.receiveAddress !== 0) return false;
      else {
        const words = [registers[Register.EDX]! >>> 0, registers[Register.EBX]! >>> 0, registers[Register.EDI]! >>> 0];
        receiver.result = receivedWords(plan.as, words, plan.condition, to);
      }
    } else {
      const { message } = plan;
      if (!isPlain(message!)) return false;
      if (receiver.context === undefined) receiver.result = receivedWords(plan.as, unsigned(message!.words), plan.condition, to);
      else if (message!.words.length > REGISTER_WORDS) return false;
      else storeRegisters(receiver.context.registers, sender.id, message!.words, dope(REGISTER_WORDS, 0));
    }
    this.core.ipc.wake(receiver);
    sender.task.statistics.ipcs++;
    this.core.ipc.sent(sender, IpcError.OK);
    return true;
  }

  /** Goes on with a transfer until it is done or a page is missing. */
  run(t: Transfer): void {
    for (;;) {
      switch (t.step) {
        case Step.GATHER:
          if (!this.gather(t)) return;
          break;
        case Step.PREPARE:
          if (!this.prepare(t)) return;
          break;
        case Step.WORDS:
          if (!this.storeWords(t)) return;
          break;
        case Step.PAGES:
          if (t.pages.length > 0 && !this.mapPages(t)) return;
          break;
        case Step.STRINGS:
          if (t.sources.length > 0 && !this.copyStrings(t)) return;
          break;
        default:
          if (t.string > 0 && !this.storeDopes(t)) return;
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
      if (t.senderRole === "message" && side.context !== undefined) side.context.registers[Register.EDX] = address;
    } else this.end(t, IpcError.SEND_RECEIVER_FAULT, IpcError.RECEIVE_RECEIVER_FAULT);
  }

  /** Ends a transfer because one of its threads is wanted elsewhere (ex_regs). That thread becomes ready. */
  abort(t: Transfer, wanted: Thread): void {
    this.abandon(t, wanted);
    const role = wanted === t.sender ? t.senderRole : t.receiverRole;
    if (role !== "message") this.core.ipc.wake(wanted);
    else this.core.ipc.complete(wanted, wanted === t.sender ? IpcError.SEND_ABORTED : IpcError.RECEIVE_ABORTED);
  }

  /** Ends a transfer for the partner of a thread that is no more part of it. */
  abandon(t: Transfer, gone: Thread): void {
    for (const side of [t.sender, t.receiver]) {
      this.core.ipc.leaveQueue(side);
      side.disarm();
    }
    this.trace(t, IpcError.SEND_ABORTED);
    if (gone === t.sender) this.endReceiver(t, IpcError.RECEIVE_ABORTED);
    else this.endSender(t, IpcError.SEND_ABORTED);
  }

  private end(t: Transfer, sendError: number, receiveError: number): void {
    this.trace(t, sendError);
    this.endSender(t, sendError);
    this.endReceiver(t, receiveError);
  }

  private endSender(t: Transfer, error: number): void {
    const { core } = this;
    if (t.senderRole === "message") core.ipc.complete(t.sender, error);
    else if (t.senderRole === "fault") core.faults.useless(t.sender, t.fault!);
    else if (t.senderRole === "preemption") core.preemptions.done(t.sender, t.preemption!);
    else core.traps.told(t.sender, t.trap!);
  }

  private endReceiver(t: Transfer, error: number): void {
    const { core } = this;
    if (t.receiverRole === "fault") core.faults.useless(t.receiver, t.fault!);
    else if (t.receiverRole === "preemption") core.preemptions.done(t.receiver, t.preemption!);
    else {
      core.ipc.complete(t.receiver, error);
      if (t.receiver.context === undefined) t.receiver.result!.from = t.from;
    }
  }

  private gather(t: Transfer): boolean {
    const { sender } = t;
    if (t.senderRole === "fault") t.words = faultWords(t.fault!);
    else if (t.senderRole === "preemption") t.words = preemptionWords(sender);
    else if (t.senderRole === "exception") t.words = exceptionWords(sender.context!, t.trap!);
    else if (sender.context === undefined) gatherNative(t, sender.plan.message!);
    else return this.gatherEmulated(t);
    return true;
  }

  private gatherEmulated(t: Transfer): boolean {
    const { cursor } = this;
    const { sender } = t;
    const { plan } = sender;
    const registers = sender.context!.registers;
    const words = [registers[Register.EDX]! >>> 0, registers[Register.EBX]! >>> 0, registers[Register.EDI]! >>> 0];
    cursor.start(sender.task.space.table, false);
    if (plan.sendAddress !== 0) {
      t.cut = message.readWords(cursor, plan.sendAddress, words);
      t.sources = message.readSendStrings(cursor, plan.sendAddress);
    }
    if (plan.hasReceive && plan.receiveAddress !== 0 && t.receiver.context === undefined) {
      t.offers = message.readReceiveStrings(cursor, plan.receiveAddress).map(message.totalSize);
    }
    t.words = words;
    if (plan.sendMap) t.pages = message.pageItems(words);
    return this.accessed(t, sender, false);
  }

  private prepare(t: Transfer): boolean {
    const { receiver } = t;
    if (t.receiverRole !== "message") return true;
    const { plan } = receiver;
    t.window = plan.window;
    if (receiver.context === undefined) {
      this.prepareNative(t, plan.stringBytes);
      return true;
    }
    const { cursor } = this;
    let capacity = REGISTER_WORDS;
    cursor.start(receiver.task.space.table, false);
    if (plan.receiveAddress !== 0) {
      capacity = message.readCapacity(cursor, plan.receiveAddress);
      t.window = message.readWindow(cursor, plan.receiveAddress);
      if (t.sources.length > 0) t.targets = message.readReceiveStrings(cursor, plan.receiveAddress);
    }
    if (!this.accessed(t, receiver, false)) return false;
    if (t.words.length > capacity) {
      t.words.length = capacity;
      // The kernel's own messages are as long as fits: their important words come first.
      if (t.senderRole === "message") t.cut = true;
    }
    return true;
  }

  private prepareNative(t: Transfer, stringBytes: number): void {
    let room = stringBytes;
    for (const source of t.sources) {
      const total = message.totalSize(source);
      const size = Math.min(total, room, MAX_STRING_BYTES);
      room -= size;
      t.targets.push([bytesPart(new Uint8Array(size))]);
    }
  }

  private storeWords(t: Transfer): boolean {
    const { receiver } = t;
    if (t.receiverRole !== "message" || receiver.context === undefined) return true;
    if (receiver.plan.receiveAddress === 0 || t.words.length <= REGISTER_WORDS) return true;
    this.cursor.start(receiver.task.space.table, true);
    message.storeWords(this.cursor, receiver.plan.receiveAddress, t.words);
    return this.accessed(t, receiver, true);
  }

  private mapPages(t: Transfer): boolean {
    if (t.sender.context !== undefined && !this.bringPages(t)) return false;
    const done =
      t.receiverRole === "fault"
        ? this.core.faults.mapReply(t.receiver, t.fault!, t.pages, t.sender.task.space)
        : mapItems(this.core.mappings, t.sender.task.space, t.pages, t.receiver.task.space, t.window);
    if (!done) this.end(t, IpcError.SEND_MAP_FAILED, IpcError.RECEIVE_MAP_FAILED);
    return done;
  }

  /** Pages that an emulated sender gives away are brought first when it could touch them: a mapping may have been forgotten. */
  private bringPages(t: Transfer): boolean {
    const { regions, space } = t.sender.task;
    for (const item of t.pages) {
      const address = t.receiverRole === "fault" ? sourceOf(item, t.fault!.address) : sourceOf(item, item.hotSpot);
      const region = address === undefined ? undefined : regions.find(address);
      if (region === undefined || region.rights === 0) continue;
      const write = (t.receiverRole === "fault" ? t.fault!.write : flexpageIsWritable(item.fpage)) && (region.rights & Right.WRITE) !== 0;
      if (!this.core.memory.permits(space.table, address!, write)) return this.missing(t, t.sender, address!, write);
    }
    return true;
  }

  private copyStrings(t: Transfer): boolean {
    for (; t.string < t.sources.length; t.string++) {
      const target = t.targets[t.string];
      if (target === undefined) {
        t.cut = true;
        return true;
      }
      if (!this.copyString(t, t.sources[t.string]!, target)) return false;
      t.sourcePart = 0;
      t.sourceOffset = 0;
      t.targetPart = 0;
      t.targetOffset = 0;
    }
    return true;
  }

  private copyString(t: Transfer, source: PartList, target: PartList): boolean {
    const { memory, ram } = this.core;
    for (;;) {
      const from = source[t.sourcePart];
      if (from === undefined) return true;
      const sourceLeft = from.size - t.sourceOffset;
      if (sourceLeft === 0) {
        t.sourcePart++;
        t.sourceOffset = 0;
        continue;
      }
      const to = target[t.targetPart];
      if (to === undefined) {
        t.cut = true;
        return true;
      }
      const targetLeft = to.size - t.targetOffset;
      if (targetLeft === 0) {
        t.targetPart++;
        t.targetOffset = 0;
        continue;
      }
      let length = Math.min(sourceLeft, targetLeft);
      let sourceBytes: Uint8Array = ram.u8;
      let sourceAt = t.sourceOffset;
      if (from.bytes !== undefined) sourceBytes = from.bytes;
      else {
        const address = (from.address + t.sourceOffset) >>> 0;
        length = Math.min(length, PAGE_SIZE - (address & (PAGE_SIZE - 1)));
        sourceAt = memory.readable(t.sender.task.space.table, address);
        if (sourceAt === ABSENT) return this.missing(t, t.sender, address, false);
      }
      let targetBytes: Uint8Array = ram.u8;
      let targetAt = t.targetOffset;
      if (to.bytes !== undefined) targetBytes = to.bytes;
      else {
        const address = (to.address + t.targetOffset) >>> 0;
        length = Math.min(length, PAGE_SIZE - (address & (PAGE_SIZE - 1)));
        targetAt = memory.writable(t.receiver.task.space.table, address);
        if (targetAt === ABSENT) return this.missing(t, t.receiver, address, true);
      }
      copyBytes(sourceBytes, sourceAt, targetBytes, targetAt, length);
      t.sourceOffset += length;
      t.targetOffset += length;
      to.used = t.targetOffset;
    }
  }

  private storeDopes(t: Transfer): boolean {
    if (t.receiver.context === undefined) return true;
    this.cursor.start(t.receiver.task.space.table, true);
    for (let index = 0; index < t.string; index++) message.storeReceived(this.cursor, t.targets[index]!);
    return this.accessed(t, t.receiver, true);
  }

  private finish(t: Transfer): void {
    const { core } = this;
    const { sender, receiver } = t;
    const condition = t.condition | (t.pages.length > 0 ? Condition.MAPPED : 0);
    this.trace(t, t.cut ? IpcError.SEND_CUT : IpcError.OK);
    if (t.receiverRole === "fault") core.faults.replied(receiver, t.fault!, t.words, t.pages.length > 0);
    else if (t.receiverRole === "preemption") core.preemptions.done(receiver, t.preemption!);
    else if (t.cut && receiver.context === undefined) {
      core.ipc.complete(receiver, IpcError.RECEIVE_CUT);
      receiver.result!.from = t.from;
    } else if (receiver.context === undefined) {
      const strings = t.targets.map((target) => target[0]!.bytes!);
      receiver.result = { error: IpcError.OK, condition, from: t.from, to: t.to, words: t.words, strings, offers: t.offers };
      core.ipc.wake(receiver);
    } else {
      let parts = 0;
      for (let index = 0; index < t.string; index++) parts += t.targets[index]!.length;
      const words = Math.max(t.words.length, REGISTER_WORDS);
      const { registers } = receiver.context;
      storeRegisters(registers, t.from, t.words, dope(words, parts) | condition | (t.cut ? IpcError.RECEIVE_CUT : 0));
      if (t.to !== NIL) registers[Register.ECX] = t.to;
      core.ipc.wake(receiver);
    }
    if (t.senderRole === "message") {
      sender.task.statistics.ipcs++;
      core.ipc.sent(sender, t.cut && t.receiverRole === "message" ? IpcError.SEND_CUT : IpcError.OK);
    } else if (t.senderRole === "fault") core.faults.sent(sender, t.fault!);
    else if (t.senderRole === "preemption") core.preemptions.sent(sender, t.preemption!);
    else core.traps.told(sender, t.trap!);
  }

  /** Whether the cursor got through; if not, the thread's fault is under way. */
  private accessed(t: Transfer, side: Thread, write: boolean): boolean {
    return !this.cursor.faulted || this.missing(t, side, this.cursor.faultAddress, write);
  }

  /** Suspends a transfer for a missing page. @returns false */
  private missing(t: Transfer, side: Thread, address: number, write: boolean): false {
    const { ipc, faults } = this.core;
    const other = side === t.sender ? t.receiver : t.sender;
    let timeoutUs = NEVER;
    if (side === t.sender) timeoutUs = t.receiverRole === "message" ? t.receiver.plan.receiveFaultUs : NEVER;
    else if (t.senderRole === "message") timeoutUs = t.sender.plan.sendFaultUs;
    if (side.task.regions.find(address)?.untrusted === true) timeoutUs = Math.min(timeoutUs, other.plan.untrustedFaultUs);
    ipc.block(other, { kind: "transferring", transfer: t });
    faults.raise(side, address, write, t, timeoutUs);
    return false;
  }

  private trace(t: Transfer, error: number): void {
    this.core.trace?.({
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

/** The address in the sender's space that an item maps to `address`; any, when the item is one page. */
function sourceOf({ hotSpot, fpage }: PageItem, address: number): number | undefined {
  const size = flexpageSize(fpage);
  const offset = address - ((hotSpot >>> 0) - ((hotSpot >>> 0) % size));
  if (size === PAGE_SIZE) return flexpageBase(fpage);
  return offset >= 0 && offset < size ? flexpageBase(fpage) + offset : undefined;
}

/** What an emulated receiver finds in its registers. */
function storeRegisters(registers: Int32Array, from: number, words: readonly number[], result: number): void {
  registers[Register.EAX] = result;
  registers[Register.EDX] = words[0] ?? 0;
  registers[Register.EBX] = words[1] ?? 0;
  registers[Register.EDI] = words[2] ?? 0;
  registers[Register.ESI] = from;
}

/** The same, from the registers of an emulated sender. */
function carryRegisters(source: Int32Array, target: Int32Array, from: number): void {
  target[Register.EAX] = dope(REGISTER_WORDS, 0);
  target[Register.EDX] = source[Register.EDX]!;
  target[Register.EBX] = source[Register.EBX]!;
  target[Register.EDI] = source[Register.EDI]!;
  target[Register.ESI] = from;
}

const isPlain = (m: Message): boolean =>
  (m.strings === undefined || m.strings.length === 0) &&
  m.offers === undefined &&
  (m.pages === undefined || m.pages.length === 0) &&
  m.words.length <= MAX_DWORDS;

/** A copy. Nearly always all words are unsigned already: a copy that a loop may change costs three times as much. */
function unsigned(words: readonly number[]): number[] {
  for (let index = 0; index < words.length; index++) {
    const word = words[index]!;
    if (word !== word >>> 0) return words.map((value) => value >>> 0);
  }
  return words.slice();
}

/** A native message: the pairs of its flexpages follow its words, as they would in memory. */
function gatherNative(t: Transfer, m: Message): void {
  t.words = unsigned(m.words);
  if (m.pages !== undefined) {
    for (const item of m.pages) {
      t.words.push(item.hotSpot >>> 0, item.fpage >>> 0);
      if (message.validFlexpage(item.fpage)) t.pages.push(item);
    }
  }
  if (m.offers !== undefined) t.offers = [...m.offers];
  if (m.strings !== undefined) t.sources = m.strings.map((bytes) => [bytesPart(bytes)]);
  if (t.words.length > MAX_DWORDS || t.sources.length > MAX_STRINGS) {
    t.words.length = Math.min(t.words.length, MAX_DWORDS);
    t.sources.length = Math.min(t.sources.length, MAX_STRINGS);
    t.cut = true;
  }
}

function copyBytes(source: Uint8Array, sourceAt: number, target: Uint8Array, targetAt: number, length: number): void {
  if (length <= SHORT_COPY) for (let index = 0; index < length; index++) target[targetAt + index] = source[sourceAt + index]!;
  else if (source === target) target.copyWithin(targetAt, sourceAt, sourceAt + length);
  else target.set(source.subarray(sourceAt, sourceAt + length), targetAt);
}
