/**
 * Finds the blocks of a region: all code that direct control flow reaches from a hot entry, up to a size, with the
 * callees of calls, and the targets of indirect jumps that were observed.
 */
import { decode } from "../../cpu/decoder.ts";
import { Flow as Transfer } from "../../cpu/instruction-set/row.ts";
import { type Instruction, Kind } from "../../cpu/instruction.ts";
import { PAGE_MASK, PAGE_SHIFT, PAGE_SIZE } from "../../ram.ts";
import { Block, CallContext, type Edge, Ending, type Step } from "./block.ts";
import { analyse, type Flow } from "./graph.ts";
import { isTranslatable } from "./translatable.ts";
import { planVector, type VectorPlan } from "./vector-plan.ts";
import { planX87, usesX87, type X87Plan } from "./x87-plan.ts";

/** Largest region, in instructions. */
const MAX_STEPS = 240;
const MAX_BLOCKS = 96;
const MAX_PAGES = 12;
/** Size up to which a region takes in code that has not run yet. */
const MAX_COLD_STEPS = 64;
/** Calls within calls that are followed. */
const MAX_DEPTH = 1;
/** Places to which the returns of one callee are expected to go. */
const MAX_RETURNS = 6;
/** Size from which on a region ends where another one begins: it does not take in code that can be linked to. */
const ENOUGH_STEPS = 60;
/** Instructions of a callee that are followed, for each call. */
const MAX_CALLEE_STEPS = 40;

/** What discovery asks of the processor. */
export interface CodeView {
  /** Frame of a page of instructions that can be read without a fault, else -1. */
  frameOf(page: number): number;
  byte(frame: number, offset: number): number;
  /** The instruction at an offset of a frame, if the interpreter has decoded it. */
  decoded(frame: number, offset: number): Instruction | undefined;
  /** Whether a region starts at an address. */
  isTranslated(eip: number): boolean;
  /** Whether the instruction at an address has been decoded by the interpreter: code that never ran comes last. */
  isKnown(eip: number): boolean;
  /** Where the indirect jump or call at an address has been seen to go. */
  observed(eip: number): readonly number[];
  /** Which bits of the control word the FLDCW at an address has been seen to change. */
  controlChange(eip: number): number | undefined;
  /** Whether MXCSR says that the program has had inexact results. */
  hasInexactResults(): boolean;
}

export interface Discovery {
  readonly entry: Block;
  readonly flow: Flow<Block>;
  /** Frames of the pages of all instructions. */
  readonly pages: ReadonlyMap<number, number>;
  readonly steps: number;
  /** Undefined when x87 instructions, if there are any, are the interpreter's. */
  readonly x87: X87Plan | undefined;
  /** Undefined when there is nothing to do with XMM and MMX registers. */
  readonly vector: VectorPlan | undefined;
}

class Explorer {
  readonly pages = new Map<number, number>();
  readonly blocks = new Map<number, Block>();
  steps = 0;
  private readonly places = new Map<number, { block: Block; index: number }>();
  /** Edges to follow, by depth of calls; those to code that has not run yet come last. */
  private readonly pending: Edge[][] = [];
  private readonly cold: Edge[] = [];
  private readonly calleeSteps = new Map<CallContext, number>();
  /** Contexts in which a return has been found: what follows the call is reached only then. */
  private readonly returning = new Set<CallContext>();
  private contexts = 0;
  private readonly view: CodeView;

  constructor(view: CodeView) {
    this.view = view;
  }

  explore(eip: number): Block {
    const root = new CallContext(this.contexts++, undefined);
    const entry = this.start({ eip, context: root, block: undefined })!;
    this.follow();
    while (this.cold.length > 0 && this.steps < MAX_COLD_STEPS) {
      this.start(this.cold.shift()!);
      this.follow();
    }
    for (const block of this.blocks.values()) {
      for (const edge of block.edges) edge.block = this.blocks.get(key(edge));
    }
    return entry;
  }

  /** Decodes what is pending, what is reached by few calls first. */
  private follow(): void {
    for (let list = this.nearest(); list !== undefined; list = this.nearest()) this.start(list.shift()!);
  }

  private nearest(): Edge[] | undefined {
    return this.pending.find((list) => list.length > 0);
  }

  /** The block at the target of an edge, decoded now if there is room. */
  private start(edge: Edge): Block | undefined {
    const known = this.blocks.get(key(edge));
    if (known !== undefined) return known;
    const place = this.places.get(key(edge));
    if (place !== undefined) return this.split(place.block, place.index, edge);
    const { context } = edge;
    const isFirst = this.blocks.size === 0;
    if (!isFirst && this.isElsewhere(edge)) return undefined;
    if (!isFirst && (this.steps >= MAX_STEPS || this.blocks.size >= MAX_BLOCKS)) return undefined;
    if (context.depth > 0 && (this.calleeSteps.get(context) ?? 0) >= MAX_CALLEE_STEPS) return undefined;
    const block = new Block(edge.eip, context);
    if (!this.decodeInto(block) && !isFirst) return undefined;
    this.blocks.set(key(edge), block);
    return block;
  }

