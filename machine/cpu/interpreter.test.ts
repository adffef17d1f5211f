import { beforeEach, describe, expect, it } from "vitest";
import { Context, Register } from "../context.ts";
import { PAGE_SIZE } from "../ram.ts";
import { Entry } from "../translation-table.ts";
import { Stop, Word } from "./registers.ts";
import { CODE, CODE_ALIAS, DATA, HOLE, READ_ONLY, STACK, TestMachine } from "../../tests/support/code-machine.ts";

const INT3 = 0xcc;
const CF = 1;
const ZF = 0x40;
const TF = 0x100;
const DF = 0x400;

let m: TestMachine;
beforeEach(() => {
  m = new TestMachine();
});

/** 32-bit little-endian bytes. */
function dword(value: number): number[] {
  return [value & 255, (value >>> 8) & 255, (value >>> 16) & 255, (value >>> 24) & 255];
}

describe("exits", () => {
  it("reports software interrupts behind the instruction", () => {
    expect(m.execute([0x40, 0xcd, 0x80])).toMatchObject({ kind: "software", vector: 0x80 });
    expect(m.context.eip).toBe(CODE + 3);
    expect(m.get("EAX")).toBe(1);
    expect(m.processor.instructions).toBe(2);
    expect(m.execute([0xcd, 3])).toMatchObject({ kind: "software", vector: 3 });
  });

  it("reports INT3, INTO and INT1 as traps", () => {
    expect(m.execute([INT3])).toMatchObject({ kind: "exception", vector: 3 });
    expect(m.context.eip).toBe(CODE + 1);
    m.context.eflags |= 0x800;
    expect(m.execute([0xce])).toMatchObject({ kind: "exception", vector: 4 });
    expect(m.context.eip).toBe(CODE + 1);
    m.context.eflags &= ~0x800;
    expect(m.execute([0xce, INT3])).toMatchObject({ vector: 3 });
    expect(m.execute([0xf1])).toMatchObject({ kind: "exception", vector: 1 });
  });

  it.each([
    ["hlt", [0xf4], 13],
    ["cli", [0xfa], 13],
    ["in", [0xec], 13],
    ["lgdt", [0x0f, 0x01, 0x10], 13],
    ["mov cr0", [0x0f, 0x20, 0xc0], 13],
    ["ud2", [0x0f, 0x0b], 6],
    ["sysenter", [0x0f, 0x34], 13],
    ["lock nop", [0xf0, 0x90], 6],
    ["mov cs", [0x8e, 0xc8], 6],
    ["15 prefixes", new Array<number>(15).fill(0x66), 13],
    ["div by zero", [0x31, 0xc9, 0xf7, 0xf1], 0],
  ] as [string, number[], number][])("faults at %s", (_name, code, vector) => {
    expect(m.execute(code)).toMatchObject({ kind: "exception", vector, errorCode: 0 });
    expect(m.context.eip).toBe(vector === 0 ? CODE + 2 : CODE);
    expect(m.processor.instructions).toBe(vector === 0 ? 1 : 0);
  });

  it("reports page faults with error code and address", () => {
    m.set("EBX", HOLE + 4);
    expect(m.execute([0x40, 0x8b, 0x03])).toMatchObject({ vector: 14, errorCode: 4, address: HOLE + 4 });
    expect(m.context.eip).toBe(CODE + 1);
    expect(m.execute([0x89, 0x03])).toMatchObject({ vector: 14, errorCode: 6, address: HOLE + 4 });
    m.set("EBX", READ_ONLY);
    expect(m.execute([0x01, 0x03])).toMatchObject({ vector: 14, errorCode: 7, address: READ_ONLY });
    expect(m.execute([0xb8, ...dword(HOLE), 0xff, 0xe0])).toMatchObject({ vector: 14, errorCode: 4, address: HOLE });
    expect(m.context.eip).toBe(HOLE);
  });

  it("changes nothing when the second page of a write faults, but keeps what PUSHA has pushed", () => {
    m.set("EBX", READ_ONLY - 2);
    m.set("EAX", 0x12345678);
    const before = m.read32(READ_ONLY - 4);
    expect(m.execute([0x89, 0x03])).toMatchObject({ vector: 14, errorCode: 7, address: READ_ONLY });
    expect(m.read32(READ_ONLY - 4)).toBe(before);
    m.set("ESP", DATA + 8);
    m.map(DATA - PAGE_SIZE, 20, false);
    expect(m.execute([0x60])).toMatchObject({ vector: 14, errorCode: 7, address: DATA - 4 });
    expect(m.read32(DATA + 4)).toBe(0x12345678);
    expect(m.get("ESP")).toBe(DATA + 8);
  });

  it("reports a fault on the second page of an instruction", () => {
    m.map(CODE + PAGE_SIZE * 2, 30, true);
    m.table.unmap((CODE >>> 12) + 1);
    m.write(CODE + PAGE_SIZE - 2, 0xb8, 1);
    m.context.eip = CODE + PAGE_SIZE - 2;
    expect(m.run()).toMatchObject({ vector: 14, errorCode: 4, address: CODE + PAGE_SIZE });
    expect(m.context.eip).toBe(CODE + PAGE_SIZE - 2);
    expect(m.processor.instructions).toBe(0);
  });

  it("wraps around at 4 GiB", () => {
    m.map(0xfffff000, 40, true);
    m.map(0, 41, true);
    m.set("EBX", 0xfffffffe);
    m.set("EAX", 0x11223344);
    m.execute([0x89, 0x03, 0x8b, 0x0b, INT3]);
    expect(m.get("ECX")).toBe(0x11223344);
    expect(m.read32(0) & 0xffff).toBe(0x1122);
  });
});

