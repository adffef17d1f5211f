/** Data spaces in messages: copies asked of managers, in every phase of which something can go wrong, and given up when it does. */
import { describe, expect, it } from "vitest";
import { DataSpaceLabel, dataSpaceLabel, dataSpaceTicket } from "./abi/data-space.ts";
import { FLEXPAGE_WRITE, flexpage, Unmap } from "./abi/flexpage.ts";
import { ANY, NIL, taskOf, type ThreadId } from "./abi/identifiers.ts";
import { Condition, dope, dopeDataSpaces, IpcError, MAX_DATA_SPACES } from "./abi/ipc.ts";
import { FaultRefusal } from "./abi/page-fault.ts";
import {
  type Message,
  type NativeContext,
  type Op,
  receive,
  type Received,
  replyAndWait,
  send,
  sendAs,
  sendAsAndWait,
  sleep,
} from "./native.ts";
import { randomNumbers } from "../tests/support/random.ts";
import { DATA, FINISH, GuestMachine, type Guests } from "../tests/support/kernel-guest.ts";

const SECOND_US = 1_000_000;
/** After this everything that can happen has happened. */
const LONG_US = 100 * SECOND_US;

/** What a manager was told: "copy SENDER NUMBER RECEIVER" or "discard OWNER TICKET", with names of tasks. */
class Book {
  readonly entries: string[] = [];
  private readonly names = new Map<ThreadId, string>();

  name(task: ThreadId, name: string): ThreadId {
    this.names.set(taskOf(task), name);
    return task;
  }

  of(task: ThreadId): string {
    return this.names.get(taskOf(task)) ?? "?";
  }

  enter({ from, words }: Received): void {
    const [first = 0, number = 0, task = 0] = words;
    const label = dataSpaceLabel(first);
    if (label === DataSpaceLabel.COPY) this.entries.push(`copy ${this.of(from)} ${number} ${this.of(task)} #${dataSpaceTicket(first)}`);
    else if (label === DataSpaceLabel.DISCARD) this.entries.push(`discard ${this.of(from)} #${dataSpaceTicket(first)}`);
    else this.entries.push(`other ${words.join(" ")}`);
  }
}

/** The copy of n is n + 100; what is above 50 is refused. */
const copies = ([first = 0, number = 0]: readonly number[]): Message | undefined => {
  if (dataSpaceLabel(first) !== DataSpaceLabel.COPY) return undefined;
  return number > 50 ? { words: [FaultRefusal.NO_MEMORY] } : { words: [0, number + 100] };
};

type Serve = (received: Received, context: NativeContext) => Op<Message | undefined>;

/** A manager in a task of its own, that keeps a book. */
function manager(context: NativeContext, book: Book, serve?: Serve): ThreadId {
  const id = context.kernel.nativeTaskNew({ priority: 180, name: "manager" }, function* (own) {
    let next = yield* receive(ANY);
    for (;;) {
      book.enter(next);
      const answer = serve === undefined ? copies(next.words) : yield* serve(next, own);
      next = answer === undefined ? yield* receive(ANY) : yield* replyAndWait(next.from, answer);
    }
  });
  return book.name(id, "manager");
}

interface Ends {
  sender: ThreadId;
  receiver: ThreadId;
  /** Results, when they are there. */
  sent: number | undefined;
  received: Received | undefined;
}

/** A sender and a receiver, each a native task, that do one IPC. */
function exchange(context: NativeContext, book: Book, message: Message, options: { faultUs?: number; room?: number } = {}): Ends {
  const { faultUs, room = MAX_DATA_SPACES } = options;
  const ends: Ends = { sender: NIL, receiver: NIL, sent: undefined, received: undefined };
  ends.receiver = context.kernel.nativeTaskNew({ priority: 100, name: "receiver" }, function* () {
    ends.received = yield* receive(ANY, faultUs === undefined ? undefined : { faultUs }, 0, room);
    yield* sleep(LONG_US);
  });
  ends.sender = context.kernel.nativeTaskNew({ priority: 100, name: "sender" }, function* () {
    ends.sent = (yield* send(ends.receiver, message)).error;
    yield* sleep(LONG_US);
  });
  book.name(ends.receiver, "receiver");
  book.name(ends.sender, "sender");
  return ends;
}

interface Outcome {
  sent: number | undefined;
  received: number | undefined;
  copies: string[];
  book: string[];
}

const outcome = ({ sent, received }: Ends, book: Book): Outcome => ({
  sent,
  received: received?.error,
  copies: (received?.dataSpaces ?? []).map(({ manager: id, number }) => `${book.of(id)} ${number}`),
  book: book.entries,
});

