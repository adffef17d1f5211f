/**
 * The x87 stack in a region: its state at the start of each block follows from the one at the entry.
 *
 * Layer beneath: x87-effects.ts.
 */
import { Kind } from "../../cpu/instruction.ts";
import { controlOf } from "../../cpu/x87/loan.ts";
import type { Block } from "./block.ts";
import { type ControlChange, isSupported, isX87, keyAfter, touchedSlots } from "./x87-effects.ts";

export interface X87Plan {
  /** Key at the region's entry. */
  readonly key: number;
  /** Keys at the starts of the blocks. */
  readonly keys: ReadonlyMap<Block, number>;
  /** The physical registers that the region touches, one bit each. */
  readonly slots: number;
  readonly controlChange: ControlChange;
}

/**
 * Whether a region has x87 instructions that can be translated. MMX works on the same registers, but in the register
 * file.
 */
export function usesX87(blocks: readonly Block[]): boolean {
  const instructions = blocks.flatMap(({ steps }) => steps.map(({ instruction }) => instruction));
  return instructions.some(isX87) && !instructions.some(({ operands }) => operands.some(({ kind }) => kind === Kind.MMX));
}

/**
 * Plans a region that is entered with the state of the key. Edges to blocks that are reached with another state
 * before are cut:
 * they leave the region.
 * @returns undefined when translated code cannot work in this state
 */
export function planX87(entry: Block, key: number, controlChange: ControlChange): X87Plan | undefined {
  if (!isSupported(controlOf(key))) return undefined;
  const keys = new Map([[entry, key]]);
  let slots = 0;
  for (const [block, before] of keys) {
    let current = before;
    for (const step of block.steps) {
      const after = keyAfter(step, current, controlChange);
      if (isX87(step.instruction)) slots |= touchedSlots(step.instruction, current, after);
      current = after;
    }
    for (const edge of block.edges) {
      if (edge.block === undefined) continue;
      const known = keys.get(edge.block);
      if (known === undefined) keys.set(edge.block, current);
      else if (known !== current) edge.block = undefined;
    }
  }
  return { key, keys, slots, controlChange };
}
