/** Forget mode: progress of instructions that need many pages, what is never forgotten, kernel calls that are made again. */
import { describe, expect, it } from "vitest";
import { FLEXPAGE_GRANT, FLEXPAGE_WRITE, flexpage } from "./abi/flexpage.ts";
import { ANY } from "./abi/identifiers.ts";
import { dope } from "./abi/ipc.ts";
import type { ForgetOptions } from "./forgetting.ts";
import { call, type Op, receive } from "./native.ts";
import { CODE, DATA, FINISH, GuestMachine, type Guests, STACK_TOP, WAIT } from "../tests/support/kernel-guest.ts";
import { randomNumbers } from "../tests/support/random.ts";

const PAGE = 4096;
/** Not in any region. */
const OUTSIDE = 0x5000_0000;

function fractions(seed: number): () => number {
  const random = randomNumbers(seed);
  return () => random(2 ** 32) / 2 ** 32;
}

const modes: [string, ForgetOptions][] = [
  ["always", { mode: "always", random: () => 0 }],
  ["random", { mode: "random", random: fractions(1) }],
  ["random, with another seed", { mode: "random", random: fractions(2) }],
];

function run<T>(forget: ForgetOptions, body: (guests: Guests) => Op<T>): { result: T; forgotten: number; faults: number } {
  const machine = new GuestMachine(512, forget);
  let faults = 0;
  const result = machine.runGuests(function* (guests) {
    const value = yield* body(guests);
    faults = guests.faults.length;
    return value;
  });
  return { result, forgotten: machine.kernel.statistics().forgotten, faults };
}

