/** Preempters: who is told at the end of a slice, in which order, and that the thread goes on when they answer or are gone. */
import { describe, expect, it } from "vitest";
import { ANY, NIL, siblingOf, type ThreadId } from "./abi/identifiers.ts";
import { Condition } from "./abi/ipc.ts";
import { type Op, type Received, receive, replyAndWait, send, sendAs } from "./native.ts";
import { SLICE_INSTRUCTIONS } from "./thread.ts";
import { CODE, DATA, FINISH, GuestMachine, STACK_TOP } from "../tests/support/kernel-guest.ts";

/** Sets the own preempters: the internal one to [PARTNER], the external one to [PARTNER+4]; then counts for ever. */
const COUNTING = `
  xor eax, eax
  mov ecx, -1
  mov edx, -1
  mov ebx, [PARTNER]
  mov esi, -1
  int 0x35
  xor esi, esi
  int 0x31
  mov eax, -1
  mov ebx, [PARTNER+4]
  int 0x34
1: inc dword ptr [DATA]
  jmp 1b`;

describe("preempters", () => {
  it("are told ESP and EIP at the end of each slice, the internal one first; the thread waits for both", () => {
    const result = new GuestMachine().runGuests(function* (guests) {
      const { kernel } = guests.context;
      const task = yield* guests.create(COUNTING);
      const order: [string, Received][] = [];
      const preempter = (name: string, lthread: number): ThreadId =>
        kernel.nativeThreadNew({ lthread, priority: 150 }, function* () {
          let message = yield* receive(ANY);
          for (;;) {
            order.push([name, message]);
            if (order.length === 6) yield* receive(NIL);
            message = yield* replyAndWait(message.from, { words: [1, 2] });
          }
        });
      const external = preempter("external", 1);
      const internal = preempter("internal", 2);
      yield* guests.introduce(task, [internal, external]);
      guests.start(task);
      for (let turn = 0; turn < 4; turn++) yield* guests.idle();
      const stopped = (yield* guests.readWords(task, DATA, 1))[0]!;
      yield* guests.idle();
      return {
        order,
        task,
        stopped,
        later: (yield* guests.readWords(task, DATA, 1))[0]!,
        instructions: kernel.statistics(task)!.instructions,
      };
    });
    const { order, task, stopped, later, instructions } = result;
    expect(order.map(([name]) => name)).toEqual(["internal", "external", "internal", "external", "internal", "external"]);
    for (const [, { from, condition, words }] of order) {
      expect({ from, condition, length: words.length, esp: words[0] }).toEqual({ from: task, condition: 0, length: 2, esp: STACK_TOP });
      expect(words[1]! - CODE).toBeLessThan(80);
    }
    expect(later).toBe(stopped);
    expect(instructions).toBeGreaterThanOrEqual(3 * SLICE_INSTRUCTIONS);
    expect(instructions).toBeLessThan(3 * SLICE_INSTRUCTIONS + 10);
  });

  it("are passed over when they do not exist, and when they die before or after they got the message", () => {
    const counts = new GuestMachine().runGuests(function* (guests) {
      const { kernel } = guests.context;
      const seen: boolean[] = [];
      for (const how of ["missing", "taken", "deaf"]) {
        const task = yield* guests.create(COUNTING);
        const helper = kernel.nativeTaskNew({ name: how, priority: 150 }, function* () {
          if (how === "taken") yield* receive(ANY);
          yield* receive(NIL);
        });
        yield* guests.introduce(task, [how === "missing" ? 0x7654321 : helper, NIL]);
        guests.start(task);
        yield* guests.idle();
        yield* guests.idle();
        const before = (yield* guests.readWords(task, DATA, 1))[0]!;
        kernel.taskDelete(helper);
        yield* guests.idle();
        const after = (yield* guests.readWords(task, DATA, 1))[0]!;
        seen.push(how === "missing" ? before > SLICE_INSTRUCTIONS / 2 : before <= SLICE_INSTRUCTIONS / 2, after > before);
        kernel.taskDelete(task);
      }
      return seen;
    });
    expect(counts).toEqual([true, true, true, true, true, true]);
  });

  it("outside the clan are reached by way of the chief, unless the chief has set them", () => {
    const machine = new GuestMachine();
    const result = machine.runGuests(function* (guests) {
      const told: Received[] = [];
      const outside = machine.boot("outside", function* (): Op<void> {
        for (;;) told.push(yield* receive(ANY));
      });
      const task = yield* guests.create(COUNTING);
      yield* guests.introduce(task, [outside, NIL]);
      guests.start(task);
      const message = yield* guests.next();
      // The chief answers in the preempter's name.
      yield* sendAs(message.to, message.from, { words: [] });
      const again = yield* guests.next();
      yield* sendAs(again.from, again.to, { words: again.words });
      return { message, again, told, task, outside };
    });
    const { message, again, told, task, outside } = result;
    const condition = Condition.REDIRECTED | Condition.FROM_INNER;
    expect([message, again]).toMatchObject([
      { from: task, to: outside, condition },
      { from: task, to: outside, condition },
    ]);
    expect(told).toMatchObject([{ from: task, condition: Condition.DECEIVED, words: again.words }]);
  });

  it("that the chief has set are reached directly wherever they are, and nobody else answers in their place", () => {
    const machine = new GuestMachine();
    const result = machine.runGuests(function* (guests) {
      const told: Received[] = [];
      const outside = machine.boot(
        "outside",
        function* (): Op<void> {
          const first = yield* receive(ANY);
          told.push(first);
          yield* receive(ANY);
          for (let message = first; ; ) {
            message = yield* replyAndWait(message.from, { words: [] });
            told.push(message);
          }
        },
        150,
      );
      const chief = yield* guests.create(`
        mov eax, -1
        mov ebx, [PARTNER+4]
        mov esi, [PARTNER]
        int 0x34
        mov edx, eax
        ${FINISH}`);
      const task = yield* guests.create("1: inc dword ptr [DATA]\njmp 1b", { chief });
      yield* guests.introduce(chief, [task, outside]);
      yield* guests.introduce(task);
      guests.start(task);
      guests.start(chief);
      const { words } = yield* guests.next();
      const counted = function* (): Op<number> {
        yield* guests.idle();
        yield* guests.idle();
        return (yield* guests.readWords(task, DATA, 1))[0]!;
      };
      const before = yield* counted();
      // A stranger's message goes to the chief at the next border, which is this one.
      machine.boot("stranger", function* () {
        yield* send(task, { words: [1] });
      });
      const redirected = yield* guests.next();
      const still = yield* counted();
      const first = told.splice(0);
      yield* send(outside, { words: [] });
      return { words, first, told, before, redirected, still, later: yield* counted(), task };
    });
    const { words, first, told, before, redirected, still, later, task } = result;
    expect(words[0]).not.toBe(0xffffffff);
    expect(first).toMatchObject([{ from: task, to: NIL, condition: 0 }]);
    expect(before).toBeGreaterThan(0);
    expect(redirected).toMatchObject({ to: task, condition: Condition.REDIRECTED });
    expect(still).toBe(before);
    expect(later).toBeGreaterThan(still);
    expect(told[0]).toMatchObject({ from: task, to: NIL, condition: 0 });
  });

  it("are named by the call that sets new ones; threads of other tasks are out of reach", () => {
    const words = new GuestMachine().runGuests(function* (guests) {
      const { kernel, id } = guests.context;
      const computing = yield* guests.create(COUNTING);
      const watcher = yield* guests.create(`
        mov ebp, 5
        mov esi, [PARTNER]
        mov eax, -1
        mov ebx, -1
        int 0x34
        mov edx, eax
        xor eax, eax
        mov ecx, -1
        push edx
        mov edx, -1
        mov ebx, 0x1234
        mov esi, -1
        int 0x35
        xor eax, eax
        mov ebx, -1
        mov edx, -1
        mov ecx, -1
        int 0x35
        mov edi, ebx
        pop edx
        ${FINISH}`);
      yield* guests.introduce(computing, [siblingOf(id, 1), NIL]);
      yield* guests.introduce(watcher, [computing]);
      kernel.nativeThreadNew({ lthread: 1, priority: 150 }, function* () {
        yield* receive(ANY);
        yield* receive(NIL);
      });
      guests.start(computing);
      yield* guests.idle();
      yield* guests.idle();
      guests.start(watcher);
      return (yield* guests.next()).words;
    });
    // A thread of another task of the clan is none of the watcher's business.
    expect(words[0]).toBe(0xffffffff);
    expect(words[2]).toBe(0x1234);
  });
});
