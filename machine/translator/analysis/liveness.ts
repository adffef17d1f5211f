/**
 * Liveness of the arithmetic flags in a region: which flags are needed behind each instruction, be it by an
 * instruction or because the region may be left, for then all are.
 */
import { ARITHMETIC_FLAGS, Flag } from "../../cpu/flags.ts";
import type { Instruction } from "../../cpu/instruction.ts";
import { type Block, Ending } from "./block.ts";
import { flagEffects, mayExit } from "./flag-effects.ts";

/** Fills in Block.liveAfter and Block.liveBefore of all blocks. @param order reverse postorder */
export function computeLiveness(order: readonly Block[]): void {
  let isChanged = true;
  while (isChanged) {
    isChanged = false;
    for (let position = order.length - 1; position >= 0; position--) {
      const block = order[position]!;
      const before = block.liveBefore;
      visit(block);
      if (block.liveBefore !== before) isChanged = true;
    }
  }
}

/** Whether an INC or DEC keeps a CF that somebody may read. To be asked when the liveness is there. */
export function keepsCarry(order: readonly Block[]): boolean {
  return order.some(({ steps, liveAfter }) =>
    steps.some(({ instruction }, index) => isCount(instruction) && (liveAfter[index]! & Flag.CF) !== 0),
  );
}

function isCount({ row }: Instruction): boolean {
  return row.mnemonic === "inc" || row.mnemonic === "dec";
}

function visit(block: Block): void {
  let live = liveAtEnd(block);
  for (let index = block.steps.length - 1; index >= 0; index--) {
    block.liveAfter[index] = live;
    const { instruction } = block.steps[index]!;
    const { reads, kills } = flagEffects(instruction);
    live = mayExit(instruction) ? ARITHMETIC_FLAGS : (live & ~kills) | reads;
  }
  block.liveBefore = block.checksBudget ? ARITHMETIC_FLAGS : live;
}

function liveAtEnd({ ending, edges }: Block): number {
  if (ending === Ending.LEAVE || ending === Ending.RETURN || ending === Ending.INDIRECT) return ARITHMETIC_FLAGS;
  let live = 0;
  for (const { block } of edges) live |= block === undefined ? ARITHMETIC_FLAGS : block.liveBefore;
  return live;
}
