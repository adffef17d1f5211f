/**
 * What of the vector unit a region uses.
 */
import { Kind } from "../../cpu/instruction.ts";
import { mayWrite } from "../../cpu/instruction-set/row.ts";
import type { Block } from "./block.ts";

export interface VectorPlan {
  /** The XMM registers that the region touches, one bit each. */
  readonly registers: number;
  /** Those that it may change. */
  readonly written: number;
  /** Whether there is floating-point arithmetic. */
  readonly computes: boolean;
  /** Whether MXCSR says that there have been inexact results. */
  readonly isInexactRecorded: boolean;
}

/** @returns undefined when no instruction is about XMM or MMX registers */
export function planVector(blocks: readonly Block[], isInexactRecorded: boolean): VectorPlan | undefined {
  let registers = 0;
  let written = 0;
  let computes = false;
  let usesMmx = false;
  for (const { steps } of blocks) {
    for (const { instruction } of steps) {
      const { operands, row } = instruction;
      const [first] = operands;
      if (first?.kind === Kind.XMM && mayWrite(row.facts, 0)) written |= 1 << first.register;
      for (const { kind, register } of operands) {
        if (kind === Kind.XMM) registers |= 1 << register;
        if (kind === Kind.MMX) usesMmx = true;
      }
      if (row.facts.computes && !row.facts.interpreted) computes = true;
    }
  }
  return registers === 0 && !usesMmx ? undefined : { registers, written, computes, isInexactRecorded };
}
