/** Segment registers of threads that take turns: the same selectors are other segments, flags and modes change with the thread. */
import { describe, expect, it } from "vitest";
import { DATA, FINISH, GuestMachine, STACK_TOP } from "../tests/support/kernel-guest.ts";
import { TrapFrame } from "./abi/trap-frame.ts";

/** Enough for both to have been paged in long before the end. */
const ROUNDS = 50;
/** Selectors of descriptor 6, and of all addresses. */
const OWN = 0x33;
const FLAT = 0x7b;

/** A guest's descriptor 6, with EBX as flags: 3 is present and writable. */
const describeSegment = (base: number, flags = 3): string => `
  mov eax, 6
  mov ecx, ${base}
  mov edx, -1
  mov ebx, ${flags}
  int 0x3b`;

const allFlat = ["ds", "es", "ss"].map((name) => `mov ${name}, ax`).join("\n");

/** Adds up what is at 0 of a segment, and lets the partner run before each time. */
const adding = (segment: string, selector: number, offset: number): string => `
  mov esi, [PARTNER]
  mov ax, ${selector}
  mov ${segment}, ax
  xor edi, edi
  mov ebp, ${ROUNDS}
  1: int 0x33
  add edi, dword ptr ${segment}:[${offset}]
  dec ebp
  jnz 1b
  mov ax, ${FLAT}
  ${allFlat}
  mov edx, edi
  ${FINISH}`;

/** Runs two guests that know each other. @returns the first word that each reports */
function together(first: string, second: string): number[] {
  return new GuestMachine().runGuests(function* (guests) {
    const tasks = [yield* guests.create(first), yield* guests.create(second)];
    for (const [index, task] of tasks.entries()) {
      yield* guests.introduce(task, [tasks[1 - index]!]);
      yield* guests.writeWords(task, DATA + 0x400, [11 + index]);
      yield* guests.writeWords(task, DATA + 0x500, [33 + index]);
      guests.start(task);
    }
    const words = new Map<number, number>();
    for (const _ of tasks) {
      const message = yield* guests.next();
      words.set(message.from, message.words[0]!);
    }
    return tasks.map((task) => words.get(task)!);
  });
}

describe("segments of two threads", () => {
  it.each(["ds", "es", "ss", "fs", "gs"])("with the same selector in %s are each its own", (segment) => {
    const words = together(
      describeSegment(DATA + 0x400) + adding(segment, OWN, 0),
      describeSegment(DATA + 0x500) + adding(segment, OWN, 0),
    );
    expect(words).toEqual([11 * ROUNDS, 34 * ROUNDS]);
  });

  it.each(["ds", "es", "ss"])("where one has all addresses in %s and the other has not", (segment) => {
    const words = together(describeSegment(DATA + 0x400) + adding(segment, OWN, 0), adding(segment, FLAT, DATA + 0x500));
    expect(words).toEqual([11 * ROUNDS, 34 * ROUNDS]);
  });

  it("one of which checks alignment", () => {
    const access = (flags: string): string => `
      mov eax, FRAME
      mov ecx, offset trapped
      mov edx, STACK_TOP
      xor ebx, ebx
      int 0x3a
      mov esp, ${STACK_TOP - 0x100}
      pushfd
      ${flags}
      popfd
      mov esi, [PARTNER]
      mov ebp, ${ROUNDS}
      1: int 0x33
      dec ebp
      jnz 1b
      # Whether this one is checked depends on the mode that the thread runs in.
      fnstenv [DATA+0x404]
      fnstenv [DATA+0x401]
      trapped:
      mov edx, [FRAME+${TrapFrame.VECTOR}]
      ${FINISH}`;
    expect(together(access("or dword ptr [esp], 0x40000"), access(""))).toEqual([17, 0]);
    expect(together(access(""), access("or dword ptr [esp], 0x40000"))).toEqual([0, 17]);
  });
});

describe("a segment register whose descriptor changes", () => {
  it("has the new one at once, and none when that is not present", () => {
    const [sum] = together(
      `${describeSegment(DATA + 0x400)}
      mov ax, ${OWN}
      mov gs, ax
      mov edi, gs:[0]
      ${describeSegment(DATA + 0x500)}
      shl edi, 8
      add edi, gs:[0]
      mov eax, FRAME
      mov ecx, offset trapped
      mov edx, STACK_TOP
      xor ebx, ebx
      int 0x3a
      ${describeSegment(DATA + 0x500, 2)}
      mov eax, gs:[0]
      trapped:
      shl edi, 8
      mov edx, [FRAME+${TrapFrame.VECTOR}]
      add edx, edi
      ${FINISH}`,
      FINISH,
    );
    expect(sum).toBe((11 << 16) | (33 << 8) | 13);
  });
});
