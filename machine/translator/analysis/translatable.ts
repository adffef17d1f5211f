/**
 * Which instructions a region may contain.
 */
import { Flow } from "../../cpu/instruction-set/row.ts";
import { type Instruction, Invalid, Segment } from "../../cpu/instruction.ts";

/**
 * Whether an instruction is a jump, call or return that blocks know: it ends a block, and the region may go on where
 * it leads.
 */
export function isTransfer({ row }: Instruction): boolean {
  const { flow } = row.facts;
  return flow === Flow.BRANCH || flow === Flow.JUMP || flow === Flow.CALL || flow === Flow.RETURN;
}

/**
 * Whether a region may go on behind an instruction, with a lowering or by calling the interpreter. Not when the
 * instruction
 * changes segments or the way of execution.
 */
export function isTranslatable(instruction: Instruction): boolean {
  const { row, operandSize, addressSize, address, segment } = instruction;
  const { flow, repeats } = row.facts;
  if (instruction.invalid !== Invalid.NONE) return false;
  // LOOP counts in CX with 16-bit addresses, jumps truncate EIP with 16-bit operands.
  if (isTransfer(instruction)) return operandSize === 4 && !(row.mnemonic.startsWith("loop") && addressSize !== 4);
  if (flow !== Flow.NEXT || address?.segment === Segment.CS) return false;
  // String instructions with 32-bit addresses in flat segments.
  return !repeats || (addressSize === 4 && segment !== Segment.FS && segment !== Segment.GS);
}
