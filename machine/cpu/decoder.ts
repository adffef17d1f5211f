/**
 * Bytes to Instruction, by the opcode table.
 *
 * Source: Intel SDM vol. 2, chapter 2 (formats) and appendix A.
 */
import { type Address, type Instruction, Invalid, Kind, type Operand, Segment } from "./instruction.ts";
import { type Entry, isForms, isGroup, isPrefixed, ONE_BYTE, placeholder, PREFIXES, type Row, TWO_BYTE } from "./opcodes.ts";

/** Longest instruction; a longer one raises #GP. */
export const MAX_INSTRUCTION_LENGTH = 15;

const prefixes: readonly number[] = PREFIXES;

/** The state image of FXSAVE and FXRSTOR. */
const FXSAVE_BYTES = 512;

const INVALID_ROW = placeholder("(invalid)");

const FIXED_REGISTERS: Readonly<Record<string, { register: number; size: number }>> = {
  AL: { register: 0, size: 1 },
  CL: { register: 1, size: 1 },
  DX: { register: 2, size: 2 },
};
const SEGMENT_NAMES: Readonly<Record<string, number>> = {
  ES: Segment.ES,
  CS: Segment.CS,
  SS: Segment.SS,
  DS: Segment.DS,
  FS: Segment.FS,
  GS: Segment.GS,
};
const PREFIX_SEGMENTS: Readonly<Record<number, number>> = {
  0x26: Segment.ES,
  0x2e: Segment.CS,
  0x36: Segment.SS,
  0x3e: Segment.DS,
  0x64: Segment.FS,
  0x65: Segment.GS,
};

/** Base and index of the eight 16-bit addressing forms (BX SI BX DI BP SI BP DI SI DI BP BX). */
const BASES_16 = [3, 3, 5, 5, 6, 7, 5, 3] as const;
const INDEXES_16 = [6, 7, 6, 7, -1, -1, -1, -1] as const;

/** Where the decoder takes bytes from; `fetch` may throw when there is none. */
export interface CodeSource {
  /** The byte `index` bytes after the start of the instruction. */
  fetch(index: number): number;
}

/** Thrown by the decoder's reader when the instruction exceeds 15 bytes. */
const tooLong = { tooLong: true };

class Reader {
  private readonly source: CodeSource;
  position = 0;

  constructor(source: CodeSource) {
    this.source = source;
  }

  byte(): number {
    if (this.position >= MAX_INSTRUCTION_LENGTH) throw tooLong;
    return this.source.fetch(this.position++);
  }

  signedByte(): number {
    return (this.byte() << 24) >> 24;
  }

  word(): number {
    const low = this.byte();
    return low | (this.byte() << 8);
  }

  double(): number {
    const low = this.word();
    return low | (this.word() << 16);
  }

  /** An immediate of 1, 2 or 4 bytes, sign-extended. */
  immediate(size: number): number {
    if (size === 1) return this.signedByte();
    return size === 2 ? (this.word() << 16) >> 16 : this.double();
  }
}

function invalidInstruction(invalid: number, length: number, opcode: number): Instruction {
  return {
    row: INVALID_ROW,
    invalid,
    length,
    opcode,
    operandSize: 4,
    addressSize: 4,
    lock: false,
    repeat: 0,
    segment: Segment.DS,
    modrm: 0,
    operands: [],
    address: undefined,
    immediate: 0,
    selector: 0,
  };
}

/** Decodes the instruction at the source's start. Exceptions of the source pass through. */
export function decode(source: CodeSource): Instruction {
  const reader = new Reader(source);
  try {
    return decodeFrom(reader);
  } catch (reason) {
    if (reason !== tooLong) throw reason;
    return invalidInstruction(Invalid.TOO_LONG, MAX_INSTRUCTION_LENGTH, 0);
  }
}

