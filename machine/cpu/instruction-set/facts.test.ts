/**
 * What rows say, against what the interpreter does: every row runs with random state, and nothing may change but what
 * its row
 * says; what a row says is changed or read is changed or read at least once.
 *
 * Layer beneath: the interpreter, which tests/instructions compares with hardware.
 */
import { describe, expect, it } from "vitest";
import { Register, Selector } from "../../context.ts";
import { decode } from "../decoder.ts";
import { ARITHMETIC_FLAGS } from "../flags.ts";
import { type Instruction, Invalid, Kind } from "../instruction.ts";
import { allRows, type RowPlace } from "../opcodes.ts";
import { CODE, DATA, STACK, TestMachine } from "../../../tests/support/code-machine.ts";
import { REGISTER_FORMS } from "../x87/instruction-table.ts";
import { FACTS, type Mnemonic } from "./instruction-set.ts";
import { type Facts, Flow, mayWrite, Stack, Unit, useOf, Use } from "./row.ts";

/** States that each encoding is run with. */
const STATES = 8;
/** Encodings tried for each row; memory, registers and operand sizes among them. */
const ENCODINGS = 4;
const MIDDLE = DATA + 0x1000;
const FREE_STACK = STACK - 0x800;
const INTERRUPTS = 0x202;
/** Words around the operands, and around the top of the stack, that are compared. */
const MEMORY_WORDS = 128;
/** Index of the operand in these words. */
const OPERAND = 32;
const STACK_WORDS = 96;

/** Those whose results have other sources than the state. */
const UNPREDICTABLE: ReadonlySet<string> = new Set(["rdtsc", "cpuid"]);

let state = 1;
function random(): number {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return state >>> 0;
}
const below = (limit: number): number => random() % limit;
/** Numbers whose results differ in flags: small ones, and those with only some bits. */
const value = (): number => [random(), below(4), random() & random(), 0x80000000, -1 - below(3)][below(5)]!;

interface Outcome {
  readonly registers: Int32Array;
  readonly flags: number;
  readonly eip: number;
  readonly memory: Int32Array;
  readonly stack: Int32Array;
}

const machine = new TestMachine();
const wordsAt = (address: number, words: number): Int32Array =>
  machine.ram.i32.subarray(machine.physical(address) >> 2, (machine.physical(address) >> 2) + words);
const memory = wordsAt(MIDDLE - 4 * OPERAND, MEMORY_WORDS);
const stack = wordsAt(FREE_STACK - 0x100, STACK_WORDS);
const STACK_FILL = 0x11111111;

/** Runs the instruction at CODE. @returns undefined when it faults */
function run(registers: Int32Array, flags: number, data: Int32Array): Outcome | undefined {
  const { context } = machine;
  context.registers.set(registers);
  context.eip = CODE;
  context.eflags = flags;
  [context.ds, context.es, context.ss] = [Selector.USER_DATA, Selector.USER_DATA, Selector.USER_DATA];
  [context.fs, context.gs] = [0, 0];
  context.floatingPoint = undefined;
  machine.processor.release(context);
  memory.set(data);
  stack.fill(STACK_FILL);
  const exit = machine.run(1);
  if (exit.kind !== "slice") return undefined;
  const { eflags, eip } = context;
  return { registers: context.registers.slice(), flags: eflags, eip: eip >>> 0, memory: memory.slice(), stack: stack.slice() };
}

/** An encoding of a row, with memory operands at EBX, or undefined. */
function encode({ prefix, opcode, member, row }: RowPlace): number[] | undefined {
  // Jumps with a 16-bit operand size truncate EIP.
  const isShort = prefix === 0 && row.facts.unit === Unit.INTEGER && row.facts.flow === Flow.NEXT && below(3) === 0;
  const reg = member >= 0 ? member : below(8);
  const isMemory = below(2) === 0;
  const modrm = isMemory ? 0x43 | (reg << 3) : 0xc0 | (reg << 3) | below(8);
  const front = [...(prefix === 0 ? [] : [prefix]), ...(isShort ? [0x66] : []), ...opcode];
  const bytes = [...front, modrm, ...(isMemory ? [0] : []), below(256), 0, 0, 0, 0, 0, 0, 0];
  const instruction = decode({ fetch: (index) => bytes[index]! });
  // Where there is no ModRM, its byte is part of an immediate.
  return instruction.invalid === Invalid.NONE && instruction.row === row ? bytes.slice(0, instruction.length) : undefined;
}

