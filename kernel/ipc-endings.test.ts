/** How IPC ends early: cancelled, aborted, deleted, out of time or of tables, in each phase, and what the partner learns. */
import { describe, expect, it } from "vitest";
import { FLEXPAGE_WRITE, flexpage, WHOLE_SPACE } from "./abi/flexpage.ts";
import { ANY, NIL, type ThreadId, WellKnownTask } from "./abi/identifiers.ts";
import { dope, IpcError, NEVER, receiveFaultTimeoutUs, receiveTimeoutUs, sendFaultTimeoutUs, sendTimeoutUs } from "./abi/ipc.ts";
import { call, type Op, receive, send, sleep } from "./native.ts";
import { Sigma0Request } from "#servers/abi/sigma0.ts";
import { sigma0 } from "#servers/sigma0.ts";
import { CODE, DATA, type FaultHook, FINISH, GuestMachine, type Guests, WAIT } from "../tests/support/kernel-guest.ts";
import { TestMachine } from "../tests/support/kernel-machine.ts";

/** Where a guest reports EAX to the pager: behind a short jump to its own code. */
const REPORT = CODE + 2;
const reporting = (source: string): string => `jmp 2f\n mov edx, eax\n ${FINISH}\n 2: ${source}\n mov ecx, ${REPORT}\n jmp ecx\n`;

const SENT = DATA + 0x3000;
const BUFFER = DATA + 0x5000;
const MESSAGE = DATA + 0x100;
const PAGE = 4096;
/** A place outside the guests' usual region. */
const FAR = 0x5000_0000;

interface Pair {
  sender: ThreadId;
  receiver: ThreadId;
}

/** Two guests that exchange a string of ten bytes; nobody brings the page at `silent`, or `hook` says what becomes of faults. */
function* exchange(
  guests: Guests,
  silent: number,
  timeouts: { sender?: number; receiver?: number } = {},
  hook: FaultHook = (request) => (request.words[2] === silent ? "silent" : undefined),
): Op<Pair> {
  guests.hook = hook;
  const sender = yield* guests.create(
    reporting(`
      mov eax, ${MESSAGE}
      mov ecx, ${timeouts.sender ?? 0}
      mov ebp, NONE
      mov esi, [PARTNER]
      ipc`),
  );
  const receiver = yield* guests.create(
    reporting(`
      mov eax, NONE
      mov ecx, ${timeouts.receiver ?? 0}
      mov ebp, ${MESSAGE}
      mov esi, [PARTNER]
      ipc`),
  );
  yield* guests.introduce(sender, [receiver]);
  yield* guests.introduce(receiver, [sender]);
  yield* guests.writeWords(sender, MESSAGE, [0, dope(3, 1), dope(3, 1), 0, 0, 0, 10, SENT, 0, 0]);
  yield* guests.writeWords(receiver, MESSAGE, [0, dope(3, 1), 0, 0, 0, 0, 0, 0, 10, BUFFER]);
  guests.start(receiver);
  guests.start(sender);
  return { sender, receiver };
}

/** The codes that guests report, by guest. */
function* codes(guests: Guests, { sender, receiver }: Pair, count: number): Op<Record<string, number>> {
  const found: Record<string, number> = {};
  for (let n = 0; n < count; n++) {
    const { from, words } = yield* guests.next();
    found[from === sender ? "sender" : from === receiver ? "receiver" : "?"] = words[0]! & 0xf0;
  }
  return found;
}