function decodeFrom(reader: Reader): Instruction {
  let operandSize = 4;
  let addressSize = 4;
  let override = -1;
  let lock = false;
  let repeat = 0;
  let byte: number;
  for (;;) {
    byte = reader.byte();
    const segment = PREFIX_SEGMENTS[byte];
    if (segment !== undefined) override = segment;
    else if (byte === 0x66) operandSize = 2;
    else if (byte === 0x67) addressSize = 2;
    else if (byte === 0xf0) lock = true;
    else if (byte === 0xf2 || byte === 0xf3) repeat = byte;
    else break;
  }
  let opcode = byte;
  let entry = ONE_BYTE[byte];
  if (byte === 0x0f) {
    byte = reader.byte();
    opcode = 0x0f00 | byte;
    entry = TWO_BYTE[byte];
  }

  let modrm = -1;
  const mandatory = repeat !== 0 ? repeat : operandSize === 2 ? 0x66 : 0;
  const plain = entry !== undefined && isPrefixed(entry) ? entry.prefixed[prefixes.indexOf(mandatory)] : entry;
  if (plain !== undefined && (isGroup(plain) || isForms(plain))) modrm = reader.byte();
  const member = plain !== undefined && isGroup(plain) ? plain.rows[(modrm >> 3) & 7] : plain;
  const row = member !== undefined && isForms(member) ? (modrm >> 6 === 3 ? member.register : member.memory) : member;
  if (row === undefined) {
    skipOperands(reader, entry, modrm, operandSize, addressSize);
    return invalidInstruction(Invalid.OPCODE, reader.position, opcode);
  }

  let address: Address | undefined;
  let immediate = 0;
  let selector = 0;
  let invalid: number = Invalid.NONE;
  const operands: Operand[] = [];
  const add = (kind: Kind, size: number, register: number, value = 0): void => {
    operands.push({ kind, size, register, value });
  };
  const sizeOf = (code: string): number => {
    switch (code) {
      case "b":
        return 1;
      case "w":
        return 2;
      case "d":
        return 4;
      case "q":
        return 8;
      case "v":
      case "z":
        return operandSize;
      case "p":
        return operandSize + 2;
      case "a":
        return operandSize * 2;
      case "dq":
        return 16;
      case "x":
        return FXSAVE_BYTES;
      default:
        return 0;
    }
  };
  const modrmByte = (): number => {
    if (modrm < 0) modrm = reader.byte();
    return modrm;
  };
  const memory = (): void => {
    address ??= addressSize === 4 ? address32(reader, modrm) : address16(reader, modrm);
    if (override >= 0) address.segment = override;
  };

  // ModRM, SIB and displacement come before immediates, whatever the operands' order.
  for (const code of row.operands) {
    const first = code[0]!;
    if ("EMQ".includes(first) && code !== "ES") {
      if (modrmByte() >> 6 !== 3) memory();
    } else if (first === "W" && code !== "Ww") {
      if (modrmByte() >> 6 !== 3) memory();
    } else if ("GRWCDPNVU".includes(first) && !(code in SEGMENT_NAMES) && !(code in FIXED_REGISTERS)) {
      modrmByte();
    }
  }

  for (const code of row.operands) {
    const fixed = FIXED_REGISTERS[code];
    if (fixed !== undefined) {
      add(Kind.REGISTER, fixed.size, fixed.register);
      continue;
    }
    if (code === "eAX") {
      add(Kind.REGISTER, operandSize, 0);
      continue;
    }
    if (code === "1") {
      add(Kind.IMMEDIATE, 1, 0, 1);
      continue;
    }
    const segment = SEGMENT_NAMES[code];
    if (segment !== undefined) {
      add(Kind.SEGMENT, 2, segment);
      continue;
    }
    const size = sizeOf(code.slice(1));
    switch (code[0]) {
      case "E":
        add(modrm >> 6 === 3 ? Kind.REGISTER : Kind.MEMORY, size, modrm & 7);
        break;
      case "M":
        if (modrm >> 6 === 3) invalid = Invalid.OPCODE;
        add(Kind.MEMORY, size, 0);
        break;
      case "R":
        add(Kind.REGISTER, size, modrm & 7);
        break;
      case "G":
        add(Kind.REGISTER, size, (modrm >> 3) & 7);
        break;
      case "Z":
        add(Kind.REGISTER, size, byte & 7);
        break;
      case "P":
        add(Kind.MMX, size, (modrm >> 3) & 7);
        break;
      case "Q":
        add(modrm >> 6 === 3 ? Kind.MMX : Kind.MEMORY, size, modrm & 7);
        break;
      case "N":
        if (modrm >> 6 !== 3) invalid = Invalid.OPCODE;
        add(Kind.MMX, size, modrm & 7);
        break;
      case "V":
        add(Kind.XMM, size, (modrm >> 3) & 7);
        break;
      case "U":
        if (modrm >> 6 !== 3) invalid = Invalid.OPCODE;
        add(Kind.XMM, size, modrm & 7);
        break;
      case "W":
        if (code === "Ww") {
          // CS cannot be loaded.
          if (((modrm >> 3) & 7) > Segment.GS || (((modrm >> 3) & 7) === Segment.CS && operands.length === 0)) invalid = Invalid.OPCODE;
          add(Kind.SEGMENT, 2, (modrm >> 3) & 7);
        } else {
          add(modrm >> 6 === 3 ? Kind.XMM : Kind.MEMORY, size, modrm & 7);
        }
        break;
      case "C":
      case "D":
        if (!isSystemRegister(code[0], (modrm >> 3) & 7)) invalid = Invalid.OPCODE;
        add(Kind.SYSTEM, 4, (modrm >> 3) & 7);
        break;
      case "I":
        add(Kind.IMMEDIATE, size, 0, reader.immediate(size));
        break;
      case "S":
        add(Kind.IMMEDIATE, operandSize, 0, reader.signedByte());
        break;
      case "J":
        immediate = reader.immediate(size);
        add(Kind.RELATIVE, size, 0, immediate);
        break;
      case "O":
        address = {
          segment: override >= 0 ? override : Segment.DS,
          base: -1,
          index: -1,
          scale: 0,
          displacement: addressSize === 4 ? reader.double() : reader.word(),
        };
        add(Kind.MEMORY, size, 0);
        break;
      case "A":
        immediate = operandSize === 4 ? reader.double() : reader.word();
        selector = reader.word();
        add(Kind.FAR, size, 0, immediate);
        break;
      default:
        // X and Y: string operands, implied by the mnemonic.
        add(Kind.MEMORY, size, code[0] === "X" ? 6 : 7);
    }
  }

  const lockable = row.facts.lock && operands[0]?.kind === Kind.MEMORY;
  if (lock && !lockable) invalid = Invalid.OPCODE;
  if (invalid !== Invalid.NONE) return invalidInstruction(invalid, reader.position, opcode);
  return {
    row,
    invalid,
    length: reader.position,
    opcode,
    operandSize,
    addressSize,
    lock,
    repeat,
    segment: address?.segment ?? (override >= 0 ? override : Segment.DS),
    modrm: modrm < 0 ? 0 : modrm,
    operands,
    address,
    immediate,
    selector,
  };
}

