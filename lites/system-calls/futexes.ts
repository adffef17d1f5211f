/**
 * futex: waiting for a word of memory. Processes have one thread, so a waiter is woken by a handler's FUTEX_WAKE, a signal
 * or time; words in memory shared between processes are not matched. Source: futex(2).
 */
import { type Op, sleepOn, WaitQueue } from "../activation.ts";
import { EAGAIN, EFAULT, ENOSYS, ERESTARTSYS, ETIMEDOUT } from "../abi/errno.ts";
import { structs } from "../abi/structs.ts";
import type { Core } from "../core.ts";
import type { UnixHandlers } from "../dispatch.ts";
import type { UnixProcess } from "../process/unix-process.ts";
import { type TimespecForm, timespecToNs } from "../time-values.ts";

const FUTEX_WAIT = 0;
const FUTEX_WAKE = 1;
const FUTEX_WAIT_BITSET = 9;
const FUTEX_WAKE_BITSET = 10;
const COMMAND_MASK = 0x7f;
const FUTEX_CLOCK_REALTIME = 0x100;

interface Arguments {
  word: Uint8Array | undefined;
  operation: number;
  value: number;
  timeout: Uint8Array | undefined;
}

export function futexCalls(core: Core): UnixHandlers {
  const { kernel } = core;

  function* wait(args: Arguments, form: TimespecForm): Op<number> {
    const { word, operation, value, timeout } = args;
    if (word === undefined) throw EFAULT;
    if (new DataView(word.buffer, word.byteOffset).getUint32(0, true) !== value) throw EAGAIN;
    let deadlineNs = Number.POSITIVE_INFINITY;
    if (timeout !== undefined) {
      const length = timespecToNs(form, timeout);
      if ((operation & COMMAND_MASK) === FUTEX_WAIT) deadlineNs = kernel.now() + length;
      else deadlineNs = operation & FUTEX_CLOCK_REALTIME ? length - Number(kernel.epochNs) : length;
    }
    const reason = yield* sleepOn(new WaitQueue(), { deadlineNs });
    if (reason === "timeout") throw ETIMEDOUT;
    throw ERESTARTSYS;
  }

  function futex(_process: UnixProcess, args: Arguments, form: TimespecForm): number | Op<number> {
    switch (args.operation & COMMAND_MASK) {
      case FUTEX_WAIT:
      case FUTEX_WAIT_BITSET:
        return wait(args, form);
      case FUTEX_WAKE:
      case FUTEX_WAKE_BITSET:
        return 0;
      default:
        throw ENOSYS;
    }
  }

  return {
    futex: (process, args) => futex(process, args, structs.timespec32),
    futex_time64: (process, args) => futex(process, args, structs.timespec64),
  };
}
