/**
 * Signal calls. Source: POSIX signal functions; signal(7), sigaction(2), kill(2).
 */
import { sleepOn, WaitQueue } from "../activation.ts";
import { EAGAIN, EINTR, EINVAL, ENOMEM, EPERM, ERESTARTNOHAND, ESRCH } from "../abi/errno.ts";
import {
  MINSIGSTKSZ,
  SA_NODEFER,
  SA_RESETHAND,
  SIG_BLOCK,
  SIG_SETMASK,
  SIG_UNBLOCK,
  SIGKILL,
  SIGNAL_COUNT,
  SIGSTOP,
  SignalCode,
  SS_DISABLE,
  SS_ONSTACK,
} from "../abi/signals.ts";
import { decode, encode } from "../abi/struct-codec.ts";
import { structs } from "../abi/structs.ts";
import type { OutBuffer } from "../arguments.ts";
import type { Core } from "../core.ts";
import type { UnixHandlers } from "../dispatch.ts";
import { INIT_PID } from "../process/process-table.ts";
import { maySignal } from "../process/authority.ts";
import type { UnixProcess } from "../process/unix-process.ts";
import type { UnixThread } from "../process/unix-thread.ts";
import { senderInfo } from "../signals/signal-info.ts";
import { SignalSet } from "../signals/signal-set.ts";
import type { SignalInfo } from "../signals/pending-signals.ts";
import type { SignalAction } from "../signals/process-signals.ts";
import { timespecToNs, type TimespecForm } from "../time-values.ts";
import type { Op } from "../activation.ts";

const SIGSET_BYTES = 8;
/** Signals of the old calls: the first 32. */
const OLD_SET = 0xffff_ffffn;
/** Nobody wakes these sleepers but signals and time. */
const nothing: readonly WaitQueue[] = [];

const word = (value: number): Uint8Array => new Uint8Array(Uint32Array.of(value >>> 0).buffer);
const oldSetBytes = (set: bigint): Uint8Array => word(Number(set & OLD_SET));

function checkSignal(signal: number): void {
  if (signal < 1 || signal > SIGNAL_COUNT) throw EINVAL;
}

function checkSetSize(size: number): void {
  if (size !== SIGSET_BYTES) throw EINVAL;
}

/** Whether esp lies within the alternate stack: a handler runs on it. */
export function isOnAlternateStack({ signals }: UnixThread, esp: number): boolean {
  const { base, size, flags } = signals.alternateStack;
  return !(flags & SS_DISABLE) && esp > base && esp <= base + size;
}

