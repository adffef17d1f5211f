/**
 * The recursive construction: memory managers that get their frames from other memory managers.
 *
 * Levels: σ0 owns the machine, and each manager stands on the one below by σ0's protocol.
 */
import { describe, expect, it } from "vitest";
import { FLEXPAGE_WRITE, flexpage, flexpageBase, WHOLE_SPACE } from "#kernel/abi/flexpage.ts";
import { ANY, type ThreadId, WellKnownTask } from "#kernel/abi/identifiers.ts";
import { call, type NativeContext, type Op, receive, send } from "#kernel/native.ts";
import { Disk } from "#machine/devices/disk.ts";
import { InterruptLine } from "#machine/interrupts.ts";
import { MemoryRequest } from "./abi/memory-manager.ts";
import { Sigma0Request } from "./abi/sigma0.ts";
import { diskDriver } from "./disk-driver.ts";
import { memoryManager } from "./memory-manager/memory-manager.ts";
import { sigma0 } from "./sigma0.ts";
import { Master } from "../tests/support/server-system.ts";
import { TestMachine } from "../tests/support/kernel-machine.ts";

const FRAMES = 240;
const DISK_BLOCKS = 512;

/** σ0 and managers, each on the one before; the last one has a paging disk. */
class Tower {
  readonly machine = new TestMachine({ frames: 512 });
  readonly levels: ThreadId[];
  readonly driver: ThreadId;

  constructor(height: number) {
    const { machine } = this;
    const source = machine.boot("sigma0", sigma0, 255, WellKnownTask.SIGMA0);
    const { ram, clock, interrupts } = machine;
    const disk = new Disk(ram, clock, interrupts, { blocks: DISK_BLOCKS });
    this.driver = machine.boot("disk", diskDriver({ disk, interruptLine: InterruptLine.DISK, sigma0: source }), 200);
    this.levels = [source];
    for (let level = 1; level <= height; level++) {
      const last = level === height;
      const options = {
        sigma0: this.top,
        frames: FRAMES >> level,
        diskDriver: last ? this.driver : undefined,
        swapPages: last ? DISK_BLOCKS : 0,
      };
      this.levels.push(machine.boot(`sigma${level}`, memoryManager(options), 190 - level));
    }
  }

  get top(): ThreadId {
    return this.levels.at(-1)!;
  }

  /** The test's body as master of the topmost manager. */
  *attach(context: NativeContext): Op<Master> {
    const master = new Master(this.machine.kernel, context, this.top, this.driver, this.levels[0]!);
    yield* master.must(MemoryRequest.ATTACH_MASTER);
    return master;
  }
}

const ask = (source: ThreadId): Op<{ words: number[] }> => call(source, { words: [Sigma0Request.ANY, 0, 0] }, undefined, WHOLE_SPACE);

describe("a manager that stands on another", () => {
  it.each([1, 2, 3, 4])("serves clients %i levels above σ0, and pages to its disk", (height) => {
    const tower = new Tower(height);
    const frames = FRAMES >> height;
    tower.machine.runBody(function* (context) {
      const master = yield* tower.attach(context);
      expect((yield* master.statistics()).frames).toBe(frames);
      // More than it has frames.
      const pages = frames + 30;
      const client = yield* master.clientWith(pages);
      for (let index = 0; index < pages; index++) yield* master.write(client, 1, index, 1000 + index);
      const copy = yield* master.fork(client);
      for (let index = 0; index < pages; index += 7) yield* master.write(copy, 1, index, 5000 + index);
      for (let index = 0; index < pages; index++) {
        expect(yield* master.read(client, 1, index)).toBe(1000 + index);
        expect(yield* master.read(copy, 1, index)).toBe((index % 7 === 0 ? 5000 : 1000) + index);
      }
      const { pageIns, pageOuts } = yield* master.statistics();
      expect(pageOuts).toBeGreaterThan(30);
      expect(pageIns).toBeGreaterThan(30);
    });
  });

  it("shares its fate: what the manager below takes back is gone from all above", () => {
    const tower = new Tower(1);
    tower.machine.runBody(function* (context) {
      // A manager of the test's own on σ1, with a client; then it dies, and its frames serve others.
      let client: ThreadId | undefined;
      const manager = tower.machine.boot("manager", function* () {
        const page = flexpageBase((yield* ask(tower.top)).words[0]!);
        client = tower.machine.boot("client", function* (own) {
          yield* receive(ANY, undefined, flexpage(0x7000_0000, 12));
          own.memory.page(0x7000_0000, "write").fill(1);
          yield* send(context.id, { words: [] });
          yield* receive(ANY);
          yield* send(context.id, { words: [own.memory.mapped(0x7000_0000) ? 1 : 0] });
        });
        yield* send(client, { words: [], pages: [{ hotSpot: 0, fpage: flexpage(page, 12, FLEXPAGE_WRITE) }] });
        yield* receive(ANY);
      });
      yield* receive(client ?? ANY);
      yield* send(manager, { words: [] });
      expect((yield* call(client!, { words: [] })).words).toEqual([0]);
    });
  });
});

describe("frames lent by the standard memory manager", () => {
  it("are empty, writable, at their own addresses, half of all at most, and come back from the dead", () => {
    const tower = new Tower(1);
    const half = FRAMES >> 2;
    tower.machine.runBody(function* (context) {
      const counts: number[] = [];
      for (let round = 0; round < 3; round++) {
        tower.machine.boot("borrower", function* (own) {
          let count = 0;
          for (;;) {
            const [page = 0] = (yield* ask(tower.top)).words;
            if (page === 0) break;
            const bytes = own.memory.page(flexpageBase(page), "write");
            if (bytes.some((byte) => byte !== 0)) throw new Error("not empty");
            bytes.fill(3);
            count++;
          }
          counts.push(count);
          yield* send(context.id, { words: [] });
        });
        yield* receive(ANY);
      }
      expect(counts).toEqual([half, half, half]);
    });
  });

  it("stay while clients page, and count as committed", () => {
    const tower = new Tower(1);
    tower.machine.runBody(function* (context) {
      const master = yield* tower.attach(context);
      const page = flexpageBase((yield* ask(tower.top)).words[0]!);
      context.memory.page(page, "write").fill(9);
      expect((yield* master.statistics()).committed).toBe(1);
      const pages = (FRAMES >> 1) + 40;
      const client = yield* master.clientWith(pages);
      for (let round = 0; round < 2; round++) for (let index = 0; index < pages; index++) yield* master.write(client, 1, index, index);
      expect((yield* master.statistics()).pageOuts).toBeGreaterThan(40);
      expect(context.memory.page(page, "read").every((byte) => byte === 9)).toBe(true);
    });
  });

  it("are for tasks made at boot, one page at a time", () => {
    const tower = new Tower(1);
    tower.machine.runBody(function* (context) {
      const words = [Sigma0Request.ANY, 0, flexpage(0, 16, FLEXPAGE_WRITE)];
      expect((yield* call(tower.top, { words }, undefined, WHOLE_SPACE)).words).toEqual([0]);
      const answers: number[][] = [];
      const inferior = context.kernel.nativeTaskNew({ name: "inferior", priority: 120 }, function* () {
        answers.push((yield* ask(tower.top)).words);
        yield* send(context.id, { words: [] });
      });
      const redirected = yield* receive(ANY);
      expect([redirected.from, redirected.to]).toEqual([inferior, tower.top]);
      expect(answers).toEqual([]);
    });
  });
});
