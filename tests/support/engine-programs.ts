/**
 * Random integer programs for tests: a few instructions of one family among others that set and read flags, with
 * registers and
 * data such that accesses cross pages and fault now and then.
 */
import { PAGE_SIZE } from "#machine/ram.ts";
import { Random } from "#machine/translator/runtime/x87-test-values.ts";
import { CODE, DATA, HOLE, type Start } from "./engines.ts";

type Encoder = (random: Random) => number[];

const EBX = 3;
const OPERAND_PREFIX = 0x66;
/** One in so many instructions is followed by one that reads flags. */
const READERS = 4;
const FLAG_BITS = 0x8d5;
const DIRECTION = 0x400;
const FIXED_FLAGS = 0x202;

function pick<T>(random: Random, values: readonly T[]): T {
  return values[random.below(values.length)]!;
}

/** A ModRM byte and what follows: a register, or memory at EBX or EBX + EBP * 1…8. */
function operand(random: Random, reg: number, memoryOnly = false): number[] {
  const kind = memoryOnly ? 1 + random.below(3) : random.below(6);
  const displacement = random.below(256);
  if (kind === 1 || kind === 2) return [0x40 | (reg << 3) | EBX, displacement];
  if (kind === 3) return [0x44 | (reg << 3), (random.below(4) << 6) | (5 << 3) | EBX, displacement];
  return [0xc0 | (reg << 3) | random.below(8)];
}

function prefix(random: Random): number[] {
  return random.below(3) === 0 ? [OPERAND_PREFIX] : [];
}

/** Opcodes with a byte form and a form of the operand size, both with ModRM. */
function pair(...bases: readonly (readonly number[])[]): Encoder {
  return (random) => {
    const opcode = [...pick(random, bases)];
    const isWide = random.below(3) > 0;
    opcode[opcode.length - 1]! |= isWide ? 1 : 0;
    return [...(isWide ? prefix(random) : []), ...opcode, ...operand(random, random.below(8))];
  };
}

/** Opcodes with ModRM of the operand size only. */
function wide(...opcodes: readonly (readonly number[])[]): Encoder {
  return (random) => [...prefix(random), ...pick(random, opcodes), ...operand(random, random.below(8))];
}

/** Members of a group with a byte form. @param immediate bytes behind it */
function group(opcode: number, members: readonly number[], immediate = 0): Encoder {
  return (random) => {
    const isWide = random.below(3) > 0;
    const before = isWide ? prefix(random) : [];
    const value = Array.from({ length: immediate }, () => random.below(256));
    return [...before, opcode | (isWide ? 1 : 0), ...operand(random, pick(random, members)), ...value];
  };
}

function bytes(...choices: readonly (readonly number[])[]): Encoder {
  return (random) => [...pick(random, choices)];
}

function oneOf(...encoders: readonly Encoder[]): Encoder {
  return (random) => pick(random, encoders)(random);
}

/** An encoder with one immediate byte. */
function withByte(encode: Encoder): Encoder {
  return (random) => [...encode(random), random.below(2) === 0 ? random.below(34) : random.below(256)];
}

const TURNS = [0, 1, 2, 3] as const;
const SHIFTS = [4, 5, 6, 7] as const;
const shifts = (members: readonly number[]): Encoder => oneOf(withByte(group(0xc0, members)), group(0xd0, members), group(0xd2, members));

export const FAMILIES: Readonly<Record<string, Encoder>> = {
  "sums with carry": oneOf(pair([0x10], [0x12], [0x18], [0x1a]), (random) => [
    0x83,
    ...operand(random, pick(random, [2, 3])),
    random.below(256),
  ]),
  sums: oneOf(pair([0x00], [0x02], [0x28], [0x38], [0x84]), group(0xfe, [0, 1]), group(0xf6, [2, 3])),
  exchanges: oneOf(
    pair([0x86], [0x0f, 0xc0], [0x0f, 0xb0]),
    (random) => [0x0f, 0xc8 + random.below(8)],
    (random) => [0x0f, 0xc7, ...operand(random, 1, true)],
    (random) => [...prefix(random), 0x90 + random.below(8)],
  ),
  shifts: shifts(SHIFTS),
  rotates: shifts(TURNS),
  "double shifts": oneOf(wide([0x0f, 0xa5], [0x0f, 0xad]), withByte(wide([0x0f, 0xa4], [0x0f, 0xac]))),
  bits: oneOf(
    wide([0x0f, 0xa3], [0x0f, 0xab], [0x0f, 0xb3], [0x0f, 0xbb], [0x0f, 0xbc], [0x0f, 0xbd]),
    withByte((random) => [...prefix(random), 0x0f, 0xba, ...operand(random, 4 + random.below(4))]),
  ),
  products: oneOf(group(0xf6, [4, 5]), wide([0x0f, 0xaf]), withByte(wide([0x6b]))),
  quotients: oneOf(
    group(0xf6, [6, 7]),
    (random) => [0x99, ...group(0xf6, [7])(random)],
    (random) => [0x31, 0xd2, ...group(0xf6, [6])(random)],
    // The one quotient of a sign-extended word that does not fit: 80000000 by -1.
    bytes([0xb8, 0, 0, 0, 0x80, 0xb9, 0xff, 0xff, 0xff, 0xff, 0x99, 0xf7, 0xf9]),
  ),
  flags: bytes([0x9e], [0x9f], [0xf5], [0xf8], [0xf9], [0xd6], [0xfc], [0xfd], [0x9c], [0x66, 0x9c]),
  moves: oneOf(
    wide([0x0f, 0xb6], [0x0f, 0xb7], [0x0f, 0xbe], [0x0f, 0xbf], [0x8d]),
    pair([0x88], [0x8a]),
    bytes([0xd7], [0x98], [0x99], [0x66, 0x98], [0x66, 0x99], [0x27], [0x2f], [0x37], [0x3f], [0xd4, 10], [0xd5, 10]),
    bytes([0xc8, 16, 0, 0], [0xc8, 8, 0, 2], [0xc9], [0x60], [0x61], [0x50], [0x5a], [0x66, 0x51], [0x66, 0x58], [0x68, 1, 2, 3, 4]),
  ),
};

