/** Clans and chiefs: who gets a message, under which names it may go on, and that nothing leaves a clan behind its chief's back. */
import { describe, expect, it } from "vitest";
import { ANY, interruptId, NIL, siblingOf, type ThreadId } from "./abi/identifiers.ts";
import { Condition, IpcError } from "./abi/ipc.ts";
import { call, type NativeContext, type Op, type Received, receive, replyAndWait, send, sendAs, sendAsAndWait, sleep } from "./native.ts";
import { TestMachine } from "../tests/support/kernel-machine.ts";
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
