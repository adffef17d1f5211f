import { expect, test } from "vitest";
import { Timer, VirtualClock, VIRTUAL_NS_PER_INSTRUCTION } from "./clock.ts";

function bench() {
  const time = { instructions: 0 };
  const clock = new VirtualClock(0n, () => time.instructions);
  const ran: string[] = [];
  const timer = (name: string, action?: () => void): Timer =>
    new Timer(clock, () => {
      ran.push(name);
      action?.();
    });
  const runUntil = (ns: number): void => {
    time.instructions = ns / VIRTUAL_NS_PER_INSTRUCTION;
    clock.runDue();
  };
  return { clock, ran, timer, runUntil };
}

test("timers run in order of their times, and those of one time as they were started", () => {
  const { clock, ran, timer, runUntil } = bench();
  for (const [name, at] of [
    ["c", 300],
    ["a", 100],
    ["d", 300],
    ["b", 200],
  ] as const)
    timer(name).start(at);
  clock.schedule(200, () => ran.push("e"));
  expect(clock.nextEvent()).toBe(100);
  runUntil(200);
  expect(ran).toEqual(["a", "b", "e"]);
  expect(clock.nextEvent()).toBe(300);
  runUntil(300);
  expect(ran).toEqual(["a", "b", "e", "c", "d"]);
  expect(clock.nextEvent()).toBe(Number.POSITIVE_INFINITY);
});

test("a stopped timer does not run, and a restarted one only at its new time", () => {
  const { clock, ran, timer, runUntil } = bench();
  const [a, b, c] = [timer("a"), timer("b"), timer("c")];
  a.start(100);
  b.start(100);
  c.start(100);
  b.stop();
  b.stop();
  a.start(200);
  runUntil(100);
  expect(ran).toEqual(["c"]);
  expect(clock.nextEvent()).toBe(200);
  runUntil(200);
  expect(ran).toEqual(["c", "a"]);
  a.stop();
  b.start(300);
  runUntil(300);
  expect(ran).toEqual(["c", "a", "b"]);
});

test("what runs may start itself again and stop others", () => {
  const { ran, timer, runUntil } = bench();
  const victim = timer("victim");
  const again: Timer = timer("again", () => {
    victim.stop();
    if (ran.length < 3) again.start(again.at + 10);
  });
  again.start(10);
  victim.start(10);
  runUntil(20);
  expect(ran).toEqual(["again", "again"]);
  runUntil(100);
  expect(ran).toEqual(["again", "again", "again"]);
});
