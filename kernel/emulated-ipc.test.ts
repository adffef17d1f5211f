/** IPC of emulated threads, with native and with emulated partners, and faults in the middle of it. */
import { describe, expect, it } from "vitest";
import { ANY, siblingOf } from "./abi/identifiers.ts";
import { dope, IpcError } from "./abi/ipc.ts";
import { call, type Op, type Received, receive, send } from "./native.ts";
import { DATA, FINISH, GuestMachine, type Guests, WAIT } from "../tests/support/kernel-guest.ts";

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

/** A guest calls the pager with room for a string of 100 bytes, and tells then how it went. @returns the call */
function* callWithBuffer(guests: Guests, buffer: number): Op<Received> {
  const task = yield* guests.create(`
    xor eax, eax
    xor ecx, ecx
    mov ebp, DATA
    mov esi, [PAGER]
    ipc
    mov edx, eax
    ${FINISH}`);
  yield* guests.introduce(task);
  yield* guests.writeWords(task, DATA, [0, dope(3, 1), 0, 0, 0, 0, 0, 0, 100, buffer]);
  guests.start(task);
  return yield* guests.next();
}

describe("emulated IPC", () => {
  it("sends registers to a native thread, and takes its answer", () => {
    const result = new GuestMachine().runGuests(function* (guests) {
      const task = yield* guests.create(`
        mov edx, 1
        mov ebx, -2
        mov edi, 3
        xor eax, eax
        xor ecx, ecx
        xor ebp, ebp
        mov esi, [PAGER]
        ipc
        mov [DATA], eax
        mov [DATA+4], esi
        add edx, ebx
        add edx, edi
        ${FINISH}`);
      yield* guests.introduce(task);
      guests.start(task);
      const first = yield* guests.next();
      const second = yield* guests.answer(first.from, { words: [10, 20, 30] });
      return { first, second, task, own: guests.context.id, memory: yield* guests.readWords(task, DATA, 2) };
    });
    expect(result.first).toMatchObject({ error: 0, condition: 0, from: result.task, words: [1, 0xfffffffe, 3], strings: [], offers: [] });
    expect(result.second.words[0]).toBe(60);
    expect(result.memory).toEqual([dope(3, 0), result.own]);
  });

  it("gathers strings, tells the sizes of the receive buffers and scatters the answer", () => {
    const result = new GuestMachine().runGuests(function* (guests) {
      const task = yield* guests.create(`
        mov edx, 100
        mov eax, DATA
        xor ecx, ecx
        mov ebp, DATA
        mov esi, [PARTNER]
        ipc
        mov edx, eax
        ${FINISH}`);
      // The server is another thread than the pager, whose help the kernel needs for copying.
      const requests: Received[] = [];
      const server = guests.context.kernel.nativeThreadNew({ lthread: 1 }, function* () {
        const request = yield* receive(ANY);
        requests.push(request);
        yield* send(request.from, { words: [1, 2, 3, 4], strings: [encode("uvwxyz"), encode("rst")] }, { sendUs: 0 });
      });
      yield* guests.introduce(task, [server]);
      // Five words; dopes: (abc, buffer of 4), (continued de, buffer continued of 10), (empty, buffer of 3).
      const c = 0x80000000;
      yield* guests.writeWords(task, DATA, [0, dope(5, 3), dope(5, 3), 0, 0, 0, 44, 55]);
      const text = DATA + 0x1ffe;
      const buffers = DATA + 0x3ffd;
      yield* guests.writeWords(task, DATA + 32, [
        3,
        text,
        4,
        buffers,
        (2 | c) >>> 0,
        text + 3,
        (10 | c) >>> 0,
        buffers + 4,
        0,
        0,
        3,
        buffers + 100,
      ]);
      yield* guests.write(task, text, encode("abcde"));
      guests.start(task);
      const done = yield* guests.next();
      return {
        request: requests[0]!,
        done: done.words[0],
        header: yield* guests.readWords(task, DATA + 12, 5),
        dopes: yield* guests.readWords(task, DATA + 32, 12),
        scattered: new TextDecoder().decode(yield* guests.read(task, buffers, 6)),
        second: new TextDecoder().decode(yield* guests.read(task, buffers + 100, 3)),
        buffers,
      };
    });
    expect(result.request.words).toEqual([100, 0, 0, 44, 55]);
    expect(result.request.strings.map((bytes) => new TextDecoder().decode(bytes))).toEqual(["abcde", ""]);
    expect(result.request.offers).toEqual([14, 3]);
    expect(result.done).toBe(dope(4, 3));
    expect(result.header).toEqual([0, 0, 0, 4, 55]);
    expect(result.scattered).toBe("uvwxyz");
    expect(result.second).toBe("rst");
    const { buffers } = result;
    expect([result.dopes[0], result.dopes[1]]).toEqual([4, buffers]);
    expect([result.dopes[4], result.dopes[5]]).toEqual([0x80000002, buffers + 4]);
    expect([result.dopes[8], result.dopes[9]]).toEqual([3, buffers + 100]);
  });

  it("moves a string of many unmapped pages between two emulated tasks", () => {
    const size = 0x5000 - 30;
    const result = new GuestMachine().runGuests(function* (guests) {
      const sender = yield* guests.create(`
        mov eax, DATA+0x10
        xor ecx, ecx
        mov ebp, NONE
        mov edx, 77
        mov esi, [PARTNER]
        ipc
        mov edx, eax
        ${FINISH}`);
      const receiver = yield* guests.create(`
        mov eax, NONE
        xor ecx, ecx
        mov ebp, DATA+0x11
        xor esi, esi
        ipc
        mov ebx, esi
        mov edi, eax
        ${FINISH}`);
      yield* guests.introduce(sender, [receiver]);
      yield* guests.introduce(receiver);
      yield* guests.writeWords(sender, DATA + 0x10, [0, dope(3, 1), dope(3, 1), 0, 0, 0, size, DATA + 0x1003, 0, 0]);
      yield* guests.writeWords(receiver, DATA + 0x10, [0, dope(3, 1), 0, 0, 0, 0, 0, 0, 0x8000, DATA + 0x2007]);
      const text = Uint8Array.from({ length: size }, (_, i) => (i * 7) ^ (i >> 8));
      yield* guests.write(sender, DATA + 0x1003, text);
      guests.start(sender);
      guests.start(receiver);
      const messages = [yield* guests.next(), yield* guests.next()];
      const copy = yield* guests.read(receiver, DATA + 0x2007, size);
      return {
        bySender: messages.find((message) => message.from === sender)!.words,
        byReceiver: messages.find((message) => message.from === receiver)!.words,
        sender,
        equal: copy.every((byte, i) => byte === text[i]),
        faultsOfReceiver: guests.faults.filter((fault) => fault.client === receiver && fault.write).length,
      };
    });
    expect(result.equal).toBe(true);
    expect(result.bySender[0]).toBe(IpcError.OK);
    expect(result.byReceiver).toEqual([77, result.sender, dope(3, 1)]);
    expect(result.faultsOfReceiver).toBeGreaterThanOrEqual(5);
  });

  it("tells both sides whose memory was bad, and the sender where", () => {
    const cases = [
      { string: [10, 0x9000_0000], errors: [IpcError.SEND_SENDER_FAULT, IpcError.RECEIVE_SENDER_FAULT] },
      { string: [10, DATA + 0x100], errors: [IpcError.OK, IpcError.OK] },
    ];
    for (const { string, errors } of cases) {
      const seen = new GuestMachine().runGuests(function* (guests) {
        const task = yield* guests.create(`
          mov eax, DATA
          xor ecx, ecx
          mov ebp, NONE
          mov esi, [PAGER]
          ipc
          mov ebx, edx
          mov edx, eax
          ${FINISH}`);
        yield* guests.introduce(task);
        yield* guests.writeWords(task, DATA, [0, dope(3, 1), dope(3, 1), 0, 0, 0, ...string, 0, 0]);
        guests.start(task);
        const request = yield* guests.next();
        const [code, where] = (yield* guests.next()).words;
        if (code === IpcError.SEND_SENDER_FAULT) expect(where).toBe(string[1]);
        return [code, request.error];
      });
      expect(seen).toEqual(errors);
    }
    const answered = new GuestMachine().runGuests(function* (guests) {
      const request = yield* callWithBuffer(guests, 0x9000_0000);
      const { error } = yield* send(request.from, { words: [], strings: [new Uint8Array(4)] }, { sendUs: 0 });
      return [error, (yield* guests.next()).words[0]];
    });
    expect(answered).toEqual([IpcError.SEND_RECEIVER_FAULT, IpcError.RECEIVE_RECEIVER_FAULT]);
  });

  it("keeps the page-fault timeout of the partner", () => {
    const result = new GuestMachine().runGuests(function* (guests) {
      const request = yield* callWithBuffer(guests, DATA + 0x5000);
      const message = { words: [], strings: [new Uint8Array(4)] };
      const start = guests.context.kernel.now();
      // The pager itself is the sender: it cannot answer meanwhile.
      const { error } = yield* send(request.from, message, { sendUs: 0, faultUs: 500 });
      const waited = guests.context.kernel.now() - start;
      return { error, waited, code: (yield* guests.next()).words[0] };
    });
    expect(result).toEqual({ error: IpcError.SEND_RECEIVER_FAULT, waited: 500_000, code: IpcError.RECEIVE_RECEIVER_FAULT });
  });

  it("cuts a message that is longer than the buffer", () => {
    const result = new GuestMachine().runGuests(function* (guests) {
      const task = yield* guests.create(`
        ${WAIT}
        mov [DATA], eax
        mov [DATA+4], edx
        ${FINISH}`);
      yield* guests.introduce(task);
      guests.start(task);
      yield* guests.idle();
      const { error } = yield* send(task, { words: [5, 6, 7, 8] });
      yield* guests.next();
      return { error, memory: yield* guests.readWords(task, DATA, 2) };
    });
    expect(result).toEqual({ error: IpcError.SEND_CUT, memory: [dope(3, 0) | IpcError.RECEIVE_CUT, 5] });
  });

  it("ends waiting after the time that the timeouts word says", () => {
    const result = new GuestMachine().runGuests(function* (guests) {
      // m = 100, e = 13: 100 * 16 µs for receiving; for sending 0.
      const task = yield* guests.create(`
        mov eax, NONE
        mov ecx, ${(100 << 24) | (13 << 0)}
        mov ebp, 0
        mov esi, [PAGER]
        ipc
        mov [DATA], eax
        xor eax, eax
        mov ecx, 0x10
        mov ebp, NONE
        mov esi, [PARTNER]
        ipc
        mov [DATA+4], eax
        mov eax, NONE
        xor ecx, ecx
        mov ebp, 0
        mov esi, NONE
        ipc
        mov [DATA+8], eax
        ${FINISH}`);
      const deaf = yield* guests.spawn("1: jmp 1b", { priority: 10 });
      yield* guests.introduce(task, [deaf]);
      guests.start(task);
      const { kernel } = guests.context;
      const start = kernel.now();
      yield* guests.next();
      const waited = kernel.now() - start;
      kernel.taskDelete(deaf);
      return { waited, memory: yield* guests.readWords(task, DATA, 3) };
    });
    expect(result.memory).toEqual([IpcError.RECEIVE_TIMEOUT, IpcError.SEND_TIMEOUT, IpcError.NOT_EXISTENT]);
    expect(result.waited).toBeGreaterThanOrEqual(1_600_000);
    expect(result.waited).toBeLessThan(1_610_000);
  });

  it("cancels a wait when ex_regs moves the thread", () => {
    const result = new GuestMachine().runGuests(function* (guests) {
      const task = yield* guests.create(`
        jmp 2f
        mov edx, eax
        ${FINISH}
        2: ${WAIT}`);
      yield* guests.introduce(task);
      guests.start(task);
      yield* receive(siblingOf(guests.context.id, 0), { receiveUs: 100 });
      yield* guests.idle();
      const old = guests.context.kernel.exRegs(task, { eip: 0x10002 });
      const message = yield* guests.next();
      return { code: message.words[0], esp: old?.esp };
    });
    expect(result).toEqual({ code: IpcError.RECEIVE_CANCELLED, esp: 0x30000 });
  });

  it("refuses what is no partner", () => {
    const errors = new GuestMachine().runGuests(function* (guests) {
      const task = yield* guests.create(`
        xor eax, eax
        xor ecx, ecx
        mov ebp, NONE
        xor esi, esi
        ipc
        mov edx, eax
        xor eax, eax
        xor ecx, ecx
        mov esi, 0x123456
        mov ebp, 0
        ipc
        mov ebx, eax
        mov edi, 0
        ${FINISH}`);
      yield* guests.introduce(task);
      guests.start(task);
      return (yield* guests.next()).words;
    });
    expect(errors).toEqual([IpcError.NOT_EXISTENT, IpcError.NOT_EXISTENT, 0]);
  });

  it("answers calls of native threads", () => {
    const words = new GuestMachine().runGuests(function* (guests) {
      const server = yield* guests.create(`
        ${WAIT}
        1:
        lea edx, [edx+ebx]
        xor eax, eax
        mov ecx, 0x10
        mov ebp, 1
        ipc
        jmp 1b`);
      guests.start(server);
      // Its code page must be there before its pager can wait for it.
      yield* guests.idle();
      const first = yield* call(server, { words: [3, 4] });
      const second = yield* call(server, { words: [first.words[0]!, 10] });
      guests.context.kernel.taskDelete(server);
      return second.words;
    });
    expect(words).toEqual([17, 10, 0]);
  });
});