describe.each(modes)("forget mode %s", (_name, forget) => {
  it("lets an instruction get on that needs two pages of code and four of data", () => {
    const { result, forgotten } = run(forget, function* (guests) {
      // REP MOVSD over the ends of pages, itself over the end of a page.
      const task = yield* guests.create(`
        mov ebp, 20
      again:
        mov esi, ${DATA + PAGE - 6}
        mov edi, ${DATA + 2 * PAGE - 2}
        mov ecx, 3
        cld
        jmp straddling
        .balign 4096
        .fill 4095, 1, 0x90
      straddling:
        rep movsd
        mov eax, NONE
        push ebp
        mov ebp, NONE
        ipc
        pop ebp
        dec ebp
        jnz again
        mov edx, [${DATA + 2 * PAGE - 2}]
        mov ebx, [${DATA + 2 * PAGE + 6}]
        mov edi, ebp
        ${FINISH}`);
      yield* guests.introduce(task);
      yield* guests.write(task, DATA + PAGE - 6, Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12));
      guests.start(task);
      return (yield* guests.next()).words;
    });
    expect(result).toEqual([0x04030201, 0x0c0b0a09, 0]);
    expect(forgotten).toBeGreaterThan(0);
  });

  it("lets a client get on whose manager is a thread of its own task, with a buffer in memory", () => {
    const { result } = run(forget, function* (guests) {
      const task = yield* guests.create(`
        mov eax, 1
        mov ecx, ${STACK_TOP - PAGE}
        mov edx, offset manager
        mov ebx, -1
        mov esi, -1
        int 0x35
        xor esi, esi
        int 0x31
        or esi, 1 << 10
        mov [${DATA + 8}], esi
        mov esi, DATA
        int 0x37
        jmp client
        .balign 4096
      manager:
        mov eax, NONE
        xor esi, esi
      serve:
        xor ecx, ecx
        mov ebp, ${DATA + PAGE + 1}
        ipc
        mov edx, edi
        mov dword ptr [${DATA + 2 * PAGE}], 7
        mov ebx, ${flexpage(DATA + 2 * PAGE, 12, FLEXPAGE_WRITE)}
        mov eax, 2
        jmp serve
        .balign 4096
      client:
        mov edx, [${OUTSIDE}]
        ${FINISH}`);
      yield* guests.introduce(task);
      yield* guests.writeWords(task, DATA, [OUTSIDE, PAGE, 0, 9, 0, 7]);
      yield* guests.writeWords(task, DATA + PAGE, [0, dope(4, 0), 0, 0, 0, 0, 0]);
      guests.start(task);
      return (yield* guests.next()).words[0];
    });
    expect(result).toBe(7);
  });

  it("copies long strings between two tasks page by page", () => {
    const bytes = Uint8Array.from({ length: 5 * PAGE }, (_, index) => index * 7 + (index >> 8));
    const { result, forgotten } = run(forget, function* (guests) {
      const header = (send: number, receiveAt: number): number[] => [
        0,
        (3 << 13) | (1 << 8),
        (3 << 13) | (1 << 8),
        0,
        0,
        0,
        bytes.length,
        send,
        bytes.length,
        receiveAt,
      ];
      const [from, to] = [DATA + 3 * PAGE - 100, DATA + 9 * PAGE + 50];
      const receiver = yield* guests.create(`
        mov eax, NONE
        xor ecx, ecx
        mov ebp, DATA + 1
        ipc
        mov edx, eax
        ${FINISH}`);
      const sender = yield* guests.create(`
        mov eax, DATA
        mov ebp, NONE
        xor ecx, ecx
        mov esi, [PARTNER]
        ipc
        mov edx, eax
        ${FINISH}`);
      yield* guests.introduce(receiver);
      yield* guests.introduce(sender, [receiver]);
      for (const task of [receiver, sender]) yield* guests.writeWords(task, DATA, header(from, to));
      yield* guests.write(sender, from, bytes);
      guests.start(receiver);
      guests.start(sender);
      const errors: number[] = [];
      for (let count = 0; count < 2; count++) errors.push((yield* guests.next()).words[0]! & 0xff);
      return { errors, same: Buffer.compare(yield* guests.read(receiver, to, bytes.length), bytes) };
    });
    expect(result).toEqual({ errors: [0, 0], same: 0 });
    expect(forgotten).toBeGreaterThan(0);
  });

  it("keeps what no manager could map again: pages of messages, and granted ones", () => {
    const { result } = run(forget, function* (guests) {
      const { memory } = guests.context;
      const pages = [yield* guests.take(12), yield* guests.take(12)];
      for (const [index, page] of pages.entries()) memory.page(page, "write")[0] = 40 + index;
      // The first page goes to a place without a region, the second one, granted, into the region.
      const receiveAt = (window: number): string => `mov eax, NONE\n xor ecx, ecx\n xor esi, esi\n mov ebp, ${window | 3}\n ipc\n`;
      const task = yield* guests.create(`
        ${receiveAt(flexpage(OUTSIDE, 12))}
        ${receiveAt(flexpage(DATA + 4 * PAGE, 12))}
        mov edi, 100
      more:
        mov esi, [PAGER]
        mov ebx, edi
        mov eax, NONE
        mov ebp, NONE
        ipc
        mov edi, ebx
        dec edi
        jnz more
        mov edx, [${OUTSIDE}]
        mov ebx, [${DATA + 4 * PAGE}]
        ${FINISH}`);
      yield* guests.introduce(task);
      guests.start(task);
      yield* guests.idle();
      yield* call(task, { words: [], pages: [{ hotSpot: 0, fpage: flexpage(pages[0]!, 12, FLEXPAGE_WRITE) }] }, { receiveUs: 0 });
      yield* guests.idle();
      yield* call(
        task,
        { words: [], pages: [{ hotSpot: 0, fpage: flexpage(pages[1]!, 12, FLEXPAGE_WRITE | FLEXPAGE_GRANT) }] },
        { receiveUs: 0 },
      );
      return (yield* guests.next()).words;
    });
    expect(result).toEqual([40, 41, 0]);
  });

  it("forgets nothing of native tasks", () => {
    const { result } = run(forget, function* (guests) {
      const page = yield* guests.take(12);
      const task = yield* guests.create(`${WAIT}\n${FINISH}`);
      yield* guests.introduce(task);
      guests.start(task);
      yield* guests.idle();
      yield* call(task, { words: [] }, { receiveUs: 0 });
      const answer = yield* receive(ANY);
      return [guests.context.memory.mapped(page), guests.addressOf(task, CODE) !== 0, answer.error];
    });
    expect(result).toEqual([true, true, 0]);
  });
});

it("nothing is forgotten otherwise", () => {
  const machine = new GuestMachine();
  machine.runGuests(function* (guests) {
    const task = yield* guests.spawn("1: inc dword ptr [DATA]\n jmp 1b");
    yield* guests.idle();
    expect(guests.faults.filter(({ client }) => client === task).length).toBe(2);
  });
  expect(machine.kernel.statistics().forgotten).toBe(0);
});
