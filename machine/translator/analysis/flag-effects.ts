/**
 * Which arithmetic flags an instruction reads, which it overwrites whatever it read, and whether its translation may
 * leave the
 * region: for the liveness of flags in translated code. All of it follows from the instruction's row.
 */
import { ARITHMETIC_FLAGS } from "../../cpu/flags.ts";
import { Stack, Unit, Use, useOf } from "../../cpu/instruction-set/row.ts";
import { type Instruction, Kind } from "../../cpu/instruction.ts";

export interface FlagEffects {
  readonly reads: number;
  readonly kills: number;
}

/** Shifts change no flags when the count, their last operand, is 0; repeated comparisons none when ECX is 0. */
function mayKeepFlags({ operands, repeat, row }: Instruction): boolean {
  const { flags, repeats } = row.facts;
  if (repeats && repeat !== 0) return true;
  if (flags.counted === undefined) return false;
  const count = operands[operands.length - 1]!;
  return count.kind !== Kind.IMMEDIATE || (count.value & 31) === 0;
}

export function flagEffects(instruction: Instruction): FlagEffects {
  const { flags } = instruction.row.facts;
  const reads = flags.reads & ARITHMETIC_FLAGS;
  if (mayKeepFlags(instruction)) return { reads, kills: 0 };
  return { reads, kills: (flags.writes | (flags.undefined & ~flags.kept)) & ARITHMETIC_FLAGS };
}

/**
 * Whether an instruction may access memory, whose translation leaves the region when the access is not allowed at
 * once.
 */
function mayAccessMemory({ address, operands, row }: Instruction): boolean {
  const { facts } = row;
  if (facts.reaches || facts.stack !== Stack.NONE) return true;
  const position = operands.findIndex(({ kind }) => kind === Kind.MEMORY);
  return address !== undefined && useOf(facts, position) !== Use.NONE;
}

/** Whether the translation of an instruction may leave the region before the instruction. */
export function mayExit(instruction: Instruction): boolean {
  const { facts } = instruction.row;
  if (facts.interpreted || facts.raises || facts.computes || mayAccessMemory(instruction)) return true;
  // MMX instructions raise pending floating-point exceptions.
  return facts.unit === Unit.VECTOR && instruction.operands.some(({ kind }) => kind === Kind.MMX);
}
