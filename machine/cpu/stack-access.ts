/**
 * Access to the stack segment by offset, for instructions that are rare, or bound when SS is not flat.
 *
 * Layers beneath: memory.ts and segments.ts. All stack segments are 32 bits wide, so that ESP is never truncated.
 */
import type { Core } from "./core.ts";
import { Segment } from "./instruction.ts";
import { Word } from "./registers.ts";

export interface StackAccess {
  /** Reads 2 bytes, zero-extended, or 4. */
  read(offset: number, size: number): number;
  write(offset: number, size: number, value: number): void;
  /** Faults as a write would. */
  probeWrite(offset: number, size: number): void;
}

export function createStackAccess(core: Core): StackAccess {
  const { SEGMENTED } = Word;
  const { SS } = Segment;
  const { words: R } = core.file;
  const { read16, read32, write16, write32, modify16, modify32 } = core.memory;
  const { linear } = core.segments;

  function address(offset: number, size: number, write: boolean): number {
    return R[SEGMENTED] === 0 ? offset | 0 : linear(SS, offset | 0, size, write);
  }

  return {
    read(offset: number, size: number): number {
      const at = address(offset, size, false);
      return size === 4 ? read32(at) : read16(at);
    },
    write(offset: number, size: number, value: number): void {
      const at = address(offset, size, true);
      if (size === 4) write32(at, value);
      else write16(at, value);
    },
    probeWrite(offset: number, size: number): void {
      const at = address(offset, size, true);
      if (size === 4) modify32(at);
      else modify16(at);
    },
  };
}
