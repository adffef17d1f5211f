/**
 * Who waits for which word of memory (futex). A word is named by what it lies in: the address space, or for shared mappings the file or
 * data space, so that processes that share it find each other. Source: futex(2).
 */
import { type Op, sleepOn, WaitQueue } from "../activation.ts";
import type { UnixProcess } from "./unix-process.ts";

/** All that wait for one word, in the order in which they came. */
type Waiters = Waiter[];

interface Waiter {
  readonly bits: number;
  readonly queue: WaitQueue;
  /** Where it waits now; undefined once it has been woken. */
  waiters: Waiters | undefined;
}

export class FutexQueues {
  private readonly words = new WeakMap<object, Map<number, Waiters>>();

  /** Sleeps until the word is woken with one of the bits. */
  *wait(process: UnixProcess, address: number, bits: number, deadlineNs: number): Op<"woken" | "timeout" | "interrupted"> {
    const waiter: Waiter = { bits, queue: new WaitQueue(), waiters: this.waiters(process, address) };
    waiter.waiters!.push(waiter);
    try {
      for (;;) {
        const reason = yield* sleepOn(waiter.queue, { deadlineNs });
        if (waiter.waiters === undefined) return "woken";
        if (reason !== "woken") return reason;
      }
    } finally {
      leave(waiter);
    }
  }

  /** Wakes up to `count` of those that wait with one of the bits. @returns how many */
  wake(process: UnixProcess, address: number, count: number, bits: number): number {
    let woken = 0;
    for (const waiter of [...this.waiters(process, address)]) {
      if (woken >= count) break;
      if ((waiter.bits & bits) === 0) continue;
      wake(waiter);
      woken++;
    }
    return woken;
  }

  /** Wakes up to `count`, and lets up to `moved` of the others wait for another word. @returns how many in all */
  requeue(process: UnixProcess, address: number, target: number, count: number, moved: number): number {
    const woken = this.wake(process, address, count, -1);
    const from = this.waiters(process, address);
    const to = this.waiters(process, target);
    const movers = from === to ? [] : from.splice(0, moved);
    for (const waiter of movers) waiter.waiters = to;
    to.push(...movers);
    return woken + movers.length;
  }

  private waiters(process: UnixProcess, address: number): Waiters {
    const space = process.space!;
    const mapping = space.mappings.find(address);
    let holder: object = space;
    let offset = address;
    if (mapping?.shared) {
      holder = mapping.object.kind === "file" ? mapping.object.inode : mapping.object.dataSpace.identity;
      offset = mapping.offset + address - mapping.start;
    }
    let words = this.words.get(holder);
    if (words === undefined) this.words.set(holder, (words = new Map()));
    let waiters = words.get(offset);
    if (waiters === undefined) words.set(offset, (waiters = []));
    return waiters;
  }
}

function leave(waiter: Waiter): void {
  const { waiters } = waiter;
  const index = waiters?.indexOf(waiter) ?? -1;
  if (index >= 0) waiters!.splice(index, 1);
  waiter.waiters = undefined;
}

function wake(waiter: Waiter): void {
  leave(waiter);
  waiter.queue.wakeAll();
}
