/**
 * clone of a thread: another L3 thread of the process's task, with a private area of its own. It is made and started by two calls, between
 * which the emulation library tells its id to the program. Source: clone(2).
 */
import { lthreadNumber, siblingOf, THREADS_PER_TASK } from "#kernel/abi/identifiers.ts";
import type { Op } from "../activation.ts";
import { handlerStack } from "../abi/address-map.ts";
import {
  CLONE_CHILD_CLEARTID,
  CLONE_CHILD_SETTID,
  CLONE_DETACHED,
  CLONE_EXIT_SIGNAL,
  CLONE_FILES,
  CLONE_FS,
  CLONE_PARENT_SETTID,
  CLONE_SETTLS,
  CLONE_SIGHAND,
  CLONE_SYSVSEM,
  CLONE_THREAD,
  CLONE_UNTRACED,
  CLONE_VM,
} from "../abi/clone-flags.ts";
import { EAGAIN, EINVAL, ESRCH } from "../abi/errno.ts";
import { Resource } from "../abi/limits.ts";
import type { Core } from "../core.ts";
import { UnixThread } from "./unix-thread.ts";

/** What threads of one process share; no thread has some of it for itself. */
const SHARED = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD;
/** The emulation library's part, and what has no meaning here. The exit signal is ignored. */
const OTHER =
  CLONE_EXIT_SIGNAL |
  CLONE_SETTLS |
  CLONE_PARENT_SETTID |
  CLONE_CHILD_SETTID |
  CLONE_CHILD_CLEARTID |
  CLONE_SYSVSEM |
  CLONE_DETACHED |
  CLONE_UNTRACED;

/** @param image for the new thread to fetch @returns its id @throws EINVAL, EAGAIN, ENOMEM */
export function* cloneThread(core: Core, caller: UnixThread, flags: number, image: Uint8Array): Op<number> {
  const { process, signals } = caller;
  const { kernel, processes } = core;
  if ((flags & SHARED) !== SHARED || flags & ~(SHARED | OTHER)) {
    core.report(`${process.name} (${process.pid}): clone with flags ${flags.toString(16)}: threads share everything here`);
    throw EINVAL;
  }
  if (processes.countOfUser(process.credentials.uid) >= process.limits[Resource.NPROC]!.soft) throw EAGAIN;
  const tid = processes.freePid();
  const lthread = process.freePlace(THREADS_PER_TASK);
  if (tid === undefined || lthread === undefined) throw EAGAIN;
  yield* process.space!.addPrivateArea(process.task, lthread);
  if (!kernel.copyContext(caller.id, siblingOf(process.task, lthread))) throw EAGAIN;
  const thread = new UnixThread(process, tid, signals.cloned());
  thread.image = image;
  // Nothing disturbs it before it starts.
  thread.inService = true;
  processes.addThread(thread);
  process.place(thread, lthread);
  process.updateSignalPending();
  return tid;
}

/** @param entry address in the emulation library @throws ESRCH */
export function startThread(core: Core, caller: UnixThread, tid: number, entry: number): number {
  const thread = core.processes.thread(tid);
  if (thread?.process !== caller.process || thread.image === undefined || !thread.inService) throw ESRCH;
  thread.inService = false;
  core.kernel.exRegs(thread.id, { eip: entry, esp: handlerStack(lthreadNumber(thread.id)) });
  return 0;
}
