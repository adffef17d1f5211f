/**
 * wait4, waitpid, waitid. Source: POSIX wait(3), waitid(3), wait4(2).
 */
import { type Op, sleepOn } from "../activation.ts";
import { ECHILD, EFAULT, EINVAL, ERESTARTSYS, ESRCH } from "../abi/errno.ts";
import { SIGCHLD, SIGCONT, SignalCode } from "../abi/signals.ts";
import {
  __WALL,
  __WCLONE,
  P_ALL,
  P_PGID,
  P_PID,
  STATUS_CONTINUED,
  statusOfEnding,
  statusOfStop,
  WAIT_LINUX_FLAGS,
  WCONTINUED,
  WEXITED,
  WNOHANG,
  WNOWAIT,
  WSTOPPED,
} from "../abi/wait-status.ts";
import type { OutBuffer } from "../arguments.ts";
import type { Core } from "../core.ts";
import type { UnixHandlers } from "../dispatch.ts";
import type { UnixProcess } from "../process/unix-process.ts";
import { rusageOf, type Usage } from "../process/usage.ts";
import { childInfo } from "../signals/signal-info.ts";

/** What a wait found: a child and its change of state. */
interface Change {
  child: UnixProcess;
  /** CLD_* */
  code: number;
  /** Exit status or signal. */
  value: number;
  /** As wait4 stores it. */
  status: number;
  usage: Usage;
}

const WAITID_OPTIONS = WEXITED | WSTOPPED | WCONTINUED | WNOHANG | WNOWAIT | WAIT_LINUX_FLAGS;

/** Its negative does not exist. */
const LEAST_PID = -0x80000000;

/** Whether the options speak of a child with that signal at its end. */
function isWaitedFor({ exitSignal }: UnixProcess, options: number): boolean {
  return (options & __WALL) !== 0 || (exitSignal !== SIGCHLD) === ((options & __WCLONE) !== 0);
}

function wordBytes(value: number): Uint8Array {
  return new Uint8Array(Int32Array.of(value).buffer);
}

/** What waitid stores, also when it fails. @throws EFAULT */
function clear(info: OutBuffer): void {
  if (info.capacity < info.wanted) throw EFAULT;
  info.data = new Uint8Array(info.wanted);
}

export function waitingCalls(core: Core): UnixHandlers {
  function changeOf(child: UnixProcess, options: number): Change | undefined {
    const usage = core.lifecycle.usageOf(child);
    const { ending, stoppedBy } = child;
    if (ending !== undefined) {
      if (!(options & WEXITED)) return undefined;
      const exited = ending.kind === "exited";
      return {
        child,
        code: exited ? SignalCode.CLD_EXITED : SignalCode.CLD_KILLED,
        value: exited ? ending.status & 0xff : ending.signal,
        status: statusOfEnding(ending),
        usage,
      };
    }
    if (child.unreported === "stopped" && options & WSTOPPED && stoppedBy !== undefined) {
      return { child, code: SignalCode.CLD_STOPPED, value: stoppedBy, status: statusOfStop(stoppedBy), usage };
    }
    if (child.unreported === "continued" && options & WCONTINUED) {
      return { child, code: SignalCode.CLD_CONTINUED, value: SIGCONT, status: STATUS_CONTINUED, usage };
    }
    return undefined;
  }

  /** Waits for a change of one of the children selected; undefined with WNOHANG when there is none. */
  function* wait(parent: UnixProcess, selects: (child: UnixProcess) => boolean, options: number): Op<Change | undefined> {
    // A change that came together with the signal counts: children are looked at once more before the call ends.
    for (let interrupted = false; ; ) {
      const children = core.processes.children(parent).filter((child) => selects(child) && isWaitedFor(child, options));
      if (children.length === 0) throw ECHILD;
      for (const child of children) {
        const change = changeOf(child, options);
        if (change === undefined) continue;
        if (!(options & WNOWAIT)) {
          child.unreported = undefined;
          if (child.ending !== undefined) core.lifecycle.reap(parent, child);
        }
        return change;
      }
      if (options & WNOHANG) return undefined;
      if (interrupted) throw ERESTARTSYS;
      interrupted = (yield* sleepOn(parent.childQueue)) === "interrupted";
    }
  }

  /** @throws ESRCH for the one number that is no group */
  function selectorOfPid(parent: UnixProcess, pid: number): (child: UnixProcess) => boolean {
    if (pid === LEAST_PID) throw ESRCH;
    if (pid > 0) return (child) => child.pid === pid;
    if (pid === -1) return () => true;
    const group = pid === 0 ? parent.pgrp : -pid;
    return (child) => child.pgrp === group;
  }

  function selectorOfId(parent: UnixProcess, type: number, id: number): (child: UnixProcess) => boolean {
    switch (type) {
      case P_ALL:
        return () => true;
      case P_PID:
        if (id <= 0) throw EINVAL;
        return (child) => child.pid === id;
      case P_PGID:
        if (id < 0) throw EINVAL;
        return (child) => child.pgrp === (id === 0 ? parent.pgrp : id);
      default:
        throw EINVAL;
    }
  }

  return {
    *waitpid(process, { pid, status, options }) {
      const change = yield* wait(process, selectorOfPid(process, pid), options | WEXITED);
      if (change === undefined) return 0;
      if (status) status.data = wordBytes(change.status);
      return change.child.pid;
    },

    *wait4(process, { pid, status, options, usage }) {
      const change = yield* wait(process, selectorOfPid(process, pid), options | WEXITED);
      if (change === undefined) return 0;
      if (status) status.data = wordBytes(change.status);
      if (usage) usage.data = rusageOf(change.usage);
      return change.child.pid;
    },

    *waitid(process, { type, id, info, options, usage }) {
      let change: Change | undefined;
      try {
        if (options & ~WAITID_OPTIONS || !(options & (WEXITED | WSTOPPED | WCONTINUED))) throw EINVAL;
        change = yield* wait(process, selectorOfId(process, type, id), options);
      } catch (error) {
        if (info && error !== ERESTARTSYS) clear(info);
        throw error;
      }
      if (info) clear(info);
      if (change === undefined) return 0;
      const { child, code, value } = change;
      const { userTicks, systemTicks } = change.usage;
      if (info) info.data = childInfo({ code, pid: child.pid, uid: child.credentials.uid, status: value, userTicks, systemTicks }).bytes;
      if (usage) usage.data = rusageOf(change.usage);
      return 0;
    },
  };
}
