/**
 * fork, vfork and clone without threads: a new task, started in the emulation library, with lazy copies of all memory or with the
 * parent's memory itself (CLONE_VM).
 *
 * vfork's parent sleeps until the child executes or ends. Source: fork(2), vfork(2), clone(2).
 */
import { lthreadNumber, NIL, siblingOf, type ThreadId } from "#kernel/abi/identifiers.ts";
import { type Op, sleepOn } from "../activation.ts";
import {
  CLONE_CHILD_CLEARTID,
  CLONE_CHILD_SETTID,
  CLONE_DETACHED,
  CLONE_EXIT_SIGNAL,
  CLONE_FILES,
  CLONE_FS,
  CLONE_PARENT_SETTID,
  CLONE_SETTLS,
  CLONE_SYSVSEM,
  CLONE_UNTRACED,
  CLONE_VFORK,
  CLONE_VM,
} from "../abi/clone-flags.ts";
import { handlerStack } from "../abi/address-map.ts";
import { EAGAIN, EINVAL, ENOMEM } from "../abi/errno.ts";
import { Resource } from "../abi/limits.ts";
import { SIGNAL_COUNT } from "../abi/signals.ts";
import type { Core } from "../core.ts";
import { copyDescriptors } from "../descriptors.ts";
import { IntervalTimers } from "../signals/interval-timers.ts";
import { retainProgram } from "../vfs/write-access.ts";
import { ProcessPageWriter } from "./process-page.ts";
import { inheritedScheduling } from "./scheduling.ts";
import { UnixProcess } from "./unix-process.ts";
import type { UnixThread } from "./unix-thread.ts";

export const PROCESS_PRIORITY = 100;

/** Without effect here: thread ids are set by the emulation library, the rest has no meaning without threads. */
const HARMLESS =
  CLONE_EXIT_SIGNAL |
  CLONE_PARENT_SETTID |
  CLONE_CHILD_SETTID |
  CLONE_CHILD_CLEARTID |
  CLONE_SETTLS |
  CLONE_SYSVSEM |
  CLONE_UNTRACED |
  CLONE_DETACHED;
const SUPPORTED = HARMLESS | CLONE_VFORK | CLONE_VM;
/** Sharing that cannot be told from copying while the parent sleeps and the child soon executes. */
const WITH_VFORK = CLONE_FS | CLONE_FILES;

/** @returns the child's pid @throws EINVAL for threads; EAGAIN, ENOMEM */
export function* fork(core: Core, caller: UnixThread, flags: number, entry: number): Op<number> {
  const { process: parent } = caller;
  const allowed = flags & CLONE_VFORK ? SUPPORTED | WITH_VFORK : SUPPORTED;
  if (flags & ~allowed || (flags & CLONE_EXIT_SIGNAL) > SIGNAL_COUNT) {
    core.report(`${parent.name} (${parent.pid}): clone with flags ${flags.toString(16)}: threads and shared state are not supported`);
    throw EINVAL;
  }
  const { processes } = core;
  if (processes.countOfUser(parent.credentials.uid) >= parent.limits[Resource.NPROC]!.soft) throw EAGAIN;
  const pid = processes.freePid();
  if (pid === undefined) throw EAGAIN;
  const frame = core.cache.takeFrame();
  if (frame === undefined) throw EAGAIN;
  const task = core.kernel.taskNew({ priority: PROCESS_PRIORITY, name: parent.name, ...core.clan });
  if (task === NIL) {
    core.frames.release(frame);
    throw EAGAIN;
  }
  const child = new UnixProcess(pid, parent.pid, parent.cwd, parent.root, caller.signals.forked());
  // The child has a copy of the caller's private area, at the same place.
  const lthread = lthreadNumber(caller.id);
  let started = false;
  try {
    const space = parent.space!;
    child.space = yield* flags & CLONE_VM ? space.share(parent.task, task) : space.fork(parent.task, task);
    start(core, caller.id, siblingOf(task, lthread), entry);
    started = true;
  } finally {
    // Also when the parent is killed while it waits for the memory manager.
    if (!started) {
      child.space?.release(task);
      core.lifecycle.deleteTask(task);
      core.frames.release(frame);
    }
  }
  inherit(core, parent, child);
  child.exitSignal = flags & CLONE_EXIT_SIGNAL;
  child.page = new ProcessPageWriter(core.frames, frame);
  child.page.set({ SERVER: core.requestThread });
  processes.add(child);
  processes.setTask(child, task);
  child.place(child.threads[0]!, lthread);
  child.updatePage();
  if (flags & CLONE_VFORK) {
    child.vforkDone = false;
    while (!child.vforkDone) yield* sleepOn(child.vforkQueue, { interruptible: false });
  }
  return pid;
}

/** The child continues with the parent's registers, but at `entry`. It does not run before the server waits. */
function start(core: Core, parent: ThreadId, child: ThreadId, entry: number): void {
  const { kernel } = core;
  const start = { eip: entry, esp: handlerStack(lthreadNumber(child)) };
  const created = kernel.exRegs(child, start);
  if (created === undefined || !kernel.copyContext(parent, child) || kernel.exRegs(child, start) === undefined) throw ENOMEM;
}

function inherit(core: Core, parent: UnixProcess, child: UnixProcess): void {
  child.pgrp = parent.pgrp;
  child.session = parent.session;
  child.name = parent.name;
  child.arguments = parent.arguments;
  child.environment = parent.environment;
  child.executable = parent.executable;
  if (child.executable !== undefined) retainProgram(child.executable.inode);
  child.credentials = { ...parent.credentials, groups: [...parent.credentials.groups] };
  child.descriptors = copyDescriptors(parent);
  child.cwd.inode.retain();
  child.root.inode.retain();
  child.umask = parent.umask;
  child.terminal = parent.terminal;
  child.limits = parent.limits.map((limit) => ({ ...limit }));
  Object.assign(child, inheritedScheduling(parent));
  child.timers = new IntervalTimers(core, child);
  child.timers.watchLimit();
  child.startTimeNs = core.kernel.now();
}
