/** IPC between native threads: meeting, timeouts, errors, strings, ids. */
import { describe, expect, it } from "vitest";
import { NIL, siblingOf, type ThreadId } from "./abi/identifiers.ts";
import { IpcError, MAX_DWORDS, NEVER } from "./abi/ipc.ts";
import { call, type KernelCall, type NativeContext, type Op, type Received, receive, replyAndWait, send, sleep } from "./native.ts";
import { ANY } from "./abi/identifiers.ts";
import { TestMachine } from "../tests/support/kernel-machine.ts";

/** A server that answers with the words of the request plus one each. */
function* incrementer(): Op<void> {
  let request = yield* receive(ANY);
  for (;;) request = yield* replyAndWait(request.from, { words: request.words.map((word) => word + 1) });
}

describe("native IPC", () => {
  it("calls a server and gets its answer", () => {
    const machine = new TestMachine();
    const server = machine.boot("server", incrementer);
    const result = machine.runBody(function* () {
      const answer = yield* call(server, { words: [1, -1, 3, 4] });
      return { words: answer.words, from: answer.from };
    });
    expect(result).toEqual({ words: [2, 0x100000000 % 2 ** 32, 4, 5], from: server });
  });

  it("delivers to a receiver that comes later, in order of arrival", () => {
    const machine = new TestMachine();
    const order: number[] = [];
    const receiver = machine.boot("receiver", function* (): Op<void> {
      yield* sleep(1000);
      for (let count = 0; count < 3; count++) order.push((yield* receive(ANY)).words[0]!);
    });
    for (const word of [1, 2, 3]) {
      machine.boot("sender", function* (): Op<void> {
        yield* send(receiver, { words: [word] });
      });
    }
    machine.settle();
    expect(order).toEqual([1, 2, 3]);
  });

  it("gives only the named partner's message to a closed receive", () => {
    const machine = new TestMachine();
    const seen: number[] = [];
    const senders: ThreadId[] = [];
    const receiver = machine.boot("receiver", function* (): Op<void> {
      yield* sleep(10);
      seen.push((yield* receive(senders[1]!)).words[0]!);
      seen.push((yield* receive(ANY)).words[0]!);
    });
    for (const word of [7, 8]) {
      senders.push(
        machine.boot("sender", function* (): Op<void> {
          yield* send(receiver, { words: [word] });
        }),
      );
    }
    machine.settle();
    expect(seen).toEqual([8, 7]);
  });

  it("reports partners that do not exist", () => {
    const machine = new TestMachine();
    const errors = machine.runBody(function* (context) {
      const none = siblingOf(context.id, 5);
      return [
        (yield* send(none, { words: [] })).error,
        (yield* send(NIL, { words: [] })).error,
        (yield* receive(none)).error,
        (yield* call(none, { words: [] })).error,
      ];
    });
    expect(errors).toEqual([IpcError.NOT_EXISTENT, IpcError.NOT_EXISTENT, IpcError.NOT_EXISTENT, IpcError.NOT_EXISTENT]);
  });

  it("keeps timeouts of both phases", () => {
    const machine = new TestMachine();
    const deaf = machine.boot("deaf", function* (): Op<void> {
      yield* sleep(NEVER);
    });
    const mute = machine.boot("mute", function* (): Op<void> {
      yield* receive(ANY);
      yield* sleep(NEVER);
    });
    const result = machine.runBody(function* (context) {
      const { kernel } = context;
      const errors = [(yield* send(deaf, { words: [] }, { sendUs: 0 })).error];
      const start = kernel.now();
      errors.push((yield* send(deaf, { words: [] }, { sendUs: 50 })).error);
      const sent = kernel.now();
      errors.push((yield* call(mute, { words: [] }, { receiveUs: 70 })).error);
      const called = kernel.now();
      errors.push((yield* receive(deaf, { receiveUs: 0 })).error);
      return { errors, waits: [sent - start, called - sent] };
    });
    expect(result.errors).toEqual([IpcError.SEND_TIMEOUT, IpcError.SEND_TIMEOUT, IpcError.RECEIVE_TIMEOUT, IpcError.RECEIVE_TIMEOUT]);
    expect(result.waits).toEqual([50_000, 70_000]);
  });

  it("copies strings and cuts what is too much", () => {
    const machine = new TestMachine();
    const strings: string[][] = [];
    const errors: number[] = [];
    const receiver = machine.boot("receiver", function* (): Op<void> {
      for (const stringBytes of [100, 5]) {
        const message = yield* receiveAtMost(stringBytes);
        errors.push(message.error);
        strings.push(message.strings.map((bytes) => new TextDecoder().decode(bytes)));
      }
      errors.push((yield* receive(ANY)).error);
    });
    const bytes = new TextEncoder().encode("hello");
    const sendErrors = machine.runBody(function* () {
      const results: number[] = [];
      const sent = new Uint8Array(bytes);
      results.push((yield* send(receiver, { words: [], strings: [sent, bytes] })).error);
      sent.fill(0);
      results.push((yield* send(receiver, { words: [], strings: [bytes, bytes] })).error);
      results.push((yield* send(receiver, { words: Array.from({ length: MAX_DWORDS + 1 }, () => 1) })).error);
      return results;
    });
    expect(strings).toEqual([["hello", "hello"], []]);
    expect(errors).toEqual([IpcError.OK, IpcError.RECEIVE_CUT, IpcError.RECEIVE_CUT]);
    expect(sendErrors).toEqual([IpcError.OK, IpcError.SEND_CUT, IpcError.SEND_CUT]);
  });

  it("wakes those who wait for a thread that goes", () => {
    const machine = new TestMachine();
    const mortal = machine.boot("mortal", function* (): Op<void> {
      yield* sleep(100);
    });
    const errors: number[] = [];
    machine.boot("sender", function* (): Op<void> {
      errors.push((yield* send(mortal, { words: [] })).error);
    });
    machine.boot("receiver", function* (): Op<void> {
      errors.push((yield* receive(mortal)).error);
    });
    machine.settle();
    expect(errors).toEqual([IpcError.NOT_EXISTENT, IpcError.NOT_EXISTENT]);
    expect(machine.kernel.stateOf(mortal)).toBeUndefined();
  });

  it("never gives an old id to a new task", () => {
    const machine = new TestMachine();
    const ids = machine.runBody(function* (context) {
      const seen = new Set<ThreadId>();
      for (let count = 0; count < 5000; count++) {
        const task = context.kernel.taskNew({});
        seen.add(task);
        context.kernel.taskDelete(task);
        if (context.kernel.exists(task)) throw new Error("deleted task exists");
      }
      yield* sleep(0);
      return seen.size;
    });
    expect(ids).toBe(5000);
  });

  it("is not upset by long chains of waiting senders", () => {
    const machine = new TestMachine();
    const chain: ThreadId[] = [];
    let arrived = 0;
    chain.push(
      machine.boot("end", function* (): Op<void> {
        yield* sleep(1000);
        arrived += (yield* receive(ANY)).words[0]!;
      }),
    );
    for (let index = 1; index < 1500; index++) {
      chain.push(
        machine.boot(`link${index}`, function* (): Op<void> {
          const message: KernelCall = sendThenReceive(chain[index - 1]!);
          const result = yield message;
          if (result.error === 0) arrived++;
        }),
      );
    }
    machine.settle();
    // Every link but the last got its neighbour's message after its own was taken.
    expect(arrived).toBe(1 + 1498);
  });

  it("names task and thread of a native thread that throws", () => {
    const machine = new TestMachine();
    machine.boot("faulty", function* (context: NativeContext): Op<void> {
      yield* sleep(1);
      context.memory.page(0x1000, "read");
    });
    expect(() => machine.settle()).toThrow(/task faulty, thread 0x[0-9a-f]+: read of page at 0x1000/);
  });
});

function* receiveAtMost(stringBytes: number): Op<Received> {
  return yield { ...sendThenReceive(NIL), to: undefined, stringBytes };
}

function sendThenReceive(to: ThreadId): KernelCall {
  return {
    op: "ipc",
    to,
    message: { words: [1] },
    from: ANY,
    stringBytes: 100,
    window: 0,
    timeouts: undefined,
    reply: false,
  };
}
