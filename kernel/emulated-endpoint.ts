/** The side of an emulated thread: words in registers and behind them in a buffer, strings at the addresses of their dopes. */
import { Register } from "#machine/context.ts";
import { NIL, type ThreadId } from "./abi/identifiers.ts";
import { Condition, dope as messageDope, dopeDataSpaces, dopeStrings, IpcError, REGISTER_WORDS } from "./abi/ipc.ts";
import { type Endpoint, PRESENT } from "./endpoint.ts";
import * as message from "./message.ts";
import type { Thread } from "./thread.ts";
import type { Transfer } from "./transfer.ts";
import { type UserMemory, WordCursor } from "./user-memory.ts";

export class EmulatedEndpoint implements Endpoint {
  private readonly cursor: WordCursor;

  constructor(memory: UserMemory) {
    this.cursor = new WordCursor(memory);
  }

  gather(t: Transfer): number {
    const { cursor } = this;
    const { sender } = t;
    const { plan } = sender;
    const words = registerWords(sender.context!.registers);
    cursor.start(sender.task.space.table, false);
    if (plan.sendAddress !== 0) {
      const dope = message.readSendDope(cursor, plan.sendAddress);
      t.cut = message.readWords(cursor, plan.sendAddress, dope, words);
      if (dopeStrings(dope) > 0) t.sources = message.readSendStrings(cursor, plan.sendAddress, dope);
      if (dopeDataSpaces(dope) > 0) t.dataSpaces = message.readDataSpaces(cursor, plan.sendAddress, dope);
    }
    // A native receiver is told of the buffers that the sender has for the answer.
    if (plan.hasReceive && plan.receiveAddress !== 0 && t.receiver.context === undefined) {
      t.offers = message.readReceiveStrings(cursor, plan.receiveAddress).map(message.totalSize);
    }
    t.words = words;
    if (plan.sendMap) t.pages = message.pageItems(words);
    return this.missing();
  }

  prepare(t: Transfer): number {
    const { cursor } = this;
    const { plan, task } = t.receiver;
    let capacity = REGISTER_WORDS;
    let room = 0;
    t.window = plan.window;
    cursor.start(task.space.table, false);
    if (plan.receiveAddress !== 0) {
      capacity = message.readCapacity(cursor, plan.receiveAddress);
      t.window = message.readWindow(cursor, plan.receiveAddress);
      if (t.dataSpaces.length > 0) room = message.readDataSpaceRoom(cursor, plan.receiveAddress);
      if (t.sources.length > 0) t.targets = message.readReceiveStrings(cursor, plan.receiveAddress);
    }
    const missing = this.missing();
    if (missing === PRESENT && t.dataSpaces.length > room) t.cut = true;
    if (missing === PRESENT && t.words.length > capacity) {
      t.words.length = capacity;
      // The kernel's own messages are as long as fits.
      if (t.question === undefined) t.cut = true;
    }
    return missing;
  }

  storeWords(t: Transfer): number {
    const { plan, task } = t.receiver;
    if (plan.receiveAddress === 0 || t.words.length <= REGISTER_WORDS) return PRESENT;
    this.cursor.start(task.space.table, true);
    message.storeWords(this.cursor, plan.receiveAddress, t.words);
    return this.missing();
  }

  storeDopes(t: Transfer): number {
    this.cursor.start(t.receiver.task.space.table, true);
    for (let index = 0; index < t.string; index++) message.storeReceived(this.cursor, t.targets[index]!);
    if (t.copies.length > 0) message.storeDataSpaces(this.cursor, t.receiver.plan.receiveAddress, t.copies);
    return this.missing();
  }

  deliver(t: Transfer): void {
    let parts = 0;
    for (let index = 0; index < t.string; index++) parts += t.targets[index]!.length;
    const words = Math.max(t.words.length, REGISTER_WORDS);
    const mapped = t.pages.length > 0 ? Condition.MAPPED : 0;
    const { registers } = t.receiver.context!;
    const result = messageDope(words, parts, t.copies.length) | t.condition | mapped | (t.cut ? IpcError.RECEIVE_CUT : 0);
    storeRegisters(registers, t.from, t.words, result);
    if (t.to !== NIL) registers[Register.ECX] = t.to;
  }

  complete(thread: Thread, error: number): void {
    thread.context!.registers[Register.EAX] = error;
  }

  tellAddress(thread: Thread, address: number): void {
    thread.context!.registers[Register.EDX] = address;
  }

  tellDataSpace(thread: Thread, index: number, reason: number): void {
    const { registers } = thread.context!;
    const { plan, task } = thread;
    this.cursor.start(task.space.table, false);
    registers[Register.EDX] = message.dataSpaceDope(this.cursor, plan.sendAddress, index);
    registers[Register.EBX] = reason;
  }

  interrupt(thread: Thread, id: ThreadId): void {
    const { registers } = thread.context!;
    registers[Register.EAX] = 0;
    registers[Register.ESI] = id;
  }

  private missing(): number {
    return this.cursor.faulted ? this.cursor.faultAddress : PRESENT;
  }
}

/** The words that an emulated sender has in registers. */
export const registerWords = (registers: Int32Array): number[] => [
  registers[Register.EDX]! >>> 0,
  registers[Register.EBX]! >>> 0,
  registers[Register.EDI]! >>> 0,
];

/** What an emulated receiver finds in its registers. */
export function storeRegisters(registers: Int32Array, from: number, words: readonly number[], result: number): void {
  registers[Register.EAX] = result;
  registers[Register.EDX] = words[0] ?? 0;
  registers[Register.EBX] = words[1] ?? 0;
  registers[Register.EDI] = words[2] ?? 0;
  registers[Register.ESI] = from;
}

/** The same, from the registers of an emulated sender. */
export function carryRegisters(source: Int32Array, target: Int32Array, from: number): void {
  target[Register.EAX] = messageDope(REGISTER_WORDS, 0);
  target[Register.EDX] = source[Register.EDX]!;
  target[Register.EBX] = source[Register.EBX]!;
  target[Register.EDI] = source[Register.EDI]!;
  target[Register.ESI] = from;
}
