/**
 * Clans and chiefs: who physically gets a message, and which names a sender may use.
 *
 * Tasks form a tree by creation. A task is near its creator (its chief), the tasks that have the same chief, and those that it
 * created; tasks made at boot have no chief and are a clan of their own. Messages between others go to the chief at the border
 * that comes first. Sources: L4 X.0 manual (clans, propagation); Liedtke, "Clans & Chiefs" as other papers report it.
 */
import { isInterruptId, type ThreadId } from "./abi/identifiers.ts";
import { Condition } from "./abi/ipc.ts";
import type { Task, TaskTable } from "./task.ts";
import type { Thread } from "./thread.ts";

/** Whether messages between two tasks go directly. */
export const isNear = (a: Task, b: Task): boolean => a.chief === b.chief || a.chief === b || b.chief === a;

/** Whether `task` belongs to the clan of `superior`, or to a clan inside it. */
export function isInferior(task: Task, superior: Task): boolean {
  for (let chief = task.chief; chief !== undefined; chief = chief.chief) if (chief === superior) return true;
  return false;
}

/** The task on the way from one task to another: the other, the chief of the clan that it is hidden in, or the own chief. */
export function nearestTask(from: Task, to: Task): Task {
  if (isNear(from, to)) return to;
  for (let chief = to.chief; chief !== undefined; chief = chief.chief) {
    if (chief.chief === from.chief || chief.chief === from) return chief;
  }
  return from.chief!;
}

/** The thread that physically gets what a task sends to a thread: `to` itself, or a chief's. Undefined: that chief has no such thread now. */
export function nearestThread(from: Task, to: Thread): Thread | undefined {
  const task = nearestTask(from, to.task);
  if (task === to.task) return to;
  return task.threads[task === from.chief ? task.gates.inner : task.gates.outer];
}

/** Condition bits that tell a chief why it got a message of `from`. */
export const redirection = (from: Task, chief: Task): number =>
  from.chief === chief ? Condition.REDIRECTED | Condition.FROM_INNER : Condition.REDIRECTED;

/**
 * Whether `sender` may send to `receiver` in the name of `source`: within one task (propagation), or when messages of `source`
 * reach the receiver's task by way of the sender's. An interrupt comes from outside all clans.
 */
export function mayDeceive(tasks: TaskTable, sender: Task, receiver: Task, source: ThreadId): boolean {
  if (sender === receiver) return true;
  if (isInterruptId(source)) return receiver.chief === sender;
  const origin = tasks.task(source);
  if (origin === undefined) return false;
  return origin === receiver || nearestTask(receiver, origin) === sender;
}