  /** @returns false when not even the first instruction could be read */
  private decodeInto(block: Block): boolean {
    const { context } = block;
    for (let eip = block.eip; ; ) {
      if (block.steps.length > 0) {
        const place = { eip, context, block: undefined };
        if (this.places.has(key(place)) || this.blocks.has(key(place)) || this.steps >= MAX_STEPS || this.isElsewhere(place)) {
          this.go(block, Ending.JUMP, place);
          return true;
        }
      }
      const instruction = this.fetch(eip);
      if (instruction === undefined || !isTranslatable(instruction)) {
        block.after = eip;
        return instruction !== undefined || block.steps.length > 0;
      }
      const step = { instruction, eip };
      this.places.set(key({ eip, context }), { block, index: block.steps.length });
      block.steps.push(step);
      this.steps++;
      if (context.depth > 0) this.calleeSteps.set(context, (this.calleeSteps.get(context) ?? 0) + 1);
      eip = (eip + instruction.length) >>> 0;
      block.after = eip;
      if (this.end(block, step, eip)) return true;
    }
  }

  /**
   * Whether control leaves the region for another one at the target of an edge. In callees it does not: who calls
   * knows where they return to.
   */
  private isElsewhere({ eip, context }: Edge): boolean {
    return this.steps >= ENOUGH_STEPS && context.depth === 0 && this.view.isTranslated(eip);
  }

  /** Ends the block if the step is a transfer of control. */
  private end(block: Block, step: Step, next: number): boolean {
    const { instruction } = step;
    const { context } = block;
    const { facts } = instruction.row;
    const target = (next + instruction.immediate) >>> 0;
    const isDirect = instruction.operands[0]?.kind === Kind.RELATIVE;
    switch (facts.flow) {
      case Transfer.BRANCH:
        this.go(block, Ending.BRANCH, { eip: target, context, block: undefined }, { eip: next, context, block: undefined });
        return true;
      case Transfer.JUMP:
        if (isDirect) this.go(block, Ending.JUMP, { eip: target, context, block: undefined });
        else this.goIndirect(block, step, context);
        return true;
      case Transfer.CALL:
        if (isDirect) this.call(block, target, context, next);
        else this.goIndirect(block, step, this.enter(context, next));
        return true;
      case Transfer.RETURN:
        block.ending = Ending.RETURN;
        block.edges = context.returns;
        if (!this.returning.has(context)) {
          this.returning.add(context);
          for (const edge of context.returns) this.pend(edge);
        }
        return true;
      default:
        // Repeated instructions cost more than one: the budget is looked at behind them.
        if (facts.repeats && instruction.repeat !== 0) {
          this.go(block, Ending.JUMP, { eip: next, context, block: undefined });
          return true;
        }
        return false;
    }
  }

  private call(block: Block, target: number, context: CallContext, next: number): void {
    const outer = this.outerCall(target, context);
    const callee = outer ?? this.enter(context, next);
    if (callee === undefined) {
      block.ending = Ending.CALL;
      block.edges = [{ eip: target, context, block: undefined }];
      return;
    }
    if (outer !== undefined) this.expectReturn(outer, context, next);
    this.go(block, Ending.CALL, { eip: target, context: callee, block: undefined });
  }

  /** The context of a call of the same function that is still open: the call is recursive. */
  private outerCall(target: number, context: CallContext): CallContext | undefined {
    for (let outer: CallContext | undefined = context; outer !== undefined; outer = outer.parent) {
      if (this.places.has(key({ eip: target, context: outer })) && outer.returns.length < MAX_RETURNS) return outer;
    }
    return undefined;
  }

  /** The context of a call that is not yet followed; undefined when there are too many around it. */
  private enter(context: CallContext, returnAddress: number): CallContext | undefined {
    if (context.depth >= MAX_DEPTH) return undefined;
    const callee = new CallContext(this.contexts++, context);
    this.expectReturn(callee, context, returnAddress);
    return callee;
  }

  private expectReturn(callee: CallContext, context: CallContext, eip: number): void {
    if (callee.returns.some((edge) => edge.eip === eip && edge.context === context)) return;
    const edge: Edge = { eip, context, block: undefined };
    callee.returns.push(edge);
    if (this.returning.has(callee)) this.pend(edge);
  }

  private goIndirect(block: Block, step: Step, context: CallContext | undefined): void {
    const targets = context === undefined ? [] : this.view.observed(step.eip);
    this.go(block, Ending.INDIRECT, ...targets.map((target) => ({ eip: target >>> 0, context: context!, block: undefined })));
  }

