/** Interrupts, scheduling, the clock, deletion of tasks, statistics, trace. */
import { describe, expect, it } from "vitest";
import { RegionError } from "./abi/calls.ts";
import { FLEXPAGE_GRANT, FLEXPAGE_WRITE, flexpage, Unmap, WHOLE_SPACE } from "./abi/flexpage.ts";
import { ANY, interruptId, NIL, siblingOf, type ThreadId, WellKnownTask } from "./abi/identifiers.ts";
import { IpcError } from "./abi/ipc.ts";
import { RealClock } from "#machine/clock.ts";
import { sigma0 } from "#servers/sigma0.ts";
import { Sigma0Request } from "#servers/abi/sigma0.ts";
import { RUN_NS } from "./pace.ts";
import { SLICE_INSTRUCTIONS } from "./thread.ts";
import { call, type NativeContext, type Op, receive, send, sleep } from "./native.ts";
import { DATA, FINISH, GuestMachine, Guests } from "../tests/support/kernel-guest.ts";
import { ScriptProcessor, TestMachine } from "../tests/support/kernel-machine.ts";
import type { KernelEvent } from "./trace.ts";

const LINE = 3;

describe("interrupts", () => {
  it("are received by the thread that associated the line first", () => {
    const machine = new TestMachine();
    const log: (readonly [string, number])[] = [];
    function* driver(name: string): Op<void> {
      log.push([name, (yield* receive(interruptId(LINE), { receiveUs: 0 })).error]);
      const closed = yield* receive(interruptId(LINE), { receiveUs: 500 });
      log.push([name, closed.error === 0 ? closed.from : closed.error]);
      if (closed.error !== 0) return;
      const open = yield* receive(ANY);
      log.push([name, open.from]);
    }
    machine.boot("first", () => driver("first"));
    machine.boot("second", () => driver("second"));
    machine.kernel.run(10_000);
    machine.interrupts.raise(LINE);
    machine.kernel.run(10_000);
    machine.interrupts.raise(LINE);
    machine.settle();
    expect(log).toEqual([
      ["first", IpcError.RECEIVE_TIMEOUT],
      ["second", IpcError.NOT_EXISTENT],
      ["second", IpcError.NOT_EXISTENT],
      ["first", interruptId(LINE)],
      ["first", interruptId(LINE)],
    ]);
    expect(machine.interrupts.pending).toBe(0);
  });

  it("wait until their thread waits, and lines come free when it goes", () => {
    const machine = new TestMachine();
    const seen: number[] = [];
    machine.boot("driver", function* () {
      yield* receive(interruptId(LINE), { receiveUs: 0 });
      yield* sleep(100);
      seen.push((yield* receive(ANY, { receiveUs: 0 })).from);
    });
    machine.kernel.run(1000);
    machine.interrupts.raise(LINE);
    machine.settle();
    machine.boot("heir", function* () {
      seen.push((yield* receive(interruptId(LINE), { receiveUs: 0 })).error);
      seen.push((yield* receive(NIL, { receiveUs: 0 })).error);
    });
    machine.settle();
    machine.boot("third", function* () {
      seen.push((yield* receive(interruptId(LINE), { receiveUs: 0 })).error);
      seen.push((yield* receive(interruptId(100), { receiveUs: 0 })).error);
    });
    machine.settle();
    const { RECEIVE_TIMEOUT, NOT_EXISTENT } = IpcError;
    expect(seen).toEqual([interruptId(LINE), RECEIVE_TIMEOUT, RECEIVE_TIMEOUT, RECEIVE_TIMEOUT, NOT_EXISTENT]);
  });
});

