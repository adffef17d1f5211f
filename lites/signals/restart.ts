/**
 * Calls with a time limit that are interrupted and repeated: the repeated call must end when the first one would have.
 *
 * The emulation library repeats a call (ERESTARTNOHAND) with the same arguments when no handler ran. The deadline of the interrupted sleep is
 * kept until then; a handler or any other call forgets it.
 */
import type { Thread } from "../process/process.ts";

/** The deadline of a sleep of `lengthNs` from now, or the one of the same call's interrupted sleep. */
export function restartableDeadline({ interruptedSleep }: Thread, call: number, nowNs: number, lengthNs: number): number {
  if (interruptedSleep?.call === call) return interruptedSleep.deadlineNs;
  return nowNs + lengthNs;
}

/** Remembers the deadline of a sleep that a signal interrupts. */
export function rememberDeadline(thread: Thread, call: number, deadlineNs: number): void {
  thread.interruptedSleep = { call, deadlineNs };
}
