import { expect, test } from "vitest";
import type { KernelCall, Op as NativeOp, Received } from "#kernel/native.ts";
import { type Op, sleepOn, WaitQueue } from "./activation.ts";
import { ActivationRunner } from "./activation-runner.ts";
import { TimerQueue } from "./timer-queue.ts";

function bench() {
  const clock = { now: 0 };
  const runner = new ActivationRunner(new TimerQueue(), () => clock.now);
  return { clock, runner };
}

/** Drives the request thread until it is idle; kernel calls are answered with `words`. */
function drive(op: NativeOp<void>, words: number[] = []): KernelCall[] {
  const calls: KernelCall[] = [];
  const steps = op[Symbol.iterator]();
  let step = steps.next();
  while (!step.done) {
    calls.push(step.value);
    step = steps.next({ words } as Received);
  }
  return calls;
}

test("sleeps until woken, and leaves its queues", () => {
  const { runner } = bench();
  const a = new WaitQueue();
  const b = new WaitQueue();
  const results: unknown[] = [];
  runner.start(sleepOn([a, b]), (outcome) => results.push(outcome));
  drive(runner.runReady());
  expect([a.empty, b.empty, results]).toEqual([false, false, []]);
  b.wakeAll();
  expect([a.empty, b.empty]).toEqual([true, true]);
  drive(runner.runReady());
  expect(results).toEqual([{ value: "woken" }]);
});

test("times out", () => {
  const { runner, clock } = bench();
  const results: unknown[] = [];
  runner.start(sleepOn([], { deadlineNs: 100 }), (outcome) => results.push(outcome));
  drive(runner.runReady());
  clock.now = 99;
  runner.timers.runDue(clock.now);
  expect(runner.hasReady).toBe(false);
  clock.now = 100;
  runner.timers.runDue(clock.now);
  drive(runner.runReady());
  expect(results).toEqual([{ value: "timeout" }]);
});

test("a pending signal ends interruptible sleeps only", () => {
  const { runner } = bench();
  const owner = { interrupted: true };
  const results: unknown[] = [];
  runner.start(sleepOn(new WaitQueue()), (outcome) => results.push(outcome), owner);
  const deaf = runner.start(sleepOn(new WaitQueue(), { interruptible: false }), (outcome) => results.push(outcome), owner);
  drive(runner.runReady());
  expect(results).toEqual([{ value: "interrupted" }]);
  expect([deaf.sleeping, deaf.interruptible]).toEqual([true, false]);
});

test("aborting a sleeper runs its finally blocks and tells nobody", () => {
  const { runner } = bench();
  const queue = new WaitQueue();
  const seen: string[] = [];
  function* work(): Op<void> {
    try {
      yield* sleepOn(queue);
      seen.push("went on");
    } finally {
      seen.push("finally");
    }
  }
  const activation = runner.start(work(), () => seen.push("finished"));
  drive(runner.runReady());
  activation.abort();
  queue.wakeAll();
  drive(runner.runReady());
  expect(seen).toEqual(["finally"]);
  expect(queue.empty).toBe(true);
});

test("an activation that aborts itself ends at its next yield", () => {
  const { runner } = bench();
  const seen: string[] = [];
  const holder: { abort?: () => void } = {};
  function* work(): Op<void> {
    holder.abort!();
    seen.push("before");
    yield* sleepOn(new WaitQueue());
    seen.push("after");
  }
  const activation = runner.start(work(), () => seen.push("finished"));
  holder.abort = () => activation.abort();
  drive(runner.runReady());
  expect(seen).toEqual(["before"]);
});

test("errors are outcomes, and kernel calls are passed through", () => {
  const { runner } = bench();
  const results: unknown[] = [];
  const problem = new Error("problem");
  function* work(): Op<void> {
    const reply = (yield { op: "switch" } as KernelCall) as Received;
    if (reply.words[0] === 5) throw problem;
  }
  runner.start(work(), (outcome) => results.push(outcome));
  expect(drive(runner.runReady(), [5])).toEqual([{ op: "switch" }]);
  expect(results).toEqual([{ error: problem }]);
});
