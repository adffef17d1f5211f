import { beforeEach, describe, expect, it } from "vitest";
import { Context, Register } from "../../context.ts";
import { decode } from "../decoder.ts";
import { disassemble } from "../disassemble.ts";
import { CODE, DATA, HOLE, READ_ONLY, STACK, TestMachine } from "../../../tests/support/code-machine.ts";

const INT3 = 0xcc;
/** Operands with an absolute address: ModRM (to be or'ed with reg << 3) and displacement. */
const at = (address: number, reg = 0): number[] => [0x05 | (reg << 3), ...dword(address)];

let m: TestMachine;
beforeEach(() => {
  m = new TestMachine();
});

function dword(value: number): number[] {
  return [value & 255, (value >>> 8) & 255, (value >>> 16) & 255, (value >>> 24) & 255];
}

function put(address: number, ...words: number[]): void {
  m.write(address, ...words.flatMap(dword));
}

function get(address: number, count: number): number[] {
  return Array.from({ length: count }, (_, word) => m.read32(address + word * 4));
}

/** movups xmm, [address] and back. */
const load = (register: number, address: number): number[] => [0x0f, 0x10, ...at(address, register)];
const store = (register: number, address: number): number[] => [0x0f, 0x11, ...at(address, register)];
/** movq mm, [address] and back. */
const loadMmx = (register: number, address: number): number[] => [0x0f, 0x6f, ...at(address, register)];
const storeMmx = (register: number, address: number): number[] => [0x0f, 0x7f, ...at(address, register)];

describe("decoding", () => {
  it.each([
    [[0x66, 0x0f, 0x6f, 0x08], "movdqa xmm1, xmmword ptr [eax]"],
    [[0xf3, 0x0f, 0x7e, 0xca], "movq xmm1, xmm2"],
    [[0x0f, 0x12, 0xca], "movhlps xmm1, xmm2"],
    [[0x0f, 0x12, 0x0a], "movlps xmm1, qword ptr [edx]"],
    [[0xf2, 0x0f, 0x2a, 0xc8], "cvtsi2sd xmm1, eax"],
    [[0x66, 0xf2, 0x0f, 0x58, 0xca], "addsd xmm1, xmm2"],
    [[0xf2, 0xf3, 0x0f, 0x58, 0xca], "addss xmm1, xmm2"],
    [[0x0f, 0x60, 0x0a], "punpcklbw mm1, dword ptr [edx]"],
    [[0x66, 0x0f, 0x73, 0xd9, 0x04], "psrldq xmm1, 0x4"],
    [[0x66, 0x0f, 0xc4, 0xc8, 0x05], "pinsrw xmm1, ax, 0x5"],
    [[0x0f, 0xae, 0xf8], "sfence"],
    [[0x0f, 0xae, 0x38], "clflush byte ptr [eax]"],
    [[0xf3, 0x90], "pause"],
    [[0x0f, 0x18, 0x00], "prefetchnta byte ptr [eax]"],
    [[0x0f, 0x18, 0xc0], "nop eax"],
  ])("%j is %s", (bytes, expected) => {
    const instruction = decode({ fetch: (index) => bytes[index]! });
    expect(instruction.length).toBe(bytes.length);
    expect(disassemble(instruction, 0)).toBe(expected);
  });

  it.each([
    ["movddup (SSE3)", [0xf2, 0x0f, 0x12, 0xc1]],
    ["movshdup (SSE3)", [0xf3, 0x0f, 0x16, 0xc1]],
    ["haddpd (SSE3)", [0x66, 0x0f, 0x7c, 0xc1]],
    ["lddqu (SSE3)", [0xf2, 0x0f, 0xf0, 0x00]],
    ["pshufb (SSSE3)", [0x0f, 0x38, 0x00, 0xc1]],
    ["paddb behind F3", [0xf3, 0x0f, 0xfc, 0xc1]],
    ["emms behind 66", [0x66, 0x0f, 0x77]],
    ["movlps to a register", [0x0f, 0x13, 0xc1]],
    ["movntps to a register", [0x0f, 0x2b, 0xc1]],
    ["movmskps of memory", [0x0f, 0x50, 0x00]],
    ["psrldq of an MMX register", [0x0f, 0x73, 0xd9, 1]],
    ["xrstor", [0x0f, 0xae, 0x28]],
    ["locked paddb", [0xf0, 0x0f, 0xfc, 0x00]],
    ["fisttp (SSE3)", [0xdb, 0x0c, 0x24]],
  ] as [string, number[]][])("refuses %s", (_name, code) => {
    expect(m.execute(code)).toMatchObject({ kind: "exception", vector: 6 });
    expect(m.context.eip).toBe(CODE);
  });

  it("fetches operands behind a prefix without row before it refuses them", () => {
    m.write(CODE + 0x1ffc, 0xf3, 0x0f, 0xc6, 0xc1);
    m.context.eip = CODE + 0x1ffc;
    expect(m.run()).toMatchObject({ vector: 14, address: CODE + 0x2000 });
  });
});

