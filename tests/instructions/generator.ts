/**
 * Random instruction cases for the rows of the opcode table.
 *
 * Bytes are made by the row's operand codes; registers are then set so that memory operands fall into the
 * areas of layout.ts, mostly the writable pages, sometimes across their ends.
 */
import { decode } from "#machine/cpu/decoder.ts";
import { type Address, type Instruction, Invalid, Kind } from "#machine/cpu/instruction.ts";
import { Attribute, allRows, type Row, type RowPlace, shiftUndefined, UNDEFINED_FLAGS } from "#machine/cpu/opcodes.ts";
import { CODE, DATA, FS_SEGMENT, type InstructionCase, LOW } from "./layout.ts";

/**
 * Not compared: what depends on the host's descriptor tables and kernel, or is no function of the registers.
 */
const EXCLUDED = new Set([
  "int",
  "x87",
  "wait",
  "cpuid",
  "rdtsc",
  "rdpmc",
  "lar",
  "lsl",
  "verr",
  "verw",
  "sldt",
  "str",
  "smsw",
  "sgdt",
  "sidt",
  "callf",
  "jmpf",
  "retf",
  "iret",
  "les",
  "lds",
  "lss",
  "lfs",
  "lgs",
]);
/** F3 makes another instruction of these on newer processors. */
const NO_REPEAT = new Set(["bsf", "bsr", "nop"]);

/** Vector rows need a state that the runner does not set. */
function isComparable(row: Row): boolean {
  return (
    (row.attributes & Attribute.VECTOR) === 0 &&
    !EXCLUDED.has(row.mnemonic) &&
    !row.operands.some((operand) => /^([CDES]S|[FG]S|W.)$/.test(operand))
  );
}

/** All rows that can be compared with hardware. */
export function comparableRows(): RowPlace[] {
  return allRows().filter(({ row }) => isComparable(row));
}

/** Numbers from a seed (xorshift). */
export class Random {
  private state: number;

  constructor(seed: number) {
    this.state = seed | 0 || 1;
    for (let warm = 0; warm < 8; warm++) this.next();
  }

  next(): number {
    let x = this.state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.state = x;
    return x >>> 0;
  }

  below(limit: number): number {
    return this.next() % limit;
  }

  chance(percent: number): boolean {
    return this.below(100) < percent;
  }

  pick<T>(values: readonly T[]): T {
    return values[this.below(values.length)]!;
  }

  /** A 32-bit value, often one at which instructions change their behaviour. */
  value(): number {
    if (this.chance(40)) {
      return this.pick([0, 1, 2, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff, 9, 0x99]);
    }
    return this.chance(30) ? this.next() & 0xff : this.next();
  }
}

/** Where a memory operand may lie. */
function target(random: Random): number {
  const kind = random.below(20);
  if (kind < 14) return DATA + 16 + random.below(0x1f00);
  if (kind < 16) return DATA + 0x1000 - 8 + random.below(12);
  if (kind === 16) return DATA + 0x2000 - 8 + random.below(12);
  if (kind === 17) return DATA + 0x2000 + random.below(0x1000);
  if (kind === 18) return DATA + 0x3000 - 8 + random.below(12);
  return DATA + 0x3000 + random.below(0x1000);
}

/** Where a jump may go: among the INT3s, or into the hole behind them. */
function jumpTarget(random: Random): number {
  return random.chance(95) ? CODE + random.below(0x1ff0) : CODE + 0x2000 + random.below(0x100);
}

function immediateBytes(random: Random, size: number): number[] {
  const value = random.value();
  return Array.from({ length: size }, (_, byte) => (value >>> (byte * 8)) & 0xff);
}

interface Encoded {
  bytes: number[];
  /** Position of a four-byte displacement, or -1. */
  displacement: number;
}

