/**
 * The most frequent messages, which need no memory of either side: words in registers, between native threads, and the kernel's own to
 * native threads. They are carried at once; all others take the steps of transfers.ts. Only here are the two kinds of threads told apart
 * outside their endpoints, because a message of three registers costs less than making an object of it.
 */
import { NIL } from "./abi/identifiers.ts";
import { dope, IpcError, REGISTER_WORDS } from "./abi/ipc.ts";
import { carryRegisters, registerWords, storeRegisters } from "./emulated-endpoint.ts";
import type { Exchange } from "./exchange.ts";
import { isPlain, unsigned } from "./native-endpoint.ts";
import { receivedWords } from "./received.ts";
import type { Thread } from "./thread.ts";
import type { Waits } from "./waits.ts";

/** Carries the kernel's question to a native receiver. False when the receiver is none. */
export function carryQuestion(waits: Waits, question: Exchange, receiver: Thread): boolean {
  if (receiver.context !== undefined) return false;
  const { condition } = question;
  receiver.result = receivedWords(question.client.id, question.words(), condition, condition === 0 ? NIL : question.named);
  waits.wake(receiver);
  waits.told(question);
  return true;
}

/** Carries a message of words alone. False when it is none, or does not fit into the receiver's registers. */
export function carryWords(waits: Waits, sender: Thread, receiver: Thread): boolean {
  const { plan, context } = sender;
  if (plan.condition !== 0 && receiver.context !== undefined) return false;
  const to = plan.condition === 0 ? NIL : plan.to;
  if (context !== undefined) {
    if (plan.sendAddress !== 0 || plan.sendMap) return false;
    const { registers } = context;
    if (receiver.context !== undefined) carryRegisters(registers, receiver.context.registers, sender.id);
    // A native receiver is told of the buffers that the sender has for the answer.
    else if (plan.hasReceive && plan.receiveAddress !== 0) return false;
    else receiver.result = receivedWords(plan.as, registerWords(registers), plan.condition, to);
  } else {
    const message = plan.message!;
    if (!isPlain(message)) return false;
    if (receiver.context === undefined) receiver.result = receivedWords(plan.as, unsigned(message.words), plan.condition, to);
    else if (message.words.length > REGISTER_WORDS) return false;
    else storeRegisters(receiver.context.registers, sender.id, message.words, dope(REGISTER_WORDS, 0));
  }
  waits.wake(receiver);
  sender.task.statistics.ipcs++;
  waits.sent(sender, IpcError.OK);
  return true;
}
