import { beforeEach, describe, expect, it } from "vitest";
import { Kernel } from "#kernel/kernel.ts";
import { FLEXPAGE_WRITE, flexpage, WHOLE_SPACE } from "#kernel/abi/flexpage.ts";
import { NIL, type ThreadId, WellKnownTask } from "#kernel/abi/identifiers.ts";
import { IpcError } from "#kernel/abi/ipc.ts";
import { call, type Op, type Received, receive, type Timeouts } from "#kernel/native.ts";
import { VirtualClock } from "#machine/clock.ts";
import { Channels, MAX_PUT_BYTES } from "#machine/devices/channels.ts";
import { InterruptController, InterruptLine } from "#machine/interrupts.ts";
import { PAGE_SIZE, Ram } from "#machine/ram.ts";
import { DriverClass, DriverRequest, DriverStatus } from "./abi/generic-driver.ts";
import { Sigma0Request } from "./abi/sigma0.ts";
import { channelDriver } from "./channel-driver.ts";
import { sigma0 } from "./sigma0.ts";
import { idleProcessor } from "../tests/support/server-system.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (data: Uint8Array | undefined): string => new TextDecoder().decode(data);

let kernel: Kernel;
let channels: Channels;
let driver: ThreadId;
let clock: VirtualClock;
let output: string[];
let congested: boolean;

beforeEach(() => {
  const interrupts = new InterruptController();
  const processor = idleProcessor();
  clock = new VirtualClock(0n, () => processor.instructions);
  kernel = new Kernel({ ram: new Ram(16 * PAGE_SIZE), processor, clock, interrupts });
  output = [];
  congested = false;
  channels = new Channels(interrupts, {
    onOutput(port, data) {
      output.push(`${port}:${text(data)}`);
      return !congested;
    },
  });
  driver = kernel.bootTask({ name: "channels", priority: 200 }, channelDriver({ ports: channels, interruptLine: InterruptLine.CHANNELS }));
});

/** Runs until nothing happens any more, without letting time pass. */
const settle = (): void => {
  kernel.run(1_000_000);
};

/** A client task with one request; its answer is there once the machine has run. */
function ask(words: number[], data?: Uint8Array, timeouts?: Timeouts): { answer: Received | undefined; id: ThreadId } {
  const result: { answer: Received | undefined; id: ThreadId } = { answer: undefined, id: 0 };
  result.id = kernel.bootTask({ name: "client", priority: 100 }, function* (): Op<void> {
    result.answer = yield* call(driver, { words, strings: data ? [data] : [] }, timeouts);
    yield* receive(NIL);
  });
  settle();
  return result;
}

const read = (port: number, max = 100, timeouts?: Timeouts) => ask([DriverRequest.READ, port, 0, max], undefined, timeouts);
const write = (port: number, data: Uint8Array) => ask([DriverRequest.WRITE, port, 0], data);

