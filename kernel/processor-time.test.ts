/** Time is divided among the tasks that ran, as far as it was measured; nothing is lost, nothing counted twice. */
import { describe, expect, it } from "vitest";
import { type Clock, RealClock, VirtualClock } from "#machine/clock.ts";
import { ProcessorTime } from "./processor-time.ts";
import { TimeAccount } from "./time-account.ts";
import type { Task } from "./task.ts";

const task = (instructions = 0): Task => ({ time: new TimeAccount(), statistics: { instructions } }) as unknown as Task;

/** A host clock that the test moves. */
function machine() {
  let now = 0;
  const clock: Clock = new RealClock(0n, () => now);
  const time = new ProcessorTime(clock);
  const settleAfter = (ns: number) => {
    now += ns;
    time.settle(clock.now());
  };
  const sleep = (ns: number) => {
    time.stop();
    now += ns;
    time.start();
  };
  time.start();
  return { time, settleAfter, sleep };
}

const MILLISECOND = 1e6;

describe("with a real clock", () => {
  it("a long run of code is the user's, and says how fast code is", () => {
    const { time, settleAfter } = machine();
    const one = task();
    time.ran(one.time, 1_000_000, false);
    settleAfter(2 * MILLISECOND);
    expect(time.of(one)).toEqual({ userNs: 2 * MILLISECOND, systemNs: 0 });
    // 1000 instructions take 2000 ns, so the rest of 10 000 ns was spent on the calls.
    time.ran(one.time, 1000, false);
    settleAfter(10_000);
    expect(time.of(one)).toEqual({ userNs: 2 * MILLISECOND + 2000, systemNs: 8000 });
  });

  it("several tasks share it by instructions and by entries; handlers are the system's", () => {
    const { time, settleAfter } = machine();
    const [one, two, three] = [task(), task(), task()];
    time.ran(one.time, 300_000, false);
    time.ran(two.time, 100_000, false);
    time.ran(three.time, 50_000, true);
    settleAfter(4 * MILLISECOND);
    const all = [one, two, three].map((each) => time.of(each));
    expect(all.map(({ userNs }) => userNs)).toEqual([3 * MILLISECOND, MILLISECOND, 0]);
    time.ran(three.time, 1000, true);
    time.ran(two.time, 0, false);
    settleAfter(MILLISECOND);
    expect(time.of(three).systemNs).toBe(MILLISECOND / 2);
    expect(time.of(two).systemNs).toBe(MILLISECOND / 2);
  });

  it("servers that go on alone work for the last task, but not after a pause, which is nobody's", () => {
    const { time, settleAfter, sleep } = machine();
    const one = task();
    time.ran(one.time, 10, false);
    settleAfter(1000);
    settleAfter(5000);
    const before = time.of(one);
    expect(before.userNs + before.systemNs).toBe(6000);
    sleep(MILLISECOND);
    settleAfter(3000);
    expect(time.of(one)).toEqual(before);
    time.ran(one.time, 10, false);
    settleAfter(1000);
    const after = time.of(one);
    expect(after.userNs + after.systemNs).toBe(7000);
  });
});

it("with a virtual clock it follows from the instructions alone", () => {
  const time = new ProcessorTime(new VirtualClock(0n, () => 5000));
  const one = task(5000);
  time.start();
  time.ran(one.time, 4000, false);
  time.ran(one.time, 1000, true);
  time.stop();
  expect(time.of(one)).toEqual({ userNs: 40_000, systemNs: 10_000 });
});
