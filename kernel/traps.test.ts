/** Trap mirroring: the frame, the way back, nested traps, forced exceptions. */
import { describe, expect, it } from "vitest";
import { EXCEPTION_LABEL, TrapFrame, VECTOR_AST } from "./abi/trap-frame.ts";
import { CODE, DATA, FINISH, FRAME, GuestMachine, STACK_TOP } from "../tests/support/kernel-guest.ts";

const HANDLER_STACK = STACK_TOP - 0x1000;

const setup = (nested = "0"): string => `
  mov eax, FRAME
  mov ecx, offset handler
  mov edx, ${HANDLER_STACK}
  mov ebx, ${nested}
  int 0x3a
`;

const word = (offset: number): string => `dword ptr [FRAME+${offset}]`;

describe("trap mirroring", () => {
  it("saves all registers of a software interrupt, and trap_return brings them back", () => {
    const result = new GuestMachine().runGuests(function* (guests) {
      const task = yield* guests.create(`
        ${setup()}
        mov eax, 4
        mov ebx, 11
        mov ecx, 12
        mov edx, 13
        mov esi, 14
        mov edi, 15
        mov ebp, 16
        std
        stc
        int 0x80
      after:
        pushfd
        cld
        mov [DATA+0x100], ebx
        mov [DATA+0x104], ecx
        mov [DATA+0x108], edx
        mov [DATA+0x10c], esi
        mov [DATA+0x110], edi
        mov [DATA+0x114], ebp
        mov [DATA+0x118], eax
        mov [DATA+0x11c], esp
        pop edx
        mov ebx, offset after
        jmp finish
      handler:
        mov [DATA+0x200], esp
        pushfd
        pop [DATA+0x204]
        mov [DATA+0x208], ebx
        mov eax, [FRAME]
        mov [DATA+0x20c], eax
        mov ${word(TrapFrame.EAX)}, -38
        mov ebx, 0
        mov ecx, 0
        mov edi, 0
        mov eax, FRAME
        int 0x39
        ${FINISH}`);
      yield* guests.introduce(task);
      guests.start(task);
      const done = yield* guests.next();
      const flags = done.words[0]!;
      return {
        after: done.words[1],
        flags: { carry: flags & 1, direction: (flags >> 10) & 1 },
        restored: yield* guests.readWords(task, DATA + 0x100, 8),
        inHandler: yield* guests.readWords(task, DATA + 0x200, 4),
        frame: yield* guests.readWords(task, FRAME, TrapFrame.SIZE / 4),
      };
    });
    const at = (offset: number): number => result.frame[offset >> 2]!;
    expect(result.restored.slice(0, 7)).toEqual([11, 12, 13, 14, 15, 16, 0xffffffda]);
    expect(result.restored[7]).toBe(STACK_TOP - 4);
    expect(result.flags).toEqual({ carry: 1, direction: 1 });
    expect(result.inHandler[0]).toBe(HANDLER_STACK);
    expect(result.inHandler[1]! & 0x400).toBe(0);
    expect(result.inHandler.slice(2)).toEqual([11, 1]);
    expect(at(TrapFrame.VECTOR)).toBe(0x80);
    expect(at(TrapFrame.IN_HANDLER)).toBe(0);
    expect([TrapFrame.EBX, TrapFrame.ECX, TrapFrame.EDX, TrapFrame.ESI, TrapFrame.EDI, TrapFrame.EBP].map(at)).toEqual([
      11, 12, 13, 14, 15, 16,
    ]);
    expect(at(TrapFrame.EIP)).toBe(result.after);
    expect(at(TrapFrame.ESP)).toBe(STACK_TOP);
    expect([TrapFrame.DS, TrapFrame.ES, TrapFrame.FS, TrapFrame.GS].map(at)).toEqual([0x7b, 0x7b, 0, 0]);
  });

  it("mirrors exceptions with vector, error code and address, at the faulting instruction", () => {
    const cases = [
      { code: "xor ecx, ecx\n bad: div ecx", expected: [0, 0, 0] },
      { code: "bad: ud2", expected: [6, 0, 0] },
      { code: "bad: mov dword ptr [0x77000004], 1", expected: [14, 6, 0x77000004] },
      { code: "bad: jmp 0x77000000\n", expected: [14, 4, 0x77000000], elsewhere: 0x77000000 },
      { code: "bad: hlt", expected: [13, 0, 0] },
      { code: "bad: int 0", expected: [13, 2, 0] },
      { code: "bad: int 14", expected: [13, 0x72, 0] },
    ];
    for (const { code, expected, elsewhere } of cases) {
      const result = new GuestMachine().runGuests(function* (guests) {
        const task = yield* guests.create(`${setup()}
          ${code}
          handler:
          mov edx, ${word(TrapFrame.EIP)}
          mov ebx, offset bad
          ${FINISH}`);
        yield* guests.introduce(task);
        guests.start(task);
        const [eip, bad] = (yield* guests.next()).words;
        const [vector, error, address] = yield* guests.readWords(task, FRAME + TrapFrame.VECTOR, 3);
        return { trap: [vector, error, address], eip, bad };
      });
      expect(result.trap).toEqual(expected);
      expect(result.eip).toBe(elsewhere ?? result.bad);
    }
  });

  it("sends traps of the handler to the nested handler, keeping registers and frame", () => {
    const result = new GuestMachine().runGuests(function* (guests) {
      const task = yield* guests.create(`${setup("offset nested")}
        mov esi, 99
        int 0x80
        handler:
        mov esi, 55
      bad: mov eax, [0x77000000]
        nested:
        mov [DATA+0x100], esi
        mov [DATA+0x104], esp
        mov ebx, offset bad
        mov edx, ${word(TrapFrame.ESI)}
        ${FINISH}`);
      yield* guests.introduce(task);
      guests.start(task);
      const [savedEsi, bad] = (yield* guests.next()).words;
      return {
        savedEsi,
        bad,
        registers: yield* guests.readWords(task, DATA + 0x100, 2),
        nested: yield* guests.readWords(task, FRAME + TrapFrame.NESTED_VECTOR, 4),
      };
    });
    expect(result.savedEsi).toBe(99);
    expect(result.registers).toEqual([55, HANDLER_STACK]);
    expect(result.nested).toEqual([14, result.bad, 0x77000000, 1]);
  });

  it("stops a thread whose nested handler cannot run, and one whose frame is bad", () => {
    const result = new GuestMachine().runGuests(function* (guests) {
      const labels: number[][] = [];
      const bodies = [
        `${setup("0x77000000")}\n int 0x80\n handler: ud2`,
        `mov eax, 0x77000000\n mov ecx, CODE\n mov edx, 0\n mov ebx, 0\n int 0x3a\n int 0x80`,
        "int 0x80",
      ];
      for (const body of bodies) {
        yield* guests.spawn(body);
        labels.push((yield* guests.next()).words.slice(0, 2));
      }
      return labels;
    });
    expect(result).toEqual([
      [EXCEPTION_LABEL, 14],
      [EXCEPTION_LABEL, 0x80],
      [EXCEPTION_LABEL, 0x80],
    ]);
  });

  it("forces an exception on a computing thread, and on one that waits", () => {
    for (const work of ["spin: inc ebp\n jmp spin", "mov eax, NONE\n xor ecx, ecx\n mov ebp, 1\n ipc\n spin: jmp spin"]) {
      const result = new GuestMachine().runGuests(function* (guests) {
        const task = yield* guests.create(`${setup()}
          ${work}
          handler:
          mov edx, ${word(TrapFrame.VECTOR)}
          mov ebx, ${word(TrapFrame.EAX)}
          mov edi, ${word(TrapFrame.AST_PENDING)}
          ${FINISH}`);
        yield* guests.introduce(task);
        guests.start(task);
        yield* guests.idle();
        guests.context.kernel.exRegs(task, { trigger: true });
        return (yield* guests.next()).words;
      });
      expect(result[0]).toBe(VECTOR_AST);
      expect(result[2]).toBe(0);
      if (work.includes("ipc")) expect(result[1]).toBe(0x40);
    }
  });

  it("keeps a forced exception until trap_return while the handler runs, without cancelling its IPC", () => {
    const result = new GuestMachine().runGuests(function* (guests) {
      const task = yield* guests.create(`${setup()}
        mov edi, 3
        int 0x80
      spin: jmp spin
        handler:
        cmp ${word(TrapFrame.VECTOR)}, -1
        je forced
        xor eax, eax
        xor ecx, ecx
        xor ebp, ebp
        mov esi, [PAGER]
        ipc
        mov [DATA+0x100], eax
        mov [DATA+0x104], edx
        mov eax, [FRAME+${TrapFrame.AST_PENDING}]
        mov [DATA+0x108], eax
        mov eax, FRAME
        int 0x39
        forced:
        mov ebx, ${word(TrapFrame.EIP)}
        mov edx, offset spin
        ${FINISH}`);
      yield* guests.introduce(task);
      guests.start(task);
      const request = yield* guests.next();
      guests.context.kernel.exRegs(task, { trigger: true });
      const done = yield* guests.answer(request.from, { words: [42] });
      return { words: done.words, memory: yield* guests.readWords(task, DATA + 0x100, 3) };
    });
    expect(result.memory).toEqual([3 << 13, 42, 1]);
    expect(result.words[0]).toBe(result.words[1]);
    expect(result.words[2]).toBe(3);
  });

  it("copies context and trap set-up for fork", () => {
    const result = new GuestMachine().runGuests(function* (guests) {
      const { kernel } = guests.context;
      const source = `${setup()}
        mov eax, 7
        mov ecx, 0x5000
        mov edx, -1
        mov ebx, 3
        int 0x3b
        mov esi, 1234
        int 0x80
        handler:
        mov edx, esi
        mov ebx, ${word(TrapFrame.VECTOR)}
        ${FINISH}`;
      const parent = yield* guests.create(source);
      yield* guests.introduce(parent);
      guests.start(parent);
      yield* guests.next();
      const child = yield* guests.create(source);
      yield* guests.introduce(child);
      const copied = kernel.copyContext(parent, child);
      // Starts in the middle: the trap goes to the handler that the parent set up.
      const code = yield* guests.read(child, CODE, 64);
      const trap = code.findIndex((byte, i) => byte === 0xcd && code[i + 1] === 0x80);
      const old = kernel.exRegs(child, { eip: CODE + trap, esp: STACK_TOP });
      kernel.exRegs(child, {});
      return { copied, old: old !== undefined, words: (yield* guests.next()).words };
    });
    expect(result).toMatchObject({ copied: true, old: true });
    expect(result.words[1]).toBe(0x80);
  });

  it("does not take a frame that is not aligned or crosses a page", () => {
    const result = new GuestMachine().runGuests(function* (guests) {
      const task = yield* guests.create(`
        mov eax, FRAME+2
        int 0x3a
        mov edx, eax
        mov eax, DATA+0x1000-92
        int 0x3a
        mov ebx, eax
        ${FINISH}`);
      yield* guests.introduce(task);
      guests.start(task);
      return (yield* guests.next()).words.slice(0, 2);
    });
    expect(result).toEqual([1, 1]);
  });
});