describe("a transfer that waits for a page", () => {
  const aborted = { sender: IpcError.SEND_ABORTED, receiver: IpcError.RECEIVE_ABORTED };

  it.each([
    ["the sender's", SENT, "sender"],
    ["the sender's", SENT, "receiver"],
    ["the receiver's", BUFFER, "sender"],
    ["the receiver's", BUFFER, "receiver"],
  ] as const)("of %s (%i) is aborted for both when ex_regs moves the %s", (_, silent, moved) => {
    const found = new GuestMachine().runGuests(function* (guests) {
      const pair = yield* exchange(guests, silent);
      yield* guests.idle();
      guests.context.kernel.exRegs(pair[moved], { eip: REPORT });
      return yield* codes(guests, pair, 2);
    });
    expect(found).toEqual(aborted);
  });

  it.each([
    ["sender", SENT],
    ["receiver", SENT],
    ["sender", BUFFER],
    ["receiver", BUFFER],
  ] as const)("is aborted for the partner when the %s is deleted (page %i)", (deleted, silent) => {
    const found = new GuestMachine().runGuests(function* (guests) {
      const pair = yield* exchange(guests, silent);
      yield* guests.idle();
      guests.context.kernel.taskDelete(pair[deleted]);
      return yield* codes(guests, pair, 1);
    });
    const { [deleted]: _, ...partner } = aborted;
    expect(found).toEqual(partner);
  });

  it.each([
    // p_snd is for the receiver's memory, p_rcv for the sender's: 11 is 256 µs, 15 none at all.
    ["receiver's memory", BUFFER, { sender: 11 << 12 }, IpcError.SEND_RECEIVER_FAULT, IpcError.RECEIVE_RECEIVER_FAULT],
    ["receiver's memory, at once", BUFFER, { sender: 15 << 12 }, IpcError.SEND_RECEIVER_FAULT, IpcError.RECEIVE_RECEIVER_FAULT],
    ["sender's memory", SENT, { receiver: 11 << 8 }, IpcError.SEND_SENDER_FAULT, IpcError.RECEIVE_SENDER_FAULT],
    ["sender's memory, at once", SENT, { receiver: 15 << 8 }, IpcError.SEND_SENDER_FAULT, IpcError.RECEIVE_SENDER_FAULT],
  ] as const)("ends by the partner's page-fault timeout: %s", (_, silent, timeouts, sender, receiver) => {
    const found = new GuestMachine().runGuests(function* (guests) {
      const pair = yield* exchange(guests, silent, timeouts);
      return yield* codes(guests, pair, 2);
    });
    expect(found).toEqual({ sender, receiver });
  });

  it("outlasts the timeout for its beginning", () => {
    const found = new GuestMachine().runGuests(function* (guests) {
      let late: ThreadId | undefined;
      const wait = (65 << 24) | 11;
      // 65 * 256 µs until a message begins; the page takes 20 ms.
      const pair = yield* exchange(guests, BUFFER, { receiver: wait }, (request) => {
        if (request.words[2] !== BUFFER || late !== undefined) return undefined;
        late = request.from;
        return "silent";
      });
      const start = guests.context.kernel.now();
      while (guests.context.kernel.now() - start < 20e6) yield* guests.idle();
      const page = yield* guests.take(12);
      yield* send(late!, { words: [], pages: [{ hotSpot: BUFFER, fpage: flexpage(page, 12, FLEXPAGE_WRITE) }] });
      return yield* codes(guests, pair, 2);
    });
    expect(found).toEqual({ sender: IpcError.OK, receiver: IpcError.OK });
  });

  it("leaves no message for a manager that has not taken it when the partner moves", () => {
    const result = new GuestMachine().runGuests(function* (guests) {
      const { kernel } = guests.context;
      let heard = -1;
      const deaf = kernel.nativeTaskNew({ name: "deaf", priority: 150 }, function* () {
        yield* sleep(5000);
        heard = (yield* receive(ANY, { receiveUs: 0 })).error;
      });
      const pair = yield* exchange(guests, NIL);
      kernel.regionUnmap(pair.receiver, BUFFER, PAGE);
      kernel.regionMap(pair.receiver, BUFFER, PAGE, deaf, 1, 0, 7);
      yield* guests.idle();
      kernel.exRegs(pair.sender, { eip: REPORT });
      const found = yield* codes(guests, pair, 2);
      for (let turn = 0; turn < 6; turn++) yield* guests.idle();
      return { found, heard };
    });
    expect(result).toEqual({ found: aborted, heard: IpcError.RECEIVE_TIMEOUT });
  });

  it.each(["sender", "receiver"] as const)(
    "leaves others in the queue of a manager that has not taken its message when ex_regs moves the %s",
    (moved) => {
      const heard = new GuestMachine().runGuests(function* (guests) {
        const { kernel } = guests.context;
        const words: (number | undefined)[] = [];
        const deaf = kernel.nativeTaskNew({ name: "deaf", priority: 150 }, function* () {
          yield* sleep(5000);
          for (let turn = 0; turn < 3; turn++) words.push((yield* receive(ANY, { receiveUs: 0 })).words[0]);
        });
        const say = (word: number) =>
          kernel.nativeTaskNew({ name: "other", priority: 150 }, function* () {
            yield* send(deaf, { words: [word] });
          });
        say(7);
        yield* guests.idle();
        const pair = yield* exchange(guests, NIL);
        kernel.regionUnmap(pair.receiver, BUFFER, PAGE);
        kernel.regionMap(pair.receiver, BUFFER, PAGE, deaf, 1, 0, 7);
        yield* guests.idle();
        say(8);
        yield* guests.idle();
        kernel.exRegs(pair[moved], { eip: REPORT });
        yield* codes(guests, pair, 2);
        for (let turn = 0; turn < 6; turn++) yield* guests.idle();
        return words;
      });
      expect(heard).toEqual([7, 8, undefined]);
    },
  );

  it("leaves the registers of a client alone that ex_regs moves while its manager's answer waits", () => {
    const words = new GuestMachine().runGuests(function* (guests) {
      const { kernel } = guests.context;
      guests.hook = (request) => (request.words[2] === SENT ? "silent" : undefined);
      const manager = yield* guests.create(`
        ${WAIT}
        mov eax, ${SENT}
        xor ecx, ecx
        mov ebp, NONE
        ipc
        jmp $`);
      const client = yield* guests.create(reporting(`mov eax, 5\n mov [${BUFFER}], eax`));
      kernel.regionUnmap(client, BUFFER, PAGE);
      kernel.regionMap(client, BUFFER, PAGE, manager, 1, 0, 7);
      yield* guests.introduce(client);
      guests.start(manager);
      yield* guests.idle();
      guests.start(client);
      yield* guests.idle();
      kernel.exRegs(client, { eip: REPORT });
      return (yield* guests.next()).words;
    });
    expect(words[0]).toBe(5);
  });

  it.each(["is deleted", "is moved by ex_regs"])("ends the question for the page, too, when its partner %s", (how) => {
    const result = new GuestMachine().runGuests(function* (guests) {
      const { kernel } = guests.context;
      // The manager's own buffer is not there, so the question is on its way, and nobody will bring that page.
      guests.hook = (request) => (request.words[2] === BUFFER ? "silent" : undefined);
      const manager = yield* guests.create(reporting(`mov eax, NONE\n xor ecx, ecx\n mov ebp, ${BUFFER} + 1\n ipc`));
      const receiver = yield* guests.create(reporting(`mov eax, NONE\n xor ecx, ecx\n mov ebp, ${MESSAGE} + 1\n ipc`));
      const sender = yield* guests.create(`mov eax, ${MESSAGE}\n xor ecx, ecx\n mov ebp, NONE\n mov esi, [PARTNER]\n ipc\n 1: jmp 1b\n`);
      yield* guests.introduce(manager);
      yield* guests.introduce(receiver);
      yield* guests.introduce(sender, [receiver]);
      kernel.regionMap(receiver, FAR, PAGE, manager, 1, 0, 7);
      yield* guests.writeWords(sender, MESSAGE, [0, dope(3, 1), dope(3, 1), 0, 0, 0, 4, SENT, 0, 0]);
      yield* guests.writeWords(sender, SENT, [1]);
      yield* guests.writeWords(receiver, MESSAGE, [0, dope(3, 1), 0, 0, 0, 0, 0, 0, 4, FAR]);
      for (const guest of [manager, receiver, sender]) guests.start(guest);
      yield* guests.idle();
      if (how === "is deleted") kernel.taskDelete(sender);
      else kernel.exRegs(sender, { eip: CODE });
      const ended: Record<string, number | undefined> = {};
      for (let n = 0; n < 2; n++) {
        const { from, words } = yield* guests.next();
        ended[from === manager ? "manager" : "receiver"] = words[0];
      }
      return ended;
    });
    expect(result).toEqual({ manager: IpcError.RECEIVE_ABORTED, receiver: IpcError.RECEIVE_ABORTED });
  });

  it("waits less for pages whose manager may be anybody, if a server says so", () => {
    const waits = new GuestMachine().runGuests(function* (guests) {
      const { kernel } = guests.context;
      const seen: [number, number][] = [];
      for (const untrusted of [false, true]) {
        const silent = kernel.nativeTaskNew({ name: "silent", priority: 150 }, function* () {
          for (;;) yield* receive(ANY);
        });
        // The guest binds the region itself, or its chief does.
        const task = yield* guests.create(`
          cmp dword ptr [PARTNER+4], 0
          je 1f
          mov esi, DATA+0x200
          int 0x37
          1: mov eax, ${MESSAGE}
          xor ecx, ecx
          mov ebp, NONE
          mov esi, [PARTNER]
          ipc
          mov edx, eax
          ${FINISH}`);
        const server = kernel.nativeTaskNew({ name: "server", priority: 150 }, function* () {
          const { error } = yield* receive(ANY, { faultUs: 3000, untrustedFaultUs: 500 });
          seen.push([error, Math.round((kernel.now() - start) / 1e6)]);
        });
        yield* guests.introduce(task, [server, untrusted ? 1 : 0]);
        yield* guests.writeWords(task, MESSAGE, [0, dope(3, 1), dope(3, 1), 0, 0, 0, 10, FAR, 0, 0]);
        yield* guests.writeWords(task, DATA + 0x200, [FAR, PAGE, silent, 1, 0, 7]);
        if (!untrusted) {
          // A task made at boot can trust the managers that it binds.
          kernel.regionMap(task, FAR, PAGE, silent, 1, 0, 7);
        }
        const start = kernel.now();
        guests.start(task);
        yield* guests.next();
      }
      return seen;
    });
    expect(waits).toEqual([
      [IpcError.RECEIVE_SENDER_FAULT, 3],
      [IpcError.RECEIVE_SENDER_FAULT, 1],
    ]);
  });

  it("has delivered what came before", () => {
    const result = new GuestMachine().runGuests(function* (guests) {
      const task = yield* guests.create(
        reporting(`
          mov eax, NONE
          xor ecx, ecx
          mov ebp, ${MESSAGE}
          mov esi, [PAGER]
          ipc`),
      );
      yield* guests.introduce(task);
      // Everything is in a page that the guest has, but the buffer of the second string.
      const first = DATA + 0x400;
      yield* guests.writeWords(task, MESSAGE, [0, dope(4, 2), 0, 0, 0, 0, 77, 0, 0, 4, first, 0, 0, 4, 0x9000_0000]);
      guests.start(task);
      yield* guests.idle();
      const strings = [Uint8Array.of(1, 2, 3, 4), Uint8Array.of(5, 6, 7, 8)];
      const { error } = yield* send(task, { words: [1, 2, 3, 44], strings });
      const code = (yield* guests.next()).words[0]! & 0xf0;
      return { error, code, word: (yield* guests.readWords(task, MESSAGE + 24, 1))[0], text: [...(yield* guests.read(task, first, 4))] };
    });
    const codes = { error: IpcError.SEND_RECEIVER_FAULT, code: IpcError.RECEIVE_RECEIVER_FAULT };
    expect(result).toEqual({ ...codes, word: 44, text: [1, 2, 3, 4] });
  });
});

