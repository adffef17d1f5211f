/**
 * What ESP and EBP hold in a region, as far as it is known from its instructions: constant distances from what one of
 * them held at the entry of the region.
 *
 * What an instruction does to the stack and which operands it writes is in its row; what it writes is known only of
 * those named here
 * (Intel SDM vol. 2), of others it becomes unknown.
 */
import { mayWrite, Stack } from "../../cpu/instruction-set/row.ts";
import { type Instruction, Kind, type Operand } from "../../cpu/instruction.ts";
import type { Block, StackState, StackValue } from "./block.ts";

export const ESP = 4;
export const EBP = 5;

const ENTRY: StackState = [
  { origin: ESP, distance: 0 },
  { origin: EBP, distance: 0 },
];

/** Bytes that PUSH and POP move. */
export function stackSize({ operandSize }: Instruction): 2 | 4 {
  return operandSize === 2 ? 2 : 4;
}

/** The value of a register in a state; of others than ESP and EBP nothing is known. */
export function valueOf(state: StackState, register: number): StackValue | undefined {
  return register === ESP || register === EBP ? state[register - ESP] : undefined;
}

/** Fills in Block.stackBefore of all blocks. @param order reverse postorder */
export function computeStack(order: readonly Block[]): void {
  const arriving = new Map<Block, StackState>([[order[0]!, ENTRY]]);
  for (let isChanged = true; isChanged; ) {
    isChanged = false;
    for (const block of order) {
      const leaving = walk(block, arriving.get(block)!);
      for (const successor of block.successors()) {
        const known = arriving.get(successor);
        const met = known === undefined ? leaving : meet(known, leaving);
        if (met === known) continue;
        arriving.set(successor, met);
        isChanged = true;
      }
    }
  }
}

/** @returns the state behind a block */
function walk(block: Block, before: StackState): StackState {
  if (block.stackBefore[0] !== before) {
    let state = before;
    block.stackBefore = block.steps.map(({ instruction }) => {
      const current = state;
      state = after(state, instruction);
      return current;
    });
    block.stackAfter = state;
  }
  return block.stackAfter;
}

/** What holds on two ways; the first state itself when the second adds nothing. */
function meet(first: StackState, second: StackState): StackState {
  if (first === second) return first;
  const isSame = [0, 1].map((index) => equals(first[index], second[index]));
  if (isSame[0] && isSame[1]) return first;
  return [isSame[0] ? first[0] : undefined, isSame[1] ? first[1] : undefined];
}

function equals(first: StackValue | undefined, second: StackValue | undefined): boolean {
  if (first === undefined) return true;
  return second !== undefined && first.origin === second.origin && first.distance === second.distance;
}

function moved(value: StackValue | undefined, distance: number): StackValue | undefined {
  return value === undefined ? undefined : { origin: value.origin, distance: (value.distance + distance) | 0 };
}

/** @param operand a register that gets a value; of others than ESP and EBP nothing is recorded */
function written(state: StackState, { kind, register, size }: Operand, value: StackValue | undefined): StackState {
  if (kind !== Kind.REGISTER || size === 1) return state;
  const known = size === 4 ? value : undefined;
  if (register === ESP) return [known, state[1]];
  return register === EBP ? [state[0], known] : state;
}

/** The state behind what an instruction does to the stack. */
function afterStack(state: StackState, instruction: Instruction): StackState {
  const [esp, ebp] = state;
  const { stack } = instruction.row.facts;
  switch (stack) {
    case Stack.PUSH:
      return [moved(esp, -stackSize(instruction)), ebp];
    case Stack.POP:
      return [moved(esp, stackSize(instruction)), ebp];
    case Stack.RETURN:
      return [moved(esp, stackSize(instruction) + ((instruction.operands[0]?.value ?? 0) & 0xffff)), ebp];
    case Stack.LEAVE:
      return [instruction.operandSize === 4 ? moved(ebp, 4) : undefined, ebp];
    case Stack.MANY:
      return [undefined, ebp];
    default:
      return state;
  }
}

/**
 * The value that an instruction gives to its first operand, if it is known. @param state in front of the instruction
 */
function result(state: StackState, { row, operands, address, addressSize }: Instruction): StackValue | undefined {
  const [first, second] = operands;
  switch (row.mnemonic) {
    case "mov":
      return second!.kind === Kind.REGISTER ? valueOf(state, second!.register) : undefined;
    case "lea":
      return address!.index < 0 && addressSize === 4 ? moved(valueOf(state, address!.base), address!.displacement) : undefined;
    case "inc":
      return moved(valueOf(state, first!.register), 1);
    case "dec":
      return moved(valueOf(state, first!.register), -1);
    case "add":
      return second!.kind === Kind.IMMEDIATE ? moved(valueOf(state, first!.register), second!.value) : undefined;
    case "sub":
      return second!.kind === Kind.IMMEDIATE ? moved(valueOf(state, first!.register), -second!.value) : undefined;
    default:
      return undefined;
  }
}

function after(state: StackState, instruction: Instruction): StackState {
  const { facts } = instruction.row;
  const [esp, saved] = afterStack(state, instruction);
  const ebp = (facts.writes & (1 << EBP)) === 0 ? saved : undefined;
  let next: StackState = esp === state[0] && ebp === state[1] ? state : [esp, ebp];
  instruction.operands.forEach((operand, position) => {
    if (mayWrite(facts, position)) next = written(next, operand, position === 0 ? result(state, instruction) : undefined);
  });
  return next;
}
