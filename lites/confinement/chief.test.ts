/** A chief's gates: nothing is lost, rules decide, refusals and exceptions go where they should. */
import { describe, expect, it } from "vitest";
import { FLEXPAGE_WRITE, flexpage } from "#kernel/abi/flexpage.ts";
import { ANY, NIL, type ThreadId } from "#kernel/abi/identifiers.ts";
import { Condition, IpcError } from "#kernel/abi/ipc.ts";
import { EXCEPTION_LABEL } from "#kernel/abi/trap-frame.ts";
import { call, type NativeContext, type Op, type Received, receive, replyAndWait, send } from "#kernel/native.ts";
import { chief, type ChiefOptions } from "./chief.ts";
import { type ChiefPolicy, judge, type Passage, type Referral, type Verdict } from "./chief-policy.ts";
import { TestMachine } from "../../tests/support/kernel-machine.ts";

const REFUSED = [0xffff];

const optionsOf = (policy: ChiefPolicy, more: Partial<ChiefOptions> = {}): ChiefOptions => ({
  policy,
  refusal: [0xdead],
  inner: 0,
  outer: 1,
  firstDeliverer: 2,
  lastDeliverer: 5,
  patience: { faultUs: 1000 },
  sendUs: 1000,
  ...more,
});

const passAll: ChiefPolicy = { rules: [], otherwise: "pass" };

/** A chief with subjects, which start when the chief's gates are there. */
function withSubjects(machine: TestMachine, options: ChiefOptions, subjects: readonly ((context: NativeContext) => Op<void>)[]): ThreadId {
  return machine.boot("chief", function* (context) {
    for (const body of subjects) context.kernel.nativeTaskNew({ priority: 90, name: "subject" }, body);
    yield* chief(context, options);
  });
}

