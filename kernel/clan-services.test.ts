/** Clans: the kernel's own services obey the chief too, memory passes by way of it, and emulated threads can be one. */
import { describe, expect, it } from "vitest";
import { FLEXPAGE_GRANT, FLEXPAGE_WRITE, flexpage, Unmap, WHOLE_SPACE } from "./abi/flexpage.ts";
import { ANY, interruptId, NIL, type ThreadId } from "./abi/identifiers.ts";
import { Condition, dope, IpcError } from "./abi/ipc.ts";
import { FAULT_WRITE, FaultRefusal } from "./abi/page-fault.ts";
import { TrapFrame } from "./abi/trap-frame.ts";
import { call, type Message, type NativeContext, type Received, receive, replyAndWait, send, sendAs, sleep } from "./native.ts";
import { Sigma0Request } from "#servers/abi/sigma0.ts";
import { TestMachine } from "../tests/support/kernel-machine.ts";
import { DATA, FINISH, GuestMachine } from "../tests/support/kernel-guest.ts";

const OUT = Condition.REDIRECTED | Condition.FROM_INNER;
const IN = Condition.REDIRECTED;

describe("the kernel's own services", () => {
  it("give interrupts to no subject, but its chief may pass them on", () => {
    const machine = new TestMachine();
    const line = interruptId(5);
    const result = machine.runBody(function* ({ id, kernel }) {
      const errors: number[] = [];
      const subject = kernel.nativeTaskNew({ priority: 150, name: "subject" }, function* () {
        errors.push((yield* receive(line, { receiveUs: 0 })).error);
        const interrupt = yield* receive(line);
        yield* send(id, { words: [interrupt.from, interrupt.condition] });
      });
      yield* sleep(10);
      const own = (yield* receive(line, { receiveUs: 0 })).error;
      machine.interrupts.raise(5);
      const { from } = yield* receive(line);
      yield* sendAs(from, subject, { words: [] });
      return { errors, own, words: (yield* receive(subject)).words };
    });
    expect(result).toEqual({ errors: [IpcError.NOT_EXISTENT], own: IpcError.RECEIVE_TIMEOUT, words: [line, Condition.DECEIVED] });
  });

  it("send faults in regions that a subject binds by way of its chief, in those that the chief binds to the manager", () => {
    const machine = new GuestMachine();
    const result = machine.runGuests(function* (guests) {
      const { context } = guests;
      const asked: Received[] = [];
      const outside = machine.boot("outside", function* ({ memory }) {
        const words = [Sigma0Request.ANY, 0, flexpage(0, 12)];
        const page = (yield* call(machine.sigma0, { words }, undefined, WHOLE_SPACE)).words[0]! & ~0xfff;
        memory.page(page, "write")[0] = 99;
        const answer = (hotSpot: number): Message => ({ words: [0], pages: [{ hotSpot, fpage: flexpage(page, 12, FLEXPAGE_WRITE) }] });
        let request = yield* receive(ANY);
        for (;;) {
          if (request.words.length < 4) {
            yield* send(request.words[0]!, answer(0x60000000));
            request = yield* receive(ANY);
            continue;
          }
          asked.push(request);
          request = yield* replyAndWait(request.from, answer(request.words[2]!));
        }
      });
      const task = yield* guests.create(`
        mov esi, DATA
        mov dword ptr [esi], 0x60000000
        mov dword ptr [esi+4], 0x1000
        mov eax, [PARTNER]
        mov [esi+8], eax
        mov dword ptr [esi+12], 9
        mov dword ptr [esi+16], 0x3000
        mov dword ptr [esi+20], 7
        int 0x37
        mov edx, [0x70000000]
        mov byte ptr [0x60000000], 1
        mov ebx, 1
        ${FINISH}`);
      yield* guests.introduce(task, [outside]);
      context.kernel.regionMap(task, 0x70000000, 0x1000, outside, 8, 0, 7);
      guests.start(task);
      const fault = yield* guests.next();
      // The manager has heard of it elsewhere: its answer comes here too.
      yield* send(outside, { words: [task] });
      const unasked = yield* guests.next();
      // The chief answers in the manager's name, with a page of its own.
      const page = yield* guests.take(12);
      const reply = { words: [0], pages: [{ hotSpot: 0x60000000, fpage: flexpage(page, 12, FLEXPAGE_WRITE) }] };
      yield* sendAs(fault.to, fault.from, reply);
      const done = yield* guests.next();
      return { fault, unasked, done: done.words, asked, outside, task, written: context.memory.page(page, "read")[0] };
    });
    const { fault, asked, outside, task } = result;
    expect(fault).toMatchObject({
      from: task,
      to: outside,
      condition: OUT,
      words: [0x3000 | FAULT_WRITE, 9, 0x60000000, expect.any(Number)],
    });
    expect(result.unasked).toMatchObject({ from: outside, to: task, condition: IN | Condition.MAPPED });
    expect(asked).toMatchObject([{ from: task, condition: 0, words: [0, 8, 0x70000000, expect.any(Number)] }]);
    expect(result.done).toEqual([99, 1, 0]);
    expect(result.written).toBe(1);
  });
});

