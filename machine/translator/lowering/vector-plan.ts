/**
 * What of the vector unit a region uses.
 */
import { Kind } from "../../cpu/instruction.ts";
import type { Block } from "../block.ts";
import { vectorFloatLowerings } from "./vector-floats.ts";

export interface VectorPlan {
  /** The XMM registers that the region touches, one bit each. */
  readonly registers: number;
  /** Whether there is floating-point arithmetic. */
  readonly computes: boolean;
  /** Whether MXCSR says that there have been inexact results. */
  readonly isInexactRecorded: boolean;
}

/** @returns undefined when no instruction is about XMM or MMX registers */
export function planVector(blocks: readonly Block[], isInexactRecorded: boolean): VectorPlan | undefined {
  let registers = 0;
  let computes = false;
  let usesMmx = false;
  for (const { steps } of blocks) {
    for (const { instruction } of steps) {
      for (const { kind, register } of instruction.operands) {
        if (kind === Kind.XMM) registers |= 1 << register;
        if (kind === Kind.MMX) usesMmx = true;
      }
      if (vectorFloatLowerings[instruction.row.mnemonic] !== undefined) computes = true;
    }
  }
  return registers === 0 && !usesMmx ? undefined : { registers, computes, isInexactRecorded };
}