describe("operations", () => {
  const A = [0x01234567, 0x89abcdef, 0x80007fff, 0xff00017f];
  const B = [0x10325476, 0x7654ba98, 0x7fff8000, 0x02ff8101];
  it.each([
    ["paddb", [0x66, 0x0f, 0xfc], [0x115599dd, 0xffff8787, 0xffffffff, 0x01ff8280]],
    ["paddsw", [0x66, 0x0f, 0xed], [0x11557fff, 0xffff8887, 0xffffffff, 0x01ff8280]],
    ["psubusb", [0x66, 0x0f, 0xd8], [0, 0x13571357, 0x010000ff, 0xfd00007e]],
    ["pcmpgtw", [0x66, 0x0f, 0x65], [0, 0xffff, 0xffff, 0xffff]],
    ["pmaddwd", [0x66, 0x0f, 0xf5], [0x16f83250, 0xd6e0ea04, 0x80010000, 0xff3f017f]],
    ["punpckhwd", [0x66, 0x0f, 0x69], [0x80007fff, 0x7fff8000, 0x8101017f, 0x02ffff00]],
    ["packssdw", [0x66, 0x0f, 0x6b], [0x80007fff, 0x80008000, 0x7fff7fff, 0x7fff7fff]],
    ["shufps 1B", [0x0f, 0xc6], [0xff00017f, 0x80007fff, 0x7654ba98, 0x10325476]],
    ["andnpd", [0x66, 0x0f, 0x55], [0x10101010, 0x76543210, 0x7fff8000, 0x00ff8000]],
  ] as [string, number[], number[]][])("%s", (name, opcode, expected) => {
    put(DATA, ...A);
    put(DATA + 16, ...B);
    const immediate = name.endsWith("1B") ? [0x1b] : [];
    m.execute([...load(0, DATA), ...load(1, DATA + 16), ...opcode, 0xc1, ...immediate, ...store(0, DATA + 32), INT3]);
    expect(get(DATA + 32, 4).map((word) => word.toString(16))).toEqual(expected.map((word) => (word >>> 0).toString(16)));
  });

  it("multiply unsigned double words to quad words", () => {
    put(DATA, 0xffffffff, 1, 0x80000001, 2);
    m.execute([...load(0, DATA), 0x66, 0x0f, 0xf4, 0xc0, ...store(0, DATA), INT3]);
    expect(get(DATA, 4)).toEqual([1, 0xfffffffe, 1, 0x40000001]);
  });

  it("shift by 64 bits and more to zero", () => {
    put(DATA, 1, 2, 3, 4, 64, 0, 0, 0, 0, 1, 0, 0);
    m.execute([...load(0, DATA), 0x66, 0x0f, 0xd3, ...at(DATA + 16), ...store(0, DATA + 64), INT3]);
    expect(get(DATA + 64, 4)).toEqual([0, 0, 0, 0]);
    m.execute([...load(0, DATA), 0x66, 0x0f, 0xe2, ...at(DATA + 32), ...store(0, DATA + 64), INT3]);
    expect(get(DATA + 64, 4)).toEqual([0, 0, 0, 0]);
  });
});

