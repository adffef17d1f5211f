/**
 * futex: waiting for a word of memory. The emulation library sends the calls that compare the word with its value in the message, and the
 * others as calls of its own. Source: futex(2).
 */
import type { Op } from "../activation.ts";
import { EAGAIN, EINVAL, ERESTARTNOHAND, ERESTARTSYS, ETIMEDOUT } from "../abi/errno.ts";
import { structs } from "../abi/structs.ts";
import { systemCalls } from "../abi/system-calls.ts";
import type { Core } from "../core.ts";
import type { UnixHandlers } from "../dispatch.ts";
import type { UnixThread } from "../process/unix-thread.ts";
import { rememberDeadline, restartableDeadline } from "../signals/restart.ts";
import { type TimespecForm, timespecToNs } from "../time-values.ts";

const FUTEX_WAIT = 0;
const COMMAND_MASK = 0x7f;
const FUTEX_CLOCK_REALTIME = 0x100;

interface WaitArguments {
  word: Uint8Array;
  address: number;
  operation: number;
  value: number;
  timeout: Uint8Array | undefined;
  bits: number;
}

/** @throws EFAULT when it could not be read */
const valueOf = (word: Uint8Array): number => {
  const [a = 0, b = 0, c = 0, d = 0] = word;
  return (a | (b << 8) | (c << 16) | (d << 24)) >>> 0;
};

export function futexCalls({ kernel, futexes }: Core): UnixHandlers {
  /** FUTEX_WAIT has a length of time, FUTEX_WAIT_BITSET a moment of one of two clocks. Infinity without a time. */
  function deadlineOf(thread: UnixThread, call: number, { operation, timeout }: WaitArguments, form: TimespecForm): number {
    if (timeout === undefined) return Number.POSITIVE_INFINITY;
    const timeNs = timespecToNs(form, timeout);
    if ((operation & COMMAND_MASK) === FUTEX_WAIT) return restartableDeadline(thread, call, kernel.now(), timeNs);
    return operation & FUTEX_CLOCK_REALTIME ? timeNs - Number(kernel.epochNs) : timeNs;
  }

  function* wait(thread: UnixThread, call: number, args: WaitArguments, form: TimespecForm): Op<number> {
    const { word, address, value, bits } = args;
    if (bits === 0) throw EINVAL;
    const deadlineNs = deadlineOf(thread, call, args, form);
    if (valueOf(word) !== value) throw EAGAIN;
    const end = yield* futexes.wait(thread.process, address, bits, deadlineNs);
    if (end === "woken") return 0;
    if (end === "timeout") throw ETIMEDOUT;
    if (args.timeout === undefined) throw ERESTARTSYS;
    rememberDeadline(thread, call, deadlineNs);
    throw ERESTARTNOHAND;
  }

  return {
    futex: (_process, args, thread) => wait(thread, systemCalls.futex.nr, args, structs.timespec32),
    futex_time64: (_process, args, thread) => wait(thread, systemCalls.futex_time64.nr, args, structs.timespec64),
    futex_wake(process, { address, count, bits }) {
      if (bits === 0) throw EINVAL;
      return futexes.wake(process, address, count, bits);
    },
    futex_requeue(process, { address, count, moved, target }) {
      if (count < 0 || moved < 0) throw EINVAL;
      return futexes.requeue(process, address, target, count, moved);
    },
    futex_compare_requeue(process, { word, count, moved, target, address, value }) {
      if (count < 0 || moved < 0) throw EINVAL;
      if (valueOf(word) !== value) throw EAGAIN;
      return futexes.requeue(process, address, target, count, moved);
    },
  };
}
