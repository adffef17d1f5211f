/** Clans and chiefs: who gets a message, under which names it may go on, and that nothing leaves a clan behind its chief's back. */
import { describe, expect, it } from "vitest";
import { FLEXPAGE_GRANT, FLEXPAGE_WRITE, flexpage, Unmap, WHOLE_SPACE } from "./abi/flexpage.ts";
import { ANY, interruptId, NIL, siblingOf, type ThreadId } from "./abi/identifiers.ts";
import { Condition, dope, IpcError } from "./abi/ipc.ts";
import { FAULT_WRITE } from "./abi/page-fault.ts";
import {
  call,
  type Message,
  type NativeContext,
  type Op,
  type Received,
  receive,
  replyAndWait,
  send,
  sendAs,
  sendAsAndWait,
  sleep,
} from "./native.ts";
import { Sigma0Request } from "#servers/abi/sigma0.ts";
import { TestMachine } from "../tests/support/kernel-machine.ts";
import { FINISH, GuestMachine } from "../tests/support/kernel-guest.ts";
import { randomNumbers } from "../tests/support/random.ts";

const OUT = Condition.REDIRECTED | Condition.FROM_INNER;
const IN = Condition.REDIRECTED;

/** A task of a tree: its chief is another one, or none. */
interface Member {
  id: ThreadId;
  chief: Member | undefined;
  context: NativeContext;
  /** Messages for itself, and those that it passed on. */
  got: Received[];
  passed: Received[];
}

/** A tree of native tasks that pass on what is not for them. */
class Tree {
  readonly machine = new TestMachine({ frames: 64 });
  readonly members: Member[] = [];
  private nextThread = 1;

  add(chief: Member | undefined): Member {
    const member: Member = { id: NIL, chief, context: undefined as never, got: [], passed: [] };
    const body = function* (context: NativeContext): Op<void> {
      member.context = context;
      let message = yield* receive(ANY);
      for (;;) {
        if (message.condition & Condition.REDIRECTED) {
          member.passed.push(message);
          message = yield* sendAsAndWait(message.from, message.to, { words: message.words, strings: message.strings });
        } else {
          member.got.push(message);
          message = yield* receive(ANY);
        }
      }
    };
    member.id =
      chief === undefined ? this.machine.boot("top", body) : chief.context.kernel.nativeTaskNew({ priority: 100, name: "member" }, body);
    this.machine.settle();
    this.members.push(member);
    return member;
  }

  /** Runs a body as another thread of a member. */
  run<T>(member: Member, body: () => Op<T>): T {
    let result: { value: T } | undefined;
    member.context.kernel.nativeThreadNew({ lthread: this.nextThread++ }, function* () {
      result = { value: yield* body() };
    });
    this.machine.settle();
    if (result === undefined) throw new Error("the thread never ended");
    this.nextThread = 1;
    return result.value;
  }
}

/** The way of a message as the rules say it, by the paths to the root: up to the common superior's clan, then down. */
function way(from: Member, to: Member): Member[] {
  const superiors = (member: Member | undefined): (Member | undefined)[] => {
    const list: (Member | undefined)[] = [member];
    for (let at = member; at !== undefined; at = at.chief) list.push(at.chief);
    return list;
  };
  const up = superiors(from);
  const down = superiors(to);
  const common = up.find((member) => down.includes(member));
  const ascent = up.slice(1, up.indexOf(common));
  const descent = down.slice(1, down.indexOf(common)).reverse();
  const chiefs = [...ascent, ...descent] as Member[];
  return chiefs.filter((member) => member !== from && member !== to);
}

