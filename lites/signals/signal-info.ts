/**
 * siginfo structures: why a signal was sent. Source: sigaction(2).
 */
import { SIGCHLD, SignalCode } from "../abi/signals.ts";
import { encode } from "../abi/struct-codec.ts";
import { structs } from "../abi/structs.ts";
import type { SignalInfo } from "./pending-signals.ts";

/** From the system itself: terminals, timers, broken pipes. */
export function kernelInfo(signal: number): SignalInfo {
  return { signal, bytes: encode(structs.siginfo, { si_signo: signal, si_code: SignalCode.SI_KERNEL }) };
}

/** By kill (SI_USER) or tkill (SI_TKILL). */
export function senderInfo(signal: number, code: number, pid: number, uid: number): SignalInfo {
  return { signal, bytes: encode(structs.siginfo, { si_signo: signal, si_code: code, si_pid: pid, si_uid: uid }) };
}

/** By the program's own instruction at or on `address`. */
export function faultInfo(signal: number, code: number, address: number): SignalInfo {
  return { signal, bytes: encode(structs.siginfo_fault, { si_signo: signal, si_code: code, si_addr: address }) };
}

/** What happened to a child. Times in clock ticks. */
export interface ChildEvent {
  /** CLD_* */
  code: number;
  pid: number;
  uid: number;
  /** Exit status or signal. */
  status: number;
  userTicks: number;
  systemTicks: number;
}

export function childInfo(event: ChildEvent, signal: number = SIGCHLD): SignalInfo {
  return {
    signal,
    bytes: encode(structs.siginfo, {
      si_signo: signal,
      si_code: event.code,
      si_pid: event.pid,
      si_uid: event.uid,
      si_status: event.status,
      si_utime: event.userTicks,
      si_stime: event.systemTicks,
    }),
  };
}