describe("translation bits", () => {
  it("marks pages accessed and dirty", () => {
    const bits = (): number => m.table.get(DATA >>> 12) & 0xfff;
    expect(bits() & (Entry.ACCESSED | Entry.DIRTY)).toBe(0);
    m.set("EBX", DATA);
    m.execute([0x8b, 0x03, INT3]);
    expect(bits() & (Entry.ACCESSED | Entry.DIRTY)).toBe(Entry.ACCESSED);
    m.execute([0x89, 0x03, INT3]);
    expect(bits() & (Entry.ACCESSED | Entry.DIRTY)).toBe(Entry.ACCESSED | Entry.DIRTY);
  });
});

describe("budget", () => {
  /** inc eax; cmp eax, 1000; jne; int3 */
  const LOOP = [0x40, 0x3d, 0xe8, 3, 0, 0, 0x75, 0xf8, INT3];

  it("is exact wherever it ends", () => {
    for (const slice of [1, 2, 3, 4, 5, 7, 100]) {
      m = new TestMachine();
      m.write(CODE, ...LOOP);
      let exit = m.run(slice);
      let slices = 1;
      while (exit.kind === "slice") {
        expect(m.processor.instructions).toBe(slices * slice);
        exit = m.run(slice);
        slices++;
      }
      expect(exit.vector).toBe(3);
      expect(m.get("EAX")).toBe(1000);
      expect(m.processor.instructions).toBe(3001);
    }
  });

  it("brings samples however short the slices are", () => {
    let samples = 0;
    const sample = (): boolean => samples++ >= 0;
    const machine = new TestMachine(undefined, () => ({
      period: 2000,
      least: 0,
      sample,
      abandon: () => false,
      frameDropped: () => undefined,
    }));
    // A loop of one instruction.
    machine.execute([0xeb, 0xfe], 500);
    for (let slice = 1; slice < 40; slice++) machine.run(500);
    expect(samples).toBeGreaterThanOrEqual(9);
    expect(samples).toBeLessThanOrEqual(10);
  });

  describe("with something in the interpreter's place that makes no progress", () => {
    /** Puts a handler into each sampled operation that stops and does nothing. */
    function standstill(report?: (message: string) => void, canAbandon = true): TestMachine {
      return new TestMachine(
        undefined,
        ({ file }) => ({
          period: 0,
          least: 0,
          sample(op) {
            op.region = 7;
            op.exec = ({ rest }) => {
              file.words[Word.BUDGET] = file.words[Word.BUDGET]! + rest;
              file.words[Word.STOP] = Stop.SLICE;
              return null;
            };
            return false;
          },
          abandon(op) {
            if (canAbandon) op.exec = op.alone;
            return canAbandon;
          },
          frameDropped: () => undefined,
        }),
        report,
      );
    }

    it("says where", () => {
      expect(() => standstill().execute(LOOP)).toThrow(`no progress at 0x${CODE.toString(16)}, region 7`);
    });

    it("goes on if that is wanted", () => {
      const messages: string[] = [];
      const machine = standstill((message) => messages.push(message));
      expect(machine.execute(LOOP, 10_000).vector).toBe(3);
      expect([machine.get("EAX"), machine.processor.instructions]).toEqual([1000, 3001]);
      expect(messages.length).toBeGreaterThan(1);
    });

    it("fails in any case when nothing can be abandoned", () => {
      expect(() => standstill(() => undefined, false).execute(LOOP)).toThrow("no progress");
    });
  });

  it("stops at each instruction of the loop", () => {
    m.write(CODE, ...LOOP);
    expect(m.run(1).kind).toBe("slice");
    expect(m.context.eip).toBe(CODE + 1);
    m.run(1);
    expect(m.context.eip).toBe(CODE + 6);
    m.run(1);
    expect(m.context.eip).toBe(CODE);
    m.run(0);
    expect(m.processor.instructions).toBe(3);
  });

  it("counts iterations of string instructions", () => {
    for (const slice of [1, 3, 10, 64, 1000]) {
      m = new TestMachine();
      m.set("ESI", DATA);
      m.set("EDI", DATA + 0x800);
      m.set("ECX", 50);
      m.write(DATA, ...Array.from({ length: 50 }, (_, index) => index + 1));
      m.write(CODE, 0xf3, 0xa4, INT3);
      while (m.run(slice).kind === "slice") {
        expect(m.get("ESI") - DATA).toBe(50 - m.get("ECX"));
        expect(m.processor.instructions).toBe(50 - m.get("ECX"));
      }
      expect(m.processor.instructions).toBe(51);
      expect(m.ram.u8[m.physical(DATA + 0x831)]).toBe(50);
    }
  });

  it("shows the progress of an interrupted string instruction", () => {
    m.set("EDI", HOLE - PAGE_SIZE - 3);
    m.set("ECX", 10);
    expect(m.execute([0xf3, 0xaa])).toMatchObject({ vector: 14, errorCode: 7, address: READ_ONLY });
    expect(m.get("ECX")).toBe(7);
    expect(m.get("EDI")).toBe(READ_ONLY);
    expect(m.context.eip).toBe(CODE);
    expect(m.processor.instructions).toBe(3);
  });

  it("counts a repeated instruction without iterations once", () => {
    m.execute([0xf3, 0xa4, INT3]);
    expect(m.processor.instructions).toBe(2);
  });

  it("tells RDTSC the exact count", () => {
    m.processor.clock = { now: () => m.processor.instructions * 10 };
    m.execute([0x90, 0x90, 0x0f, 0x31, INT3]);
    expect(m.get("EAX")).toBe(20);
    m.processor.clock = { now: () => 0x1_0000_0005 };
    m.execute([0x0f, 0x31, INT3]);
    expect([m.get("EDX"), m.get("EAX")]).toEqual([1, 5]);
  });
});