const DELIVERED = { sent: IpcError.OK, received: IpcError.OK };
const REFUSED = { sent: IpcError.SEND_SENDER_FAULT, received: IpcError.RECEIVE_SENDER_FAULT, copies: [] };

/** Sends data spaces of one manager. */
function sendNumbers(numbers: readonly number[], serve?: Serve, options?: { faultUs?: number; room?: number }, waitUs = 1000): Outcome {
  return new GuestMachine().runBody(function* (context) {
    const book = new Book();
    const id = manager(context, book, serve);
    yield* sleep(10);
    const ends = exchange(context, book, { words: [1], dataSpaces: numbers.map((number) => ({ manager: id, number })) }, options);
    yield* sleep(waitUs);
    return outcome(ends, book);
  }, 170);
}

describe("data spaces in a message", () => {
  it("arrive as copies that their manager has made for the receiver", () => {
    expect(sendNumbers([7, 8])).toEqual({
      ...DELIVERED,
      copies: ["manager 107", "manager 108"],
      book: ["copy sender 7 receiver #0", "copy sender 8 receiver #1"],
    });
  });

  it("may be as many as there is room for, and of one number", () => {
    const numbers = Array.from({ length: MAX_DATA_SPACES }, () => 3);
    expect(sendNumbers(numbers)).toMatchObject({ ...DELIVERED, copies: numbers.map(() => "manager 103") });
  });

  it.each([
    [[1, 2], 1],
    [[1], 0],
    [Array.from({ length: MAX_DATA_SPACES + 1 }, () => 1), MAX_DATA_SPACES],
  ])("that are too many cut the message, and none is copied: %j into %i", (numbers, room) => {
    expect(sendNumbers(numbers, undefined, { room })).toEqual({
      sent: IpcError.SEND_CUT,
      received: IpcError.RECEIVE_CUT,
      copies: [],
      book: [],
    });
  });

  it("are passed as they are by their manager", () => {
    const result = new GuestMachine().runBody(function* (context) {
      let received: Received | undefined;
      const receiver = context.kernel.nativeTaskNew({ priority: 180, name: "receiver" }, function* () {
        received = yield* receive(ANY, undefined, 0, 1);
      });
      const { error } = yield* send(receiver, { words: [], dataSpaces: [{ manager: context.id, number: 9 }] });
      yield* sleep(10);
      return { error, dataSpaces: received?.dataSpaces, id: context.id };
    }, 170);
    expect(result).toMatchObject({ error: IpcError.OK, dataSpaces: [{ manager: result.id, number: 9 }] });
  });
});

