import { Worker } from "node:worker_threads";
import { expect, test } from "vitest";
import type { KernelCall, Op, Received } from "#kernel/native.ts";
import { ManagerWatch } from "./manager-watch.ts";

test("runs a body as yield* does", () => {
  const calls = ["first", "second"] as unknown as KernelCall[];
  const answers: unknown[] = [];
  function* body(): Op<void> {
    for (const each of calls) answers.push(yield each);
  }
  const steps = new ManagerWatch().body(body)[Symbol.iterator]();
  const received = (text: string): Received => text as unknown as Received;
  expect(steps.next(received("ignored")).value).toBe("first");
  expect(steps.next(received("a")).value).toBe("second");
  expect(steps.next(received("b")).done).toBe(true);
  expect(answers).toEqual(["a", "b"]);
});

test("passes on what the body throws, and is not inside any more", () => {
  const watch = new ManagerWatch();
  const steps = watch
    .body(() => {
      throw new Error("oops");
    })
    [Symbol.iterator]();
  expect(() => steps.next()).toThrow("oops");
  expect(new Int32Array(watch.memory)[0]! % 2).toBe(0);
});

test("a thread that does not come to an end is late, one that waits is not", async () => {
  const turn = "const turns = new Int32Array(require('node:worker_threads').workerData); Atomics.add(turns, 0, 1);";
  const lateness = async (code: string): Promise<boolean> => {
    const watch = new ManagerWatch();
    const worker = new Worker(code, { eval: true, workerData: watch.memory });
    const ended = new Promise((resolve) => worker.once("exit", resolve));
    let isLate = false;
    const end = watch.begin(1, () => {
      isLate = true;
      void worker.terminate();
    });
    await ended;
    end();
    return isLate;
  };
  expect(await lateness(`${turn} for (;;);`)).toBe(true);
  expect(await lateness(`${turn} Atomics.add(turns, 0, 1); setTimeout(() => {}, 2000);`)).toBe(false);
});
