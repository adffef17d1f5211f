/** The kernel calls of emulated threads other than IPC, and random input to all of them. */
import { describe, expect, it } from "vitest";
import { KernelCallVector, RegionError, Right } from "./abi/calls.ts";
import { ANY, NIL, siblingOf } from "./abi/identifiers.ts";
import { IpcError } from "./abi/ipc.ts";
import { FaultRefusal } from "./abi/page-fault.ts";
import { TrapFrame } from "./abi/trap-frame.ts";
import { receive, send } from "./native.ts";
import { CODE, DATA, FINISH, GuestMachine, isFault, STACK_TOP, WAIT } from "../tests/support/kernel-guest.ts";
import { randomNumbers } from "../tests/support/random.ts";

/** Runs one guest. @returns the words of its message, and the id */
function run(source: string): { words: number[]; id: number; pager: number } {
  return new GuestMachine().runGuests(function* (guests) {
    const task = yield* guests.create(source);
    yield* guests.introduce(task);
    guests.start(task);
    const { words } = yield* guests.next();
    return { words, id: task, pager: guests.context.id };
  });
}

describe("kernel calls of emulated threads", () => {
  it("id_nearest tells the own id, and partners of the clan as they are", () => {
    const { words, id, pager } = run(`
      xor esi, esi
      int 0x31
      mov edx, esi
      mov esi, [PAGER]
      int 0x31
      mov ebx, esi
      mov esi, 0x7654321
      int 0x31
      mov edi, esi
      ${FINISH}`);
    expect(words).toEqual([id, pager, NIL]);
  });

  it("region_map and region_unmap act on the own task", () => {
    const { words } = run(`
      mov esi, DATA
      mov dword ptr [esi], 0x60000000
      mov dword ptr [esi+4], 0x2000
      mov eax, [PAGER]
      mov [esi+8], eax
      mov dword ptr [esi+12], 1
      mov dword ptr [esi+16], 0
      mov dword ptr [esi+20], 7
      int 0x37
      mov dword ptr [0x60000000], 5
      mov edx, [0x60000000]
      int 0x37
      shl eax, 8
      or edx, eax
      mov dword ptr [esi], 0x60000001
      int 0x37
      shl eax, 16
      or edx, eax
      mov eax, 0x60000000
      mov ecx, 0x1000
      int 0x38
      mov ebx, eax
      mov eax, 0x60000004
      int 0x38
      mov edi, eax
      ${FINISH}`);
    expect(words).toEqual([5 | (RegionError.OVERLAP << 8) | (RegionError.INVALID << 16), RegionError.OK, RegionError.INVALID]);
  });

  it("region_protect takes rights of the own regions, and gives none that the chief has not given", () => {
    const { words } = run(`
      mov eax, CODE
      mov ecx, 0x1000
      mov edx, ${Right.READ}
      int 0x3c
      mov edi, eax
      mov eax, CODE
      mov edx, ${Right.READ | Right.WRITE}
      int 0x3c
      shl eax, 8
      or edi, eax
      mov eax, 0x50000000
      mov edx, 0
      int 0x3c
      shl eax, 16
      or edi, eax
      mov dword ptr [DATA+0x3000], 7
      mov eax, FRAME
      mov ecx, offset trapped
      mov edx, STACK_TOP
      mov ebx, 0
      int 0x3a
      mov eax, DATA+0x3000
      mov ecx, 0x1000
      mov edx, ${Right.READ}
      int 0x3c
      mov edx, [DATA+0x3000]
      mov dword ptr [DATA+0x3000], 8
      mov edx, 0
      trapped:
      mov ebx, [FRAME+${TrapFrame.REASON}]
      ${FINISH}`);
    const errors = RegionError.OK | (RegionError.DENIED << 8) | (RegionError.INVALID << 16);
    expect(words).toEqual([7, FaultRefusal.RIGHTS, errors]);
  });

  it("lthread_ex_regs starts and moves threads of the own task", () => {
    const result = new GuestMachine().runGuests(function* (guests) {
      const task = yield* guests.create(`
        mov eax, 5
        mov ecx, ${STACK_TOP - 0x2000}
        mov edx, offset other
        mov ebx, -1
        mov esi, -1
        int 0x35
        ${WAIT}
        mov edi, esi
        mov eax, 5
        mov ecx, -1
        mov edx, offset third
        int 0x35
        mov ebx, ecx
        mov edx, 1
        ${FINISH}
        other:
        xor esi, esi
        int 0x31
        mov edx, esi
        xor eax, eax
        xor ecx, ecx
        mov ebp, 0
        and esi, ~(0x7f << 10)
        ipc
        ud2
        third:
        cmp eax, 0x40
        jne third
        mov edx, 2
        mov ebx, esp
        xor eax, eax
        mov ebp, NONE
        mov esi, [PAGER]
        ipc
        jmp $`);
      yield* guests.introduce(task);
      guests.start(task);
      const messages = [yield* guests.next(), yield* guests.next()];
      return { task, messages };
    });
    const first = result.messages.find((message) => message.from === result.task)!;
    const other = result.messages.find((message) => message.from !== result.task)!;
    expect(first.words).toEqual([1, STACK_TOP - 0x2000, siblingOf(result.task, 5)]);
    expect(other.from).toBe(siblingOf(result.task, 5));
    expect(other.words.slice(0, 2)).toEqual([2, STACK_TOP - 0x2000]);
  });

  it("task_new makes a task whose pager is an emulated thread, and deletes it", () => {
    const result = new GuestMachine().runGuests(function* (guests) {
      // The child has the parent's code page, read-only; the parent's id stands in it.
      const task = yield* guests.create(`
        xor esi, esi
        int 0x31
        mov [self], esi
        mov ebx, esi
        mov eax, 100
        mov ecx, ${STACK_TOP}
        mov edx, offset child
        xor esi, esi
        int 0x36
        mov [DATA+0x100], esi
        ${WAIT}
        serve:
        cmp edx, 4242
        je done
        mov edx, edi
        mov ebx, CODE+(12<<2)
        mov eax, 2
        mov ecx, 0x10
        mov ebp, 1
        ipc
        jmp serve
        done:
        mov [DATA+0x108], esi
        mov esi, [DATA+0x100]
        xor ebx, ebx
        int 0x36
        mov edi, esi
        mov esi, [DATA+0x100]
        int 0x31
        mov edx, esi
        mov ebx, [DATA+0x108]
        ${FINISH}
        child:
        mov edx, 4242
        xor eax, eax
        xor ecx, ecx
        mov ebp, NONE
        mov esi, [self]
        ipc
        ud2
        self: .long 0`);
      yield* guests.introduce(task);
      guests.start(task);
      return (yield* guests.next()).words;
    });
    const [afterwards, sender, deleted] = result;
    expect(afterwards).toBe(NIL);
    expect(sender).not.toBe(NIL);
    expect(deleted).toBe(sender);
  });

  it("task_new deletes with everything below, and only tasks of the own clan", () => {
    const result = new GuestMachine().runGuests(function* (guests) {
      const { kernel } = guests.context;
      const task = yield* guests.create(`
        mov esi, [PARTNER]
        xor ebx, ebx
        int 0x36
        mov edi, esi
        mov esi, [PARTNER+4]
        xor ebx, ebx
        int 0x36
        mov edx, esi
        mov ebx, 0
        ${FINISH}`);
      const child = kernel.taskNew({ chief: task });
      const grandchild = kernel.taskNew({ chief: child });
      const stranger = kernel.taskNew({});
      yield* guests.introduce(task, [stranger, child]);
      guests.start(task);
      const { words } = yield* guests.next();
      const alive = [child, grandchild, stranger].map((each) => kernel.chief(each) !== undefined);
      return { deleted: words[0], refused: words[2], child, alive };
    });
    expect(result).toEqual({ deleted: result.child, refused: NIL, child: result.child, alive: [false, false, true] });
  });

  it("thread_schedule changes a priority within the task's limit", () => {
    const { words } = run(`
      xor esi, esi
      int 0x31
      mov ebp, esi
      mov eax, 50
      int 0x34
      push eax
      mov esi, ebp
      mov eax, 200
      int 0x34
      push eax
      mov esi, ebp
      mov eax, -1
      int 0x34
      mov edi, eax
      pop ebx
      pop edx
      ${FINISH}`);
    expect(words.map((word) => word & 0xff)).toEqual([100, 50, 50]);
  });

  it("thread_schedule tells what a thread does and with whom, and sets its slice", () => {
    const { words, pager } = run(`
      mov eax, [PAGER]
      mov eax, 5
      mov ecx, ${STACK_TOP - 0x2000}
      mov edx, offset other
      mov ebx, -1
      mov esi, -1
      int 0x35
      xor esi, esi
      int 0x33
      int 0x31
      lea ebp, [esi + 5*1024]
      mov esi, ebp
      mov eax, ${(200 << 24) | (13 << 20) | 40}
      mov ebx, -1
      int 0x34
      mov [DATA], esi
      push eax
      mov esi, ebp
      mov eax, -1
      mov ebx, -1
      int 0x34
      mov edi, eax
      pop edx
      mov ebx, [DATA]
      ${FINISH}
      other:
      mov eax, NONE
      xor ecx, ecx
      xor ebp, ebp
      mov esi, [PAGER]
      ipc`);
    const [before = 0, partner, after = 0] = words;
    const waiting = 12;
    expect([(before >>> 16) & 0xf, before & 0xff, partner]).toEqual([waiting, 100, pager]);
    // 200 units of 16 µs, told again in the encoding's smallest units.
    expect([(after >>> 16) & 0xf, after & 0xff, after >>> 24, (after >>> 20) & 0xf]).toEqual([waiting, 40, 200, 13]);
  });

  it("set_descriptor gives GS a base", () => {
    const { words } = run(`
      mov dword ptr [DATA+0x40], 77
      mov eax, 7
      mov ecx, DATA
      mov edx, -1
      mov ebx, 3
      int 0x3b
      mov edi, eax
      mov ax, 0x3b
      mov gs, ax
      mov edx, gs:[0x40]
      mov eax, 9
      int 0x3b
      mov ebx, eax
      ${FINISH}`);
    expect(words).toEqual([77, RegionError.INVALID, RegionError.OK]);
  });

  it("thread_switch lets a thread of lower priority run", () => {
    const result = new GuestMachine().runGuests(function* (guests) {
      const low = yield* guests.create(`mov dword ptr [DATA], 1\n mov edx, 2\n ${FINISH}`, { priority: 20 });
      const high = yield* guests.create(`
        1: mov esi, [PARTNER]
        int 0x33
        inc ebp
        cmp ebp, 100
        jne 1b
        mov edx, 1
        ${FINISH}`);
      yield* guests.introduce(low);
      yield* guests.introduce(high, [low]);
      guests.start(low);
      guests.start(high);
      return [(yield* guests.next()).words[0], (yield* guests.next()).words[0]];
    });
    expect(result).toEqual([2, 1]);
  });

  it("survives ten thousand calls with random registers and memory", () => {
    const random = randomNumbers(12345);
    const vectors = Object.values(KernelCallVector);
    // Each stub loads all registers from DATA+0x100 and makes one call.
    const source = vectors.map((vector) => `.balign 64\n mov esp, DATA+0x100\n popad\n int ${vector}\n jmp $`).join("\n");
    const calls = new GuestMachine(2048).runGuests(function* (guests) {
      const { kernel, id } = guests.context;
      let count = 0;
      for (let round = 0; round < 10; round++) {
        const task = yield* guests.create(source);
        const values = [task, id, siblingOf(task, 1), NIL, 0xffffffff, 3, DATA, DATA + 0xffc, DATA + 0x1ffc, 0xfffffffc, CODE, 0x1003];
        const sample = (): number => {
          const kind = random(4);
          if (kind === 0) return values[random(values.length)]! | (random(4) === 0 ? random(4) : 0);
          if (kind === 1) return random(64);
          if (kind === 2) return ((random(1 << 20) << 12) | (random(40) << 2) | random(4)) >>> 0;
          return (random(1 << 28) << 4) >>> 0;
        };
        for (let call = 0; call < 1000; call++) {
          yield* guests.writeWords(task, DATA + 0x100, Array.from({ length: 8 }, sample));
          yield* guests.writeWords(task, DATA, Array.from({ length: 32 }, sample));
          const thread = siblingOf(task, random(8));
          kernel.exRegs(thread, { eip: CODE + 64 * random(vectors.length), esp: STACK_TOP });
          count++;
          // Whatever they send is taken; a few microseconds are enough for one call.
          for (;;) {
            const message = yield* receive(ANY, { receiveUs: 3 });
            if (message.error === IpcError.RECEIVE_TIMEOUT) break;
            if (isFault(message)) yield* send(message.from, yield* guests.pageIn(message), { sendUs: 0 });
          }
        }
        kernel.taskDelete(task);
      }
      return count;
    });
    expect(calls).toBe(10_000);
  });
});