describe("a manager that", () => {
  it("refuses ends the message, and has given up what it has copied for it", () => {
    expect(sendNumbers([7, 60, 8])).toEqual({
      ...REFUSED,
      book: ["copy sender 7 receiver #0", "copy sender 60 receiver #1", "discard receiver #0"],
    });
  });

  it.each([
    ["does not know the protocol", { words: [FaultRefusal.NO_REGION] }],
    ["takes it for a fault", { words: [0], pages: [{ hotSpot: 0, fpage: flexpage(0, 12, FLEXPAGE_WRITE) }] }],
    ["says nothing", { words: [] }],
    ["answers zero alone", { words: [0] }],
  ])("%s refuses", (_, answer: Message) => {
    expect(
      sendNumbers([7], function* () {
        return answer;
      }),
    ).toMatchObject(REFUSED);
  });

  it("does not answer is given up after ten seconds, and told", () => {
    const silent: Serve = function* () {
      return undefined;
    };
    expect(sendNumbers([7], silent, {}, 9 * SECOND_US)).toMatchObject({ sent: undefined, received: undefined });
    const book = ["copy sender 7 receiver #0", "discard receiver #0"];
    expect(sendNumbers([7], silent, {}, 11 * SECOND_US)).toEqual({ ...REFUSED, book });
    expect(sendNumbers([7], silent, { faultUs: 1000 }, 2000)).toEqual({ ...REFUSED, book });
  });

  it("does not take the question is given up, and need not be told", () => {
    const busy: Serve = function* () {
      yield* sleep(SECOND_US);
      return { words: [0, 1] };
    };
    const result = new GuestMachine().runBody(function* (context) {
      const book = new Book();
      const id = manager(context, book, busy);
      yield* send(id, { words: [DataSpaceLabel.RELEASE] });
      const ends = exchange(context, book, { words: [], dataSpaces: [{ manager: id, number: 1 }] }, { faultUs: 1000 });
      yield* sleep(2 * SECOND_US);
      return outcome(ends, book);
    }, 170);
    expect(result).toEqual({ ...REFUSED, book: [`other ${DataSpaceLabel.RELEASE}`] });
  });

  it("has no time does not get the question", () => {
    expect(sendNumbers([7], undefined, { faultUs: 0 })).toEqual({ ...REFUSED, book: [] });
  });

  it.each(["before it takes the question", "while it works"])("dies %s ends the message", (when) => {
    const result = new GuestMachine().runBody(function* (context) {
      const book = new Book();
      const other = manager(context, book);
      const id = manager(context, book, function* () {
        yield* sleep(LONG_US);
        return undefined;
      });
      if (when === "while it works") yield* sleep(10);
      else yield* send(id, { words: [DataSpaceLabel.RELEASE] });
      const dataSpaces = [
        { manager: other, number: 5 },
        { manager: id, number: 1 },
      ];
      const ends = exchange(context, book, { words: [], dataSpaces });
      yield* sleep(1000);
      const { sent } = ends;
      context.kernel.taskDelete(id);
      yield* sleep(1000);
      return { before: sent, ...outcome(ends, book) };
    }, 170);
    const asked = when === "while it works" ? ["copy sender 1 receiver #1"] : [];
    const first = when === "while it works" ? [] : [`other ${DataSpaceLabel.RELEASE}`];
    const book = [...first, "copy sender 5 receiver #0", ...asked, "discard receiver #0"];
    expect(result).toEqual({ before: undefined, ...REFUSED, book });
  });

  it("does not exist, is the sender's partner, or a name of nobody, cannot be asked", () => {
    const result = new GuestMachine().runBody(function* (context) {
      const book = new Book();
      const gone = manager(context, book);
      context.kernel.taskDelete(gone);
      const codes: (number | undefined)[] = [];
      for (const of of [() => gone, () => NIL, (ends: Ends) => ends.receiver]) {
        const item = { manager: NIL, number: 1 };
        const ends = exchange(context, book, { words: [], dataSpaces: [item] });
        item.manager = of(ends);
        yield* sleep(1000);
        codes.push(ends.sent, ends.received?.error);
      }
      return codes;
    }, 170);
    const pair = [IpcError.SEND_SENDER_FAULT, IpcError.RECEIVE_SENDER_FAULT];
    expect(result).toEqual([...pair, ...pair, ...pair]);
  });
});

describe("while a manager works", () => {
  it.each(["sender", "receiver"] as const)("the %s dies: the other is told, and the copies are given up", (who) => {
    const result = new GuestMachine().runBody(function* (context) {
      const book = new Book();
      const id = manager(context, book, function* ({ words }) {
        if (words[1] === 2) yield* sleep(SECOND_US);
        return copies(words);
      });
      yield* sleep(10);
      const numbers = [1, 2].map((number) => ({ manager: id, number }));
      const ends = exchange(context, book, { words: [], dataSpaces: numbers });
      yield* sleep(1000);
      context.kernel.taskDelete(ends[who]);
      yield* sleep(2 * SECOND_US);
      return outcome(ends, book);
    }, 170);
    expect(result).toEqual({
      sent: who === "receiver" ? IpcError.SEND_ABORTED : undefined,
      received: who === "sender" ? IpcError.RECEIVE_ABORTED : undefined,
      copies: [],
      book: ["copy sender 1 receiver #0", "copy sender 2 receiver #1", "discard receiver #1", "discard receiver #0"],
    });
  });
});

const MESSAGE = DATA + 0x100;
const STRING = DATA + 0x1000;
const BUFFER = DATA + 0x2000;
/** Of the data space dopes of a message of three words and one string. */
const DOPES = MESSAGE + 12 + 3 * 4 + 16;

