/**
 * Activations: one request in service in the Unix server, as a generator that may sleep.
 *
 * `Op<T>` means "may sleep or call the kernel"; a plain function cannot. Between two yields nothing else runs
 * in the server. Handlers never write a bare `yield`: they use `yield* sleepOn(…)` and, for IPC to other
 * servers, the functions of #kernel/native.ts.
 */
import type { KernelCall } from "#kernel/native.ts";

/** What an activation waits for. */
export interface Sleep {
  readonly op: "sleep";
  readonly queues: readonly WaitQueue[];
  /** Machine time (ns) at which the sleep ends with "timeout"; Infinity = never. */
  readonly deadlineNs: number;
  /** Whether a signal ends the sleep. */
  readonly interruptible: boolean;
}

export type WakeReason = "woken" | "timeout" | "interrupted";

/** A computation inside the Unix server that may sleep; always `yield*` it. */
// oxlint-disable-next-line typescript/no-explicit-any -- the resume value depends on what was yielded
export type Op<T> = Iterable<KernelCall | Sleep, T, any>;

/** Somebody asleep. The server's activations implement it; wake() makes it runnable and leaves all its queues. */
export interface Sleeper {
  wake(reason: WakeReason): void;
}

const ANY_EVENT = -1;

/** A sleep channel: all who wait for one condition. Wake-ups may be spurious: test the condition in a loop. */
export class WaitQueue {
  /** PollEvent bits that waking may bring, beside errors and ends. */
  readonly events: number;
  private readonly sleepers = new Set<Sleeper>();

  constructor(events = ANY_EVENT) {
    this.events = events;
  }

  add(sleeper: Sleeper): void {
    this.sleepers.add(sleeper);
  }

  remove(sleeper: Sleeper): void {
    this.sleepers.delete(sleeper);
  }

  wakeAll(): void {
    if (this.sleepers.size > 0) for (const sleeper of [...this.sleepers]) sleeper.wake("woken");
  }

  get empty(): boolean {
    return this.sleepers.size === 0;
  }
}

/** Sleeps until one of the queues is woken, the deadline passes or (unless `interruptible: false`) a signal is pending. */
export function* sleepOn(
  queues: WaitQueue | readonly WaitQueue[],
  options: { deadlineNs?: number; interruptible?: boolean } = {},
): Op<WakeReason> {
  const reason: WakeReason = yield {
    op: "sleep",
    queues: queues instanceof WaitQueue ? [queues] : queues,
    deadlineNs: options.deadlineNs ?? Number.POSITIVE_INFINITY,
    interruptible: options.interruptible ?? true,
  };
  return reason;
}