  private go(block: Block, ending: Ending, ...edges: Edge[]): void {
    block.ending = ending;
    block.edges = edges;
    for (const edge of edges) this.pend(edge);
  }

  private pend(edge: Edge): void {
    const { depth } = edge.context;
    if (!this.view.isKnown(edge.eip)) {
      if (depth === 0) this.cold.push(edge);
      return;
    }
    while (this.pending.length <= depth) this.pending.push([]);
    this.pending[depth]!.push(edge);
  }

  /** Divides a block in front of one of its steps. */
  private split(block: Block, index: number, edge: Edge): Block {
    const rest = new Block(edge.eip, edge.context);
    rest.steps = block.steps.splice(index);
    rest.ending = block.ending;
    rest.edges = block.edges;
    rest.after = block.after;
    block.ending = Ending.JUMP;
    block.edges = [{ eip: edge.eip, context: edge.context, block: undefined }];
    block.after = edge.eip;
    rest.steps.forEach((step, position) => {
      this.places.set(key({ eip: step.eip, context: rest.context }), { block: rest, index: position });
    });
    this.blocks.set(key(edge), rest);
    return rest;
  }

  /** Decodes the instruction at an address; undefined when its bytes cannot be read. */
  private fetch(eip: number): Instruction | undefined {
    const first = this.frame(eip >>> PAGE_SHIFT);
    if (first < 0) return undefined;
    const known = this.view.decoded(first, eip & PAGE_MASK);
    if (known !== undefined && (eip & PAGE_MASK) + known.length <= PAGE_SIZE) return known;
    const second = { frame: -2 };
    const unreadable = { unreadable: true };
    try {
      const instruction = decode({
        fetch: (index) => {
          const offset = (eip & PAGE_MASK) + index;
          if (offset <= PAGE_MASK) return this.view.byte(first, offset);
          if (second.frame === -2) second.frame = this.view.frameOf(((eip >>> PAGE_SHIFT) + 1) & 0xfffff);
          if (second.frame < 0) throw unreadable;
          return this.view.byte(second.frame, offset & PAGE_MASK);
        },
      });
      if (second.frame >= 0 && this.frame(((eip >>> PAGE_SHIFT) + 1) & 0xfffff) < 0) return undefined;
      return instruction;
    } catch (reason) {
      if (reason !== unreadable) throw reason;
      return undefined;
    }
  }

  /** Frame of a page of the region, or -1 when it cannot become one. */
  private frame(page: number): number {
    const known = this.pages.get(page);
    if (known !== undefined) return known;
    if (this.pages.size >= MAX_PAGES) return -1;
    const frame = this.view.frameOf(page);
    if (frame >= 0) this.pages.set(page, frame);
    return frame;
  }
}

/** Names an instruction within a region. */
function key({ eip, context }: { eip: number; context: CallContext }): number {
  return context.id * 2 ** 32 + eip;
}

/**
 * The region that starts at an address, or undefined when nothing can be translated there.
 * @param x87Key asks for the state of the x87 unit
 */
export function discover(eip: number, view: CodeView, x87Key: () => number): Discovery | undefined {
  const explorer = new Explorer(view);
  const entry = explorer.explore(eip >>> 0);
  if (entry.steps.length === 0) return undefined;
  const x87 = usesX87([...explorer.blocks.values()]) ? planX87(entry, x87Key(), (at) => view.controlChange(at)) : undefined;
  let flow = analyse(entry);
  // An edge into the middle of a loop leaves the region instead: each cut may make other loops irreducible.
  while (flow.irreducible.length > 0) {
    for (const [from, to] of flow.irreducible) {
      for (const edge of flow.order[from]!.edges) {
        if (edge.block === flow.order[to]) edge.block = undefined;
      }
    }
    flow = analyse(entry);
  }
  estimate(flow);
  const vector = planVector(flow.order, view.hasInexactResults());
  return { entry, flow, pages: explorer.pages, steps: explorer.steps, x87, vector };
}

/** Marks the blocks that check the budget, and computes how many instructions may run until the next check. */
function estimate({ order, isHeader, positions }: Flow<Block>): void {
  order.forEach((block, position) => {
    if (isHeader[position]) block.checksBudget = true;
    const last = block.steps[block.steps.length - 1];
    if (last?.instruction.row.facts.repeats === true) {
      for (const successor of block.successors()) successor.checksBudget = true;
    }
  });
  for (let position = order.length - 1; position >= 0; position--) {
    const block = order[position]!;
    let longest = 0;
    for (const successor of block.successors()) {
      if (positions.get(successor)! > position && !successor.checksBudget) longest = Math.max(longest, successor.cost);
    }
    block.cost = block.steps.length + longest;
  }
}