/** Two guests: the sender's message has a string and data spaces 7 and 8. Ends when both have reported EDX, EBX and EAX. */
function* guestsExchange(guests: Guests, second: number, serve?: (receiver: ThreadId) => Serve) {
  const book = new Book();
  const sender = yield* guests.create(`
    mov eax, ${MESSAGE}
    xor ecx, ecx
    mov edx, 1
    mov ebx, 2
    mov ebp, NONE
    mov esi, [PARTNER]
    ipc
    mov edi, eax
    ${FINISH}`);
  const receiver = yield* guests.create(`
    mov eax, NONE
    xor ecx, ecx
    mov ebp, ${MESSAGE} + 1
    ipc
    mov edi, eax
    ${FINISH}`);
  book.name(sender, "sender");
  book.name(receiver, "receiver");
  const id = manager(guests.context, book, serve?.(receiver));
  yield* guests.introduce(sender, [receiver]);
  yield* guests.introduce(receiver);
  yield* guests.writeWords(sender, MESSAGE, [0, dope(3, 1, 2), dope(3, 1, 2), 0, 0, 0, 4, STRING, 0, 0, id, 7, id, second]);
  yield* guests.writeWords(sender, STRING, [0x12345678]);
  yield* guests.writeWords(receiver, MESSAGE, [0, dope(3, 1, 3), 0, 0, 0, 0, 0, 0, 4, BUFFER, 9, 9, 9, 9, 9, 9]);
  guests.start(receiver);
  guests.start(sender);
  const reports: Record<string, number[]> = {};
  for (let n = 0; n < 2; n++) {
    const { from, words } = yield* guests.next();
    reports[book.of(from)] = words.slice(0, 3);
  }
  yield* guests.idle();
  const dopes = yield* guests.readWords(receiver, DOPES, 6);
  return { id, reports, dopes, string: yield* guests.readWords(receiver, BUFFER, 1), book: book.entries };
}

describe("emulated threads", () => {
  it("find data spaces behind the dopes of strings", () => {
    const { id, ...result } = new GuestMachine().runGuests((guests) => guestsExchange(guests, 8));
    expect(result).toEqual({
      reports: { sender: [1, 2, 0], receiver: [1, 2, dope(3, 1, 2)] },
      dopes: [id, 107, id, 108, 9, 9],
      string: [0x12345678],
      book: ["copy sender 7 receiver #0", "copy sender 8 receiver #1"],
    });
    expect(dopeDataSpaces(dope(64, 31, 15))).toBe(15);
  });

  it("learn which data space was not copied and why, and get none", () => {
    const { id, ...result } = new GuestMachine().runGuests((guests) => guestsExchange(guests, 60));
    expect(id).not.toBe(NIL);
    expect(result).toMatchObject({
      reports: { sender: [DOPES + 8, FaultRefusal.NO_MEMORY, IpcError.SEND_SENDER_FAULT] },
      dopes: [9, 9, 9, 9, 9, 9],
      book: ["copy sender 7 receiver #0", "copy sender 60 receiver #1", "discard receiver #0"],
    });
    expect(result.reports["receiver"]![2]).toBe(IpcError.RECEIVE_SENDER_FAULT);
  });

  it("whose buffer is lost meanwhile get none, and the copies are given up", () => {
    const result = new GuestMachine().runGuests((guests) =>
      guestsExchange(
        guests,
        8,
        (receiver) =>
          function* ({ words }) {
            yield* sleep(10);
            const lost = guests.addressOf(receiver, MESSAGE);
            guests.hook = ({ from, words: [where = 0, , address = 0] }) =>
              from === receiver && address === (MESSAGE & ~0xfff) && (where & 2) !== 0 ? { words: [FaultRefusal.IO] } : undefined;
            guests.context.kernel.unmap(flexpage(lost, 12), Unmap.FLUSH);
            return copies(words);
          },
      ),
    );
    expect(result.reports["sender"]![2]).toBe(IpcError.SEND_RECEIVER_FAULT);
    expect(result.reports["receiver"]![2]).toBe(IpcError.RECEIVE_RECEIVER_FAULT);
    expect(result.dopes).toEqual([9, 9, 9, 9, 9, 9]);
    expect(result.book.slice(2)).toEqual(["discard receiver #1", "discard receiver #0"]);
  });
});

/** A manager whose copy of n is n + 100, always. */
const adding: Serve = function* ({ words: [first = 0, number = 0] }) {
  return dataSpaceLabel(first) === DataSpaceLabel.COPY ? { words: [0, number + 100] } : undefined;
};

