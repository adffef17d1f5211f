import { describe, expect, it } from "vitest";
import { Context, FXSAVE_SIZE, Register } from "../../context.ts";
import { Kind } from "../../cpu/instruction.ts";
import { decode } from "../../cpu/decoder.ts";
import { Unit } from "../../cpu/instruction-set/row.ts";
import { allRows, type RowPlace } from "../../cpu/opcodes.ts";
import { createProcessor, type Engine } from "../../engine.ts";
import { PAGE_SIZE, Ram } from "../../ram.ts";
import { TranslationTable } from "../../translation-table.ts";
import { Random } from "../runtime/x87-test-values.ts";

const CASES = Number(process.env["VECTOR_CASES"] ?? 40);
const PROGRAMS = Number(process.env["VECTOR_PROGRAMS"] ?? 60);
const SEED = Number(process.env["VECTOR_SEED"] ?? 1);

const CODE = 0x40000000;
/** Two pages, of which the second may only be read; nothing is mapped behind them. */
const DATA = 0x60000000;
const READ_ONLY = DATA + PAGE_SIZE;
const HOLE = READ_ONLY + PAGE_SIZE;
const STACK = 0x70001000;
const CODE_FRAME = 1;
const DATA_FRAME = 2;
const STACK_FRAME = 4;

const INT3 = 0xcc;
const BUDGET = 2000;
const MXCSR = 24;
const ST = 32;
const XMM = 160;

class Machine {
  private readonly ram = new Ram(1 << 20, 64 << 20);
  private readonly table = TranslationTable.create(this.ram)!;
  private readonly processor;

  constructor(engine: Engine) {
    this.processor = createProcessor(engine, this.ram, { now: () => 0 });
    this.table.map(CODE >>> 12, CODE_FRAME, true);
    this.table.map(DATA >>> 12, DATA_FRAME, true);
    this.table.map(READ_ONLY >>> 12, DATA_FRAME + 1, false);
    this.table.map((STACK - PAGE_SIZE) >>> 12, STACK_FRAME, true);
  }

  load(code: readonly number[]): void {
    this.ram.frame(CODE_FRAME).fill(INT3).set(code);
    this.processor.invalidateFrame(CODE_FRAME);
  }

  /** @returns all that a program can have changed */
  run({ data, unit, registers, eflags }: State, budget = BUDGET): unknown {
    const context = new Context();
    const memory = this.ram.u8.subarray(DATA_FRAME * PAGE_SIZE, (DATA_FRAME + 2) * PAGE_SIZE);
    memory.set(data);
    context.eip = CODE;
    context.eflags = eflags;
    context.registers.set(registers);
    context.floatingPoint = unit.slice();
    const before = this.processor.instructions;
    const exit = { ...this.processor.run(context, this.table, budget) };
    this.processor.flushFloatingPoint(context);
    this.processor.release(context);
    return {
      exit,
      registers: [...context.registers].map((value) => (value >>> 0).toString(16)),
      eip: context.eip,
      eflags: context.eflags,
      instructions: this.processor.instructions - before,
      unit: Buffer.from(context.floatingPoint).toString("hex"),
      memory: Buffer.from(memory).toString("latin1"),
    };
  }
}

interface State {
  readonly data: Uint8Array;
  readonly unit: Uint8Array;
  readonly registers: readonly number[];
  readonly eflags: number;
}

const reference = new Machine("interpreter");
const machine = new Machine("translator");
const random = new Random(SEED);

function load(code: readonly number[]): void {
  reference.load(code);
  machine.load(code);
}

function compare(state: State, budget = BUDGET): void {
  expect(machine.run(state, budget)).toEqual(reference.run(state, budget));
}

const SPECIAL_DOUBLES = [
  0,
  -0,
  1,
  -1,
  Infinity,
  -Infinity,
  NaN,
  5e-324,
  2 ** -1022,
  -(2 ** -1021),
  2 ** 1023,
  Number.MAX_VALUE,
  2 ** 31,
  -(2 ** 31),
];
const SPECIAL_SINGLES = [0, -0, 1, -1, Infinity, NaN, 2 ** -149, 2 ** -126, -(2 ** -125), 2 ** 127, 3.4e38, 2147483520, -2147483648, 0.5];