function encode(random: Random, { row, opcode, member, prefix, form }: RowPlace): Encoded {
  const bytes: number[] = [];
  let operandSize = 4;
  let addressSize = 4;
  const prefixes: number[] = [];
  if (random.chance(25)) {
    prefixes.push(0x66);
    operandSize = 2;
  }
  if (random.chance(10)) {
    prefixes.push(0x67);
    addressSize = 2;
  }
  if (random.chance(12)) prefixes.push(random.pick([0x26, 0x2e, 0x36, 0x3e, 0x64, 0x64, 0x65]));
  const isString = (row.attributes & Attribute.STRING) !== 0;
  if (!NO_REPEAT.has(row.mnemonic) && random.chance(isString ? 60 : 4)) prefixes.push(random.pick([0xf2, 0xf3]));
  if (random.chance(7)) prefixes.push(0xf0);
  if (prefix !== 0) prefixes.push(prefix);
  while (prefixes.length > 0) bytes.push(...prefixes.splice(random.below(prefixes.length), 1));
  bytes.push(...opcode);

  const codes = row.operands;
  const has = (letters: string): boolean =>
    codes.some((code) => code.length <= 2 && letters.includes(code[0]!) && !/^(CL|DX|eAX|AL)$/.test(code));
  const needsModrm = member >= 0 || has("EGMRWCD");
  let displacement = -1;
  if (needsModrm) {
    const memoryOnly = has("M");
    const isRegister = has("R") || form === "register" || (form === "any" && !memoryOnly && random.chance(45));
    const mode = isRegister ? 3 : random.below(3);
    const rm = random.below(8);
    bytes.push((mode << 6) | ((member >= 0 ? member : random.below(8)) << 3) | rm);
    if (mode !== 3 && addressSize === 4) {
      let base = rm;
      if (rm === 4) {
        const sib = random.below(256);
        bytes.push(sib);
        base = sib & 7;
      }
      if (mode === 2 || (mode === 0 && base === 5)) {
        displacement = bytes.length;
        bytes.push(0, 0, 0, 0);
      } else if (mode === 1) bytes.push(random.below(256));
    } else if (mode !== 3) {
      const size = mode === 1 ? 1 : mode === 2 || rm === 6 ? 2 : 0;
      for (let byte = 0; byte < size; byte++) bytes.push(random.below(256));
    }
  }
  for (const code of codes) {
    const size = code[1] === "b" ? 1 : code[1] === "w" ? 2 : operandSize;
    if (code[0] === "I") {
      if (row.mnemonic === "enter") bytes.push(...(size === 1 ? [random.below(6)] : [random.below(64), 0]));
      else if (row.mnemonic === "ret") bytes.push(random.below(64), 0);
      else bytes.push(...immediateBytes(random, size));
    } else if (code[0] === "S") bytes.push(...immediateBytes(random, 1));
    else if (code === "Jb") bytes.push(random.pick([random.below(128), 128 + random.below(96)]));
    else if (code === "Jz") bytes.push(random.below(256), random.below(8), ...(operandSize === 4 ? [0, 0] : []));
    else if (code[0] === "O") {
      if (addressSize === 4) {
        displacement = bytes.length;
        bytes.push(0, 0, 0, 0);
      } else {
        bytes.push(random.below(256), 0x80 + random.below(32));
      }
    }
  }
  return { bytes, displacement };
}

function effectiveAddress(address: Address, registers: readonly number[]): number {
  const base = address.base < 0 ? 0 : registers[address.base]!;
  const index = address.index < 0 ? 0 : registers[address.index]! << address.scale;
  return (base + index + address.displacement) | 0;
}

/** Makes a memory operand's address `wanted` by changing the displacement or the base register. */
function aim(encoded: Encoded, address: Address, registers: number[], wanted: number): void {
  if (encoded.displacement >= 0) {
    const missing = (wanted - effectiveAddress({ ...address, displacement: 0 }, registers)) | 0;
    for (let byte = 0; byte < 4; byte++) encoded.bytes[encoded.displacement + byte] = (missing >>> (byte * 8)) & 0xff;
    return;
  }
  const missing = (wanted - effectiveAddress(address, registers)) | 0;
  if (address.base >= 0 && address.base !== address.index) {
    registers[address.base] = (registers[address.base]! + missing) >>> 0;
  } else if (address.base >= 0) {
    registers[address.base] = Math.floor((wanted - address.displacement) / (1 + (1 << address.scale)));
  } else if (address.index >= 0) {
    registers[address.index] = wanted >>> address.scale;
  }
}

/** EFLAGS bits that a case starts with, besides those always set. */
const START_FLAGS = 0x8d5 | 0x400;
const TRAP_FLAG = 0x100;
/** Bits that POPF may meet on the stack: not AC, which would disturb the runner. */
const POPPED_FLAGS = 0x20_7fff;