describe("string instructions", () => {
  it("repeat a pattern when a copy overlaps itself", () => {
    m.write(DATA, 1, 2, 3);
    m.set("ESI", DATA);
    m.set("EDI", DATA + 3);
    m.set("ECX", 30);
    m.execute([0xf3, 0xa4, INT3]);
    expect(Array.from(m.ram.u8.subarray(m.physical(DATA + 27), m.physical(DATA + 33)))).toEqual([1, 2, 3, 1, 2, 3]);
  });

  it("copy backwards", () => {
    m.write(DATA, 1, 2, 3, 4);
    m.context.eflags |= DF;
    m.set("ESI", DATA + 3);
    m.set("EDI", DATA + 5);
    m.set("ECX", 4);
    m.execute([0xf3, 0xa4, INT3]);
    expect(m.read32(DATA + 2)).toBe(0x04030201);
  });

  it("fill across pages", () => {
    m.set("EDI", DATA + 0x10);
    m.set("ECX", 0x500);
    m.set("EAX", 0x01020304);
    m.execute([0xf3, 0xab, INT3], 10_000);
    expect(m.read32(DATA + 0x10 + 0x4fc * 4)).toBe(0x01020304);
    expect(m.read32(DATA + 0x10 + 0x500 * 4)).toBe(0);
  });
});

