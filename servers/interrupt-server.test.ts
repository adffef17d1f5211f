/** The interrupt server: devices that share a line, and drivers that are dead, silent, slow or lie. */
import { describe, expect, it } from "vitest";
import { ANY, NIL, WellKnownTask } from "#kernel/abi/identifiers.ts";
import { call, type Op, receive, send, sleep } from "#kernel/native.ts";
import { Disk } from "#machine/devices/disk.ts";
import { INTERRUPT_LINES } from "#machine/interrupts.ts";
import { DriverRequest, DriverStatus } from "./abi/generic-driver.ts";
import { ANSWER_US, Claim, InterruptRequest, InterruptStatus, MAX_DRIVERS, MAX_DRIVERS_OF_TASK } from "./abi/interrupt-server.ts";
import { diskDriver } from "./disk-driver.ts";
import { interruptServer } from "./interrupt-server.ts";
import { sigma0 } from "./sigma0.ts";
import { LINE, withServer } from "../tests/support/interrupt-bench.ts";
import { TestMachine } from "../tests/support/kernel-machine.ts";

const { REGISTER, UNREGISTER } = InterruptRequest;

describe("two devices on a line", () => {
  it("are both served, at different times and at once", () => {
    withServer(function* (bench) {
      const devices = [bench.device(), bench.device()];
      for (const device of devices) yield* bench.honest(device);
      for (let round = 1; round <= 50; round++) {
        for (const [index, device] of devices.entries()) if (round % (index + 2) !== 0) device.fire();
        yield* sleep(10);
      }
      expect(devices.map(({ served }) => served)).toEqual([25, 34]);
      expect(bench.machine.interrupts.pending).toBe(0);
      const { unclaimed, silences, drivers } = yield* bench.statistics();
      expect({ unclaimed, silences, drivers }).toEqual({ unclaimed: 0, silences: 0, drivers: 2 });
    });
  });

  it("can be two disks, each with the disk driver", () => {
    const machine = new TestMachine();
    const source = machine.boot("sigma0", sigma0, 220, WellKnownTask.SIGMA0);
    const server = machine.boot("interrupts", interruptServer(INTERRUPT_LINES), 210);
    const drivers = [300_000, 200_000].map((latencyNs) => {
      const { ram, clock, interrupts } = machine;
      const disk = new Disk(ram, clock, interrupts, { blocks: 64, latencyNs, interruptLine: LINE });
      return machine.boot("disk", diskDriver({ disk, interruptLine: LINE, interruptServer: server, sigma0: source }), 200);
    });
    machine.runBody(function* (context) {
      const results: Uint8Array[] = [];
      for (const [index, driver] of drivers.entries()) {
        context.kernel.nativeThreadNew({ lthread: index + 1 }, function* () {
          for (let block = 0; block < 20; block++) {
            const bytes = new Uint8Array(4096).fill(100 * index + block);
            const written = yield* call(driver, { words: [DriverRequest.WRITE, 0, block], strings: [bytes] });
            expect(written.words).toEqual([DriverStatus.OK, 1]);
          }
          const read = yield* call(driver, { words: [DriverRequest.READ, 0, 0, 20] });
          results[index] = read.strings[0]!.filter((_, at) => at % 4096 === 77);
        });
      }
      yield* sleep(100_000);
      expect(results.map((bytes) => [...bytes])).toEqual([0, 100].map((base) => Array.from({ length: 20 }, (_, block) => base + block)));
    });
  });
});