describe("memory operands", () => {
  it("must be aligned, except those of MOVUPS, MOVUPD and MOVDQU", () => {
    for (const code of [
      [0x0f, 0x28, ...at(DATA + 8)],
      [0x66, 0x0f, 0x7f, ...at(DATA + 4)],
      [0x0f, 0x58, ...at(DATA + 8)],
      [0x66, 0x0f, 0xfc, ...at(HOLE + 1)],
    ]) {
      expect(m.execute(code)).toMatchObject({ vector: 13, errorCode: 0 });
    }
    for (const code of [load(1, DATA + 3), store(1, DATA + 19), [0xf3, 0x0f, 0x6f, ...at(DATA + 1)], [0xf2, 0x0f, 0x10, ...at(DATA + 5)]]) {
      expect(m.execute([...code, INT3])).toMatchObject({ vector: 3 });
    }
  });

  it("change nothing when their second page faults", () => {
    put(READ_ONLY - 8, 1, 2);
    put(DATA, 5, 6, 7, 8);
    expect(m.execute([...load(0, DATA), ...store(0, READ_ONLY - 8)])).toMatchObject({ vector: 14, errorCode: 7, address: READ_ONLY });
    expect(get(READ_ONLY - 8, 2)).toEqual([1, 2]);
    expect(m.execute([...load(0, HOLE - 8)])).toMatchObject({ vector: 14, errorCode: 4, address: HOLE });
    m.execute([...store(0, DATA + 32), INT3]);
    expect(get(DATA + 32, 4)).toEqual([5, 6, 7, 8]);
  });

  it("may be code that runs next", () => {
    put(DATA, 0xcccc4040, 0xcccccccc, 0xcccccccc, 0xcccccccc);
    m.map(CODE + 0x2000, 20, true);
    m.write(CODE + 0x2000, ...new Array<number>(16).fill(0x48));
    m.execute([...load(0, DATA), 0x0f, 0x29, ...at(CODE + 0x40), 0xeb, 0x40 - 16, ...new Array<number>(80).fill(0x48)]);
    expect(m.get("EAX")).toBe(2);
  });

  it("of MASKMOVDQU are written where the mask says so", () => {
    put(DATA, 0x11111111, 0x22222222, 0x33333333, 0x44444444, 0x80, 0, 0x80000000, 0x00ff0000);
    m.set("EDI", DATA + 65);
    m.execute([...load(0, DATA), ...load(1, DATA + 16), 0x66, 0x0f, 0xf7, 0xc1, INT3]);
    expect(get(DATA + 64, 5)).toEqual([0x1100, 0, 0, 0x44000033, 0]);
  });
});

describe("MMX", () => {
  it("uses the x87 registers: exponents become ones, all registers valid", () => {
    put(DATA, 0x55555555, 0xaaaaaaaa);
    m.execute([0xd9, 0xeb, ...loadMmx(3, DATA), 0xd9, 0x35, ...dword(DATA + 32), INT3]);
    expect(m.read32(DATA + 36) & 0xffff).toBe(0);
    expect(m.read32(DATA + 40) & 0xffff).toBe(0x1595);
  });

  it("ends with EMMS", () => {
    m.execute([...loadMmx(0, DATA), 0x0f, 0x77, 0xd9, 0x35, ...dword(DATA + 32), INT3]);
    expect(m.read32(DATA + 40) & 0xffff).toBe(0xffff);
  });

  it("finds in its registers what the x87 unit loaded", () => {
    m.execute([0xd9, 0xe8, ...storeMmx(7, DATA), INT3]);
    expect(get(DATA, 2)).toEqual([0, 0x80000000]);
  });

  it("reports pending x87 exceptions before the operand's faults", () => {
    // fldcw with zero division unmasked; 1/0
    put(DATA, 0x37b);
    const pending = [0xd9, 0x2d, ...dword(DATA), 0xd9, 0xe8, 0xd9, 0xee, 0xde, 0xf9];
    expect(m.execute([...pending, ...loadMmx(0, HOLE)])).toMatchObject({ vector: 16 });
    expect(m.execute([0xdb, 0xe3, ...pending, 0x0f, 0x77])).toMatchObject({ vector: 16 });
    // An XMM instruction does not care, nor does CVTPI2PS from memory.
    expect(m.execute([0xdb, 0xe3, ...pending, 0x0f, 0x2a, ...at(DATA), INT3])).toMatchObject({ vector: 3 });
  });
});

