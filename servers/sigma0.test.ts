/** σ0: every frame once, the X.0 requests, blocks, the info page, random requests. */
import { describe, expect, it } from "vitest";
import { FLEXPAGE_GRANT, FLEXPAGE_WRITE, flexpage, flexpageBase, flexpageLog2Size, WHOLE_SPACE } from "#kernel/abi/flexpage.ts";
import { ANY, type ThreadId, WellKnownTask } from "#kernel/abi/identifiers.ts";
import { call, type NativeContext, type Op, receive, send } from "#kernel/native.ts";
import { PAGE_SIZE } from "#machine/ram.ts";
import { Sigma0Request } from "./abi/sigma0.ts";
import { sigma0 } from "./sigma0.ts";
import { TestMachine } from "../tests/support/kernel-machine.ts";
import { randomNumbers } from "../tests/support/random.ts";

function withSigma0<T>(frames: number, body: (context: NativeContext, source: ThreadId, machine: TestMachine) => Op<T>): T {
  const machine = new TestMachine({ frames });
  const source = machine.boot("sigma0", sigma0, 255, WellKnownTask.SIGMA0);
  return machine.runBody((context) => body(context, source, machine));
}

const ask = (source: ThreadId, ...words: number[]): Op<{ words: number[] }> => call(source, { words }, undefined, WHOLE_SPACE);

describe("σ0", () => {
  it("gives every frame but the info page once, at its own address", () => {
    const pages = withSigma0(32, function* (context, source) {
      const given: number[] = [];
      for (;;) {
        const [page = 0] = (yield* ask(source, Sigma0Request.ANY, 0, 0)).words;
        if (page === 0) return given;
        given.push(flexpageBase(page));
        context.memory.page(flexpageBase(page), "write").fill(1);
      }
    });
    expect(pages).toEqual(Array.from({ length: 31 }, (_, index) => (index + 1) * PAGE_SIZE));
  });

  it("gives blocks, particular pages and 4 MB pages, but nothing twice", () => {
    const result = withSigma0(5120, function* (context, source, machine) {
      const block = (yield* ask(source, Sigma0Request.ANY, 0, flexpage(0, 20))).words[0]!;
      const page = (yield* ask(source, 5 * PAGE_SIZE, 0, 0)).words[0]!;
      const again = (yield* ask(source, 5 * PAGE_SIZE, 0, 0)).words[0]!;
      const large = (yield* ask(source, 0x4000_0000 + (8 << 20), 0, 0)).words[0]!;
      const mapped = [flexpageBase(block) + 0xff000, 5 * PAGE_SIZE, (12 << 20) - PAGE_SIZE].map((address) =>
        context.memory.mapped(address),
      );
      const refused: (number | undefined)[] = [];
      const other = function* (): Op<void> {
        const cases = [
          [5 * PAGE_SIZE, 0, 0],
          [(8 << 20) + PAGE_SIZE, 0, 0],
          [0x4000_0000 + (8 << 20), 0, 0],
          [0x4000_0000, 0, 0],
          [0x4000_0000 + (12 << 20) + PAGE_SIZE, 0, 0],
          [0, 0, 0],
          [0x3000_0000, 0, 0],
          [3, 0, 0],
        ];
        for (const words of cases) refused.push((yield* ask(source, ...words)).words[0]);
        yield* send(context.id, { words: [] });
      };
      machine.boot("other", other, 120);
      yield* receive(ANY);
      return {
        log2: flexpageLog2Size(block),
        page: flexpageBase(page),
        again: again === page,
        large: flexpageLog2Size(large),
        mapped,
        refused,
      };
    });
    expect(result).toEqual({
      log2: 20,
      page: 5 * PAGE_SIZE,
      again: true,
      large: 22,
      mapped: [true, true, true],
      refused: [0, 0, 0, 0, 0, 0, 0, 0],
    });
  });

  it("gives the frames of tasks that are gone again, empty and to nobody else", () => {
    const machine = new TestMachine({ frames: 64 });
    const source = machine.boot("sigma0", sigma0, 255, WellKnownTask.SIGMA0);
    const result = machine.runBody(function* (context) {
      const heirs: number[] = [];
      const taken: number[] = [];
      for (let round = 0; round < 5; round++) {
        // One that takes everything and dies; another has got a page of it by a grant.
        const heir = machine.boot("heir", function* (own) {
          yield* receive(ANY, undefined, flexpage(0x7000_0000, 12));
          heirs.push(own.memory.page(0x7000_0000, "read")[0]!);
          yield* send(context.id, { words: [] });
          yield* receive(ANY);
          heirs.push(own.memory.mapped(0x7000_0000) ? 1 : 0);
          yield* send(context.id, { words: [] });
        });
        machine.boot("hog", function* (own) {
          let count = 0;
          let last = 0;
          for (;;) {
            const [page = 0] = (yield* ask(source, Sigma0Request.ANY, 0, 0)).words;
            if (page === 0) break;
            last = flexpageBase(page);
            if (own.memory.page(last, "read").some((byte) => byte !== 0)) throw new Error("not empty");
            own.memory.page(last, "write").fill(7);
            count++;
          }
          taken.push(count);
          yield* send(heir, { words: [], pages: [{ hotSpot: 0, fpage: flexpage(last, 12, FLEXPAGE_WRITE | FLEXPAGE_GRANT) }] });
        });
        yield* receive(heir);
        // A particular page of the dead one, and then any.
        const wanted = yield* ask(source, 5 * PAGE_SIZE, 0, 0);
        if (flexpageBase(wanted.words[0]!) !== 5 * PAGE_SIZE || context.memory.page(5 * PAGE_SIZE, "read")[9] !== 0)
          throw new Error("page 5");
        machine.boot("next", function* () {
          for (let page = 1; page !== 0; ) page = (yield* ask(source, Sigma0Request.ANY, 0, 0)).words[0]!;
          yield* send(heir, { words: [] });
        });
        yield* receive(heir);
      }
      return { heirs, taken };
    });
    expect(result.taken).toEqual([63, 62, 62, 62, 62]);
    expect(result.heirs).toEqual(Array.from({ length: 5 }, () => [7, 0]).flat());
  });

  it("maps the info page read-only to everybody", () => {
    const result = withSigma0(16, function* (context, source) {
      yield* call(source, { words: [1, 1] }, undefined, flexpage(0x8000, 12));
      const page = context.memory.page(0x8000, "read");
      const view = new DataView(page.buffer, page.byteOffset, PAGE_SIZE);
      return { magic: view.getUint32(0, true), memory: view.getUint32(0x64, true), writable: context.memory.frame(0x8000, "write") >= 0 };
    });
    expect(result).toEqual({ magic: 0x4be6344c, memory: 16 * PAGE_SIZE, writable: false });
  });

  it("survives random requests", () => {
    const answers = withSigma0(64, function* (_, source) {
      const random = randomNumbers(5);
      let count = 0;
      for (let step = 0; step < 3000; step++) {
        const words: number[] = [];
        for (let index = 0; index < step % 6; index++) {
          words.push(random(step % 3 === 0 ? 2 ** 32 : 2 ** 14));
        }
        if ((yield* ask(source, ...words)).words.length > 0) count++;
      }
      return count;
    });
    expect(answers).toBe(3000);
  });
});