describe("a driver cannot take the line from the others when it", () => {
  it("is dead", () => {
    withServer(function* (bench) {
      const device = bench.device();
      const dead = yield* bench.honest(bench.device());
      yield* bench.honest(device);
      yield* bench.kill(dead);
      device.fire();
      yield* sleep(10);
      expect(device.served).toBe(1);
      expect((yield* bench.statistics()).drivers).toBe(1);
    });
  });

  it("dies while it is asked", () => {
    withServer(function* (bench) {
      const device = bench.device();
      yield* bench.driver(function* () {
        yield {
          op: "exit",
          to: undefined,
          message: undefined,
          from: undefined,
          stringBytes: 0,
          window: 0,
          timeouts: undefined,
          reply: false,
        };
        return undefined;
      });
      yield* bench.honest(device);
      device.fire();
      yield* sleep(10);
      expect(device.served).toBe(1);
      expect((yield* bench.statistics()).drivers).toBe(1);
    });
  });

  it("never answers: it delays the first interrupt only, and is struck off in the end", () => {
    withServer(function* (bench) {
      const device = bench.device();
      let questions = 0;
      yield* bench.driver(function* () {
        questions++;
        return undefined;
      });
      yield* bench.honest(device);
      device.fire();
      yield* sleep(ANSWER_US - 100);
      expect(device.served).toBe(0);
      yield* sleep(200);
      expect(device.served).toBe(1);
      for (let round = 0; round < 10; round++) {
        device.fire();
        yield* sleep(10);
      }
      expect([device.served, questions]).toEqual([11, 1]);
      // Interrupts of nobody reach it; three questions are enough.
      const stray = bench.device();
      stray.fire();
      yield* sleep(10 * ANSWER_US);
      stray.serve();
      expect(questions).toBe(3);
      const { silences, drivers } = yield* bench.statistics();
      expect([silences, drivers]).toEqual([3, 1]);
    });
  });

  it.each([
    ["never answers", undefined],
    ["claims everything", Claim.CLAIMED],
  ])("%s: devices of several drivers wait for it once", (_, claim) => {
    withServer(function* (bench) {
      const devices = [bench.device(), bench.device(), bench.device()];
      let questions = 0;
      yield* bench.driver(function* () {
        questions++;
        return claim;
      });
      for (const device of devices) yield* bench.honest(device);
      for (const device of devices) {
        device.fire();
        yield* sleep(2 * ANSWER_US);
        device.fire();
        yield* sleep(10);
      }
      expect(devices.map(({ served }) => served)).toEqual([2, 2, 2]);
      expect(questions).toBe(1);
    });
  });

  it("is silent now and then: three times in a row are too many, twice are not", () => {
    withServer(function* (bench) {
      let questions = 0;
      const device = bench.device();
      const driver = yield* bench.driver(function* () {
        questions++;
        return questions % 3 === 0 && device.serve() ? Claim.CLAIMED : undefined;
      });
      for (let round = 0; round < 4; round++) {
        device.fire();
        yield* sleep(20 * ANSWER_US);
      }
      expect([questions, device.served]).toEqual([12, 4]);
      expect((yield* bench.statistics()).drivers).toBe(1);
      expect(bench.context.kernel.exists(driver)).toBe(true);
    });
  });

  it.each([
    ["claims", Claim.CLAIMED, 1],
    ["does not claim", Claim.NOT_MINE, 0],
  ])("goes away, with a colleague, while it is asked, and %s", (_, claim, claims) => {
    withServer(function* (bench) {
      const { server, machine, context } = bench;
      const device = bench.device();
      let asked = 0;
      machine.boot("pair", function* ({ id, kernel }) {
        yield* call(server, { words: [REGISTER, LINE] });
        const colleague = kernel.nativeThreadNew({ lthread: 1 }, function* () {
          yield* call(server, { words: [REGISTER, LINE] });
          yield* send(id, { words: [] });
          yield* receive(ANY);
          asked++;
        });
        yield* receive(colleague);
        yield* send(context.id, { words: [] });
        const { from } = yield* receive(ANY);
        for (const thread of [NIL, colleague]) yield* call(server, { words: [UNREGISTER, LINE, thread] });
        device.serve();
        yield* send(from, { words: [claim] });
        yield* receive(NIL);
      });
      yield* receive(ANY);
      yield* sleep(10);
      device.fire();
      yield* sleep(10 * ANSWER_US);
      const { drivers, claimed } = yield* bench.statistics();
      expect({ asked, drivers, claimed, served: device.served }).toEqual({ asked: 0, drivers: 0, claimed: claims, served: 1 });
    });
  });

  it("answers late: what it says then is not taken for an answer to another question", () => {
    withServer(function* (bench) {
      const device = bench.device();
      let late = 0;
      yield* bench.driver(function* () {
        yield* sleep(2 * ANSWER_US);
        late++;
        return Claim.CLAIMED;
      });
      yield* bench.honest(device);
      for (let round = 0; round < 5; round++) {
        device.fire();
        yield* sleep(4 * ANSWER_US);
      }
      expect([device.served, late]).toEqual([5, 1]);
      const { claimed, falseClaims, silences } = yield* bench.statistics();
      expect([claimed, falseClaims, silences]).toEqual([5, 0, 1]);
    });
  });

  it("claims everything: from the second interrupt on it is not even asked", () => {
    withServer(function* (bench) {
      const device = bench.device();
      let questions = 0;
      yield* bench.driver(function* () {
        questions++;
        return Claim.CLAIMED;
      });
      yield* bench.honest(device);
      for (let round = 0; round < 10; round++) {
        device.fire();
        yield* sleep(10);
      }
      expect([device.served, questions]).toEqual([10, 1]);
      expect((yield* bench.statistics()).falseClaims).toBe(1);
    });
  });

  it("claims everything and waits for the first driver to be replaced", () => {
    withServer(function* (bench) {
      const device = bench.device();
      const first = yield* bench.honest(device);
      yield* bench.driver(function* () {
        return Claim.CLAIMED;
      });
      yield* bench.kill(first);
      device.fire();
      yield* sleep(10);
      const improved = bench.device();
      yield* bench.driver(function* () {
        const mine = device.serve() || improved.serve();
        return mine ? Claim.CLAIMED : Claim.NOT_MINE;
      });
      for (let round = 0; round < 10; round++) {
        improved.fire();
        yield* sleep(2_000);
      }
      expect([device.served, improved.served]).toEqual([1, 10]);
    });
  });

  it("answers after nearly as long as it may", () => {
    withServer(function* (bench) {
      const device = bench.device();
      yield* bench.driver(function* () {
        yield* sleep(ANSWER_US - 10);
        return Claim.NOT_MINE;
      });
      yield* bench.honest(device);
      device.fire();
      yield* sleep(ANSWER_US);
      for (let round = 0; round < 10; round++) {
        device.fire();
        yield* sleep(10);
      }
      expect(device.served).toBe(11);
    });
  });
});