describe("channel driver", () => {
  it("identifies itself as a stream", () => {
    expect(ask([DriverRequest.IDENTIFY, 0, 0]).answer!.words).toEqual([DriverStatus.OK, DriverClass.STREAM, 0, 0]);
    expect(ask([DriverRequest.IDENTIFY, 5, 0]).answer!.words[0]).toBe(DriverStatus.NO_SUCH_UNIT);
  });

  it("answers a read at once when there is input, later when there is none", () => {
    channels.hostWrite(0, bytes("early"));
    const first = read(0);
    expect(first.answer!.words.slice(0, 2)).toEqual([DriverStatus.OK, 5]);
    expect(text(first.answer!.strings[0])).toBe("early");
    const second = read(0, 3);
    expect(second.answer).toBeUndefined();
    channels.hostWrite(0, bytes("late"));
    settle();
    expect(text(second.answer!.strings[0])).toBe("lat");
    expect(text(read(0).answer!.strings[0])).toBe("e");
  });

  it("lets no port wait for another", () => {
    const port = channels.openPort();
    const waiting = read(0);
    channels.hostWrite(port, bytes("x"));
    expect(text(read(port).answer!.strings[0])).toBe("x");
    expect(write(port, bytes("out")).answer!.words).toEqual([DriverStatus.OK, 3]);
    expect(write(0, bytes("too")).answer!.words).toEqual([DriverStatus.OK, 3]);
    expect(waiting.answer).toBeUndefined();
    expect(output).toEqual([`${port}:out`, "0:too"]);
  });

  it("tells the end of input by zero bytes", () => {
    const waiting = read(0);
    channels.hostClose(0);
    settle();
    expect(waiting.answer!.words.slice(0, 2)).toEqual([DriverStatus.OK, 0]);
    expect(read(0).answer!.words[1]).toBe(0);
  });

  it("holds a write until the host took all", () => {
    congested = true;
    const data = new Uint8Array(2 * MAX_PUT_BYTES + 7).fill(65);
    const writing = write(0, data);
    expect(writing.answer).toBeUndefined();
    expect(output.length).toBe(1);
    channels.hostDrained(0);
    settle();
    expect(writing.answer).toBeUndefined();
    congested = false;
    channels.hostDrained(0);
    settle();
    expect(writing.answer!.words).toEqual([DriverStatus.OK, data.length]);
    expect(output.map((line) => line.length - 2)).toEqual([MAX_PUT_BYTES, MAX_PUT_BYTES, 7]);
  });

  it("fails writes after a hangup and says how much was taken", () => {
    congested = true;
    const writing = write(0, new Uint8Array(MAX_PUT_BYTES + 1));
    channels.hostHangup(0);
    settle();
    expect(writing.answer!.words).toEqual([DriverStatus.NOT_READY, MAX_PUT_BYTES]);
    expect(write(0, bytes("x")).answer!.words).toEqual([DriverStatus.NOT_READY, 0]);
  });

  it("takes one read and one write per port", () => {
    congested = true;
    read(0);
    expect(read(0).answer!.words[0]).toBe(DriverStatus.BUSY);
    write(0, bytes("a"));
    expect(write(0, bytes("b")).answer).toBeUndefined();
    expect(write(0, bytes("c")).answer!.words[0]).toBe(DriverStatus.BUSY);
  });

  it("cancels what waits when the port is closed", () => {
    const port = channels.openPort();
    const waiting = read(port);
    expect(ask([DriverRequest.CLOSE, port, 0]).answer!.words[0]).toBe(DriverStatus.OK);
    expect(waiting.answer!.words[0]).toBe(DriverStatus.CANCELLED);
    expect(read(port).answer!.words[0]).toBe(DriverStatus.NO_SUCH_UNIT);
  });

  it("loses no input when its reader gave up", () => {
    const impatient = read(0, 100, { receiveUs: 10 });
    while (impatient.answer === undefined) {
      clock.idleUntil(clock.nextEvent());
      settle();
    }
    expect(impatient.answer.error).toBe(IpcError.RECEIVE_TIMEOUT);
    channels.hostWrite(0, bytes("kept"));
    settle();
    expect(text(read(0, 2).answer!.strings[0])).toBe("ke");
    expect(text(read(0, 100).answer!.strings[0])).toBe("pt");
  });

  it("takes and fills pages of clients, and keeps none", () => {
    const source = kernel.bootTask({ name: "sigma0", priority: 220, taskNumber: WellKnownTask.SIGMA0 }, sigma0);
    const answers: number[][] = [];
    let seen = "";
    kernel.bootTask({ name: "client", priority: 100 }, function* (context) {
      const answer = yield* call(source, { words: [Sigma0Request.ANY, 0, 0] }, undefined, WHOLE_SPACE);
      const page = (answer.words[0]! & ~0xfff) >>> 0;
      const pages = [{ hotSpot: 0, fpage: flexpage(page, 12, FLEXPAGE_WRITE) }];
      // More often than the driver has places.
      for (let round = 0; round < 40; round++) {
        context.memory.page(page, "write").set(bytes("from a page"));
        answers[0] = (yield* call(driver, { words: [DriverRequest.WRITE_PAGE, 0, 0, 11], pages })).words;
        answers[1] = (yield* call(driver, { words: [DriverRequest.READ_PAGE, 0, 0, 4096], pages })).words;
      }
      seen = text(context.memory.page(page, "read").subarray(0, 11));
      answers[2] = (yield* call(driver, { words: [DriverRequest.WRITE_PAGE, 0, 0, 4097], pages })).words;
      const readOnly = [{ hotSpot: 0, fpage: flexpage(page, 12) }];
      answers[3] = (yield* call(driver, { words: [DriverRequest.READ_PAGE, 0, 0, 10], pages: readOnly })).words;
      answers[4] = (yield* call(driver, { words: [DriverRequest.READ_PAGE, 0, 0, 10], pages })).words;
    });
    for (let round = 0; round < 40; round++) {
      settle();
      channels.hostWrite(0, bytes(`into ${String(round).padStart(2, "0")}`));
    }
    settle();
    expect(output).toEqual(Array.from({ length: 40 }, () => "0:from a page"));
    expect(seen).toBe("into 39page");
    // The last read is cancelled when the port is closed, and its place is free again.
    ask([DriverRequest.CLOSE, 0]);
    const { OK, BAD_ARGUMENT, CANCELLED } = DriverStatus;
    expect(answers).toEqual([[OK, 11], [OK, 7], [BAD_ARGUMENT], [BAD_ARGUMENT], [CANCELLED]]);
  });

  it("refuses nonsense", () => {
    expect(ask([DriverRequest.READ, 0, 0, 0]).answer!.words[0]).toBe(DriverStatus.BAD_ARGUMENT);
    expect(ask([DriverRequest.WRITE, 0, 0]).answer!.words[0]).toBe(DriverStatus.BAD_ARGUMENT);
    expect(ask([0x77, 0, 0]).answer!.words[0]).toBe(DriverStatus.NOT_SUPPORTED);
    expect(ask([]).answer!.words[0]).toBe(DriverStatus.NOT_SUPPORTED);
    for (const operation of [DriverRequest.READ_PAGE, DriverRequest.WRITE_PAGE]) {
      expect(ask([operation, 0, 0, 5]).answer!.words[0]).toBe(DriverStatus.BAD_ARGUMENT);
    }
    expect(ask([DriverRequest.READ, 99, 0, 1]).answer!.words[0]).toBe(DriverStatus.NO_SUCH_UNIT);
  });
});