function randomRegisters(): Int32Array {
  const registers = Int32Array.from({ length: 8 }, value);
  registers[Register.EBX] = MIDDLE;
  registers[Register.ESI] = MIDDLE + below(16);
  registers[Register.EDI] = MIDDLE + below(16);
  registers[Register.ESP] = FREE_STACK;
  registers[Register.EBP] = FREE_STACK + 0x40;
  return registers;
}

/** General registers that an instruction may change, one bit each. */
function changeable({ row, operands, modrm, opcode }: Instruction): number {
  const { facts } = row;
  let registers = facts.writes | (facts.stack === Stack.NONE ? 0 : 1 << Register.ESP);
  operands.forEach(({ kind, register, size }, position) => {
    if (kind === Kind.REGISTER && size > 0 && mayWrite(facts, position)) registers |= 1 << (size === 1 ? register & 3 : register);
  });
  if (facts.unit === Unit.X87 && modrm >= 0xc0) registers |= REGISTER_FORMS[((opcode & 7) << 3) | ((modrm >> 3) & 7)]!.registers;
  return registers;
}

/** Arithmetic flags that an instruction reads, and those that it may change. */
function flagsOf({ row, modrm, opcode, address }: Instruction): { reads: number; changes: number } {
  if (row.facts.unit === Unit.X87) {
    const form = REGISTER_FORMS[((opcode & 7) << 3) | ((modrm >> 3) & 7)]!;
    return row.mnemonic === "x87" && address === undefined ? { reads: form.reads, changes: form.writes } : { reads: 0, changes: 0 };
  }
  const { reads, writes, undefined: never, kept, counted } = row.facts.flags;
  const changes = writes | (never & ~kept) | ((counted?.many ?? 0) | (counted?.beyond ?? 0));
  return { reads: reads & ARITHMETIC_FLAGS, changes: changes & ARITHMETIC_FLAGS };
}

/** What has been seen of a mnemonic. */
interface Seen {
  runs: number;
  reads: number;
  writes: number;
  operandWritten: boolean;
}

const differs = (a: Int32Array, b: Int32Array): boolean => a.some((word, index) => word !== b[index]);

function require(condition: boolean, what: string): void {
  if (!condition) throw new Error(what);
}

/** Differences between two outcomes in anything but flags. */
function isSame(a: Outcome, b: Outcome | undefined): boolean {
  if (b === undefined) return false;
  return a.eip === b.eip && !differs(a.registers, b.registers) && !differs(a.memory, b.memory) && !differs(a.stack, b.stack);
}

function check(instruction: Instruction, seen: Seen): void {
  const { row, length, repeat, operands, address } = instruction;
  const { facts } = row;
  const registers = randomRegisters();
  // Bit offsets that stay within what is compared.
  if (facts.bitString && operands[1]!.register >= Register.EBX) return;
  if (facts.bitString) for (const register of [Register.EAX, Register.ECX, Register.EDX]) registers[register] = below(512);
  const data = Int32Array.from({ length: MEMORY_WORDS }, value);
  // So that comparisons with the accumulator succeed now and then.
  if (below(4) === 0) [registers[Register.EAX], registers[Register.EDX]] = [data[OPERAND]!, data[OPERAND + 1]!];
  const before = INTERRUPTS | (random() & ARITHMETIC_FLAGS);
  const after = run(registers, before, data);
  if (after === undefined) return;
  seen.runs++;
  if (facts.flow === Flow.NEXT && !(facts.repeats && repeat !== 0)) require(after.eip === CODE + length, "goes elsewhere");

  const mayChange = changeable(instruction);
  after.registers.forEach((word, register) => {
    require(word === registers[register] || ((mayChange >> register) & 1) === 1, `changes register ${register}`);
  });
  const { reads, changes } = flagsOf(instruction);
  const changed = (before ^ after.flags) & ARITHMETIC_FLAGS;
  require((changed & ~changes) === 0, `changes flags ${changed & ~changes}`);
  seen.writes |= changed;

  const target = operands.findIndex(({ kind }) => kind === Kind.MEMORY);
  const isMemoryChanged = differs(data, after.memory);
  const isStored = facts.unit === Unit.X87 ? address !== undefined : target >= 0 && mayWrite(facts, target);
  require(!isMemoryChanged || isStored || facts.reaches, "changes memory");
  require(facts.stack !== Stack.NONE || after.stack.every((word) => word === STACK_FILL), "changes the stack");
  const [first] = operands;
  const isRegisterChanged = first?.kind === Kind.REGISTER && differs(after.registers, registers);
  if (isMemoryChanged || isRegisterChanged) seen.operandWritten = true;

  if (UNPREDICTABLE.has(row.mnemonic)) return;
  // Other flags than those that are read make no difference, but that those stay that are not overwritten.
  const other = run(registers, before ^ (random() & ARITHMETIC_FLAGS & ~reads), data);
  require(isSame(after, other), "depends on flags that are not read");
  const overwritten = facts.flags.counted === undefined && !facts.repeats ? facts.flags.writes & ARITHMETIC_FLAGS : 0;
  require(((after.flags ^ other!.flags) & overwritten) === 0, "flags depend on flags that are not read");
  for (let flag = 1; flag <= reads; flag <<= 1) {
    if ((reads & flag) === 0) continue;
    const flipped = run(registers, before ^ flag, data);
    if (!isSame(after, flipped) || ((after.flags ^ flipped!.flags) & (~flag | facts.flags.writes)) !== 0) seen.reads |= flag;
  }
  // A register that is written without being read: what it was makes no difference.
  if (first?.kind === Kind.REGISTER && first.size === 4 && useOf(facts, 0) === Use.WRITE && first.register < Register.EBX) {
    const isUsedTwice = operands.slice(1).some(({ kind, register, size }) => {
      return kind === Kind.REGISTER && (size === 1 ? register & 3 : register) === first.register;
    });
    const changedBefore = registers.slice();
    changedBefore[first.register] = random();
    if (!isUsedTwice && facts.stack === Stack.NONE) require(isSame(after, run(changedBefore, before, data)), "depends on its destination");
  }
}

