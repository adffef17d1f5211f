/**
 * The emulation library's own calls: program start, signal delivery, exceptions, fork. What a hostile program does with
 * them can only hurt itself.
 */
import { FaultRefusal } from "#kernel/abi/page-fault.ts";
import { EINVAL } from "../abi/errno.ts";
import { SA_NODEFER, SA_ONSTACK, SA_RESETHAND, SIGKILL, SIGSTOP, SS_DISABLE, SS_ONSTACK } from "../abi/signals.ts";
import { type Op, sleepOn } from "../activation.ts";
import { encode } from "../abi/struct-codec.ts";
import { structs } from "../abi/structs.ts";
import type { Core } from "../core.ts";
import type { UnixHandlers } from "../dispatch.ts";
import { cloneThread, startThread } from "../process/clone.ts";
import { fork } from "../process/fork.ts";
import type { UnixThread } from "../process/unix-thread.ts";
import { signalOfException } from "../signals/fault-signals.ts";
import { SignalSet } from "../signals/signal-set.ts";
import type { SignalInfo } from "../signals/pending-signals.ts";
import { isOnAlternateStack } from "./signals.ts";

/** Pages that must be free for another try: those that are never promised, and a few to make progress with. */
const MEMORY_MARGIN = 8;

export function emulatorCalls(core: Core): UnixHandlers {
  const { signals: posting } = core;

  /** Enters the handler of a signal: what the emulation library needs to build the frame. */
  function deliver(thread: UnixThread, { signal, bytes }: SignalInfo, esp: number): Uint8Array {
    const { process, signals } = thread;
    const { handler, flags, restorer } = signals.action(signal);
    const { alternateStack } = signals;
    const onStack = isOnAlternateStack(thread, esp);
    const switches = (flags & SA_ONSTACK) !== 0 && !onStack && !(alternateStack.flags & SS_DISABLE);
    const mask = signals.enterHandler(signal, (flags & SA_NODEFER) !== 0);
    if (flags & SA_RESETHAND) process.signals.resetAction(signal);
    posting.pass(process, signals.blocked);
    process.usage.signals++;
    thread.interruptedSleep = undefined;
    return encode(structs.signal_delivery, {
      signal,
      handler,
      flags,
      restorer,
      mask: SignalSet.toBytes(mask),
      stack: switches ? alternateStack.base + alternateStack.size : 0,
      altstack_base: alternateStack.base,
      altstack_flags: alternateStack.flags | (onStack ? SS_ONSTACK : 0),
      altstack_size: alternateStack.size,
      siginfo: bytes,
    });
  }

  /**
   * A page was refused. Many processes meet that at once, and the memory of the first to be killed may be enough for the
   * others: while there is some, the access is made again, but only once.
   */
  function* runOutOfMemory(thread: UnixThread, address: number): Op<number> {
    const { frames, swapPages, committed } = yield* core.memory.manager.statistics();
    if (committed < frames + swapPages - MEMORY_MARGIN && thread.refusedAddress !== address) thread.refusedAddress = address;
    else core.lifecycle.terminate(thread.process, { kind: "killed", signal: SIGKILL });
    return 0;
  }

  return {
    exec_image(process, { image }) {
      const { stackImage } = process;
      if (stackImage === undefined) throw EINVAL;
      process.stackImage = undefined;
      image.data = stackImage;
      return stackImage.length;
    },

    /** Acts on pending signals until one has a handler to run, or none is left. Stopped, the process sleeps here. */
    *take_signal(process, { delivery, esp }, thread) {
      const { signals } = thread;
      for (;;) {
        while (process.stoppedBy !== undefined) yield* sleepOn(process.continueQueue, { interruptible: false });
        const taken = signals.takeUnblocked();
        if (taken === undefined) {
          signals.restoreMask();
          if (signals.deliverable) continue;
          process.updateSignalPending();
          return 0;
        }
        switch (signals.disposition(taken.signal)) {
          case "ignore":
            break;
          case "terminate":
            core.lifecycle.terminate(process, { kind: "killed", signal: taken.signal });
            return 0;
          case "stop":
            // Nobody could continue a member of an orphaned group; only SIGSTOP stops it still.
            if (taken.signal === SIGSTOP || !core.processes.isOrphaned(process.pgrp)) posting.stop(process, taken.signal);
            break;
          case "handle":
            delivery.data = deliver(thread, taken, esp);
            process.updateSignalPending();
            return taken.signal;
        }
      }
    },

    exception(process, { vector, errorCode, address, reason, eip, fatal }, thread) {
      if (reason === FaultRefusal.NO_MEMORY && !fatal) return runOutOfMemory(thread, address);
      const info = signalOfException(vector, errorCode, address, reason, eip, process.space);
      if (fatal || info.signal === SIGKILL) core.lifecycle.terminate(process, { kind: "killed", signal: info.signal });
      else posting.force(thread, info);
      return 0;
    },

    restore_mask(_process, { mask }, thread) {
      thread.signals.setBlocked(SignalSet.fromBytes(mask));
      posting.reconsider(thread);
      return 0;
    },

    clone_thread: (_process, { flags, image }, thread) => cloneThread(core, thread, flags, image),
    start_thread: (_process, { tid, entry }, thread) => startThread(core, thread, tid, entry),
    thread_image(_process, { image }, thread) {
      const bytes = thread.image;
      if (bytes === undefined) throw EINVAL;
      thread.image = undefined;
      image.data = bytes;
      return bytes.length;
    },

    fork_process: (_process, { flags, entry }, thread) => fork(core, thread, flags, entry),
  };
}
