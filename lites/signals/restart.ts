/**
 * Calls with a time limit that are interrupted and repeated: the repeated call must end when the first one would have.
 *
 * The emulation library repeats a call (ERESTARTNOHAND) with the same arguments when no handler ran. The deadline of the interrupted sleep is
 * kept until then; a handler or any other call forgets it.
 */
import type { Process } from "../process/process.ts";
import type { UnixProcess } from "../process/unix-process.ts";

/** The deadline of a sleep of `lengthNs` from now, or the one of the same call's interrupted sleep. */
export function restartableDeadline(process: Process, call: number, nowNs: number, lengthNs: number): number {
  const { interruptedSleep } = process as UnixProcess;
  if (interruptedSleep?.call === call) return interruptedSleep.deadlineNs;
  return nowNs + lengthNs;
}

/** Remembers the deadline of a sleep that a signal interrupts. */
export function rememberDeadline(process: Process, call: number, deadlineNs: number): void {
  (process as UnixProcess).interruptedSleep = { call, deadlineNs };
}
