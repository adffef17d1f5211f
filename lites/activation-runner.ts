/**
 * Runs activations (activation.ts) on the request thread: starts them, puts them to sleep, wakes and aborts them.
 *
 * An activation that makes a kernel call makes it as the request thread; the thread waits with it. One that sleeps
 * costs nothing but its generator. Waking only queues it: it runs when the request thread comes by.
 */
import type { KernelCall, Op as NativeOp, Received } from "#kernel/native.ts";
import type { Op, Sleep, Sleeper, WakeReason } from "./activation.ts";
import type { Timer, TimerQueue } from "./timer-queue.ts";

/** How an activation ended: with a value, or with what its generator threw. Aborted ones end without telling. */
export type Outcome<T> = { readonly value: T } | { readonly error: unknown };

/** Who the activation works for: knows whether sleeps are to end early. */
export interface Interruption {
  /** Whether a signal waits that ends interruptible sleeps. */
  readonly interrupted: boolean;
}

const NEVER_INTERRUPTED: Interruption = { interrupted: false };

type State = "ready" | "running" | "sleeping" | "done";

export class Activation implements Sleeper {
  private readonly runner: ActivationRunner;
  private readonly steps: Iterator<KernelCall | Sleep, unknown, unknown>;
  private readonly finished: (outcome: Outcome<unknown>) => void;
  private readonly owner: Interruption;
  private state: State = "ready";
  private aborted = false;
  private sleep: Sleep | undefined;
  private timer: Timer | undefined;
  private reason: WakeReason | undefined;

  constructor(runner: ActivationRunner, op: Op<unknown>, owner: Interruption, finished: (outcome: Outcome<unknown>) => void) {
    this.runner = runner;
    this.steps = op[Symbol.iterator]();
    this.owner = owner;
    this.finished = finished;
  }

  /** Whether it sleeps in a way that a signal ends. */
  get interruptible(): boolean {
    return this.state === "sleeping" && this.sleep!.interruptible;
  }

  get sleeping(): boolean {
    return this.state === "sleeping";
  }

  wake(reason: WakeReason): void {
    if (this.state !== "sleeping") return;
    this.leaveQueues();
    this.state = "ready";
    this.reason = reason;
    this.runner.enqueue(this);
  }

  /** Ends it without an outcome. Its `finally` blocks run now, or as soon as the kernel call in progress returns. */
  abort(): void {
    this.aborted = true;
    if (this.state === "running" || this.state === "done") return;
    if (this.state === "sleeping") this.leaveQueues();
    this.end();
  }

  private leaveQueues(): void {
    for (const queue of this.sleep!.queues) queue.remove(this);
    this.timer?.cancel();
    this.sleep = undefined;
    this.timer = undefined;
  }

  private end(): void {
    this.state = "done";
    this.steps.return?.(undefined);
  }

  /**
   * Runs until it sleeps, ends or makes a kernel call. Called by the runner.
   * @returns the kernel call, with whose result resume() goes on; undefined when there is none
   */
  begin(): KernelCall | undefined {
    if (this.state !== "ready") return undefined;
    this.state = "running";
    return this.advance(this.reason);
  }

  resume(result: Received): KernelCall | undefined {
    if (!this.aborted) return this.advance(result);
    this.end();
    return undefined;
  }

  private advance(first: unknown): KernelCall | undefined {
    let input = first;
    for (;;) {
      let step: IteratorResult<KernelCall | Sleep, unknown>;
      try {
        step = this.steps.next(input);
      } catch (error) {
        this.state = "done";
        if (!this.aborted) this.finished({ error });
        return undefined;
      }
      if (step.done) {
        this.state = "done";
        if (!this.aborted) this.finished({ value: step.value });
        return undefined;
      }
      if (this.aborted) {
        this.end();
        return undefined;
      }
      if (step.value.op !== "sleep") return step.value;
      if (step.value.interruptible && this.owner.interrupted) input = "interrupted";
      else if (step.value.deadlineNs <= this.runner.now()) input = "timeout";
      else {
        this.fallAsleep(step.value);
        return undefined;
      }
    }
  }

  private fallAsleep(sleep: Sleep): void {
    this.state = "sleeping";
    this.sleep = sleep;
    for (const queue of sleep.queues) queue.add(this);
    if (sleep.deadlineNs !== Number.POSITIVE_INFINITY) this.timer = this.runner.timers.at(sleep.deadlineNs, () => this.wake("timeout"));
  }
}

export class ActivationRunner {
  readonly timers: TimerQueue;
  readonly now: () => number;
  private ready: Activation[] = [];

  /** @param now machine time in nanoseconds */
  constructor(timers: TimerQueue, now: () => number) {
    this.timers = timers;
    this.now = now;
  }

  get hasReady(): boolean {
    return this.ready.length > 0;
  }

  enqueue(activation: Activation): void {
    this.ready.push(activation);
  }

  /** Queues a computation; `finished` is told how it ended unless it was aborted. */
  start<T>(op: Op<T>, finished: (outcome: Outcome<T>) => void, owner: Interruption = NEVER_INTERRUPTED): Activation {
    const activation = new Activation(this, op, owner, finished as (outcome: Outcome<unknown>) => void);
    this.ready.push(activation);
    return activation;
  }

  /** Runs activations until all sleep. */
  *runReady(): NativeOp<void> {
    while (this.ready.length > 0) {
      const batch = this.ready;
      this.ready = [];
      for (const activation of batch) {
        for (let call = activation.begin(); call !== undefined; ) call = activation.resume(yield call);
      }
    }
  }
}
