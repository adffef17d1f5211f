/**
 * Random bytes of an instruction, made by the operand codes of its row.
 */
import { Unit } from "#machine/cpu/instruction-set/row.ts";
import type { RowPlace } from "#machine/cpu/opcodes.ts";
import type { Random } from "./random.ts";

export interface Encoded {
  bytes: number[];
  /** Position of a four-byte displacement, or -1. */
  displacement: number;
}

/** F3 makes another instruction of these on newer processors. */
const NO_REPEAT = new Set(["bsf", "bsr", "nop"]);
const SEGMENT_PREFIXES = [0x26, 0x2e, 0x36, 0x3e, 0x64, 0x64, 0x65];
const FIXED = /^(CL|DX|eAX|AL|[CDEFGS]S)$/;
const MODRM_CODES = "EGMRWCDPQNVU";
const MAX_LENGTH = 15;

interface Prefixes {
  bytes: number[];
  operandSize: number;
  addressSize: number;
}

/** Prefixes in any order, now and then several times. */
function prefixes(random: Random, { row, prefix }: RowPlace): Prefixes {
  const isString = row.facts.repeats;
  const isVector = row.facts.unit === Unit.VECTOR;
  const chosen: number[] = [];
  if (random.chance(isVector ? (prefix > 0x66 ? 5 : 0) : 25)) chosen.push(0x66);
  if (random.chance(10)) chosen.push(0x67);
  if (random.chance(12)) chosen.push(random.pick(SEGMENT_PREFIXES));
  if (!isVector && prefix === 0 && !NO_REPEAT.has(row.mnemonic) && random.chance(isString ? 60 : 4)) chosen.push(random.pick([0xf2, 0xf3]));
  if (random.chance(6)) chosen.push(0xf0);
  if (prefix !== 0) chosen.push(prefix);
  // Repeating a prefix changes nothing but the length, which may become too great.
  const surplus = chosen.length > 0 && random.chance(5) ? random.below(14) : 0;
  for (let i = 0; i < surplus; i++) chosen.push(random.pick(chosen));
  const bytes: number[] = [];
  while (chosen.length > 0) bytes.push(...chosen.splice(random.below(chosen.length), 1));
  return { bytes, operandSize: bytes.includes(0x66) ? 2 : 4, addressSize: bytes.includes(0x67) ? 2 : 4 };
}

function littleEndian(value: number, size: number): number[] {
  return Array.from({ length: size }, (_, byte) => (value >>> (byte * 8)) & 0xff);
}

/** Whether ModRM names a register. */
function isRegisterForm(random: Random, { row, opcode, member, form }: RowPlace): boolean {
  if (form !== "any") return form === "register";
  const has = (letters: string): boolean => row.operands.some((code) => letters.includes(code[0]!) && code !== "Ma");
  if (has("RNU") && !row.operands.some((code) => "EQM".includes(code[0]!))) return true;
  // Where only memory makes sense, registers make an invalid opcode; one-byte opcodes and 0F 01 have other uses for them.
  const isStrict = opcode[0] !== 0x0f || opcode[1] === 0x01 || member >= 0;
  return row.operands.some((code) => code[0] === "M") ? !isStrict && random.chance(3) : random.chance(45);
}

function immediate(random: Random, mnemonic: string, size: number): number[] {
  if (mnemonic === "enter") return size === 1 ? [random.below(random.chance(90) ? 6 : 256)] : [random.below(64), 0];
  if (mnemonic === "ret" || mnemonic === "retf") return [random.below(64), 0];
  return littleEndian(random.value(), size);
}

/** @param modrm the byte to use, or -1 for a random one */
export function encode(random: Random, place: RowPlace, modrm = -1): Encoded {
  const { row, opcode, member } = place;
  const { bytes, operandSize, addressSize } = prefixes(random, place);
  bytes.push(...opcode);
  let displacement = -1;
  if (modrm >= 0 || member >= 0 || row.operands.some((code) => MODRM_CODES.includes(code[0]!) && !FIXED.test(code))) {
    const isRegister = modrm >= 0 ? modrm >= 0xc0 : isRegisterForm(random, place);
    const mode = isRegister ? 3 : random.below(3);
    const reg = modrm >= 0 ? (modrm >> 3) & 7 : member >= 0 ? member : random.below(8);
    const rm = modrm >= 0xc0 ? modrm & 7 : random.below(8);
    bytes.push((mode << 6) | (reg << 3) | rm);
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
  for (const code of row.operands) {
    const size = code[1] === "b" ? 1 : code[1] === "w" ? 2 : operandSize;
    if (code[0] === "I") bytes.push(...immediate(random, row.mnemonic, size));
    else if (code === "Sv") bytes.push(...littleEndian(random.value(), 1));
    else if (code === "Jb") bytes.push(random.pick([random.below(128), 128 + random.below(96)]));
    else if (code === "Jz") bytes.push(random.below(256), random.below(8), ...(operandSize === 4 ? [0, 0] : []));
    else if (code === "Ap") bytes.push(...littleEndian(0, operandSize + 2));
    else if (code[0] === "O" && addressSize === 4) {
      displacement = bytes.length;
      bytes.push(0, 0, 0, 0);
    } else if (code[0] === "O") bytes.push(random.below(256), 0x80 + random.below(32));
  }
  return { bytes, displacement };
}

/** Cuts what the processor does not look at: the code of a case has room for 16 bytes. */
export function cut(bytes: number[]): void {
  bytes.length = Math.min(bytes.length, MAX_LENGTH);
}
