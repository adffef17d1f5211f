/**
 * Waiting for several descriptors: poll, select and their variants. Source: POSIX poll, select, pselect; Linux ppoll(2).
 */
import { EBADF, EINVAL, ERESTARTNOHAND } from "../abi/errno.ts";
import { PollEvent } from "../abi/poll-events.ts";
import { systemCalls } from "../abi/system-calls.ts";
import { encodeLength, lengthNs, TIMESPEC32, TIMESPEC64, TIMEVAL, type TimeFormat } from "../abi/times.ts";
import { type Op, sleepOn, type WaitQueue } from "../activation.ts";
import type { Handlers, InOutBuffer } from "../arguments.ts";
import type { Process, Thread } from "../process/process.ts";
import { rememberDeadline, restartableDeadline } from "../signals/restart.ts";
import { type Readiness, readyEvents } from "../vfs/file.ts";
import type { FileServices } from "./file-services.ts";
import { maskedWait } from "./masked-wait.ts";

const ALWAYS = PollEvent.ERR | PollEvent.HUP | PollEvent.NVAL;
/** Bits of fd_set. */
const FD_SETSIZE = 1024;
const SELECT_READ = PollEvent.IN | PollEvent.HUP | PollEvent.ERR;
const SELECT_WRITE = PollEvent.OUT | PollEvent.ERR;

/** How long to wait, and who is told what is left of it at the end. */
interface Limit {
  /** undefined: for ever. */
  readonly ns: number | undefined;
  tell(leftNs: number): void;
}

/** One look at all descriptors: how many are ready, what may change that, and after how long another look is due in any case. */
interface Look {
  ready: number;
  queues: WaitQueue[];
  againNs: number;
}

const nothingSeen = (): Look => ({ ready: 0, queues: [], againNs: Number.POSITIVE_INFINITY });