describe("waiting", () => {
  it("to send is cancelled by ex_regs, and the partner never hears of it", () => {
    const result = new GuestMachine().runGuests(function* (guests) {
      const { kernel } = guests.context;
      const sender = yield* guests.create(
        reporting(`
          xor eax, eax
          xor ecx, ecx
          xor ebp, ebp
          mov esi, [PARTNER]
          ipc`),
      );
      let heard = 0;
      const partner = kernel.nativeThreadNew({ lthread: 1 }, function* () {
        yield* receive(NIL, { receiveUs: 5000 });
        heard = (yield* receive(sender, { receiveUs: 0 })).error;
      });
      yield* guests.introduce(sender, [partner]);
      guests.start(sender);
      yield* guests.idle();
      kernel.exRegs(sender, { eip: REPORT });
      const code = (yield* guests.next()).words[0];
      for (let turn = 0; turn < 6; turn++) yield* guests.idle();
      return { code, heard };
    });
    expect(result).toEqual({ code: IpcError.SEND_CANCELLED, heard: IpcError.RECEIVE_TIMEOUT });
  });

  it("for a page ends when ex_regs moves the thread, and the manager's late answer is lost", () => {
    const result = new GuestMachine().runGuests(function* (guests) {
      guests.hook = (request) => (request.words[2] === BUFFER ? "silent" : undefined);
      const task = yield* guests.create(reporting(`mov eax, 5\n mov [${BUFFER}], eax`));
      yield* guests.introduce(task);
      guests.start(task);
      yield* guests.idle();
      guests.context.kernel.exRegs(task, { eip: REPORT });
      const code = (yield* guests.next()).words[0];
      const late = yield* send(task, { words: [0] }, { sendUs: 0 });
      return [code, late.error];
    });
    expect(result).toEqual([5, IpcError.SEND_TIMEOUT]);
  });
});

