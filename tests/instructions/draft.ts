/**
 * A case on its way: the instruction, the registers and the memory that it will find; where operands and jumps may go.
 */
import type { Address, Instruction } from "#machine/cpu/instruction.ts";
import type { RowPlace } from "#machine/cpu/opcodes.ts";
import type { Encoded } from "./encoding.ts";
import { CODE, DATA, FS_SEGMENT, LOW, POKES } from "./layout.ts";
import type { Random } from "./random.ts";

export interface Draft {
  readonly random: Random;
  readonly place: RowPlace;
  readonly encoded: Encoded;
  readonly registers: number[];
  readonly fs: number;
  readonly pokes: [number, number][];
  instruction: Instruction;
}

/** Where a memory operand may lie. */
export function target(random: Random, size = 8): number {
  const kind = random.below(20);
  if (kind < 14) return DATA + 16 + random.below(0x1f00);
  if (kind < 16) return DATA + 0x1000 - size + random.below(size + 4);
  if (kind === 16) return DATA + 0x2000 - size + random.below(size + 4);
  if (kind === 17) return DATA + 0x2000 + random.below(0x1000);
  if (kind === 18) return DATA + 0x3000 - size + random.below(size + 4);
  return DATA + 0x3000 + random.below(0x1000);
}

/** Where a jump may go: among the INT3s, away from the code of the case, or into the hole behind them. */
export function jumpTarget(random: Random): number {
  if (random.chance(5)) return CODE + 0x2000 + random.below(0x100);
  return random.chance(30) ? CODE + random.below(0x1e0) : CODE + 0x1100 + random.below(0xef0);
}

export function effectiveAddress(address: Address, registers: readonly number[]): number {
  const base = address.base < 0 ? 0 : registers[address.base]!;
  const index = address.index < 0 ? 0 : registers[address.index]! << address.scale;
  return (base + index + address.displacement) | 0;
}

/** Linear address of the draft's memory operand. */
export function operandAddress({ instruction, registers, fs }: Draft): number {
  const { address } = instruction;
  const offset = effectiveAddress(address!, registers);
  const base = address!.segment === 4 && fs === 1 ? FS_SEGMENT.base : 0;
  return ((instruction.addressSize === 4 ? offset : offset & 0xffff) + base) >>> 0;
}

/** Whether `size` bytes lie in writable memory. */
export function isWritable(at: number, size: number): boolean {
  return (at >= DATA && at + size <= DATA + 0x2000) || (at >= LOW && at + size <= LOW + 0x2000);
}

export function poke({ pokes }: Draft, at: number, value: number): void {
  if (isWritable(at, 4) && pokes.length < POKES) pokes.push([at >>> 0, value >>> 0]);
}
