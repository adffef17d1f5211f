/**
 * What the comparison with a real processor (tests/x87/) leaves out: faults, pointers, images and the order of checks.
 */
import { beforeEach, describe, expect, test } from "vitest";
import { type FpuFlagsPort, type FpuInstruction, floatingPointFault, invalidOpcodeFault, type LinearMemory, X87 } from "./x87.ts";

const PAGE_FAULT = new Error("page fault");
const SIZE = 256;

/** Memory that ends at SIZE and of which `writableEnd` and above is read-only. */
class TestMemory implements LinearMemory {
  readonly view = new DataView(new ArrayBuffer(SIZE));
  writableEnd = SIZE;

  probeRead(a: number, bytes: number): void {
    if (a < 0 || a + bytes > SIZE) throw PAGE_FAULT;
  }
  probeWrite(a: number, bytes: number): void {
    if (a < 0 || a + bytes > this.writableEnd) throw PAGE_FAULT;
  }
  read8(a: number): number {
    this.probeRead(a, 1);
    return this.view.getUint8(a);
  }
  read16(a: number): number {
    this.probeRead(a, 2);
    return this.view.getInt16(a, true);
  }
  read32(a: number): number {
    this.probeRead(a, 4);
    return this.view.getUint32(a, true);
  }
  write8(a: number, v: number): void {
    this.probeWrite(a, 1);
    this.view.setUint8(a, v);
  }
  write16(a: number, v: number): void {
    this.probeWrite(a, 2);
    this.view.setUint16(a, v, true);
  }
  write32(a: number, v: number): void {
    this.probeWrite(a, 4);
    this.view.setUint32(a, v, true);
  }
}

const port: FpuFlagsPort = {
  setComparison: () => undefined,
  condition: () => true,
  setAX: () => undefined,
};

const CONTROL_ALL_UNMASKED = 0x0340;
const ZERO_DIVIDE_UNMASKED = 0x037b;

let memory: TestMemory;
let unit: X87;

function instruction(escape: number, modrm: number, operand16 = false): FpuInstruction {
  return { eip: 0x0804_8123, cs: 0x73, opcode: ((escape << 8) | modrm) & 0x7ff, operand16, selector: 0x7b };
}

function onMemory(escape: number, reg: number, address: number, operand16 = false): void {
  unit.executeMemory(escape, reg, address, instruction(escape, (reg << 3) | 5, operand16));
}

function onRegisters(escape: number, modrm: number): void {
  unit.executeRegister(escape, modrm, port, instruction(escape, modrm));
}

function image(): DataView {
  const bytes = new Uint8Array(108);
  unit.save(bytes);
  return new DataView(bytes.buffer);
}

const statusOf = (state: DataView): number => state.getUint16(4, true);
const topOf = (state: DataView): number => (statusOf(state) >> 11) & 7;

function setControl(value: number): void {
  memory.view.setUint16(200, value, true);
  onMemory(1, 5, 200); // FLDCW
}

/** 1/0 with ZE unmasked: leaves an exception pending. */
function makePending(): void {
  setControl(ZERO_DIVIDE_UNMASKED);
  onRegisters(1, 0xee); // FLDZ
  onRegisters(1, 0xe8); // FLD1
  onRegisters(0, 0xf1); // FDIV ST(0), ST(1)
}

beforeEach(() => {
  memory = new TestMemory();
  unit = new X87(memory);
  unit.reset();
});

describe("faults", () => {
  test("a load from unmapped memory changes nothing", () => {
    const before = image();
    expect(() => onMemory(5, 0, SIZE - 4)).toThrow(PAGE_FAULT);
    expect(() => onMemory(3, 5, SIZE - 9)).toThrow(PAGE_FAULT);
    expect(image()).toEqual(before);
  });

  test("a store across the end of writable memory changes neither memory nor state", () => {
    onRegisters(1, 0xeb); // FLDPI
    memory.writableEnd = 104;
    const before = image();
    for (const [escape, reg] of [
      [5, 3],
      [3, 7],
      [7, 6],
      [7, 7],
      [1, 6],
      [5, 6],
    ] as const) {
      expect(() => onMemory(escape, reg, 100)).toThrow(PAGE_FAULT);
    }
    expect(image()).toEqual(before);
    expect(memory.view.getUint32(100, true)).toBe(0);
  });

  test("a pending exception is raised by the next waiting instruction, before it changes anything", () => {
    makePending();
    const before = image();
    expect(statusOf(before) & 0x8084).toBe(0x8084);
    expect(thrownBy(() => unit.wait())).toBe(floatingPointFault);
    expect(thrownBy(() => onRegisters(1, 0xe8))).toBe(floatingPointFault);
    expect(thrownBy(() => onRegisters(1, 0xd0))).toBe(floatingPointFault); // FNOP waits
    expect(thrownBy(() => onMemory(5, 3, 0))).toBe(floatingPointFault);
    // The exception comes before the page fault.
    expect(thrownBy(() => onMemory(5, 0, SIZE))).toBe(floatingPointFault);
    expect(image()).toEqual(before);
  });

  test("instructions that do not wait run with an exception pending", () => {
    makePending();
    onMemory(1, 7, 0); // FNSTCW
    expect(memory.view.getUint16(0, true)).toBe(ZERO_DIVIDE_UNMASKED);
    onMemory(5, 7, 0); // FNSTSW
    expect(memory.view.getUint16(0, true) & 0x84).toBe(0x84);
    onMemory(1, 6, 0); // FNSTENV masks everything
    unit.wait();
    expect(memory.view.getUint16(0, true)).toBe(ZERO_DIVIDE_UNMASKED);
    makePendingAgain();
    onRegisters(3, 0xe2); // FNCLEX
    unit.wait();
  });

  test("what is no instruction is an invalid opcode even with an exception pending", () => {
    makePending();
    for (const [escape, reg] of [
      [1, 1],
      [3, 1],
      [3, 4],
      [3, 6],
      [5, 1],
      [5, 5],
      [7, 1],
    ] as const) {
      expect(thrownBy(() => onMemory(escape, reg, 0))).toBe(invalidOpcodeFault);
    }
    for (const [escape, modrm] of [
      [1, 0xd1],
      [1, 0xef],
      [2, 0xe8],
      [3, 0xe5],
      [5, 0xf0],
      [6, 0xd8],
      [7, 0xe1],
    ] as const) {
      expect(thrownBy(() => onRegisters(escape, modrm))).toBe(invalidOpcodeFault);
    }
  });
});

