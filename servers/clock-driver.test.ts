/** The clock driver: time, waiting, periodic timers, and clients that go away. */
import { describe, expect, it } from "vitest";
import type { ThreadId } from "#kernel/abi/identifiers.ts";
import { IpcError } from "#kernel/abi/ipc.ts";
import { call, type NativeContext, type Op, receive, send, sleep } from "#kernel/native.ts";
import { ClockControl, DriverClass, DriverRequest, DriverStatus } from "./abi/generic-driver.ts";
import { clockDriver, MAX_TIMERS_OF_TASK } from "./clock-driver.ts";
import { TestMachine } from "../tests/support/kernel-machine.ts";

const { IDENTIFY, OPEN, CLOSE, READ, WRITE, CONTROL } = DriverRequest;
const { OK, BUSY, CANCELLED, DENIED, BAD_ARGUMENT, NO_SUCH_UNIT, NOT_SUPPORTED } = DriverStatus;

function withClock<T>(body: (context: NativeContext, ask: (...words: number[]) => Op<number[]>, machine: TestMachine) => Op<T>): T {
  const machine = new TestMachine();
  const clock = machine.boot("clock", clockDriver, 200);
  const ask = function* (...words: number[]): Op<number[]> {
    return (yield* call(clock, { words })).words;
  };
  return machine.runBody((context) => body(context, ask, machine));
}

const ns = ([, low = 0, high = 0]: readonly number[]): number => high * 2 ** 32 + low;
const halves = (time: number): [number, number] => [time % 2 ** 32, Math.floor(time / 2 ** 32)];

describe("clock driver", () => {
  it("tells what it is, the time, and when time began", () => {
    withClock(function* ({ kernel }, ask) {
      expect(yield* ask(IDENTIFY, 0, 0)).toEqual([OK, DriverClass.CLOCK, 0, 0]);
      yield* sleep(7_000_000);
      expect(ns(yield* ask(READ, 0, 0))).toBe(7_000_000_000);
      expect(kernel.now()).toBe(7_000_000_000);
      expect(yield* ask(CONTROL, 0, ClockControl.EPOCH)).toEqual([OK, 0, 0]);
    });
  });

  it("wakes each of many at its time, whoever asked first", () => {
    withClock(function* (context, ask, machine) {
      const woken: [number, number][] = [];
      const times = [5000, 1000, 4000, 2000, 3000, 1000];
      for (const [index, time] of times.entries()) {
        machine.boot("sleeper", function* (own) {
          const answer = yield* ask(CONTROL, 0, ClockControl.WAIT_UNTIL, ...halves(time * 1000));
          expect(ns(answer)).toBe(own.kernel.now());
          woken.push([index, own.kernel.now() / 1000]);
        });
      }
      yield* sleep(10_000);
      expect(woken).toEqual([1, 5, 3, 4, 2, 0].map((index) => [index, times[index]]));
      expect(ns(yield* ask(CONTROL, 0, ClockControl.WAIT_UNTIL, 5, 0))).toBe(context.kernel.now());
    });
  });

  it("ticks without drift, and counts what nobody waited for", () => {
    withClock(function* ({ kernel }, ask) {
      const [status, timer = 0] = yield* ask(OPEN, 0, 250);
      expect(status).toBe(OK);
      for (let tick = 1; tick <= 5; tick++) {
        expect(yield* ask(READ, timer, 0)).toEqual([OK, 1]);
        expect(kernel.now()).toBe(tick * 250_000);
        yield* sleep(100);
      }
      yield* sleep(700);
      expect(yield* ask(READ, timer, 0)).toEqual([OK, 3]);
      expect(yield* ask(READ, timer, 0)).toEqual([OK, 1]);
      expect(kernel.now()).toBe(9 * 250_000);
      expect(yield* ask(CLOSE, timer, 0)).toEqual([OK]);
      expect(yield* ask(READ, timer, 0)).toEqual([NO_SUCH_UNIT]);
    });
  });

  it("keeps a task's timers for that task, and takes those of the dead", () => {
    withClock(function* (context, ask, machine) {
      const opened: number[] = [];
      const owner: ThreadId = machine.boot("owner", function* () {
        for (let i = 0; i <= MAX_TIMERS_OF_TASK; i++) opened.push((yield* ask(OPEN, 0, 1000))[0]!);
        yield* send(context.id, { words: [] });
        yield* receive(context.id);
      });
      yield* receive(owner);
      expect(opened).toEqual([...Array.from({ length: MAX_TIMERS_OF_TASK }, () => OK), BUSY]);
      expect(yield* ask(READ, 1, 0)).toEqual([DENIED]);
      expect(yield* ask(CLOSE, 1, 0)).toEqual([DENIED]);
      yield* send(owner, { words: [] });
      yield* sleep(1);
      expect(yield* ask(OPEN, 0, 1000)).toEqual([OK, 1]);
    });
  });

  it("lets one thread wait for a timer, and tells it when the timer is closed", () => {
    withClock(function* (context, ask) {
      const [, timer = 0] = yield* ask(OPEN, 0, 1_000_000);
      const answers: number[][] = [];
      context.kernel.nativeThreadNew({ lthread: 1 }, function* () {
        answers.push(yield* ask(READ, timer, 0));
      });
      yield* sleep(10);
      expect(yield* ask(READ, timer, 0)).toEqual([BUSY]);
      expect(yield* ask(CLOSE, timer, 0)).toEqual([OK]);
      yield* sleep(10);
      expect(answers).toEqual([[CANCELLED]]);
    });
  });

  it("forgets who gave up", () => {
    withClock(function* (_context, ask, machine) {
      const [, timer = 0] = yield* ask(OPEN, 0, 1000);
      const driver = machine.boot("other", clockDriver, 200);
      const words = [CONTROL, 0, ClockControl.WAIT_UNTIL, ...halves(500_000)];
      expect((yield* call(driver, { words }, { receiveUs: 100 })).error).toBe(IpcError.RECEIVE_TIMEOUT);
      // No answer comes at its time, when another is waited for.
      expect((yield* call(driver, { words: [READ, 0, 0] })).words[0]).toBe(OK);
      expect((yield* receive(driver, { receiveUs: 1000 })).error).toBe(IpcError.RECEIVE_TIMEOUT);
      expect(yield* ask(READ, timer, 0)).toEqual([OK, 1]);
    });
  });

  it("refuses nonsense", () => {
    withClock(function* (_context, ask) {
      expect(yield* ask(OPEN, 0, 0)).toEqual([BAD_ARGUMENT]);
      expect(yield* ask(OPEN, 0, 9)).toEqual([BAD_ARGUMENT]);
      expect(yield* ask(CONTROL, 0, 99)).toEqual([BAD_ARGUMENT]);
      expect(yield* ask(CONTROL, 0, ClockControl.WAIT_UNTIL)).toEqual([BAD_ARGUMENT]);
      expect(yield* ask(READ, 77, 0)).toEqual([NO_SUCH_UNIT]);
      expect(yield* ask(WRITE, 0, 0)).toEqual([NOT_SUPPORTED]);
      expect(yield* ask()).toEqual([NOT_SUPPORTED]);
    });
  });
});