describe("scheduling", () => {
  it("runs the highest priority first, and shares within one by slices", () => {
    const result = new GuestMachine().runGuests(function* (guests) {
      const spinner = "1: inc dword ptr [DATA]\n jmp 1b";
      const tasks: ThreadId[] = [];
      for (const priority of [50, 50, 40]) tasks.push(yield* guests.spawn(spinner, { priority }));
      for (let millisecond = 0; millisecond < 20; millisecond++) yield* guests.idle();
      const counts: number[] = [];
      for (const task of tasks) counts.push((yield* guests.readWords(task, DATA, 1))[0]!);
      return { counts, instructions: tasks.map((task) => guests.context.kernel.statistics(task)!.instructions) };
    });
    const [a = 0, b = 0, c = 0] = result.counts;
    expect(c).toBe(0);
    expect(a).toBeGreaterThan(100_000);
    expect(Math.abs(a - b)).toBeLessThanOrEqual(100_000);
    expect(result.instructions[0]! + result.instructions[1]!).toBeGreaterThan(1_900_000);
  });

  it("does not depend on the budgets that the host gives", () => {
    const traces: string[] = [];
    for (const budget of [977, 10_000_000]) {
      const machine = new GuestMachine();
      const lines: string[] = [];
      let isDone = false;
      machine.kernel.trace = (event) => lines.push(`${machine.clock.now()} ${JSON.stringify(event)}`);
      const source =
        "1: inc dword ptr [DATA]\n mov eax, [DATA]\n and eax, 0x3fff\n jnz 1b\n mov esi, [PAGER]\n xor eax, eax\n xor ecx, ecx\n xor ebp, ebp\n ipc\n jmp 1b";
      machine.boot(
        "test",
        function* (context: NativeContext) {
          const guests = new Guests(context, machine.sigma0);
          for (const name of [1, 2]) {
            const task = yield* guests.create(source);
            yield* guests.introduce(task, [name]);
            guests.start(task);
          }
          let request = yield* guests.next();
          for (let count = 0; count < 40; count++) request = yield* guests.answer(request.from, { words: [] });
          isDone = true;
        },
        160,
      );
      while (!isDone) {
        const { state, nextEventNs } = machine.kernel.run(budget);
        if (state === "idle") machine.clock.idleUntil(nextEventNs);
      }
      traces.push(lines.join("\n"));
    }
    expect(traces[0]).toBe(traces[1]);
  });

  it("comes back to the host while native threads talk without end", () => {
    const machine = new TestMachine();
    const server = machine.boot("server", function* () {
      for (;;) yield* receive(ANY);
    });
    machine.boot("client", function* () {
      for (;;) yield* send(server, { words: [] });
    });
    expect(machine.kernel.run(100_000).state).toBe("running");
    machine.kernel.halt();
    expect(machine.kernel.run(100_000).state).toBe("halted");
  });

  it("looks at a real clock after every slice", () => {
    const spinner = new ScriptProcessor();
    spinner.scripts.set(0x1000, () => ({ kind: "slice", instructions: Number.POSITIVE_INFINITY }));
    const machine = new TestMachine({ processor: () => spinner, clock: () => new RealClock(0n, () => spinner.instructions * 10) });
    let woken = 0;
    machine.boot("sleeper", function* ({ kernel }) {
      kernel.taskNew({ start: { eip: 0x1000, esp: 0 }, priority: 50 });
      yield* sleep(10_500);
      woken = kernel.now();
    });
    machine.kernel.run(5_000_000);
    expect(woken).toBeGreaterThanOrEqual(10_500_000);
    expect(woken).toBeLessThanOrEqual(11_500_000);
  });

  /** A machine whose real clock moves with the instructions, and a thread that computes for ever. */
  function spinning(nsPerInstruction: number, priorities: readonly number[] = [50]): { machine: TestMachine; runs: number[] } {
    const spinner = new ScriptProcessor();
    const runs: number[] = [];
    let before = 0;
    spinner.scripts.set(0x1000, () => {
      runs.push(spinner.instructions - before);
      before = spinner.instructions;
      return { kind: "slice", instructions: Number.POSITIVE_INFINITY };
    });
    const clock = (): RealClock => new RealClock(0n, () => spinner.instructions * nsPerInstruction);
    const machine = new TestMachine({ processor: () => spinner, clock });
    machine.boot("starter", function* ({ kernel }) {
      for (const priority of priorities) kernel.taskNew({ start: { eip: 0x1000, esp: 0 }, priority });
      yield* receive(NIL);
    });
    return { machine, runs };
  }

  it("lets a thread that is alone run for about the same time, however fast it is", () => {
    const fast = spinning(1);
    expect(fast.machine.kernel.run(Number.POSITIVE_INFINITY, 30e6).state).toBe("running");
    expect(fast.runs.slice(1, 7)).toEqual([SLICE_INSTRUCTIONS, SLICE_INSTRUCTIONS, 200_000, 400_000, 800_000, 1_600_000]);
    expect(new Set(fast.runs.slice(7))).toEqual(new Set([RUN_NS]));
    const slow = spinning(50);
    slow.machine.kernel.run(Number.POSITIVE_INFINITY, 30e6);
    expect(new Set(slow.runs.slice(1))).toEqual(new Set([SLICE_INSTRUCTIONS]));
  });

  it("returns when the time is over", () => {
    const { machine } = spinning(1);
    machine.kernel.run(Number.POSITIVE_INFINITY, 30e6);
    expect(machine.clock.now()).toBeGreaterThanOrEqual(30e6);
    expect(machine.clock.now()).toBeLessThanOrEqual(30e6 + RUN_NS);
  });

  it("gives threads of the same priority their slices", () => {
    const { machine, runs } = spinning(1, [50, 50]);
    machine.kernel.run(Number.POSITIVE_INFINITY, 30e6);
    expect(new Set(runs.slice(1))).toEqual(new Set([SLICE_INSTRUCTIONS]));
  });

  it("says when the next timed event is", () => {
    const machine = new TestMachine();
    machine.boot("sleeper", function* () {
      yield* sleep(123);
    });
    machine.boot("waiter", function* () {
      yield* receive(ANY, { receiveUs: 45 });
    });
    expect(machine.kernel.run(100_000)).toEqual({ state: "idle", nextEventNs: 45_000 });
    machine.clock.idleUntil(45_000);
    expect(machine.kernel.run(100_000)).toEqual({ state: "idle", nextEventNs: 123_000 });
    machine.clock.idleUntil(123_000);
    expect(machine.kernel.run(100_000)).toEqual({ state: "idle", nextEventNs: Number.POSITIVE_INFINITY });
  });
});

