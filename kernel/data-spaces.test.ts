/** Data spaces as L3 has them: (task, manager, number) triples, managers that flush, and native managers that fail. */
import { describe, expect, it } from "vitest";
import { FLEXPAGE_WRITE, flexpage, PageStatus, Unmap } from "./abi/flexpage.ts";
import { ANY, siblingOf, taskOf, type ThreadId } from "./abi/identifiers.ts";
import { FaultRefusal } from "./abi/page-fault.ts";
import { EXCEPTION_LABEL } from "./abi/trap-frame.ts";
import { type Message, type NativeContext, type Op, receive, replyAndWait, sleep } from "./native.ts";
import { DATA, FINISH, GuestMachine, type Guests } from "../tests/support/kernel-guest.ts";

const PAGE = 4096;
const FIRST = 0x5000_0000;
const SECOND = 0x5100_0000;
const DATA_SPACE = 5;
const MANAGER_THREAD = 50;

/** Starts a manager as a thread of the test's task; `answer` decides about each fault, undefined: none. */
function startManager(
  guests: Guests,
  number: number,
  answer: (client: ThreadId, words: readonly number[], context: NativeContext) => Op<Message | undefined>,
): ThreadId {
  const { kernel, id } = guests.context;
  const lthread = MANAGER_THREAD + number;
  kernel.nativeThreadNew({ lthread, priority: 180 }, function* (context) {
    let next = yield* receive(ANY);
    for (;;) {
      const reply = yield* answer(next.from, next.words, context);
      next = reply === undefined ? yield* receive(ANY) : yield* replyAndWait(next.from, reply);
    }
  });
  return siblingOf(id, lthread);
}

const mapped = (page: number, hotSpot: number): Message => ({
  words: [0],
  pages: [{ hotSpot, fpage: flexpage(page, 12, FLEXPAGE_WRITE) }],
});

/** A manager that keeps one page for each object; `nameOf` says which object a (task, number) pair is. */
function* startKeeper(
  guests: Guests,
  number: number,
  nameOf: (client: ThreadId, ds: number) => string,
): Op<{ id: ThreadId; pages: Map<string, number> }> {
  const pages = new Map<string, number>();
  const free = [yield* guests.take(12), yield* guests.take(12), yield* guests.take(12)];
  const id = startManager(guests, number, function* (client, [, ds = 0, address = 0]) {
    const name = nameOf(client, ds);
    const page = pages.get(name) ?? free.pop()!;
    pages.set(name, page);
    return mapped(page, address);
  });
  return { id, pages };
}

describe("equal data space numbers in two tasks", () => {
  it("are one object or two, as their manager decides", () => {
    const result = new GuestMachine().runGuests(function* (guests) {
      const shared = yield* startKeeper(guests, 0, (_client, ds) => `${ds}`);
      const separate = yield* startKeeper(guests, 1, (client, ds) => `${taskOf(client)}:${ds}`);
      const words: number[][] = [];
      for (const value of [11, 22]) {
        const task = yield* guests.create(`
          mov edx, [${FIRST}]
          mov ebx, [${SECOND}]
          mov dword ptr [${FIRST}], ${value}
          mov dword ptr [${SECOND}], ${value}
          mov edi, [${FIRST}]
          ${FINISH}`);
        yield* guests.introduce(task);
        const { kernel } = guests.context;
        kernel.regionMap(task, FIRST, PAGE, shared.id, DATA_SPACE, 0, 7);
        kernel.regionMap(task, SECOND, PAGE, separate.id, DATA_SPACE, 0, 7);
        guests.start(task);
        words.push((yield* guests.next()).words);
      }
      return { words, objects: [shared.pages.size, separate.pages.size] };
    });
    expect(result).toEqual({
      words: [
        [0, 0, 11],
        [11, 0, 22],
      ],
      objects: [1, 2],
    });
  });
});

describe("a manager that flushes", () => {
  it("learns what was done, and its clients fault again and see what it put there", () => {
    const result = new GuestMachine().runGuests(function* (guests) {
      const { kernel, memory } = guests.context;
      const keeper = yield* startKeeper(guests, 0, () => "the one");
      const task = yield* guests.create(`
        mov dword ptr [${FIRST}], 7
        mov edx, 1
      again:
        mov esi, [PAGER]
        xor eax, eax
        xor ecx, ecx
        xor ebp, ebp
        ipc
        mov edx, [${FIRST}]
        jmp again`);
      yield* guests.introduce(task);
      kernel.regionMap(task, FIRST, PAGE, keeper.id, DATA_SPACE, 0, 7);
      guests.start(task);
      let message = yield* guests.next();
      const page = keeper.pages.get("the one")!;
      const seen: number[][] = [];
      for (let round = 0; round < 3; round++) {
        const status = kernel.unmap(flexpage(page, 12), Unmap.FLUSH);
        const before = memory.page(page, "read")[0]!;
        memory.page(page, "write")[0] = 100 + round;
        message = yield* guests.answer(message.from, { words: [] });
        seen.push([status, before, message.words[0]!]);
      }
      return seen;
    });
    const { ACCESSED, DIRTY } = PageStatus;
    // The guest only reads after its first write.
    expect(result).toEqual([
      [ACCESSED | DIRTY, 7, 100],
      [ACCESSED, 100, 101],
      [ACCESSED, 101, 102],
    ]);
  });
});

