/**
 * The code of a region: its blocks in structured control flow, and the ends of the blocks.
 *
 * Structure after Ramsey, "Beyond Relooper" (2022): a block of the dominator tree is emitted where its one
 * predecessor ends;
 * where paths meet, a WebAssembly block ends in front of it; a loop header opens a WebAssembly loop.
 */
import { Flow } from "../cpu/instruction-set/row.ts";
import { type Instruction, Kind } from "../cpu/instruction.ts";
import { type Block, type Edge, Ending, type Step } from "./analysis/block.ts";
import type { Discovery } from "./analysis/discovery.ts";
import { Emitter } from "./emitter.ts";
import { UNKNOWN_FLAGS } from "./flag-code.ts";
import { type Layout, UNLINKED } from "./layout.ts";
import type { Linking } from "./links.ts";
import { computeLiveness, keepsCarry } from "./analysis/liveness.ts";
import { loweringOf } from "./lowering/table.ts";
import { VectorCode } from "./lowering/vector-code.ts";
import { X87Code } from "./lowering/x87-code.ts";
import { pushSlot } from "./runtime/lookup.ts";
import type { Sites } from "./sites.ts";
import { computeStack, ESP } from "./analysis/stack-flow.ts";
import { planWindows, type StackWindow } from "./analysis/stack-window.ts";
import type { Code } from "./wasm/code.ts";
import { Op } from "./wasm/opcodes.ts";

const ECX = 1;

export interface RegionCode {
  readonly code: Code;
  /** How many of the `regionImports` it needs. */
  readonly imports: number;
  readonly siteNumbers: readonly number[];
  /** What it expects of its stack. */
  readonly windows: readonly StackWindow[];
}

/**
 * @param pointers to the stack, for the windows of the region: ESP, EBP
 * @param slot of the region
 */
export function generate(
  discovery: Discovery,
  pointers: readonly number[],
  layout: Layout,
  sites: Sites,
  slot: number,
  linking: Linking,
): RegionCode {
  const { order } = discovery.flow;
  computeLiveness(order);
  computeStack(order);
  const windows = planWindows(order, pointers);
  return new Generator(discovery, windows, layout, sites, slot, linking).run();
}

class Generator {
  private readonly discovery: Discovery;
  private readonly layout: Layout;
  private readonly slot: number;
  private readonly linking: Linking;
  private readonly windows: readonly StackWindow[];
  private readonly e: Emitter;
  /** Nesting of the WebAssembly loop of a header, and of the block that ends in front of a merge, by position. */
  private readonly loops = new Map<number, number>();
  private readonly merges = new Map<number, number>();
  /** What each block writes, by position. */
  private readonly writes: number[] = [];

  constructor(discovery: Discovery, windows: readonly StackWindow[], layout: Layout, sites: Sites, slot: number, linking: Linking) {
    this.discovery = discovery;
    this.layout = layout;
    this.slot = slot;
    this.linking = linking;
    this.windows = windows;
    this.e = new Emitter(layout, sites, windows, keepsCarry(discovery.flow.order));
    if (discovery.x87 !== undefined) {
      this.e.x87 = new X87Code(this.e, discovery.x87, linking);
      this.e.states.push(this.e.x87);
    }
    if (discovery.vector !== undefined) {
      this.e.vector = new VectorCode(this.e, discovery.vector);
      this.e.states.push(this.e.vector);
    }
  }

  run(): RegionCode {
    const { e, discovery } = this;
    e.begin();
    this.tree(0);
    const { cost } = discovery.entry;
    const written = this.flowOfWrites();
    const code = e.end(
      { pages: discovery.pages, cost, slot: this.slot },
      () => this.linking.variant(),
      (position) => written[position]!,
    );
    return { code, imports: e.imports, siteNumbers: e.siteNumbers, windows: this.windows };
  }

  /** A block and all that it dominates. */
  private tree(position: number): void {
    const { code } = this.e;
    const { dominators, isHeader, isMerge } = this.discovery.flow;
    if (isHeader[position]) {
      code.loop();
      this.loops.set(position, code.nesting - 1);
    }
    const followers: number[] = [];
    for (let child = position + 1; child < dominators.length; child++) {
      if (dominators[child] === position && isMerge[child]) followers.push(child);
    }
    for (let index = followers.length - 1; index >= 0; index--) {
      code.block();
      this.merges.set(followers[index]!, code.nesting - 1);
    }
    if (isHeader[position] || isMerge[position]) this.e.flags.state = UNKNOWN_FLAGS;
    this.block(position);
    for (const follower of followers) {
      code.end();
      this.tree(follower);
    }
    if (isHeader[position]) code.end();
  }

  /** What may have been written on the way to the end of each block. */
  private flowOfWrites(): number[] {
    const { order, positions } = this.discovery.flow;
    const written = order.map((_, position) => this.writes[position] ?? 0);
    for (let isChanged = true; isChanged; ) {
      isChanged = false;
      order.forEach((block, position) => {
        for (const successor of block.successors()) {
          const to = positions.get(successor)!;
          const sum = written[to]! | written[position]!;
          if (sum !== written[to]) isChanged = true;
          written[to] = sum;
        }
      });
    }
    return written;
  }