export function signalCalls(core: Core): UnixHandlers {
  const { processes, signals: posting } = core;

  function setAction(thread: UnixThread, signal: number, action: SignalAction): void {
    if (signal === SIGKILL || signal === SIGSTOP) throw EINVAL;
    thread.process.signals.setAction(signal, action);
    posting.reconsider(thread);
  }

  function changeMask(thread: UnixThread, how: number, set: bigint, old: bigint): void {
    if (how === SIG_BLOCK) thread.signals.setBlocked(old | set);
    else if (how === SIG_UNBLOCK) thread.signals.setBlocked(old & ~set);
    else if (how === SIG_SETMASK) thread.signals.setBlocked(set);
    else throw EINVAL;
    posting.reconsider(thread);
  }

  function send(sender: UnixProcess, target: UnixProcess, signal: number, info: SignalInfo | undefined): void {
    if (signal < 0 || signal > SIGNAL_COUNT) throw EINVAL;
    if (!maySignal(sender, target, signal)) throw EPERM;
    if (info !== undefined) posting.post(target, info);
  }

  /** Sends to several; an error only when none could be reached. */
  function sendToAll(sender: UnixProcess, targets: readonly UnixProcess[], signal: number, info: SignalInfo | undefined): number {
    if (targets.length === 0) throw ESRCH;
    if (signal < 0 || signal > SIGNAL_COUNT) throw EINVAL;
    const allowed = targets.filter((target) => maySignal(sender, target, signal));
    if (allowed.length === 0) throw EPERM;
    if (info !== undefined) for (const target of allowed) posting.post(target, info);
    return 0;
  }

  function infoFor(sender: UnixProcess, signal: number, code: number): SignalInfo | undefined {
    return signal === 0 ? undefined : senderInfo(signal, code, sender.pid, sender.credentials.uid);
  }

  function sendToOne(sender: UnixProcess, pid: number, signal: number, code: number): number {
    const target = processes.get(pid) ?? processes.thread(pid)?.process;
    if (target === undefined) throw ESRCH;
    send(sender, target, signal, infoFor(sender, signal, code));
    return 0;
  }

  /** @param pid of the process that the thread must belong to; undefined: any */
  function sendToThread(sender: UnixProcess, tid: number, pid: number | undefined, signal: number): number {
    const thread = processes.thread(tid);
    // A process whose first thread has ended, and a zombie, are still there.
    const target = thread?.process ?? processes.get(tid);
    if (target === undefined || (pid !== undefined && target.pid !== pid)) throw ESRCH;
    if (signal < 0 || signal > SIGNAL_COUNT) throw EINVAL;
    if (!maySignal(sender, target, signal)) throw EPERM;
    const info = infoFor(sender, signal, SignalCode.SI_TKILL);
    if (info !== undefined && thread !== undefined) posting.postToThread(thread, info);
    return 0;
  }

  function kill(sender: UnixProcess, pid: number, signal: number): number {
    if (pid > 0) return sendToOne(sender, pid, signal, SignalCode.SI_USER);
    const info = infoFor(sender, signal, SignalCode.SI_USER);
    if (pid === -1) {
      const others = processes.all().filter((target) => target !== sender && target.pid !== INIT_PID);
      const allowed = others.filter((target) => maySignal(sender, target, signal));
      // As Linux has it: whoever could reach nobody is not told so here.
      return others.length > 0 && allowed.length === 0 ? 0 : sendToAll(sender, allowed, signal, info);
    }
    const group = pid === 0 ? sender.pgrp : -pid;
    const members = processes.all().filter(({ pgrp }) => pgrp === group);
    return sendToAll(sender, members, signal, info);
  }

  /** Sleeps until a signal is taken. The mask is put back by take_signal, or saved in the handler's frame. */
  function* suspend(thread: UnixThread, mask: bigint | undefined): Op<number> {
    if (mask !== undefined) thread.signals.setTemporaryMask(mask);
    posting.reconsider(thread);
    while ((yield* sleepOn(nothing)) !== "interrupted");
    throw ERESTARTNOHAND;
  }

  function* timedWait(
    { process, signals }: UnixThread,
    set: bigint,
    info: OutBuffer | undefined,
    timeoutNs: number | undefined,
  ): Op<number> {
    const deadlineNs = timeoutNs === undefined ? Number.POSITIVE_INFINITY : core.kernel.now() + timeoutNs;
    // A signal that is waited for must not end the process or run a handler meanwhile.
    signals.awaited = set;
    try {
      for (;;) {
        const taken = signals.take(set);
        if (taken !== undefined) {
          process.updateSignalPending();
          if (info) info.data = taken.bytes;
          return taken.signal;
        }
        const reason = yield* sleepOn(nothing, { deadlineNs });
        if (reason === "timeout") throw EAGAIN;
        if (reason === "interrupted" && !signals.hasPending(set)) throw EINTR;
      }
    } finally {
      signals.awaited = 0n;
    }
  }

  function waitForSignal(
    thread: UnixThread,
    args: { set: Uint8Array; info: OutBuffer | undefined; timeout: Uint8Array | undefined; size: number },
    form: TimespecForm,
  ): Op<number> {
    checkSetSize(args.size);
    return timedWait(thread, SignalSet.fromBytes(args.set), args.info, args.timeout && timespecToNs(form, args.timeout));
  }

  return {
    signal(process, { signal, handler }, thread) {
      checkSignal(signal);
      const before = process.signals.action(signal).handler;
      setAction(thread, signal, { handler, flags: SA_RESETHAND | SA_NODEFER, restorer: 0, mask: 0n });
      return before;
    },

    sigaction(process, { signal, action, old }, thread) {
      const wanted = action && decode(structs.old_sigaction, action);
      checkSignal(signal);
      const before = process.signals.action(signal);
      if (wanted) {
        const { sa_handler, sa_mask, sa_flags, sa_restorer } = wanted;
        setAction(thread, signal, { handler: sa_handler, flags: sa_flags, restorer: sa_restorer, mask: BigInt(sa_mask) });
      }
      if (old) {
        old.data = encode(structs.old_sigaction, {
          sa_handler: before.handler,
          sa_mask: before.mask & OLD_SET,
          sa_flags: before.flags,
          sa_restorer: before.restorer,
        });
      }
      return 0;
    },

    rt_sigaction(process, { signal, action, old, size }, thread) {
      checkSetSize(size);
      const wanted = action && decode(structs.ksigaction, action);
      checkSignal(signal);
      const before = process.signals.action(signal);
      if (wanted) {
        const { sa_handler, sa_flags, sa_restorer, sa_mask } = wanted;
        setAction(thread, signal, { handler: sa_handler, flags: sa_flags, restorer: sa_restorer, mask: SignalSet.fromBytes(sa_mask) });
      }
      if (old) {
        old.data = encode(structs.ksigaction, {
          sa_handler: before.handler,
          sa_flags: before.flags,
          sa_restorer: before.restorer,
          sa_mask: SignalSet.toBytes(before.mask),
        });
      }
      return 0;
    },

    sigprocmask(_process, { how, set, old }, thread) {
      const before = thread.signals.blocked;
      if (set) {
        const given = BigInt(new DataView(set.buffer, set.byteOffset).getUint32(0, true));
        changeMask(thread, how, how === SIG_SETMASK ? given | (before & ~OLD_SET) : given, before);
      }
      if (old) old.data = oldSetBytes(before);
      return 0;
    },

    rt_sigprocmask(_process, { how, set, old, size }, thread) {
      checkSetSize(size);
      const before = thread.signals.blocked;
      if (set) changeMask(thread, how, SignalSet.fromBytes(set), before);
      if (old) old.data = SignalSet.toBytes(before);
      return 0;
    },

    sigpending(_process, { set }, { signals }) {
      set.data = oldSetBytes(signals.pendingSet & signals.blocked);
      return 0;
    },

    rt_sigpending(_process, { set, size }, { signals }) {
      if (size > SIGSET_BYTES) throw EINVAL;
      set.data = SignalSet.toBytes(signals.pendingSet & signals.blocked).subarray(0, size);
      return 0;
    },

    pause: (_process, _args, thread) => suspend(thread, undefined),
    sigsuspend: (_process, { mask }, thread) => suspend(thread, BigInt(mask)),
    rt_sigsuspend(_process, { set, size }, thread) {
      checkSetSize(size);
      return suspend(thread, SignalSet.fromBytes(set));
    },

    rt_sigtimedwait: (_process, args, thread) => waitForSignal(thread, args, structs.timespec32),
    rt_sigtimedwait_time64: (_process, args, thread) => waitForSignal(thread, args, structs.timespec64),

    kill: (process, { pid, signal }) => kill(process, pid, signal),
    tkill(process, { tid, signal }) {
      if (tid <= 0) throw EINVAL;
      return sendToThread(process, tid, undefined, signal);
    },
    tgkill(process, { tgid, tid, signal }) {
      if (tid <= 0 || tgid <= 0) throw EINVAL;
      return sendToThread(process, tid, tgid, signal);
    },

    rt_sigqueueinfo(process, { pid, signal, info }) {
      const { si_code } = decode(structs.siginfo, info);
      // Codes that stand for the system itself, and tkill's, cannot be claimed for others.
      if ((si_code >= 0 || si_code === SignalCode.SI_TKILL) && pid !== process.pid) throw EPERM;
      const target = processes.get(pid);
      if (target === undefined) throw ESRCH;
      const bytes = info.slice();
      new DataView(bytes.buffer).setInt32(0, signal, true);
      send(process, target, signal, signal === 0 ? undefined : { signal, bytes });
      return 0;
    },

    sigaltstack(_process, { stack, old, esp }, thread) {
      const { signals } = thread;
      const inUse = isOnAlternateStack(thread, esp);
      const before = signals.alternateStack;
      if (stack) {
        const { ss_sp, ss_flags, ss_size } = decode(structs.sigaltstack, stack);
        if (inUse) throw EPERM;
        if (ss_flags & ~(SS_DISABLE | SS_ONSTACK)) throw EINVAL;
        const disabled = (ss_flags & SS_DISABLE) !== 0;
        if (!disabled && ss_size < MINSIGSTKSZ) throw ENOMEM;
        signals.alternateStack = disabled ? { base: 0, size: 0, flags: SS_DISABLE } : { base: ss_sp, size: ss_size, flags: 0 };
      }
      if (old)
        old.data = encode(structs.sigaltstack, {
          ss_sp: before.base,
          ss_flags: before.flags | (inUse ? SS_ONSTACK : 0),
          ss_size: before.size,
        });
      return 0;
    },
  };
}