const READER: Encoder = oneOf(
  bytes([0x9c]),
  (random) => [0x0f, 0x90 + random.below(16), 0xc0 + random.below(4)],
  (random) => [0x0f, 0x40 + random.below(16), 0xc0 + random.below(64)],
  // Jumps over an increment of EDI.
  (random) => [0x70 + random.below(16), 1, 0x47],
);

const STRINGS = [0xa4, 0xa5, 0xa6, 0xa7, 0xaa, 0xab, 0xac, 0xad, 0xae, 0xaf] as const;

/** A string instruction, mostly repeated, sometimes with 16-bit operands. */
function string(random: Random): number[] {
  const repeat = pick(random, [[], [0xf2], [0xf3], [0xf3]]);
  const size = random.below(4) === 0 ? [OPERAND_PREFIX] : [];
  return [...repeat, ...size, pick(random, STRINGS)];
}

const VALUES = [0, 1, 2, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff] as const;

function value(random: Random): number {
  return random.below(2) === 0 ? pick(random, VALUES) | 0 : random.next() >> random.below(32);
}

/** An address of data: mostly within a page, also across two, at the read-only page and at the hole. */
function pointer(random: Random): number {
  const kind = random.below(10);
  if (kind < 5) return DATA + 512 + random.below(2048);
  if (kind < 8) return DATA + PAGE_SIZE * (1 + random.below(2)) - random.below(160);
  return kind === 8 ? HOLE - random.below(300) : DATA + PAGE_SIZE - random.below(16);
}

function randomData(random: Random, isUniform: boolean): Uint8Array {
  const data = new Uint8Array(3 * PAGE_SIZE);
  if (isUniform) data.fill(pick(random, [0, 0x41, 0xff]));
  // Few values, so that comparisons go some way.
  for (let at = 0; at < data.length; at += isUniform ? 1 + random.below(200) : 1) data[at] = random.next();
  return data;
}

function start(random: Random, code: readonly number[], registers: readonly number[], isUniform: boolean): Start {
  const direction = random.below(8) === 0 ? DIRECTION : 0;
  return {
    code,
    registers,
    eflags: FIXED_FLAGS | (random.next() & FLAG_BITS) | direction,
    data: randomData(random, isUniform),
    isFresh: random.below(6) === 0,
  };
}

/** Instructions of a family, among others that set and read flags. */
export function integerProgram(random: Random, family: Encoder): Start {
  const body: number[] = [];
  const length = 1 + random.below(6);
  for (let index = 0; index < length; index++) {
    body.push(...family(random));
    if (random.below(READERS) === 0) body.push(...READER(random));
    if (random.below(3) === 0) body.push(...FAMILIES.sums!(random));
  }
  body.push(...READER(random));
  const registers = Array.from({ length: 8 }, () => value(random));
  registers[EBX] = pointer(random);
  if (random.below(2) === 0) registers[5] = random.below(64);
  return start(random, body, registers, false);
}

/** String instructions, and what reads their flags. */
export function stringProgram(random: Random): Start {
  const code: number[] = [];
  const length = 1 + random.below(3);
  for (let index = 0; index < length; index++) {
    code.push(...string(random));
    if (random.below(2) === 0) code.push(...READER(random));
    // MOV ECX,n: repetitions that have come to their end leave 0.
    if (random.below(2) === 0) code.push(0xb9, random.below(64), 0, 0, 0);
  }
  code.push(0x9c);
  const registers = Array.from({ length: 8 }, () => value(random));
  const count = pick(random, [0, 1, 3, 17, 40, 300, 1100]);
  registers[0] = pick(random, [0, 0x41414141, 0xff, -1, 0x4141, value(random)]);
  registers[1] = random.below(count + 1);
  registers[6] = pointer(random);
  registers[7] = random.below(3) === 0 ? registers[6]! + random.below(40) - 20 : pointer(random);
  return start(random, code, registers, random.below(3) > 0);
}

