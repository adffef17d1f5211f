/**
 * For tests: an interrupt server with drivers that do what a test says, and devices that share a line.
 */
import { expect } from "vitest";
import { ANY, sameTask, type ThreadId } from "#kernel/abi/identifiers.ts";
import { call, type NativeContext, type Op, receive, replyAndWait, send, sleep } from "#kernel/native.ts";
import { INTERRUPT_LINES, type InterruptWire } from "#machine/interrupts.ts";
import { Claim, InterruptRequest, InterruptStatus } from "#servers/abi/interrupt-server.ts";
import { interruptServer } from "#servers/interrupt-server.ts";
import { TestMachine } from "./kernel-machine.ts";

/** The line that the tests are about. */
export const LINE = 5;
const { REGISTER, STATISTICS } = InterruptRequest;

export interface Statistics {
  claimed: number;
  unclaimed: number;
  falseClaims: number;
  silences: number;
  drivers: number;
}

/** What a test's body works with. */
export class Bench {
  readonly context: NativeContext;
  readonly server: ThreadId;
  readonly machine: TestMachine;

  constructor(context: NativeContext, server: ThreadId, machine: TestMachine) {
    this.context = context;
    this.server = server;
    this.machine = machine;
  }

  /** A task that registers for the line, and answers questions as `decide` does; undefined: not at all. It ends after "die", or when anybody else sends it a message. */
  *driver(decide: () => Op<number | "die" | undefined>): Op<ThreadId> {
    const { server, context } = this;
    const task = this.machine.boot(
      "driver",
      function* () {
        yield* call(server, { words: [REGISTER, LINE] });
        yield* send(context.id, { words: [] });
        let next = yield* receive(ANY);
        while (sameTask(next.from, server)) {
          const claim = yield* decide();
          if (claim === "die") return;
          next = claim === undefined ? yield* receive(ANY) : yield* replyAndWait(next.from, { words: [claim] });
        }
      },
      120,
    );
    yield* receive(task);
    return task;
  }

  *kill(driver: ThreadId): Op<void> {
    yield* send(driver, { words: [] });
    yield* sleep(1);
    expect(this.context.kernel.exists(driver)).toBe(false);
  }

  /** A driver as it should be. */
  *honest(device: Device): Op<ThreadId> {
    return yield* this.driver(function* () {
      return device.serve() ? Claim.CLAIMED : Claim.NOT_MINE;
    });
  }

  device(): Device {
    return new Device(this.machine.interrupts.connect(LINE));
  }

  *statistics(): Op<Statistics> {
    const [status, claimed = 0, unclaimed = 0, falseClaims = 0, silences = 0, drivers = 0] = (yield* call(this.server, {
      words: [STATISTICS, LINE],
    })).words;
    expect(status).toBe(InterruptStatus.OK);
    return { claimed, unclaimed, falseClaims, silences, drivers };
  }
}

/** A device with a counter of events that have not been served. */
export class Device {
  events = 0;
  served = 0;
  private readonly wire: InterruptWire;

  constructor(wire: InterruptWire) {
    this.wire = wire;
  }

  fire(): void {
    this.events++;
    this.wire.set(true);
  }

  /** @returns whether there was an interrupt */
  serve(): boolean {
    const any = this.events > 0;
    this.served += this.events;
    this.events = 0;
    this.wire.set(false);
    return any;
  }
}

/** Runs a body beside an interrupt server. */
export function withServer<T>(body: (bench: Bench) => Op<T>): T {
  const machine = new TestMachine();
  const server = machine.boot("interrupts", interruptServer(INTERRUPT_LINES), 210);
  return machine.runBody((context) => body(new Bench(context, server, machine)));
}