export function createPollHandlers(services: FileServices) {
  /** Looks until something is ready or the time is over. @returns how many are ready @throws ERESTARTNOHAND */
  function* wait(thread: Thread, call: number, limit: Limit, look: () => Look): Op<number> {
    const deadlineNs = limit.ns === undefined ? Number.POSITIVE_INFINITY : restartableDeadline(thread, call, services.now(), limit.ns);
    for (;;) {
      const { ready, queues, againNs } = look();
      const now = services.now();
      const leftNs = Math.max(0, deadlineNs - now);
      limit.tell(leftNs);
      if (ready > 0 || limit.ns === 0 || leftNs === 0) return ready;
      if ((yield* sleepOn(queues, { deadlineNs: Math.min(deadlineNs, now + againNs) })) === "interrupted") {
        rememberDeadline(thread, call, deadlineNs);
        limit.tell(Math.max(0, deadlineNs - services.now()));
        throw ERESTARTNOHAND;
      }
    }
  }

  function* poll(process: Process, thread: Thread, call: number, fds: InOutBuffer, count: number, limit: Limit): Op<number> {
    if (count > process.descriptorLimit || count * 8 > fds.wanted) throw EINVAL;
    const records = fds.input.slice(0, count * 8);
    const view = new DataView(records.buffer);
    const ready = yield* wait(thread, call, limit, () => {
      const look = nothingSeen();
      for (let offset = 0; offset < records.length; offset += 8) {
        const fd = view.getInt32(offset, true);
        const { events, queues, againNs }: Readiness = fd < 0 ? { events: 0, queues: [] } : descriptorState(process, fd);
        const found = events & (view.getUint16(offset + 4, true) | ALWAYS);
        view.setUint16(offset + 6, found, true);
        if (found) look.ready++;
        look.queues.push(...queues);
        look.againNs = Math.min(look.againNs, againNs ?? look.againNs);
      }
      return look;
    });
    fds.data = records;
    return ready;
  }

  function* select(process: Process, thread: Thread, call: number, args: SelectArguments, time: Limit): Op<number> {
    const { count } = args;
    if (count < 0) throw EINVAL;
    const limit = Math.min(count, FD_SETSIZE);
    const sets =
      limit === 0
        ? []
        : [
            { buffer: args.read, events: SELECT_READ },
            { buffer: args.write, events: SELECT_WRITE },
            { buffer: args.except, events: PollEvent.PRI },
          ].flatMap(({ buffer, events }) => (buffer ? [{ buffer, events, result: new Uint8Array(buffer.input.length) }] : []));
    const ready = yield* wait(thread, call, time, () => {
      const look = nothingSeen();
      for (const { result } of sets) result.fill(0);
      for (let fd = 0; fd < limit; fd++) {
        const wanting = sets.filter(({ buffer }) => buffer.input[fd >> 3]! & (1 << (fd & 7)));
        if (wanting.length === 0) continue;
        const { events, queues, againNs } = descriptorState(process, fd);
        if (events & PollEvent.NVAL) throw EBADF;
        look.queues.push(...queues);
        look.againNs = Math.min(look.againNs, againNs ?? look.againNs);
        for (const set of wanting) {
          if (!(events & set.events)) continue;
          set.result[fd >> 3]! |= 1 << (fd & 7);
          look.ready++;
        }
      }
      return look;
    });
    for (const { buffer, result } of sets) buffer.data = merged(result, buffer.input, limit);
    return ready;
  }

  function pselect(process: Process, thread: Thread, call: number, args: PselectArguments, format: TimeFormat): Op<number> {
    const time = timeLimit(args.timeout, format);
    return maskedWait(services, thread, args.mask, select(process, thread, call, args, time));
  }

  function ppoll(process: Process, thread: Thread, call: number, args: PpollArguments, format: TimeFormat): Op<number> {
    if (args.mask && args.size !== 8) throw EINVAL;
    return maskedWait(services, thread, args.mask, poll(process, thread, call, args.fds, args.count, timeLimit(args.timeout, format)));
  }

  return {
    poll: (process, { fds, count, timeout }, thread) => poll(process, thread, nr("poll"), fds, count, milliseconds(timeout)),
    ppoll: (process, args, thread) => ppoll(process, thread, nr("ppoll"), args, TIMESPEC32),
    ppoll_time64: (process, args, thread) => ppoll(process, thread, nr("ppoll_time64"), args, TIMESPEC64),
    select: (process, args, thread) => select(process, thread, nr("select"), args, timeLimit(args.timeout, TIMEVAL)),
    pselect6: (process, args, thread) => pselect(process, thread, nr("pselect6"), args, TIMESPEC32),
    pselect6_time64: (process, args, thread) => pselect(process, thread, nr("pselect6_time64"), args, TIMESPEC64),
  } satisfies Handlers;
}

interface SelectArguments {
  count: number;
  read: InOutBuffer | undefined;
  write: InOutBuffer | undefined;
  except: InOutBuffer | undefined;
  timeout: InOutBuffer | undefined;
}

interface PselectArguments extends SelectArguments {
  mask: Uint8Array | undefined;
}

interface PpollArguments {
  fds: InOutBuffer;
  count: number;
  timeout: InOutBuffer | undefined;
  mask: Uint8Array | undefined;
  size: number;
}

/** poll's limit: nobody is told what is left. */
const milliseconds = (timeout: number): Limit => ({ ns: timeout < 0 ? undefined : timeout * 1e6, tell() {} });

/** The limit that a call names and where it finds the time left, also when a signal ends the wait. @throws EINVAL */
function timeLimit(timeout: InOutBuffer | undefined, format: TimeFormat): Limit {
  return {
    ns: timeout && lengthNs(timeout.input, format),
    tell(leftNs) {
      if (timeout) timeout.data = encodeLength(leftNs, format);
    },
  };
}

const nr = (name: keyof typeof systemCalls): number => systemCalls[name].nr;

function descriptorState(process: Process, fd: number): Readiness {
  const file = process.descriptors[fd]?.file;
  if (file === undefined) return { events: PollEvent.NVAL, queues: [] };
  const state = file.poll();
  return { ...state, events: readyEvents(state.events) };
}

/** The words that hold bits below `limit` from the result, the rest as it was. */
function merged(result: Uint8Array, input: Uint8Array, limit: number): Uint8Array {
  const bytes = Math.min(result.length, Math.ceil(limit / 32) * 4);
  const all = input.slice();
  all.set(result.subarray(0, bytes));
  return all;
}
