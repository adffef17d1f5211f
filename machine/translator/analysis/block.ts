/**
 * What a region consists of: blocks of decoded instructions, and how each block ends.
 */
import type { Instruction } from "../../cpu/instruction.ts";

/** The value of a register: what `origin` held at the entry of the region, plus `distance`. */
export interface StackValue {
  readonly origin: number;
  readonly distance: number;
}

/** Values of ESP and EBP, undefined when they are unknown. */
export type StackState = readonly [esp: StackValue | undefined, ebp: StackValue | undefined];

/** An instruction at its linear address. */
export interface Step {
  readonly instruction: Instruction;
  readonly eip: number;
}

/** Where control goes: into a block of the region, or out of it when there is none. */
export interface Edge {
  readonly eip: number;
  readonly context: CallContext;
  block: Block | undefined;
}

export const Ending = {
  /** Goes to `edges[0]`. */
  JUMP: 0,
  /** The last step is a conditional jump: edges[0] when it is taken, else edges[1]. */
  BRANCH: 1,
  /** The last step is a call; edges[0] is the callee. */
  CALL: 2,
  /** The last step is a return; edges are where it may be expected to go. */
  RETURN: 3,
  /** The last step is an indirect jump or call; edges are where it has been seen to go. */
  INDIRECT: 4,
  /** The interpreter takes over behind the last step. */
  LEAVE: 5,
} as const;
export type Ending = (typeof Ending)[keyof typeof Ending];

/**
 * The calls through which a block was reached. A callee inside a region exists once for each place it is called from,
 * so
 * that its return has one expected target; only recursive calls share the blocks of the outer one.
 */
export class CallContext {
  readonly id: number;
  readonly parent: CallContext | undefined;
  /** Calls on the way here. */
  readonly depth: number;
  /** Where returns of the callee are expected to go. */
  readonly returns: Edge[] = [];

  constructor(id: number, parent: CallContext | undefined) {
    this.id = id;
    this.parent = parent;
    this.depth = parent === undefined ? 0 : parent.depth + 1;
  }
}

export class Block {
  readonly eip: number;
  readonly context: CallContext;
  steps: Step[] = [];
  ending: Ending = Ending.LEAVE;
  edges: Edge[] = [];
  /** Address behind the last step. */
  after: number;
  /** The budget must be looked at before this block: it heads a loop, or follows an instruction of variable cost. */
  checksBudget = false;
  /** Instructions that run at most from here to the next check of the budget. */
  cost = 0;
  /** Arithmetic flags that are needed behind each step, and in front of the first (liveness.ts). */
  liveAfter: number[] = [];
  liveBefore = 0;
  /** What ESP and EBP hold in front of each step, and behind the last (stack-flow.ts). */
  stackBefore: readonly StackState[] = [];
  stackAfter!: StackState;

  constructor(eip: number, context: CallContext) {
    this.eip = eip;
    this.context = context;
    this.after = eip;
  }

  successors(): Block[] {
    return this.edges.flatMap(({ block }) => (block === undefined ? [] : [block]));
  }
}
