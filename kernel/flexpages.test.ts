/** Flexpages in messages: where they land in a window, map and grant, and fpage_unmap of the own mapping, of others', and of the right to write. */
import { describe, expect, it } from "vitest";
import { FLEXPAGE_GRANT, FLEXPAGE_WRITE, flexpage, PageStatus, Unmap, WHOLE_SPACE } from "./abi/flexpage.ts";
import { ANY, NIL, WellKnownTask } from "./abi/identifiers.ts";
import { Condition, dope, IpcError } from "./abi/ipc.ts";
import { call, type NativeContext, receive, send } from "./native.ts";
import { Sigma0Request } from "#servers/abi/sigma0.ts";
import { sigma0 } from "#servers/sigma0.ts";
import { DATA, FINISH, GuestMachine } from "../tests/support/kernel-guest.ts";
import { TestMachine } from "../tests/support/kernel-machine.ts";
import { randomNumbers } from "../tests/support/random.ts";

const PAGE = 4096;
const SOURCE_LOG2 = 16;
const WINDOW_LOG2 = 17;
const WINDOW_BASE = 0x4000_0000;

/** Where a flexpage of 2^f bytes at F with hot spot b lands in a window of 2^r bytes at R: pairs of addresses, by the manual's words. */
function placing(from: number, f: number, spot: number, window: number, r: number): [number, number][] {
  const pairs: [number, number][] = [];
  const pages = 2 ** (Math.min(f, r) - 12);
  const source = f > r ? from + Math.floor((spot % 2 ** f) / 2 ** r) * 2 ** r : from;
  const target = f > r ? window : window + Math.floor((spot % 2 ** r) / 2 ** f) * 2 ** f;
  for (let page = 0; page < pages; page++) pairs.push([source + page * PAGE, target + page * PAGE]);
  return pairs;
}

