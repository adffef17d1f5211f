/** The random driver: bytes by string, by page and by word, all from one stream. */
import { describe, expect, it } from "vitest";
import { FLEXPAGE_WRITE, flexpage, WHOLE_SPACE } from "#kernel/abi/flexpage.ts";
import { type ThreadId, WellKnownTask } from "#kernel/abi/identifiers.ts";
import { call, type NativeContext, type Op } from "#kernel/native.ts";
import { SeededEntropy } from "#machine/devices/entropy.ts";
import { DriverClass, DriverRequest, DriverStatus, RandomControl } from "./abi/generic-driver.ts";
import { Sigma0Request } from "./abi/sigma0.ts";
import { MAX_RANDOM_BYTES, randomDriver } from "./random-driver.ts";
import { sigma0 } from "./sigma0.ts";
import { TestMachine } from "../tests/support/kernel-machine.ts";

const SEED = "random driver";

function withDriver<T>(body: (context: NativeContext, driver: ThreadId, page: number) => Op<T>): T {
  const machine = new TestMachine();
  const source = machine.boot("sigma0", sigma0, 220, WellKnownTask.SIGMA0);
  const driver = machine.boot("random", randomDriver(new SeededEntropy(SEED)), 200);
  return machine.runBody(function* (context) {
    const answer = yield* call(source, { words: [Sigma0Request.ANY, 0, 0] }, undefined, WHOLE_SPACE);
    return yield* body(context, driver, (answer.words[0]! & ~0xfff) >>> 0);
  });
}

/** The device's first bytes, read as the driver does. */
function expected(...counts: number[]): Uint8Array[] {
  const entropy = new SeededEntropy(SEED);
  return counts.map((count) => {
    const bytes = new Uint8Array(count);
    entropy.fill(bytes);
    return bytes;
  });
}

describe("random driver", () => {
  it("hands out the device's bytes once, by whatever way", () => {
    withDriver(function* (context, driver, page) {
      const [first, second, third] = expected(100, 4000, 4);
      expect((yield* call(driver, { words: [DriverRequest.IDENTIFY, 0, 0] })).words).toEqual([DriverStatus.OK, DriverClass.RANDOM, 0, 0]);
      const read = yield* call(driver, { words: [DriverRequest.READ, 0, 0, 100] });
      expect(read.words).toEqual([DriverStatus.OK, 100]);
      expect(read.strings).toEqual([first]);
      const pages = [{ hotSpot: 0, fpage: flexpage(page, 12, FLEXPAGE_WRITE) }];
      expect((yield* call(driver, { words: [DriverRequest.READ_PAGE, 0, 0, 4000], pages })).words).toEqual([DriverStatus.OK, 4000]);
      expect(context.memory.page(page, "read")).toEqual(Uint8Array.of(...second!, ...new Uint8Array(96)));
      const word = yield* call(driver, { words: [DriverRequest.CONTROL, 0, RandomControl.WORD] });
      expect(word.words).toEqual([DriverStatus.OK, new DataView(third!.buffer).getUint32(0, true)]);
    });
  });

  it("refuses nonsense, and pages that it may not write", () => {
    withDriver(function* (_context, driver, page) {
      const { BAD_ARGUMENT, NO_SUCH_UNIT, NOT_SUPPORTED } = DriverStatus;
      const cases: [number, number[]][] = [
        [NO_SUCH_UNIT, [DriverRequest.READ, 1, 0, 4]],
        [BAD_ARGUMENT, [DriverRequest.READ_PAGE, 0, 0, 4]],
        [BAD_ARGUMENT, [DriverRequest.CONTROL, 0, 9]],
        [NOT_SUPPORTED, [DriverRequest.WRITE, 0, 0]],
      ];
      for (const [status, words] of cases) expect((yield* call(driver, { words })).words).toEqual([status]);
      const readOnly = [{ hotSpot: 0, fpage: flexpage(page, 12) }];
      expect((yield* call(driver, { words: [DriverRequest.READ_PAGE, 0, 0, 4], pages: readOnly })).words).toEqual([BAD_ARGUMENT]);
      const writable = [{ hotSpot: 0, fpage: flexpage(page, 12, FLEXPAGE_WRITE) }];
      expect((yield* call(driver, { words: [DriverRequest.READ_PAGE, 0, 0, 4097], pages: writable })).words).toEqual([BAD_ARGUMENT]);
      const large = yield* call(driver, { words: [DriverRequest.READ, 0, 0, 1 << 30] });
      expect(large.words).toEqual([DriverStatus.OK, MAX_RANDOM_BYTES]);
    });
  });
});
