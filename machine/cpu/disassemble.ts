/**
 * A decoded instruction as text, in Intel's syntax; for traces and tests.
 *
 * Layer beneath: instruction.ts. Names follow the opcode table; forms by operand size (cwde, pushad …) are named here.
 */
import { Unit } from "./instruction-set/row.ts";
import { type Address, type Instruction, Invalid, Kind, type Operand, Segment } from "./instruction.ts";
import type { Row } from "./opcodes.ts";
import { MEMORY_FORMS, REGISTER_FORMS } from "./x87/instruction-table.ts";

const REGISTERS_8 = ["al", "cl", "dl", "bl", "ah", "ch", "dh", "bh"] as const;
const REGISTERS_16 = ["ax", "cx", "dx", "bx", "sp", "bp", "si", "di"] as const;
const SEGMENTS = ["es", "cs", "ss", "ds", "fs", "gs"] as const;
const SIZES: Readonly<Record<number, string>> = {
  1: "byte ptr ",
  2: "word ptr ",
  4: "dword ptr ",
  6: "fword ptr ",
  8: "qword ptr ",
  10: "tbyte ptr ",
  16: "xmmword ptr ",
};
const NOT_ACCESSED: ReadonlySet<Row["mnemonic"]> = new Set(["lea", "nop", "invlpg", "bound"]);

/** Mnemonics whose name depends on the operand size: [16 bits, 32 bits]. */
const SIZED_NAMES: Readonly<Partial<Record<Row["mnemonic"], readonly [string, string]>>> = {
  cbw: ["cbw", "cwde"],
  cwd: ["cwd", "cdq"],
  pusha: ["pusha", "pushad"],
  popa: ["popa", "popad"],
  pushf: ["pushf", "pushfd"],
  popf: ["popf", "popfd"],
  iret: ["iret", "iretd"],
};

function hex(value: number): string {
  return `0x${(value >>> 0).toString(16)}`;
}

function registerName(register: number, size: number): string {
  if (size === 1) return REGISTERS_8[register]!;
  return size === 2 ? REGISTERS_16[register]! : `e${REGISTERS_16[register]!}`;
}

function addressText(address: Address, addressSize: number): string {
  const parts: string[] = [];
  if (address.base >= 0) parts.push(registerName(address.base, addressSize));
  if (address.index >= 0) {
    parts.push(registerName(address.index, addressSize) + (address.scale === 0 ? "" : `*${1 << address.scale}`));
  }
  const { displacement } = address;
  if (parts.length === 0) return hex(displacement);
  const sum = parts.join("+");
  if (displacement === 0) return sum;
  return displacement < 0 ? `${sum}-${hex(-displacement)}` : `${sum}+${hex(displacement)}`;
}

/** The segment that an address has without a prefix. */
function defaultSegment(address: Address): number {
  return address.base === 4 || address.base === 5 ? Segment.SS : Segment.DS;
}

function memoryText(instruction: Instruction, operand: Operand): string {
  const { address, addressSize, row } = instruction;
  const bytes = row.mnemonic === "x87" ? MEMORY_FORMS[operationOf(instruction)]!.bytes : operand.size;
  const size = NOT_ACCESSED.has(row.mnemonic) ? "" : (SIZES[bytes] ?? "");
  if (address === undefined) {
    const isSource = operand.register === 6;
    const segment = isSource ? instruction.segment : Segment.ES;
    return `${size}${SEGMENTS[segment]!}:[${registerName(operand.register, addressSize)}]`;
  }
  const prefix = address.segment === defaultSegment(address) || row.mnemonic === "lea" ? "" : `${SEGMENTS[address.segment]!}:`;
  return `${size}${prefix}[${addressText(address, addressSize)}]`;
}

function operandText(instruction: Instruction, operand: Operand, eip: number): string {
  switch (operand.kind) {
    case Kind.REGISTER:
      return operand.size === 0 ? `st${instruction.modrm & 7}` : registerName(operand.register, operand.size);
    case Kind.MEMORY:
      return memoryText(instruction, operand);
    case Kind.IMMEDIATE:
      return hex(operand.size === 1 ? operand.value & 0xff : operand.size === 2 ? operand.value & 0xffff : operand.value);
    case Kind.RELATIVE: {
      const target = eip + instruction.length + operand.value;
      return hex(instruction.operandSize === 2 ? target & 0xffff : target);
    }
    case Kind.MMX:
      return `mm${operand.register}`;
    case Kind.XMM:
      return `xmm${operand.register}`;
    case Kind.SEGMENT:
      return SEGMENTS[operand.register]!;
    case Kind.FAR:
      return `${hex(instruction.selector)}:${hex(operand.value)}`;
    default:
      return `${instruction.row.operands.includes("Cd") ? "cr" : "dr"}${operand.register}`;
  }
}

function operationOf({ opcode, modrm }: Instruction): number {
  return ((opcode & 7) << 3) | ((modrm >> 3) & 7);
}

/** Where ModRM.rm selects a function its name, behind which there is no operand. */
function functionName(instruction: Instruction): string | undefined {
  if (instruction.row.facts.unit !== Unit.X87 || instruction.address !== undefined) return undefined;
  const names = REGISTER_FORMS[operationOf(instruction)]!.name.split(" ");
  return names.length > 1 ? names[instruction.modrm & 7] : undefined;
}

function floatingPointName(instruction: Instruction): string {
  const operation = operationOf(instruction);
  if (instruction.address !== undefined) return MEMORY_FORMS[operation]!.name;
  return functionName(instruction) ?? REGISTER_FORMS[operation]!.name;
}

function nameOf(instruction: Instruction): string {
  const { mnemonic } = instruction.row;
  if (mnemonic === "x87") return floatingPointName(instruction);
  if (mnemonic === "imul1") return "imul";
  if (mnemonic === "jcxz") return instruction.addressSize === 2 ? "jcxz" : "jecxz";
  return SIZED_NAMES[mnemonic]?.[instruction.operandSize === 2 ? 0 : 1] ?? mnemonic;
}

/** @param eip address of the instruction, for jump targets */
export function disassemble(instruction: Instruction, eip: number): string {
  if (instruction.invalid !== Invalid.NONE) return "(invalid)";
  const { row } = instruction;
  const prefixes: string[] = [];
  if (instruction.lock) prefixes.push("lock ");
  if (row.facts.repeats && instruction.repeat !== 0) {
    const compares = row.mnemonic === "cmps" || row.mnemonic === "scas";
    prefixes.push(instruction.repeat === 0xf2 ? "repne " : compares ? "repe " : "rep ");
  }
  const isFunction = functionName(instruction) !== undefined;
  const operands = isFunction ? "" : instruction.operands.map((operand) => operandText(instruction, operand, eip)).join(", ");
  return `${prefixes.join("")}${nameOf(instruction)}${operands === "" ? "" : ` ${operands}`}`;
}
