/**
 * The part of a region's stack that its entry makes sure of, so that accesses there need no look at the translation
 * cache: bytes near
 * what ESP or EBP held at the entry, all on one page that can be written.
 *
 * A region that finds them elsewhere goes on to its next variant, which looks at each access.
 */
import { Stack } from "../../cpu/instruction-set/row.ts";
import { type Address, Kind, Segment } from "../../cpu/instruction.ts";
import type { Block, StackState, StackValue, Step } from "./block.ts";
import { EBP, ESP, stackSize, valueOf } from "./stack-flow.ts";

/** Bytes [low, low + bytes) from the value of a register at the entry on. */
export interface StackWindow {
  readonly register: number;
  readonly low: number;
  readonly bytes: number;
}

interface Access {
  readonly value: StackValue;
  readonly bytes: number;
}

/** The larger, the more often it lies on two pages: a page has 4096 bytes. */
const MAX_BYTES = 512;
/** Accesses that are worth a window: what the check at the entry costs is about one. */
const MIN_ACCESSES: Readonly<Record<number, number>> = { [ESP]: 2, [EBP]: 4 };

/**
 * The windows of a region.
 * @param order its blocks, whose stackBefore is known
 * @param registers that point to the stack: ESP, EBP
 */
export function planWindows(order: readonly Block[], registers: readonly number[]): readonly StackWindow[] {
  const accesses = order.flatMap(({ steps, stackBefore }) => steps.flatMap((step, index) => accessesOf(step, stackBefore[index]!)));
  return registers.flatMap((register) => {
    const near = accesses.filter(({ value }) => value.origin === register).sort((a, b) => a.value.distance - b.value.distance);
    const best = largestGroup(near);
    if (best.length < MIN_ACCESSES[register]!) return [];
    const low = best[0]!.value.distance;
    return [{ register, low, bytes: Math.max(...best.map(end)) - low }];
  });
}

/** The value that an operand's address has, if its distance from a register at the entry is known. */
export function addressValue(
  state: StackState,
  { base, index, segment, displacement }: Address,
  addressSize: number,
): StackValue | undefined {
  if (index >= 0 || addressSize !== 4 || segment === Segment.FS || segment === Segment.GS) return undefined;
  const value = valueOf(state, base);
  return value === undefined ? undefined : { origin: value.origin, distance: (value.distance + displacement) | 0 };
}

/** The accesses of an instruction whose places are known. */
function accessesOf({ instruction }: Step, state: StackState): Access[] {
  const accesses: Access[] = [];
  const add = (value: StackValue | undefined, distance: number, bytes: number): void => {
    if (value !== undefined) accesses.push({ value: { origin: value.origin, distance: (value.distance + distance) | 0 }, bytes });
  };
  const { address, addressSize, operands, row } = instruction;
  const memory = operands.find(({ kind }) => kind === Kind.MEMORY);
  // String instructions have operands in memory without an address, LEA an address without an access.
  if (memory !== undefined && memory.size > 0 && address !== undefined) add(addressValue(state, address, addressSize), 0, memory.size);
  const [esp, ebp] = state;
  const size = stackSize(instruction);
  const { stack } = row.facts;
  if (stack === Stack.PUSH) add(esp, -size, size);
  if (stack === Stack.POP || stack === Stack.RETURN) add(esp, 0, size);
  if (stack === Stack.LEAVE) add(ebp, 0, size);
  return accesses;
}

const end = ({ value, bytes }: Access): number => value.distance + bytes;

/** As many accesses as a window can have. @param accesses in ascending order */
function largestGroup(accesses: readonly Access[]): readonly Access[] {
  let best: readonly Access[] = [];
  accesses.forEach(({ value }, start) => {
    const group = accesses.slice(start).filter((access) => end(access) - value.distance <= MAX_BYTES);
    if (group.length > best.length) best = group;
  });
  return best;
}