/** Sixteen bytes that often are numbers, and often tame ones. */
function vector(tameness: number): Uint8Array {
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  const kind = random.below(8);
  for (let word = 0; word < 4; word++) view.setInt32(word * 4, random.next() | 0, true);
  const isTame = random.below(100) < tameness;
  if (kind < 3) {
    for (let lane = 0; lane < 2; lane++) {
      const special = SPECIAL_DOUBLES[random.below(SPECIAL_DOUBLES.length)]!;
      const common = (random.below(2000) - 1000) / (1 << random.below(8));
      const value = isTame ? common * (random.below(2) === 0 ? 1 : Math.PI) : special;
      view.setFloat64(lane * 8, value, true);
    }
  } else if (kind < 6) {
    for (let lane = 0; lane < 4; lane++) {
      const special = SPECIAL_SINGLES[random.below(SPECIAL_SINGLES.length)]!;
      const common = (random.below(2000) - 1000) / (1 << random.below(8));
      view.setFloat32(lane * 4, isTame ? common * (random.below(2) === 0 ? 1 : Math.PI) : special, true);
    }
  } else if (kind === 6) {
    for (let word = 0; word < 4; word++) view.setInt32(word * 4, (random.next() | 0) >> random.below(32), true);
  }
  return bytes;
}

/** MXCSR: mostly quiet, or at its start; sometimes with other rounding, DAZ, FZ, or unmasked exceptions. */
function control(): number {
  switch (random.below(8)) {
    case 0:
    case 1:
      return 0x1f80;
    case 2:
      return 0x1f80 | (random.below(4) << 13) | random.below(64);
    case 3:
      return random.below(0x10000);
    default:
      return 0x1fa0 | random.below(32);
  }
}

function state(tameness: number, pointer = DATA + 16 * random.below(8), mxcsr = control()): State {
  const unit = new Uint8Array(FXSAVE_SIZE);
  const view = new DataView(unit.buffer);
  // Mostly in MMX state: all registers valid, TOP 0. Sometimes an exception is pending.
  const isPending = random.below(20) === 0;
  view.setUint16(0, isPending ? 0x37e : 0x37f, true);
  view.setUint16(2, (isPending ? 1 : 0) | (random.below(4) === 0 ? random.below(8) << 11 : 0), true);
  view.setUint8(4, random.below(4) === 0 ? random.below(256) : 0xff);
  for (let register = 0; register < 8; register++) {
    unit.set(vector(0).subarray(0, 10), ST + register * 16);
  }
  view.setUint32(MXCSR, mxcsr, true);
  for (let register = 0; register < 8; register++) unit.set(vector(tameness), XMM + register * 16);
  const data = new Uint8Array(2 * PAGE_SIZE);
  for (let at = 0; at < 512; at += 16) {
    data.set(vector(tameness), at);
    data.set(vector(tameness), READ_ONLY - DATA - 256 + at);
    data.set(vector(tameness), HOLE - DATA - 512 + at);
  }
  const registers = Array.from({ length: 8 }, () => (random.next() | 0) >> random.below(32));
  registers[Register.ESP] = STACK;
  registers[Register.ESI] = pointer;
  registers[Register.EDI] = pointer;
  return { data, unit, registers, eflags: 0x202 | (random.next() & 0x8d5) };
}

/** All rows but those of the whole state. */
const ROWS = allRows().filter(({ row }) => {
  const isCache = row.mnemonic === "clflush" || row.mnemonic === "fxsave" || row.mnemonic === "fxrstor";
  return row.facts.unit === Unit.VECTOR && !isCache;
});

/** Those that set flags. */
const COMPARISONS = ROWS.filter(({ row }) => row.mnemonic.includes("comis"));