describe("mappings", () => {
  it("that find no memory for tables end the message on both sides", () => {
    const machine = new TestMachine({ frames: 64 });
    const source = machine.boot("sigma0", sigma0, 255, WellKnownTask.SIGMA0);
    const received: number[] = [];
    const errors = machine.runBody(function* () {
      const words = [Sigma0Request.ANY, 0, flexpage(0, 12)];
      const page = (yield* call(source, { words }, undefined, WHOLE_SPACE)).words[0]! & ~0xfff;
      const seen: number[] = [];
      // A page in each 4 MB of one address space after the other.
      for (let space = 0; seen.length === 0 || seen.at(-1) === IpcError.OK; space++) {
        if (space > 16) throw new Error("tables for so many spaces?");
        const target = machine.boot("target", function* () {
          for (;;) received.push((yield* receive(0xffffffff, undefined, WHOLE_SPACE)).error);
        });
        for (let part = 1; part < 64 && (seen.at(-1) ?? IpcError.OK) === IpcError.OK; part++) {
          const pages = Array.from({ length: 16 }, (_, index) => ({ hotSpot: (part * 16 + index) << 22, fpage: flexpage(page, 12) }));
          seen.push((yield* send(target, { words: [], pages })).error);
        }
      }
      return seen;
    });
    expect(errors.pop()).toBe(IpcError.SEND_MAP_FAILED);
    expect(received.pop()).toBe(IpcError.RECEIVE_MAP_FAILED);
    expect(new Set([...errors, ...received])).toEqual(new Set([IpcError.OK]));
  });
});