describe("code", () => {
  it("is shared by all addresses of a frame", () => {
    // call next; pop eax; int3: the address depends on where it runs.
    const code = [0xe8, 0, 0, 0, 0, 0x58, INT3];
    m.execute(code);
    expect(m.get("EAX")).toBe(CODE + 5);
    m.context.eip = CODE_ALIAS;
    m.run();
    expect(m.get("EAX")).toBe(CODE_ALIAS + 5);
    expect(m.context.eip).toBe(CODE_ALIAS + 7);
  });

  it("may change the next instruction of its block", () => {
    // mov byte [CODE+7], 0x41; nop becomes inc ecx
    m.execute([0xc6, 0x05, ...dword(CODE + 7), 0x41, 0x90, INT3]);
    expect(m.get("ECX")).toBe(1);
    expect(m.processor.instructions).toBe(3);
  });

  it("may be changed through another address, and in a loop", () => {
    // loop: inc byte [CODE_ALIAS + 9]; mov al, 0 (patched); dec ecx; jnz
    m.set("ECX", 5);
    m.execute([0xfe, 0x05, ...dword(CODE_ALIAS + 7), 0xb0, 0, 0x49, 0x75, 0xf5, INT3]);
    expect(m.get("EAX")).toBe(5);
  });

  it("is dropped when a call pushes its return address over it", () => {
    m.set("ESP", CODE + 12);
    // The pushed CODE+5 is 05 00 00 40: with the 0 behind it "add eax, 0x400000".
    m.execute([0xe8, 3, 0, 0, 0, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0, 0, 0, 0, INT3]);
    expect(m.get("EAX")).toBe(0x400000);
  });

  it("is looked at again when it was changed from outside", () => {
    m.execute([0x40, INT3]);
    m.ram.u8[m.physical(CODE)] = 0x48;
    m.processor.invalidateFrame(m.physical(CODE) >>> 12);
    m.context.eip = CODE;
    m.run();
    expect(m.get("EAX")).toBe(0);
  });

  it("may straddle two pages, of which the second changes", () => {
    const start = CODE + PAGE_SIZE - 2;
    const run = (): number => {
      m.context.eip = start;
      m.run();
      return m.get("EAX");
    };
    m.write(start, 0xb8, 1, 2, 3, 4, INT3);
    expect(run()).toBe(0x04030201);
    expect(run()).toBe(0x04030201);
    m.write(CODE + PAGE_SIZE, 7);
    expect(run()).toBe(0x04030701);
    // Another frame behind the first page.
    m.map(CODE + PAGE_SIZE, 50, true);
    m.write(CODE + PAGE_SIZE, 9, 9, 9, INT3);
    expect(run()).toBe(0x09090901);
    expect(m.context.eip).toBe(CODE + PAGE_SIZE + 4);
  });

  it("may straddle two pages, of which the second changes, where a slice ends", () => {
    // INC EAX; JNZ to the last instruction of the page; NOP; NOP; MOV EAX, …
    const start = CODE + PAGE_SIZE - 7;
    m.write(start, 0x40, 0x75, 2, 0x90, 0x90, 0xb8, 1, 2, 3, 4, INT3);
    m.context.eip = start;
    m.run();
    m.map(CODE + PAGE_SIZE, 50, true);
    m.write(CODE + PAGE_SIZE, 9, 9, 9, INT3);
    m.context.eip = start;
    const before = m.processor.instructions;
    // Less than the chain's length: they are executed one by one.
    expect(m.run(3).kind).toBe("slice");
    expect([m.get("EAX"), m.context.eip, m.processor.instructions - before]).toEqual([0x09090901, CODE + PAGE_SIZE + 3, 3]);
  });

  it("follows a remapped page between runs", () => {
    m.execute([0xe9, ...dword(PAGE_SIZE - 5)]);
    m.write(CODE + PAGE_SIZE, 0x40, INT3);
    m.execute([0xe9, ...dword(PAGE_SIZE - 5)]);
    expect(m.get("EAX")).toBe(1);
    m.map(CODE + PAGE_SIZE, 51, true);
    m.write(CODE + PAGE_SIZE, 0x48, 0x48, INT3);
    m.execute([0xe9, ...dword(PAGE_SIZE - 5)]);
    expect(m.get("EAX")).toBe(0xffffffff);
  });

  it("on a page with data is not dropped by writes to the data", () => {
    m.set("EBX", CODE + 0x800);
    m.set("ECX", 100);
    m.execute([0xff, 0x03, 0x49, 0x75, 0xfb, INT3]);
    expect(m.read32(CODE + 0x800)).toBe((0xcccccccc + 100) >>> 0);
  });
});