/** A row of an entry that has several. */
function siblingOf(entry: Entry): Row | undefined {
  if (entry === undefined) return undefined;
  if (isPrefixed(entry)) return siblingOf(entry.prefixed.find((part) => part !== undefined));
  if (isGroup(entry)) return siblingOf(entry.rows.find((part) => part !== undefined));
  return isForms(entry) ? (entry.register ?? entry.memory) : entry;
}

/**
 * An undefined member of a group, and one behind a prefix that it does not know, is fetched to its end, like its
 * siblings, before it
 * faults. @param modrm -1 if it has not been read
 */
function skipOperands(reader: Reader, entry: Entry, modrm: number, operandSize: number, addressSize: number): void {
  const codes = siblingOf(entry)?.operands ?? [];
  const mode = modrm < 0 && codes.length > 0 ? reader.byte() : modrm;
  if (mode >= 0 && mode >> 6 !== 3) {
    if (addressSize === 4) address32(reader, mode);
    else address16(reader, mode);
  }
  for (const code of codes) {
    if (code === "Ib") reader.immediate(1);
    else if (code === "Iz") reader.immediate(operandSize);
  }
}

/** CR0, CR2, CR3, CR4 and the debug registers exist; others raise #UD before the privilege check. */
function isSystemRegister(code: string, register: number): boolean {
  return code === "D" || register === 0 || (register >= 2 && register <= 4);
}

function address32(reader: Reader, modrm: number): Address {
  const mode = modrm >> 6;
  let base = modrm & 7;
  let index = -1;
  let scale = 0;
  if (base === 4) {
    const sib = reader.byte();
    base = sib & 7;
    index = (sib >> 3) & 7;
    scale = sib >> 6;
    if (index === 4) {
      index = -1;
      scale = 0;
    }
  }
  let displacement = 0;
  if (mode === 0 && base === 5) {
    base = -1;
    displacement = reader.double();
  } else if (mode === 1) {
    displacement = reader.signedByte();
  } else if (mode === 2) {
    displacement = reader.double();
  }
  const segment = base === 4 || base === 5 ? Segment.SS : Segment.DS;
  return { segment, base, index, scale, displacement };
}

function address16(reader: Reader, modrm: number): Address {
  const mode = modrm >> 6;
  const form = modrm & 7;
  if (mode === 0 && form === 6) {
    return { segment: Segment.DS, base: -1, index: -1, scale: 0, displacement: reader.word() };
  }
  const base: number = BASES_16[form]!;
  let displacement = 0;
  if (mode === 1) displacement = reader.signedByte();
  else if (mode === 2) displacement = (reader.word() << 16) >> 16;
  return { segment: base === 5 ? Segment.SS : Segment.DS, base, index: INDEXES_16[form]!, scale: 0, displacement };
}
