import { beforeEach, expect, test } from "vitest";
import { GRACE_MS, RunEnd, SAME_SIGNAL_MS, SignalFilter } from "./run-end.ts";

let log: string[];
let timers: { callback: () => void; ms: number }[];
let end: RunEnd;
beforeEach(() => {
  log = [];
  timers = [];
  end = new RunEnd({
    forward: (signal) => log.push(`forward ${signal}`),
    halt: () => log.push("halt"),
    later: (callback, ms) => timers.push({ callback, ms }),
  });
});

test("a signal is forwarded, and the status stays the program's", () => {
  end.signal(15);
  expect([log, end.status, end.isForced]).toEqual([["forward 15"], undefined, false]);
});

test("time halts the machine, with the signal's status", () => {
  end.signal(1);
  expect(timers.map(({ ms }) => ms)).toEqual([GRACE_MS]);
  timers[0]!.callback();
  expect([log, end.status, end.isForced]).toEqual([["forward 1", "halt"], 129, true]);
});

test("a second signal halts it at once, with its own status", () => {
  end.signal(2);
  end.signal(15);
  expect([log, end.status]).toEqual([["forward 2", "halt"], 143]);
  timers[0]!.callback();
  end.signal(1);
  expect([log, end.status]).toEqual([["forward 2", "halt"], 143]);
});

test("the end of the time is SIGTERM to the program, and a status of its own however it ends", () => {
  end.timeout();
  expect([log, end.status]).toEqual([["forward 15"], 124]);
  end.signal(2);
  expect([log, end.status]).toEqual([["forward 15", "halt"], 124]);
});

test("copies of a signal are one, other signals are not", () => {
  const filter = new SignalFilter();
  expect(filter.accept(15, 1000)).toBe(true);
  expect(filter.accept(15, 1000 + SAME_SIGNAL_MS - 1)).toBe(false);
  expect(filter.accept(2, 1001)).toBe(true);
  expect(filter.accept(15, 1000 + SAME_SIGNAL_MS)).toBe(true);
});