describe("a chief", () => {
  it("passes calls and answers of many subjects, also when a server answers all at once and does not wait", () => {
    const machine = new TestMachine();
    const count = 40;
    const server = machine.boot(
      "server",
      function* () {
        const requests: Received[] = [];
        while (requests.length < count) requests.push(yield* receive(ANY));
        for (const { from, words, strings } of requests) {
          const text = strings[0]!;
          yield* send(
            from,
            { words: [words[0]! + 1], ...(words[0]! % 2 === 0 ? { strings: [text.map((byte) => byte + 1)] } : {}) },
            { sendUs: 0 },
          );
        }
        yield* receive(NIL);
      },
      200,
    );
    const answers: Received[] = [];
    const subjects = Array.from(
      { length: count },
      (_, n) =>
        function* (): Op<void> {
          answers[n] = yield* call(server, { words: [n], strings: [Uint8Array.of(n)] });
        },
    );
    withSubjects(machine, optionsOf(passAll), subjects);
    machine.settle();
    for (const [n, answer] of answers.entries()) {
      const strings = n % 2 === 0 ? [Uint8Array.of(n + 1)] : [];
      expect(answer).toMatchObject({ error: IpcError.OK, from: server, condition: Condition.DECEIVED, words: [n + 1], strings });
    }
    expect(answers.length).toBe(count);
  });

  it("refuses by its rules in the name of whom the message was for, and tells what it did", () => {
    const machine = new TestMachine();
    const heard: number[][] = [];
    const server = machine.boot("server", function* () {
      let request = yield* receive(ANY);
      for (;;) {
        heard.push(request.words);
        request = yield* replyAndWait(request.from, { words: [0] });
      }
    });
    const log: [Passage, Verdict | Referral][] = [];
    const policy: ChiefPolicy = {
      rules: [
        { direction: "out", operations: new Set([5]), verdict: REFUSED },
        { direction: "out", partner: server, bits: { word: 1, mask: 6 }, verdict: REFUSED },
      ],
      otherwise: "pass",
    };
    const answers: number[] = [];
    withSubjects(machine, optionsOf(policy, { log: (passage, verdict) => log.push([passage, verdict]) }), [
      function* () {
        for (const words of [
          [1, 0],
          [5, 0],
          [2, 2],
          [2, 1],
        ])
          answers.push((yield* call(server, { words })).words[0]!);
      },
    ]);
    machine.settle();
    expect(answers).toEqual([0, REFUSED[0], REFUSED[0], 0]);
    expect(heard).toEqual([
      [1, 0],
      [2, 1],
    ]);
    expect(log.map(([{ direction }, verdict]) => `${direction} ${verdict}`)).toEqual([
      "out pass",
      "in pass",
      `out ${REFUSED}`,
      `out ${REFUSED}`,
      "out pass",
      "in pass",
    ]);
  });

  it("refuses what comes in, when no rule lets it pass", () => {
    const machine = new TestMachine();
    let subject = NIL;
    const heard: Received[] = [];
    withSubjects(machine, optionsOf({ rules: [{ direction: "out", verdict: "pass" }], otherwise: REFUSED }), [
      function* ({ id }) {
        subject = id;
        heard.push(yield* receive(ANY));
      },
    ]);
    machine.settle();
    const answer = machine.runBody(() => call(subject, { words: [1, 2, 3] }));
    expect(answer).toMatchObject({ from: subject, words: REFUSED });
    expect(heard).toEqual([]);
  });

  it("passes no memory on, and tells both who send it and who wait for it", () => {
    const machine = new TestMachine();
    const pages = [{ hotSpot: 0x5000, fpage: flexpage(0x1000, 12, FLEXPAGE_WRITE) }];
    const heard: number[][] = [];
    const server = machine.boot("server", function* () {
      let request = yield* receive(ANY);
      for (;;) {
        heard.push(request.words);
        request = yield* replyAndWait(request.from, { words: [1], pages });
      }
    });
    const log: string[] = [];
    const answers: Received[] = [];
    withSubjects(machine, optionsOf(passAll, { log: ({ direction }, verdict) => log.push(`${direction} ${verdict}`) }), [
      function* () {
        answers.push(yield* call(server, { words: [1], pages }), yield* call(server, { words: [2] }));
      },
    ]);
    machine.settle();
    expect(answers).toMatchObject([
      { from: server, condition: Condition.DECEIVED, words: [0xdead] },
      { from: server, condition: Condition.DECEIVED, words: [0xdead] },
    ]);
    expect(heard).toEqual([[2]]);
    expect(log).toEqual([`out ${0xdead}`, "out pass", `in ${0xdead}`]);
  });

  it("says so when a receiver does not take a message in time", () => {
    const machine = new TestMachine();
    const deaf = machine.boot("deaf", function* () {
      yield* receive(NIL);
    });
    const answers: number[][] = [];
    withSubjects(machine, optionsOf(passAll), [
      function* () {
        answers.push((yield* call(deaf, { words: [1] })).words);
      },
    ]);
    machine.settle();
    expect(answers).toEqual([[0xdead]]);
  });

  it("hands on exceptions of its subjects under their names", () => {
    const machine = new TestMachine();
    const heard: Received[] = [];
    const master = machine.boot("master", function* () {
      for (;;) heard.push(yield* receive(ANY));
    });
    let subject = NIL;
    const boss = withSubjects(machine, optionsOf(passAll, { exceptions: master }), [
      function* ({ id }) {
        subject = id;
        yield* send(boss, { words: [EXCEPTION_LABEL, 6, 7] });
        yield* send(boss, { words: [1] });
        yield* receive(NIL);
      },
    ]);
    machine.settle();
    expect(heard).toMatchObject([{ from: subject, condition: Condition.DECEIVED, words: [EXCEPTION_LABEL, 6, 7] }]);
  });
});

describe("rules", () => {
  const passage = (more: Partial<Passage>): Passage => ({
    direction: "out",
    from: 1,
    to: 2,
    words: [7, 4],
    strings: [],
    mapping: false,
    ...more,
  });

  it("decide in order; one that names nothing fits all", () => {
    const rules = [
      { direction: "in", partner: 1, verdict: [1] },
      { operations: new Set([7]), applies: ({ words }: Passage) => words[1] === 4, verdict: [2] },
      { verdict: [3] },
    ] as const;
    const decide = (more: Partial<Passage>): Verdict | Referral => judge({ rules, otherwise: "pass" }, passage(more));
    expect(decide({})).toEqual([2]);
    expect(decide({ direction: "in" })).toEqual([1]);
    expect(decide({ direction: "in", from: 9 })).toEqual([2]);
    expect(decide({ words: [7, 5] })).toEqual([3]);
    expect(decide({ words: [] })).toEqual([3]);
    expect(judge({ rules: [], otherwise: "pass" }, passage({}))).toBe("pass");
  });
});