function observe(mnemonic: Mnemonic, places: readonly RowPlace[]): { seen: Seen; facts: Facts; hasEncoding: boolean } {
  const seen: Seen = { runs: 0, reads: 0, writes: 0, operandWritten: false };
  let hasEncoding = false;
  for (const place of places) {
    if (place.row.facts.flow === Flow.PRIVILEGED) continue;
    for (let tries = 0, found = 0; tries < 40 && found < ENCODINGS; tries++) {
      const bytes = encode(place);
      if (bytes === undefined) continue;
      found++;
      hasEncoding = true;
      machine.write(CODE, ...bytes, 0xcc, 0xcc);
      const instruction = decode({ fetch: (index) => bytes[index]! });
      for (let count = 0; count < STATES; count++) check(instruction, seen);
    }
  }
  return { seen, facts: FACTS[mnemonic], hasEncoding };
}

/** Always raise an exception, or go where nothing is. */
const NEVER_RUN: ReadonlySet<string> = new Set(["int", "int1", "int3", "ud0", "ud1", "ud2", "callf", "jmpf", "retf", "iret"]);
/** Random selectors, targets, limits and frames that mostly fault. */
const RARELY_RUN: ReadonlySet<string> = new Set([
  "les",
  "lds",
  "lss",
  "lfs",
  "lgs",
  "ret",
  "jmp",
  "call",
  "fxrstor",
  "ldmxcsr",
  "into",
  "bound",
  "enter",
]);
/** Their destinations are XMM or MMX registers, or they change nothing that this test sees. */
const isSeenHere = ({ unit, uses }: Facts): boolean => unit === Unit.INTEGER && uses[0] !== undefined && (uses[0] & Use.WRITE) !== 0;

const places = new Map<Mnemonic, RowPlace[]>();
for (const place of allRows()) {
  const mnemonic = place.row.mnemonic as Mnemonic;
  places.set(mnemonic, [...(places.get(mnemonic) ?? []), place]);
}

describe("the facts of an instruction", () => {
  it.each([...places.keys()].filter((mnemonic) => FACTS[mnemonic].flow !== Flow.PRIVILEGED))("%s", (mnemonic) => {
    const { seen, facts, hasEncoding } = observe(mnemonic, places.get(mnemonic)!);
    expect(hasEncoding).toBe(true);
    if (NEVER_RUN.has(mnemonic)) expect(seen.runs).toBe(0);
    else if (!RARELY_RUN.has(mnemonic)) expect(seen.runs).toBeGreaterThan(0);
    if (seen.runs === 0) return;
    expect(seen.reads, "flags read").toBe(facts.unit === Unit.X87 ? seen.reads : facts.flags.reads & ARITHMETIC_FLAGS);
    expect(facts.flags.writes & ARITHMETIC_FLAGS & ~seen.writes, "flags that are never changed").toBe(0);
    if (isSeenHere(facts)) expect(seen.operandWritten, "operand is never changed").toBe(true);
  });
});