describe("messages between clans", () => {
  it("go through the chiefs, and arrive under the sender's name", () => {
    const tree = new Tree();
    const a = tree.add(undefined);
    const b = tree.add(undefined);
    const inA = tree.add(a);
    const inB = tree.add(b);
    const error = tree.run(inA, function* () {
      return (yield* send(inB.id, { words: [7], strings: [Uint8Array.of(1, 2)] })).error;
    });
    const sender = siblingOf(inA.id, 1);
    expect(error).toBe(IpcError.OK);
    expect(a.passed).toMatchObject([{ from: sender, to: inB.id, condition: OUT, words: [7] }]);
    expect(b.passed).toMatchObject([{ from: sender, to: inB.id, condition: IN | Condition.DECEIVED, words: [7] }]);
    expect(inB.got).toMatchObject([{ from: sender, to: NIL, condition: Condition.DECEIVED, words: [7], strings: [Uint8Array.of(1, 2)] }]);
  });

  it("go directly to the chief, from it, and within a clan", () => {
    const tree = new Tree();
    const chief = tree.add(undefined);
    const one = tree.add(chief);
    const two = tree.add(chief);
    for (const [from, to] of [
      [one, chief],
      [chief, two],
      [one, two],
    ] as const) {
      tree.run(from, () => send(to.id, { words: [1] }));
      expect(to.got.splice(0)).toMatchObject([{ from: siblingOf(from.id, 1), condition: 0, to: NIL }]);
    }
    expect(tree.members.flatMap((member) => member.passed)).toEqual([]);
  });

  it("pass as many chiefs as there are borders, in random trees", () => {
    const random = randomNumbers(7);
    let longest = 0;
    for (let round = 0; round < 12; round++) {
      const tree = new Tree();
      for (let count = 0; count < 14; count++)
        tree.add(count < 2 || random(6) === 0 ? undefined : tree.members[random(tree.members.length)]);
      for (let pair = 0; pair < 25; pair++) {
        const from = tree.members[random(tree.members.length)]!;
        const to = tree.members[random(tree.members.length)]!;
        if (from === to) continue;
        const chiefs = way(from, to);
        longest = Math.max(longest, chiefs.length);
        const first = chiefs[0];
        const type = first === undefined ? 0 : first === from.chief ? IN : OUT;
        expect(from.context.kernel.nearest(to.id)).toEqual({ thread: (first ?? to).id, type });
        tree.run(from, () => send(to.id, { words: [pair] }));
        expect(tree.members.filter((member) => member.passed.length > 0).sort(byId)).toEqual([...chiefs].sort(byId));
        expect(to.got).toMatchObject([{ from: siblingOf(from.id, 1), words: [pair] }]);
        for (const member of tree.members) member.got.length = member.passed.length = 0;
      }
    }
    expect(longest).toBeGreaterThan(5);
  });

  it("are answered through the chiefs too: a call waits for the name that it called", () => {
    const tree = new Tree();
    const top = tree.add(undefined);
    const middle = tree.add(top);
    const client = tree.add(middle);
    const server = tree.machine.boot("server", function* () {
      let request = yield* receive(ANY);
      for (;;) request = yield* replyAndWait(request.from, { words: [request.words[0]! * 2] });
    });
    // The chiefs must be back in their loops before the answer comes.
    const answer = tree.run(client, () => call(server, { words: [21] }));
    expect(answer).toMatchObject({ error: IpcError.OK, from: server, condition: Condition.DECEIVED, words: [42] });
    expect([middle.passed.length, top.passed.length]).toEqual([2, 2]);
  });

  it("find no chief's thread where there is none, and no thread where there is none", () => {
    const machine = new TestMachine();
    const errors = machine.runBody(function* ({ id, kernel }) {
      const found: number[] = [];
      kernel.gates({ inner: 5, outer: 0 });
      const outside = machine.boot("outside", function* () {
        yield* receive(ANY);
      });
      kernel.nativeTaskNew({ priority: 150, name: "subject" }, function* (context) {
        found.push((yield* send(outside, { words: [] })).error, (yield* send(siblingOf(outside, 9), { words: [] })).error);
        expect(context.kernel.nearest(outside)).toBeUndefined();
        yield* send(id, { words: [] });
      });
      yield* receive(ANY);
      return found;
    });
    expect(errors).toEqual([IpcError.NOT_EXISTENT, IpcError.NOT_EXISTENT]);
  });

  it("go to the threads that the chief has named as its gates", () => {
    const tree = new Tree();
    const chief = tree.add(undefined);
    const subject = tree.add(chief);
    const outside = tree.add(undefined);
    const seen: string[] = [];
    const gate = (name: string) =>
      function* (): Op<void> {
        for (;;) seen.push(`${name} ${(yield* receive(ANY)).condition}`);
      };
    chief.context.kernel.nativeThreadNew({ lthread: 3 }, gate("inner"));
    chief.context.kernel.nativeThreadNew({ lthread: 4 }, gate("outer"));
    chief.context.kernel.gates({ inner: 3, outer: 4 });
    tree.run(subject, () => send(outside.id, { words: [] }));
    tree.run(outside, () => send(subject.id, { words: [] }));
    expect(seen).toEqual([`inner ${OUT}`, `outer ${IN}`]);
    expect(chief.passed).toEqual([]);
  });
});

