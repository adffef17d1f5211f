/** Page faults as IPC: regions, clipping, refusals, managers that misbehave, emulated managers. */
import { describe, expect, it } from "vitest";
import { Right } from "./abi/calls.ts";
import { FLEXPAGE_WRITE, flexpage, PageStatus, Unmap } from "./abi/flexpage.ts";
import { ANY, NIL, type ThreadId } from "./abi/identifiers.ts";
import { FaultRefusal } from "./abi/page-fault.ts";
import { EXCEPTION_LABEL, TrapFrame } from "./abi/trap-frame.ts";
import { type Op, type PageItem, receive, replyAndWait, send, sleep } from "./native.ts";
import { CODE, DATA, FINISH, FRAME, GuestMachine, type Guests } from "../tests/support/kernel-guest.ts";

const PAGE = 4096;
/** A place outside the guests' usual region. */
const FAR = 0x5000_0000;

/** Sets up trap mirroring; the handler sends vector, reason and address of the trap. */
const REPORT_TRAPS = `
  mov eax, FRAME
  mov ecx, offset report
  mov edx, STACK_TOP
  xor ebx, ebx
  int 0x3a
  jmp begin
report:
  mov edx, [FRAME+${TrapFrame.VECTOR}]
  mov ebx, [FRAME+${TrapFrame.REASON}]
  mov edi, [FRAME+${TrapFrame.ADDRESS}]
  ${FINISH}
begin:
`;

/** Starts a guest that reads or writes an address and tells how it went: w0 = vector or 0, w1 = reason. */
function* probe(guests: Guests, access: "read" | "write", address: number): Op<ThreadId> {
  const instruction = access === "read" ? `mov eax, [${address}]` : `mov dword ptr [${address}], 5`;
  const task = yield* guests.create(`${REPORT_TRAPS}
    ${instruction}
    xor edx, edx
    xor ebx, ebx
    mov edi, [${address}]
    jmp finish`);
  yield* guests.introduce(task);
  return task;
}