/** Microseconds that a manager has which a client chose itself. */
const PATIENCE_US = 10_000_000;

/** A guest that binds a region itself, touches it, and tells what it read; an exception goes to the pager. */
function* selfBound(guests: Guests, manager: ThreadId): Op<ThreadId> {
  const task = yield* guests.create(`
    mov esi, DATA
    int 0x37
    mov ebx, eax
    mov edx, [${FIRST}]
    mov edi, 77
    ${FINISH}`);
  yield* guests.introduce(task);
  yield* guests.writeWords(task, DATA, [FIRST, PAGE, manager, DATA_SPACE, 0, 7]);
  return task;
}

/** Answers of managers that fail; each gets a page that it might map. */
const failures: Record<string, (address: number, page: number) => Op<Message | undefined>> = {
  *"never answers"() {
    yield* sleep(1);
    return undefined;
  },
  *"answers when it is too late"(address, page) {
    yield* sleep(1.5 * PATIENCE_US);
    return mapped(page, address);
  },
  *"maps outside the region"(address, page) {
    return mapped(page, address + 16 * PAGE);
  },
  *"maps what it has not got"(address) {
    return mapped(0x3000_0000, address);
  },
  *"answers without a page"() {
    return { words: [0] };
  },
  *"answers with a string, and nonsense"() {
    return { words: [0xffff_ffff, 0xffff_ffff], strings: [new Uint8Array(100)] };
  },
};

describe("a native manager that", () => {
  it.each(Object.entries(failures))("%s costs only its client", (name, fail) => {
    const machine = new GuestMachine();
    const result = machine.runGuests(function* (guests) {
      const page = yield* guests.take(12);
      const { id } = yield* startKeeper(guests, 0, () => "good");
      const bad = startManager(guests, 1, function* (_client, [, , address = 0]) {
        return yield* fail(address, page);
      });
      const client = yield* selfBound(guests, bad);
      const other = yield* selfBound(guests, id);
      guests.start(client);
      guests.start(other);
      const messages: number[][] = [];
      for (let count = 0; count < 2; count++) messages.push((yield* guests.next()).words);
      const timed = machine.clock.now() / 1000;
      return { messages, timed };
    });
    const slow = name === "never answers" || name === "answers when it is too late";
    // The other client is served at once; the first gets a page fault as exception.
    const failed = result.messages.find(([label]) => label === EXCEPTION_LABEL)!;
    const served = result.messages.find(([label]) => label !== EXCEPTION_LABEL);
    expect(served).toEqual([0, 0, 77]);
    expect([failed[1], failed[3], failed[4]]).toEqual([14, FIRST, FaultRefusal.MANAGER]);
    if (slow) {
      expect(result.messages[0]).toBe(served);
      expect(result.timed).toBeGreaterThanOrEqual(PATIENCE_US);
      expect(result.timed).toBeLessThan(1.01 * PATIENCE_US);
    } else expect(result.timed).toBeLessThan(10_000);
  });

  it("takes no fault message at all costs as much", () => {
    const machine = new GuestMachine();
    const failed = machine.runGuests(function* (guests) {
      guests.context.kernel.nativeThreadNew({ lthread: MANAGER_THREAD }, function* () {
        for (;;) yield* sleep(1_000_000);
      });
      guests.start(yield* selfBound(guests, siblingOf(guests.context.id, MANAGER_THREAD)));
      return (yield* guests.next()).words;
    });
    expect([failed[0], failed[3], failed[4]]).toEqual([EXCEPTION_LABEL, FIRST, FaultRefusal.MANAGER]);
    expect(machine.clock.now() / 1000).toBeGreaterThanOrEqual(PATIENCE_US);
  });

  it("was bound by a task made at boot may take its time", () => {
    const machine = new GuestMachine();
    const words = machine.runGuests(function* (guests) {
      const page = yield* guests.take(12);
      const slow = startManager(guests, 0, function* (_client, [, , address = 0]) {
        yield* sleep(3 * PATIENCE_US);
        return mapped(page, address);
      });
      const task = yield* guests.create(`mov edx, [${FIRST}]\n mov ebx, 5\n mov edi, 6\n ${FINISH}`);
      yield* guests.introduce(task);
      guests.context.kernel.regionMap(task, FIRST, PAGE, slow, DATA_SPACE, 0, 7);
      guests.start(task);
      return (yield* guests.next()).words;
    });
    expect(words).toEqual([0, 5, 6]);
  });
});