describe("flexpages", () => {
  it("land where hot spot and window say, of every size in every window", () => {
    const random = randomNumbers(99);
    const machine = new TestMachine({ frames: 128 });
    const source = machine.boot("sigma0", sigma0, 255, WellKnownTask.SIGMA0);
    let larger = 0;
    machine.runBody(function* ({ kernel, memory }) {
      const words = [Sigma0Request.ANY, 0, flexpage(0, SOURCE_LOG2)];
      const base = (yield* call(source, { words }, undefined, WHOLE_SPACE)).words[0]! & ~0xfff;
      const other: { context?: NativeContext; window: number } = { window: 0 };
      const target = kernel.nativeTaskNew({ name: "target", priority: 150 }, function* (context) {
        other.context = context;
        for (;;) yield* receive(ANY, undefined, other.window);
      });
      for (let round = 0; round < 400; round++) {
        const f = 12 + random(SOURCE_LOG2 - 11);
        const r = 12 + random(WINDOW_LOG2 - 11);
        const from = base + random(2 ** (SOURCE_LOG2 - f)) * 2 ** f;
        const window = WINDOW_BASE + random(2 ** (WINDOW_LOG2 - r)) * 2 ** r;
        const spot = (random(1 << 20) << 12) >>> 0;
        if (f > r) larger++;
        // The receiver opens its window with the next receive.
        other.window = flexpage(window, r);
        yield* send(target, { words: [] });
        yield* send(target, { words: [], pages: [{ hotSpot: spot, fpage: flexpage(from, f, FLEXPAGE_WRITE) }] });
        const there = new Map(placing(from, f, spot, window, r).map(([at, to]) => [to, memory.frame(at, "read")]));
        for (let page = 0; page < 2 ** (WINDOW_LOG2 - 12); page++) {
          const address = WINDOW_BASE + page * PAGE;
          expect(other.context!.memory.frame(address, "write")).toBe(there.get(address) ?? -1);
        }
        kernel.unmap(flexpage(base, SOURCE_LOG2), Unmap.FLUSH);
      }
    });
    expect(larger).toBeGreaterThan(50);
  });

  it("need a window: without one the receiver gets words", () => {
    const result = new GuestMachine().runGuests(function* (guests) {
      const receiver = yield* guests.create(`
        mov eax, NONE
        xor ecx, ecx
        mov ebp, 1
        ipc
        mov [DATA], eax
        mov [DATA+4], ebx
        mov eax, NONE
        xor ecx, ecx
        mov ebp, 0x50000000 + (14<<2) + 3
        ipc
        mov [DATA+8], eax
        mov eax, NONE
        xor ecx, ecx
        mov ebp, DATA+0x101
        ipc
        mov [DATA+12], eax
        mov edx, [0x50001000]
        mov ebx, [0x60003000]
        mov edi, 0
        ${FINISH}`);
      yield* guests.introduce(receiver);
      yield* guests.writeWords(receiver, DATA + 0x100, [flexpage(0x60000000, 14), dope(3, 0)]);
      const page = yield* guests.take(12);
      new DataView(guests.context.memory.page(page, "write").buffer, guests.context.memory.page(page, "write").byteOffset).setUint32(
        0,
        77,
        true,
      );
      guests.start(receiver);
      yield* guests.idle();
      for (const hotSpot of [0x1000, 0x1000, 0x3000]) {
        yield* send(receiver, { words: [], pages: [{ hotSpot, fpage: flexpage(page, 12) }] });
        // The last message lets the guest finish.
        if (hotSpot === 0x1000) yield* guests.idle();
      }
      const { words } = yield* guests.next();
      return { words, memory: yield* guests.readWords(receiver, DATA, 4), fpage: flexpage(page, 12) };
    });
    const mapped = (dope(3, 0) | Condition.MAPPED) >>> 0;
    expect(result.memory).toEqual([mapped, result.fpage, mapped, mapped]);
    expect(result.words).toEqual([77, 77, 0]);
  });

  it.each([
    ["none", 0],
    ["less than a page", (0x5000_0000 | (11 << 2)) >>> 0],
    ["a place that its size does not fit", (0x5000_1000 | (13 << 2)) >>> 0],
    ["more than there is", 33 << 2],
  ])("are words only where the window is %s", (_, window) => {
    const machine = new GuestMachine();
    const seen = machine.runGuests(function* (guests) {
      const page = yield* guests.take(13);
      let found: { words: number[]; pages: number } | undefined;
      const receiver = guests.context.kernel.nativeTaskNew({ name: "receiver", priority: 170 }, function* ({ memory }) {
        const { words } = yield* receive(ANY, undefined, window);
        const places = [0, 0x1000, 0x5000_0000, 0x5000_1000, 0x5000_2000, page, page + 0x1000];
        found = { words, pages: places.filter((address) => memory.mapped(address)).length };
      });
      const fpage = flexpage(page, 13);
      const { error } = yield* send(receiver, { words: [1], pages: [{ hotSpot: page, fpage }] });
      return { error, found, expected: [1, page, fpage] };
    });
    expect(seen).toMatchObject({ error: IpcError.OK, found: { words: seen.expected, pages: 0 } });
  });

  it("are gone for the sender when they were granted, and what was derived stays with the new owner", () => {
    const machine = new GuestMachine();
    const result = machine.runGuests(function* (guests) {
      const { kernel, memory } = guests.context;
      const page = yield* guests.take(12);
      const heirs: NativeContext[] = [];
      const heir = kernel.nativeTaskNew({ name: "heir", priority: 170 }, function* (context) {
        heirs.push(context);
        yield* receive(ANY, undefined, flexpage(0x70000000, 12));
        yield* send(guest, { words: [], pages: [{ hotSpot: 0, fpage: flexpage(0x70000000, 12, FLEXPAGE_WRITE) }] });
        yield* receive(NIL);
      });
      const guest = yield* guests.create(`
        mov eax, NONE
        xor ecx, ecx
        mov ebp, 0x50000000 + (12<<2) + 3
        ipc
        mov dword ptr [0x50000000], 5
        mov edx, 5
        ${FINISH}`);
      yield* guests.introduce(guest);
      guests.start(guest);
      yield* guests.idle();
      const { error } = yield* send(heir, {
        words: [],
        pages: [{ hotSpot: 0, fpage: flexpage(page, 12, FLEXPAGE_WRITE | FLEXPAGE_GRANT) }],
      });
      yield* guests.next();
      // The granter has nothing left to take away.
      const status = kernel.unmap(flexpage(page, 12), Unmap.FLUSH);
      const byHeir = heirs[0]!.kernel.unmap(flexpage(0x70000000, 12), Unmap.FLUSH);
      return { error, mine: memory.mapped(page), status, byHeir };
    });
    expect(result).toEqual({ error: IpcError.OK, mine: false, status: 0, byHeir: PageStatus.ACCESSED | PageStatus.DIRTY });
  });
});