describe("chiefs", () => {
  it.each(["passes on", "drops"])("see the data spaces of a redirected message: one that %s them", (what) => {
    const result = new GuestMachine().runBody(function* (context) {
      const book = new Book();
      let received: Received | undefined;
      let seen: Received | undefined;
      let id = NIL;
      const receiver = context.kernel.nativeTaskNew({ priority: 100, name: "receiver" }, function* () {
        received = yield* receive(ANY, undefined, 0, 2);
        yield* sleep(LONG_US);
      });
      book.name(receiver, "receiver");
      const chief = context.kernel.nativeTaskNew({ priority: 150, name: "chief" }, function* (own) {
        id = manager(own, book, adding);
        const sender = own.kernel.nativeTaskNew({ priority: 100, name: "sender" }, function* () {
          yield* send(receiver, { words: [5], dataSpaces: [{ manager: id, number: 1 }] });
          yield* sleep(LONG_US);
        });
        book.name(sender, "sender");
        seen = yield* receive(ANY, undefined, 0, 2);
        const { from, to, words, dataSpaces } = seen;
        yield* sendAs(from, to, { words, dataSpaces: what === "drops" ? [] : dataSpaces });
        yield* sleep(LONG_US);
      });
      book.name(chief, "chief");
      yield* sleep(1000);
      return { seen, received, id, book: book.entries };
    }, 170);
    const copy = (number: number) => [{ manager: result.id, number }];
    expect(result.seen).toMatchObject({ error: 0, condition: Condition.REDIRECTED | Condition.FROM_INNER, dataSpaces: copy(101) });
    const passed = what === "drops" ? [] : copy(201);
    expect(result.received).toMatchObject({ error: 0, words: [5], condition: Condition.DECEIVED, dataSpaces: passed });
    expect(result.book).toEqual(["copy sender 1 chief #0", ...(what === "drops" ? [] : ["copy chief 101 receiver #1"])]);
  });

  it("carry the questions to managers outside, their answers, and what is given up", () => {
    const result = new GuestMachine().runBody(function* (context) {
      const book = new Book();
      const ends: Ends[] = [];
      const id = manager(context, book);
      context.kernel.nativeTaskNew({ priority: 150, name: "chief" }, function* (own) {
        own.kernel.nativeThreadNew({ lthread: 1, priority: 140 }, function* (other) {
          for (const second of [8, 60]) {
            const dataSpaces = [7, second].map((number) => ({ manager: id, number }));
            ends.push(exchange(other, book, { words: [], dataSpaces }));
            yield* sleep(300);
          }
        });
        let next = yield* receive(ANY);
        for (;;) next = yield* sendAsAndWait(next.from, next.to, { words: next.words });
      });
      yield* sleep(1000);
      return ends.map((each) => outcome(each, book));
    }, 170);
    expect(result[0]).toMatchObject({ ...DELIVERED, copies: ["manager 107", "manager 108"] });
    expect(result[1]).toMatchObject(REFUSED);
    expect(result[1]!.book.slice(2)).toEqual(["copy sender 7 receiver #2", "copy sender 60 receiver #3", "discard receiver #2"]);
  });
});

describe("random exchanges", () => {
  it("leave with each task what its messages brought, and nothing else", () => {
    const random = randomNumbers(11);
    const result = new GuestMachine(2048).runBody(function* (context) {
      /** What the manager has: (owner, ticket) of each copy. */
      const made = new Set<string>();
      const arrived = { managed: 0, messages: 0, failures: 0 };
      const id = context.kernel.nativeTaskNew({ priority: 180, name: "manager" }, function* () {
        let next = yield* receive(ANY);
        for (;;) {
          const [first = 0, , task = 0] = next.words;
          const ticket = dataSpaceTicket(first);
          let answer: Message | undefined;
          if (dataSpaceLabel(first) === DataSpaceLabel.DISCARD) made.delete(`${taskOf(next.from)} ${ticket}`);
          else {
            const chance = random(10);
            if (chance < 3) yield* sleep(random(300));
            if (chance === 9) answer = { words: [FaultRefusal.NO_MEMORY] };
            else {
              made.add(`${taskOf(task)} ${ticket}`);
              if (chance !== 8) answer = { words: [0, ticket] };
            }
          }
          next = answer === undefined ? yield* receive(ANY) : yield* replyAndWait(next.from, answer);
        }
      });
      const expected = new Set<string>();
      for (let round = 0; round < 60; round++) {
        const numbers = Array.from({ length: random(5) }, () => ({ manager: id, number: random(9) }));
        const ends = exchange(context, new Book(), { words: [round], dataSpaces: numbers }, { faultUs: 200, room: random(8) });
        yield* sleep(random(400));
        const victim = random(4);
        if (victim === 0) context.kernel.taskDelete(ends.sender);
        if (victim === 1) context.kernel.taskDelete(ends.receiver);
        yield* sleep(4000);
        const owner = taskOf(ends.receiver);
        if (ends.received?.error === IpcError.OK) {
          arrived.messages++;
          for (const { number } of ends.received.dataSpaces) expected.add(`${owner} ${number}`);
        } else arrived.failures++;
        context.kernel.taskDelete(ends.sender);
        context.kernel.taskDelete(ends.receiver);
      }
      return { made: [...made].toSorted(), expected: [...expected].toSorted(), arrived };
    }, 190);
    expect(result.made).toEqual(result.expected);
    expect(result.made.length).toBeGreaterThan(5);
    expect(result.arrived.failures).toBeGreaterThan(5);
  });
});