describe("a line that stays raised", () => {
  it("does not hold up the machine, and is served when its driver comes", () => {
    withServer(function* (bench) {
      const device = bench.device();
      let lies = 0;
      yield* bench.driver(function* () {
        lies++;
        return Claim.CLAIMED;
      });
      device.fire();
      // Lower priorities run, and the questions become rare.
      yield* sleep(1_000_000);
      expect(lies).toBeGreaterThan(100);
      expect(lies).toBeLessThan(130);
      yield* bench.honest(device);
      yield* sleep(10);
      expect(device.served).toBe(1);
    });
  });

  it("serves the other devices on it within a hundredth of a second", () => {
    withServer(function* (bench) {
      const [stuck, device] = [bench.device(), bench.device()];
      yield* bench.honest(device);
      stuck.fire();
      for (let round = 1; round <= 20; round++) {
        device.fire();
        yield* sleep(10_001);
        expect(device.served).toBe(round);
      }
    });
  });

  it("is not even looked at without a driver", () => {
    withServer(function* (bench) {
      const device = bench.device();
      device.fire();
      yield* sleep(1_000);
      expect((yield* bench.statistics()).unclaimed).toBe(0);
      yield* bench.honest(device);
      yield* sleep(10);
      expect(device.served).toBe(1);
    });
  });
});

describe("registration", () => {
  it("is for the sender, once, and not for others to end", () => {
    withServer(function* (bench) {
      const { server, context } = bench;
      const request = function* (...words: number[]): Op<number | undefined> {
        return (yield* call(server, { words })).words[0];
      };
      const driver = yield* bench.honest(bench.device());
      const answers: (number | undefined)[] = [];
      bench.machine.boot("stranger", function* () {
        answers.push(yield* request(UNREGISTER, LINE, driver));
        answers.push(yield* request(UNREGISTER, LINE, NIL));
        answers.push(yield* request(REGISTER, INTERRUPT_LINES));
        answers.push(yield* request(0x299, LINE));
        answers.push(yield* request(REGISTER, LINE));
        answers.push(yield* request(REGISTER, LINE));
        answers.push(yield* request(UNREGISTER, LINE, NIL));
        yield* send(context.id, { words: [] });
      });
      yield* receive(ANY);
      const { OK, DENIED, NOT_REGISTERED, NO_SUCH_LINE, BAD_REQUEST, ALREADY_REGISTERED, FULL } = InterruptStatus;
      expect(answers).toEqual([DENIED, NOT_REGISTERED, NO_SUCH_LINE, BAD_REQUEST, OK, ALREADY_REGISTERED, OK]);
      expect((yield* bench.statistics()).drivers).toBe(1);
      yield* bench.kill(driver);
      const threads: (number | undefined)[] = [];
      for (let lthread = 1; lthread <= MAX_DRIVERS_OF_TASK + 1; lthread++) {
        context.kernel.nativeThreadNew({ lthread }, function* () {
          threads.push(yield* request(REGISTER, LINE));
          yield* receive(NIL);
        });
      }
      yield* sleep(10);
      expect(threads).toEqual([...Array.from({ length: MAX_DRIVERS_OF_TASK }, () => OK), FULL]);
    });
  });

  it("is not for the dead: they make room for others", () => {
    withServer(function* (bench) {
      for (let round = 0; round <= MAX_DRIVERS; round++) yield* bench.kill(yield* bench.honest(bench.device()));
      yield* bench.honest(bench.device());
      expect((yield* bench.statistics()).drivers).toBe(1);
    });
  });

  it("leaves no line to take past the server", () => {
    withServer(function* () {
      const taken: number[] = [];
      for (let line = 0; line < INTERRUPT_LINES; line++) taken.push((yield* receive(line + 1, { receiveUs: 0 })).error);
      expect(new Set(taken)).toEqual(new Set([0x10]));
    });
  });
});
