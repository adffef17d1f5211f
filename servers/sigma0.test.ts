/** σ0: every frame once, the X.0 requests, blocks, the info page, random requests. */
import { describe, expect, it } from "vitest";
import { flexpage, flexpageBase, flexpageLog2Size, WHOLE_SPACE } from "#kernel/abi/flexpage.ts";
import { ANY, type ThreadId, WellKnownTask } from "#kernel/abi/identifiers.ts";
import { call, type NativeContext, type Op, receive, send } from "#kernel/native.ts";
import { PAGE_SIZE } from "#machine/ram.ts";
import { Sigma0Request } from "./abi/sigma0.ts";
import { sigma0 } from "./sigma0.ts";
import { TestMachine } from "../tests/support/kernel-machine.ts";

function withSigma0<T>(frames: number, body: (context: NativeContext, source: ThreadId) => Op<T>): T {
  const machine = new TestMachine({ frames });
  const source = machine.boot("sigma0", sigma0, 255, WellKnownTask.SIGMA0);
  return machine.runBody((context) => body(context, source));
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
    const result = withSigma0(3072, function* (context, source) {
      const block = (yield* ask(source, Sigma0Request.ANY, 0, flexpage(0, 20))).words[0]!;
      const page = (yield* ask(source, 5 * PAGE_SIZE, 0, 0)).words[0]!;
      const again = (yield* ask(source, 5 * PAGE_SIZE, 0, 0)).words[0]!;
      const large = (yield* ask(source, 0x4000_0000 + (8 << 20), 0, 0)).words[0]!;
      const mapped = [flexpageBase(block) + 0xff000, 5 * PAGE_SIZE, (12 << 20) - PAGE_SIZE].map((address) =>
        context.memory.mapped(address),
      );
      const refused: (number | undefined)[] = [];
      context.kernel.nativeTaskNew({ name: "other", priority: 120 }, function* () {
        const cases = [
          [5 * PAGE_SIZE, 0, 0],
          [(8 << 20) + PAGE_SIZE, 0, 0],
          [0x4000_0000 + (8 << 20), 0, 0],
          [0x4000_0000, 0, 0],
          [0, 0, 0],
          [0x3000_0000, 0, 0],
          [3, 0, 0],
        ];
        for (const words of cases) refused.push((yield* ask(source, ...words)).words[0]);
        yield* send(context.id, { words: [] });
      });
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
      refused: [0, 0, 0, 0, 0, 0, 0],
    });
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
      let seed = 5;
      let count = 0;
      for (let step = 0; step < 3000; step++) {
        const words: number[] = [];
        for (let index = 0; index < step % 6; index++) {
          seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
          words.push(step % 3 === 0 ? seed : seed >>> 18);
        }
        if ((yield* ask(source, ...words)).words.length > 0) count++;
      }
      return count;
    });
    expect(answers).toBe(3000);
  });
});