export function generate(random: Random, rowPlace: RowPlace): InstructionCase | undefined {
  const { row } = rowPlace;
  const encoded = encode(random, rowPlace);
  const registers = Array.from({ length: 8 }, () => random.value());
  const fs = random.below(2);
  const pokes: [number, number][] = [];
  registers[4] = random.chance(90) ? DATA + 0x100 + random.below(0x1e00) : target(random);
  if (random.chance(50)) registers[4] = (registers[4]! & ~3) >>> 0;
  let instruction: Instruction = decode({ fetch: (index) => encoded.bytes[index] ?? 0 });
  const isString = (row.attributes & Attribute.STRING) !== 0;
  if (isString) {
    registers[1] = random.below(random.chance(80) ? 20 : 400);
    if (instruction.addressSize === 4) {
      registers[6] = target(random);
      registers[7] = random.chance(20) ? registers[6]! + random.below(9) - 4 : target(random);
      if (instruction.segment === 4 && fs === 1) registers[6] = (registers[6]! - FS_SEGMENT.base) >>> 0;
    } else {
      registers[6] = (random.next() & 0xffff0000) | (LOW + random.below(0x2000));
      registers[7] = (random.next() & 0xffff0000) | (LOW + random.below(0x2000));
      registers[6] >>>= 0;
      registers[7] >>>= 0;
      registers[1] |= random.next() & 0xffff0000;
      registers[1] >>>= 0;
    }
  }
  if (row.mnemonic.startsWith("bt") && random.chance(90)) {
    for (let register = 0; register < 8; register++) {
      if (register !== 4) registers[register] = (random.below(4096) - 2048) >>> 0;
    }
  }
  if (row.mnemonic === "xlat") registers[3] = target(random);
  if (row.mnemonic === "enter" || row.mnemonic === "leave") registers[5] = target(random);
  if (row.mnemonic === "div" || row.mnemonic === "idiv") {
    if (random.chance(60)) registers[2] = random.chance(50) ? random.below(16) : 0xffffffff - random.below(16);
  }
  const { address } = instruction;
  if (address !== undefined && instruction.addressSize === 4) {
    let wanted = target(random);
    if (address.segment === 4 && fs === 1) wanted = (wanted - FS_SEGMENT.base) >>> 0;
    aim(encoded, address, registers, wanted);
  } else if (address !== undefined) {
    const missing = (LOW + random.below(0x2010) - 8 - effectiveAddress(address, registers)) & 0xffff;
    if (address.base >= 0)
      registers[address.base] = ((registers[address.base]! & 0xffff0000) | ((registers[address.base]! + missing) & 0xffff)) >>> 0;
  }
  // A stack pointer that became part of another sum could point to the runner's own memory.
  if (registers[4]! < DATA || registers[4]! >= DATA + 0x4000) return undefined;
  instruction = decode({ fetch: (index) => encoded.bytes[index] ?? 0 });
  if (instruction.invalid !== Invalid.NONE) encoded.bytes.length = Math.min(encoded.bytes.length, 15);

  const isWritable = (at: number): boolean => (at >= DATA && at + 4 <= DATA + 0x2000) || (at >= LOW && at + 4 <= LOW + 0x2000);
  const poke = (at: number, value: number): void => {
    if (isWritable(at)) pokes.push([at >>> 0, value >>> 0]);
  };
  if (row.mnemonic === "ret") {
    if (!isWritable(registers[4]!)) return undefined;
    poke(registers[4]!, jumpTarget(random));
  }
  if (row.mnemonic === "popf") poke(registers[4]!, random.next() & POPPED_FLAGS & (random.chance(90) ? ~TRAP_FLAG : -1));
  if ((row.mnemonic === "jmp" || row.mnemonic === "call") && row.operands[0] === "Ev") {
    const [operand] = instruction.operands;
    if (operand?.kind === Kind.REGISTER) registers[operand.register] = jumpTarget(random);
    else if (address !== undefined) {
      const at = effectiveAddress(instruction.address!, registers) + (address.segment === 4 && fs === 1 ? FS_SEGMENT.base : 0);
      if (!isWritable(at >>> 0)) return undefined;
      poke(at >>> 0, jumpTarget(random));
    }
  }
  if (row.mnemonic === "cmpxchg8b" && random.chance(50) && instruction.address !== undefined) {
    const at = effectiveAddress(instruction.address, registers) >>> 0;
    poke(at, registers[0]!);
    poke(at + 4, registers[2]!);
  }
  const eflags = 0x202 | (random.next() & START_FLAGS) | (random.chance(4) ? TRAP_FLAG : 0);
  const eip = random.chance(85) ? CODE + 0x200 + random.below(0x800) : CODE + 0x1000 - random.below(16);
  return {
    registers: registers.map((value) => value >>> 0),
    eflags: isString && random.chance(70) ? eflags & ~0x400 : eflags,
    eip,
    seed: random.next() | 1,
    fs,
    pokes,
    code: encoded.bytes,
  };
}

/** What of a case's outcome the manual leaves undefined. */
export interface Undefined {
  flags: number;
  /** Registers and memory, when the instruction faults: hardware shows the part of ENTER and POPA that is done. */
  partial: boolean;
}

const NOTHING: Undefined = { flags: 0, partial: false };

export function undefinedOutcome(test: InstructionCase): Undefined {
  const instruction = decode({ fetch: (index) => test.code[index] ?? 0xcc });
  if (instruction.invalid !== Invalid.NONE) return NOTHING;
  const { mnemonic } = instruction.row;
  const { operands } = instruction;
  if (/^(ro[lr]|rc[lr]|sh[lr]|sar|sh[lr]d)$/.test(mnemonic)) {
    const last = operands.at(-1)!;
    const count = (last.kind === Kind.IMMEDIATE ? last.value : test.registers[1]!) & 31;
    const bits = operands[0]!.size * 8;
    return { ...NOTHING, flags: shiftUndefined(mnemonic, count, bits) };
  }
  return { ...NOTHING, flags: UNDEFINED_FLAGS[mnemonic] ?? 0, partial: mnemonic === "enter" || mnemonic === "popa" };
}