describe("tasks", () => {
  it("go with their clan, their mappings and what was derived from them", () => {
    const machine = new TestMachine();
    const source = machine.boot("sigma0", sigma0, 255, WellKnownTask.SIGMA0);
    const result = machine.runBody(function* (context) {
      const { kernel, memory } = context;
      const block = yield* call(source, { words: [Sigma0Request.ANY, 0, flexpage(0, 14)] }, undefined, WHOLE_SPACE);
      const memoryOfChild = flexpage(block.words[0]! & ~0xfff, 14, FLEXPAGE_WRITE);
      const before = machine.kernel.statistics().mappings;
      let grandchild = NIL;
      const child = kernel.nativeTaskNew({ name: "child", priority: 200 }, function* (inner) {
        const reply = yield* receive(context.id, undefined, WHOLE_SPACE);
        grandchild = inner.kernel.nativeTaskNew({ name: "grandchild", priority: 200 }, function* () {
          yield* receive(ANY, undefined, WHOLE_SPACE);
          yield* receive(ANY);
        });
        const page = { hotSpot: 0x100000, fpage: flexpage(reply.words[0]!, 12, FLEXPAGE_WRITE) };
        yield* send(grandchild, { words: [], pages: [page] });
        yield* send(context.id, { words: [], pages: [{ ...page, hotSpot: 0x200000 }] });
        yield* receive(ANY);
      });
      yield* send(child, { words: [], pages: [{ hotSpot: memoryOfChild & ~0xfff, fpage: memoryOfChild }] });
      yield* receive(child, undefined, flexpage(0x200000, 12));
      const mapped = memory.mapped(0x200000);
      const during = machine.kernel.statistics().mappings;
      const deleted = kernel.taskDelete(child);
      return {
        mapped,
        during: during - before,
        deleted,
        after: machine.kernel.statistics().mappings - before,
        still: memory.mapped(0x200000),
        exists: kernel.exists(grandchild),
      };
    });
    expect(result).toEqual({ mapped: true, during: 6, deleted: true, after: 0, still: false, exists: false });
  });

  it("grant pages away", () => {
    const machine = new TestMachine();
    const source = machine.boot("sigma0", sigma0, 255, WellKnownTask.SIGMA0);
    const result = machine.runBody(function* (context) {
      const reply = yield* call(source, { words: [Sigma0Request.ANY, 0, 0] }, undefined, WHOLE_SPACE);
      const page = (reply.words[0]! & ~0xfff) >>> 0;
      context.memory.page(page, "write")[5] = 99;
      let value = 0;
      const heir = context.kernel.nativeTaskNew({ name: "heir", priority: 200 }, function* (inner) {
        yield* receive(ANY, undefined, flexpage(0x700000, 13));
        value = inner.memory.page(0x701000, "write")[5]!;
        yield* receive(ANY);
      });
      yield* send(heir, { words: [], pages: [{ hotSpot: 0x1000, fpage: flexpage(page, 12, FLEXPAGE_WRITE | FLEXPAGE_GRANT) }] });
      yield* sleep(10);
      return { value, mine: context.memory.mapped(page), status: context.kernel.unmap(flexpage(page, 12), Unmap.FLUSH) };
    });
    expect(result).toEqual({ value: 99, mine: false, status: 0 });
  });

  it("of others are not to be touched", () => {
    const machine = new TestMachine();
    const other = machine.boot("other", function* () {
      yield* receive(ANY);
    });
    const result = machine.runBody(function* ({ kernel, id }) {
      yield* sleep(1);
      return [
        kernel.taskDelete(other),
        kernel.taskDelete(id),
        kernel.regionMap(other, 0, 4096, id, 0, 0, 7),
        kernel.exRegs(other, { eip: 0 }),
        kernel.copyContext(other, id),
        kernel.nativeThreadNew({ lthread: 0 }, function* () {}),
        kernel.nativeThreadNew({ lthread: 128 }, function* () {}),
      ];
    });
    expect(result).toEqual([false, false, RegionError.DENIED, undefined, false, NIL, NIL]);
  });

  it("are refused when no slot is free, and slots come free again", () => {
    const machine = new TestMachine();
    const result = machine.runBody(function* ({ kernel }) {
      const tasks: ThreadId[] = [];
      for (let task = kernel.taskNew({}); task !== NIL; task = kernel.taskNew({})) tasks.push(task);
      const full = tasks.length;
      for (const task of tasks) kernel.taskDelete(task);
      yield* sleep(1);
      return { full, again: kernel.taskNew({}) !== NIL };
    });
    expect(result.full).toBeGreaterThan(1000);
    expect(result.again).toBe(true);
  });
});

describe("observers", () => {
  it("see messages, faults and traps as events", () => {
    const machine = new GuestMachine();
    const events: KernelEvent[] = [];
    machine.runGuests(function* (guests) {
      const task = yield* guests.create(`mov edx, 1\n ${FINISH}`);
      yield* guests.introduce(task);
      machine.kernel.trace = (event) => events.push(event);
      guests.start(task);
      yield* guests.next();
      machine.kernel.trace = undefined;
      const silent = events.length;
      yield* send(siblingOf(task, 9), { words: [] }, { sendUs: 0 });
      expect(events.length).toBe(silent);
      const totals = machine.kernel.statistics();
      const guest = totals.tasks.find(({ name }) => name === "guest");
      expect(guest).toMatchObject({ faults: 2, ipcs: 1, native: false });
      expect(totals.ipcs).toBeGreaterThan(1);
    });
    expect(events.map((event) => event.kind)).toEqual(["fault", "ipc", "ipc", "faultEnd", "fault", "ipc", "ipc", "faultEnd", "ipc"]);
    expect(events.at(-1)).toMatchObject({ kind: "ipc", words: [1, 0, 0], error: 0 });
  });
});
