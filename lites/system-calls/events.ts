/**
 * Event counters and sets of watched files. Source: Linux eventfd(2), epoll_create(2), epoll_ctl(2), epoll_wait(2).
 */
import { EFAULT, EINTR, EINVAL, EPERM } from "../abi/errno.ts";
import { EFD_SEMAPHORE, EPOLL_CTL_ADD, EPOLL_CTL_DEL, EPOLL_CTL_MOD } from "../abi/events.ts";
import { O_CLOEXEC, O_NONBLOCK, O_RDWR } from "../abi/open-flags.ts";
import { decode, encode } from "../abi/struct-codec.ts";
import { structs } from "../abi/structs.ts";
import { lengthNs, TIMESPEC64 } from "../abi/times.ts";
import { type Op, sleepOn } from "../activation.ts";
import type { Handlers, OutBuffer } from "../arguments.ts";
import { installFile, openFile } from "../descriptors.ts";
import { EpollFile } from "../events/epoll-file.ts";
import { EventFile } from "../events/event-file.ts";
import type { Process } from "../process/process.ts";
import { AnonymousInode } from "../vfs/anonymous-inode.ts";
import type { Interest } from "../vfs/file.ts";
import type { FileServices } from "./file-services.ts";
import { maskedWait } from "./masked-wait.ts";

const EVENT_SIZE = structs.epoll_event.size;
const MOST_EVENTS = Math.floor(0x7fffffff / EVENT_SIZE);
const SIGNAL_SET_SIZE = 8;

export function createEventHandlers(services: FileServices) {
  const inode = new AnonymousInode(services.nowNs());

  function eventCounter(process: Process, count: number, flags: number): number {
    const opening = { flags: O_RDWR | (flags & O_NONBLOCK), path: "anon_inode:[eventfd]" };
    const file = new EventFile(inode, opening, count, (flags & EFD_SEMAPHORE) !== 0);
    return installFile(process, file, (flags & O_CLOEXEC) !== 0);
  }

  function createSet(process: Process, flags: number): number {
    const file = new EpollFile(inode, { flags: O_RDWR, path: "anon_inode:[eventpoll]" });
    return installFile(process, file, (flags & O_CLOEXEC) !== 0);
  }

  function* wait(process: Process, fd: number, events: OutBuffer, count: number, lengthNs: number | undefined): Op<number> {
    if (count <= 0 || count > MOST_EVENTS) throw EINVAL;
    const set = openFile(process, fd).asEpoll();
    const most = Math.floor(events.capacity / EVENT_SIZE);
    const deadlineNs = lengthNs === undefined ? Number.POSITIVE_INFINITY : services.now() + lengthNs;
    for (;;) {
      const { events: ready, queues, againNs = Number.POSITIVE_INFINITY } = set.poll();
      if (ready !== 0 && most === 0) throw EFAULT;
      const found = set.take(most);
      if (found.length > 0) {
        events.data = encodeEvents(found);
        return found.length;
      }
      const now = services.now();
      if (deadlineNs <= now) return 0;
      if ((yield* sleepOn(queues, { deadlineNs: Math.min(deadlineNs, now + againNs) })) === "interrupted") throw EINTR;
    }
  }

  return {
    eventfd: (process, { count }) => eventCounter(process, count, 0),
    eventfd2: (process, { count, flags }) => eventCounter(process, count, flags),
    epoll_create(process, { size }) {
      if (size <= 0) throw EINVAL;
      return createSet(process, 0);
    },
    epoll_create1: (process, { flags }) => createSet(process, flags),
    epoll_ctl(process, { set: setFd, operation, fd, event }) {
      const interest = operation === EPOLL_CTL_DEL ? undefined : decodeInterest(event);
      const owner = openFile(process, setFd);
      const file = openFile(process, fd);
      if (!file.waits) throw EPERM;
      const set = owner.asEpoll();
      if (set === file) throw EINVAL;
      if (operation === EPOLL_CTL_ADD) set.add(file, fd, interest!);
      else if (operation === EPOLL_CTL_MOD) set.change(file, fd, interest!);
      else if (operation === EPOLL_CTL_DEL) set.remove(file, fd);
      else throw EINVAL;
      return 0;
    },
    epoll_wait: (process, { set, events, count, timeout }) => wait(process, set, events, count, milliseconds(timeout)),
    epoll_pwait(process, { set, events, count, timeout, mask, size }, thread) {
      if (mask && size !== SIGNAL_SET_SIZE) throw EINVAL;
      return maskedWait(services, thread, mask, wait(process, set, events, count, milliseconds(timeout)));
    },
    epoll_pwait2(process, { set, events, count, timeout, mask, size }, thread) {
      if (mask && size !== SIGNAL_SET_SIZE) throw EINVAL;
      return maskedWait(services, thread, mask, wait(process, set, events, count, timeout && lengthNs(timeout, TIMESPEC64)));
    },
  } satisfies Handlers;
}

const milliseconds = (timeout: number): number | undefined => (timeout < 0 ? undefined : timeout * 1e6);

/** @throws EFAULT */
function decodeInterest(bytes: Uint8Array): Interest {
  const { events, data } = decode(structs.epoll_event, bytes);
  return { events: events | 0, data };
}

function encodeEvents(found: readonly Interest[]): Uint8Array {
  const bytes = new Uint8Array(found.length * EVENT_SIZE);
  for (const [index, event] of found.entries()) bytes.set(encode(structs.epoll_event, event), index * EVENT_SIZE);
  return bytes;
}