describe("single step", () => {
  it("traps behind each instruction", () => {
    m.write(CODE, 0x40, 0x40, INT3);
    m.context.eflags |= TF;
    expect(m.run()).toMatchObject({ kind: "exception", vector: 1 });
    expect(m.context.eip).toBe(CODE + 1);
    expect(m.get("EAX")).toBe(1);
    expect(m.run()).toMatchObject({ vector: 1 });
    expect(m.context.eip).toBe(CODE + 2);
  });

  it("begins behind the instruction after POPF", () => {
    m.execute([0x68, ...dword(0x302), 0x9d, 0x40, 0x40, INT3]);
    expect(m.processor.exit.vector).toBe(1);
    expect(m.context.eip).toBe(CODE + 7);
    expect(m.get("EAX")).toBe(1);
  });

  it("does not trap behind a load of SS", () => {
    m.set("EAX", 0x7b);
    m.write(CODE, 0x8e, 0xd0, 0x43, 0x43);
    m.context.eflags |= TF;
    expect(m.run()).toMatchObject({ vector: 1 });
    expect(m.context.eip).toBe(CODE + 3);
  });
});

describe("flags", () => {
  it("keeps IF and IOPL in POPF, and changes the user's", () => {
    // Everything but IF and TF, with IOPL 3.
    m.execute([0x68, ...dword(0x247cd5), 0x9d, INT3]);
    expect(m.context.eflags).toBe(0x244cd5 | 0x202);
    m.execute([0x6a, 0, 0x9d, 0x9c, 0x58, INT3]);
    expect(m.get("EAX")).toBe(0x202);
  });

  it("lets ID be toggled", () => {
    m.execute([0x68, ...dword(0x200202), 0x9d, 0x9c, 0x58, INT3]);
    expect(m.get("EAX")).toBe(0x200202);
  });
});

describe("segments", () => {
  const setSegment = (index: number, base: number, limit: number, present = true): void => {
    m.context.tls[index] = { base, limit, present, writable: true };
  };

  it("have base and limit", () => {
    setSegment(0, DATA + 0x100, 0xff);
    m.write(DATA + 0x110, ...dword(0x55667788));
    m.set("EAX", 0x33);
    // mov gs, eax; mov ecx, gs:[0x10]; mov edx, gs:[0xfd]
    expect(m.execute([0x8e, 0xe8, 0x65, 0x8b, 0x0d, ...dword(0x10), 0x65, 0x8b, 0x15, ...dword(0xfd)])).toMatchObject({
      vector: 13,
      errorCode: 0,
    });
    expect(m.get("ECX")).toBe(0x55667788);
    expect(m.context.eip).toBe(CODE + 9);
    expect(m.context.gs).toBe(0x33);
  });

  it("fault when they are null and used", () => {
    expect(m.execute([0x31, 0xc0, 0x8e, 0xe0, 0x64, 0xa1, 0, 0, 0, 0])).toMatchObject({ vector: 13, errorCode: 0 });
    expect(m.context.eip).toBe(CODE + 4);
  });

  it.each([
    [0x33, 11, 0x30],
    [0x3b, 13, 0x38],
    [0x60, 13, 0x60],
    [0x07, 13, 0x04],
    [0x90, 13, 0x90],
  ])("fault when selector %i is loaded", (selector, vector, errorCode) => {
    setSegment(0, 0, 0, false);
    m.set("EAX", selector);
    expect(m.execute([0x8e, 0xe8])).toMatchObject({ vector, errorCode });
    expect(m.context.gs).toBe(0);
  });

  it("in DS apply to every access", () => {
    setSegment(1, DATA, 0xff);
    m.write(DATA + 0x20, ...dword(0xabcdef01));
    m.set("EAX", 0x3b);
    m.set("EBX", 0x20);
    m.set("EBP", STACK - 8);
    // mov ds, eax; mov ecx, [ebx]; mov edx, [ebp]; mov esi, [0x100]
    expect(m.execute([0x8e, 0xd8, 0x8b, 0x0b, 0x8b, 0x55, 0, 0x8b, 0x35, ...dword(0x100)])).toMatchObject({ vector: 13 });
    expect(m.get("ECX")).toBe(0xabcdef01);
    expect(m.context.eip).toBe(CODE + 7);
    m.set("EAX", 0x7b);
    m.execute([0x8e, 0xd8, 0xa1, ...dword(DATA + 0x20), INT3]);
    expect(m.get("EAX")).toBe(0xabcdef01);
  });

  it("of code can be read, but not written", () => {
    m.set("EBX", DATA);
    expect(m.execute([0x2e, 0x8b, 0x03, 0x2e, 0x89, 0x03])).toMatchObject({ vector: 13 });
    expect(m.context.eip).toBe(CODE + 3);
  });

  it("are seen by LAR, LSL, VERR and VERW", () => {
    setSegment(2, DATA, 0x12345);
    m.set("EBX", 0x43);
    m.execute([0x0f, 0x02, 0xc3, 0x0f, 0x03, 0xcb, INT3]);
    expect(m.get("EAX")).toBe(0x41f300);
    expect(m.get("ECX")).toBe(0x12345);
    expect(m.context.eflags & ZF).toBe(ZF);
    m.set("EBX", 0x60);
    m.execute([0x0f, 0x00, 0xe3, INT3]);
    expect(m.context.eflags & ZF).toBe(0);
    m.set("EBX", 0x73);
    m.execute([0x0f, 0x00, 0xe3, 0x0f, 0x94, 0xc0, 0x0f, 0x00, 0xeb, INT3]);
    expect(m.get("EAX") & 0xff).toBe(1);
    expect(m.context.eflags & ZF).toBe(0);
  });

  it("of code are targets of far transfers", () => {
    expect(m.execute([0xea, ...dword(CODE + 8), 0x73, 0, 0xf4, INT3])).toMatchObject({ vector: 3 });
    expect(m.execute([0xea, ...dword(CODE + 8), 0x7b, 0])).toMatchObject({ vector: 13, errorCode: 0x78 });
    // push cs; push address; retf
    expect(m.execute([0x6a, 0x73, 0x68, ...dword(CODE + 9), 0xcb, 0xf4, INT3])).toMatchObject({ vector: 3 });
    expect(m.get("ESP")).toBe(STACK);
  });
});