describe("the timeouts word", () => {
  // The manual's table: one unit of the mantissa, and the page-fault timeout, by exponent.
  const units = [NEVER, 4 ** 14, 4 ** 13, 4 ** 12, 4 ** 11, 4 ** 10, 4 ** 9, 4 ** 8, 4 ** 7, 4 ** 6, 4 ** 5, 4 ** 4, 4 ** 3, 16, 4, 1];

  it.each(units.map((unit, exponent) => [exponent, unit] as const))("has exponent %i for units of %d µs", (exponent, unit) => {
    const word = (200 << 24) | (3 << 16) | (exponent << 4) | exponent;
    expect([receiveTimeoutUs(word), sendTimeoutUs(word)]).toEqual([200 * unit, 3 * unit]);
    const fault = exponent === 15 ? 0 : unit;
    expect([sendFaultTimeoutUs(exponent << 12), receiveFaultTimeoutUs(exponent << 8)]).toEqual([fault, fault]);
    expect([sendFaultTimeoutUs(exponent << 8), receiveFaultTimeoutUs(exponent << 12)]).toEqual([NEVER, NEVER]);
  });

  it("means at once by a mantissa of 0, for ever by 0", () => {
    expect([receiveTimeoutUs(0x11), sendTimeoutUs(0x11), receiveTimeoutUs(0), sendTimeoutUs(0)]).toEqual([0, 0, NEVER, NEVER]);
    expect([receiveTimeoutUs(0x01), sendTimeoutUs(0x01)]).toEqual([0, NEVER]);
    expect([receiveTimeoutUs(0x10), sendTimeoutUs(0x10)]).toEqual([NEVER, 0]);
  });
});
