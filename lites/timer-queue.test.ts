import { expect, test } from "vitest";
import { TimerQueue } from "./timer-queue.ts";
import { randomNumbers } from "../tests/support/random.ts";

test("runs what is due in the order of deadlines, then of arrival", () => {
  const queue = new TimerQueue();
  const ran: string[] = [];
  for (const [deadline, name] of [
    [30, "c"],
    [10, "a"],
    [20, "b1"],
    [20, "b2"],
    [40, "d"],
  ] as const)
    queue.at(deadline, () => ran.push(name));
  expect(queue.next()).toBe(10);
  queue.runDue(30);
  expect(ran).toEqual(["a", "b1", "b2", "c"]);
  expect(queue.next()).toBe(40);
});

test("cancelled and infinite timers never run", () => {
  const queue = new TimerQueue();
  let ran = 0;
  const timer = queue.at(5, () => ran++);
  queue.at(Number.POSITIVE_INFINITY, () => ran++);
  timer.cancel();
  expect(queue.next()).toBe(Number.POSITIVE_INFINITY);
  queue.runDue(1e18);
  expect(ran).toBe(0);
});

test("a timer armed by a timer runs in the same pass when it is due", () => {
  const queue = new TimerQueue();
  const ran: number[] = [];
  queue.at(1, () => {
    ran.push(1);
    queue.at(2, () => ran.push(2));
    queue.at(9, () => ran.push(9));
  });
  queue.runDue(5);
  expect(ran).toEqual([1, 2]);
});

test("keeps order among thousands of deadlines", () => {
  const queue = new TimerQueue();
  const ran: number[] = [];
  const random = randomNumbers(7);
  for (let i = 0; i < 3000; i++) {
    const deadline = random(1000);
    const timer = queue.at(deadline, () => ran.push(deadline));
    if (i % 3 === 0) timer.cancel();
  }
  queue.runDue(1000);
  expect(ran).toHaveLength(2000);
  expect(ran).toEqual([...ran].sort((a, b) => a - b));
});