function makePendingAgain(): void {
  onRegisters(3, 0xe3); // FNINIT
  makePending();
}

function thrownBy(action: () => void): unknown {
  try {
    action();
  } catch (thrown) {
    return thrown;
  }
  return undefined;
}

describe("pointers", () => {
  test("of the last instruction and operand are recorded, but not by control instructions", () => {
    memory.view.setFloat64(16, 2.5, true);
    onMemory(5, 0, 16);
    setControl(CONTROL_ALL_UNMASKED);
    onMemory(5, 7, 40);
    const state = image();
    expect(state.getUint32(12, true)).toBe(0x0804_8123);
    expect(state.getUint16(16, true)).toBe(0x73);
    expect(state.getUint16(18, true)).toBe(0x505);
    expect(state.getUint32(20, true)).toBe(16);
    expect(state.getUint16(24, true)).toBe(0x7b);
  });

  test("a register instruction keeps the operand's", () => {
    onMemory(5, 0, 16);
    onRegisters(1, 0xe0);
    const state = image();
    expect(state.getUint16(18, true)).toBe(0x1e0);
    expect(state.getUint32(20, true)).toBe(16);
  });
});

describe("images", () => {
  test("save and load are inverse and leave the state as it is", () => {
    onRegisters(1, 0xeb);
    onRegisters(1, 0xe8);
    const saved = new Uint8Array(108);
    unit.save(saved);
    const other = new X87(memory);
    other.load(saved);
    const again = new Uint8Array(108);
    other.save(again);
    expect(again).toEqual(saved);
    expect(image()).toEqual(new DataView(saved.buffer));
  });

  test("FNSAVE stores what save gives and initializes; FRSTOR brings it back", () => {
    onRegisters(1, 0xeb);
    const before = image();
    onMemory(5, 6, 0);
    expect(new Uint8Array(memory.view.buffer, 0, 108)).toEqual(new Uint8Array(before.buffer));
    expect(image().getUint16(8, true)).toBe(0xffff);
    onMemory(5, 4, 0);
    expect(image()).toEqual(before);
  });

  test("the 16-bit formats have 14 bytes before the registers", () => {
    onRegisters(1, 0xe8); // FLD1
    const before = image();
    onMemory(5, 6, 0, true);
    expect(memory.view.getUint16(0, true)).toBe(0x037f);
    expect(memory.view.getUint16(2, true)).toBe(0x3800);
    expect(memory.view.getUint16(4, true)).toBe(0x3fff);
    expect(memory.view.getUint16(6, true)).toBe(0x8123);
    expect(memory.view.getUint16(8, true)).toBe(0x73);
    expect(memory.view.getUint16(14 + 8, true)).toBe(0x3fff);
    onMemory(5, 4, 0, true);
    const after = image();
    expect(topOf(after)).toBe(topOf(before));
    expect(after.getUint16(8, true)).toBe(before.getUint16(8, true));
    expect(after.getBigUint64(28, true)).toBe(1n << 63n);
  });

  test("only emptiness is taken from the tags of an image", () => {
    onRegisters(1, 0xee); // FLDZ: tag 1
    const saved = image();
    saved.setUint16(8, 0x3fff, true); // tag 0 instead
    unit.load(new Uint8Array(saved.buffer));
    expect(image().getUint16(8, true)).toBe(0x7fff);
  });
});

test("a denormal operand whose load overflowed the stack is forgotten", () => {
  setControl(0x037e); // IE unmasked
  for (let i = 0; i < 8; i++) onRegisters(1, 0xe8);
  memory.view.setFloat64(0, 5e-324, true);
  onMemory(5, 0, 0);
  onRegisters(3, 0xe2); // FNCLEX
  onRegisters(0, 0xc1); // FADD ST(0), ST(1)
  expect(statusOf(image()) & 0x7f).toBe(0);
});

test("results have 64 bits of precision", () => {
  memory.view.setFloat64(0, 3, true);
  onRegisters(1, 0xe8);
  onMemory(4, 6, 0); // FDIV m64
  onMemory(3, 7, 16); // FSTP m80
  expect(memory.view.getBigUint64(16, true)).toBe(0xaaaaaaaaaaaaaaabn);
  expect(memory.view.getUint16(24, true)).toBe(0x3ffd);
});