describe("who waits for somebody outside by way of the chief", () => {
  it("learns that it is gone: a client of its manager, a thread of its preempter", () => {
    const machine = new GuestMachine();
    const result = machine.runGuests(function* (guests) {
      let remove = NIL;
      const made: ThreadId[] = [];
      machine.boot("maker", function* ({ kernel }) {
        for (let count = 0; count < 2; count++)
          made.push(
            kernel.nativeTaskNew({ priority: 90, name: "outside" }, function* () {
              yield* receive(NIL);
            }),
          );
        for (;;) {
          yield* sleep(500);
          if (remove !== NIL) kernel.taskDelete(remove);
          remove = NIL;
        }
      });
      yield* guests.idle();
      const [manager, preempter] = made as [ThreadId, ThreadId];
      const client = yield* guests.create(`
        mov eax, FRAME
        mov ecx, offset report
        mov edx, STACK_TOP
        xor ebx, ebx
        int 0x3a
        mov esi, DATA
        int 0x37
        mov eax, [0x60000000]
        report:
        mov edx, [FRAME+${TrapFrame.REASON}]
        ${FINISH}`);
      yield* guests.introduce(client);
      yield* guests.writeWords(client, DATA, [0x60000000, 0x1000, manager, 9, 0, 7]);
      guests.start(client);
      const fault = yield* guests.next();
      remove = manager;
      const reason = (yield* guests.next()).words[0];

      const counting = yield* guests.create(`
        xor esi, esi
        int 0x31
        mov eax, -1
        mov ebx, [PARTNER]
        int 0x34
        1: inc dword ptr [DATA]
        jmp 1b`);
      yield* guests.introduce(counting, [preempter]);
      guests.start(counting);
      const preemption = yield* guests.next();
      const before = (yield* guests.readWords(counting, DATA, 1))[0]!;
      remove = preempter;
      yield* guests.idle();
      yield* guests.idle();
      const after = (yield* guests.readWords(counting, DATA, 1))[0]!;
      return { fault, manager, reason, preemption, preempter, goesOn: after > before };
    });
    expect(result.fault).toMatchObject({ to: result.manager, condition: OUT });
    expect(result.preemption).toMatchObject({ to: result.preempter, condition: OUT });
    expect([result.reason, result.goesOn]).toEqual([FaultRefusal.MANAGER, true]);
  });
});

describe("memory in messages", () => {
  it("is mapped to the chief, who hands it on: a grant leaves the receiver with what the sender can take back", () => {
    const machine = new GuestMachine();
    const [gate, place] = [0x40000000, 0x50000000];
    let subject: NativeContext;
    let server: NativeContext;
    let page = 0;
    const seen: (number | boolean)[] = [];
    const outside = machine.boot("server", function* (context) {
      server = context;
      const words = [Sigma0Request.ANY, 0, flexpage(0, 12)];
      page = (yield* call(machine.sigma0, { words }, undefined, WHOLE_SPACE)).words[0]! & ~0xfff;
      context.memory.page(page, "write")[0] = 77;
      const request = yield* receive(ANY);
      yield* send(request.from, { words: [1], pages: [{ hotSpot: place, fpage: flexpage(page, 12, FLEXPAGE_WRITE) }] });
      yield* receive(ANY);
    });
    machine.boot("chief", function* (context) {
      context.kernel.nativeTaskNew({ priority: 90, name: "subject" }, function* (own) {
        subject = own;
        const answer = yield* call(outside, { words: [0] }, undefined, flexpage(place, 12));
        seen.push(answer.from === outside, answer.condition, own.memory.page(place, "write")[0]!);
        yield* receive(ANY);
      });
      const question = yield* receive(ANY);
      yield* sendAs(question.from, question.to, { words: question.words });
      const { from, to, words } = yield* receive(ANY, undefined, flexpage(gate, 12));
      seen.push(context.memory.mapped(gate));
      const pages = [{ hotSpot: words[1]!, fpage: flexpage(gate, 12, FLEXPAGE_WRITE | FLEXPAGE_GRANT) }];
      yield* sendAs(from, to, { words: words.slice(0, 1), pages });
      seen.push(context.memory.mapped(gate));
      yield* receive(ANY);
    });
    machine.settle();
    expect(seen).toEqual([true, false, true, Condition.DECEIVED | Condition.MAPPED, 77]);
    server!.kernel.unmap(flexpage(page, 12), Unmap.FLUSH);
    expect([subject!.memory.mapped(place), server!.memory.mapped(page)]).toEqual([false, true]);
  });
});

describe("emulated chiefs", () => {
  it("learn whom a message was for, and send on under the sender's name", () => {
    const result = new GuestMachine().runGuests(function* (guests) {
      const { id } = guests.context;
      const chief = yield* guests.create(`
        mov eax, NONE
        xor ecx, ecx
        mov ebp, 1
        xor esi, esi
        ipc
        mov [DATA], eax
        mov [DATA+4], ecx
        mov [DATA+8], esi
        inc edx
        push esi
        mov esi, ecx
        mov eax, 1
        xor ecx, ecx
        mov ebp, NONE
        ipc
        pop esi
        mov edx, eax
        mov ebx, [DATA]
        mov edi, [DATA+4]
        ${FINISH}`);
      const subject = yield* guests.create(
        `mov esi, [PAGER]
        int 0x31
        mov ebx, eax
        mov edi, esi
        mov edx, 41
        xor eax, eax
        xor ecx, ecx
        xor ebp, ebp
        mov esi, [PAGER]
        ipc
        jmp $`,
        { chief },
      );
      yield* guests.introduce(chief);
      yield* guests.introduce(subject);
      guests.start(chief);
      guests.start(subject);
      const request = yield* guests.next();
      const report = yield* guests.next();
      return { request, report: report.words, id, chief, subject };
    });
    const { request, report, id, chief, subject } = result;
    // The subject has asked who is nearest: its chief, for the partner is outside.
    expect(request).toMatchObject({ from: subject, condition: Condition.DECEIVED, words: [42, IN, chief] });
    expect(report).toEqual([IpcError.OK, (dope(3, 0) | OUT) >>> 0, id]);
  });
});