  private block(position: number): void {
    const { e } = this;
    e.takeWrites();
    const block = this.discovery.flow.order[position]!;
    const { steps } = block;
    e.vector?.startBlock();
    e.x87?.startBlock(this.discovery.x87!.keys.get(block)!);
    e.enterBlock(block.eip, steps.length, block.checksBudget ? block.cost : 0);
    const isTransfer = block.ending !== Ending.LEAVE && block.ending !== Ending.JUMP;
    steps.forEach((step, index) => {
      e.enterStep(step, steps.length - index, block.liveAfter[index]!, block.stackBefore[index]!);
      if (index < steps.length - 1 || !(isTransfer || isJump(step.instruction))) this.lower(step);
    });
    this.finish(block, position);
  }

  private lower(step: Step): void {
    const lowering = loweringOf(step.instruction);
    if (lowering === undefined || lowering(this.e, step.instruction) === false) this.e.interpret();
  }

  private finish(block: Block, from: number): void {
    const [first, second] = block.edges;
    switch (block.ending) {
      case Ending.JUMP:
        this.go(first!, from);
        return;
      case Ending.BRANCH:
        this.branch(block, from, first!, second!);
        return;
      case Ending.CALL:
        this.pushReturn(block);
        this.go(first!, from);
        return;
      case Ending.RETURN:
        this.finishReturn(block, from);
        return;
      case Ending.INDIRECT:
        this.finishIndirect(block, from);
        return;
      default:
        this.leaveBlock(from);
        this.e.goOut(block.after, UNLINKED, from);
    }
  }

  private branch(block: Block, from: number, taken: Edge, next: Edge): void {
    const { e } = this;
    const { instruction } = block.steps[block.steps.length - 1]!;
    this.pushCondition(instruction);
    const depth = this.directBranch(taken, from);
    if (depth !== undefined) {
      e.code.brIf(depth);
    } else {
      const { state } = e.flags;
      e.code.if();
      this.go(taken, from);
      e.code.end();
      e.flags.state = state;
    }
    this.go(next, from);
  }

  /** Whether a conditional jump is taken. */
  private pushCondition(instruction: Instruction): void {
    const { e } = this;
    const { code } = e;
    const { mnemonic } = instruction.row;
    const size = instruction.addressSize === 2 ? 2 : 4;
    if (mnemonic === "jcxz") {
      e.getRegister(ECX, size).op(Op.I32_EQZ);
      return;
    }
    if (!mnemonic.startsWith("loop")) {
      e.flags.condition(instruction.opcode & 15);
      return;
    }
    e.getRegister(ECX).i32(1).op(Op.I32_SUB);
    e.setRegister(ECX);
    e.getRegister(ECX).i32(0).op(Op.I32_NE);
    if (mnemonic === "loop") return;
    e.flags.condition(mnemonic === "loope" ? 4 : 5);
    code.i32(0).op(Op.I32_NE, Op.I32_AND);
  }

  private pushReturn(block: Block): void {
    const { e } = this;
    const address = e.code.temporary();
    e.code.i32(block.after).set(address);
    e.push(address);
    e.code.release(address);
  }

  private finishReturn(block: Block, from: number): void {
    const { e } = this;
    const { code } = e;
    const { instruction } = block.steps[block.steps.length - 1]!;
    const released = (instruction.operands[0]?.value ?? 0) & 0xffff;
    const target = code.temporary();
    e.load(e.memory.near(ESP, 0, 4, false), 4).set(target);
    e.getRegister(ESP)
      .i32(4 + released)
      .op(Op.I32_ADD);
    e.setRegister(ESP);
    this.goIfExpected(target, from, block.edges);
    code.release(target);
  }

  private finishIndirect(block: Block, from: number): void {
    const { e } = this;
    const { instruction } = block.steps[block.steps.length - 1]!;
    const target = e.readLocal(0);
    if (instruction.row.facts.flow === Flow.CALL) this.pushReturn(block);
    this.goIfExpected(target, from, block.edges);
    e.code.release(target);
  }

  /** Goes to the address in a local: to a block of the region if it is expected there, else by the lookup table. */
  private goIfExpected(target: number, from: number, expected: readonly Edge[]): void {
    const { e } = this;
    const { state } = e.flags;
    for (const edge of expected) {
      if (edge.block === undefined) continue;
      e.code.get(target).i32(edge.eip).op(Op.I32_EQ).if();
      this.go(edge, from);
      e.code.end();
      e.flags.state = state;
    }
    e.code.get(target);
    this.leaveBlock(from);
    e.goTo((address) => pushSlot(e.code, this.layout, 0, address), from);
  }

  /** To be called when all code of a block but its jumps is there, before that of any other block. */
  private leaveBlock(position: number): void {
    this.writes[position] ??= this.e.takeWrites();
  }

  private go(edge: Edge, from: number): void {
    this.leaveBlock(from);
    const { block } = edge;
    if (block === undefined) {
      this.e.goOut(edge.eip, this.linking.linkOf(edge.eip), from);
      return;
    }
    const depth = this.directBranch(edge, from);
    if (depth !== undefined) this.e.code.br(depth);
    else this.tree(this.discovery.flow.positions.get(block)!);
  }

  /**
   * Depth of the branch that an edge is, or undefined when its target's code follows here, or it leaves the region.
   */
  private directBranch({ block }: Edge, from: number): number | undefined {
    if (block === undefined) return undefined;
    const { positions, isMerge } = this.discovery.flow;
    const to = positions.get(block)!;
    const { nesting } = this.e.code;
    if (to <= from) return nesting - this.loops.get(to)! - 1;
    return isMerge[to] ? nesting - this.merges.get(to)! - 1 : undefined;
  }
}

function isJump({ row, operands }: Instruction): boolean {
  return row.facts.flow === Flow.JUMP && operands[0]!.kind === Kind.RELATIVE;
}