describe("MXCSR and the image", () => {
  it("starts with all exceptions masked, and refuses reserved bits", () => {
    m.execute([0x0f, 0xae, ...at(DATA, 3), INT3]);
    expect(m.read32(DATA)).toBe(0x1f80);
    put(DATA, 0x10000);
    expect(m.execute([0x0f, 0xae, ...at(DATA, 2)])).toMatchObject({ vector: 13 });
  });

  it("raises unmasked exceptions as vector 19", () => {
    put(DATA, 0x1f00);
    expect(m.execute([0x0f, 0xae, ...at(DATA, 2), 0xf2, 0x0f, 0x5e, ...at(DATA + 16)])).toMatchObject({ vector: 19 });
  });

  it("returns to registers by FXRSTOR", () => {
    put(DATA + 0x400, 1, 2, 3, 4);
    const fxsave = [0x0f, 0xae, ...at(DATA)];
    m.execute([0xdb, 0xe3, 0xd9, 0xeb, 0xd9, 0xe8, ...load(7, DATA + 0x400), ...fxsave, INT3]);
    expect(m.read32(DATA) >>> 0).toBe(0x3000_037f);
    expect(m.read32(DATA + 4) & 0xff).toBe(0xc0);
    expect(get(DATA + 28, 1)).toEqual([0xffff]);
    expect(get(DATA + 32, 3)).toEqual([0, 0x80000000, 0x3fff]);
    expect(get(DATA + 160 + 7 * 16, 4)).toEqual([1, 2, 3, 4]);
    m.execute([
      0xdb,
      0xe3,
      0x0f,
      0x57,
      0xff,
      0x0f,
      0xae,
      ...at(DATA, 1),
      ...store(7, DATA + 0x500),
      0xdb,
      0x3d,
      ...dword(DATA + 0x600),
      INT3,
    ]);
    expect(get(DATA + 0x500, 4)).toEqual([1, 2, 3, 4]);
    expect(get(DATA + 0x600, 2)).toEqual([0, 0x80000000]);
  });

  it("must be aligned, and lie in memory to its last byte", () => {
    expect(m.execute([0x0f, 0xae, ...at(DATA + 8)])).toMatchObject({ vector: 13 });
    expect(m.execute([0x0f, 0xae, ...at(HOLE - 0x1f0, 1)])).toMatchObject({ vector: 14, address: HOLE + 15 });
    put(DATA + 24, 0x80000000);
    expect(m.execute([0x0f, 0xae, ...at(DATA, 1)])).toMatchObject({ vector: 13 });
  });
});

describe("contexts", () => {
  it("have their own vector registers, which fork copies", () => {
    const other = new Context();
    const child = new Context();
    for (const context of [other, child]) {
      context.eip = CODE + 0x100;
      context.registers[Register.ESP] = STACK;
    }
    put(DATA, 1, 2, 3, 4);
    m.write(CODE + 0x100, ...store(5, DATA + 32), 0x66, 0x0f, 0x76, 0xed, INT3);
    m.execute([...load(5, DATA), INT3]);
    m.processor.run(other, m.table, 100);
    expect(get(DATA + 32, 4)).toEqual([0, 0, 0, 0]);
    m.processor.copyFloatingPoint(m.context, child);
    m.processor.run(child, m.table, 100);
    expect(get(DATA + 32, 4)).toEqual([1, 2, 3, 4]);
    m.execute([...store(5, DATA + 64), INT3]);
    expect(get(DATA + 64, 4)).toEqual([1, 2, 3, 4]);
    m.processor.flushFloatingPoint(child);
    expect([...child.floatingPoint!.subarray(160 + 5 * 16, 160 + 6 * 16)]).toEqual(new Array(16).fill(255));
  });
});