describe("page faults", () => {
  it("tell the manager data space, offset, address and EIP", () => {
    const fault = new GuestMachine().runGuests(function* (guests) {
      const task = yield* probe(guests, "write", FAR + 0x3123);
      guests.context.kernel.regionMap(task, FAR + 0x2000, 0x4000, guests.context.id, 1, 0x7000, 7);
      let words: number[] = [];
      guests.hook = (request) => {
        if (request.words[2]! >= FAR) words = request.words;
        return undefined;
      };
      guests.start(task);
      const done = yield* guests.next();
      return { words, done: done.words };
    });
    expect(fault.words.slice(0, 3)).toEqual([0x8002, 1, FAR + 0x3000]);
    expect(fault.words[3]).toBeGreaterThan(CODE);
    expect(fault.done).toEqual([0, 0, 5]);
  });

  it("become exceptions where there is no region, and where the rights forbid the access", () => {
    const seen = new GuestMachine().runGuests(function* (guests) {
      const results: number[][] = [];
      for (const [access, rights] of [
        ["read", 0],
        ["write", Right.READ | Right.EXECUTE],
        ["read", Right.READ],
      ] as const) {
        const task = yield* probe(guests, access, FAR);
        if (rights !== 0) guests.context.kernel.regionMap(task, FAR, PAGE, guests.context.id, 1, 0, rights);
        guests.start(task);
        results.push((yield* guests.next()).words);
      }
      return results;
    });
    expect(seen).toEqual([
      [14, FaultRefusal.NO_REGION, FAR],
      [14, FaultRefusal.RIGHTS, FAR],
      [0, 0, 0],
    ]);
  });

  it("hand the manager's refusal through", () => {
    const seen = new GuestMachine().runGuests(function* (guests) {
      const results: number[][] = [];
      for (const reason of [FaultRefusal.BEYOND_END, FaultRefusal.NO_MEMORY, FaultRefusal.IO]) {
        const task = yield* probe(guests, "read", FAR + 12);
        guests.context.kernel.regionMap(task, FAR, PAGE, guests.context.id, 1, 0, 7);
        guests.hook = (request) => (request.words[2] === FAR ? { words: [reason] } : undefined);
        guests.start(task);
        results.push((yield* guests.next()).words);
      }
      return results;
    });
    expect(seen).toEqual([3, 4, 5].map((reason) => [14, reason, FAR + 12]));
  });

  it("give up a manager after three useless answers in a row", () => {
    const useless = [{ words: [0] }, { words: [99] }, { words: [0], pages: [{ hotSpot: DATA, fpage: flexpage(0, 12) }] }];
    for (const answer of useless) {
      const seen = new GuestMachine().runGuests(function* (guests) {
        const task = yield* probe(guests, "read", FAR);
        guests.context.kernel.regionMap(task, FAR, PAGE, guests.context.id, 1, 0, 7);
        let asked = 0;
        guests.hook = (request) => {
          if (request.words[2] !== FAR) return undefined;
          asked++;
          return answer;
        };
        guests.start(task);
        return { words: (yield* guests.next()).words, asked };
      });
      expect(seen).toEqual({ words: [14, FaultRefusal.MANAGER, FAR], asked: 3 });
    }
  });

  it("end when the manager dies or does not exist", () => {
    const seen = new GuestMachine().runGuests(function* (guests) {
      const results: number[][] = [];
      const { kernel } = guests.context;
      const taker = kernel.nativeTaskNew({ name: "taker", priority: 150 }, function* () {
        for (;;) yield* receive(0xffffffff);
      });
      const deaf = kernel.nativeTaskNew({ name: "deaf", priority: 150 }, function* () {
        yield* sleep(1e9);
      });
      for (const manager of [taker, deaf, 0x12345678]) {
        const task = yield* probe(guests, "read", FAR);
        kernel.regionMap(task, FAR, PAGE, manager, 9, 0, 7);
        guests.start(task);
        if (kernel.exists(manager)) {
          yield* guests.idle();
          kernel.taskDelete(manager);
        }
        results.push((yield* guests.next()).words);
      }
      return results;
    });
    expect(seen).toEqual([1, 2, 3].map(() => [14, FaultRefusal.MANAGER, FAR]));
  });

  it("can be interrupted and deleted while the manager never answers", () => {
    const seen = new GuestMachine().runGuests(function* (guests) {
      const { kernel } = guests.context;
      const task = yield* probe(guests, "read", FAR);
      kernel.regionMap(task, FAR, PAGE, guests.context.id, 1, 0, 7);
      guests.hook = (request) => (request.words[2] === FAR ? "silent" : undefined);
      guests.start(task);
      yield* guests.idle();
      kernel.exRegs(task, { trigger: true });
      const [vector] = (yield* guests.next()).words;
      const other = yield* probe(guests, "read", FAR);
      kernel.regionMap(other, FAR, PAGE, guests.context.id, 1, 0, 7);
      guests.start(other);
      yield* guests.idle();
      return { vector, deleted: kernel.taskDelete(other), exists: kernel.exists(other) };
    });
    expect(seen).toEqual({ vector: 0xffffffff, deleted: true, exists: false });
  });

  it.each([
    ["one flexpage", (block: number): PageItem[] => [{ hotSpot: FAR + PAGE, fpage: flexpage(block, 14, FLEXPAGE_WRITE) }]],
    [
      "single pages",
      (block: number): PageItem[] =>
        [3, 0, 2, 1].map((page) => ({ hotSpot: FAR + page * PAGE, fpage: flexpage(block + page * PAGE, 12, FLEXPAGE_WRITE) })),
    ],
  ])("map no page outside the region, and none writable where the region is not: %s", (_how, items) => {
    const seen = new GuestMachine().runGuests(function* (guests) {
      const { kernel } = guests.context;
      const results: number[][] = [];
      // Four pages of the pager's own memory, offered for a region of the two in the middle.
      for (const access of [
        `mov eax, [${FAR + 2 * PAGE}]`,
        `mov eax, [${FAR}]`,
        `mov eax, [${FAR + 3 * PAGE}]`,
        `mov dword ptr [${FAR + PAGE}], 5`,
      ]) {
        const task = yield* guests.create(`${REPORT_TRAPS}
          mov eax, [${FAR + PAGE}]
          ${access}
          xor edx, edx
          xor ebx, ebx
          xor edi, edi
          jmp finish`);
        yield* guests.introduce(task);
        kernel.regionMap(task, FAR + PAGE, 2 * PAGE, guests.context.id, 1, 0, Right.READ);
        guests.hook = (request) => (request.words[2]! < FAR ? undefined : { words: [], pages: items(guests.block) });
        guests.start(task);
        results.push((yield* guests.next()).words);
      }
      return { results, status: kernel.unmap(flexpage(guests.block, 14), Unmap.STATUS) };
    });
    expect(seen.results).toEqual([
      [0, 0, 0],
      [14, FaultRefusal.NO_REGION, FAR],
      [14, FaultRefusal.NO_REGION, FAR + 3 * PAGE],
      [14, FaultRefusal.RIGHTS, FAR + PAGE],
    ]);
    expect(seen.status).toBe(PageStatus.ACCESSED);
  });

  it("are not served by the manager that the region had when they began", () => {
    const seen = new GuestMachine().runGuests(function* (guests) {
      const { kernel, id } = guests.context;
      const task = yield* probe(guests, "read", FAR);
      kernel.regionMap(task, FAR, PAGE, id, 1, 0, 7);
      const other = kernel.nativeTaskNew({ name: "other", priority: 150 }, function* () {
        for (let request = yield* receive(ANY); ; ) request = yield* replyAndWait(request.from, { words: [FaultRefusal.IO] });
      });
      guests.hook = (request) => {
        if (request.words[2] !== FAR) return undefined;
        kernel.regionUnmap(task, FAR, PAGE);
        kernel.regionMap(task, FAR, PAGE, other, 1, 0, 7);
        return { words: [], pages: [{ hotSpot: FAR, fpage: flexpage(guests.block, 12) }] };
      };
      guests.start(task);
      return (yield* guests.next()).words;
    });
    expect(seen).toEqual([14, FaultRefusal.IO, FAR]);
  });

  it("are asked for again after the manager or the region took the page", () => {
    const seen = new GuestMachine().runGuests(function* (guests) {
      const { kernel } = guests.context;
      const task = yield* guests.create(`
        1: inc dword ptr [DATA+0x3000]
        mov edx, [DATA+0x3000]
        mov esi, [PAGER]
        xor eax, eax
        xor ecx, ecx
        xor ebp, ebp
        ipc
        jmp 1b`);
      yield* guests.introduce(task);
      guests.start(task);
      const faultsAt = (): number => guests.faults.filter((fault) => fault.address === DATA + 0x3000).length;
      const first = yield* guests.next();
      const own = guests.addressOf(task, DATA + 0x3000);
      const status = kernel.unmap(flexpage(own, 12), Unmap.FLUSH);
      const second = yield* guests.answer(task, { words: [] });
      const writes = kernel.unmap(flexpage(own, 12), Unmap.READ_ONLY);
      const third = yield* guests.answer(task, { words: [] });
      const faults = faultsAt();
      kernel.regionUnmap(task, DATA + 0x3000, PAGE);
      kernel.regionMap(task, DATA + 0x3000, PAGE, guests.context.id, 1, 0x13000, 7);
      const fourth = yield* guests.answer(task, { words: [] });
      return { values: [first, second, third, fourth].map((message) => message.words[0]), status, writes, faults, later: faultsAt() };
    });
    expect(seen).toEqual({ values: [1, 2, 3, 4], status: 3, writes: 3, faults: 3, later: 4 });
  });

  it("take the right to write away with regionProtect", () => {
    const seen = new GuestMachine().runGuests(function* (guests) {
      const { kernel } = guests.context;
      const task = yield* guests.create(`${REPORT_TRAPS}
        mov dword ptr [DATA+0x3000], 7
        mov edx, 1
        mov esi, [PAGER]
        xor eax, eax
        xor ecx, ecx
        xor ebp, ebp
        ipc
        mov edx, [DATA+0x3000]
        mov dword ptr [DATA+0x3000], 8
        jmp finish`);
      yield* guests.introduce(task);
      guests.start(task);
      yield* guests.next();
      const holes = kernel.regionProtect(task, FAR, PAGE, Right.READ);
      const result = kernel.regionProtect(task, DATA + 0x3000, PAGE, Right.READ);
      return { holes, result, words: (yield* guests.answer(task, { words: [] })).words };
    });
    expect(seen).toEqual({ holes: 1, result: 0, words: [14, FaultRefusal.RIGHTS, DATA + 0x3000] });
  });

  it("are served by an emulated manager for an emulated client", () => {
    const seen = new GuestMachine().runGuests(function* (guests) {
      const { kernel } = guests.context;
      // Answers every fault with its own page at DATA+0x4000, by a register message: hot spot in EDX, flexpage in EBX.
      const manager = yield* guests.create(`
        mov dword ptr [DATA+0x4000], 4711
        mov eax, NONE
        xor esi, esi
        jmp 2f
        1:
        mov edx, edi
        mov ebx, DATA+0x4000+(12<<2)+2
        mov eax, 2
        2:
        mov ecx, 0x10
        mov ebp, 1
        ipc
        jmp 1b`);
      guests.start(manager);
      yield* guests.idle();
      const task = yield* probe(guests, "read", FAR + 0x2000);
      kernel.regionMap(task, FAR, 0x4000, manager, 77, 0, 7);
      guests.start(task);
      const done = yield* guests.next();
      return { words: done.words, statistics: kernel.statistics(manager) };
    });
    expect(seen.words).toEqual([0, 0, 4711]);
    expect(seen.statistics?.ipcs).toBe(1);
  });

  it("stop a client without handler and tell its chief", () => {
    const seen = new GuestMachine().runGuests(function* (guests) {
      const { kernel } = guests.context;
      const task = yield* guests.spawn(`mov eax, [${FAR}]`);
      const { from, words } = yield* guests.next();
      const restarted = kernel.exRegs(task, { eip: CODE });
      const again = yield* guests.next();
      return { from: from === task, words, restarted: restarted?.eip, again: again.words };
    });
    expect(seen).toEqual({
      from: true,
      words: [EXCEPTION_LABEL, 14, CODE, FAR, FaultRefusal.NO_REGION],
      restarted: CODE,
      again: [EXCEPTION_LABEL, 14, CODE, FAR, FaultRefusal.NO_REGION],
    });
  });

  it("find the frame of a trap through its manager", () => {
    const seen = new GuestMachine().runGuests(function* (guests) {
      const { kernel } = guests.context;
      const task = yield* guests.create(`${REPORT_TRAPS}
        mov eax, 0x55
        int 0x80`);
      yield* guests.introduce(task);
      guests.start(task);
      const done = yield* guests.next();
      const frame = guests.addressOf(task, FRAME);
      kernel.taskDelete(task);
      const fresh = yield* guests.create(`
        mov eax, DATA+0x4800
        mov ecx, offset report
        xor ebx, ebx
        mov edx, STACK_TOP
        int 0x3a
        int 0x80
        report:
        mov edx, [DATA+0x4800+${TrapFrame.VECTOR}]
        ${FINISH}`);
      yield* guests.introduce(fresh);
      guests.start(fresh);
      const second = yield* guests.next();
      return {
        first: done.words[0],
        mapped: frame !== NIL,
        second: second.words[0],
        faults: guests.faults.filter((f) => f.address === DATA + 0x4000),
      };
    });
    expect(seen.first).toBe(0x80);
    expect(seen.second).toBe(0x80);
    expect(seen.faults).toMatchObject([{ write: true }]);
  });
});

// The manager's own thread is never asked for its own memory.
describe("a thread that is its own manager", () => {
  it("gets an exception", () => {
    const words = new GuestMachine().runGuests(function* (guests) {
      const task = yield* probe(guests, "read", FAR);
      guests.context.kernel.regionMap(task, FAR, PAGE, task, 1, 0, 7);
      guests.start(task);
      const done = yield* guests.next();
      yield* send(task, { words: [] }, { sendUs: 0 });
      return done.words;
    });
    expect(words).toEqual([14, FaultRefusal.MANAGER, FAR]);
  });
});