describe("fpage_unmap", () => {
  it("takes away the own mapping only when asked to, and tells what was done through it", () => {
    const result = new GuestMachine().runGuests(function* (guests) {
      const task = yield* guests.create(`
        mov dword ptr [DATA+0x3000], 7
        mov eax, DATA + 0x3000 + (12<<2)
        mov ecx, ${Unmap.STATUS | 0} + 0x80000000
        int 0x32
        mov [DATA], eax
        mov eax, DATA + 0x3000 + (12<<2)
        mov ecx, 0x80000000
        int 0x32
        mov [DATA+4], eax
        mov edx, [DATA+0x3000]
        mov dword ptr [DATA+0x3000], 8
        mov eax, DATA + 0x3000 + (12<<2)
        mov ecx, ${Unmap.FLUSH}
        int 0x32
        mov [DATA+8], eax
        mov edx, [DATA+0x3000]
        mov eax, DATA + 0x3000 + (12<<2)
        mov ecx, 0x80000000 + ${Unmap.FLUSH}
        int 0x32
        mov [DATA+12], eax
        mov edx, [DATA+0x3000]
        mov eax, DATA + 0x3123
        mov ecx, 0x80000000 + ${Unmap.FLUSH}
        int 0x32
        mov [DATA+16], eax
        ${FINISH}`);
      yield* guests.introduce(task);
      guests.start(task);
      const done = yield* guests.next();
      const faults = guests.faults.filter(({ address }) => address === DATA + 0x3000).map(({ write }) => write);
      return { faults, edx: done.words[0], status: yield* guests.readWords(task, DATA, 5) };
    });
    const both = PageStatus.ACCESSED | PageStatus.DIRTY;
    // First write; write after the right was taken; read after the mapping was taken.
    expect(result.faults).toEqual([true, true, false]);
    expect(result.edx).toBe(8);
    expect(result.status).toEqual([both, 0, 0, both, 0]);
  });

  it("takes away what others derived, and leaves the own mapping", () => {
    const result = new GuestMachine().runGuests(function* (guests) {
      const { kernel, memory } = guests.context;
      const mapper = yield* guests.create(`
        mov dword ptr [DATA+0x3000], 7
        mov edx, 0
        mov ebx, DATA + 0x3000 + (12<<2) + 2
        mov edi, 0
        mov eax, 2
        xor ecx, ecx
        xor ebp, ebp
        mov esi, [PARTNER]
        ipc
        mov eax, DATA + 0x3000 + (12<<2)
        mov ecx, ebx
        int 0x32
        mov ebx, eax
        mov edx, [DATA+0x3000]
        ${FINISH}`);
      const seen: boolean[] = [];
      const window = 0x4000_0000;
      const taker = kernel.nativeThreadNew({ lthread: 1 }, function* () {
        const message = yield* receive(ANY, undefined, flexpage(window, 12));
        seen.push(memory.mapped(window));
        memory.page(window, "write")[0] = 9;
        yield* send(message.from, { words: [0, Unmap.READ_ONLY] });
        yield* receive(NIL);
      });
      yield* guests.introduce(mapper, [taker]);
      guests.start(mapper);
      const done = yield* guests.next();
      seen.push(memory.frame(window, "write") >= 0, memory.mapped(window));
      return { seen, words: done.words, faults: guests.faults.filter(({ address }) => address === DATA + 0x3000).length };
    });
    expect(result.seen).toEqual([true, false, true]);
    expect(result.words).toEqual([9, PageStatus.ACCESSED | PageStatus.DIRTY, expect.any(Number)]);
    expect(result.faults).toBe(1);
  });
});