const byId = (a: Member, b: Member): number => a.id - b.id;

describe("other names", () => {
  it("are allowed exactly when messages of that name come by way of the sender, or within one task", () => {
    const random = randomNumbers(3);
    let allowed = 0;
    let refused = 0;
    for (let round = 0; round < 12; round++) {
      const tree = new Tree();
      for (let count = 0; count < 10; count++)
        tree.add(count < 2 || random(5) === 0 ? undefined : tree.members[random(tree.members.length)]);
      for (let attempt = 0; attempt < 30; attempt++) {
        const [sender, name] = [0, 0].map(() => tree.members[random(tree.members.length)]!) as [Member, Member];
        const near = tree.members.filter((member) => member !== sender && way(sender, member).length === 0);
        const receiver = near[random(near.length)]!;
        const last = way(name, receiver).pop();
        const legal = name === sender || name === receiver || last === sender;
        tree.run(sender, () => sendAs(name.id, receiver.id, { words: [1] }));
        const from = legal ? name.id : siblingOf(sender.id, 1);
        expect(receiver.got.splice(0)).toMatchObject([{ from, condition: legal ? Condition.DECEIVED : 0 }]);
        if (legal) allowed++;
        else refused++;
      }
    }
    expect(Math.min(allowed, refused)).toBeGreaterThan(40);
  });

  it("are no interrupt's, but for those that a chief passes on to its clan", () => {
    const tree = new Tree();
    const chief = tree.add(undefined);
    const [liar, victim] = [tree.add(chief), tree.add(chief)];
    for (const [sender, receiver] of [
      [liar, victim],
      [victim, chief],
      [tree.add(undefined), chief],
    ] as const) {
      tree.run(sender, () => sendAs(interruptId(5), receiver.id, { words: [1] }));
      expect(receiver.got.splice(0)).toMatchObject([{ from: siblingOf(sender.id, 1), condition: 0 }]);
    }
  });

  it("do not help to get round a chief, nor to speak for the dead", () => {
    const tree = new Tree();
    const chief = tree.add(undefined);
    const liar = tree.add(chief);
    const victim = tree.add(chief);
    const outside = tree.add(undefined);
    tree.run(liar, () => sendAs(victim.id, outside.id, { words: [1] }));
    expect(chief.passed[0]).toMatchObject({ from: siblingOf(liar.id, 1), condition: OUT });
    chief.context.kernel.taskDelete(victim.id);
    tree.run(chief, () => sendAs(victim.id, outside.id, { words: [2] }));
    expect(outside.got[1]).toMatchObject({ from: siblingOf(chief.id, 1), condition: 0 });
  });

  it("let a thread hand a call to a colleague, who answers in its place", () => {
    const machine = new TestMachine();
    const server = machine.boot("server", function* ({ id, kernel }) {
      kernel.nativeThreadNew({ lthread: 1 }, function* () {
        const request = yield* receive(ANY);
        yield* send(request.from, { words: [request.words[0]! + 1, request.condition] });
      });
      const request = yield* receive(ANY);
      yield* sendAs(request.from, siblingOf(id, 1), { words: request.words });
      yield* receive(ANY);
    });
    const answer = machine.runBody(() => call(server, { words: [8] }));
    expect(answer).toMatchObject({ error: IpcError.OK, from: siblingOf(server, 1), words: [9, Condition.DECEIVED] });
  });

  it("wait in queues under that name", () => {
    const tree = new Tree();
    const chief = tree.add(undefined);
    const outside = tree.add(undefined);
    let order: (number | undefined)[] = [];
    const slow = chief.context.kernel.nativeTaskNew({ priority: 90, name: "slow" }, function* () {
      yield* sleep(500);
      order = [(yield* receive(outside.id)).words[0], (yield* receive(chief.id)).words[0]];
    });
    chief.context.kernel.nativeThreadNew({ lthread: 8 }, () => sendAs(chief.id, slow, { words: [1] }) as Op<never>);
    chief.context.kernel.nativeThreadNew({ lthread: 9 }, () => sendAs(outside.id, slow, { words: [2] }) as Op<never>);
    tree.machine.settle();
    expect(order).toEqual([2, 1]);
  });
});

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