describe("processor identification", () => {
  it("names vendor and features", () => {
    m.execute([0x31, 0xc0, 0x0f, 0xa2, INT3]);
    const bytes = [...dword(m.get("EBX")), ...dword(m.get("EDX")), ...dword(m.get("ECX"))];
    expect(String.fromCharCode(...bytes)).toBe("GenuineIntel");
    m.execute([0xb8, 1, 0, 0, 0, 0x0f, 0xa2, INT3]);
    expect(m.get("EDX")).toBe(0x0788_8111);
    expect(m.get("ECX")).toBe(0);
    expect((m.get("EAX") >> 8) & 15).toBe(6);
  });

  it("has a brand string", () => {
    let text = "";
    for (let leaf = 0x80000002; leaf <= 0x80000004; leaf++) {
      m.execute([0xb8, ...dword(leaf), 0x0f, 0xa2, INT3]);
      text += String.fromCharCode(...(["EAX", "EBX", "ECX", "EDX"] as const).flatMap((register) => dword(m.get(register))));
    }
    expect(text).toMatch(/^Lites\/L3 [ -~]+\0+$/);
  });
});

describe("contexts", () => {
  it("have their own floating-point state", () => {
    const other = new Context();
    other.eip = CODE + 0x100;
    other.registers[Register.ESP] = STACK;
    m.write(CODE + 0x100, 0xd9, 0xee, 0xdd, 0x1d, ...dword(DATA + 8), INT3);
    m.write(CODE + 0x200, 0xdd, 0x1d, ...dword(DATA), INT3);
    m.execute([0xd9, 0xe8, INT3]);
    m.processor.run(other, m.table, 100);
    m.context.eip = CODE + 0x200;
    expect(m.run()).toMatchObject({ vector: 3 });
    expect(m.read32(DATA + 4)).toBe(0x3ff00000);
    expect(m.read32(DATA + 12)).toBe(0);
    expect(m.context.floatingPoint).toHaveLength(512);
  });

  it("copy floating-point state for fork", () => {
    const child = new Context();
    m.execute([0xd9, 0xe8, INT3]);
    m.processor.copyFloatingPoint(m.context, child);
    child.eip = CODE + 0x200;
    m.write(CODE + 0x200, 0xdd, 0x1d, ...dword(DATA), INT3);
    m.processor.run(child, m.table, 100);
    expect(m.read32(DATA + 4)).toBe(0x3ff00000);
    m.processor.release(child);
    m.context.eip = CODE + 0x200;
    m.write(DATA + 4, 0, 0, 0, 0);
    m.run();
    expect(m.read32(DATA + 4)).toBe(0x3ff00000);
  });

  it("keep carry over a slice", () => {
    m.execute([0xf9, 0x90, 0x90], 2);
    expect(m.context.eflags & CF).toBe(CF);
  });
});