/** A ModRM byte and what follows, for memory near ESP or EBP. */
function near(random: Random, reg: number): number[] {
  const displacement = random.below(8) === 0 ? random.below(256) : 4 * random.below(8);
  if (random.below(3) === 0) return [0x45 | (reg << 3), displacement];
  return [0x44 | (reg << 3), 0x24, displacement];
}

/** One of the registers that a program of the stack changes, EAX to EBX. */
const low = (random: Random): number => random.below(4);

/** Accesses near the top of the stack, which leave it where it was. */
const frame: Encoder = oneOf(
  (random) => [...pick(random, [[0x89], [0x8b], [0x88], [0x8a], [0x66, 0x89], [0x01], [0x03], [0x3b]]), ...near(random, low(random))],
  (random) => [0x83, ...near(random, random.below(8)), random.below(256)],
  (random) => [0x0f, pick(random, [0xb6, 0xbf]), ...near(random, low(random))],
  (random) => [0xdd, ...near(random, 0), 0xdd, ...near(random, 3)],
  (random) => [0x0f, 0x10, ...near(random, 0), 0x66, 0x0f, 0x7f, ...near(random, 0)],
  (random) => [0x50 + low(random), ...frame(random), 0x58 + low(random)],
);

/** Instructions that move ESP and EBP. */
const mover: Encoder = oneOf(
  (random) => [0x50 + random.below(8)],
  (random) => [0x58 + pick(random, [0, 1, 2, 3, 5])],
  (random) => [0xff, ...near(random, 6)],
  (random) => [0x8f, ...near(random, 0)],
  (random) => [0x8d, 0x6c, 0x24, 4 * random.below(16)],
  (random) => [0x83, pick(random, [0xc4, 0xec]), 4 * random.below(16)],
  bytes([0x89, 0xe5], [0x89, 0xec], [0xc9], [0xc8, 16, 0, 0]),
  bytes([0x9c], [0x66, 0x50], [0x66, 0x58], [0x44], [0x4d], [0x83, 0xe4, 0xf0]),
  bytes([0x87, 0xe5], [0x87, 0xec]),
);

/**
 * What uses the stack in a loop and in a function that it calls, with a stack that lies anywhere, at the end of a
 * page too.
 */
export function stackProgram(random: Random): Start {
  const some = (encode: Encoder): number[] => Array.from({ length: random.below(6) }, () => encode(random)).flat();
  const callee = [...some(frame), ...pick(random, [[0xc3], [0xc3], [0xc2, 8, 0]])];
  const before = [...some(frame), ...some(mover)];
  const behind = [...some(oneOf(frame, mover)), ...some(frame)];
  // CALL; DEC ESI; JNZ; the program ends at INT3 in front of the function.
  const size = before.length + 5 + behind.length + 1 + 6 + 1;
  const distance = behind.length + 1 + 6 + 1;
  const back = new Uint8Array(new Int32Array([-(size - 1)]).buffer);
  const code = [...before, 0xe8, distance, 0, 0, 0, ...behind, 0x4e, 0x0f, 0x85, ...back, 0xcc, ...callee];
  const registers = Array.from({ length: 8 }, () => value(random));
  const esp = (pick(random, [pointer(random), DATA + PAGE_SIZE + random.below(256) - 128]) & ~3) + (random.below(8) === 0 ? 1 : 0);
  registers[5] = random.below(3) === 0 ? pointer(random) : esp + 4 * random.below(32);
  registers[6] = 1 + random.below(5);
  return { ...start(random, code, registers, false), esp };
}

/** Skips the instruction behind it, or does not: paths meet there. */
const join: Encoder = (random) => [0x70 + random.below(16), 1, pick(random, [0x90, 0x40, 0x4a, 0xf5])];

/**
 * A loop whose flags live from round to round: read at its head, where paths have met before INC and DEC keep the
 * carry.
 */
export function loopProgram(random: Random): Start {
  const setter = FAMILIES[pick(random, ["sums", "sums with carry", "exchanges", "shifts", "rotates", "bits", "products"])]!;
  const body: number[] = [...READER(random)];
  const length = 1 + random.below(4);
  for (let index = 0; index < length; index++) {
    body.push(...setter(random));
    if (random.below(3) > 0) body.push(...join(random));
    // INC or DEC of a register that points to nothing.
    if (random.below(2) === 0) body.push(pick(random, [0x40, 0x4a]));
  }
  // DEC ESI; JNZ.
  const back = new Uint8Array(new Int32Array([-(body.length + 7)]).buffer);
  const code = [...body, 0x4e, 0x0f, 0x85, ...back, 0x9c];
  const registers = Array.from({ length: 8 }, () => value(random));
  registers[EBX] = pointer(random);
  registers[5] = random.below(64);
  registers[6] = 2 + random.below(20);
  return start(random, code, registers, false);
}

/** For messages. */
export function describeProgram({ code, registers, esp, eflags }: Start): string {
  const hex = code.map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
  return `at ${CODE.toString(16)}: ${hex}; registers ${registers.map((r) => (r >>> 0).toString(16)).join(" ")}; eflags ${eflags.toString(16)}${esp === undefined ? "" : ` esp ${esp.toString(16)}`}`;
}