/** The bytes of an instruction with [ESI + displacement] or a register as operand. */
function encode({ prefix, opcode, member }: RowPlace, isMemory: boolean, displacement = 0): number[] {
  const reg = member >= 0 ? member : random.below(8);
  const modrm = isMemory ? [0x46 | (reg << 3), displacement & 0xff] : [0xc0 | (reg << 3) | safeRegister()];
  const bytes = [...(prefix === 0 ? [] : [prefix]), ...opcode, ...modrm];
  const { length } = decode({ fetch: (index) => bytes[index] ?? random.below(256) });
  while (bytes.length < length) bytes.push(random.below(random.below(2) === 0 ? 256 : 24));
  return bytes;
}

/** Not ESP, nor the pointers. */
function safeRegister(): number {
  return [0, 1, 2, 3, 5][random.below(5)]!;
}

function isUsable(bytes: readonly number[]): boolean {
  const { invalid, operands, row } = decode({ fetch: (index) => bytes[index] ?? 0 });
  if (invalid !== 0) return false;
  const changesPointer = operands.some(({ kind, register }) => kind === Kind.REGISTER && (register === 4 || register > 5));
  return !changesPointer && row.facts.unit === Unit.VECTOR;
}

function instruction(place: RowPlace, displacement = 0): number[] {
  for (;;) {
    const isMemory = place.form === "memory" || (place.form === "any" && random.below(3) === 0);
    const bytes = encode(place, isMemory, displacement);
    if (isUsable(bytes)) return bytes;
    const other = encode(place, !isMemory, displacement);
    if (isUsable(other)) return other;
  }
}

describe("each instruction", () => {
  const names = [...new Set(ROWS.map(({ row }) => row.mnemonic))];
  it.each(names)("%s does what the interpreter does", (name) => {
    const places = ROWS.filter(({ row }) => row.mnemonic === name);
    for (const place of places) {
      for (const isMemory of [false, true]) {
        const bytes = encode(place, isMemory);
        if (!isUsable(bytes)) continue;
        // Regions are made for programs with and without inexact results.
        for (const mxcsr of [0x1f80, 0x1fa0]) {
          load([...bytes, INT3]);
          compare(state(100, DATA, mxcsr));
          for (let index = 0; index < CASES; index++) compare(state(index % 2 === 0 ? 90 : 30));
        }
        if (!isMemory) continue;
        for (const at of [DATA + 4, READ_ONLY - 8, READ_ONLY - 16, READ_ONLY + 32, HOLE - 8, HOLE - 4, HOLE - 16, HOLE + 16]) {
          compare(state(90, at));
        }
      }
    }
  });
});

describe("programs", () => {
  it("do what the interpreter does, however often they are interrupted", () => {
    for (let program = 0; program < PROGRAMS; program++) {
      const body: number[] = [];
      const count = 4 + random.below(20);
      for (let index = 0; index < count; index++) {
        const rows = random.below(6) === 0 ? COMPARISONS : ROWS;
        body.push(...instruction(rows[random.below(rows.length)]!, 16 * random.below(8)));
        // Flags are read and set now and then: SETcc CL, Jcc over INC EDX, ADD EDX, EBX.
        if (random.below(3) === 0) body.push(0x0f, 0x90 | random.below(16), 0xc1);
        if (random.below(3) === 0) body.push(0x70 | random.below(16), 1, 0x42);
        if (random.below(4) === 0) body.push(0x01, 0xda);
      }
      // MOV EBP, 5 in front; DEC EBP and JNZ behind, unless the loop were too long.
      const jump = body.length + 7;
      load([0xbd, 5, 0, 0, 0, ...body, 0x4d, 0x0f, 0x85, ...[0, 8, 16, 24].map((shift) => (-jump >> shift) & 0xff), INT3]);
      const mxcsr = program % 2 === 0 ? 0x1fa0 : 0x1f80;
      compare(state(97, DATA, mxcsr));
      for (let run = 0; run < 12; run++) compare(state(run < 8 ? 97 : 50), run % 3 === 2 ? 1 + random.below(4 * count) : BUDGET);
    }
  });
});
